//! A private key: both halves, as in its file.

use super::key_material::{Bytes, KeyMaterial};
use super::public_half;
use super::validate::{self, Disagreement};
use crate::key::{Curve, Kind, PublicKey};

/// A private key with both halves; [`PrivateKey::validate`] checks whether they match. There is no `Debug`: it must not be
/// printed.
pub struct PrivateKey {
    /// The public half: not a certificate, and with canonical integers.
    pub public: PublicKey<'static>,
    /// The private half; wiped when dropped.
    pub material: KeyMaterial,
    /// Whether all copies of the public half in the file are equal.
    pub copies_agree: bool,
}

impl PrivateKey {
    /// Combines two halves from a format with one copy of the public half.
    #[must_use]
    pub fn new(public: PublicKey<'static>, material: KeyMaterial) -> Self {
        Self { public: public.into_plain(), material, copies_agree: true }
    }

    /// Returns the Ed25519 key of a seed; none unless it has 32 bytes.
    #[must_use]
    pub fn ed25519(seed: Bytes) -> Option<Self> {
        Some(Self::new(public_half::ed25519(&seed)?, KeyMaterial::Ed25519(seed)))
    }

    /// Returns the key of ML-DSA-44 and Ed25519 of two concatenated seeds; none unless they have 64 bytes.
    #[must_use]
    pub fn mldsa44_ed25519(seeds: Bytes) -> Option<Self> {
        let public = public_half::mldsa44_ed25519(Kind::MlDsa44Ed25519.name(), &seeds)?;
        Some(Self::new(public, KeyMaterial::MlDsa44Ed25519(seeds)))
    }

    /// Returns the ECDSA key of a scalar, big-endian; none unless it is at least 1 and less than the curve's order.
    #[must_use]
    pub fn ecdsa(curve: Curve, scalar: Bytes) -> Option<Self> {
        Some(Self::new(public_half::ecdsa(curve, &scalar)?, KeyMaterial::Ecdsa(curve, scalar)))
    }

    /// Checks that the components agree with one another and with the public half.
    ///
    /// # Errors
    /// The first relation that does not hold.
    pub fn validate(&self) -> Result<(), Disagreement> {
        if !self.copies_agree {
            return Err(Disagreement::PublicCopies);
        }
        let own = match &self.material {
            KeyMaterial::Rsa(private) => return validate::rsa(&self.public, private),
            KeyMaterial::Dsa(x) => return validate::dsa(&self.public, x),
            KeyMaterial::Ecdsa(curve, scalar) => public_half::ecdsa(*curve, scalar),
            KeyMaterial::Ed25519(seed) => public_half::ed25519(seed),
            KeyMaterial::MlDsa44Ed25519(seeds) => public_half::mldsa44_ed25519(self.public.type_name(), seeds),
        };
        match own {
            Some(own) if own.blob() == self.public.plain_blob() => Ok(()),
            _ => Err(Disagreement::PublicHalf),
        }
    }
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::*;

    fn with(public: &PublicKey<'static>, material: KeyMaterial) -> Result<(), Disagreement> {
        PrivateKey::new(public.clone(), material).validate()
    }

    #[test]
    fn the_halves_of_a_key_on_a_curve_belong_together_or_not() {
        let seed = |byte| Zeroizing::new(vec![byte; 32]);
        let own = PrivateKey::ed25519(seed(7)).unwrap().public;
        assert_eq!(with(&own, KeyMaterial::Ed25519(seed(7))), Ok(()));
        assert_eq!(with(&own, KeyMaterial::Ed25519(seed(8))), Err(Disagreement::PublicHalf));
        let twice = PrivateKey { copies_agree: false, ..PrivateKey::new(own, KeyMaterial::Ed25519(seed(7))) };
        assert_eq!(twice.validate(), Err(Disagreement::PublicCopies));
        for curve in Curve::ALL {
            let generator = PrivateKey::ecdsa(curve, Zeroizing::new(vec![1])).unwrap().public;
            let of = |scalar: &[u8]| with(&generator, KeyMaterial::Ecdsa(curve, Zeroizing::new(scalar.to_vec())));
            assert_eq!(of(&[0, 0, 1]), Ok(()));
            for wrong in [&[2][..], &[], &[0xff; 66], &[0xff; 70]] {
                assert_eq!(of(wrong), Err(Disagreement::PublicHalf), "{curve:?} {wrong:?}");
            }
        }
    }

    #[test]
    fn both_halves_of_a_key_of_ml_dsa_and_ed25519_belong_to_their_seeds() {
        let seeds = |one, other| Zeroizing::new([[one; 32], [other; 32]].concat());
        let own = PrivateKey::mldsa44_ed25519(seeds(7, 8)).unwrap().public;
        let of = |one, other| with(&own, KeyMaterial::MlDsa44Ed25519(seeds(one, other)));
        assert_eq!(of(7, 8), Ok(()));
        assert_eq!([of(9, 8), of(7, 9), of(8, 7)], [Err(Disagreement::PublicHalf); 3]);
        assert!(PrivateKey::mldsa44_ed25519(Zeroizing::new(vec![7; 63])).is_none());
        // The type name of OpenSSH 10.5 is not a disagreement.
        let (mldsa44, ed25519) = own.mldsa44_and_ed25519().unwrap();
        let halves = [&mldsa44[..], ed25519].concat();
        let former = PublicKey::mldsa44_ed25519("ssh-mldsa44-ed25519@openssh.com", &halves).unwrap();
        assert_eq!(with(&former, KeyMaterial::MlDsa44Ed25519(seeds(7, 8))), Ok(()));
    }

    #[test]
    fn a_dsa_key_agrees_when_its_power_does() {
        // 2^5 modulo 23 is 9.
        let key = |y: u8| PublicKey::dsa([&[23], &[11], &[2], &[y]]).unwrap();
        let of = |y: u8, x: u8| with(&key(y), KeyMaterial::Dsa(Zeroizing::new(vec![x])));
        assert_eq!(of(9, 5), Ok(()));
        assert_eq!([of(9, 6), of(10, 5)], [Err(Disagreement::PublicHalf); 2]);
    }
}
