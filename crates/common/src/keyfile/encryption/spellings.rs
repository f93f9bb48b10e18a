//! Re-encodes a passphrase. A key is encrypted under bytes, and programs have encoded a typed `é` as one byte (Latin-1,
//! Windows-1252) or as two (UTF-8). Some, such as OpenSSL, include the carriage return of the line in a passphrase file.

use zeroize::Zeroizing;

use crate::secret::Secret;

/// The characters of the bytes 0x80 to 0x9F in Windows-1252; a space for a byte without a character.
const WINDOWS: [char; 32] = [
    '€', ' ', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', ' ', 'Ž', ' ', ' ', '‘', '’', '“', '”', '•', '–',
    '—', '˜', '™', 'š', '›', 'œ', ' ', 'ž', 'Ÿ',
];

/// Returns the other bytes that programs may have used for the passphrase, three at most: other encodings, and the line of
/// its file.
pub(in super::super) fn spellings(passphrase: &Secret) -> Vec<Secret> {
    let mut spellings = in_other_encodings(passphrase.expose());
    spellings.extend(passphrase.in_file().map(|line| Secret::new(line.to_vec())));
    spellings
}

/// Returns the passphrase in every other encoding, two at most; none if it is ASCII. Its own encoding is unknown: it counts
/// as UTF-8 if it is valid UTF-8, and otherwise as Windows-1252.
fn in_other_encodings(bytes: &[u8]) -> Vec<Secret> {
    if bytes.is_ascii() {
        return Vec::new();
    }
    let Ok(text) = std::str::from_utf8(bytes) else { return vec![to_utf8(bytes)] };
    let latin = |char: char| u8::try_from(char).ok();
    let windows = |char: char| {
        let at = WINDOWS.iter().position(|known| *known == char && char != ' ');
        at.and_then(|at| u8::try_from(0x80 + at).ok())
            .or_else(|| u8::try_from(char).ok().filter(|byte| !(0x80..0xa0).contains(byte)))
    };
    let mut spellings: Vec<Secret> = [in_bytes(text, latin), in_bytes(text, windows)].into_iter().flatten().collect();
    spellings.dedup_by(|one, other| one == other);
    spellings
}

/// Encodes a text with one byte per character; `None` if a character has none.
fn in_bytes(text: &str, byte: impl Fn(char) -> Option<u8>) -> Option<Secret> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    for char in text.chars() {
        bytes.push(byte(char)?);
    }
    Some(Secret::new(std::mem::take(&mut *bytes)))
}

fn to_utf8(bytes: &[u8]) -> Secret {
    let mut text = Zeroizing::new(String::with_capacity(3 * bytes.len()));
    for byte in bytes {
        let windows = byte.checked_sub(0x80).and_then(|at| WINDOWS.get(usize::from(at))).filter(|char| **char != ' ');
        text.push(windows.copied().unwrap_or(char::from(*byte)));
    }
    Secret::new(std::mem::take(&mut *text).into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(passphrase: &[u8]) -> Vec<Vec<u8>> {
        spellings(&Secret::new(passphrase.to_vec())).iter().map(|other| other.expose().to_vec()).collect()
    }

    #[test]
    fn a_passphrase_is_spelled_in_each_encoding_that_has_its_characters() {
        assert!(of(b"plain").is_empty());
        assert_eq!(of("é".as_bytes()), [b"\xe9"]);
        assert_eq!(of("€é".as_bytes()), [b"\x80\xe9"]);
        assert_eq!(of("\u{80}".as_bytes()), [b"\x80"]);
        assert!(of("日本".as_bytes()).is_empty());
        assert_eq!(of(b"\xe9\x80"), ["é€".as_bytes()]);
        assert_eq!(of(b"\x81"), ["\u{81}".as_bytes()]);
        let of_line = Secret::of_line(b"pw".to_vec(), b"pw\r".to_vec());
        assert!(spellings(&of_line) == [Secret::new(b"pw\r".to_vec())] && of_line == Secret::new(b"pw".to_vec()));
        assert!(spellings(&Secret::of_line(b"pw".to_vec(), b"pw".to_vec())).is_empty());
    }
}
