//! Parses a line with a key.

use std::ops::Range;

use common::key::base64;

/// A line with a key: `[@marker] hosts type key [comment]`, its fields separated by spaces or tabs.
#[derive(Clone, Debug)]
pub(super) struct Entry<'a> {
    /// The whole line, with its end.
    pub(super) line: &'a [u8],
    /// The marker of the key, such as `@revoked`.
    pub(super) marker: Option<&'a [u8]>,
    hosts: Range<usize>,
    /// The name of the key's type.
    pub(super) key_type: &'a [u8],
    /// The key in base64.
    pub(super) blob: &'a [u8],
    /// The rest of the line.
    pub(super) comment: &'a [u8],
}

/// The marker of a key that must not be trusted.
pub(super) const REVOKED: &[u8] = b"@revoked";

/// The marker of an authority that signs host keys.
pub(super) const CERT_AUTHORITY: &[u8] = b"@cert-authority";

impl<'a> Entry<'a> {
    /// Parses a line; `None` if it is a comment or has no key.
    pub(super) fn read(line: &'a [u8]) -> Option<Self> {
        let mut fields = Fields { line: without_end(line), at: 0 };
        let first = fields.next().filter(|first| line.get(first.start) != Some(&b'#'))?;
        let marked = line.get(first.start) == Some(&b'@');
        let (marker, hosts) = if marked { (line.get(first), fields.next()?) } else { (None, first) };
        let (key_type, blob) = (line.get(fields.next()?)?, line.get(fields.next()?)?);
        Some(Self { line, marker, hosts, key_type, blob, comment: line.get(fields.at..)? })
    }

    /// The names, hashed names and patterns of the hosts in the line.
    pub(super) fn names(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        self.name_list().split(|byte| *byte == b',')
    }

    /// The field of the names.
    pub(super) fn name_list(&self) -> &'a [u8] {
        self.line.get(self.hosts.clone()).unwrap_or_default()
    }

    /// Decodes the key into `to`. Returns whether it is base64.
    pub(super) fn decode(&self, to: &mut Vec<u8>) -> bool {
        base64::decode_into(self.blob, to).is_ok()
    }

    /// The line without the names that `about` selects; empty if no other host is left.
    pub(super) fn without(&self, about: impl Fn(&[u8]) -> bool) -> Vec<u8> {
        let others: Vec<&[u8]> = self.names().filter(|name| !about(name)).collect();
        // Patterns with `!` alone name no host.
        if others.iter().all(|name| name.first().is_none_or(|first| *first == b'!')) {
            return Vec::new();
        }
        let (before, after) = (self.line.get(..self.hosts.start), self.line.get(self.hosts.end..));
        [before.unwrap_or_default(), &others.join(&b','), after.unwrap_or_default()].concat()
    }
}

/// A line without its newline and the carriage returns before it. ssh treats no other character as white space.
fn without_end(line: &[u8]) -> &[u8] {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let length = line.iter().rposition(|byte| *byte != b'\r').map_or(0, |last| last + 1);
    line.get(..length).unwrap_or(line)
}

/// The positions of the fields of a line without its end.
struct Fields<'a> {
    line: &'a [u8],
    at: usize,
}

impl Iterator for Fields<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let rest = self.line.get(self.at..)?;
        let start = self.at + rest.iter().position(|byte| !matches!(byte, b' ' | b'\t'))?;
        let rest = self.line.get(start..)?;
        self.at = start + memchr::memchr2(b' ', b'\t', rest).unwrap_or(rest.len());
        Some(start..self.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_separated_by_spaces_and_tabs() {
        for line in ["a,b t k", " \ta,b\t t  k c d\r\n", "a,b t k\n"] {
            let entry = Entry::read(line.as_bytes()).unwrap();
            assert_eq!((entry.marker, entry.key_type, entry.blob), (None, &b"t"[..], &b"k"[..]), "{line}");
            assert_eq!(entry.names().collect::<Vec<_>>(), [b"a", b"b"], "{line}");
        }
        // Any other character is part of its field.
        for line in ["\ra t k", "a\x0c t k", "a t\r k", "a t\x0b k"] {
            let entry = Entry::read(line.as_bytes()).unwrap();
            assert!((entry.names().next(), entry.key_type) != (Some(b"a"), b"t"), "{line:?}");
        }
        assert_eq!(Entry::read(b"@revoked * t k").unwrap().marker, Some(REVOKED));
        for line in ["", "\n", "# a t k", "  #", "a t", "@revoked a t", "a t \r\n"] {
            assert!(Entry::read(line.as_bytes()).is_none(), "{line:?}");
        }
    }

    #[test]
    fn only_the_names_change_when_one_is_taken_out() {
        let entry = Entry::read(b" a,\xff,b\tt k a,b of old\r\n").unwrap();
        assert_eq!(entry.without(|name| name == b"a"), b" \xff,b\tt k a,b of old\r\n");
        assert_eq!(entry.without(|_| true), b"");
        assert_eq!(Entry::read(b"a,!b t k").unwrap().without(|name| name == b"a"), b"");
    }
}
