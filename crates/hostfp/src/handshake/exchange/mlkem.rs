//! ML-KEM-768 (FIPS 203). Combined with X25519, it is OpenSSH's first choice since 10.0 (RFC 10042).

use ml_kem::DecapsulationKey768;
use ml_kem::kem::{Decapsulate as _, KeyExport as _};

use super::super::failure::Failure;
use super::super::random::random;
use super::half::{Half, Kem};

/// The length of a ciphertext (FIPS 203 table 3).
const CIPHERTEXT: usize = 1088;

pub(super) fn kem() -> Result<Kem, Failure> {
    let key = DecapsulationKey768::from_seed(random::<64>()?.into());
    let public = key.encapsulation_key().to_bytes().to_vec();
    let agree = move |ciphertext: &[u8]| {
        let shared = key.decapsulate_slice(ciphertext);
        Ok(shared.map_err(|_| "its ML-KEM ciphertext has the wrong length")?.to_vec())
    };
    Ok(Kem { half: Half { public, agree: Box::new(agree) }, ciphertext: CIPHERTEXT })
}

#[cfg(test)]
mod tests {
    use common::key::wire::put_string;
    use common::key::{Curve, Hash};
    use ml_kem::EncapsulationKey768;
    use ml_kem::kem::Encapsulate as _;

    use super::super::half::Raw;
    use super::super::{curve25519, ecdh};
    use super::*;

    /// The host's answer to our half: its own half, and the shared secret.
    fn host(public: &[u8], other: Raw) -> (Vec<u8>, Vec<u8>) {
        let (encapsulation_key, public) = public.split_at(1184);
        let encapsulation_key = EncapsulationKey768::new(encapsulation_key.try_into().unwrap()).unwrap();
        let mut rng = getrandom::rand_core::UnwrapErr(getrandom::SysRng);
        let (ciphertext, shared) = encapsulation_key.encapsulate_with_rng(&mut rng);
        let half = [&ciphertext[..], &other.0.public].concat();
        let both = [&shared[..], &(other.0.agree)(public).unwrap()].concat();
        let mut secret = Vec::new();
        put_string(&mut secret, &Hash::Sha256.digest(&both));
        (half, secret)
    }

    #[test]
    fn a_host_comes_to_the_same_secret_on_either_curve() {
        let x25519 = || curve25519::half().unwrap();
        let p256 = || ecdh::half(Curve::Nistp256).unwrap();
        for (ours, theirs, length) in [(x25519(), x25519(), 32), (p256(), p256(), 65)] {
            let half = kem().unwrap().with(ours, Hash::Sha256);
            assert_eq!(half.public.len(), 1184 + length);
            let (theirs, secret) = host(&half.public, theirs);
            assert_eq!((half.agree)(&theirs).unwrap(), secret);
        }
    }

    #[test]
    fn wrong_lengths_are_refused() {
        for length in [0, 32, 1087, 1088, 1119, 1121] {
            let half = kem().unwrap().with(curve25519::half().unwrap(), Hash::Sha256);
            assert!((half.agree)(&vec![9; length]).is_err(), "{length}");
        }
    }
}
