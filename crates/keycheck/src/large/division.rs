//! Divides by one integer many times, or by a large one: by its reciprocal, which Newton's method computes with products (R.
//! Brent, P. Zimmermann, Modern Computer Arithmetic, 2010, sections 3.4.1 and 1.4.3).
//!
//! B is 2^64, the base of words. The divisor p has m words and is shifted so that its highest bit is 1. The reciprocal x is at
//! most B^(m + k) / p, and at most 4 below it.

use dashu_int::UBig;
use dashu_int::ops::BitTest as _;

use super::Multiplier;

/// The library divides up to this many words.
const SMALL: usize = 128;

/// The precision of the first reciprocal, which the library computes.
const START: usize = 32;

/// A divisor with its reciprocal.
pub(super) struct Divisor<'m> {
    multiplier: &'m Multiplier,
    threads: usize,
    /// The bits by which it is shifted, and its words.
    shift: usize,
    p: UBig,
    length: usize,
    /// The number of words of a quotient that are computed at a time, and the reciprocal for them.
    step: usize,
    reciprocal: UBig,
}

impl<'m> Divisor<'m> {
    /// Prepares to divide by an integer above 0.
    pub(super) fn new(multiplier: &'m Multiplier, divisor: &UBig, threads: usize) -> Self {
        let length = divisor.as_words().len();
        let shift = 64 * length - divisor.bit_len();
        let (p, step) = (divisor << shift, length / 2 + 1);
        let mut this = Self { multiplier, threads, shift, p, length, step, reciprocal: UBig::ZERO };
        if length > SMALL {
            this.reciprocal = this.reciprocal(step + 2);
        }
        this
    }

    /// Returns the highest words of p, followed by zeros if it has no more.
    fn highest(&self, words: usize) -> UBig {
        match words.checked_sub(self.length) {
            Some(more) => &self.p << (64 * more),
            None => &self.p >> (64 * (self.length - words)),
        }
    }

    /// Returns the reciprocal with the precision k.
    fn reciprocal(&self, precision: usize) -> UBig {
        let mut precisions = vec![precision];
        while let Some(last) = precisions.last().filter(|last| **last > START) {
            precisions.push((last + 2) / 2);
        }
        let (mut known, mut x) = (START, power(2 * START + 2) / self.highest(START + 2) - UBig::ONE);
        for wanted in precisions.into_iter().rev().filter(|precision| *precision > START) {
            // x is too small by a relative error, which the product with p shows; x times the error is missing.
            let one = power(wanted + 2 + known);
            let error = self.multiplier.difference(one, &self.highest(wanted + 2), &x, wanted + 4, self.threads);
            let missing = self.product(&x, &(error >> (64 * (known + 1))), known + 1);
            x = (x << (64 * (wanted - known))) + missing - UBig::ONE;
            known = wanted;
        }
        x
    }

    /// Returns a · b without its lowest words, or one less.
    fn product(&self, a: &UBig, b: &UBig, skipped: usize) -> UBig {
        let (a, b) = (a.as_words(), b.as_words());
        let length = a.len() + b.len();
        let words = self.multiplier.product((a, b), skipped..length.max(skipped), length, self.threads);
        UBig::from_words(&words)
    }

    /// Returns about (r · B^s + next) / p, for the s of a step, r < p and next < B^s: at most 3 too small.
    fn quotient(&self, dividend: &UBig) -> UBig {
        self.product(&(dividend >> (64 * (self.length - 2))), &self.reciprocal, self.step + 4)
    }

    /// Returns the exact quotient and its remainder.
    fn divide(&self, dividend: UBig) -> (UBig, UBig) {
        let mut quotient = self.quotient(&dividend);
        let mut remainder = self.multiplier.difference(dividend, &quotient, &self.p, self.length + 1, self.threads);
        for _ in 0..4 {
            if remainder >= self.p {
                remainder -= &self.p;
                quotient += UBig::ONE;
            }
        }
        (quotient, remainder)
    }

    /// Returns the fractional part of an integer divided by the divisor: the first fractional words, one more than the divisor
    /// has. They are exact except the last, which is at most 4 too small.
    pub(super) fn fraction(&self, number: UBig) -> UBig {
        let remainder = self.shifted_remainder(number);
        if self.length <= SMALL {
            return (remainder << (64 * (self.length + 1))) / &self.p;
        }
        let (high, remainder) = self.divide(remainder << (64 * self.step));
        let low = self.quotient(&(remainder << (64 * self.step)));
        ((high << (64 * self.step)) + low) >> (64 * (2 * self.step - self.length - 1))
    }

    /// Returns the remainder, shifted as p is.
    fn shifted_remainder(&self, number: UBig) -> UBig {
        let number = number << self.shift;
        if number < self.p {
            return number;
        }
        if self.length <= SMALL {
            return number % &self.p;
        }
        let words = number.as_words();
        let steps = (words.len() + 1 - self.length).div_ceil(self.step);
        let (low, high) = words.split_at_checked(steps * self.step).unwrap_or((words, &[]));
        low.rchunks(self.step).fold(UBig::from_words(high), |remainder, next| {
            self.divide((remainder << (64 * self.step)) + UBig::from_words(next)).1
        })
    }
}

/// Returns B to a power.
fn power(words: usize) -> UBig {
    UBig::ONE << (64 * words)
}

#[cfg(test)]
mod tests {
    use super::super::tests::random;
    use super::*;

    #[test]
    fn remainders_are_exact_and_fractions_nearly() {
        for multiplier in [Multiplier::new(), Multiplier::plain()] {
            for length in [1, 2, 3, 127, 128, 129, 130, 131, 200, 511, 1000, 3000] {
                for divisor in [random(7, length), power(length - 1), power(length) - UBig::ONE] {
                    let divide = Divisor::new(&multiplier, &divisor, 2);
                    let multiple = random(5, 2 * length) * &divisor;
                    for number in [random(8, 1), random(9, length), random(9, 5 * length + 1), multiple] {
                        let remainder = &number % &divisor;
                        let exact = (remainder << (64 * (length + 1))) / &divisor;
                        let found = divide.fraction(number);
                        assert!(found <= exact && exact - found <= UBig::from(4_u8), "{length}");
                    }
                }
            }
        }
    }
}
