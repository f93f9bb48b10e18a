//! Finds primes whose highest and lowest bits are the same.
//!
//! Let p and q have their r highest and their s lowest bits in common. The highest bits of their mean (p + q)/2 are those of
//! the root of n, about 2r of them, as in Fermat's method. Since n = ((p + q)/2)² - ((p - q)/2)², its 2s - 2 lowest bits are
//! those of a root of n modulo a power of two. If r + s is half of a prime's bits, these are all bits but a few, which are
//! tried.

use dashu_int::UBig;
use dashu_int::ops::BitTest as _;

use super::numbers::{Numbers, is_square, root, words};
use super::residues::power;
use crate::finding::{Check, Finding, Severity};

/// Both ends of the primes are the same.
pub(crate) static EQUAL_ENDS: Check = Check {
    name: "rsa-equal-ends",
    severity: Severity::Error,
    what: "The two primes of the RSA modulus have half of their bits in common, at their high end, at their low end or \
           divided between both, and were computed from it. The finding is a factorization, so it is never wrong.",
    why: "Anyone who has the public key can compute the private one in an instant.",
    remedy: "Generate a new key with another program, and replace this one wherever it is used.",
    source: "R. Steinfeld, Y. Zheng, On the Security of RSA with Primes Sharing Least-Significant Bits, 2004; P. Fermat, \
             letter to M. Mersenne, 1643",
};

/// The number of bits between both ends that are tried.
const TRIED: usize = 4;

/// Primes that show that a difference is not a square; the first ones leave one candidate in a hundred.
const FIRST: [u64; 8] = [3, 5, 7, 11, 13, 17, 19, 23];
const SECOND: [u64; 6] = [29, 31, 37, 41, 43, 47];

pub(super) fn check(numbers: &Numbers) -> Option<Finding> {
    // The product of primes that have their three lowest bits in common is 1 modulo 8; Fermat's method looks for others.
    if !numbers.is_of_sane_size() || numbers.bits() < 64 || numbers.words.first()? % 8 != 1 {
        return None;
    }
    search(&numbers.n)?;
    Some(EQUAL_ENDS.found("both ends of the two primes are the same; they were computed"))
}

/// Returns the mean of both factors.
fn search(n: &UBig) -> Option<UBig> {
    let bits = n.bit_len().div_ceil(2);
    let low = root(n);
    let high = if &low * &low == *n { low } else { low + UBig::ONE };
    let one = root_modulo_power(n, bits);
    let other = (UBig::ONE << bits) - &one;
    [one, other].iter().find_map(|low| meet(n, &high, low, bits))
}

/// Tries, for every number of bits, the first mean from `high` on that ends in the last bits of `low`, and some that follow it.
fn meet(n: &UBig, high: &UBig, low: &UBig, bits: usize) -> Option<UBig> {
    let filters = [Filter::new(n, &FIRST), Filter::new(n, &SECOND)];
    let mut residues = filters.each_ref().map(|filter| high % filter.modulus);
    let low = words(&low.to_be_bytes());
    let mut mean = words(&high.to_be_bytes());
    // Room for the carry.
    mean.push(0);
    for place in 0..bits {
        if bit(&mean, place) == bit(&low, place) {
            continue;
        }
        let tried = TRIED.min(place);
        let steps = filters.each_ref().map(|filter| power(2, (place - tried) as u64, filter.modulus));
        for _ in 0..1 << tried {
            add_power_of_two(&mut mean, place - tried);
            for ((residue, step), filter) in residues.iter_mut().zip(&steps).zip(&filters) {
                *residue = (*residue + step) % filter.modulus;
            }
            if residues.iter().zip(&filters).all(|(residue, filter)| filter.passes(*residue)) {
                let mean = UBig::from_le_bytes(&mean.iter().flat_map(|word| word.to_le_bytes()).collect::<Vec<_>>());
                let square = &mean * &mean - n;
                if is_square(&square) && &mean - root(&square) > UBig::ONE {
                    return Some(mean);
                }
            }
        }
    }
    None
}

/// A product of primes, with the residue of n and the squares modulo each of them.
struct Filter {
    modulus: u64,
    /// Each prime, with the residue of n and the squares: bit r is set if r is a square.
    primes: Vec<(u64, u64, u64)>,
}

impl Filter {
    fn new(n: &UBig, primes: &[u64]) -> Self {
        let modulus = primes.iter().product();
        let residue = n % modulus;
        let squares = |prime: u64| (0..prime).fold(0, |squares, k| squares | 1 << (k * k % prime));
        let primes = primes.iter().map(|prime| (*prime, residue % prime, squares(*prime))).collect();
        Self { modulus, primes }
    }

    /// Whether mean² - n can be a square.
    fn passes(&self, mean: u64) -> bool {
        self.primes.iter().all(|(prime, n, squares)| {
            let mean = mean % prime;
            squares >> ((mean * mean + prime - n) % prime) & 1 == 1
        })
    }
}

fn bit(words: &[u64], place: usize) -> bool {
    words.get(place / 64).is_some_and(|word| word >> (place % 64) & 1 == 1)
}

fn add_power_of_two(words: &mut [u64], exponent: usize) {
    let mut carry = 1 << (exponent % 64);
    for word in words.iter_mut().skip(exponent / 64) {
        let overflows;
        (*word, overflows) = word.overflowing_add(carry);
        if !overflows {
            return;
        }
        carry = 1;
    }
}

/// Returns a root of an integer that is 1 modulo 8, modulo 2^bits. Newton's method computes the inverse y of the root: it
/// replaces y by y(3 - n·y²)/2, which turns b correct bits into 2b - 2.
fn root_modulo_power(n: &UBig, bits: usize) -> UBig {
    let (mut inverse, mut right) = (UBig::ONE, 3);
    while right < bits + 2 {
        right = 2 * right - 2;
        let width = right + 2;
        let square = low_bits(n, width) * &inverse * &inverse;
        let change = low_bits(&((UBig::ONE << width) + UBig::from(3u32) - low_bits(&square, width)), width) >> 1;
        inverse = low_bits(&(inverse * change), width);
    }
    low_bits(&(low_bits(n, bits) * inverse), bits)
}

fn low_bits(number: &UBig, bits: usize) -> UBig {
    let mut low = number.clone();
    low.clear_high_bits(bits);
    low
}

#[cfg(test)]
mod tests {
    use super::super::numbers::samples::{next_prime, number, strong_key};
    use super::super::prime_modulus::is_probably_prime;
    use super::*;

    #[test]
    fn the_square_of_the_root_is_the_number() {
        for bits in [64, 100, 512, 513, 1024] {
            let n = (number(bits as u64, 1024) << 3) + UBig::ONE;
            let root = root_modulo_power(&n, bits);
            assert_eq!(low_bits(&(&root * &root), bits), low_bits(&n, bits), "{bits}");
        }
    }

    /// A prime of 512 bits, with the high and the low bits of another one.
    fn with_ends_of(p: &UBig, high: usize, low: usize, seed: u64) -> UBig {
        let middle = 512 - high - low;
        for seed in seed.. {
            let between = low_bits(&number(seed, 512), middle) << low;
            let candidate = ((p >> (512 - high)) << (512 - high)) + between + low_bits(p, low);
            if candidate != *p && is_probably_prime(&candidate) {
                return candidate;
            }
        }
        UBig::ZERO
    }

    #[test]
    fn primes_with_half_of_their_bits_in_common_are_found() {
        let p = next_prime(number(1, 512));
        for (high, low) in [(128, 128), (100, 156), (64, 192), (180, 76), (2, 256)] {
            let q = with_ends_of(&p, high, low, 1000 * high as u64);
            assert!(check(&Numbers::new(&p * q, UBig::from(65537u32))).is_some(), "{high} {low}");
        }
        let q = with_ends_of(&p, 110, 110, 7);
        assert!(check(&Numbers::new(&p * q, UBig::from(65537u32))).is_none());
    }

    #[test]
    fn strong_keys_have_none() {
        assert!((0..12).all(|seed| check(&strong_key(seed)).is_none()));
    }
}
