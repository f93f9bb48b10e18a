//! What is computed with digits of several numbers, whichever instructions there are for it.

use super::Vectorized;

/// What R of Montgomery's multiplication is above, in bits more than the number.
pub(super) const ROOM: usize = 4;

/// Digits of several numbers side by side, and the arithmetic on them.
pub(super) trait Digits: Copy {
    /// One digit of each number, in a word of 64 bits.
    type Vector: Copy;

    /// How many numbers there are.
    const COUNT: usize;

    /// How many digits are worked on together: every number has a multiple of that many.
    const TOGETHER: usize;

    /// The bits of a digit.
    const BITS: u32;

    /// Does work with the processor's instructions for it.
    fn run<W: Vectorized<Self>>(self, work: W) -> W::Output;

    /// A word for each number.
    fn words(self, words: impl Fn(usize) -> u64) -> Self::Vector;

    /// The word of a number.
    fn word(self, vector: Self::Vector, number: usize) -> u64;

    /// The same word for all.
    fn all(self, word: u64) -> Self::Vector;

    /// The sums.
    fn add(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;

    /// The differences, modulo 2^64.
    fn subtract(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;

    /// The bits that both have.
    fn and(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;

    /// The bits that either has.
    fn or(self, a: Self::Vector, b: Self::Vector) -> Self::Vector;

    /// Shifts the words to the right.
    fn shift_right(self, a: Self::Vector, count: u32) -> Self::Vector;

    /// Squares x, which is below 4·n, modulo n: to below 2·n, and doubled where `twice` is 1. `inverses` are the negative
    /// inverses of n's lowest digits; the scratch is twice as long as x, and one digit more.
    fn square_modulo(
        self,
        x: &mut [Self::Vector],
        n: &[Self::Vector],
        inverses: Self::Vector,
        twice: Self::Vector,
        scratch: &mut [Self::Vector],
    );

    /// A digit of nothing but ones.
    #[inline(always)]
    fn mask(self) -> Self::Vector {
        self.all((1 << Self::BITS) - 1)
    }

    /// What lies above the digit.
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
        // Where n was too much, all bits.
        let keep = self.subtract(self.all(0), borrow);
        for (x, difference) in x.iter_mut().zip(difference) {
            *x = self.add(*difference, self.and(self.subtract(*x, *difference), keep));
        }
    }
}
