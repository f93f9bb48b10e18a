//! A round of the Miller–Rabin test, by the multiplier for whole words.
//!
//! It uses Montgomery's multiplication like [`super::FermatTest`], and takes about half as long as a power by a library for
//! integers of any size.

use std::hint::black_box;
use std::ops::Range;

use super::arithmetic::{Digits as _, ROOM};
use super::fermat::{LargeWords, SmallWords, Wiped, bit_length, differences, one};
use super::words::Words;
use super::{digits, inverse};

/// The number of bits of the exponent that are processed together.
const WINDOW: usize = 4;

/// Tests whether an odd integer n above 3, of at most 16,384 bits, is probably prime, with one base from 2 to n - 2: FIPS
/// 186-5, B.3.1. With n - 1 = 2^a·m, either base^m ≡ 1, or one of base^m, base^2m, … base^(2^(a - 1)·m) is -1. The time
/// depends on the length of n and on a, and no part of an integer remains in memory.
///
/// Both are given as their words, the lowest first.
#[must_use]
pub fn passes_round(n: &[u64], base: &[u64]) -> bool {
    let passed = if bit_length(n) <= LargeWords::MOST {
        passes(LargeWords::NEW, n, base)
    } else {
        passes(SmallWords::NEW, n, base)
    };
    debug_assert!(passed.is_some());
    passed == Some(true)
}

/// Returns `None` if n is even or too small, or the base is longer.
fn passes<const BITS: u32>(engine: Words<BITS>, number: &[u64], base: &[u64]) -> Option<bool> {
    let bits = bit_length(number);
    let length = (bits + ROOM).div_ceil(BITS as usize);
    let in_digits = |words: &[u64]| {
        let mut number = Wiped { engine, digits: digits(words, BITS, length) };
        number.digits.truncate(length);
        number
    };
    let (n, mut x) = (in_digits(number), in_digits(base));
    let mut round = Round {
        engine,
        n: &n.digits,
        inverse: inverse(*n.digits.first()?).wrapping_neg(),
        scratch: Wiped::zeros(engine, 2 * length + 1),
    };
    let one = one(engine, round.n, bits, &mut round.scratch.digits);
    let minus_one = round.minus(&one.digits);
    round.convert(&mut x.digits, &one.digits);
    // The lowest bit of n - 1 that is set; the bits above it are those of n.
    let twos = (1..bits).find(|bit| bit_of(number, *bit) == 1)?;
    round.power(&mut x.digits, &one.digits, number, twos..bits);
    let mut passed = round.equal(&x.digits, &one.digits) | round.equal(&x.digits, &minus_one.digits);
    for _ in 1..twos {
        round.square(&mut x.digits, 0);
        passed |= round.equal(&x.digits, &minus_one.digits);
    }
    Some(passed)
}

/// Returns a bit of an integer.
fn bit_of(words: &[u64], bit: usize) -> u64 {
    words.get(bit / 64).map_or(0, |word| word >> (bit % 64) & 1)
}

/// The modulus of a round. All integers are in Montgomery's form and below 2·n.
struct Round<'a, const BITS: u32> {
    engine: Words<BITS>,
    n: &'a [u64],
    /// The negative inverse of n's lowest digit.
    inverse: u64,
    scratch: Wiped<Words<BITS>>,
}

impl<const BITS: u32> Round<'_, BITS> {
    /// Squares x, and doubles it where `twice` is 1, to below 4·n.
    fn square(&mut self, x: &mut [u64], twice: u64) {
        self.engine.square_modulo(x, self.n, self.inverse, twice, &mut self.scratch.digits);
    }

    /// Multiplies x by an integer whose digits are given from the highest position to the lowest. One of both may be below
    /// 4·n.
    fn multiply(&mut self, x: &mut [u64], reversed: &[u64]) {
        Words::<BITS>::multiply_modulo(x, reversed, self.n, self.inverse, &mut self.scratch.digits);
    }

    /// Returns n minus an integer below n.
    fn minus(&self, x: &[u64]) -> Wiped<Words<BITS>> {
        let (mut difference, mut borrow) = (Wiped::zeros(self.engine, self.n.len()), 0);
        for ((difference, n), x) in difference.digits.iter_mut().zip(self.n).zip(x) {
            let less = n.wrapping_sub(*x).wrapping_sub(borrow);
            borrow = less >> 63;
            *difference = less & self.engine.mask();
        }
        difference
    }

    /// Whether x is the other integer, which is below n, modulo n.
    fn equal(&self, x: &[u64], other: &[u64]) -> bool {
        differences(self.engine, x, other, self.n).contains(&0)
    }

    /// Converts an integer below n to Montgomery's form. Multiplied by R², it becomes x·R. R's own form, R², is that of a
    /// power of two, which squares and doublings yield from the form of 1.
    fn convert(&mut self, x: &mut [u64], one: &[u64]) {
        let mut r = Wiped { engine: self.engine, digits: one.to_vec() };
        let exponent = BITS as usize * self.n.len();
        for bit in (0..=exponent.ilog2()).rev() {
            self.square(&mut r.digits, (exponent >> bit & 1) as u64);
        }
        r.digits.reverse();
        self.multiply(x, &r.digits);
    }

    /// Raises x to the power of these bits of an integer, one window after another from the highest.
    fn power(&mut self, x: &mut [u64], one: &[u64], number: &[u64], bits: Range<usize>) {
        let powers = self.powers(x, one);
        let mut factor = Wiped::zeros(self.engine, self.n.len());
        x.copy_from_slice(one);
        for window in (0..bits.len().div_ceil(WINDOW)).rev() {
            let start = bits.start + window * WINDOW;
            let index = (0..WINDOW).map(|bit| bit_of(number, start + bit) << bit).sum();
            select(&powers.digits, index, &mut factor.digits);
            (0..WINDOW).for_each(|_| self.square(x, 0));
            self.multiply(x, &factor.digits);
        }
    }

    /// Returns the powers of x with all exponents of a window, one after another. Their digits are reversed, as
    /// [`Self::multiply`] needs them.
    fn powers(&mut self, x: &[u64], one: &[u64]) -> Wiped<Words<BITS>> {
        let length = self.n.len();
        let mut powers = Wiped::zeros(self.engine, length << WINDOW);
        let mut power = Wiped { engine: self.engine, digits: one.to_vec() };
        let mut factor = Wiped { engine: self.engine, digits: x.to_vec() };
        factor.digits.reverse();
        for place in powers.digits.chunks_exact_mut(length) {
            place.iter_mut().rev().zip(&power.digits).for_each(|(place, digit)| *place = *digit);
            self.multiply(&mut power.digits, &factor.digits);
        }
        powers
    }
}

/// Copies the integer with a secret index from a list of integers: all of them are read.
fn select(list: &[u64], index: u64, to: &mut [u64]) {
    to.fill(0);
    for (number, other) in list.chunks_exact(to.len()).zip(0_u64..) {
        // All bits set for this index. The barrier prevents a branch.
        let mask = black_box((index ^ other).wrapping_sub(1) >> 63).wrapping_neg();
        to.iter_mut().zip(number).for_each(|(to, digit)| *to |= digit & mask);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether b^m modulo n, or one of its squares, has the right value, by 128-bit division.
    fn passes_naively(n: u64, base: u64) -> bool {
        let times = |a: u64, b: u64| (u128::from(a) * u128::from(b) % u128::from(n)) as u64;
        let twos = (n - 1).trailing_zeros();
        let mut x = (0..64).rev().fold(1, |x, bit| {
            let square = times(x, x);
            if (n - 1) >> twos >> bit & 1 == 1 { times(square, base) } else { square }
        });
        let mut passed = x == 1;
        for _ in 0..twos {
            passed |= x == n - 1;
            x = times(x, x);
        }
        passed
    }

    #[test]
    fn every_small_odd_integer_has_the_right_result_for_every_base() {
        for n in (5..400_u64).step_by(2) {
            for base in 2..n - 1 {
                assert_eq!(passes_round(&[n], &[base]), passes_naively(n, base), "{n}, {base}");
            }
        }
    }

    #[test]
    fn integers_of_one_word_have_the_right_result() {
        // Strong pseudoprimes to the base 2; 2^64 - 59 and 2^61 - 1 are prime, 2^64 - 1 and 2^63 - 1 are not.
        let numbers = [2047, 3277, 4033, 3_215_031_751, 3_825_123_056_546_413_051, 65537, u64::MAX, u64::MAX >> 1];
        for n in numbers.into_iter().chain([u64::MAX - 58, u64::MAX >> 3]) {
            for base in [2, 3, 4, 5, 7, 31, 1000, n / 2, n / 3, n - 2] {
                assert_eq!(passes_round(&[n, 0], &[base % n, 0]), passes_naively(n, base % n), "{n}, {base}");
            }
        }
    }
}
