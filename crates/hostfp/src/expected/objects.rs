//! JSON Lines about many hosts: what hostfp printed with `--json`, or what `az` printed with the host's name added.
//!
//! Each object has a `host`, a name or a list of them, and beside it a `fingerprint` (with its `type`), `fingerprints`
//! or `keys` as lists of lines, or the fields of Run Command's own result. What hostfp did not find as expected, or could
//! not ask, is no expectation for the next time.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use common::error::{Error, Place};
use serde_json::{Map, Value};

use crate::trusted::Trusted;

/// Objects by their hosts.
#[derive(Debug)]
pub(crate) struct Objects {
    place: Place,
    hosts: HashMap<String, Said>,
}

/// What is said of a host.
#[derive(Clone, Debug)]
struct Said {
    /// The line of the first object.
    line: usize,
    /// What there is to be searched.
    text: String,
    /// Why that is no expectation, or not all of one.
    instead: Option<Instead>,
}

/// Why an object is no expectation. The worst of several counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Instead {
    /// hostfp has found no fingerprint for that key; others of the host may be as expected.
    NotCompared,
    /// hostfp was not shown that key.
    Failed,
    /// hostfp has found another key than was expected: then no other key counts, either.
    Mismatch,
}

impl Instead {
    const fn words(self) -> &'static str {
        match self {
            Self::NotCompared => "it had nothing to be compared with before",
            Self::Failed => "it could not be asked before",
            Self::Mismatch => "it was not as expected before",
        }
    }
}

/// Whether a text begins with an object that names a host, or a list of them.
pub(super) fn looks_like_them(bytes: &[u8]) -> bool {
    let Ok(text) = crate::trusted::decode(bytes.get(..MAX_BEGIN).unwrap_or(bytes)) else { return false };
    let text = text.trim_start().trim_start_matches('[').trim_start();
    let Some(fields) = text.strip_prefix('{') else { return false };
    // The first object, be it cut.
    let first = serde_json::Deserializer::from_str(text).into_iter::<Value>().next();
    match first {
        Some(Ok(Value::Object(object))) => object.contains_key("host") || object.contains_key("hosts"),
        _ => fields.trim_start().starts_with("\"host\""),
    }
}

/// How much of a text is looked at to see what it is, in bytes.
const MAX_BEGIN: usize = 256 * 1024;

impl Objects {
    /// Reads all objects.
    ///
    /// # Errors
    /// What stands there is not JSON, or an object names no host.
    pub(super) fn read(place: Place, text: &str) -> Result<Self, Error> {
        let mut objects = Self { place, hosts: HashMap::new() };
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
        let (mut line, mut counted) = (1, 0);
        loop {
            // Where the next value begins: the blanks before it are not the last one's.
            let rest = text.get(values.byte_offset()..).unwrap_or_default();
            let begin = values.byte_offset() + (rest.len() - rest.trim_start().len());
            line += text.get(counted..begin).unwrap_or_default().matches('\n').count();
            counted = begin;
            match values.next() {
                None => break,
                Some(Ok(Value::Array(values))) => {
                    values.into_iter().try_for_each(|value| objects.take(value, line))?;
                }
                Some(Ok(value)) => objects.take(value, line)?,
                Some(Err(error)) => {
                    return Err(Error::trouble("not valid JSON")
                        .at(objects.place.at(error.line()))
                        .hint("is it cut short?"));
                }
            }
        }
        Ok(objects)
    }

    fn take(&mut self, value: Value, line: usize) -> Result<(), Error> {
        let Value::Object(mut object) = value else { return Err(self.no_host(line)) };
        // hostfp's own report of a key that several hosts share.
        if object.contains_key("hosts") && !object.contains_key("host") {
            return Ok(());
        }
        let hosts = object.remove("host").map(|host| strings(&host)).filter(|hosts| !hosts.is_empty());
        let hosts = hosts.ok_or_else(|| self.no_host(line))?;
        let (text, instead) = match said(object) {
            Ok(text) => (text, None),
            Err(instead) => (String::new(), Some(instead)),
        };
        // hostfp names all names of a host with commas between them.
        for host in hosts.iter().flat_map(|host| host.split(',')) {
            let said = Said { line, text: text.clone(), instead };
            match self.hosts.entry(host.to_lowercase()) {
                Entry::Vacant(vacant) => drop(vacant.insert(said)),
                Entry::Occupied(mut there) => {
                    let there = there.get_mut();
                    there.text.push('\n');
                    there.text.push_str(&said.text);
                    there.instead = there.instead.max(said.instead);
                }
            }
        }
        Ok(())
    }

    fn no_host(&self, line: usize) -> Error {
        Error::trouble("no JSON object with a `host`")
            .at(self.place.at(line))
            .hint("{\"host\": \"vm\", \"fingerprints\": [\"SHA256:...\"]}, one a line, or what hostfp --json printed")
    }

    /// What is said of a host that has these names.
    ///
    /// # Errors
    /// Nothing, or nothing to trust.
    pub(super) fn find(&self, names: &[String]) -> Result<Trusted, Error> {
        let Some(said) = names.iter().find_map(|name| self.hosts.get(name)) else {
            return Err(Error::trouble(format!("nothing says what to expect of it: {} does not name it", self.place)));
        };
        let place = self.place.at(said.line);
        match said.instead {
            Some(instead) if instead == Instead::Mismatch || said.text.trim().is_empty() => {
                Err(Error::trouble(format!("nothing says what to expect of it: {} ({place})", instead.words())))
            }
            _ => Trusted::find(&place, said.text.as_bytes()),
        }
    }
}

/// The text of an object to search, or why there is none.
fn said(object: Map<String, Value>) -> Result<String, Instead> {
    // The second version of Run Command has an `error`, too.
    if object.contains_key("error") && object.contains_key("hint") {
        return Err(Instead::Failed);
    }
    match object.get("verdict").and_then(Value::as_str) {
        None | Some("match") => {}
        Some("other-type" | "unknown") => return Err(Instead::NotCompared),
        Some(_) => return Err(Instead::Mismatch),
    }
    let lines = |name| object.get(name).map(strings);
    if let Some(fingerprints) = lines("fingerprint") {
        let key_type = object.get("type").and_then(Value::as_str).unwrap_or_default();
        return Ok(fingerprints.iter().map(|fingerprint| format!("{key_type} {fingerprint}\n")).collect());
    }
    if let Some(lines) =
        lines("fingerprints").into_iter().chain(lines("keys")).reduce(|one, other| [one, other].concat())
    {
        return Ok(lines.join("\n"));
    }
    Ok(Value::Object(object).to_string())
}

/// A string, or the strings of a list.
fn strings(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(values) => values.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use common::keys::{Curve, Kind};

    use super::*;

    const A: &str = "SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM";
    const B: &str = "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8";

    fn read(text: &str) -> Objects {
        assert!(looks_like_them(text.as_bytes()), "{text}");
        Objects::read(Place { file: "f".to_owned(), line: None }, text).unwrap()
    }

    fn found(objects: &Objects, host: &str) -> Vec<(String, Vec<Kind>)> {
        let trusted = objects.find(&[host.to_owned()]).unwrap();
        trusted.keys.into_iter().map(|key| (key.fingerprint.to_string(), key.kinds)).collect()
    }

    #[test]
    fn what_hostfp_printed_is_what_it_expects() {
        let text = format!(
            "{{\"host\":\"[vm]:2222\",\"type\":\"ssh-ed25519\",\"bits\":256,\"fingerprint\":\"{A}\",\"verdict\":\"match\"}}\n\
             {{\"host\":\"[vm]:2222\",\"type\":\"ssh-rsa\",\"bits\":3072,\"fingerprint\":\"{B}\"}}\n\
             {{\"host\":\"Other,alias\",\"type\":\"ecdsa-sha2-nistp256\",\"bits\":256,\"fingerprint\":\"{B}\"}}\n\
             {{\"type\":\"ssh-rsa\",\"fingerprint\":\"{B}\",\"hosts\":[\"[vm]:2222\",\"other\"]}}\n"
        );
        let objects = read(&text);
        assert_eq!(found(&objects, "[vm]:2222"), [(A.into(), vec![Kind::Ed25519]), (B.into(), vec![Kind::Rsa])]);
        for name in ["other", "alias"] {
            assert_eq!(found(&objects, name), [(B.into(), vec![Kind::Ecdsa(Curve::Nistp256)])]);
        }
        let told = objects.find(&["vm".to_owned()]).unwrap_err();
        assert_eq!(told.message(), "nothing says what to expect of it: f does not name it");
    }

    #[test]
    fn what_was_not_as_expected_is_no_expectation() {
        let text = format!(
            "{{\"host\":\"c\",\"type\":\"ssh-rsa\",\"bits\":3072,\"fingerprint\":\"{A}\",\"verdict\":\"match\"}}\n\
             {{\"host\":\"a\",\"type\":\"ssh-rsa\",\"bits\":3072,\"fingerprint\":\"{A}\",\"verdict\":\"match\"}}\n\
             {{\"host\":\"a\",\"type\":\"ssh-ed25519\",\"bits\":256,\"fingerprint\":\"{B}\",\"verdict\":\"mismatch\"}}\n\
             {{\"host\":\"c\",\"type\":\"ssh-ed25519\",\"bits\":256,\"fingerprint\":\"{B}\",\"verdict\":\"unknown\"}}\n\
             {{\"host\":\"b\",\"error\":\"cannot connect\",\"hint\":null}}\n"
        );
        let objects = read(&text);
        let told = |host: &str| objects.find(&[host.to_owned()]).unwrap_err().message().to_owned();
        assert_eq!(told("a"), "nothing says what to expect of it: it was not as expected before (f:2)");
        assert!(told("b").contains("it could not be asked before"));
        assert_eq!(found(&objects, "c"), [(A.into(), vec![Kind::Rsa])]);
    }

    #[test]
    fn lists_and_run_commands_own_result_serve() {
        let message = format!("Enable succeeded: \n[stdout]\n256 {A} root@vm (ED25519)\n\n[stderr]\n");
        let result =
            serde_json::json!({"host": "c", "value": [{"code": "ProvisioningState/succeeded", "message": message}]});
        let text = format!(
            "[{{\"host\": [\"a\", \"A2\"], \"fingerprints\": [\"{A}\", \"256 {B} x (ECDSA)\"]}},\n{}]",
            serde_json::to_string_pretty(&result).unwrap()
        );
        let objects = read(&text);
        assert_eq!(found(&objects, "a2"), [(A.into(), vec![]), (B.into(), vec![Kind::Ecdsa(Curve::Nistp256)])]);
        assert_eq!(found(&objects, "c"), [(A.into(), vec![Kind::Ed25519])]);
    }

    #[test]
    fn what_is_none_of_it_is_told_with_its_line() {
        let good = format!("{{\"host\":\"a\",\"fingerprint\":\"{A}\"}}\n");
        for (rest, line, words) in [
            ("\n{\"host\":", 3, "not valid JSON"),
            ("{\"name\":\"b\"}\n", 2, "no JSON object with a `host`"),
            ("\n\n7\n", 4, "no JSON object with a `host`"),
            ("{\"host\":7}\n", 2, "no JSON object with a `host`"),
        ] {
            let error =
                Objects::read(Place { file: "f".to_owned(), line: None }, &format!("{good}{rest}")).unwrap_err();
            assert_eq!((error.place().and_then(|place| place.line), error.message()), (Some(line), words), "{rest}");
        }
        for text in ["", "{}", "{\"value\":[]}", "256 SHA256:x", "[1]", "[stdout]"] {
            assert!(!looks_like_them(text.as_bytes()), "{text}");
        }
    }
}
