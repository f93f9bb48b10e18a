//! Bytes in hexadecimal digits. The parsers of the standard library also accept a plus sign, which is not a digit.

/// Returns the byte of two digits; `None` if one is not a digit.
#[must_use]
pub const fn byte(high: u8, low: u8) -> Option<u8> {
    match ((high as char).to_digit(16), (low as char).to_digit(16)) {
        (Some(high), Some(low)) => Some((high << 4 | low) as u8),
        _ => None,
    }
}

/// Returns the bytes; `None` if a digit is missing or is not one.
#[must_use]
pub fn decode(digits: &[u8]) -> Option<Vec<u8>> {
    let (pairs, []) = digits.as_chunks::<2>() else { return None };
    pairs.iter().map(|[high, low]| byte(*high, *low)).collect()
}

/// Writes the digits, in lower case.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pairs_of_digits_are_bytes() {
        assert_eq!(decode(b"00fFa9"), Some(vec![0, 0xff, 0xa9]));
        for text in ["0", "000", "+f", "f+", " f", "0x", "-1", "\u{e4}"] {
            assert_eq!(decode(text.as_bytes()), None, "{text}");
        }
    }
}
