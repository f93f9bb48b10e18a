//! Reads key lines: a line of an `id_*.pub` file, or of a file whose lines have more before the key. Writes the former.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::input::Line;
use crate::key::PublicKey;
use crate::keyfile::located_key::{Fault, Located, LocatedKey, private_key_in_a_comment, without_private_key};
use crate::keyfile::{Form, Item, Quirks, authorized_keys, known_hosts};

/// Finds a key after text that may precede it, and decodes its blob into the buffer.
pub(in super::super) type Find = for<'a> fn(&'a [u8], &mut Vec<u8>) -> Option<(Located<'a>, Option<&'a [u8]>)>;

/// sshd's order, a bare key and then one after options, so that the key found in a line of `authorized_keys` is the one
/// that logs in by it; then formats that sshd does not read.
static FINDERS: [(Form, Find); 4] = [
    (Form::PublicLine, |text, blob| Some((LocatedKey::at(text, blob)?, None))),
    (Form::AuthorizedKeys, authorized_keys::find),
    (Form::KnownHosts, known_hosts::find),
    (Form::PublicLine, |text, blob| Some((LocatedKey::without_type(text, blob)?, None))),
];

/// Reads a line of any line format, without leading spaces and tabs. Blank lines and comments hold nothing, which is not an
/// error. `blob` is a buffer for the key's blob.
pub(in super::super) fn read<'a>(
    text: &'a [u8],
    number: usize,
    blob: &'a mut Vec<u8>,
) -> Result<Option<Item<'a>>, Fault<'a>> {
    match text.first() {
        None => return Ok(None),
        Some(b'#') => return without_private_key(text).and_then(|()| without_bare_private_key(text)).map(|()| None),
        Some(_) => {}
    }
    let found = FINDERS.iter().find_map(|(form, find)| find(text, blob).map(|(spot, lead)| (spot, *form, lead)));
    let (spot, form, lead) = found.ok_or(Fault::NoKey)?;
    spot?.item(number, form, lead, blob).map(Some)
}

/// The types of most keys, each with a space, the base64 of the type's length and name, and the length of the whole base64
/// if it is the same for all keys of the type.
const COMMON: [(&[u8], &[u8], Option<usize>); 2] = [
    (b"ssh-ed25519 ", b"AAAAC3NzaC1lZDI1NTE5AAAAI", Some(ED25519_DIGITS)),
    (b"ssh-rsa ", b"AAAAB3NzaC1yc2EAAAAD", None),
];

/// The length of an Ed25519 key's base64: that of 51 bytes.
pub(in super::super) const ED25519_DIGITS: usize = 68;

/// A line as ssh-keygen writes most of them, `ssh-ed25519 BASE64 COMMENT` or `ssh-rsa BASE64 COMMENT` with single spaces.
/// The base64 is decoded by the caller.
#[derive(Clone, Copy)]
pub(in super::super) struct CommonLine<'a> {
    /// What should be the key's base64.
    pub(in super::super) encoded: &'a [u8],
    comment: Option<&'a [u8]>,
}

impl<'a> CommonLine<'a> {
    /// Splits a line; `None` if it has another form.
    pub(in super::super) fn of(line: &Line<'a>) -> Option<Self> {
        let (encoded, digits) = COMMON.iter().find_map(|(name, start, digits)| {
            line.bytes
                .strip_prefix(*name)
                .filter(|encoded| encoded.starts_with(start))
                .map(|encoded| (encoded, *digits))
        })?;
        let end = digits.or_else(|| memchr::memchr(b' ', encoded)).unwrap_or(encoded.len()).min(encoded.len());
        match encoded.split_at_checked(end)? {
            (encoded, []) => Some(Self { encoded, comment: None }),
            (encoded, [b' ', comment @ ..]) if !matches!(comment.first(), None | Some(b' ' | b'\t' | b'#')) => {
                Some(Self { encoded, comment: Some(comment) })
            }
            _ => None,
        }
    }

    /// Returns the base64 if it has the length of an Ed25519 key's.
    pub(in super::super) fn of_ed25519(self) -> Option<&'a [u8; ED25519_DIGITS]> {
        self.encoded.try_into().ok()
    }

    /// Returns the key from its decoded base64; `None` if the line is not as ssh-keygen writes it. [`read`] finds the same
    /// keys, but takes several times as long.
    pub(in super::super) fn item(self, line: &Line<'a>, quirks: Quirks, blob: &'a [u8]) -> Option<Item<'a>> {
        without_private_key(self.comment.unwrap_or_default()).ok()?;
        let key = PublicKey::from_blob(blob).ok()?;
        let (comment, text) = (self.comment.map(Into::into), line.raw.into());
        Some(Item { line: line.number, form: Form::PublicLine, key, comment, lead: None, private: None, quirks, text })
    }
}

/// Whether sshd would look for a key in a line: then it is nothing else, whatever surrounds it.
pub(in super::super) fn is_for_sshd(text: &[u8], blob: &mut Vec<u8>) -> bool {
    let [bare, options, ..] = &FINDERS;
    // Both have at least two words.
    memchr::memchr2(b' ', b'\t', text).is_some() && [bare, options].iter().any(|(_, find)| find(text, blob).is_some())
}

/// Refuses the bare base64 of a private key in OpenSSH format.
fn without_bare_private_key(text: &[u8]) -> Result<(), Fault<'static>> {
    /// `openssh-key-v1` in base64, except its last digit.
    const MAGIC: &[u8] = b"b3BlbnNzaC1rZXktdj";
    let found = memchr::memmem::find(text, MAGIC).is_some();
    if found { Err(private_key_in_a_comment()) } else { Ok(()) }
}

/// Writes `type base64 comment` and a newline: the line of an `id_*.pub` file. The comment is one line.
#[must_use]
pub fn write(key: &PublicKey<'_>, comment: &str) -> String {
    let base64 = STANDARD.encode(key.blob());
    let space = if comment.is_empty() { "" } else { " " };
    format!("{} {base64}{space}{comment}\n", key.type_name())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::base64::decode_into;

    const ED25519: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILRPxviwPJorJWOF6OcfU80B98DhjbHDVexLK2kEH2dm";
    const RSA: &str = "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQDHh4Q2Zk1Jx0m3";

    fn read_common<'a>(line: &Line<'a>, blob: &'a mut Vec<u8>) -> Option<Item<'a>> {
        let common = CommonLine::of(line)?;
        decode_into(common.encoded, blob).ok()?;
        common.item(line, Quirks::default(), blob)
    }

    /// Reads the line in both ways.
    fn both(text: &[u8]) -> [Option<String>; 2] {
        let show = |item: &Item<'_>| {
            format!("{:?}", (item.line, item.form, &item.key, &item.comment, &item.lead, item.quirks))
        };
        let (mut room, mut other) = (Vec::new(), Vec::new());
        let line = Line { number: 7, bytes: text, crlf: false, raw: text };
        let common = read_common(&line, &mut room).as_ref().map(show);
        [common, read(text, 7, &mut other).ok().flatten().as_ref().map(show)]
    }

    #[test]
    fn a_common_line_is_read_as_any_other() {
        for line in [ED25519.to_owned(), format!("{ED25519} me@host"), format!("{ED25519} a  b #c\t")] {
            let [common, general] = both(line.as_bytes());
            assert!(common.is_some() && common == general, "{line}");
        }
    }

    /// Each character of a line is left out, replaced, or preceded by another one.
    #[test]
    fn a_line_that_is_nearly_common_is_read_as_any_other() {
        let mut read = 0;
        for line in [format!("{ED25519} me@host -- PRIVATE KEY-----"), format!("{ED25519} a-b"), format!("{RSA}== c")] {
            for at in 0..=line.len() {
                let (before, after) = line.as_bytes().split_at(at);
                let rest = after.get(1..).unwrap_or_default();
                let changes = b" \t#=A-/z0\0\r\xff"
                    .iter()
                    .flat_map(|byte| [[before, &[*byte], after].concat(), [before, &[*byte], rest].concat()]);
                for text in changes.chain([[before, rest].concat()]) {
                    let [common, general] = both(&text);
                    assert!(common.is_none() || common == general, "{}", text.escape_ascii());
                    read += usize::from(common.is_some());
                }
            }
        }
        assert!(read > 500, "{read}");
    }
}
