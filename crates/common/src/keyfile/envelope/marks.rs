//! The beginnings of keys, in any encoding: they show that a text is worth reading, and where in a line a key begins.

use crate::key::base64::is_digit_or_padding;

/// Every text with a key contains one of these.
const MARKS: [&str; 3] = ["AAAA", "BEGIN ", "PuTTY-User-Key-File-"];

/// The base64 of `-----`, `ssh-`, `ecdsa-`, `sk-ssh-`, `sk-ecdsa-` and `PuTTY-`, and of the base64 of the first three.
const IN_BASE64: [&str; 9] =
    ["LS0tLS", "c3NoL", "ZWNkc2Et", "c2stc3NoL", "c2stZWNkc2Et", "UHVUVFkt", "TFMwdExT", "YzNOb0", "WldOa2MyRX"];

/// The beginnings of a key's text.
const BEGINNINGS: [&str; 11] = [
    "-----BEGIN",
    "---- BEGIN",
    "PuTTY-User-Key-File-",
    "ssh-ed25519",
    "ssh-rsa",
    "ssh-dss",
    "ssh-mldsa44-",
    "ecdsa-sha2-",
    "sk-ssh-",
    "sk-ecdsa-",
    "AAAA",
];

/// Whether there can be a key in a text: a blob's base64, a BEGIN line or PuTTY's first line.
pub(super) fn may_hold_a_key(text: &[u8]) -> bool {
    MARKS.iter().any(|mark| memchr::memmem::find(text, mark.as_bytes()).is_some())
}

/// Whether there can be a key in a text, plain or in base64.
pub(in super::super) fn may_hold_a_key_or_its_base64(text: &[u8]) -> bool {
    may_hold_a_key(text) || IN_BASE64.iter().any(|mark| memchr::memmem::find(text, mark.as_bytes()).is_some())
}

/// Whether a key's text begins here.
pub(super) fn begins_a_key(text: &[u8]) -> bool {
    BEGINNINGS.iter().any(|beginning| text.starts_with(beginning.as_bytes())) || begins_a_key_in_base64(text)
}

/// Whether the base64 of a key's text begins here.
pub(super) fn begins_a_key_in_base64(text: &[u8]) -> bool {
    IN_BASE64.iter().any(|beginning| text.starts_with(beginning.as_bytes()))
}

/// Whether a word of a line is the base64 of a key's text.
pub(in super::super) fn holds_a_key_in_base64(line: &[u8]) -> bool {
    let is_sign = |byte: &u8| matches!(byte, b' ' | b'\t' | b'"' | b'\'' | b',' | b';' | b'|');
    line.split(is_sign).any(|word| begins_a_key_in_base64(word) && may_be_encoded(word))
}

/// Where in a line the block of a private key begins, in PEM or as PuTTY has it.
pub(in super::super) fn private_block(line: &[u8]) -> Option<usize> {
    /// The longest label.
    const MAX_LABEL: usize = 64;
    let pem = memchr::memmem::find_iter(line, b"-----BEGIN ").find(|at| {
        let rest = line.get(at + 11..).unwrap_or_default();
        let label = memchr::memmem::find(rest, b"-----").and_then(|end| rest.get(..end));
        label.is_some_and(|label| label.len() <= MAX_LABEL && label.ends_with(b"PRIVATE KEY"))
    });
    pem.or_else(|| memchr::memmem::find(line, b"PuTTY-User-Key-File-"))
}

/// The shortest line that may be an encoded key; the initialisation vectors of PEM have 32 digits.
const SHORTEST_ENCODED: usize = 40;

/// Whether a line may be an encoded key, or the first line of one: long, and without spaces.
pub(super) fn may_be_encoded(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    line.len() >= SHORTEST_ENCODED
        && line.iter().all(|byte| is_digit_or_padding(*byte) || matches!(byte, b'%' | b'-' | b'_' | b'.'))
}
