//! Recognises Dropbear's private keys (its signkey.c): the name of the type, the public integers, and the private ones.
//! They are named in a refusal, not read.

use crate::key::Kind;
use crate::key::wire::Reader;
use crate::keyfile::Refusal;

/// The length of an Ed25519 key in bytes: both halves in one string.
const ED25519: usize = 64;

/// Whether contents are such a key: the type's name, then as many strings as the type has, and nothing else.
pub(super) fn is(contents: &[u8]) -> bool {
    let mut reader = Reader::new(contents);
    let Ok((kind, false)) = reader.string().map(Kind::of_name) else { return false };
    let mut lengths = Vec::new();
    while !reader.is_empty() {
        let Ok(string) = reader.string() else { return false };
        lengths.push(string.len());
    }
    match kind {
        Kind::Ed25519 => lengths == [ED25519],
        // e, n and d; p and q since 0.33. p, q, g, y and x. The curve, the point and the private scalar.
        Kind::Rsa => matches!(lengths.len(), 3 | 5),
        Kind::Dsa => lengths.len() == 5,
        Kind::Ecdsa(_) => lengths.len() == 3,
        _ => false,
    }
}

pub(super) fn named() -> Refusal {
    Refusal::new("a private key in Dropbear format, which OpenSSH does not read")
        .hint("`dropbearconvert dropbear openssh FILE NEW` writes it in OpenSSH format")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::{PublicKey, wire};

    #[test]
    fn a_private_key_is_distinguished_from_a_public_one() {
        let mut private = Vec::new();
        for part in [b"ssh-ed25519".as_slice(), &[7; ED25519]] {
            wire::put_string(&mut private, part);
        }
        assert!(is(&private));
        let rsa = PublicKey::rsa(b"\x03", b"\xc5").unwrap();
        let mut private = rsa.blob().to_vec();
        let counts = [b"\x0b", b"\x0d", b"\x11"].map(|number| {
            wire::put_unsigned(&mut private, number);
            is(&private)
        });
        assert_eq!(counts, [true, false, true]);
        assert!(!is(rsa.blob()) && !is(PublicKey::ed25519(&[7; 32]).unwrap().blob()));
        assert!(!is(&private[..private.len() - 1]) && !is(b""));
    }
}
