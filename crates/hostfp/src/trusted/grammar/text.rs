//! Decodes bytes as text. UTF-16, as PowerShell's `>` writes it, is converted; nothing else is changed.

use common::error::Error;

/// Decodes a text. Bytes that are not UTF-8 become U+FFFD.
///
/// # Errors
/// It is empty, or not a text.
pub(crate) fn decode(bytes: &[u8]) -> Result<String, Error> {
    let text = match bytes {
        [] => return Err(Error::failure("is empty").hint("it should hold the fingerprints that the VM printed")),
        [0xff, 0xfe, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => utf16(rest, u16::from_be_bytes),
        [first, 0, ..] if *first != 0 && half_are_nul(bytes, 1) => utf16(bytes, u16::from_le_bytes),
        [0, second, ..] if *second != 0 && half_are_nul(bytes, 0) => utf16(bytes, u16::from_be_bytes),
        // DER: a SEQUENCE with a length of two bytes, or a short one; texts do not begin with these bytes.
        [0x30, 0x82, ..] | [0x30, 0x81, ..] => return Err(not_text()),
        _ => String::from_utf8_lossy(bytes).into_owned(),
    };
    let text = text.trim_start_matches('\u{feff}');
    let strange = text.chars().filter(|character| *character == char::REPLACEMENT_CHARACTER).count();
    if strange > 16 && strange > text.chars().count() / 4 { Err(not_text()) } else { Ok(text.to_owned()) }
}

fn not_text() -> Error {
    Error::failure("binary data, not text").hint("`ssh-keygen -lf` on the VM prints text")
}

/// Whether the text looks like UTF-16 without a BOM: of its first bytes, those at odd (or even) positions are mostly NUL.
fn half_are_nul(bytes: &[u8], odd: usize) -> bool {
    let sample = bytes.get(..bytes.len().min(256)).unwrap_or_default();
    let half: Vec<u8> = sample.iter().skip(odd).step_by(2).copied().collect();
    half.iter().filter(|byte| **byte == 0).count() * 10 >= half.len() * 9
}

fn utf16(bytes: &[u8], of_bytes: fn([u8; 2]) -> u16) -> String {
    let (pairs, _) = bytes.as_chunks::<2>();
    char::decode_utf16(pairs.iter().copied().map(of_bytes))
        .map(|character| character.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_16_is_decoded_with_and_without_a_bom() {
        let units: Vec<u16> = "\u{feff}256 ä\r\nb".encode_utf16().collect();
        let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
        let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        for bytes in [&little, &big] {
            assert_eq!(decode(bytes).unwrap(), "256 ä\r\nb");
        }
        let ascii: Vec<u16> = "a plain line of text".encode_utf16().collect();
        let little: Vec<u8> = ascii.iter().flat_map(|unit| unit.to_le_bytes()).chain([b'x']).collect();
        let big: Vec<u8> = ascii.iter().flat_map(|unit| unit.to_be_bytes()).collect();
        for bytes in [&little, &big] {
            assert_eq!(decode(bytes).unwrap(), "a plain line of text");
        }
    }

    #[test]
    fn what_is_no_text_is_named() {
        assert_eq!(decode(b"").unwrap_err().message(), "is empty");
        let noise: Vec<u8> = (0..200).map(|byte| 0x80 | byte).collect();
        for bytes in [&b"\x30\x82\x01\x22"[..], b"\x30\x81\x9f", &noise] {
            assert_eq!(decode(bytes).unwrap_err().message(), "binary data, not text");
        }
    }

    #[test]
    fn utf_16_without_its_mark_has_nul_in_nearly_every_other_byte() {
        for (nul, is_utf16) in [(10, true), (9, true), (8, false), (0, false)] {
            let bytes: Vec<u8> = (0..10).flat_map(|pair| [b'a', if pair < nul { 0 } else { b'b' }]).collect();
            assert_eq!(half_are_nul(&bytes, 1), is_utf16, "{nul}");
        }
        for text in ["a\0bcdefgh", "\0abcdefgh", "\0\0\0\0\0\0\0\0"] {
            assert_eq!(decode(text.as_bytes()).unwrap(), text);
        }
    }

    #[test]
    fn a_text_may_have_some_bytes_that_are_not_characters() {
        for (strange, plain, is_text) in [(16, 0, true), (17, 0, false), (17, 50, false), (17, 51, true), (0, 1, true)]
        {
            let bytes = [vec![0xff; strange], vec![b'x'; plain]].concat();
            assert_eq!(decode(&bytes).is_ok(), is_text, "{strange} {plain}");
        }
    }
}
