//! What the files of private keys hold: the numbers of a public key may be any bytes, but not these.

use common::key::wire::Reader;
use memchr::memmem;

/// What such files begin with, also in base64 and in JSON, and the algorithms by which PKCS #8 (RFC 5208, RFC 5958)
/// encrypts them: PKCS #5's (RFC 8018) and PKCS #12's (RFC 7292).
const MARKS: [&[u8]; 7] = [
    b"PRIVATE KEY-----",
    b"openssh-key-v1\0",
    b"b3BlbnNzaC1rZXktdjE",
    b"PuTTY-User-Key-File",
    b"\"kty\"",
    b"\x2a\x86\x48\x86\xf7\x0d\x01\x05",
    b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c",
];

/// How many printable bytes in a row are text, even of a form that has no mark: one in some 50 million moduli of 4096
/// bits has as many by chance.
const TEXT: usize = 24;

/// Whether the blob of a key holds the file of a private key, or text, in its numbers.
pub(super) fn are_in(blob: &[u8]) -> bool {
    MARKS.iter().any(|mark| memmem::find(blob, mark).is_some())
        || has_private_key_info(blob)
        || has_sec1(blob)
        || numbers(blob).into_iter().any(has_text)
}

/// The parts of a blob but its type's name, and the application of a security key, which is text.
fn numbers(blob: &[u8]) -> Vec<&[u8]> {
    let mut reader = Reader::new(blob);
    let name = reader.string().unwrap_or_default();
    let mut numbers: Vec<&[u8]> = std::iter::from_fn(|| reader.string().ok()).collect();
    if name.starts_with(b"sk-") {
        numbers.pop();
    }
    numbers
}

fn has_text(number: &[u8]) -> bool {
    let is_text = |byte: &u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
    number.chunk_by(|one, other| is_text(one) == is_text(other)).any(|run| run.len() >= TEXT && run.iter().all(is_text))
}

/// Whether there is the start of a PrivateKeyInfo of PKCS #8: the version 0 or 1, and an algorithm, whichever it is.
fn has_private_key_info(blob: &[u8]) -> bool {
    memmem::find_iter(blob, b"\x02\x01").any(|at| match blob.get(at..at + 7) {
        Some([_, _, 0 | 1, 0x30, sequence, 0x06, identifier]) => {
            (3..=16).contains(identifier) && (*identifier + 2..64).contains(sequence)
        }
        _ => false,
    })
}

/// Whether there is the start of an ECPrivateKey of RFC 5915: the version 1, and a number as long as those of a curve.
fn has_sec1(blob: &[u8]) -> bool {
    const LENGTHS: [u8; 4] = [28, 32, 48, 66];
    memmem::find_iter(blob, b"\x02\x01\x01\x04")
        .any(|at| blob.get(at + 4).is_some_and(|length| LENGTHS.contains(length)))
}

#[cfg(test)]
mod tests {
    use common::key::wire;

    use super::*;

    fn blob(parts: &[&[u8]]) -> Vec<u8> {
        let mut blob = Vec::new();
        parts.iter().for_each(|part| wire::put_string(&mut blob, part));
        blob
    }

    #[test]
    fn files_of_private_keys_are_found_in_the_numbers() {
        for file in [
            &b"-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl"[..],
            b"openssh-key-v1\0\0",
            b"b3BlbnNzaC1rZXktdjEAAAAABG5vbmU",
            b"PuTTY-User-Key-File-3: ssh",
            b"{\"kty\":\"OKP\",\"d\":\"",
            // PKCS #8 of Ed25519, of its second version, of P-384, X25519 and Ed448, and encrypted.
            b"\x30\x2e\x02\x01\0\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20",
            b"\x30\x51\x02\x01\x01\x30\x05\x06\x03\x2b\x65\x70\x04\x22\x04\x20",
            b"\x02\x01\0\x30\x10\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x05\x2b\x81\x04\0\x22",
            b"\x02\x01\0\x30\x05\x06\x03\x2b\x65\x6e\x04\x22",
            b"\x02\x01\0\x30\x05\x06\x03\x2b\x65\x71\x04\x3b",
            b"\x30\x57\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x05\x0d",
            b"\x30\x1c\x06\x0a\x2a\x86\x48\x86\xf7\x0d\x01\x0c\x01\x03",
            // SEC 1.
            b"\x30\x77\x02\x01\x01\x04\x20",
            // Whatever its form: a key of WireGuard, of age, the end of one in base64, hexadecimal digits.
            b"PrivateKey = EdtKUNOAglDb8wbUYnyBWUqicv\n",
            b"AGE-SECRET-KEY-1QQPQQQSQG",
            b"b4e08f6f3a7c5d21e09f4b8a",
        ] {
            let modulus = [&[0x7f; 100], file, &[0x80; 101]].concat();
            assert!(are_in(&blob(&[b"ssh-rsa", &[3], &modulus])), "{}", file.escape_ascii());
        }
    }

    #[test]
    fn names_and_an_application_are_text() {
        let (name, application) =
            (&b"sk-ecdsa-sha2-nistp256@openssh.com"[..], &b"ssh:of-a-user-of-ours@example.com"[..]);
        assert!(!are_in(&blob(&[name, b"nistp256", &[0x84; 65], application])));
        assert!(are_in(&blob(&[b"ssh-ed25519", application])));
        for modulus in [&b"23 letters are no text."[..], b"\x02\x01\x00\x30\x02\x06\x03", b"\x02\x01\x01\x04\x21"] {
            assert!(!are_in(&blob(&[b"ssh-rsa", &[3], modulus])), "{}", modulus.escape_ascii());
        }
    }
}
