//! Checks that the components of a private key are consistent, and match its public key.

use common::keyfile::PrivateKey;

use crate::finding::{Check, Finding, Severity};

/// The components are inconsistent.
pub(crate) static COMPONENTS_DISAGREE: Check = Check {
    name: "private-numbers-disagree",
    severity: Severity::Error,
    what: "The components of the private key are inconsistent, or do not match its public key.",
    why: "It makes no valid signatures, or wrong ones that give the private key away. It was damaged, or \
          two keys were put together.",
    remedy: "Restore the file from a backup, or make a new key.",
    source: "RFC 8017, section 3.2; RFC 8032, section 5.1.5; SEC 1, section 3.2.1; D. Boneh, R. DeMillo, R. Lipton, On the \
             importance of checking cryptographic protocols for faults, 1997",
};

/// The private key could not be decrypted.
pub(crate) static NOT_OPENED: Check = Check {
    name: "not-opened",
    severity: Severity::Error,
    what: "The private key could not be decrypted: the passphrase is wrong, the file is damaged, or decrypting it takes \
           more work than a key is worth or one run may do.",
    why: "A key that cannot be decrypted cannot be used to log in, and its components could not be checked.",
    remedy: "Try another passphrase; restore the file from a backup; give fewer encrypted keys at once.",
    source: "OpenSSH, PROTOCOL.key; the PuTTY manual, appendix C (Private-MAC)",
};

/// Returns the finding for a private key that was decrypted.
pub(super) fn check(key: &PrivateKey) -> Option<Finding> {
    key.validate().err().map(|disagreement| COMPONENTS_DISAGREE.found(disagreement.to_string()))
}

#[cfg(test)]
mod tests {
    use common::key::PublicKey;
    use common::keyfile::{KeyMaterial, RsaComponents};
    use dashu_int::ops::{ExtendedGcd as _, Gcd as _};
    use dashu_int::{IBig, UBig};
    use zeroize::Zeroizing;

    use super::*;
    use crate::checks::Numbers as Public;
    use crate::checks::numbers::samples::{next_prime, number};

    fn bytes(number: &UBig) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(number.to_be_bytes().to_vec())
    }

    /// The finding for a valid RSA key of 1024 bits after `change` to its d, p, q, coefficient, and the two exponents.
    fn found(change: impl FnOnce(&mut [UBig; 6])) -> Option<String> {
        let inverse = |of: &UBig, modulus: &UBig| {
            let (gcd, x, _) = of.gcd_ext(modulus);
            assert_eq!(gcd, UBig::ONE);
            let modulus = IBig::from(modulus.clone());
            UBig::try_from((x % &modulus + &modulus) % &modulus).unwrap()
        };
        let (p, q) = (next_prime(number(1, 512)), next_prime(number(2, 512)));
        let public = Public::new(&p * &q, UBig::from(65537u32));
        let (below_p, below_q) = (&p - UBig::ONE, &q - UBig::ONE);
        let least = &below_p * &below_q / (&below_p).gcd(&below_q);
        let d = inverse(&public.e, &least);
        let mut numbers = [d.clone(), p.clone(), q.clone(), inverse(&(&q % &p), &p), &d % &below_p, &d % &below_q];
        change(&mut numbers);
        let [d, p, q, coefficient, one, other] = numbers.each_ref().map(bytes);
        let private = RsaComponents { d, p, q, coefficient, exponents: Some([one, other]) };
        let key = PublicKey::rsa(&public.e.to_be_bytes(), &public.bytes).unwrap();
        check(&PrivateKey::new(key, KeyMaterial::Rsa(private))).map(|finding| finding.message)
    }

    #[test]
    fn an_rsa_key_agrees_until_any_of_its_numbers_is_changed() {
        assert_eq!(found(|_| ()), None);
        // d modulo (p - 1)(q - 1) is as valid as d modulo their least common multiple.
        assert_eq!(found(|n| n[0] += (&n[1] - UBig::ONE) * (&n[2] - UBig::ONE)), None);
        for (words, change) in [
            ("not the public one's inverse", (|n| n[0] += 2u32) as fn(&mut [UBig; 6])),
            ("p times q", |n| n[1] += 2u32),
            ("p times q", |n| n.swap(1, 3)),
            ("out of range", |n| n[2] = UBig::ONE),
            ("out of range", |n| n[0] = UBig::ZERO),
            ("out of range", |n| n[0] = UBig::ONE << 20_000),
            ("coefficient", |n| n[3] += 1u32),
            ("coefficient", |n| n[3] = UBig::ZERO),
            ("exponent for p", |n| n[4] += 1u32),
            ("exponent for p", |n| n[5] += 1u32),
        ] {
            let message = found(change).unwrap_or_default();
            assert!(message.contains(words), "{words}: {message}");
        }
    }
}
