//! Finds keys in the strings of a JSON document, such as the output of `az sshkey show` and `az vm show`, and keys in
//! quotes.
//!
//! No JSON string continues on the next line, so a document of any length is searched line by line as it is read.

use std::ops::Deref;

use zeroize::Zeroizing;

/// A string without its quotes. If it had escapes it is a copy, which is wiped: it may be a private key.
pub(super) enum Unquoted<'a> {
    /// Part of the text.
    Plain(&'a [u8]),
    /// With its escapes resolved.
    Resolved(Zeroizing<Vec<u8>>),
}

impl Deref for Unquoted<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        match self {
            Self::Plain(text) => text,
            Self::Resolved(text) => text,
        }
    }
}

/// The position of a reader in a document.
#[derive(Debug, Default)]
pub(super) struct Document {
    /// The number of open brackets.
    depth: usize,
}

impl Document {
    /// Whether a document has begun and not ended.
    pub(super) const fn is_open(&self) -> bool {
        self.depth > 0
    }

    /// Whether a line begins a document: with a bracket and valid text after it.
    pub(super) fn begins(text: &[u8]) -> bool {
        let [b'{' | b'[', rest @ ..] = text else { return false };
        // A variable of a template.
        if text.starts_with(b"{{") && rest.len() > 1 && !rest.contains(&b'"') {
            return false;
        }
        matches!(rest.trim_ascii_start().first(), None | Some(b'"' | b'{' | b'[' | b'}' | b']'))
    }

    /// Scans a line, and counts the brackets outside strings.
    pub(super) fn line(&mut self, text: &[u8]) {
        let mut rest = text;
        while let Some(at) = rest.iter().position(|byte| matches!(byte, b'"' | b'{' | b'[' | b'}' | b']')) {
            let (byte, after) = (rest.get(at), rest.get(at + 1..).unwrap_or_default());
            rest = after;
            match byte {
                Some(b'"') => rest = split_string(after).map_or(&[], |(_, tail)| tail),
                Some(b'{' | b'[') => self.depth += 1,
                _ => self.depth = self.depth.saturating_sub(1),
            }
        }
    }
}

/// Iterates over the quoted parts of a line: JSON's strings without their escapes, and the text between single quotes.
pub(super) fn quoted(text: &[u8]) -> impl Iterator<Item = Unquoted<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let at = memchr::memchr2(b'"', b'\'', rest)?;
            let after = rest.get(at + 1..).unwrap_or_default();
            if rest.get(at) == Some(&b'"') {
                let (inner, tail) = split_string(after)?;
                rest = tail;
                return Some(unescape(inner));
            }
            // A single one is an apostrophe.
            let Some(end) = memchr::memchr(b'\'', after) else {
                rest = after;
                continue;
            };
            rest = after.get(end + 1..).unwrap_or_default();
            return after.get(..end).map(Unquoted::Plain);
        }
    })
}

/// Splits after the quote that ends a string; `None` if it does not end.
fn split_string(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut escaped = false;
    let end = text.iter().position(|byte| {
        let ends = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    })?;
    Some((text.get(..end)?, text.get(end + 1..).unwrap_or_default()))
}

/// Returns the string between two quotes; unchanged if it is not JSON.
fn unescape(inner: &[u8]) -> Unquoted<'_> {
    if !inner.contains(&b'\\') {
        return Unquoted::Plain(inner);
    }
    resolved(inner).map_or(Unquoted::Plain(inner), Unquoted::Resolved)
}

/// Resolves the escapes of a string: RFC 8259 section 7. `None` if it is not JSON. A library would leave copies of it in
/// memory.
fn resolved(inner: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let inner = std::str::from_utf8(inner).ok().filter(|inner| !inner.bytes().any(|byte| byte < b' '))?;
    // The result is never longer.
    let mut text = Zeroizing::new(Vec::with_capacity(inner.len()));
    let mut rest = inner;
    while let Some((plain, escape)) = rest.split_once('\\') {
        text.extend_from_slice(plain.as_bytes());
        let letter;
        (letter, rest) = resolve(escape)?;
        text.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
    }
    text.extend_from_slice(rest.as_bytes());
    Some(text)
}

/// Returns the character of an escape after its backslash, and the text after it.
fn resolve(escape: &str) -> Option<(char, &str)> {
    let (kind, rest) = escape.split_at_checked(1)?;
    let letter = match kind {
        "\"" | "\\" | "/" => kind.chars().next()?,
        "b" => '\u{8}',
        "f" => '\u{c}',
        "n" => '\n',
        "r" => '\r',
        "t" => '\t',
        "u" => {
            let (first, rest) = unit(rest)?;
            // Half of a surrogate pair counts only with the other half.
            if !(0xd800..0xdc00).contains(&first) {
                return Some((char::from_u32(first.into())?, rest));
            }
            let (second, rest) = unit(rest.strip_prefix("\\u")?)?;
            return Some((char::decode_utf16([first, second]).next()?.ok()?, rest));
        }
        _ => return None,
    };
    Some((letter, rest))
}

/// Parses four hexadecimal digits, and returns the text after them.
fn unit(text: &str) -> Option<(u16, &str)> {
    let (digits, rest) = text.split_at_checked(4)?;
    let all = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    Some((u16::from_str_radix(digits, 16).ok().filter(|_| all)?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_ends_with_its_last_bracket() {
        let mut document = Document::default();
        for (line, open) in [("{ \"a}\\\"}\": [", true), ("  1, \"]\"", true), ("]", true), ("}", false), ("}", false)]
        {
            document.line(line.as_bytes());
            assert_eq!(document.is_open(), open, "{line}");
        }
    }

    #[test]
    fn what_begins_with_a_bracket_may_be_something_else() {
        for (line, begins) in [
            ("{", true),
            ("[ \"a\"]", true),
            ("[{", true),
            ("[]", true),
            ("[vm.example]:22 x", false),
            ("{a}", false),
            ("{{ ssh_public_key }}", false),
            ("{{\"a\": 1}, {}}", true),
            ("", false),
        ] {
            assert_eq!(Document::begins(line.as_bytes()), begins, "{line}");
        }
    }

    #[test]
    fn strings_lose_their_quotes_and_escapes() {
        let text = br#"{"a": "b\r\n\"c\u0041", x='d "e'; don't "\q" "open"#;
        let found: Vec<_> = quoted(text).collect();
        let expected: [&[u8]; 4] = [b"a", b"b\r\n\"cA", b"d \"e", b"\\q"];
        // An apostrophe before a quote is part of the text.
        assert!(found.iter().map(|found| &**found).eq(expected));
    }

    /// A JSON library reads every string as this module does.
    #[test]
    fn strings_have_the_same_meaning_as_in_a_json_library() {
        for inner in [
            "\\\"\\\\\\/\\b\\f\\n\\r\\t",
            "a\\u00e4\\ud83d\\udd11z",
            "\\ud83d",
            "\\ud83dx",
            "\\ud83d\\u0041",
            "\\udd11",
            "\\u12",
            "\\u+123",
            "\\u00\u{e4}",
            "\\x",
            "\\",
            "a\tb\\n",
            "\\u0000",
        ] {
            let theirs = serde_json::from_str::<String>(&format!("\"{inner}\"")).ok();
            assert_eq!(resolved(inner.as_bytes()).map(|text| text.to_vec()), theirs.map(String::into_bytes), "{inner}");
        }
        assert!(resolved(b"\\n\xff").is_none());
    }
}
