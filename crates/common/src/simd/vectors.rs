//! Computes with eight digits of 52 bits at a time, by AVX-512 IFMA.

use std::arch::x86_64::__m512i;

use super::arithmetic::Digits;
use super::inlined::Inlined;
use super::sums::Sums;
use super::{BITS, COUNT, Vectorized};

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
    /// Returns the word in every lane.
    #[inline(always)]
    #[must_use]
    pub fn all(self, word: u64) -> Vector {
        self.foundation._mm512_set1_epi64(word.cast_signed())
    }

    /// Subtracts, modulo 2^64.
    #[inline(always)]
    pub fn subtract(self, a: Vector, b: Vector) -> Vector {
        self.foundation._mm512_sub_epi64(a, b)
    }

    /// Returns 1 where a difference of digits is below zero.
    #[inline(always)]
    pub fn borrow(self, a: Vector) -> Vector {
        self.foundation._mm512_srli_epi64::<63>(a)
    }

    /// Adds the low digit of the product of the low digits of `a` and `b` to `sum`.
    #[inline(always)]
    pub fn low(self, sum: Vector, a: Vector, b: Vector) -> Vector {
        self.multiplier._mm512_madd52lo_epu64(sum, a, b)
    }

    /// Adds the high digit of that product to `sum`.
    #[inline(always)]
    pub fn high(self, sum: Vector, a: Vector, b: Vector) -> Vector {
        self.multiplier._mm512_madd52hi_epu64(sum, a, b)
    }

    /// Compares: a bit for each word that is at most as large as the other.
    #[inline(always)]
    pub fn at_most(self, a: Vector, b: Vector) -> u8 {
        self.foundation._mm512_cmple_epu64_mask(a, b)
    }
}

/// Each product has two digits. There is room for 4·L of 52 bits for L up to 1024.
impl Digits for Lanes {
    type Vector = Vector;

    const COUNT: usize = COUNT;
    const TOGETHER: usize = 1;
    const BITS: u32 = BITS;

    #[inline(always)]
    fn run<W: Vectorized<Self>>(self, work: W) -> W::Output {
        self.vectorize(Inlined(self, work))
    }

    #[inline(always)]
    fn words(self, words: impl Fn(usize) -> u64) -> Vector {
        pulp::cast(std::array::from_fn::<u64, COUNT, _>(words))
    }

    #[inline(always)]
    fn word(self, vector: Vector, number: usize) -> u64 {
        pulp::cast::<_, [u64; COUNT]>(vector).get(number).copied().unwrap_or_default()
    }

    #[inline(always)]
    fn all(self, word: u64) -> Vector {
        Self::all(self, word)
    }

    #[inline(always)]
    fn add(self, a: Vector, b: Vector) -> Vector {
        self.foundation._mm512_add_epi64(a, b)
    }

    #[inline(always)]
    fn subtract(self, a: Vector, b: Vector) -> Vector {
        Self::subtract(self, a, b)
    }

    #[inline(always)]
    fn and(self, a: Vector, b: Vector) -> Vector {
        self.foundation._mm512_and_si512(a, b)
    }

    #[inline(always)]
    fn or(self, a: Vector, b: Vector) -> Vector {
        self.foundation._mm512_or_si512(a, b)
    }

    #[inline(always)]
    fn shift_right(self, a: Vector, count: u32) -> Vector {
        self.foundation._mm512_srlv_epi64(a, self.all(count.into()))
    }

    #[inline(always)]
    fn carry(self, a: Vector) -> Vector {
        self.foundation._mm512_srli_epi64::<BITS>(a)
    }

    #[inline(always)]
    fn square_modulo(self, x: &mut [Vector], n: &[Vector], inverses: Vector, twice: Vector, scratch: &mut [Vector]) {
        self.square(x, scratch);
        self.reduce(n, inverses, scratch);
        self.settle(scratch, twice, x);
    }
}

impl Sums for Lanes {
    #[inline(always)]
    fn shift(self, a: Vector, counts: Vector) -> Vector {
        self.foundation._mm512_sllv_epi64(a, counts)
    }

    #[inline(always)]
    fn square(self, x: &[Vector], square: &mut [Vector]) {
        square.fill(self.all(0));
        let mut rest = x;
        let mut start = 1;
        while let Some((digit, above)) = rest.split_first() {
            self.add_product(square.get_mut(start..).unwrap_or_default(), above, *digit, self.all(0));
            rest = above;
            start += 2;
        }
        for (pair, digit) in square.chunks_exact_mut(2).zip(x) {
            if let [low, high] = pair {
                *low = self.low(self.add(*low, *low), *digit, *digit);
                *high = self.high(self.add(*high, *high), *digit, *digit);
            }
        }
    }

    #[inline(always)]
    fn reduce(self, n: &[Vector], inverses: Vector, square: &mut [Vector]) {
        let Some((lowest, others)) = n.split_first() else { return };
        for start in 0..n.len() {
            let Some((digit, above)) = square.get_mut(start..).and_then(<[Vector]>::split_first_mut) else { return };
            let quotient = self.low(self.all(0), *digit, inverses);
            let zero = self.low(*digit, quotient, *lowest);
            let carry = self.high(self.carry(zero), quotient, *lowest);
            self.add_product(above, others, quotient, carry);
        }
    }
}

impl Lanes {
    /// Adds `factor` times the digits, and `carry` to the lowest.
    #[inline(always)]
    fn add_product(self, sums: &mut [Vector], digits: &[Vector], factor: Vector, mut carry: Vector) {
        let Some((sums, above)) = sums.split_at_mut_checked(digits.len()) else { return };
        for (sum, digit) in sums.iter_mut().zip(digits) {
            *sum = self.low(self.add(*sum, carry), factor, *digit);
            carry = self.high(self.all(0), factor, *digit);
        }
        if let Some(above) = above.first_mut() {
            *above = self.add(*above, carry);
        }
    }
}
