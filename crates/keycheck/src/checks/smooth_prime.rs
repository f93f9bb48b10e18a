//! J. Pollard's p - 1 method.
//!
//! If all prime factors of p - 1 are small, then p - 1 divides a number M that is the product of all small primes, and
//! 2^M - 1 has the factor p in common with n. With 2^(n - 1) in place of 2, a factor that p - 1 and q - 1 have in common may
//! be of any size. The power takes seconds, so that the check is one of `--deep`.

use std::sync::LazyLock;

use dashu_int::UBig;
use dashu_int::fast_div::ConstDivisor;
use dashu_int::ops::{BitTest as _, Gcd as _};

use super::numbers::Numbers;
use super::primes::odd_primes;
use crate::finding::{Check, Finding, Severity};

/// A prime less one has small factors alone.
pub(crate) static SMOOTH_PRIME: Check = Check {
    name: "rsa-smooth-prime",
    severity: Severity::Error,
    what: "A prime of the RSA modulus was computed by Pollard's p - 1 method: one less than it is a product of primes below \
           2^20. Looked for with `--deep`. A random prime of 1024 bits is like this with a probability below 2^-250.",
    why: "Anyone who has the public key can compute the private one in seconds.",
    remedy: "Generate a new key with another program, and replace this one wherever it is used.",
    source: "J. Pollard, Theorems on factorization and primality testing, 1974",
};

/// The largest prime factor of p - 1.
const MOST: u32 = 1 << 20;

/// The smallest primes count several times, as often as their power stays below 2^128.
const OFTEN: u32 = 1024;

/// The product of all primes.
static PRODUCT: LazyLock<UBig> = LazyLock::new(|| {
    let power = |prime: u32| if prime < OFTEN { u128::MAX.ilog(prime.into()) } else { 1 };
    let powers = std::iter::once(2).chain(odd_primes(3, MOST)).map(|prime| u128::from(prime).pow(power(prime)));
    product(powers.map(UBig::from).collect())
});

/// The product of numbers, in pairs, so that both factors are of about one length.
fn product(mut numbers: Vec<UBig>) -> UBig {
    while numbers.len() > 1 {
        numbers = numbers.chunks(2).map(|pair| pair.iter().product()).collect();
    }
    numbers.pop().unwrap_or(UBig::ONE)
}

pub(super) fn check(numbers: &Numbers) -> Option<Finding> {
    let n = &numbers.n;
    if !numbers.is_of_sane_size() || !n.bit(0) || *n < UBig::from(9u32) {
        return None;
    }
    let ring = ConstDivisor::new(n.clone());
    let power = ring.reduce(2u32).pow(&(n - UBig::ONE)).pow(&PRODUCT).residue();
    // A modulus that is a prime, or close to one in what its powers are, is found elsewhere.
    if power == UBig::ZERO {
        return None;
    }
    let factor = (power - UBig::ONE).gcd(n);
    (factor > UBig::ONE).then(|| {
        let which = if factor == *n { "both primes" } else { "one prime" };
        SMOOTH_PRIME
            .found(format!("{which} less one are products of small primes; they were computed by Pollard's method"))
    })
}

#[cfg(test)]
mod tests {
    use super::super::numbers::samples::{next_prime, number, sound};
    use super::super::prime_modulus::is_probably_prime;
    use super::*;

    /// A prime of about 512 bits that is one more than a product of primes below 2^20, and of a factor.
    fn smooth(seed: u64, factor: &UBig) -> UBig {
        let primes: Vec<u32> = odd_primes(3, MOST).collect();
        let mut seed = seed * 1000;
        loop {
            seed += 1;
            let draws = number(seed, 24 * 64);
            let bytes = draws.to_le_bytes();
            let words = bytes.chunks(8).map(|word| word[2] as usize * 256 + word[3] as usize);
            let product = words.fold(factor * UBig::from(2u32), |product, word| product * primes[word]);
            let candidate = product + UBig::ONE;
            if is_probably_prime(&candidate) {
                return candidate;
            }
        }
    }

    #[test]
    fn a_prime_less_one_of_small_primes_is_found() {
        let (one, other) = (smooth(1, &UBig::ONE), next_prime(number(2, 512)));
        assert!(check(&Numbers::new(&one * other, UBig::from(65537u32))).is_some());
        let both = check(&Numbers::new(one * smooth(3, &UBig::ONE), UBig::from(65537u32))).unwrap();
        assert!(both.message.starts_with("both"));
    }

    #[test]
    fn a_factor_that_both_have_in_common_may_be_of_any_size() {
        let common = next_prime(number(5, 128));
        let n = smooth(6, &common) * smooth(7, &common);
        assert!(check(&Numbers::new(n, UBig::from(65537u32))).is_some());
    }

    #[test]
    fn sound_keys_are_not() {
        assert!(check(&sound(1)).is_none());
    }
}
