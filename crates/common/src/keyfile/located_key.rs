//! Reads a key in a line, `type base64 comment`, at any offset. The type may be missing.

use super::{Form, Item, Quirk, Quirks, Refusal};
use crate::key::base64::{decode_into, is_digit, is_digit_or_padding};
use crate::key::{Kind, Malformed, PublicKey, wire};

/// The reason why a line holds no valid key.
pub(super) enum Fault<'a> {
    /// Nothing in it looks like a key.
    NoKey,
    /// A key in it ends early, and nothing follows: perhaps it continues on the next line.
    Unfinished(Box<Refusal>),
    /// A key is preceded by the name of another type, or followed by more data.
    Doubtful(Box<(Item<'a>, Refusal)>),
    /// A key in it is damaged.
    Damaged(Box<Refusal>),
    /// It is refused whatever it holds: sshd does not accept its options, or its comment contains a private key.
    Refused(Box<Refusal>),
}

impl From<Refusal> for Fault<'_> {
    fn from(refusal: Refusal) -> Self {
        Self::Damaged(Box::new(refusal))
    }
}

/// The position of a key in a line; its blob has been decoded.
pub(super) struct LocatedKey<'a> {
    /// The type before the base64; `None` if it is missing.
    name: Option<&'a [u8]>,
    rest: &'a [u8],
}

/// A key's position, or the reason why there is none although its type is there.
pub(super) type Located<'a> = Result<LocatedKey<'a>, Fault<'static>>;

/// Reports that the base64 ends early. If nothing follows, the key may continue on the next line.
fn ends_early(why: impl Into<String>, rest: &[u8]) -> Fault<'static> {
    let refusal = Refusal::new(why);
    // A shell joins a line that ends with a backslash with the next one.
    if rest.is_empty() || rest == b"\\" {
        Fault::Unfinished(Box::new(refusal.hint("is the line cut short?")))
    } else {
        refusal.hint("is it cut short, or split by a space?").into()
    }
}

impl<'a> LocatedKey<'a> {
    /// Finds the key at the start of `text`; `None` if it does not begin with `type base64`.
    ///
    /// An unknown type counts only if the base64 after it repeats it, so that a line of prose is not taken for a damaged
    /// key.
    pub(super) fn at(text: &'a [u8], blob: &mut Vec<u8>) -> Option<Located<'a>> {
        let (name, after) = word(text);
        let (encoded, rest) = word(skip_spaces_and_tabs(after));
        let known = Kind::of_name(name).0 != Kind::Unknown;
        // Every blob begins with the length of a type's name, so other base64, such as that of a private key, is not
        // decoded.
        if !known && (!encoded.starts_with(b"AAAA") || !crate::key::is_type_name(name)) {
            return None;
        }
        let rest = skip_spaces_and_tabs(rest);
        match decode_into(encoded, blob) {
            Err(_) if !known => None,
            Err(_) => Some(Err(ends_early("the key is not valid base64", rest))),
            Ok(()) if encoded.is_empty() => Some(Err(ends_early("the key type is there, the key is missing", rest))),
            // `rsa-sha2-512`, a signature's name, or any other name before a key of a known type.
            Ok(()) if !known && type_of(blob) != name && !(is_plain(name) && is_known(blob)) => None,
            Ok(()) => Some(Ok(Self { name: Some(name), rest })),
        }
    }

    /// Finds the key at the start of `text`, which begins with its base64, if its type is known.
    pub(super) fn without_type(text: &'a [u8], blob: &mut Vec<u8>) -> Option<Located<'a>> {
        let (encoded, rest) = word(text);
        if !begins_a_blob(encoded, blob) {
            return None;
        }
        let rest = skip_spaces_and_tabs(rest);
        Some(match decode_into(encoded, blob) {
            Ok(()) => Ok(Self { name: None, rest }),
            Err(_) => Err(ends_early("the key is not valid base64", rest)),
        })
    }

    /// Makes an item of the key, with the rest of the line as its comment. ssh-keygen ignores a comment that begins with
    /// `#`.
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
            // The blob has no name, although the line has one.
            Err(Malformed::Name) if self.name.is_some() => {
                return Err(Refusal::new(NOT_OF_ITS_TYPE).hint(LOOK_ALIKE).into());
            }
            Err(malformed) => return Err(Refusal::from(malformed).into()),
        };
        if let Some(refusal) = self.name.and_then(|name| mistyped(name, type_of(blob))) {
            return Err(Fault::Refused(Box::new(refusal)));
        }
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

/// Whether a word consists of the characters of type names. A number or a bullet of a list is not the name of a type.
fn is_plain(word: &[u8]) -> bool {
    word.iter().any(u8::is_ascii_alphabetic)
        && word.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'@' | b'.'))
}

/// Whether a blob begins with a known type.
fn is_known(blob: &[u8]) -> bool {
    Kind::of_name(type_of(blob)).0 != Kind::Unknown
}

/// The remedy for a mistyped character.
const LOOK_ALIKE: &str = "copy the key from its file again; 1 and l, 0 and O look alike";

/// Reports that a character of the base64 was mistyped, if it has nearly the type of the line, or no type at all. Only a name
/// that hardly differs from the line's is repeated.
fn mistyped(name: &[u8], of_blob: &[u8]) -> Option<Refusal> {
    /// A character of base64 is a part of two bytes at most.
    const MOST_CHANGES: usize = 2;
    let is_known = |name| Kind::of_name(name).0 != Kind::Unknown;
    if !is_known(name) || is_known(of_blob) {
        return None;
    }
    let changes = name.iter().zip(of_blob).filter(|(one, other)| one != other).count();
    let is_near = name.len() == of_blob.len() && changes <= MOST_CHANGES;
    let why = match std::str::from_utf8(name).ok().zip(std::str::from_utf8(of_blob).ok()) {
        Some((name, of_blob)) if is_near && of_blob.bytes().all(|byte| byte.is_ascii_graphic()) => {
            format!("the base64 is damaged: it begins with `{of_blob}`, where the line says {name}")
        }
        _ if is_near || !is_plain(of_blob) => NOT_OF_ITS_TYPE.to_owned(),
        _ => return None,
    };
    Some(Refusal::new(why).hint(LOOK_ALIKE))
}

const NOT_OF_ITS_TYPE: &str = "the base64 is not a key of the type at the beginning of the line";

/// Reports that the base64 has another type than the line. Its name is repeated only if it is known.
fn mismatch(kind: Kind) -> Refusal {
    match kind {
        Kind::Unknown => Refusal::new(NOT_OF_ITS_TYPE).hint(LOOK_ALIKE),
        kind => {
            let name = kind.name();
            Refusal::new(format!("the type at the beginning of the line does not match its key, which is {name}"))
                .hint(format!("if the key itself is right, write {name} there"))
        }
    }
}

/// Whether a word begins with the base64 of a blob of a known type. Every such blob's length begins with zeros.
pub(super) fn begins_a_blob(word: &[u8], room: &mut Vec<u8>) -> bool {
    /// The longest name with its length has 46 bytes.
    const NAME: usize = 64;
    let start = word.get(..NAME.min(word.len() / 4 * 4)).unwrap_or_default();
    start.starts_with(b"AAAA") && decode_into(start, room).is_ok() && is_known(room)
}

/// Whether a text contains a key after any character: a space, a comma, a carriage return, `\n` or nothing.
#[must_use]
pub fn holds_a_key(text: &[u8]) -> bool {
    let mut room = Vec::new();
    memchr::memmem::find_iter(text, b"AAAA")
        .any(|at| text.get(at..).is_some_and(|text| begins_a_blob(word(text).0, &mut room)))
}

/// Whether a text contains a key whose base64 is not part of other base64, as in the lines of an encrypted private key.
pub(super) fn holds_separate_key(text: &[u8]) -> bool {
    let mut room = Vec::new();
    memchr::memmem::find_iter(text, b"AAAA").any(|at| {
        let (before, key) = text.split_at_checked(at).unwrap_or_default();
        !before.last().copied().is_some_and(is_digit) && begins_a_blob(word(key).0, &mut room)
    })
}

/// Whether a text is a line of a block's base64. A key that seems to begin in it is only a part of it.
pub(super) fn is_line_of_a_block(text: &[u8]) -> bool {
    const SHORTEST: usize = 32;
    let text = text.trim_ascii();
    text.len() >= SHORTEST && !text.starts_with(b"AAAA") && text.iter().copied().all(is_digit_or_padding)
}

/// Whether a text contains several keys, at least one of them outside quotes.
pub(super) fn has_key_outside_quotes(text: &[u8]) -> bool {
    let mut room = Vec::new();
    let mut begins = |at: &usize| text.get(*at..).is_some_and(|text| begins_a_blob(word(text).0, &mut room));
    let mut keys: Vec<usize> = memchr::memmem::find_iter(text, b"AAAA").filter(|at| begins(at)).collect();
    // The base64 of a certificate contains other keys.
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

/// Returns the type name at the start of a blob.
fn type_of(blob: &[u8]) -> &[u8] {
    wire::Reader::new(blob).string().unwrap_or_default()
}

/// Refuses text that contains a private key, also in a comment or after the public key: a reader that accepts only public
/// keys must do so.
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

/// Splits at the first space or tab.
pub(super) fn word(text: &[u8]) -> (&[u8], &[u8]) {
    let end = memchr::memchr2(b' ', b'\t', text).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, &[]))
}

/// Skips leading spaces and tabs.
pub(super) fn skip_spaces_and_tabs(text: &[u8]) -> &[u8] {
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
        assert!(holds_separate_key(KEY.as_bytes()) && !is_line_of_a_block(&KEY.as_bytes()[12..]));
        let base64 = format!("S3I2yKhyTGqSpSAAAAEAAAAAEAAAAz{}", &KEY[12..]);
        assert!(holds_a_key(base64.as_bytes()) && !holds_separate_key(base64.as_bytes()));
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
            assert_eq!(has_key_outside_quotes(line.replace("KEY", KEY).as_bytes()), is_out, "{line}");
        }
    }
}
