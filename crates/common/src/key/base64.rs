//! Encodes and decodes base64 (RFC 4648 section 4) with the fastest engine that this processor supports.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurposeConfig, STANDARD_NO_PAD};

#[cfg(all(not(portable), any(target_arch = "x86_64", all(target_arch = "aarch64", target_feature = "neon"))))]
type Fastest = base64::engine::Simd;
#[cfg(not(all(not(portable), any(target_arch = "x86_64", all(target_arch = "aarch64", target_feature = "neon")))))]
type Fastest = base64::engine::GeneralPurpose;

static PADDED: LazyLock<Fastest> = LazyLock::new(fastest);

#[cfg(all(not(portable), any(target_arch = "x86_64", all(target_arch = "aarch64", target_feature = "neon"))))]
fn fastest() -> Fastest {
    Fastest::standard(GeneralPurposeConfig::new())
}

#[cfg(not(all(not(portable), any(target_arch = "x86_64", all(target_arch = "aarch64", target_feature = "neon")))))]
const fn fastest() -> Fastest {
    Fastest::new(&base64::alphabet::STANDARD, GeneralPurposeConfig::new())
}

/// Whether a byte is a base64 digit; the padding is not one.
#[must_use]
pub const fn is_digit(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')
}

/// Whether a byte is a base64 digit or the padding.
#[must_use]
pub const fn is_digit_or_padding(byte: u8) -> bool {
    is_digit(byte) || byte == b'='
}

/// The text is not base64.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotBase64;

/// Decodes a text with its padding into `to`, replacing the contents. The capacity of `to` is reused.
///
/// # Errors
/// It is not base64; the contents of `to` are then undefined.
pub fn decode_into(text: &[u8], to: &mut Vec<u8>) -> Result<(), NotBase64> {
    to.resize(text.len().div_ceil(4) * 3, 0);
    let length = PADDED.decode_slice(text, to).map_err(|_| NotBase64)?;
    to.truncate(length);
    Ok(())
}

/// Writes the base64 of bytes, with its padding, into `to`, replacing the contents. The capacity of `to` is reused.
pub fn encode_into(bytes: &[u8], to: &mut Vec<u8>) {
    to.resize(bytes.len().div_ceil(3) * 4, 0);
    // `to` is large enough for all of it.
    let length = PADDED.encode_slice(bytes, to).unwrap_or_default();
    to.truncate(length);
}

/// Appends the base64 of at most 64 bytes, without padding, to `to`; of more bytes it appends nothing. For so few bytes the
/// engine without vectors is the fastest.
pub fn put_unpadded(bytes: &[u8], to: &mut Vec<u8>) {
    let mut text = [0; 86];
    let length = STANDARD_NO_PAD.encode_slice(bytes, &mut text).unwrap_or_default();
    to.extend_from_slice(text.get(..length).unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vectors of RFC 4648 section 10.
    #[test]
    fn text_comes_back() {
        let mut blob = vec![7; 99];
        for (bytes, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(decode_into(text.as_bytes(), &mut blob), Ok(()));
            assert_eq!(blob, bytes.as_bytes());
            let mut back = b"x".to_vec();
            put_unpadded(bytes.as_bytes(), &mut back);
            assert_eq!(back, format!("x{}", text.trim_end_matches('=')).as_bytes());
            encode_into(bytes.as_bytes(), &mut back);
            assert_eq!(back, text.as_bytes());
        }
        for wrong in ["Zg", "Zg=", "Zh==", "Z", "Zm9v=", "Z m9", "Zm9v\n", "Zg==Zg=="] {
            assert_eq!(decode_into(wrong.as_bytes(), &mut blob), Err(NotBase64), "{wrong}");
        }
        let mut long = Vec::new();
        put_unpadded(&[0; 65], &mut long);
        assert!(long.is_empty());
        put_unpadded(&[0; 64], &mut long);
        assert_eq!(long.len(), 86);
    }
}
