//! Computes with four digits of 26 or 28 bits at a time, by AVX2 (Intel since Haswell, AMD since Zen).

use std::arch::x86_64::__m256i;

use super::Vectorized;
use super::arithmetic::{Digits, ROOM};
use super::inlined::Inlined;
use super::sums::Sums;

pulp::simd_type! {
    /// Proof that the processor has the instructions.
    pub struct Avx2 {
        foundation: "avx",
        wider: "avx2",
    }
}

/// Digits of that many bits.
#[derive(Clone, Copy, Debug)]
pub(super) struct Quads<const BITS: u32>(Avx2);

impl<const BITS: u32> Quads<BITS> {
    /// The longest integers that may be given, in bits. Whole products are summed up: for L digits 2·L products, for which
    /// a word has room, and for a carry.
    pub(super) const MOST: usize = {
        let digits = (1 << (u64::BITS - 2 * BITS)) / 2 - 1;
        (digits - digits % Self::TOGETHER) * BITS as usize - ROOM
    };

    /// Makes arithmetic with these instructions.
    pub(super) const fn new(avx2: Avx2) -> Self {
        Self(avx2)
    }
}

/// Four words.
type Vector = __m256i;

impl<const BITS: u32> Digits for Quads<BITS> {
    type Vector = Vector;

    const COUNT: usize = 4;
    const TOGETHER: usize = 4;
    const BITS: u32 = BITS;

    #[inline(always)]
    fn run<W: Vectorized<Self>>(self, work: W) -> W::Output {
        self.0.vectorize(Inlined(self, work))
    }

    #[inline(always)]
    fn words(self, words: impl Fn(usize) -> u64) -> Vector {
        pulp::cast(std::array::from_fn::<u64, 4, _>(words))
    }

    #[inline(always)]
    fn word(self, vector: Vector, number: usize) -> u64 {
        pulp::cast::<_, [u64; 4]>(vector).get(number).copied().unwrap_or_default()
    }

    #[inline(always)]
    fn all(self, word: u64) -> Vector {
        self.0.foundation._mm256_set1_epi64x(word.cast_signed())
    }

    #[inline(always)]
    fn add(self, a: Vector, b: Vector) -> Vector {
        self.0.wider._mm256_add_epi64(a, b)
    }

    #[inline(always)]
    fn subtract(self, a: Vector, b: Vector) -> Vector {
        self.0.wider._mm256_sub_epi64(a, b)
    }

    #[inline(always)]
    fn and(self, a: Vector, b: Vector) -> Vector {
        self.0.wider._mm256_and_si256(a, b)
    }

    #[inline(always)]
    fn or(self, a: Vector, b: Vector) -> Vector {
        self.0.wider._mm256_or_si256(a, b)
    }

    #[inline(always)]
    fn shift_right(self, a: Vector, count: u32) -> Vector {
        self.0.wider._mm256_srlv_epi64(a, self.all(count.into()))
    }

    #[inline(always)]
    fn square_modulo(self, x: &mut [Vector], n: &[Vector], inverses: Vector, twice: Vector, scratch: &mut [Vector]) {
        self.square(x, scratch);
        self.reduce(n, inverses, scratch);
        self.settle(scratch, twice, x);
    }
}

impl<const BITS: u32> Sums for Quads<BITS> {
    #[inline(always)]
    fn shift(self, a: Vector, counts: Vector) -> Vector {
        self.0.wider._mm256_sllv_epi64(a, counts)
    }

    /// Four digits at a time with all digits above them, so each sum is read and written once for four products.
    #[inline(always)]
    fn square(self, x: &[Vector], square: &mut [Vector]) {
        square.fill(self.all(0));
        for (start, (four, above)) in fours(x) {
            let [a, b, c, d] = *four;
            let within = [(1, a, b), (2, a, c), (3, a, d), (3, b, c), (4, b, d), (5, c, d)];
            let Some(sums) = square.get_mut(2 * start..) else { return };
            for (place, first, second) in within {
                self.add_product(sums, place, first, second);
            }
            let Some(sums) = sums.get_mut(4..) else { return };
            self.add_products(sums, above, *four, [self.all(0); 3]);
        }
        for (pair, digit) in square.chunks_exact_mut(2).zip(x) {
            if let [even, odd] = pair {
                *even = self.add(self.add(*even, *even), self.multiply(*digit, *digit));
                *odd = self.add(*odd, *odd);
            }
        }
    }

    /// Four digits at a time, too.
    #[inline(always)]
    fn reduce(self, n: &[Vector], inverses: Vector, square: &mut [Vector]) {
        let Some(([n0, n1, n2, n3], above)) = n.split_first_chunk() else { return };
        let quotient = |digit| self.and(self.multiply(digit, inverses), self.mask());
        for start in (0..n.len()).step_by(4) {
            let Some(([s0, s1, s2, s3], sums)) = square.get_mut(start..).and_then(<[Vector]>::split_first_chunk_mut)
            else {
                return;
            };
            let q0 = quotient(*s0);
            let carry = self.carry(self.add_of(*s0, [(q0, *n0)]));
            let s1 = self.add_of(self.add(*s1, carry), [(q0, *n1)]);
            let q1 = quotient(s1);
            let carry = self.carry(self.add_of(s1, [(q1, *n0)]));
            let s2 = self.add_of(self.add(*s2, carry), [(q0, *n2), (q1, *n1)]);
            let q2 = quotient(s2);
            let carry = self.carry(self.add_of(s2, [(q2, *n0)]));
            let s3 = self.add_of(self.add(*s3, carry), [(q0, *n3), (q1, *n2), (q2, *n1)]);
            let q3 = quotient(s3);
            let carry = self.carry(self.add_of(s3, [(q3, *n0)]));
            if let Some(lowest) = sums.first_mut() {
                *lowest = self.add(*lowest, carry);
            }
            self.add_products(sums, above, [q0, q1, q2, q3], [*n3, *n2, *n1]);
        }
    }
}

/// Iterates over the digits in fours, each with its position and the digits above.
fn fours(digits: &[Vector]) -> impl Iterator<Item = (usize, (&[Vector; 4], &[Vector]))> {
    (0..digits.len()).step_by(4).map_while(|start| Some((start, digits.get(start..)?.split_first_chunk()?)))
}

impl<const BITS: u32> Quads<BITS> {
    /// Multiplies the lower halves of the words.
    #[inline(always)]
    fn multiply(self, a: Vector, b: Vector) -> Vector {
        self.0.wider._mm256_mul_epu32(a, b)
    }

    /// Adds these products to a sum.
    #[inline(always)]
    fn add_of<const N: usize>(self, sum: Vector, products: [(Vector, Vector); N]) -> Vector {
        products.into_iter().fold(sum, |sum, (a, b)| self.add(sum, self.multiply(a, b)))
    }

    /// Adds a product to the sum at a position.
    #[inline(always)]
    fn add_product(self, sums: &mut [Vector], place: usize, a: Vector, b: Vector) {
        if let Some(sum) = sums.get_mut(place) {
            *sum = self.add_of(*sum, [(a, b)]);
        }
    }

    /// Adds the first factor times the digits, the second times the digits one position higher, and so on. `below` are the
    /// digits below, the nearest first.
    #[inline(always)]
    fn add_products(self, sums: &mut [Vector], digits: &[Vector], factors: [Vector; 4], below: [Vector; 3]) {
        let Some((sums, above)) = sums.split_at_mut_checked(digits.len()) else { return };
        let ([f0, f1, f2, f3], [mut b1, mut b2, mut b3]) = (factors, below);
        for (sum, digit) in sums.iter_mut().zip(digits) {
            let products = self.add(self.multiply(f0, *digit), self.multiply(f1, b1));
            let more = self.add(self.multiply(f2, b2), self.multiply(f3, b3));
            *sum = self.add(*sum, self.add(products, more));
            (b1, b2, b3) = (*digit, b1, b2);
        }
        if let Some([first, second, third]) = above.first_chunk_mut() {
            *first = self.add_of(*first, [(f1, b1), (f2, b2), (f3, b3)]);
            *second = self.add_of(*second, [(f2, b1), (f3, b2)]);
            *third = self.add_of(*third, [(f3, b1)]);
        }
    }
}
