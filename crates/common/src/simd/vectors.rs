//! The instructions, by names that say what they do to digits.

use std::arch::x86_64::__m512i;

use super::BITS;

pulp::simd_type! {
    /// Proof that the processor has the instructions.
    pub struct Lanes {
        foundation: "avx512f",
        multiplier: "avx512ifma",
    }
}

/// Eight words.
pub type Vector = __m512i;

impl Lanes {
    /// The word in every lane.
    #[inline(always)]
    #[must_use]
    pub fn all(self, word: u64) -> Vector {
        self.foundation._mm512_set1_epi64(word.cast_signed())
    }

    /// The sums.
    #[inline(always)]
    pub fn add(self, a: Vector, b: Vector) -> Vector {
        self.foundation._mm512_add_epi64(a, b)
    }

    /// The differences, modulo 2^64.
    #[inline(always)]
    pub fn subtract(self, a: Vector, b: Vector) -> Vector {
        self.foundation._mm512_sub_epi64(a, b)
    }

    /// The bits that both have.
    #[inline(always)]
    pub fn and(self, a: Vector, b: Vector) -> Vector {
        self.foundation._mm512_and_si512(a, b)
    }

    /// Twice each word.
    #[inline(always)]
    pub fn double(self, a: Vector) -> Vector {
        self.foundation._mm512_slli_epi64::<1>(a)
    }

    /// Shifts each word to the left by its own count.
    #[inline(always)]
    pub fn shift(self, a: Vector, counts: Vector) -> Vector {
        self.foundation._mm512_sllv_epi64(a, counts)
    }

    /// The bit with that number of each word, as 0 or 1.
    #[inline(always)]
    pub fn bit(self, a: Vector, number: u32) -> Vector {
        self.and(self.foundation._mm512_srlv_epi64(a, self.all(number.into())), self.all(1))
    }

    /// What lies above the digit.
    #[inline(always)]
    pub fn carry(self, a: Vector) -> Vector {
        self.foundation._mm512_srli_epi64::<BITS>(a)
    }

    /// 1 where a difference of digits is below zero.
    #[inline(always)]
    pub fn borrow(self, a: Vector) -> Vector {
        self.foundation._mm512_srli_epi64::<63>(a)
    }

    /// The low digit of the product of the low digits of `a` and `b`, and `sum`.
    #[inline(always)]
    pub fn low(self, sum: Vector, a: Vector, b: Vector) -> Vector {
        self.multiplier._mm512_madd52lo_epu64(sum, a, b)
    }

    /// The high digit of that product, and `sum`.
    #[inline(always)]
    pub fn high(self, sum: Vector, a: Vector, b: Vector) -> Vector {
        self.multiplier._mm512_madd52hi_epu64(sum, a, b)
    }

    /// A bit for each word that is at most as large as the other.
    #[inline(always)]
    pub fn at_most(self, a: Vector, b: Vector) -> u8 {
        self.foundation._mm512_cmple_epu64_mask(a, b)
    }
}
