//! Runs Euclid's algorithm on two long integers, with many quotients at a time.
//!
//! D. Lehmer, Euclid's algorithm for large numbers, 1938; D. Knuth, The Art of Computer Programming, volume 2, section 4.5.2,
//! algorithm L. The first bits of both integers give the next quotients as long as their other bits cannot change these. Then
//! both integers are updated once for all of these quotients.

use dashu_int::UBig;
use dashu_int::ops::BitTest as _;

/// The number of first bits that are used. Cofactors stay below their root, so no sum overflows.
const LEADING_BITS: usize = 62;

/// Two consecutive remainders of a and b: each is the difference of a multiple of a and a multiple of b.
pub(super) struct Remainders {
    /// The larger remainder.
    pub(super) large: UBig,
    /// The smaller one.
    pub(super) small: UBig,
    /// The cofactors of a in the larger and in the smaller remainder, by absolute value.
    of_a: (UBig, UBig),
    /// The same for b.
    of_b: (UBig, UBig),
}

/// The result of a step.
pub(super) enum Step {
    /// Some quotients, all below 2^32.
    Some,
    /// One quotient of this many bits.
    One(usize),
    /// The smaller remainder is 0.
    End,
}

impl Remainders {
    /// Begins with the two integers themselves; a is the larger one.
    pub(super) const fn new(a: UBig, b: UBig) -> Self {
        Self { large: a, small: b, of_a: (UBig::ONE, UBig::ZERO), of_b: (UBig::ZERO, UBig::ONE) }
    }

    /// Returns the cofactors of a and b in the smaller remainder, by absolute value: their quotient is close to b/a.
    pub(super) const fn cofactors(&self) -> (&UBig, &UBig) {
        (&self.of_a.1, &self.of_b.1)
    }

    /// Advances by some quotients. Without `cofactors` these are not updated, which saves half of the time.
    pub(super) fn step(&mut self, cofactors: bool) -> Step {
        if self.small.is_zero() {
            return Step::End;
        }
        let Some(matrix) = self.leading() else {
            let quotient = &self.large / &self.small;
            let remainder = &self.large - &quotient * &self.small;
            self.large = std::mem::replace(&mut self.small, remainder);
            if cofactors {
                for pair in [&mut self.of_a, &mut self.of_b] {
                    let next = &pair.0 + &quotient * &pair.1;
                    pair.0 = std::mem::replace(&mut pair.1, next);
                }
            }
            return Step::One(quotient.bit_len());
        };
        let [[a, b], [c, d]] = matrix;
        let (large, small) =
            (difference(&self.large * a, &self.small * b), difference(&self.large * c, &self.small * d));
        (self.large, self.small) = (large, small);
        if cofactors {
            for pair in [&mut self.of_a, &mut self.of_b] {
                *pair = (&pair.0 * a + &pair.1 * b, &pair.0 * c + &pair.1 * d);
            }
        }
        Step::Some
    }

    /// Returns the matrix of the quotients that the first bits give, by absolute value. `None` if they give none.
    fn leading(&self) -> Option<[[u64; 2]; 2]> {
        let shift = self.large.bit_len().saturating_sub(LEADING_BITS);
        let mut x = i64::try_from(&self.large >> shift).ok()?;
        let mut y = i64::try_from(&self.small >> shift).ok()?;
        let (mut a, mut b, mut c, mut d) = (1i64, 0i64, 0i64, 1i64);
        // The quotient must be the same at both ends of the range of the integers with these first bits.
        while let (Some(quotient), Some(other)) = ((x + a).checked_div(y + c), (x + b).checked_div(y + d)) {
            if quotient != other {
                break;
            }
            (a, c) = (c, a - quotient * c);
            (b, d) = (d, b - quotient * d);
            (x, y) = (y, x - quotient * y);
        }
        (b != 0).then(|| [[a, b], [c, d]].map(|row| row.map(i64::unsigned_abs)))
    }
}

fn difference(one: UBig, other: UBig) -> UBig {
    if one >= other { one - other } else { other - one }
}

#[cfg(test)]
mod tests {
    use dashu_int::ops::Gcd as _;

    use super::super::numbers::samples::number;
    use super::*;

    #[test]
    fn the_last_remainder_is_the_greatest_common_divisor() {
        for seed in 0..20 {
            let common = number(seed, 256);
            let (a, b) = (number(seed + 100, 1024) * &common, number(seed + 200, 960) * &common);
            let mut remainders = Remainders::new(a.clone(), b.clone());
            while !matches!(remainders.step(true), Step::End) {
                let (of_a, of_b) = remainders.cofactors();
                assert_eq!(difference(&a * of_a, &b * of_b), remainders.small);
            }
            assert_eq!(remainders.large, a.gcd(&b));
        }
    }

    #[test]
    fn a_large_quotient_comes_alone() {
        let a = number(1, 512);
        for bits in [33, 40, 63, 64, 200] {
            let mut remainders = Remainders::new((&a << bits) + number(2, 256), a.clone());
            assert!(matches!(remainders.step(false), Step::One(found) if found == bits + 1), "{bits}");
        }
    }
}
