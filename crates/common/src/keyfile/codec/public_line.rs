//! Lines of keys: a line of an `id_*.pub` file, or of one of the files whose lines have more before the key.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::key::PublicKey;
use crate::keyfile::located_key::{Fault, Located, LocatedKey, private_key_in_a_comment, without_private_key};
use crate::keyfile::{Form, Item, authorized_keys, known_hosts};

/// Finds a key in what may stand before it, and decodes its blob into the buffer.
pub(in super::super) type Find = for<'a> fn(&'a [u8], &mut Vec<u8>) -> Option<(Located<'a>, Option<&'a [u8]>)>;

/// sshd's order, a bare key and then one behind options, so that what is found in a line of `authorized_keys` is the key
/// that logs in by it; then what sshd does not read.
static FINDERS: [(Form, Find); 4] = [
    (Form::PublicLine, |text, blob| Some((LocatedKey::at(text, blob)?, None))),
    (Form::AuthorizedKeys, authorized_keys::find),
    (Form::KnownHosts, known_hosts::find),
    (Form::PublicLine, |text, blob| Some((LocatedKey::without_type(text, blob)?, None))),
];

/// Reads a line of any line form, without the blanks before it. Blank lines and lines of comment hold nothing, which is
/// no fault. `blob` is room for the key's blob.
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

/// Whether sshd would look for a key in a line: whatever stands around it, the line is nothing else then.
pub(in super::super) fn is_for_sshd(text: &[u8], blob: &mut Vec<u8>) -> bool {
    let [bare, options, ..] = &FINDERS;
    // Neither has less than two words.
    memchr::memchr2(b' ', b'\t', text).is_some() && [bare, options].iter().any(|(_, find)| find(text, blob).is_some())
}

/// The same for the base64 alone of a private key of OpenSSH's form.
fn without_bare_private_key(text: &[u8]) -> Result<(), Fault<'static>> {
    /// `openssh-key-v1` in base64, but for its last letter.
    const MAGIC: &[u8] = b"b3BlbnNzaC1rZXktdj";
    let found = memchr::memmem::find(text, MAGIC).is_some();
    if found { Err(private_key_in_a_comment()) } else { Ok(()) }
}

/// `type base64 comment`, with its newline: the line of an `id_*.pub` file. The comment is one line.
#[must_use]
pub fn write(key: &PublicKey<'_>, comment: &str) -> String {
    let base64 = STANDARD.encode(key.blob());
    let blank = if comment.is_empty() { "" } else { " " };
    format!("{} {base64}{blank}{comment}\n", key.type_name())
}
