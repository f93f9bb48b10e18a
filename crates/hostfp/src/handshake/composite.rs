//! Verifies a composite signature of ML-DSA-44 and Ed25519: both sign the same message, and both must be valid
//! (draft-miller-sshm-mldsa44-ed25519-composite-sigs, draft-ietf-lamps-pq-composite-sigs).

use common::key::Hash;
use ml_dsa::MlDsa44;

/// The beginning of every message that a composite signature covers (draft-ietf-lamps-pq-composite-sigs section 2.2).
const PREFIX: &[u8] = b"CompositeAlgorithmSignatures2025";

/// The algorithms in one name, which is also the context of ML-DSA's signature.
const LABEL: &[u8] = b"COMPSIG-MLDSA44-Ed25519-SHA512";

/// The length of an ML-DSA-44 signature in bytes (FIPS 204 table 2).
const MLDSA44: usize = 2420;

/// Verifies both signatures over `message`, ML-DSA's followed by Ed25519's. The latter is verified strictly, as elsewhere.
pub(super) fn verify((mldsa44, ed25519): (&[u8; 1312], &[u8; 32]), signature: &[u8], message: &[u8]) -> Option<()> {
    let (mldsa44_signature, ed25519_signature) = signature.split_at_checked(MLDSA44)?;
    let represented = represented(message);
    let key = ed25519_dalek::VerifyingKey::from_bytes(ed25519).ok()?;
    key.verify_strict(&represented, &ed25519_dalek::Signature::from_slice(ed25519_signature).ok()?).ok()?;
    let key = ml_dsa::VerifyingKey::<MlDsa44>::decode(&(*mldsa44).into());
    let signature = ml_dsa::Signature::<MlDsa44>::try_from(mldsa44_signature).ok()?;
    key.verify_with_context(&represented, LABEL, &signature).then_some(())
}

/// The signed message: the prefix, the label, an empty context, and the message's SHA-512.
fn represented(message: &[u8]) -> Vec<u8> {
    [PREFIX, LABEL, &[0], &Hash::Sha512.digest(message)].concat()
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::Signer as _;
    use ml_dsa::{Keypair as _, SigningKey};

    use super::*;

    /// The signing keys, and the lengths of their parts.
    struct Host {
        mldsa44: SigningKey<MlDsa44>,
        ed25519: ed25519_dalek::SigningKey,
    }

    impl Host {
        fn new(byte: u8) -> Self {
            Self {
                mldsa44: SigningKey::from_seed(&[byte; 32].into()),
                ed25519: ed25519_dalek::SigningKey::from_bytes(&[byte; 32]),
            }
        }

        fn verify(&self, signature: &[u8], message: &[u8]) -> Option<()> {
            let mldsa44 = self.mldsa44.verifying_key().encode();
            verify((&mldsa44.into(), self.ed25519.verifying_key().as_bytes()), signature, message)
        }

        fn sign(&self, over: &[u8], context: &[u8]) -> Vec<u8> {
            let signature = self.mldsa44.expanded_key().sign_deterministic(over, context).unwrap();
            [&signature.encode()[..], &self.ed25519.sign(over).to_bytes()].concat()
        }
    }

    #[test]
    fn a_signature_holds_when_both_halves_do() {
        let (host, other) = (Host::new(7), Host::new(8));
        let over = represented(b"hash");
        let good = host.sign(&over, LABEL);
        assert_eq!(good.len(), 2484);
        assert_eq!(host.verify(&good, b"hash"), Some(()));
        assert_eq!([host.verify(&good, b"Hash"), other.verify(&good, b"hash")], [None; 2]);
        let foreign = other.sign(&over, LABEL);
        for wrong in [
            [&good[..MLDSA44], &foreign[MLDSA44..]].concat(),
            [&foreign[..MLDSA44], &good[MLDSA44..]].concat(),
            [&good[..MLDSA44], &[0; 64]].concat(),
            [&[0; MLDSA44], &good[MLDSA44..]].concat(),
            [&good[MLDSA44..], &good[..MLDSA44]].concat(),
            [&good[..], &[0]].concat(),
            good[..MLDSA44].to_vec(),
            good[MLDSA44..].to_vec(),
            Vec::new(),
            // The plain signatures of both keys, which another protocol could request.
            host.sign(b"hash", LABEL),
            host.sign(&over, b""),
        ] {
            assert_eq!(host.verify(&wrong, b"hash"), None, "{}", wrong.len());
        }
    }

    #[test]
    fn one_changed_bit_of_either_half_is_enough() {
        let host = Host::new(7);
        let good = host.sign(&represented(b"hash"), LABEL);
        // One bit of each byte, in turn.
        for at in 0..good.len() {
            let mut changed = good.clone();
            changed[at] ^= 1 << (at % 8);
            assert_eq!(host.verify(&changed, b"hash"), None, "{at}");
        }
    }
}
