//! Integers modulo a prime below 2^50, as floating-point numbers, four at a time.
//!
//! Numbers stand for their residues and are negative as well; what is said of their size is in multiples of the prime p.
//! All are integers below 2^53, so that none is rounded. A product of a and b is taken in two parts, h = a · b as it is
//! rounded and l = a · b - h, which is exact; with q near a · b / p, h - q · p is exact again, since it is small, and with
//! l it is the residue (J. van der Hoeven, G. Lecerf, G. Quintin, Modular SIMD arithmetic in Mathemagix, 2014). The
//! quotient a · (b / p) is wrong by at most 1/2 · |a| / 4, so that the residue is at most 1/2 + |a| / 8.

use common::simd::{Four, Fours};

/// How many primes there are.
pub(super) const COUNT: usize = 3;

/// The largest primes c · 2^34 + 1 below 2^50, each with a number that is no square modulo it.
pub(super) const PRIMES: [(u64, u64); COUNT] =
    [(1_125_625_028_935_681, 11), (1_125_487_589_982_209, 3), (1_125_281_431_552_001, 3)];

/// The bits of numbers that the residues tell apart, and their sign.
pub(super) const BITS: u32 = 148;

/// A number that others are multiplied by: at most p/2 in size.
#[derive(Clone, Copy, Debug)]
pub(super) struct Factor {
    number: f64,
    /// It divided by p.
    quotient: f64,
}

impl Factor {
    /// The factor of a residue.
    pub(super) fn new(residue: u64, prime: u64) -> Self {
        let number = if residue > prime / 2 { -((prime - residue) as f64) } else { residue as f64 };
        Self { number, quotient: number / prime as f64 }
    }

    /// Its negative.
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

    /// The same residues, at most 1/2 in size.
    #[inline(always)]
    pub(super) fn reduce(self, a: Four) -> Four {
        let quotient = self.fours.round(self.fours.multiply(a, self.inverse));
        self.fours.subtract_product(a, quotient, self.prime)
    }

    /// The products of numbers up to 8 with a factor.
    #[inline(always)]
    pub(super) fn times(self, a: Four, factor: Factor) -> Four {
        let fours = self.fours;
        let (number, quotient) = (fours.all(factor.number), fours.all(factor.quotient));
        self.residue(a, number, fours.multiply(a, quotient))
    }

    /// The products of numbers up to 1/2 with numbers up to 1.
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

/// a · b modulo a prime.
pub(super) fn product(a: u64, b: u64, prime: u64) -> u64 {
    (u128::from(a) * u128::from(b) % u128::from(prime)) as u64
}

/// A power modulo a prime.
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

/// The inverse modulo a prime (Fermat).
pub(super) fn inverse(number: u64, prime: u64) -> u64 {
    power(number % prime, prime - 2, prime)
}
