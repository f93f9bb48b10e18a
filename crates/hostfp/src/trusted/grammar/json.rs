//! Parses JSON, and refuses a name that occurs twice in one object. Readers differ in which of the two they take, so such a
//! text has two meanings (RFC 8259 section 4).

use std::fmt;

use common::error::Error;
use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::confusable;
use crate::trusted::grammar::NotTrusted;

/// A value in which no object has a name twice, in uppercase or lowercase.
#[derive(Debug)]
struct Unambiguous(Value);

/// The error for a duplicate name; serde_json adds the place.
const TWICE: &str = "duplicate name in a JSON object";

impl<'de> Deserialize<'de> for Unambiguous {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(UnambiguousVisitor).map(Self)
    }
}

struct UnambiguousVisitor;

impl<'de> Visitor<'de> for UnambiguousVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Unambiguous(value)) = from.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut from: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some((name, Unambiguous(value))) = from.next_entry::<String, Unambiguous>()? {
            if object.insert(name.to_ascii_lowercase(), value).is_some() {
                return Err(serde::de::Error::custom(TWICE));
            }
        }
        Ok(Value::Object(object))
    }
}

/// Returns the consecutive values of a text, each with the line on which it begins, counted from 1. The names in objects are
/// in lowercase, as PowerShell writes them in uppercase.
///
/// # Errors
/// A value is not JSON, or has a name twice; with its line.
pub(crate) fn values(text: &str) -> impl Iterator<Item = Result<(usize, Value), (usize, Error)>> {
    let mut stream = serde_json::Deserializer::from_str(text).into_iter::<Unambiguous>();
    let (mut line, mut counted) = (1, 0);
    std::iter::from_fn(move || {
        // The next value begins here: the whitespace before it does not belong to the last one.
        let end = stream.byte_offset();
        let rest = text.get(end..).unwrap_or_default();
        let begin = end + (rest.len() - rest.trim_start().len());
        line += text.get(counted..begin).unwrap_or_default().matches('\n').count();
        counted = begin;
        Some(match stream.next()? {
            Ok(Unambiguous(value)) => Ok((line, value)),
            Err(_) if end > 0 && is_other_text(rest) => Err((line, trailing_text())),
            Err(error) => Err((error.line(), invalid(text, &error))),
        })
    })
}

/// Returns the only value of a text.
///
/// # Errors
/// It is not JSON, or has a name twice; or more text follows it.
pub(crate) fn only_value(text: &str) -> Result<Value, NotTrusted> {
    let mut values = values(text);
    let at_line = |(line, error)| (Some(line), error);
    match (values.next(), values.next()) {
        (Some(Ok((_, value))), None) => Ok(value),
        (Some(Err(error)), _) | (Some(Ok(_)), Some(Err(error))) => Err(at_line(error)),
        (Some(Ok((_, first))), Some(Ok(_))) if is_of_journal(&first) => {
            let what = "the journal as JSON, each of whose objects is one line";
            Err((None, Error::failure(what).hint("print its lines: journalctl -b -o short")))
        }
        (Some(Ok(_)), Some(Ok((line, _)))) => {
            Err((Some(line), Error::failure("a second JSON value").hint("keep the one of your VM")))
        }
        (None, _) => Err((None, Error::failure("contains only whitespace"))),
    }
}

/// Whether a value is an entry of systemd's journal.
fn is_of_journal(value: &Value) -> bool {
    let has = |name: &str| value.get(name).is_some();
    has("message") && ["__cursor", "_systemd_unit", "syslog_identifier", "_transport"].into_iter().any(has)
}

/// Whether the text after a value does not begin another object, list or string.
fn is_other_text(rest: &str) -> bool {
    !rest.trim_start().starts_with(['{', '[', '"', ',', ':', '}', ']'])
}

/// Whether a line is a member as facter prints it: `ed25519 => {`.
pub(crate) fn is_of_facter(line: &str) -> bool {
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    line.trim_start().split_once(" => ").is_some_and(|(name, _)| !name.is_empty() && name.bytes().all(is_of_name))
}

fn trailing_text() -> Error {
    Error::failure("other text after the JSON").hint("keep the JSON only: leave out 2>&1, --verbose and --debug")
}

fn invalid(text: &str, error: &serde_json::Error) -> Error {
    if error.to_string().starts_with(TWICE) {
        return Error::failure(TWICE).hint("a program that writes JSON writes each name once; who changed the text?");
    }
    if confusable::has_colours(text) {
        return confusable::colours();
    }
    let line = text.lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
    if text.starts_with("{code") || text.starts_with("{noformat") {
        return Error::failure("Jira markup around lines, not JSON")
            .hint("keep the lines between {code} and {code} only");
    }
    if is_of_facter(line) {
        return Error::failure("facter's own format, not JSON").hint("print JSON: facter -j ssh");
    }
    if let Some(strange) = confusable::strange_at(line, error.column()) {
        return strange;
    }
    Error::failure(format!("not valid JSON at column {}", error.column())).hint("is it cut short?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_not_occur_twice() {
        for text in [r#"{"a":1,"a":1}"#, r#"{"message":"x","Message":"y"}"#, r#"[{"b":{"a":1,"\u0061":2}}]"#] {
            assert_eq!(only_value(text).unwrap_err().1.message(), TWICE, "{text}");
        }
        assert_eq!(
            only_value(r#"{"A":[1,-2,0.5,true,null,"x"]}"#).unwrap(),
            serde_json::json!({"a": [1, -2, 0.5, true, null, "x"]})
        );
    }

    #[test]
    fn values_know_their_lines() {
        let lines: Vec<usize> = values("{}\n\n[]\n {\n}7").map(|value| value.unwrap().0).collect();
        assert_eq!(lines, [1, 3, 4, 5]);
        assert_eq!(values("{}\n{").nth(1).unwrap().unwrap_err().0, 2);
        for (text, line, words) in [
            ("{}\nWARNING: x", 2, "other text after the JSON"),
            ("{}\n\nCommand ran in 3 seconds", 3, "other text after the JSON"),
            ("WARNING: x\n{}", 1, "not valid JSON at column 1"),
            ("{}\n{", 2, "not valid JSON at column 1"),
            ("{\n\u{a0} \"a\": 1}", 2, "an invisible character, U+00A0 (no-break space), at column 1"),
            ("{\n\u{201c}a\u{201d}: 1}", 2, "a quotation mark of a word processor, U+201C, at column 1"),
            ("{\n  ed25519 => {\n", 2, "facter's own format, not JSON"),
            ("{code}\n256 x\n{code}\n", 1, "Jira markup around lines, not JSON"),
            ("{\n  \"a b\" => {\n", 2, "not valid JSON at column 9"),
            ("{\u{1b}[94m\"a\"\u{1b}[39m: 1}", 1, "a terminal's colours are in the text"),
        ] {
            let (at, error) = only_value(text).unwrap_err();
            assert_eq!((at, error.message()), (Some(line), words), "{text}");
        }
        let journal = only_value("{\"MESSAGE\": \"x\", \"_SYSTEMD_UNIT\": \"y\"}\n{}").unwrap_err().1;
        assert!(journal.message().starts_with("the journal as JSON"), "{journal:?}");
        assert!(only_value("{}\n{}").is_err() && only_value("{} x").is_err() && only_value("").is_err());
    }
}
