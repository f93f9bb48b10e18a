//! Removes envelopes that change characters: escapes, URLs, HTML, mail, base64.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use zeroize::Zeroizing;

use super::marks;
use super::text::Text;
use crate::key::base64::is_digit_or_padding;
use crate::key::hex;
use crate::keyfile::located_key::holds_a_key;
use crate::keyfile::pem;

/// The action of a decoder at a position of a text.
enum Step {
    /// Replaces that many bytes by a character.
    Put(char, usize),
    /// Replaces that many bytes by a byte.
    Byte(u8, usize),
    /// Skips that many bytes.
    Skip(usize),
    /// Keeps the byte.
    Same,
}

/// Decodes a text from its beginning to its end; `None` if nothing in it is encoded. The result is never longer.
fn decode(text: &[u8], step: impl Fn(&[u8]) -> Step) -> Option<Text> {
    let mut decoded = Zeroizing::new(Vec::with_capacity(text.len()));
    let (mut rest, mut changed) = (text, false);
    while let Some(first) = rest.first() {
        let step = step(rest);
        changed |= !matches!(step, Step::Same);
        let length = match step {
            Step::Put(letter, length) => {
                decoded.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
                length
            }
            Step::Byte(byte, length) => {
                decoded.push(byte);
                length
            }
            Step::Skip(length) => length,
            Step::Same => {
                decoded.push(*first);
                1
            }
        };
        rest = rest.get(length..).unwrap_or_default();
    }
    changed.then_some(decoded)
}

/// Parses hexadecimal digits.
fn hexadecimal(digits: Option<&[u8]>) -> Option<u32> {
    let digits = digits.filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// Parses a byte of two hexadecimal digits.
fn byte(digits: Option<&[u8]>) -> Option<u8> {
    let [high, low] = digits? else { return None };
    hex::byte(*high, *low)
}

/// Parses decimal digits.
fn decimal(digits: &[u8]) -> Option<u32> {
    let digits = Some(digits).filter(|digits| digits.iter().all(u8::is_ascii_digit))?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// Backslash escapes as in JSON and in the strings of shells and programming languages.
pub(super) fn escaped(text: &[u8]) -> Option<Text> {
    decode(text, |rest| match rest {
        [b'\\', b'r', b'\\', b'n', ..] => Step::Byte(b'\n', 4),
        [b'\\', b'n' | b'r', ..] => Step::Byte(b'\n', 2),
        [b'\\', b't', ..] => Step::Byte(b'\t', 2),
        // A shell line that continues on the next one.
        [b'\\', b'\n', ..] => Step::Skip(2),
        [b'\\', b'\r', b'\n', ..] => Step::Skip(3),
        // Escapes of Markdown, too.
        [b'\\', byte @ (b'"' | b'\'' | b'/' | b'\\' | b' ' | b'+' | b'=' | b'-' | b'_' | b'.' | b'@'), ..] => {
            Step::Byte(*byte, 2)
        }
        // The codes of a newline and a carriage return.
        [b'\\', b'x', b'0', b'a' | b'A' | b'd' | b'D', ..] | [b'\\', b'0', b'1', b'2' | b'5', ..] => {
            Step::Byte(b'\n', 4)
        }
        // PowerShell's escapes.
        [b'`', b'r', b'`', b'n', ..] => Step::Byte(b'\n', 4),
        [b'`', b'n', ..] => Step::Byte(b'\n', 2),
        [b'\\', b'u', ..] => match hexadecimal(rest.get(2..6)).and_then(char::from_u32) {
            Some(letter) => Step::Put(letter, 6),
            None => Step::Same,
        },
        _ => Step::Same,
    })
}

/// Terminal colours and bracketed-paste sequences: control sequences (ECMA-48 section 5.4), also with `^[` in place of the
/// escape character, and an operating system command up to its bell.
pub(super) fn terminal(text: &[u8]) -> Option<Text> {
    const LONGEST: usize = 200;
    decode(text, |rest| match rest {
        [0x1b, b'[', sequence @ ..] => control_sequence(sequence).map_or(Step::Same, |length| Step::Skip(2 + length)),
        [b'^', b'[', b'[', sequence @ ..] => {
            control_sequence(sequence).map_or(Step::Same, |length| Step::Skip(3 + length))
        }
        [0x1b, b']', command @ ..] => match command.iter().take(LONGEST).position(|byte| *byte == 7) {
            Some(end) => Step::Skip(2 + end + 1),
            None => Step::Same,
        },
        [0x1b, b'(' | b')', _, ..] => Step::Skip(3),
        _ => Step::Same,
    })
}

/// Returns the length of a control sequence after its introducer: parameters, and a final letter or symbol.
fn control_sequence(text: &[u8]) -> Option<usize> {
    const MOST_PARAMETERS: usize = 30;
    let end = text.iter().take(MOST_PARAMETERS).position(|byte| !(0x20..0x40).contains(byte))?;
    text.get(end).filter(|last| (0x40..0x7f).contains(*last)).map(|_| end + 1)
}

/// Percent-encoding, RFC 3986 section 2.1. In a form's value a plus sign is a space: if there are no other spaces and the
/// plus signs of base64 are encoded.
pub(super) fn percent(text: &[u8]) -> Option<Text> {
    let holds = |what: &[u8]| memchr::memmem::find(text, what).is_some();
    let is_form = !text.contains(&b' ') && (holds(b"BEGIN+") || holds(b"+AAAA"));
    decode(text, |rest| match rest {
        [b'%', ..] => byte(rest.get(1..3)).map_or(Step::Same, |byte| Step::Byte(byte, 3)),
        [b'+', ..] if is_form => Step::Byte(b' ', 1),
        _ => Step::Same,
    })
}

/// HTML: its entities, and its tags, which may be line breaks.
pub(super) fn html(text: &[u8]) -> Option<Text> {
    decode(text, |rest| match rest {
        [b'&', ..] => entity(rest).map_or(Step::Same, |(letter, length)| Step::Put(letter, length)),
        [b'<', b'a'..=b'z' | b'A'..=b'Z' | b'/' | b'!', ..] => {
            match rest.iter().take(200).position(|byte| *byte == b'>') {
                Some(end) => Step::Byte(b'\n', end + 1),
                None => Step::Same,
            }
        }
        _ => Step::Same,
    })
}

/// Returns the character of an entity, and the entity's length.
fn entity(text: &[u8]) -> Option<(char, usize)> {
    const NAMES: [(&[u8], char); 12] = [
        (b"amp", '&'),
        (b"lt", '<'),
        (b"gt", '>'),
        (b"quot", '"'),
        (b"apos", '\''),
        (b"nbsp", ' '),
        (b"plus", '+'),
        (b"sol", '/'),
        (b"equals", '='),
        (b"NewLine", '\n'),
        (b"Tab", '\t'),
        (b"commat", '@'),
    ];
    let end = text.iter().take(12).position(|byte| *byte == b';')?;
    let name = text.get(1..end)?;
    let letter = match name {
        [b'#', b'x' | b'X', digits @ ..] => hexadecimal(Some(digits)).and_then(char::from_u32)?,
        [b'#', digits @ ..] => decimal(digits).and_then(char::from_u32)?,
        name => NAMES.iter().find(|(known, _)| *known == name)?.1,
    };
    Some((letter, end + 1))
}

/// The shortest line that is taken as broken by quoted-printable, which allows at most 76 characters.
const SHORTEST_BROKEN: usize = 60;

/// Quoted-printable, RFC 2045 section 6.7: `=3D`, and lines broken after an equals sign.
pub(super) fn quoted_printable(text: &[u8]) -> Option<Text> {
    let breaks = |line: &[u8]| line.trim_ascii_end().ends_with(b"=") && line.trim_ascii_end().len() >= SHORTEST_BROKEN;
    let is_encoded = memchr::memmem::find(text, b"=3D").is_some()
        || memchr::memmem::find(text, b"=2B").is_some()
        || text.trim_ascii_end().split(|byte| *byte == b'\n').rev().skip(1).any(breaks);
    if !is_encoded {
        return None;
    }
    decode(text, |rest| match rest {
        [b'=', b'\n', ..] => Step::Skip(2),
        [b'=', b'\r', b'\n', ..] => Step::Skip(3),
        [b'=', ..] => byte(rest.get(1..3)).map_or(Step::Same, |byte| Step::Byte(byte, 3)),
        _ => Step::Same,
    })
}

/// The shortest word that may be base64url.
const SHORTEST_URL_SAFE: usize = 24;

/// base64url in the words of keys and the lines of blocks. Such a word has no `+` and no `/`.
pub(super) fn url_safe(text: &[u8]) -> Option<Text> {
    let is_word = |byte: &u8| !byte.is_ascii_whitespace();
    let mut decoded = Zeroizing::new(text.to_vec());
    let mut changed = false;
    for word in decoded.chunk_by_mut(|a, b| is_word(a) == is_word(b)) {
        let is_url_safe = word.len() >= SHORTEST_URL_SAFE
            && word.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'='))
            && !word.starts_with(b"---");
        // The names of types are shorter, or have no uppercase letters.
        if is_url_safe && word.iter().any(u8::is_ascii_uppercase) {
            for byte in word {
                let other = match byte {
                    b'-' => b'+',
                    b'_' => b'/',
                    _ => continue,
                };
                (*byte, changed) = (other, true);
            }
        }
    }
    changed.then_some(decoded)
}

/// The shortest text that may be a key's base64: that of an Ed25519 key's line.
const SHORTEST_BASE64: usize = 64;

/// The longest line of base64 in mail (RFC 2045 section 6.8), including its end.
const LONGEST_WRAPPED: usize = 77;

/// Base64 of the whole text, over any number of lines; after `base64,` in a data URL (RFC 2397). UTF-16, as PowerShell
/// encodes it, becomes UTF-8.
pub(super) fn base64(text: &[u8]) -> Option<Text> {
    // Lines with a key each are not one text, which has no line longer than mail allows; one of its lines may begin like a
    // key by chance.
    let holds = |line: &&[u8]| {
        line.len() > LONGEST_WRAPPED
            && marks::begins_a_key_in_base64(line.trim_ascii())
            && whole_base64(line).is_some_and(|decoded| holds_a_key(&decoded))
    };
    let is_of_one = text.split(|byte| *byte == b'\n').filter(holds).nth(1).is_none();
    let whole = || is_of_one.then(|| whole_base64(text)).flatten();
    in_a_block(text).or_else(whole).or_else(|| base64_in_lines(text))
}

/// Base64 of a key's text between BEGIN and END lines, which were added by hand or by a program.
fn in_a_block(text: &[u8]) -> Option<Text> {
    let (first, rest) = text.trim_ascii().split_at_checked(memchr::memchr(b'\n', text.trim_ascii())?)?;
    let label = std::str::from_utf8(pem::label(first)?).ok()?;
    let (body, last) = rest.split_at_checked(memchr::memrchr(b'\n', rest)?)?;
    let decoded = whole_base64(body).filter(|_| pem::is_end(last, label))?;
    marks::begins_a_key(decoded.trim_ascii_start()).then_some(decoded)
}

/// Lines of base64 among others, as the values of a Kubernetes secret, whose names have been removed, or a part of a mail.
fn base64_in_lines(text: &[u8]) -> Option<Text> {
    let mut decoded = Zeroizing::new(Vec::with_capacity(text.len() + 1));
    let mut changed = false;
    let mut rest = text;
    while !rest.is_empty() {
        let length = wrapped_base64(rest);
        let (value, after) = rest.split_at_checked(length).unwrap_or_default();
        let inner = if length > 0 { whole_base64(value) } else { None };
        let line = rest.split_inclusive(|byte| *byte == b'\n').next().unwrap_or_default();
        changed |= inner.is_some();
        rest = if inner.is_some() { after } else { rest.get(line.len()..).unwrap_or_default() };
        decoded.extend_from_slice(inner.as_deref().map_or(line.trim_ascii_end(), Vec::as_slice));
        decoded.push(b'\n');
    }
    changed.then_some(decoded)
}

/// Returns the length of the wrapped base64 at the start of a text, if a key begins in its first line: all lines have the
/// same length, except the last. A line that is longer than mail allows is a value of its own.
fn wrapped_base64(text: &[u8]) -> usize {
    let (mut length, mut width) = (0, 0);
    for raw in text.split_inclusive(|byte| *byte == b'\n') {
        let line = raw.trim_ascii();
        let is_more = match width {
            0 => marks::begins_a_key_in_base64(line),
            width => !line.is_empty() && line.len() <= width && line.iter().copied().all(is_digit_or_padding),
        };
        if !is_more {
            // A line that is not clearly other text continues the base64 in another encoding.
            let is_other = line.is_empty() || line.starts_with(b"-") || line.iter().any(|byte| b" \t:".contains(byte));
            return if is_other { length } else { 0 };
        }
        length += raw.len();
        if width > 0 && line.len() < width || line.len() > LONGEST_WRAPPED {
            break;
        }
        width = line.len();
    }
    length
}

fn whole_base64(text: &[u8]) -> Option<Text> {
    let text = memchr::memmem::find(text, b";base64,").map_or(Some(text), |at| text.get(at + 8..))?;
    let mut base64 = Zeroizing::new(Vec::with_capacity(text.len()));
    base64.extend(text.iter().filter(|byte| !byte.is_ascii_whitespace()));
    let digits = base64.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
    let is_digit = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
    if base64.len() < SHORTEST_BASE64 || !base64.get(..digits)?.iter().all(is_digit) {
        return None;
    }
    base64.truncate(digits);
    // Restores missing padding.
    let padded = digits.next_multiple_of(4);
    let padding = padded - digits;
    let engine = if base64.iter().any(|byte| matches!(byte, b'-' | b'_')) { &URL_SAFE } else { &STANDARD };
    let mut whole = Zeroizing::new(Vec::with_capacity(padded));
    whole.extend_from_slice(&base64);
    whole.extend(std::iter::repeat_n(b'=', padding));
    let mut decoded = Zeroizing::new(vec![0; padded / 4 * 3 + 3]);
    let length = engine.decode_slice(&whole, &mut decoded).ok()?;
    decoded.truncate(length);
    Some(without_zeros(&decoded).unwrap_or(decoded))
}

/// Converts UTF-16 with ASCII characters, in either byte order, to ASCII; `None` if it is something else.
fn without_zeros(text: &[u8]) -> Option<Text> {
    let text = text.strip_prefix(b"\xff\xfe").or_else(|| text.strip_prefix(b"\xfe\xff")).unwrap_or(text);
    let (pairs, []) = text.as_chunks::<2>() else { return None };
    let letter = |pair: &[u8; 2]| match pair {
        [letter, 0] | [0, letter] if *letter != 0 => Some(*letter),
        _ => None,
    };
    let mut ascii = Zeroizing::new(Vec::with_capacity(pairs.len()));
    for pair in pairs {
        ascii.push(letter(pair)?);
    }
    (!ascii.is_empty()).then_some(ascii)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(open: fn(&[u8]) -> Option<Text>, text: &str) -> Option<String> {
        open(text.as_bytes()).map(|text| String::from_utf8(text.to_vec()).unwrap())
    }

    #[test]
    fn escapes_are_resolved() {
        let pairs = [
            ("a\\nb", "a\nb"),
            ("a\\r\\nb", "a\nb"),
            ("a\\\\nb", "a\\nb"),
            ("\\\"\\u002b", "\"+"),
            ("a`nb", "a\nb"),
            ("a\\x0ab\\012c\\+", "a\nb\nc+"),
        ];
        for (text, inner) in pairs {
            assert_eq!(opened(escaped, text).as_deref(), Some(inner), "{text}");
        }
        assert_eq!(opened(escaped, "a\\xb"), None);
    }

    #[test]
    fn urls_and_html_are_decoded() {
        assert_eq!(opened(percent, "ssh-rsa%20AAAA%2b%zz").as_deref(), Some("ssh-rsa AAAA+%zz"));
        assert_eq!(opened(percent, "ssh-rsa+AAAA%2B").as_deref(), Some("ssh-rsa AAAA+"));
        assert_eq!(opened(percent, "ssh-rsa AA+A"), None);
        assert_eq!(opened(html, "a&#+43;b&#x+2F;"), None);
        assert_eq!(opened(html, "a&#x2F;&#43;&amp;b<br/>c").as_deref(), Some("a/+&b\nc"));
        assert_eq!(opened(html, "a & b; <c"), None);
    }

    #[test]
    fn control_sequences_are_removed() {
        for (text, inner) in [
            ("\u{1b}[01;31m\u{1b}[Kssh-rsa\u{1b}[m AAAA", "ssh-rsa AAAA"),
            ("\u{1b}[200~ssh-rsa AAAA\u{1b}[201~", "ssh-rsa AAAA"),
            ("^[[200~ssh-rsa AAAA^[[201~", "ssh-rsa AAAA"),
            ("\u{1b}]0;me@host\u{7}\u{1b}(Bssh-rsa", "ssh-rsa"),
        ] {
            assert_eq!(opened(terminal, text).as_deref(), Some(inner), "{text:?}");
        }
        for text in ["ssh-rsa [0m", "\u{1b}", "\u{1b}[", "\u{1b}[1;", "^[x", "\u{1b}]0;x"] {
            assert_eq!(opened(terminal, text), None, "{text:?}");
        }
    }

    #[test]
    fn mail_is_decoded() {
        let long = "A".repeat(75);
        assert_eq!(opened(quoted_printable, &format!("{long}=\nB=3D")).unwrap(), format!("{long}B="));
        assert_eq!(opened(quoted_printable, "AAAA=\nB"), None);
        assert_eq!(opened(quoted_printable, &format!("{long}=\n")), None);
    }

    #[test]
    fn base64_of_a_text_is_decoded_with_and_without_padding_in_both_alphabets() {
        let text = "-----BEGIN X-----\n>>>???\n-----END X-----\nssh-rsa AAAA\u{ff}";
        for engine in [&STANDARD, &URL_SAFE] {
            let whole = engine.encode(text);
            assert_eq!(opened(base64, &whole).as_deref(), Some(text));
            assert_eq!(opened(base64, whole.trim_end_matches('=')).as_deref(), Some(text));
            assert_eq!(opened(base64, &format!("data:text/plain;base64,{whole}")).as_deref(), Some(text));
        }
        let utf16: Vec<u8> =
            "ssh-rsa AAAA and more than a few words".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(opened(base64, &STANDARD.encode(utf16)).unwrap(), "ssh-rsa AAAA and more than a few words");
        assert_eq!(opened(base64, "AAAA"), None);
    }

    #[test]
    fn a_text_whose_lines_of_base64_begin_as_keys_do_is_one_text() {
        let text = format!("{:57}-----END X-----\n", "-----BEGIN X-----");
        let whole = STANDARD.encode(&text);
        let (first, second) = whole.split_at(76);
        assert!(first.starts_with("LS0tLS") && second.starts_with("LS0tLS"));
        assert_eq!(opened(base64, &format!("{first}\n{second}\n")), Some(text));
    }

    #[test]
    fn the_other_alphabet_is_translated_in_long_words_alone() {
        let word = "AAAAB3NzaC1yc2EAAAA-_DAQAB";
        assert_eq!(opened(url_safe, &format!("ssh-rsa {word} a-b")).unwrap(), "ssh-rsa AAAAB3NzaC1yc2EAAAA+/DAQAB a-b");
        for text in ["ssh-rsa a_b", "-----BEGIN-----", "AAAAB3NzaC1yc2EAAAA+/DAQ-B", "ecdsa-sha2-nistp256-cert-v01"] {
            assert_eq!(opened(url_safe, text), None, "{text}");
        }
    }
}
