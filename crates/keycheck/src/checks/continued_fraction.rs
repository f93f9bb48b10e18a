//! Finds moduli whose quotient by a power of two is nearly a fraction of small integers.
//!
//! A prime that is made of a repeated pattern of s bits is close to 2^m · a / (2^s - 1), and the product of two such primes to
//! 2^2m · a·b / ((2^s - 1)(2^t - 1)). Such an approximation shows as a large quotient in the continued fraction of the modulus
//! by a power of two. A quotient of a random number is at least k with a probability of about 1.44 / k (C. F. Gauss, R.
//! Kuzmin). The first half of the expansion of a number of b bits has about 0.29·b quotients.

use dashu_int::UBig;
use dashu_int::ops::BitTest as _;

use super::euclid::{Remainders, Step};
use super::numbers::Numbers;
use crate::finding::{Check, Finding, Severity};

/// The continued fraction has a large quotient.
pub(crate) static CONTINUED_FRACTION: Check = Check {
    name: "rsa-continued-fraction",
    severity: Severity::Error,
    what: "The continued fraction of the RSA modulus by a power of two has a quotient of 2^48 or more in its first \
           half: the modulus is nearly a power of two times a fraction of small integers. One strong key of 2048 bits \
           in 2^37 has such a quotient.",
    why: "Both primes repeat a short pattern of bits. Anyone who has the public key can compute them.",
    remedy: "Generate a new key with another program, and replace this one wherever it is used.",
    source: "D. Bernstein, Y. Chang, C. Cheng, L. Chou, N. Heninger, T. Lange, N. van Someren, Factoring RSA keys from \
             certified smart cards: Coppersmith in the wild, 2013; A. Khinchin, Continued Fractions, 1935, for the bound",
};

/// A strong key has no quotient of more bits.
const MOST_BITS: usize = 48;

/// Shorter moduli are skipped; they fail for their length.
const LEAST_BITS: usize = 512;

pub(super) fn check(numbers: &Numbers) -> Option<Finding> {
    if !numbers.is_of_sane_size() || numbers.bits() < LEAST_BITS {
        return None;
    }
    let bits = large_quotient(&numbers.n)?;
    Some(
        CONTINUED_FRACTION
            .found(format!("the continued fraction of the modulus by a power of two has a quotient of {bits} bits")),
    )
}

/// Returns the bits of the first large quotient. In the second half the denominators are longer than the remainders, so a large
/// quotient shows nothing about the primes.
fn large_quotient(n: &UBig) -> Option<usize> {
    let half = n.bit_len() / 2;
    let mut remainders = Remainders::new(UBig::ONE << n.bit_len(), n.clone());
    while remainders.large.bit_len() > half {
        match remainders.step(false) {
            Step::One(bits) if bits > MOST_BITS => return Some(bits),
            Step::One(_) | Step::Some => {}
            Step::End => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::numbers::samples::{next_prime, number, strong_key};
    use super::*;

    /// A prime of 512 bits that repeats a pattern of `bits` bits.
    fn repeated(seed: u64, bits: usize) -> UBig {
        let pattern = number(seed, 256) >> (256 - bits);
        let repeated = (0..=512 / bits).fold(UBig::ZERO, |all, _| (all << bits) + &pattern);
        next_prime(&repeated >> (repeated.bit_len() - 512))
    }

    #[test]
    fn the_product_of_two_primes_with_patterns_is_found() {
        for (one, other) in [(7, 7), (16, 9), (32, 32), (64, 31)] {
            let n = repeated(1, one) * repeated(2, other);
            assert!(check(&Numbers::new(n, UBig::from(65537u32))).is_some(), "{one} {other}");
        }
    }

    #[test]
    fn strong_keys_and_random_numbers_have_none() {
        assert!((0..10).all(|seed| check(&strong_key(seed)).is_none()));
        for bits in [512, 2048, 4096] {
            for seed in 0..200 {
                let numbers = Numbers::new(number(seed + 5000, bits) | UBig::ONE, UBig::ONE);
                assert!(check(&numbers).is_none(), "{bits} {seed}");
            }
        }
    }
}
