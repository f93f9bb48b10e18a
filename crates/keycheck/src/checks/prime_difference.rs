//! Finds primes whose difference is known.
//!
//! FIPS 186 requires two primes whose difference is above 2^(m - 100), where m is the number of bits of a prime. A program that
//! takes the first prime above p + 2^(m - 100) for q complies, and gives both away: with the difference known, (p + q)² is 4n +
//! (p - q)².

use dashu_int::UBig;
use dashu_int::ops::BitTest as _;

use super::near_guess::factor_near;
use super::numbers::{Numbers, root};
use crate::finding::{Check, Finding, Severity};

/// The primes differ by nearly a power of two.
pub(crate) static PRIME_DIFFERENCE: Check = Check {
    name: "rsa-prime-difference",
    severity: Severity::Error,
    what: "The two primes of the RSA modulus differ by little more than a power of two that a standard gives as the \
           least difference, and were computed from it. The finding is a factorization, so it is never wrong.",
    why: "Anyone who has the public key can compute the private one in an instant.",
    remedy: "Generate a new key with another program, and replace this one wherever it is used.",
    source: "FIPS 186-4, appendix B.3.3, step 5.4; R. Lehman, Factoring large integers, 1974",
};

/// The number of bits by which the difference is shorter than a prime: the bound of the standard, other round numbers, and
/// those of primes that differ only in their second or third bit.
const SHORTER_BY: [usize; 6] = [100, 128, 160, 256, 2, 3];

/// Shorter primes fail for their length.
const LEAST_BITS: usize = 768;

pub(super) fn check(numbers: &Numbers) -> Option<Finding> {
    if !numbers.is_of_sane_size() || numbers.bits() < LEAST_BITS {
        return None;
    }
    let n = &numbers.n;
    let bits = n.bit_len().div_ceil(2);
    let exponent = SHORTER_BY.into_iter().filter_map(|shorter| bits.checked_sub(shorter)).find(|exponent| {
        let half = UBig::ONE << (exponent - 1);
        let larger = root(&(n + &half * &half)) + half;
        factor_near(n, &larger).is_some()
    })?;
    Some(PRIME_DIFFERENCE.found(format!("the two primes differ by little more than 2^{exponent}; they were computed")))
}

#[cfg(test)]
mod tests {
    use super::super::numbers::samples::{next_prime, number, strong_key};
    use super::*;

    #[test]
    fn primes_at_the_least_distance_of_the_standard_are_found() {
        for shorter in SHORTER_BY {
            let p = next_prime((UBig::from(9u32) << 508) + number(shorter as u64, 448));
            // The next prime, and one that is further away.
            for beyond in [UBig::ONE, UBig::ONE << 100] {
                let q = next_prime(&p + (UBig::ONE << (512 - shorter)) + beyond);
                let found = check(&Numbers::new(&p * q, UBig::from(65537u32))).unwrap();
                assert!(found.message.contains(&format!("2^{}", 512 - shorter)), "{}", found.message);
            }
        }
    }

    #[test]
    fn strong_keys_have_none() {
        assert!((0..10).all(|seed| check(&strong_key(seed)).is_none()));
    }
}
