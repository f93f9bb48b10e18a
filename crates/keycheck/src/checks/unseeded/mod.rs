//! Finds primes from generators without a seed.
//!
//! A program that draws an integer from such a generator, and takes the next prime, makes the same prime everywhere. For each
//! of the first integers g of the generators, a prime g + d near it is searched for. With Q = n / g and X = n / g², n / (g + d)
//! is nearly Q - d·X, and is an integer. So the search is for a small d for which d·X is Q modulo 1, to 64 bits. The continued
//! fraction of X finds it in a fraction of a microsecond; by chance it exists once in 2^24. Then the factors are computed.

mod candidates;
mod congruential;
mod twister;

use std::sync::LazyLock;

use dashu_int::UBig;
use dashu_int::ops::BitTest as _;

use super::near_guess::factor_near;
use super::numbers::{Numbers, words};
use crate::finding::{Check, Finding, Severity};

/// A prime comes from a generator without a seed.
pub(crate) static UNSEEDED: Check = Check {
    name: "rsa-unseeded",
    severity: Severity::Error,
    what: "A prime of the RSA modulus is the next one from a number that a random number generator makes first without a \
           seed, or with 0, 1 or another usual one: those of GMP, Java, Python, numpy, C++, PHP, glibc and Microsoft's C \
           library. The finding is a factorization, so it is never wrong.",
    why: "Anyone can run the generator, and compute the private key.",
    remedy: "Generate a new key with a program that takes its randomness from the operating system, and replace this one \
             wherever it is used.",
    source: "M. Matsumoto, T. Nishimura, Mersenne Twister, 1998; D. Knuth, The Art of Computer Programming, volume 2, \
             section 3.2; CWE-336, CWE-1241",
};

/// The sizes of primes that are checked, in bits.
const SIZES: [usize; 5] = [512, 1024, 1536, 2048, 4096];

/// The largest distance of a prime from the integer where its search began. The next prime of 4096 bits is further away with a
/// probability below 2^-33.
const LARGEST_DISTANCE: i64 = 1 << 16;

/// The largest difference between d·X and Q, in units of 2^-64.
const LARGEST_DIFFERENCE: i64 = 1 << 22;

/// The candidates for each size.
static CANDIDATES: [LazyLock<Vec<Candidate>>; SIZES.len()] = [
    LazyLock::new(|| candidates(512)),
    LazyLock::new(|| candidates(1024)),
    LazyLock::new(|| candidates(1536)),
    LazyLock::new(|| candidates(2048)),
    LazyLock::new(|| candidates(4096)),
];

pub(super) fn check(numbers: &Numbers) -> Option<Finding> {
    let bits = numbers.bits().div_ceil(2);
    let candidates = CANDIDATES.get(SIZES.iter().position(|size| *size == bits)?)?;
    // n gets the full number of words, even if its highest word is 0.
    let mut words = numbers.words.clone();
    words.resize(bits / 32, 0);
    candidates
        .iter()
        .any(|candidate| candidate.may_be_near(&words) && factor_near(&numbers.n, &candidate.number).is_some())
        .then(|| UNSEEDED.found("a prime comes from a random number generator without a seed; it was computed"))
}

/// An integer where the search for a prime may have begun.
struct Candidate {
    number: UBig,
    /// 2^(128·k + 128) divided by it, as words, for an integer of k words.
    reciprocal: Vec<u64>,
    /// 2^(128·k) divided by its square: the integer, and the fraction in units of 2^-64.
    of_square: (u64, u64),
}

/// Returns the integers unchanged, and with their highest bit or two bits set, as is usual for primes.
fn candidates(bits: usize) -> Vec<Candidate> {
    let highest = UBig::ONE << (bits - 1);
    let two_highest = UBig::from(3u32) << (bits - 2);
    let mut numbers: Vec<UBig> = candidates::numbers(bits)
        .into_iter()
        .flat_map(|number| [&number | &highest, &number | &two_highest, number])
        .filter(|number| number.bit_len() + 8 > bits)
        .collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers.into_iter().map(|number| Candidate::new(number, bits)).collect()
}

impl Candidate {
    fn new(number: UBig, bits: usize) -> Self {
        let one = UBig::ONE << (2 * bits + 128);
        let reciprocal = words(&(&one / &number).to_be_bytes());
        let square = (&one / (&number * &number)) >> 64;
        let low = u64::try_from(&square % (UBig::ONE << 64)).unwrap_or_default();
        Self { number, reciprocal, of_square: (u64::try_from(square >> 64).unwrap_or_default(), low) }
    }

    /// Whether n may have a factor near the integer, given all words of n.
    fn may_be_near(&self, n: &[u64]) -> bool {
        let [.., next, highest] = n else { return false };
        // Modulo 1, in units of 2^-64: the integer part of the square's reciprocal counts as well.
        let (integer, fraction) = self.of_square;
        let ratio = highest
            .wrapping_mul(integer)
            .wrapping_add(high_half(*highest, fraction))
            .wrapping_add(high_half(*next, integer));
        is_small_multiple(ratio, self.quotient(n))
    }

    /// Returns n divided by the integer, modulo 1, in units of 2^-64. Only that column of the product of n and the reciprocal
    /// is computed, and two below it for their carry.
    fn quotient(&self, n: &[u64]) -> u64 {
        let column = n.len() + 1;
        let (mut word, mut carry) = (0, 0u128);
        for column in column - 2..=column {
            let skipped = (column + 1).saturating_sub(self.reciprocal.len());
            let reciprocal = self.reciprocal.iter().take(column + 1 - skipped).rev();
            let (mut low, mut high) = (carry, 0);
            for (one, other) in n.iter().skip(skipped).zip(reciprocal) {
                let product = u128::from(*one) * u128::from(*other);
                low += product & u128::from(u64::MAX);
                high += product >> 64;
            }
            word = low as u64;
            carry = (low >> 64) + high;
        }
        word
    }
}

fn high_half(a: u64, b: u64) -> u64 {
    ((u128::from(a) * u128::from(b)) >> 64) as u64
}

/// Whether d·ratio is the quotient modulo 1 for a small d: the vectors (d, d·ratio - m) for all d and m are a lattice. The
/// continued fraction of the ratio gives a basis of it that is short enough to find the closest vector by rounding.
fn is_small_multiple(ratio: u64, quotient: u64) -> bool {
    /// The largest multiples in the basis.
    const BASIS: u64 = 1 << 20;
    let (mut d, mut left) = ((0u64, 1u64), (1u128 << 64, u128::from(ratio)));
    while d.1 < BASIS && left.1 != 0 {
        let term = left.0 / left.1;
        left = (left.1, left.0 % left.1);
        // A term this large ends the search: the multiples repeat.
        d = (d.1, d.0.saturating_add(d.1.saturating_mul(u64::try_from(term).unwrap_or(u64::MAX))));
    }
    // The coefficients of the two vectors in the one with the quotient and d = 0, rounded.
    let times = |d: u64| ((u128::from(quotient) * u128::from(d) + (1 << 63)) >> 64) as u64;
    let (first, second) = (times(d.1), times(d.0));
    // One vector is above the ratio's multiples and the other below, so their signs differ. Both signs of the first are tried.
    let multiple = first.wrapping_mul(d.0).wrapping_sub(second.wrapping_mul(d.1));
    [multiple, multiple.wrapping_neg()].into_iter().any(|multiple| {
        let off = multiple.wrapping_mul(ratio).wrapping_sub(quotient) as i64;
        (multiple as i64).unsigned_abs() < LARGEST_DISTANCE.unsigned_abs()
            && off.unsigned_abs() < LARGEST_DIFFERENCE.unsigned_abs()
    })
}

#[cfg(test)]
mod tests {
    use super::super::numbers::samples::{next_prime, number, strong_key};
    use super::*;

    fn key(start: UBig, seed: u64) -> Numbers {
        let bits = start.bit_len();
        Numbers::new(next_prime(start) * next_prime(number(seed, bits)), UBig::from(65537u32))
    }

    #[test]
    fn the_next_prime_from_each_number_is_found() {
        let all = candidates::numbers(512);
        assert!(all.len() > 150);
        for (index, start) in all.iter().enumerate().step_by(13) {
            let two_highest = UBig::from(3u32) << 510;
            assert!(check(&key(start | two_highest, index as u64 + 1)).is_some(), "{index}");
        }
    }

    #[test]
    fn multiples_are_found_up_to_the_farthest() {
        for seed in 1..500u64 {
            let ratio = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15);
            let d = (seed * seed * 7919) % 60_000;
            for (d, off, is_found) in [(d, 3, true), (d.wrapping_neg(), 1000, true), (d, 1 << 60, false)] {
                let quotient = d.wrapping_mul(ratio).wrapping_add(off);
                assert_eq!(is_small_multiple(ratio, quotient), is_found, "{seed} {d} {off}");
            }
        }
    }

    #[test]
    fn the_quotient_is_that_of_the_long_division() {
        for seed in 0..20 {
            let (n, g) = (number(seed + 1, 1024), number(seed + 100, 512));
            let candidate = Candidate::new(g.clone(), 512);
            let quotient = ((&n << 64) / &g) % (UBig::ONE << 64);
            let found = candidate.quotient(&Numbers::new(n, UBig::ONE).words);
            assert!(u64::try_from(quotient).unwrap().abs_diff(found) < 16, "{seed}");
        }
    }

    #[test]
    fn strong_keys_are_not() {
        assert!((0..10).all(|seed| check(&strong_key(seed)).is_none()));
    }
}
