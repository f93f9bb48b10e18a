//! Computes with integers modulo a prime below 2^50, as floating-point numbers, four at a time.
//!
//! Numbers represent their residues, and may be negative. Their sizes are given in multiples of the prime p. All are integers
//! below 2^53, so none is rounded. A product of a and b is computed in two parts: the rounded h = a · b, and l = a · b - h,
//! which is exact. With q near a · b / p, h - q · p is exact, too, since it is small; the residue is its sum with l (J. van der
//! Hoeven, G. Lecerf, G. Quintin, Modular SIMD arithmetic in Mathemagix, 2014). The error of the quotient a · (b / p) is at
//! most 1/2 · |a| / 4, so the residue is at most 1/2 + |a| / 8.

use common::simd::{Four, Fours};

/// The number of primes.
pub(super) const COUNT: usize = 3;

/// The largest primes c · 2^34 + 1 below 2^50, each with an integer that is not a square modulo it.
pub(super) const PRIMES: [(u64, u64); COUNT] =
    [(1_125_625_028_935_681, 11), (1_125_487_589_982_209, 3), (1_125_281_431_552_001, 3)];

/// The bits of integers that the residues distinguish, including their sign.
pub(super) const BITS: u32 = 148;

/// A factor of other numbers, at most p/2 in size.
#[derive(Clone, Copy, Debug)]
pub(super) struct Factor {
    number: f64,
    /// The factor divided by p.
    quotient: f64,
}

impl Factor {
    /// Returns the factor of a residue.
    pub(super) fn new(residue: u64, prime: u64) -> Self {
        let number = if residue > prime / 2 { -((prime - residue) as f64) } else { residue as f64 };
        Self { number, quotient: number / prime as f64 }
    }

    /// Returns the negated factor.
    #[inline(always)]
    pub(super) const fn negative(self) -> Self {
        Self { number: -self.number, quotient: -self.quotient }
    }
}

/// A prime.
#[derive(Clone, Copy)]
pub(super) struct Field {
    pub(super) fours: Fours,
    prime: Four,
    inverse: Four,
}

impl Field {
    #[inline(always)]
    pub(super) fn new(fours: Fours, prime: u64) -> Self {
        Self { fours, prime: fours.all(prime as f64), inverse: fours.all(1.0 / prime as f64) }
    }

    /// Returns the same residues, at most 1/2 in size.
    #[inline(always)]
    pub(super) fn reduce(self, a: Four) -> Four {
        let quotient = self.fours.round(self.fours.multiply(a, self.inverse));
        self.fours.subtract_product(a, quotient, self.prime)
    }

    /// Returns the products of numbers up to 8 with a factor.
    #[inline(always)]
    pub(super) fn times(self, a: Four, factor: Factor) -> Four {
        let fours = self.fours;
        let (number, quotient) = (fours.all(factor.number), fours.all(factor.quotient));
        self.residue(a, number, fours.multiply(a, quotient))
    }

    /// Returns the products of numbers up to 1/2 with numbers up to 1.
    #[inline(always)]
    pub(super) fn product(self, a: Four, b: Four) -> Four {
        self.residue(a, b, self.fours.multiply(self.fours.multiply(a, b), self.inverse))
    }

    #[inline(always)]
    fn residue(self, a: Four, b: Four, quotient: Four) -> Four {
        let fours = self.fours;
        let high = fours.multiply(a, b);
        let low = fours.multiply_subtract(a, b, high);
        fours.add(fours.subtract_product(high, fours.round(quotient), self.prime), low)
    }
}

/// Returns a · b modulo a prime.
pub(super) fn product(a: u64, b: u64, prime: u64) -> u64 {
    (u128::from(a) * u128::from(b) % u128::from(prime)) as u64
}

/// Returns a power modulo a prime.
pub(super) fn power(mut base: u64, mut exponent: u64, prime: u64) -> u64 {
    let mut power = 1;
    while exponent > 0 {
        if exponent & 1 == 1 {
            power = product(power, base, prime);
        }
        base = product(base, base, prime);
        exponent >>= 1;
    }
    power
}

/// Returns the inverse modulo a prime (Fermat).
pub(super) fn inverse(number: u64, prime: u64) -> u64 {
    power(number % prime, prime - 2, prime)
}
