//! ML-KEM-768 (FIPS 203) and X25519 together, as draft-ietf-sshm-mlkem-hybrid-kex has it: the first choice of OpenSSH
//! since 10.0.

use common::key::Hash;
use common::key::wire::put_string;
use ml_kem::DecapsulationKey768;
use ml_kem::kem::{Decapsulate as _, KeyExport as _};

use super::super::failure::Failure;
use super::super::random::random;
use super::curve25519;
use super::half::Half;

/// The length of a ciphertext (FIPS 203 table 3).
const CIPHERTEXT: usize = 1088;

pub(super) fn half() -> Result<Half, Failure> {
    let post_quantum = DecapsulationKey768::from_seed(random::<64>()?.into());
    let secret = random::<{ curve25519::LENGTH }>()?;
    // Section 2.3: the encapsulation key, then the X25519 value.
    let mut public = post_quantum.encapsulation_key().to_bytes().to_vec();
    public.extend_from_slice(&curve25519::public(secret));
    let agree = move |theirs: &[u8]| {
        let wrong = "its half of the key exchange has the wrong length";
        let (ciphertext, theirs) = theirs.split_at_checked(CIPHERTEXT).ok_or(wrong)?;
        let mut shared = post_quantum.decapsulate_slice(ciphertext).map_err(|_| wrong)?.to_vec();
        shared.extend_from_slice(&curve25519::shared(secret, theirs)?);
        // Section 2.4: the hash of both secrets, and unlike others as a `string`.
        let mut string = Vec::new();
        put_string(&mut string, &Hash::Sha256.digest(&shared));
        Ok(string)
    };
    Ok(Half { public, agree: Box::new(agree) })
}

#[cfg(test)]
mod tests {
    use ml_kem::EncapsulationKey768;
    use ml_kem::kem::Encapsulate as _;

    use super::*;

    #[test]
    fn a_host_comes_to_the_same_secret() {
        let half = half().unwrap();
        assert_eq!(half.public.len(), 1184 + 32);
        let (encapsulation_key, x25519) = half.public.split_at(1184);
        let encapsulation_key = EncapsulationKey768::new(encapsulation_key.try_into().unwrap()).unwrap();
        let mut rng = getrandom::rand_core::UnwrapErr(getrandom::SysRng);
        let (ciphertext, shared) = encapsulation_key.encapsulate_with_rng(&mut rng);
        let mut both = shared.to_vec();
        both.extend(curve25519::shared([7; 32], x25519).unwrap());
        let theirs = [&ciphertext[..], &curve25519::public([7; 32])].concat();
        let mut expected = vec![0, 0, 0, 32];
        expected.extend(Hash::Sha256.digest(&both));
        assert_eq!((half.agree)(&theirs).unwrap(), expected);
    }

    #[test]
    fn wrong_lengths_are_refused() {
        for length in [0, 32, 1087, 1088, 1119, 1121] {
            assert!((half().unwrap().agree)(&vec![9; length]).is_err(), "{length}");
        }
    }
}
