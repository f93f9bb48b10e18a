//! Four digits of 26 bits at a time, by AVX2 (Intel since Haswell, AMD since Zen).

use std::arch::x86_64::__m256i;

use pulp::NullaryFnOnce;

use super::arithmetic::Digits;

pulp::simd_type! {
    /// Proof that the processor has the instructions.
    pub struct Quads {
        foundation: "avx",
        wider: "avx2",
    }
}

/// Four words.
type Vector = __m256i;

/// Products are summed up whole: there is room for 2·L of 52 bits, for L up to 2048.
impl Digits for Quads {
    type Vector = Vector;

    const COUNT: usize = 4;
    const BITS: u32 = 26;

    #[inline(always)]
    fn run<W: NullaryFnOnce>(self, work: W) -> W::Output {
        self.vectorize(work)
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
        self.foundation._mm256_set1_epi64x(word.cast_signed())
    }

    #[inline(always)]
    fn add(self, a: Vector, b: Vector) -> Vector {
        self.wider._mm256_add_epi64(a, b)
    }

    #[inline(always)]
    fn subtract(self, a: Vector, b: Vector) -> Vector {
        self.wider._mm256_sub_epi64(a, b)
    }

    #[inline(always)]
    fn and(self, a: Vector, b: Vector) -> Vector {
        self.wider._mm256_and_si256(a, b)
    }

    #[inline(always)]
    fn or(self, a: Vector, b: Vector) -> Vector {
        self.wider._mm256_or_si256(a, b)
    }

    #[inline(always)]
    fn shift(self, a: Vector, counts: Vector) -> Vector {
        self.wider._mm256_sllv_epi64(a, counts)
    }

    #[inline(always)]
    fn shift_right(self, a: Vector, count: u32) -> Vector {
        self.wider._mm256_srlv_epi64(a, self.all(count.into()))
    }

    /// Two digits at a time with all above them, so that each sum is read and written once for two products.
    #[inline(always)]
    fn square(self, x: &[Vector], square: &mut [Vector]) {
        square.fill(self.all(0));
        let mut rest = x;
        let mut start = 1;
        while let [digit, second, above @ ..] = rest {
            let Some([sum, sums @ ..]) = square.get_mut(start..) else { return };
            *sum = self.add(*sum, self.multiply(*digit, *second));
            self.add_products(sums, above, *digit, *second, self.all(0));
            rest = above;
            start += 4;
        }
        for (pair, digit) in square.chunks_exact_mut(2).zip(x) {
            if let [even, odd] = pair {
                *even = self.add(self.add(*even, *even), self.multiply(*digit, *digit));
                *odd = self.add(*odd, *odd);
            }
        }
    }

    /// Two digits at a time, too.
    #[inline(always)]
    fn reduce(self, n: &[Vector], inverses: Vector, square: &mut [Vector]) {
        let quotient = |digit| self.and(self.multiply(digit, inverses), self.mask());
        let mut start = 0;
        while start < n.len() {
            let Some([digit, sums @ ..]) = square.get_mut(start..) else { return };
            let (Some((lowest, above)), first) = (n.split_first(), quotient(*digit)) else { return };
            let carry = self.carry(self.add(*digit, self.multiply(first, *lowest)));
            if start + 1 == n.len() {
                // The last one alone: the other quotient is zero.
                self.add_products(sums, above, first, self.all(0), carry);
                return;
            }
            let ([digit, sums @ ..], [next, above @ ..]) = (sums, above) else { return };
            let digit = self.add(self.add(*digit, carry), self.multiply(first, *next));
            let second = quotient(digit);
            let carry = self.carry(self.add(digit, self.multiply(second, *lowest)));
            if let Some(sum) = sums.first_mut() {
                *sum = self.add(*sum, self.multiply(second, *next));
            }
            self.add_products(sums, above, first, second, carry);
            start += 2;
        }
    }
}

impl Quads {
    /// The products of the lower halves of the words.
    #[inline(always)]
    fn multiply(self, a: Vector, b: Vector) -> Vector {
        self.wider._mm256_mul_epu32(a, b)
    }

    /// Adds `first` times the digits, `second` times the digits one place higher, and `carry` to the lowest sum.
    #[inline(always)]
    fn add_products(self, sums: &mut [Vector], digits: &[Vector], first: Vector, second: Vector, carry: Vector) {
        if let Some(lowest) = sums.first_mut() {
            *lowest = self.add(*lowest, carry);
        }
        let Some((sums, above)) = sums.split_at_mut_checked(digits.len()) else { return };
        let mut below = self.all(0);
        for (sum, digit) in sums.iter_mut().zip(digits) {
            let products = self.add(self.multiply(first, *digit), self.multiply(second, below));
            *sum = self.add(*sum, products);
            below = *digit;
        }
        if let Some(above) = above.first_mut() {
            *above = self.add(*above, self.multiply(second, below));
        }
    }
}
