//! Computes with digits of several integers, whichever instructions the processor has.

use super::Vectorized;

/// The minimum number of bits that R of Montgomery's multiplication has more than the integer.
pub(super) const ROOM: usize = 4;

/// Digits of several integers side by side, and the arithmetic on them.
pub(super) trait Digits: Copy {
    /// One digit of each integer, in a 64-bit word.
    type Vector: Copy;

    /// The number of integers.
    const COUNT: usize;

    /// The number of digits that are processed together: every integer has a multiple of it.
    const TOGETHER: usize;

    /// The number of bits in a digit.
    const BITS: u32;

    /// Runs work with the processor's instructions for it.
    fn run<W: Vectorized<Self>>(self, work: W) -> W::Output;

    /// Makes a vector from a word per integer.
    fn words(self, words: impl Fn(usize) -> u64) -> Self::Vector;

    /// Returns the word of an integer.
    fn word(self, vector: Self::Vector, number: usize) -> u64;

    /// Returns a vector with the same word for all.
    fn all(self, word: u64) -> Self::Vector;

    /// Adds.
    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;

    /// Subtracts, modulo 2^64.
    fn subtract(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;

    /// Bitwise AND.
    fn and(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;

    /// Bitwise OR.
    fn or(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;

    /// Shifts the words to the right.
    fn shift_right(self, a: Self::Vector, count: u32) -> Self::Vector;

    /// Squares x, which is below 4·n, modulo n: to below 2·n, and doubled where `twice` is 1. `inverses` are the negative
    /// inverses of n's lowest digits; the scratch space is twice as long as x, plus one digit.
    fn square_modulo(
        self,
        x: &mut [Self::Vector],
        n: &[Self::Vector],
        inverses: Self::Vector,
        twice: Self::Vector,
        scratch: &mut [Self::Vector],
    );

    /// Returns a digit with all bits set.
    #[inline(always)]
    fn mask(self) -> Self::Vector {
        self.all((1 << Self::BITS) - 1)
    }

    /// Returns the bits above the digit.
    #[inline(always)]
    fn carry(self, a: Self::Vector) -> Self::Vector {
        self.shift_right(a, Self::BITS)
    }

    /// Doubles x, which is below n, modulo n.
    #[inline(always)]
    fn double_modulo(self, x: &mut [Self::Vector], n: &[Self::Vector], difference: &mut [Self::Vector]) {
        let (mut carry, mut borrow) = (self.all(0), self.all(0));
        for ((x, n), difference) in x.iter_mut().zip(n).zip(difference.iter_mut()) {
            let twice = self.add(self.add(*x, *x), carry);
            carry = self.carry(twice);
            *x = self.and(twice, self.mask());
            let less = self.subtract(self.subtract(*x, *n), borrow);
            borrow = self.shift_right(less, 63);
            *difference = self.and(less, self.mask());
        }
        // All bits set where n was too large.
        let keep = self.subtract(self.all(0), borrow);
        for (x, difference) in x.iter_mut().zip(difference) {
            *x = self.add(*difference, self.and(self.subtract(*x, *difference), keep));
        }
    }
}
