//! Computes with four floating-point numbers at a time, by the fused multiply-add of x86-64 processors (Intel since
//! Haswell, AMD since Zen).

use std::arch::x86_64::__m256d;

use super::Vectorized;
use super::inlined::Inlined;

pulp::simd_type! {
    /// Proof that the processor has the instructions.
    pub struct Fours {
        foundation: "avx",
        wider: "avx2",
        fused: "fma",
    }
}

/// Four numbers side by side.
pub type Four = __m256d;

impl Fours {
    /// Runs the work with these instructions. It must be inlined, with all that it calls.
    #[inline(always)]
    pub fn run<W: Vectorized>(self, work: W) -> W::Output {
        self.vectorize(Inlined(self, work))
    }

    /// Returns the number four times.
    #[inline(always)]
    #[must_use]
    pub fn all(self, number: f64) -> Four {
        self.foundation._mm256_set1_pd(number)
    }

    /// Makes a vector of these numbers.
    #[inline(always)]
    #[must_use]
    pub fn of(self, numbers: [f64; 4]) -> Four {
        pulp::cast(numbers)
    }

    /// Returns the numbers of a vector.
    #[inline(always)]
    #[must_use]
    pub fn numbers(self, a: Four) -> [f64; 4] {
        pulp::cast(a)
    }

    /// Adds.
    #[inline(always)]
    #[must_use]
    pub fn add(self, a: Four, b: Four) -> Four {
        self.foundation._mm256_add_pd(a, b)
    }

    /// Subtracts.
    #[inline(always)]
    #[must_use]
    pub fn subtract(self, a: Four, b: Four) -> Four {
        self.foundation._mm256_sub_pd(a, b)
    }

    /// Multiplies.
    #[inline(always)]
    #[must_use]
    pub fn multiply(self, a: Four, b: Four) -> Four {
        self.foundation._mm256_mul_pd(a, b)
    }

    /// Returns a · b - c, rounded once.
    #[inline(always)]
    #[must_use]
    pub fn multiply_subtract(self, a: Four, b: Four, c: Four) -> Four {
        self.fused._mm256_fmsub_pd(a, b, c)
    }

    /// Returns c - a · b, rounded once.
    #[inline(always)]
    #[must_use]
    pub fn subtract_product(self, c: Four, a: Four, b: Four) -> Four {
        self.fused._mm256_fnmadd_pd(a, b, c)
    }

    /// Rounds to the nearest integers.
    #[inline(always)]
    #[must_use]
    pub fn round(self, a: Four) -> Four {
        self.foundation._mm256_round_pd::<8>(a)
    }
}
