//! Bytes in hexadecimal, as the headers of encrypted files have them.

/// The bytes; `None` if a digit is missing or is none.
pub(in super::super) fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(text).ok()?;
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect()
}

/// The digits, in lower case.
pub(in super::super) fn encode(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
