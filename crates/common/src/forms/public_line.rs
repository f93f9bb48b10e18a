//! `type base64 comment`: a line of an `id_*.pub` file, and the part that all line forms share.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Form, Item, Refusal, authorized_keys, known_hosts};
use crate::keys::{Kind, Malformed, PublicKey, wire};

const CUT_OR_WRAPPED: &str = "is the line cut short or wrapped over several?";

/// Reads a line of any line form. Blank lines and lines of comment hold nothing, which is no fault.
pub(super) fn read<'a>(line: &'a [u8], number: usize) -> Result<Option<Item<'a>>, Refusal> {
    let text = skip_blanks(line);
    match text.first() {
        None => return Ok(None),
        Some(b'#') => return without_private_key(text).map(|()| None),
        Some(_) => {}
    }
    // ssh-keygen's order: a bare key first, then one behind options or hosts.
    if let Some(key) = Key::at(text) {
        return key?.item(number, Form::PublicLine, None).map(Some);
    }
    known_hosts::read(text, number)
        .or_else(|| authorized_keys::read(text, number))
        .unwrap_or_else(|| Err(Refusal::new("no key in this line")))
        .map(Some)
}

/// A key at the start of a text, and what follows it.
pub(super) struct Key<'a> {
    key: PublicKey<'a>,
    rest: &'a [u8],
}

impl<'a> Key<'a> {
    /// The key that `text` begins with; none where it does not begin with `type base64`.
    ///
    /// A word that is no known type counts as one only when the base64 behind it repeats it, so that a line of prose
    /// is not taken for a damaged key.
    pub(super) fn at(text: &'a [u8]) -> Option<Result<Self, Refusal>> {
        let (name, after) = word(text);
        let (encoded, rest) = word(skip_blanks(after));
        let known = Kind::of_name(name).0 != Kind::Unknown;
        if !known && (encoded.is_empty() || !crate::keys::is_type_name(name)) {
            return None;
        }
        let blob = match STANDARD.decode(encoded) {
            Ok(blob) => blob,
            Err(_) if !known => return None,
            Err(_) if encoded.is_empty() => {
                return Some(Err(Refusal::new("the key type is there, the key is missing")));
            }
            Err(_) => {
                return Some(Err(Refusal::new("the key is not valid base64").hint(CUT_OR_WRAPPED)));
            }
        };
        let inner = wire::Reader::new(&blob).string().unwrap_or_default();
        if inner != name {
            return known.then(|| Err(mismatch(inner)));
        }
        Some(match PublicKey::from_blob(blob) {
            Ok(key) => Ok(Self { key, rest: skip_blanks(rest) }),
            Err(Malformed::Shape) => Err(Refusal::from(Malformed::Shape).hint(CUT_OR_WRAPPED)),
            Err(malformed) => Err(malformed.into()),
        })
    }

    /// The key as an item, with the rest of the line as its comment. ssh-keygen takes no comment that begins with `#`.
    pub(super) fn item(self, line: usize, form: Form, lead: Option<&'a [u8]>) -> Result<Item<'a>, Refusal> {
        without_private_key(self.rest)?;
        let comment = (!self.rest.is_empty() && !self.rest.starts_with(b"#")).then(|| self.rest.into());
        Ok(Item { line, form, key: self.key, comment, lead: lead.map(Into::into), private: None })
    }
}

/// The base64 holds another type than the line says; its name is repeated only when it is one.
fn mismatch(inner: &[u8]) -> Refusal {
    let kind = Kind::of_name(inner).0;
    Refusal::new(match kind {
        Kind::Unknown => "the base64 does not hold a key of the type that the line begins with".to_owned(),
        kind => format!("the line begins with another type than its key, which is {}", kind.name()),
    })
}

/// Who lets only public keys through must not let a private one through that was commented out or pasted behind one.
fn without_private_key(text: &[u8]) -> Result<(), Refusal> {
    const MARK: &[u8] = b"PRIVATE KEY-----";
    let found = text.windows(MARK.len()).any(|window| window == MARK);
    if found { Err(Refusal::new("a private key in a comment")) } else { Ok(()) }
}

/// Splits at the first blank.
pub(super) fn word(text: &[u8]) -> (&[u8], &[u8]) {
    let end = text.iter().position(|byte| is_blank(*byte)).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, &[]))
}

/// What follows the blanks at the start.
pub(super) fn skip_blanks(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|byte| !is_blank(*byte)).unwrap_or(text.len());
    text.get(start..).unwrap_or_default()
}

const fn is_blank(byte: u8) -> bool {
    byte == b' ' || byte == b'\t'
}
