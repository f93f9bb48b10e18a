//! Makes text from outside safe to print.

use std::fmt::Write as _;
use std::path::Path;

use crate::characters;

/// Escapes text from a key's comment, a host name or a file name for a terminal. Control characters (escape sequences, CR),
/// characters that reorder text (CVE-2021-42574) and bytes that are not UTF-8 become `\ooo`, three octal digits a byte, as
/// ssh-keygen prints them.
#[must_use]
pub fn text(bytes: &[u8]) -> String {
    with_octal(bytes, is_unsafe)
}

/// Escapes a name for a message. Invisible characters, which would make it look like another name, become octal, too. A
/// long name is cut.
#[must_use]
pub fn name(name: &str) -> String {
    let (start, is_cut) = cut(name.as_bytes());
    let shown = with_octal(start, |letter| is_unsafe(letter) || characters::invisible(letter).is_some());
    if is_cut { shown + "\u{2026}" } else { shown }
}

/// Escapes text for a message, as [`text`] does, and cuts a long one.
#[must_use]
pub fn excerpt(bytes: &[u8]) -> String {
    let (start, is_cut) = cut(bytes);
    let shown = text(start);
    if is_cut { shown + "\u{2026}" } else { shown }
}

/// Returns the start of a text, whole characters of at most [`MAX_ARGUMENT`] bytes, and whether more follows.
fn cut(bytes: &[u8]) -> (&[u8], bool) {
    if bytes.len() <= MAX_ARGUMENT {
        return (bytes, false);
    }
    let is_inside = |at: usize| bytes.get(at).is_some_and(|byte| byte & 0xc0 == 0x80);
    let end = (MAX_ARGUMENT - 3..=MAX_ARGUMENT).rev().find(|at| !is_inside(*at)).unwrap_or(MAX_ARGUMENT);
    (bytes.get(..end).unwrap_or(bytes), true)
}

/// Writes the characters that match `is_such`, and bytes that are not UTF-8, in octal.
fn with_octal(bytes: &[u8], is_such: fn(char) -> bool) -> String {
    let mut shown = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        for letter in chunk.valid().chars() {
            if is_such(letter) {
                octal(&mut shown, letter.encode_utf8(&mut [0; 4]).as_bytes());
            } else {
                shown.push(letter);
            }
        }
        octal(&mut shown, chunk.invalid());
    }
    shown
}

/// Removes what is unsafe to print, for a key's comment that is written to a file again.
#[must_use]
pub fn without_unsafe(bytes: &[u8]) -> String {
    let valid = bytes.utf8_chunks().flat_map(|chunk| chunk.valid().chars());
    valid.filter(|letter| !is_unsafe(*letter)).collect()
}

/// Appends the escaped text to `to`.
pub fn put(to: &mut Vec<u8>, bytes: &[u8]) {
    // No branch for each byte, so the compiler compares several at once.
    if bytes.iter().fold(true, |printable, byte| printable & matches!(byte, b' '..=b'~')) {
        to.extend_from_slice(bytes);
    } else {
        to.extend_from_slice(text(bytes).as_bytes());
    }
}

/// The longest argument that a message repeats, in bytes.
const MAX_ARGUMENT: usize = 200;

/// Whether an argument looks like the text of a file rather than the name of one. It may be a private key, so messages do
/// not repeat it.
#[must_use]
pub fn is_contents(argument: &[u8]) -> bool {
    argument.len() > MAX_ARGUMENT
        || argument.iter().any(|byte| matches!(byte, b'\n' | b'\r'))
        || names_a_private_key(argument)
        || argument.split(|byte| matches!(byte, b' ' | b'\t')).any(is_base64)
}

/// Whether an argument looks like the base64 of a key line. A fingerprint is shorter.
fn is_base64(argument: &[u8]) -> bool {
    const SHORTEST: usize = 44;
    let has = |kind: fn(&u8) -> bool| argument.iter().any(kind);
    argument.len() >= SHORTEST
        && argument.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'='))
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && has(u8::is_ascii_digit)
}

/// Whether an argument contains the header of a private key file.
#[must_use]
pub fn names_a_private_key(argument: &[u8]) -> bool {
    ["PRIVATE KEY", "PuTTY-User-Key-File-"]
        .iter()
        .any(|words| memchr::memmem::find(argument, words.as_bytes()).is_some())
}

/// Quotes an argument for a message; one that looks like the text of a file becomes its length.
#[must_use]
pub fn quoted(argument: &[u8]) -> String {
    if is_contents(argument) { size(argument) } else { format!("'{}'", text(argument)) }
}

/// Returns the length of an argument, which is printed instead of its text.
pub(crate) fn size(argument: &[u8]) -> String {
    format!("({} bytes)", argument.len())
}

/// Escapes a path; an empty one becomes `''`, which is visible.
#[must_use]
pub fn path(path: &Path) -> String {
    if path.as_os_str().is_empty() { "''".to_owned() } else { text(path.as_os_str().as_encoded_bytes()) }
}

fn octal(shown: &mut String, bytes: &[u8]) {
    for byte in bytes {
        let _ = write!(shown, "\\{byte:03o}");
    }
}

/// Whether a character could control a terminal or reorder the text on it.
pub(crate) fn is_unsafe(letter: char) -> bool {
    letter.is_control() || reorders(letter)
}

/// Unicode's explicit formatting characters of bidirectional text (UAX 9) and the line and paragraph separators.
const fn reorders(letter: char) -> bool {
    matches!(letter, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{2028}' | '\u{2029}')
}

#[cfg(test)]
mod tests {
    use super::{quoted, text};

    #[test]
    fn characters_that_control_a_terminal_become_octal() {
        assert_eq!(text(b"me@pc \xc3\xa4"), "me@pc ä");
        assert_eq!(text(b"a\x1b[31m\r\xff"), "a\\033[31m\\015\\377");
        assert_eq!(text("a\u{202e}b\u{9b}".as_bytes()), "a\\342\\200\\256b\\302\\233");
        assert_eq!(super::name("host\u{200b}key \u{e4}"), "host\\342\\200\\213key \u{e4}");
        assert_eq!(super::without_unsafe(b"a\x1b[31m\r\xff\xc3\xa4\xc2\x9b"), "a[31m\u{e4}");
    }

    #[test]
    fn messages_repeat_only_the_start_of_a_long_name() {
        use super::{excerpt, name};
        let short = "a".repeat(200);
        assert_eq!((name(&short), excerpt(short.as_bytes())), (short.clone(), short.clone()));
        assert_eq!(
            (name(&"a".repeat(201)), excerpt(&[b'a'; 100_000])),
            (format!("{short}\u{2026}"), format!("{short}\u{2026}"))
        );
        // A character is not cut.
        assert_eq!(name(&"\u{20ac}".repeat(67)), format!("{}\u{2026}", "\u{20ac}".repeat(66)));
        assert_eq!(excerpt(&[0x80; 300]), format!("{}\u{2026}", "\\200".repeat(200)));
    }

    #[test]
    fn a_possible_private_key_is_not_repeated() {
        assert_eq!(quoted(b"-x"), "'-x'");
        assert_eq!(quoted(&[b'x'; 200]).len(), 202);
        assert_eq!(quoted(&[b'x'; 201]), "(201 bytes)");
        let line = "MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC";
        assert_eq!(quoted(line.as_bytes()), "(64 bytes)");
        for name in ["47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU", &"0123456789abcdef".repeat(4), &"Name".repeat(12)] {
            assert_eq!(quoted(name.as_bytes()), format!("'{name}'"));
        }
        for contents in ["a\nb", "a\rb", "-----BEGIN OPENSSH PRIVATE KEY-----", "PuTTY-User-Key-File-3: ssh-rsa"] {
            assert_eq!(quoted(contents.as_bytes()), format!("({} bytes)", contents.len()));
        }
    }
}
