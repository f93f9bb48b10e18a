//! Keys in the strings of a JSON document, such as `az sshkey show` and `az vm show` print, and keys in quotes.
//!
//! No string of a document goes on in the next line, so a document is looked through line by line as it comes, however
//! long it is.

use std::borrow::Cow;

/// Where a reader stands in a document.
#[derive(Debug, Default)]
pub(super) struct Document {
    /// How many brackets are open.
    depth: usize,
}

impl Document {
    /// Whether a document has begun and not ended.
    pub(super) const fn is_open(&self) -> bool {
        self.depth > 0
    }

    /// Whether a line begins a document: with a bracket and what may follow it.
    pub(super) fn begins(text: &[u8]) -> bool {
        let [b'{' | b'[', rest @ ..] = text else { return false };
        matches!(rest.trim_ascii_start().first(), None | Some(b'"' | b'{' | b'[' | b'}' | b']'))
    }

    /// Goes over a line, and keeps count of the brackets that are not in strings.
    pub(super) fn line(&mut self, text: &[u8]) {
        let mut rest = text;
        while let Some(at) = rest.iter().position(|byte| matches!(byte, b'"' | b'{' | b'[' | b'}' | b']')) {
            let (byte, after) = (rest.get(at), rest.get(at + 1..).unwrap_or_default());
            rest = after;
            match byte {
                Some(b'"') => rest = split_string(after).map_or(&[], |(_, behind)| behind),
                Some(b'{' | b'[') => self.depth += 1,
                _ => self.depth = self.depth.saturating_sub(1),
            }
        }
    }
}

/// What stands in quotes in a line: JSON's strings without their escapes, and what is between single quotes.
pub(super) fn quoted(text: &[u8]) -> impl Iterator<Item = Cow<'_, [u8]>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        loop {
            let at = memchr::memchr2(b'"', b'\'', rest)?;
            let after = rest.get(at + 1..).unwrap_or_default();
            if rest.get(at) == Some(&b'"') {
                let (inner, behind) = split_string(after)?;
                rest = behind;
                return Some(unescape(inner));
            }
            // A single one is an apostrophe.
            let Some(end) = memchr::memchr(b'\'', after) else {
                rest = after;
                continue;
            };
            rest = after.get(end + 1..).unwrap_or_default();
            return after.get(..end).map(Cow::Borrowed);
        }
    })
}

/// Splits behind the quote that ends a string; none where it does not end.
fn split_string(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut escaped = false;
    let end = text.iter().position(|byte| {
        let ends = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        ends
    })?;
    Some((text.get(..end)?, text.get(end + 1..).unwrap_or_default()))
}

/// The string that stands between two quotes; as it is where it is not JSON's.
fn unescape(inner: &[u8]) -> Cow<'_, [u8]> {
    if !inner.contains(&b'\\') {
        return inner.into();
    }
    let literal = [b"\"", inner, b"\""].concat();
    serde_json::from_slice::<String>(&literal).map_or_else(|_| inner.into(), |string| string.into_bytes().into())
}

/// Whether there can be a key in a text: a blob's base64, a BEGIN line or PuTTY's first line.
pub(super) fn may_hold_a_key(text: &[u8]) -> bool {
    ["AAAA", "BEGIN ", "PuTTY-User-Key-File-"].iter().any(|mark| memchr::memmem::find(text, mark.as_bytes()).is_some())
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
            ("", false),
        ] {
            assert_eq!(Document::begins(line.as_bytes()), begins, "{line}");
        }
    }

    #[test]
    fn strings_lose_their_quotes_and_escapes() {
        let found: Vec<_> = quoted(br#"{"a": "b\r\n\"c\u0041", x='d "e'; don't "\q" "open"#).collect();
        let expected: [&[u8]; 4] = [b"a", b"b\r\n\"cA", b"d \"e", b"\\q"];
        // An apostrophe before a quote is one.
        assert_eq!(found, expected);
    }
}
