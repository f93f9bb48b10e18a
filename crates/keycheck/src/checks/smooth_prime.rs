//! Finds primes p for which p - 1 has only small factors, by J. Pollard's p - 1 method.
//!
//! If all prime factors of p - 1 are small, then p - 1 divides a number M that is the product of all small primes, and 2^M - 1
//! has the factor p in common with n. With 2^(n - 1) instead of 2, a common factor of p - 1 and q - 1 may have any size. The
//! power takes seconds, so only `--deep` computes it for every key. A common factor of p - 1 and q - 1 divides n - 1 as well.
//! Without `--deep` the power is computed if the key has at most 2048 bits and n - 1 has a divisor of 128 bits that is a
//! product of primes below 1024, which no strong key has by chance. ROCA keys have such divisors, too; they are reported as
//! ROCA.

use std::sync::LazyLock;

use dashu_int::UBig;
use dashu_int::fast_div::ConstDivisor;
use dashu_int::ops::{BitTest as _, Gcd as _};

use super::numbers::Numbers;
use super::primes::odd_primes;
use super::{roca, roca_variant};
use crate::finding::{Check, Finding, Severity};

/// A prime minus one has only small factors.
pub(crate) static SMOOTH_PRIME: Check = Check {
    name: "rsa-smooth-prime",
    severity: Severity::Error,
    what: "A prime of the RSA modulus was computed by Pollard's p - 1 method: one less than it is a product of primes below \
           2^20. Looked for with `--deep`; in keys of at most 2048 bits without it, too, where both primes minus \
           one have the same small factors. A random prime of 1024 bits is like this with a probability below 2^-250.",
    why: "Anyone who has the public key can compute the private one in seconds.",
    remedy: "Generate a new key with another program, and replace this one wherever it is used.",
    source: "J. Pollard, Theorems on factorization and primality testing, 1974",
};

/// The largest prime factor of p - 1 that is found.
const MOST: u32 = 1 << 20;

/// Without `--deep`, the power is computed if at least this many bits of n - 1 are a product of the smallest primes.
const SMOOTH_BITS: usize = 128;

/// The longest key for which it is computed then: twice the bits take eight times as long.
const MOST_BITS: usize = 2048;

/// Primes below this are taken to their highest power below 2^128.
const OFTEN: u32 = 1024;

/// The product of all primes, and of the smallest ones.
static PRODUCT: LazyLock<UBig> = LazyLock::new(|| of_primes(MOST));
static SMALLEST: LazyLock<UBig> = LazyLock::new(|| of_primes(OFTEN));

fn of_primes(most: u32) -> UBig {
    let power = |prime: u32| if prime < OFTEN { u128::MAX.ilog(prime.into()) } else { 1 };
    let powers = std::iter::once(2).chain(odd_primes(3, most)).map(|prime| u128::from(prime).pow(power(prime)));
    product(powers.map(UBig::from).collect())
}

/// Multiplies integers in pairs, so that both factors have about the same length.
fn product(mut numbers: Vec<UBig>) -> UBig {
    while numbers.len() > 1 {
        numbers = numbers.chunks(2).map(|pair| pair.iter().product()).collect();
    }
    numbers.pop().unwrap_or(UBig::ONE)
}

pub(super) fn check(numbers: &Numbers, deep: bool) -> Option<Finding> {
    let n = &numbers.n;
    if !numbers.is_of_sane_size() || !n.bit(0) || *n < UBig::from(9u32) {
        return None;
    }
    let n_minus_one = n - UBig::ONE;
    let is_unusual = || {
        n.bit_len() <= MOST_BITS
            && (&*SMALLEST % &n_minus_one).gcd(&n_minus_one).bit_len() >= SMOOTH_BITS
            && roca::check(numbers).is_none()
            && roca_variant::check(numbers).is_none()
    };
    if !deep && !is_unusual() {
        return None;
    }
    let ring = ConstDivisor::new(n.clone());
    let power = ring.reduce(2u32).pow(&n_minus_one).pow(&PRODUCT).residue();
    // Another check finds a modulus that is a prime, or behaves like one.
    if power == UBig::ZERO {
        return None;
    }
    let factor = (power - UBig::ONE).gcd(n);
    (factor > UBig::ONE).then(|| {
        let which = if factor == *n { "both primes" } else { "one prime" };
        SMOOTH_PRIME
            .found(format!("{which} minus one are products of small primes; they were computed by Pollard's method"))
    })
}

#[cfg(test)]
mod tests {
    use super::super::numbers::samples::{next_prime, number, strong_key};
    use super::super::prime_modulus::is_probably_prime;
    use super::*;

    /// A prime of about 256 bits that is one more than a product of `factor` and primes below 2^20.
    fn smooth(seed: u64, factor: &UBig) -> UBig {
        let primes: Vec<u32> = odd_primes(3, MOST).collect();
        let mut seed = seed * 1000;
        loop {
            seed += 1;
            let draws = number(seed, 12 * 64);
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
        let (one, other) = (smooth(1, &UBig::ONE), next_prime(number(2, 256)));
        assert!(check(&Numbers::new(&one * other, UBig::from(65537u32)), true).is_some());
        let both = check(&Numbers::new(one * smooth(3, &UBig::ONE), UBig::from(65537u32)), true).unwrap();
        assert!(both.message.starts_with("both"));
    }

    #[test]
    fn a_factor_that_both_have_in_common_may_be_of_any_size() {
        let common = next_prime(number(5, 128));
        let n = smooth(6, &common) * smooth(7, &common);
        assert!(check(&Numbers::new(n, UBig::from(65537u32)), true).is_some());
    }

    /// The primes are one more than multiples of the squares of all primes to 100; with those to 200 they would be ROCA keys.
    #[test]
    fn primes_of_the_same_small_primes_are_found_without_deep() {
        let powers = odd_primes(3, 100).fold(UBig::ONE << 8, |product, prime| product * UBig::from(prime).pow(2));
        let n = smooth(8, &powers) * smooth(9, &powers);
        assert!(check(&Numbers::new(n, UBig::from(65537u32)), false).is_some());
        let n = smooth(8, &UBig::ONE) * smooth(9, &UBig::ONE);
        assert!(check(&Numbers::new(n, UBig::from(65537u32)), false).is_none());
    }

    #[test]
    fn strong_keys_are_not() {
        assert!((0..20).all(|seed| check(&strong_key(seed), false).is_none()));
        assert!(check(&strong_key(1), true).is_none());
    }
}
