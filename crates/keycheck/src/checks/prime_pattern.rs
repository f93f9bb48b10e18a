//! Finds primes that repeat a pattern of bits.
//!
//! If the bits of p repeat after s bits, except for a few at both ends, then (2^s - 1)·p = a·2^m + c for small a and c, where m
//! is the number of bits of a prime. If the words of a generator were joined in another order, the same holds for another
//! factor than 2^s - 1. With n = u·2^m + v, and d that factor, c·d·u - a·d·v is small modulo 2^m. So a short vector of a
//! lattice gives a and c, and p divides a·2^m + c. The search with d = 1 finds all patterns up to a thirteenth of the modulus's
//! bits; for longer ones d must be known.

use std::sync::LazyLock;

use dashu_int::ops::{BitTest as _, Gcd as _, UnsignedAbs as _};
use dashu_int::{IBig, UBig};

use super::lattice::short_vector;
use super::numbers::Numbers;
use crate::finding::{Check, Finding, Severity};

/// A prime repeats a pattern.
pub(crate) static PRIME_PATTERN: Check = Check {
    name: "rsa-prime-pattern",
    severity: Severity::Error,
    what: "A prime of the RSA modulus repeats a pattern of bits, or would if its words were in another order, and was \
           computed from it. The finding is a factorization, so it is never wrong.",
    why: "Anyone who has the public key can compute the private one in an instant.",
    remedy: "Generate a new key with another program, and replace this one wherever it is used.",
    source: "D. Bernstein, Y. Chang, C. Cheng, L. Chou, N. Heninger, T. Lange, N. van Someren, Factoring RSA keys from \
             certified smart cards: Coppersmith in the wild, 2013; D. Coppersmith, Small Solutions to Polynomial \
             Equations, and Low Exponent RSA Vulnerabilities, 1997",
};

/// Shorter moduli fail for their length.
const LEAST_BITS: usize = 512;

/// Lengths of patterns: those of words and blocks, and the periods of shift registers.
const LENGTHS: [usize; 6] = [127, 128, 255, 256, 511, 512];

/// The lengths of words that are exchanged in pairs.
const WORDS: [usize; 4] = [8, 16, 32, 64];

/// The vector is this many bits shorter than that of a random lattice, which has such a vector with a probability below 2^-24.
const SHORTER: f64 = 8.0;

/// The factors d that turn a prime with a long pattern into two small parts.
static FACTORS: LazyLock<Vec<UBig>> = LazyLock::new(|| {
    let ones = |bits: usize| (UBig::ONE << bits) - UBig::ONE;
    // Patterns of p bits in words of w bits that are exchanged in pairs.
    let exchanged = |w: usize| {
        let factor = move |p: usize| ones(p) * ((UBig::ONE << (p * w)) + UBig::ONE) / ((UBig::ONE << w) + UBig::ONE);
        (3..w).step_by(2).map(factor).take_while(|factor| factor.bit_len() <= 1024)
    };
    LENGTHS.into_iter().map(ones).chain(WORDS.into_iter().flat_map(exchanged)).collect()
});

pub(super) fn check(numbers: &Numbers) -> Option<Finding> {
    if !numbers.is_of_sane_size() || numbers.bits() < LEAST_BITS {
        return None;
    }
    factor(&numbers.n)?;
    Some(PRIME_PATTERN.found("a prime repeats a pattern of bits; it was computed"))
}

/// Returns a factor, neither 1 nor n.
fn factor(n: &UBig) -> Option<UBig> {
    let bits = n.bit_len();
    // For shorter ones the search with d = 1 is enough; longer ones leave no room for a and c.
    let known = FACTORS.iter().filter(|d| (bits / 14..bits / 8 - 8).contains(&d.bit_len()));
    factor_with(n, &UBig::ONE).or_else(|| known.into_iter().find_map(|d| factor_with(n, d)))
}

/// Returns a factor p for which d·p has two small parts.
fn factor_with(n: &UBig, d: &UBig) -> Option<UBig> {
    let half = n.bit_len() / 2;
    let weight = if *d == UBig::ONE { 0 } else { d.bit_len() };
    let (low, high) = n.clone().split_bits(half);
    let reduced = |part: UBig| (part * d).split_bits(half).0;
    let modulus = UBig::ONE << half;
    let most = (2 * weight + half) as f64 / 3.0 - SHORTER;
    let [c, minus_a] = short_vector([&reduced(high), &reduced(low), &modulus], weight, most)?;
    let multiple = (c - minus_a * IBig::from(modulus)).unsigned_abs();
    let factor = multiple.gcd(n);
    (factor > UBig::ONE && factor < *n).then_some(factor)
}

#[cfg(test)]
mod tests {
    use super::super::numbers::samples::{next_prime, number, strong_key};
    use super::*;

    /// An integer of `bits` bits that repeats a pattern, with its highest bits set.
    fn repeated(pattern: &UBig, length: usize, bits: usize) -> UBig {
        let repeated = (0..=bits / length).fold(UBig::ZERO, |all, _| (all << length) + pattern);
        (repeated >> (bits / length * length + length - bits)) | (UBig::from(3u32) << (bits - 2))
    }

    fn is_found(p: &UBig, seed: u64) -> bool {
        let q = next_prime(number(seed, p.bit_len()));
        check(&Numbers::new(p * q, UBig::from(65537u32))).is_some()
    }

    #[test]
    fn one_prime_with_a_pattern_is_enough() {
        for length in [1, 3, 7, 8, 15, 16, 31, 32, 60, 63, 64] {
            let pattern = number(length as u64, 64) >> (64 - length);
            let p = next_prime(repeated(&pattern, length, 512));
            assert!(is_found(&p, 1000 + length as u64), "{length}");
        }
        let p = next_prime(repeated(&number(9, 128), 128, 1024));
        assert!(is_found(&p, 2000));
    }

    #[test]
    fn patterns_whose_words_are_exchanged_are_found() {
        for (length, word) in [(7, 16), (5, 16), (3, 32), (7, 8)] {
            let pattern = number(length as u64, 64) >> (64 - length);
            let plain = repeated(&pattern, length, 1024);
            let words: Vec<UBig> =
                (0..1024 / word).map(|place| (&plain >> (1024 - word * (place + 1))) % (UBig::ONE << word)).collect();
            let exchanged = words
                .chunks(2)
                .fold(UBig::ZERO, |all, pair| pair.iter().rev().fold(all, |all, part| (all << word) + part));
            let p = next_prime(exchanged | (UBig::from(3u32) << 1022));
            assert!(is_found(&p, 3000 + length as u64), "{length} {word}");
        }
    }

    #[test]
    fn strong_keys_have_none() {
        assert!((0..10).all(|seed| check(&strong_key(seed)).is_none()));
        let strong_key = next_prime(number(1, 1024)) * next_prime(number(2, 1024));
        assert!(check(&Numbers::new(strong_key, UBig::from(65537u32))).is_none());
    }
}
