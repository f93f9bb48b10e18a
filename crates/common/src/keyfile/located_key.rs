//! A key in a line, `type base64 comment`, wherever in the line it begins. The type may be missing.

use super::{Form, Item, Quirk, Quirks, Refusal};
use crate::key::base64::{decode_into, is_digit, is_digit_or_padding};
use crate::key::{Kind, Malformed, PublicKey, wire};

/// Why a line holds no key that counts.
pub(super) enum Fault<'a> {
    /// It holds nothing that looks like a key.
    NoKey,
    /// It holds a key that ends early, and nothing behind it: perhaps it goes on in the next line.
    Unfinished(Box<Refusal>),
    /// It holds a key under the name of another type, or with more data behind it.
    Doubtful(Box<(Item<'a>, Refusal)>),
    /// It holds a damaged key.
    Damaged(Box<Refusal>),
    /// It is refused whatever it holds: sshd does not accept its options, or a private key stands in a comment.
    Refused(Box<Refusal>),
}

impl From<Refusal> for Fault<'_> {
    fn from(refusal: Refusal) -> Self {
        Self::Damaged(Box::new(refusal))
    }
}

/// A key's place in a line; its blob has been decoded.
pub(super) struct LocatedKey<'a> {
    /// The type before the base64; `None` if it is missing.
    name: Option<&'a [u8]>,
    rest: &'a [u8],
}

/// A key's place, or why there is none though its type stands there.
pub(super) type Located<'a> = Result<LocatedKey<'a>, Fault<'static>>;

/// Something ends early. With nothing behind it, it may go on in the next line.
fn ends_early(why: impl Into<String>, rest: &[u8]) -> Fault<'static> {
    let refusal = Refusal::new(why);
    // A shell joins a line that ends with a backslash with the next.
    if rest.is_empty() || rest == b"\\" {
        Fault::Unfinished(Box::new(refusal.hint("is the line cut short?")))
    } else {
        refusal.hint("is it cut short, or split by a space?").into()
    }
}

impl<'a> LocatedKey<'a> {
    /// The key that `text` begins with; `None` if it does not begin with `type base64`.
    ///
    /// A word that is no known type counts as one only when the base64 behind it repeats it, so that a line of prose
    /// is not taken for a damaged key.
    pub(super) fn at(text: &'a [u8], blob: &mut Vec<u8>) -> Option<Located<'a>> {
        let (name, after) = word(text);
        let (encoded, rest) = word(skip_blanks(after));
        let known = Kind::of_name(name).0 != Kind::Unknown;
        // The length of a type's name begins every blob, so that other base64, such as a private key's, is not decoded.
        if !known && (!encoded.starts_with(b"AAAA") || !crate::key::is_type_name(name)) {
            return None;
        }
        let rest = skip_blanks(rest);
        match decode_into(encoded, blob) {
            Err(_) if !known => None,
            Err(_) => Some(Err(ends_early("the key is not valid base64", rest))),
            Ok(()) if encoded.is_empty() => Some(Err(ends_early("the key type is there, the key is missing", rest))),
            // `rsa-sha2-512`, a signature's name, or any other name before a key whose type is known.
            Ok(()) if !known && type_of(blob) != name && !(is_plain(name) && is_known(blob)) => None,
            Ok(()) => Some(Ok(Self { name: Some(name), rest })),
        }
    }

    /// The key whose base64 `text` begins with, of a type that is known.
    pub(super) fn without_type(text: &'a [u8], blob: &mut Vec<u8>) -> Option<Located<'a>> {
        let (encoded, rest) = word(text);
        if !begins_a_blob(encoded, blob) {
            return None;
        }
        let rest = skip_blanks(rest);
        Some(match decode_into(encoded, blob) {
            Ok(()) => Ok(Self { name: None, rest }),
            Err(_) => Err(ends_early("the key is not valid base64", rest)),
        })
    }

    /// The key as an item, with the rest of the line as its comment. ssh-keygen takes no comment that begins with `#`.
    pub(super) fn item(
        self,
        line: usize,
        form: Form,
        lead: Option<&'a [u8]>,
        blob: &'a [u8],
    ) -> Result<Item<'a>, Fault<'a>> {
        without_private_key(self.rest)?;
        let mut refusal = None;
        let key = match PublicKey::from_blob(blob) {
            Ok(key) => key,
            Err(malformed @ Malformed::Trailing) => {
                let key = PublicKey::from_start_of(blob).map_err(Refusal::from)?;
                refusal = Some(Refusal::from(malformed));
                key
            }
            Err(Malformed::Shape) => return Err(ends_early(Malformed::Shape.to_string(), self.rest)),
            Err(Malformed::Name) if self.name.is_some_and(|name| is_start_of_type(blob, name)) => {
                return Err(ends_early(Malformed::Shape.to_string(), self.rest));
            }
            // The name that was announced is not there at all.
            Err(Malformed::Name) if self.name.is_some() => return Err(Refusal::new(NOT_OF_ITS_TYPE).into()),
            Err(malformed) => return Err(Refusal::from(malformed).into()),
        };
        let mislabelled = self.name.is_some_and(|name| name != type_of(blob));
        let quirks = Quirks::default()
            .with(Quirk::NoType, self.name.is_none())
            .with(Quirk::FalseType, mislabelled)
            .with(Quirk::Trailing, refusal.is_some());
        let refusal = if mislabelled { Some(mismatch(key.kind())) } else { refusal };
        let comment = (!self.rest.is_empty() && !self.rest.starts_with(b"#")).then(|| self.rest.into());
        let lead = lead.map(Into::into);
        let item = Item { line, form, key, comment, lead, private: None, quirks, text: [][..].into() };
        match refusal {
            Some(refusal) => Err(Fault::Doubtful(Box::new((item, refusal)))),
            None => Ok(item),
        }
    }
}

/// Whether a word is made of what names of types are made of.
fn is_plain(word: &[u8]) -> bool {
    word.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'@' | b'.'))
}

/// Whether a blob begins with a type that is known.
fn is_known(blob: &[u8]) -> bool {
    Kind::of_name(type_of(blob)).0 != Kind::Unknown
}

const NOT_OF_ITS_TYPE: &str = "the base64 does not hold a key of the type that the line begins with";

/// The base64 holds another type than the line says; its name is repeated only when it is known.
fn mismatch(kind: Kind) -> Refusal {
    Refusal::new(match kind {
        Kind::Unknown => NOT_OF_ITS_TYPE.to_owned(),
        kind => format!("the line begins with another type than its key, which is {}", kind.name()),
    })
}

/// Whether a word begins with the base64 of a blob whose type is known. Every such blob's length begins with zeros.
pub(super) fn begins_a_blob(word: &[u8], room: &mut Vec<u8>) -> bool {
    /// The longest name, with its length, is 46 bytes long.
    const NAME: usize = 64;
    let start = word.get(..NAME.min(word.len() / 4 * 4)).unwrap_or_default();
    start.starts_with(b"AAAA") && decode_into(start, room).is_ok() && is_known(room)
}

/// Whether a text holds a key, whatever stands before it: a blank, a comma, a carriage return, `\n` or nothing.
#[must_use]
pub fn holds_a_key(text: &[u8]) -> bool {
    let mut room = Vec::new();
    memchr::memmem::find_iter(text, b"AAAA")
        .any(|at| text.get(at..).is_some_and(|text| begins_a_blob(word(text).0, &mut room)))
}

/// The same, where the key's base64 is not a part of other base64, as in the lines of an encrypted private key.
pub(super) fn holds_a_key_of_its_own(text: &[u8]) -> bool {
    let mut room = Vec::new();
    memchr::memmem::find_iter(text, b"AAAA").any(|at| {
        let (before, key) = text.split_at_checked(at).unwrap_or_default();
        !before.last().copied().is_some_and(is_digit) && begins_a_blob(word(key).0, &mut room)
    })
}

/// Whether a text is a line of a block's base64, in which a key may begin that is only a part of it.
pub(super) fn is_line_of_a_block(text: &[u8]) -> bool {
    const SHORTEST: usize = 32;
    let text = text.trim_ascii();
    text.len() >= SHORTEST && !text.starts_with(b"AAAA") && text.iter().copied().all(is_digit_or_padding)
}

/// Whether a text holds several keys, and one of them out of quotes.
pub(super) fn has_a_key_out_of_quotes(text: &[u8]) -> bool {
    let mut room = Vec::new();
    let mut begins = |at: &usize| text.get(*at..).is_some_and(|text| begins_a_blob(word(text).0, &mut room));
    let mut keys: Vec<usize> = memchr::memmem::find_iter(text, b"AAAA").filter(|at| begins(at)).collect();
    // A certificate holds other keys in its base64.
    keys.dedup_by(|next, first| text.get(*first..*next).is_some_and(|between| between.iter().copied().all(is_digit)));
    if keys.len() < 2 {
        return false;
    }
    let mut quote = None;
    let mut keys = keys.into_iter().peekable();
    for (at, byte) in text.iter().enumerate() {
        match (byte, quote) {
            (b'"' | b'\'', None) => quote = Some(*byte),
            (byte, Some(open)) if *byte == open && at.checked_sub(1).and_then(|at| text.get(at)) != Some(&b'\\') => {
                quote = None;
            }
            _ => {}
        }
        if keys.next_if_eq(&at).is_some() && quote.is_none() {
            return true;
        }
    }
    false
}

/// Whether a blob ends before its type name does.
fn is_start_of_type(blob: &[u8], name: &[u8]) -> bool {
    let mut whole = Vec::with_capacity(4 + name.len());
    wire::put_string(&mut whole, name);
    whole.starts_with(blob)
}

/// The type name that a blob begins with.
fn type_of(blob: &[u8]) -> &[u8] {
    wire::Reader::new(blob).string().unwrap_or_default()
}

/// A reader that lets only public keys through must refuse text that holds a private key, also in a comment or behind the
/// public key.
pub(super) fn without_private_key(text: &[u8]) -> Result<(), Fault<'static>> {
    const MARK: &[u8] = b"PRIVATE KEY-----";
    let found =
        text.len() >= MARK.len() && memchr::memchr(b'-', text).is_some() && memchr::memmem::find(text, MARK).is_some();
    if found { Err(private_key_in_a_comment()) } else { Ok(()) }
}

/// The refusal of a private key in a comment.
pub(super) fn private_key_in_a_comment() -> Fault<'static> {
    Fault::Refused(Box::new(Refusal::new("a private key in a comment")))
}

/// Splits at the first blank.
pub(super) fn word(text: &[u8]) -> (&[u8], &[u8]) {
    let end = memchr::memchr2(b' ', b'\t', text).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, &[]))
}

/// What follows the blanks at the start.
pub(super) fn skip_blanks(text: &[u8]) -> &[u8] {
    let start = text.iter().position(|byte| !matches!(byte, b' ' | b'\t')).unwrap_or(text.len());
    text.get(start..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILRPxviwPJorJWOF6OcfU80B98DhjbHDVexLK2kEH2dm";

    #[test]
    fn a_key_in_a_comment_is_found() {
        for join in ["", " ", ",", "\\n", "\r", "\t"] {
            assert!(holds_a_key(format!("me@host{join}{KEY} c").as_bytes()), "{join:?}");
        }
        for text in ["", "me@host", "AAAA", "ssh-ed25519", "ssh-ed25519 AAAAB4", "AAAAAAAAAAAAAAAAAAAAAAAA"] {
            assert!(!holds_a_key(text.as_bytes()), "{text}");
        }
        assert!(holds_a_key_of_its_own(KEY.as_bytes()) && !is_line_of_a_block(&KEY.as_bytes()[12..]));
        let base64 = format!("S3I2yKhyTGqSpSAAAAEAAAAAEAAAAz{}", &KEY[12..]);
        assert!(holds_a_key(base64.as_bytes()) && !holds_a_key_of_its_own(base64.as_bytes()));
        assert!(is_line_of_a_block(base64.as_bytes()) && !is_line_of_a_block(KEY.as_bytes()));
        for (line, is_out) in [
            ("x=KEY KEY", true),
            ("a = \"x KEY y\" KEY", true),
            ("a = 'x KEY y' KEY", true),
            ("a = \"x \\\" KEY y\" KEY", true),
            ("no-pty\rKEY\r KEY", true),
            ("keys = [\"KEY\", 'KEY']", false),
            ("\"x \\\" KEY\", \"KEY\"", false),
            ("x=KEY", false),
            ("KEYAAAAC3NzaC1lZDI1NTE5", false),
        ] {
            assert_eq!(has_a_key_out_of_quotes(line.replace("KEY", KEY).as_bytes()), is_out, "{line}");
        }
    }
}
