//! Finds private key files within a public key, whose integers may otherwise be any bytes.

use common::key::wire::Reader;
use memchr::memmem;

/// The beginnings of such files, also in base64 and in JSON, and the algorithms by which PKCS #8 (RFC 5208, RFC 5958) encrypts
/// them: PKCS #5's (RFC 8018) and PKCS #12's (RFC 7292).
const MARKS: [&[u8]; 7] = [
    b"PRIVATE KEY-----",
    b"openssh-key-v1\0",
    b"b3BlbnNzaC1rZXktdjE",
    b"PuTTY-User-Key-File",
    b"\"kty\"",
    b"\x2a\x86\x48\x86\xf7\x0d\x01\x05",
    b"\x2a\x86\x48\x86\xf7\x0d\x01\x0c",
];

/// This many printable bytes in a row are text, even in a format without such a beginning: one in some 50 million moduli of
/// 4096 bits has as many by chance.
const TEXT: usize = 24;

/// The key types as in OpenSSH's inner format and in Dropbear's files, with the length before the name (RFC 4251, section 5).
const TYPES: [&[u8]; 6] = [
    b"\0\0\0\x0bssh-ed25519",
    b"\0\0\0\x07ssh-rsa",
    b"\0\0\0\x07ssh-dss",
    b"\0\0\0\x13ecdsa-sha2-nistp",
    b"\0\0\0\x1ask-ssh-ed25519@",
    b"\0\0\0\x22sk-ecdsa-sha2-nistp",
];

/// Whether the integers in the blob of a key contain a private key file, or text.
pub(super) fn holds_private_file(blob: &[u8]) -> bool {
    MARKS.iter().any(|mark| memmem::find(blob, mark).is_some())
        || has_private_key_info(blob)
        || has_sec1(blob)
        || has_numbers_of_pkcs1(blob)
        || numbers(blob).into_iter().any(|number| has_type(number) || has_text(number))
}

/// Whether an integer contains the name of a key's type.
fn has_type(number: &[u8]) -> bool {
    TYPES.iter().any(|name| memmem::find(number, name).is_some())
}

/// Returns the parts of a blob, except the name of its type and the application of a security key, which are text.
fn numbers(blob: &[u8]) -> Vec<&[u8]> {
    let mut reader = Reader::new(blob);
    let name = reader.string().unwrap_or_default();
    let mut numbers: Vec<&[u8]> = std::iter::from_fn(|| reader.string().ok()).collect();
    if name.starts_with(b"sk-") {
        numbers.pop();
    }
    numbers
}

/// Whether an integer contains text, also in UTF-16, which has a zero beside each character.
fn has_text(number: &[u8]) -> bool {
    let is_text = |byte: &u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
    let is_wide = |pair: &[u8]| matches!(pair, [character, 0] | [0, character] if is_text(character));
    longest_run(number.iter().map(is_text)) >= TEXT
        || [0, 1]
            .iter()
            .any(|start| longest_run(number.get(*start..).unwrap_or_default().chunks_exact(2).map(is_wide)) >= TEXT)
}

/// Returns the length of the longest run of `true`.
fn longest_run(answers: impl Iterator<Item = bool>) -> usize {
    let mut run = 0;
    answers.fold(0, |longest, is| {
        run = if is { run + 1 } else { 0 };
        longest.max(run)
    })
}

/// Whether there is the start of a PrivateKeyInfo of PKCS #8: the version 0 or 1, and any algorithm.
fn has_private_key_info(blob: &[u8]) -> bool {
    memmem::find_iter(blob, b"\x02\x01").any(|at| match blob.get(at..at + 7) {
        Some([_, _, 0 | 1, 0x30, sequence, 0x06, identifier]) => {
            (3..=16).contains(identifier) && (*identifier + 2..64).contains(sequence)
        }
        _ => false,
    })
}

/// Whether there is the start of an RSAPrivateKey of PKCS #1 (RFC 8017), or of OpenSSL's format of a DSA key: the version 0 or
/// 1, and an integer of at least 128 bytes. By chance one in a billion moduli of 4096 bits has it.
fn has_numbers_of_pkcs1(blob: &[u8]) -> bool {
    memmem::find_iter(blob, b"\x02\x01").any(|at| {
        matches!(blob.get(at + 2..at + 6), Some([0 | 1, 0x02, 0x81, 0x80..=0xff] | [0 | 1, 0x02, 0x82, 1..=8]))
    })
}

/// Whether there is the start of an ECPrivateKey of RFC 5915: the version 1, and an integer as long as those of a curve.
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
            // PKCS #1 of 1024 and 4096 bits, and a DSA key; of more than two primes.
            b"\x30\x82\x02\x5c\x02\x01\0\x02\x81\x81\0",
            b"\x30\x82\x09\x28\x02\x01\0\x02\x82\x02\x01\0",
            b"\x02\x01\x01\x02\x82\x01\x01\0",
            // OpenSSH's format without its beginning, and Dropbear's.
            b"\x12\x34\x56\x78\x12\x34\x56\x78\0\0\0\x0bssh-ed25519\0\0\0\x20",
            b"\0\0\0\x07ssh-rsa\0\0\0\x03\x01\0\x01",
            b"\0\0\0\x13ecdsa-sha2-nistp521\0\0\0\x08nistp521",
            // In UTF-16.
            b"P\0r\0i\0v\0a\0t\0e\0-\0L\0i\0n\0e\0s\0:\0 \x001\0A\0A\0A\0A\0I\0A\0A\0A\0",
            b"\0P\0r\0i\0v\0a\0t\0e\0-\0L\0i\0n\0e\0s\0:\0 \x001\0A\0A\0A\0A\0I\0A\0A\0A",
            // SEC 1.
            b"\x30\x77\x02\x01\x01\x04\x20",
            // Any other format: a key of WireGuard, of age, the end of one in base64, hexadecimal digits.
            b"PrivateKey = EdtKUNOAglDb8wbUYnyBWUqicv\n",
            b"AGE-SECRET-KEY-1QQPQQQSQG",
            b"b4e08f6f3a7c5d21e09f4b8a",
        ] {
            for before in [100, 101] {
                let modulus = [&vec![0x7f; before], file, &[0x80; 101]].concat();
                assert!(holds_private_file(&blob(&[b"ssh-rsa", &[3], &modulus])), "{}", file.escape_ascii());
                assert!(
                    holds_private_file(&blob(&[b"ssh-mldsa44-ed25519@openssh.com", &modulus])),
                    "{}",
                    file.escape_ascii()
                );
            }
        }
    }

    #[test]
    fn names_and_an_application_are_text() {
        let (name, application) =
            (&b"sk-ecdsa-sha2-nistp256@openssh.com"[..], &b"ssh:of-a-user-of-ours@example.com"[..]);
        assert!(!holds_private_file(&blob(&[name, b"nistp256", &[0x84; 65], application])));
        assert!(holds_private_file(&blob(&[b"ssh-ed25519", application])));
        for modulus in [
            &b"23 letters are no text."[..],
            b"2\x003\0 \0l\0e\0t\0t\0e\0r\0s\0 \0a\0r\0e\0 \0n\0o\0 \0t\0e\0x\0t\0",
            b"\x02\x01\x00\x02\x01",
            b"\x02\x01\x00\x30\x02\x06\x03",
            b"\x02\x01\x01\x04\x21",
        ] {
            assert!(!holds_private_file(&blob(&[b"ssh-rsa", &[3], modulus])), "{}", modulus.escape_ascii());
        }
    }
}
