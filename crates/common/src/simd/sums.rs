//! Sums up the products of vectors of digits before any carry.

use super::arithmetic::Digits;

/// Digits whose products are summed up without carries.
pub(super) trait Sums: Digits {
    /// Shifts each word to the left by its own number of bits.
    fn shift(self, a: Self::Vector, counts: Self::Vector) -> Self::Vector;

    /// Squares x, to twice its length: the products above the diagonal, doubled, and those on the diagonal.
    fn square(self, x: &[Self::Vector], square: &mut [Self::Vector]);

    /// Adds multiples of n to a square until its lower half is zero, by the negative inverse of n's lowest digit.
    fn reduce(self, n: &[Self::Vector], inverses: Self::Vector, square: &mut [Self::Vector]);

    /// Converts the upper half to digits, doubled where `twice` is 1. The sums themselves have no room for the doubling.
    #[inline(always)]
    fn settle(self, square: &[Self::Vector], twice: Self::Vector, x: &mut [Self::Vector]) {
        let mut carry = self.all(0);
        let upper = square.get(x.len()..).unwrap_or_default();
        for (digit, sum) in x.iter_mut().zip(upper) {
            let low = self.add(self.shift(self.and(*sum, self.mask()), twice), carry);
            carry = self.add(self.shift(self.carry(*sum), twice), self.carry(low));
            *digit = self.and(low, self.mask());
        }
    }
}
