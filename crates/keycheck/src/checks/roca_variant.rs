//! Finds primes that were made like those of ROCA, but from powers of another number than 65537.
//!
//! Let p be b^i and q be b^j modulo the first primes, for some b. If i + j is even, n is a square modulo each of these primes;
//! so every second such key is found. A random integer is a square modulo 48 primes with a probability of 2^-48.

use std::sync::LazyLock;

use super::numbers::Numbers;
use super::primes::odd_primes;
use super::residues::Divisor;
use super::roca;
use crate::finding::{Check, Finding, Severity};

/// The modulus is a square modulo all small primes.
pub(crate) static ROCA_VARIANT: Check = Check {
    name: "roca-variant",
    severity: Severity::Error,
    what: "The RSA modulus is a square modulo each of the 48 primes from 5 to 229, as keys are whose primes were made \
           like those of ROCA, but from powers of another number. One strong key in 2^48 is; of the weak keys every \
           second one is found.",
    why: "Primes that are powers of one number modulo many small primes have little randomness, so that the private key \
          may be computed from the public one.",
    remedy: "Generate a new key with another program, not on the device that made this one; replace this one wherever it \
             is used.",
    source: "M. Nemec, M. Sys, P. Svenda, D. Klinec, V. Matyas, The Return of Coppersmith's Attack, 2017, section 3; \
             C. Gauss, Disquisitiones Arithmeticae, 1801, for squares modulo a prime",
};

/// The primes.
const LEAST: u32 = 5;
const MOST: u32 = 229;

/// A prime, and its squares other than 0: bit r is set if r is a square.
struct Squares {
    prime: u64,
    squares: [u64; 4],
}

impl Squares {
    fn modulo(prime: u64) -> Self {
        let mut squares = [0; 4];
        for square in (1..prime).map(|k| k * k % prime) {
            if let Some(word) = usize::try_from(square / 64).ok().and_then(|index| squares.get_mut(index)) {
                *word |= 1 << (square % 64);
            }
        }
        Self { prime, squares }
    }

    fn has(&self, remainder: u64) -> bool {
        let residue = remainder % self.prime;
        let word = usize::try_from(residue / 64).ok().and_then(|index| self.squares.get(index));
        word.is_some_and(|word| word >> (residue % 64) & 1 == 1)
    }
}

static TABLES: LazyLock<Vec<(Divisor, Vec<Squares>)>> = LazyLock::new(|| {
    Divisor::of_products(odd_primes(LEAST, MOST).map(u64::from))
        .into_iter()
        .map(|(divisor, members)| (divisor, members.into_iter().map(Squares::modulo).collect()))
        .collect()
});

pub(super) fn check(numbers: &Numbers) -> Option<Finding> {
    let is_square = TABLES.iter().all(|(divisor, tables)| {
        let remainder = divisor.remainder(&numbers.words);
        tables.iter().all(|table| table.has(remainder))
    });
    // Other checks report a modulus that is itself a square, and a ROCA key.
    (is_square && !super::numbers::is_square(&numbers.n) && roca::check(numbers).is_none())
        .then(|| ROCA_VARIANT.found("the modulus is a square modulo every prime from 5 to 229"))
}

#[cfg(test)]
mod tests {
    use dashu_int::UBig;

    use super::super::numbers::samples::{number, strong_key};
    use super::super::prime_modulus::is_probably_prime;
    use super::*;

    /// A prime that is a power of the base modulo all odd primes to 353.
    fn prime(seed: u64, base: u32, exponent: usize) -> UBig {
        let m = odd_primes(3, 353).fold(UBig::from(2u32), |m, prime| m * UBig::from(prime));
        let residue = UBig::from(base).pow(exponent) % &m;
        let mut candidate = number(seed, 1024) / &m * &m + residue;
        while !is_probably_prime(&candidate) {
            candidate += &m;
        }
        candidate
    }

    #[test]
    fn powers_of_any_number_are_found_if_the_exponents_are_both_even_or_odd() {
        for base in [359, 65521, 65539] {
            for (one, other, is_found) in [(12345, 99, true), (2000, 64, true), (12345, 64, false)] {
                let n = prime(1, base, one) * prime(2, base, other);
                assert_eq!(check(&Numbers::new(n, UBig::from(65537u32))).is_some(), is_found, "{base} {one}");
            }
        }
    }

    #[test]
    fn a_key_of_roca_a_square_and_strong_keys_are_not() {
        let roca = prime(1, 65537, 12345) * prime(2, 65537, 99);
        assert!(check(&Numbers::new(roca, UBig::from(65537u32))).is_none());
        let square = number(3, 1024);
        assert!(check(&Numbers::new(&square * &square, UBig::from(65537u32))).is_none());
        assert!((0..10).all(|seed| check(&strong_key(seed)).is_none()));
        assert_eq!(TABLES.iter().map(|(_, tables)| tables.len()).sum::<usize>(), 48);
    }
}
