//! Computes with four floating-point numbers at a time on processors whose vector instructions are always there: the
//! compiler does this code for arrays two at a time on aarch64. On others a fused multiply-add may be a slow library
//! function, so there is no [`Fours`].

use super::Vectorized;

/// Proof that the processor has a fused multiply-add.
#[derive(Clone, Copy, Debug)]
pub struct Fours(());

/// Four numbers.
pub type Four = [f64; 4];

impl Fours {
    /// Returns the proof, if the processor has it.
    #[must_use]
    pub fn try_new() -> Option<Self> {
        cfg!(target_arch = "aarch64").then_some(Self(()))
    }

    /// Runs the work.
    #[inline(always)]
    pub fn run<W: Vectorized>(self, work: W) -> W::Output {
        work.run(self)
    }

    /// Returns the number four times.
    #[inline(always)]
    #[must_use]
    pub fn all(self, number: f64) -> Four {
        [number; 4]
    }

    /// Makes a vector of these numbers.
    #[inline(always)]
    #[must_use]
    pub fn of(self, numbers: [f64; 4]) -> Four {
        numbers
    }

    /// Returns the numbers of a vector.
    #[inline(always)]
    #[must_use]
    pub fn numbers(self, a: Four) -> [f64; 4] {
        a
    }

    /// Adds.
    #[inline(always)]
    #[must_use]
    pub fn add(self, a: Four, b: Four) -> Four {
        each(a, b, |a, b| a + b)
    }

    /// Subtracts.
    #[inline(always)]
    #[must_use]
    pub fn subtract(self, a: Four, b: Four) -> Four {
        each(a, b, |a, b| a - b)
    }

    /// Multiplies.
    #[inline(always)]
    #[must_use]
    pub fn multiply(self, a: Four, b: Four) -> Four {
        each(a, b, |a, b| a * b)
    }

    /// Returns a · b - c, rounded once.
    #[inline(always)]
    #[must_use]
    pub fn multiply_subtract(self, a: Four, b: Four, c: Four) -> Four {
        let [a0, a1, a2, a3] = a;
        let [b0, b1, b2, b3] = b;
        let [c0, c1, c2, c3] = c;
        [a0.mul_add(b0, -c0), a1.mul_add(b1, -c1), a2.mul_add(b2, -c2), a3.mul_add(b3, -c3)]
    }

    /// Returns c - a · b, rounded once.
    #[inline(always)]
    #[must_use]
    pub fn subtract_product(self, c: Four, a: Four, b: Four) -> Four {
        let [a0, a1, a2, a3] = a;
        let [b0, b1, b2, b3] = b;
        let [c0, c1, c2, c3] = c;
        [(-a0).mul_add(b0, c0), (-a1).mul_add(b1, c1), (-a2).mul_add(b2, c2), (-a3).mul_add(b3, c3)]
    }

    /// Rounds to the nearest integers.
    #[inline(always)]
    #[must_use]
    pub fn round(self, a: Four) -> Four {
        a.map(f64::round_ties_even)
    }
}

#[inline(always)]
fn each([a0, a1, a2, a3]: Four, [b0, b1, b2, b3]: Four, of: impl Fn(f64, f64) -> f64) -> Four {
    [of(a0, b0), of(a1, b1), of(a2, b2), of(a3, b3)]
}
