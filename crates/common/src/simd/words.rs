//! Computes with one integer at a time, by the multiplier for whole words that every processor has.
//!
//! Digits are three or five bits shorter than a word, so two words hold the sum of the products of a column, without a
//! third for carries: each product costs a multiplication and two additions. A product and the multiple of n that reduces
//! it are summed up together, column by column, so no sum is stored.
//!
//! Up to four adjacent columns are summed up at once: each factor meets adjacent digits in them, and their sums remain in
//! registers. A table of the products in a column has the shape of a rhombus, whose corners are computed apart.

use super::Vectorized;
use super::arithmetic::{Digits, ROOM};

/// Digits of that many bits, in words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words<const BITS: u32>(());

impl<const BITS: u32> Words<BITS> {
    /// The arithmetic on these digits.
    pub(super) const NEW: Self = Self(());

    /// A digit with all bits set.
    const MASK: u64 = (1 << BITS) - 1;

    /// The number of products for which two words have room, and for a carry.
    const PRODUCTS: usize = (1 << (u128::BITS - 2 * BITS)) - 1;

    /// The longest integers that may be given, in bits. For L digits a column has L products of the two integers, and then
    /// L of the reduction, which may use the whole room again.
    pub(super) const MOST: usize = (Self::PRODUCTS - 1) * BITS as usize - ROOM;

    /// Multiplies x and y, which are below 2·n, modulo n: to below 2·n. `reversed` are y's digits from the highest position
    /// to the lowest, as many as x has; `inverse` is the negative inverse of n's lowest digit; the scratch space is at least
    /// as long as x.
    #[inline(always)]
    pub(super) fn multiply_modulo(x: &mut [u64], reversed: &[u64], n: &[u64], inverse: u64, scratch: &mut [u64]) {
        let Some(quotients) = scratch.get_mut(..x.len()) else { return };
        let done = Self::in_columns(&Product { reversed }, x, Modulus { n, inverse }, 0, quotients);
        debug_assert!(done.is_some());
    }

    /// Replaces x by the product, reduced and doubled where `twice` is 1; `None` if the lengths do not match, which never
    /// happens. The lower half of the columns yields the quotients, which are the factors of n; the upper half yields the
    /// digits of the result, which overwrite digits of x that are no longer needed.
    #[inline(always)]
    fn in_columns(
        products: &impl Columns,
        x: &mut [u64],
        modulus: Modulus<'_>,
        twice: u64,
        quotients: &mut [u64],
    ) -> Option<()> {
        let length = x.len();
        let (odd, two) = (length % 2, length % 4 / 2);
        let mut carry = 0;
        for place in (0..length - 2 * two - odd).step_by(4) {
            carry = Self::lower::<4>(products, x, modulus, place, quotients, carry)?;
        }
        if two == 1 {
            carry = Self::lower::<2>(products, x, modulus, length - 2 - odd, quotients, carry)?;
        }
        if odd == 1 {
            carry = Self::lower::<1>(products, x, modulus, length - 1, quotients, carry)?;
        }
        let mut digits = Doubled::<BITS> { twice, carry: 0 };
        if odd == 1 {
            carry = Self::upper::<1>(products, x, modulus, 0, quotients, carry, &mut digits)?;
        }
        if two == 1 {
            carry = Self::upper::<2>(products, x, modulus, odd, quotients, carry, &mut digits)?;
        }
        for place in (2 * two + odd..length).step_by(4) {
            carry = Self::upper::<4>(products, x, modulus, place, quotients, carry, &mut digits)?;
        }
        Some(())
    }

    /// Computes the quotients of N columns of the lower half, which make these columns zero. Takes and returns a carry.
    #[inline(always)]
    fn lower<const N: usize>(
        products: &impl Columns,
        x: &[u64],
        Modulus { n, inverse }: Modulus<'_>,
        place: usize,
        quotients: &mut [u64],
        mut carry: u128,
    ) -> Option<u128> {
        let mut sums = products.lower::<N>(x, place)?;
        let above = Self::make_room(&mut sums, 2 * (place + N));
        let (free, known) = quotients.split_at_mut_checked(n.len() - place)?;
        let sums = add_rows(sums, known, n.get(1..)?);
        let (n, new): (&[u64; N], &mut [u64; N]) = (n.first_chunk()?, free.last_chunk_mut()?);
        for (column, sum) in sums.into_iter().enumerate() {
            let mut sum = sum + carry;
            for index in 0..column {
                sum += product(new[N - 1 - index], n[column - index]);
            }
            let quotient = (sum as u64).wrapping_mul(inverse) & Self::MASK;
            new[N - 1 - column] = quotient;
            carry = (sum + product(quotient, n[0])) >> BITS;
        }
        Some(above + carry)
    }

    /// Computes N digits of the result, from columns of the upper half.
    #[inline(always)]
    fn upper<const N: usize>(
        products: &impl Columns,
        x: &mut [u64],
        Modulus { n, .. }: Modulus<'_>,
        place: usize,
        quotients: &[u64],
        mut carry: u128,
        digits: &mut Doubled<BITS>,
    ) -> Option<u128> {
        let mut sums = products.upper::<N>(x, place)?;
        let above = Self::make_room(&mut sums, 2 * (n.len() - place));
        let sums = add_upper(sums, quotients, n, place)?;
        for (digit, sum) in x.get_mut(place..)?.iter_mut().zip(sums) {
            *digit = digits.next(sum + carry);
            carry = (sum + carry) >> BITS;
        }
        Some(above + carry)
    }

    /// Shortens the sums to digits, unless there is room for all products of their columns. Returns what is carried past
    /// them.
    #[inline(always)]
    fn make_room(sums: &mut [u128], products: usize) -> u128 {
        let mut carry = 0;
        if products > Self::PRODUCTS {
            for sum in sums {
                carry += *sum;
                *sum = carry & u128::from(Self::MASK);
                carry >>= BITS;
            }
        }
        carry
    }
}

/// The digits of n, and the negative inverse of the lowest.
#[derive(Clone, Copy)]
struct Modulus<'a> {
    n: &'a [u64],
    inverse: u64,
}

/// What is summed up in columns, for L digits of x.
trait Columns {
    /// Returns the sums of N columns from this one on, all below L.
    fn lower<const N: usize>(&self, x: &[u64], place: usize) -> Option<[u128; N]>;

    /// Returns the sums of N columns from L + `place` on. They need no digits of x below `place`.
    fn upper<const N: usize>(&self, x: &[u64], place: usize) -> Option<[u128; N]>;
}

/// The square of x: products of two digits count twice, and those of a digit with itself once. These are the digits of x
/// doubled, from the highest position to the lowest. As for columns, the number of the digits of x from `place` on must be
/// even if N is.
struct Square<'a> {
    doubles: &'a [u64],
}

impl Columns for Square<'_> {
    #[inline(always)]
    fn lower<const N: usize>(&self, x: &[u64], place: usize) -> Option<[u128; N]> {
        let (middle, mut sums) = (place / 2, [0; N]);
        // The lower digits times those that are as far above the middle: the second factors in falling order.
        let above = self.doubles.get(x.len() - place - N..)?;
        for (factor, digits) in x.get(..middle)?.iter().zip(above.windows(N)) {
            for (sum, digit) in sums.iter_mut().zip(digits.iter().rev()) {
                *sum += product(*factor, *digit);
            }
        }
        self.add_middle(sums, x, middle, 0)
    }

    #[inline(always)]
    fn upper<const N: usize>(&self, x: &[u64], place: usize) -> Option<[u128; N]> {
        let above = (x.len() - place - N) / 2;
        let sums = add_rows([0; N], self.doubles.get(..above)?, x.get(place + 1..)?);
        self.add_middle(sums, x, place + above, N)
    }
}

impl Square<'_> {
    /// Adds the products of N digits from the middle on. The positions of the factors, counted from the middle, have the
    /// sum `first` in the first column.
    #[inline(always)]
    fn add_middle<const N: usize>(
        &self,
        mut sums: [u128; N],
        x: &[u64],
        middle: usize,
        first: usize,
    ) -> Option<[u128; N]> {
        let doubles: &[u64; N] = self.doubles.get(..x.len() - middle)?.last_chunk()?;
        let x: &[u64; N] = x.get(middle..)?.first_chunk()?;
        for (column, sum) in sums.iter_mut().enumerate() {
            for low in 0..N {
                let high = (first + column).wrapping_sub(low);
                if low < high && high < N {
                    *sum += product(doubles[N - 1 - low], x[high]);
                } else if low == high {
                    *sum += product(x[low], x[low]);
                }
            }
        }
        Some(sums)
    }
}

/// The product of x and another integer, whose digits are given from the highest position to the lowest.
struct Product<'a> {
    reversed: &'a [u64],
}

impl Columns for Product<'_> {
    #[inline(always)]
    fn lower<const N: usize>(&self, x: &[u64], place: usize) -> Option<[u128; N]> {
        let (above, below) = self.reversed.split_at_checked(x.len() - place)?;
        let mut sums = add_rows([0; N], below, x.get(1..)?);
        let (x, above): (&[u64; N], &[u64; N]) = (x.first_chunk()?, above.last_chunk()?);
        for (column, sum) in sums.iter_mut().enumerate() {
            for index in 0..=column {
                *sum += product(above[N - 1 - index], x[column - index]);
            }
        }
        Some(sums)
    }

    #[inline(always)]
    fn upper<const N: usize>(&self, x: &[u64], place: usize) -> Option<[u128; N]> {
        add_upper([0; N], self.reversed, x, place)
    }
}

/// Adds to each sum every factor times a digit: the first factor meets the first N digits, the second the N digits from the
/// second on, and so on.
#[inline(always)]
fn add_rows<const N: usize>(mut sums: [u128; N], factors: &[u64], digits: &[u64]) -> [u128; N] {
    for (factor, digits) in factors.iter().zip(digits.windows(N)) {
        for (sum, digit) in sums.iter_mut().zip(digits) {
            *sum += product(*factor, *digit);
        }
    }
    sums
}

/// Adds the products in N columns of the upper half. The digits of one integer are given from the highest position to the
/// lowest, those of the other from the lowest on.
#[inline(always)]
fn add_upper<const N: usize>(sums: [u128; N], reversed: &[u64], digits: &[u64], place: usize) -> Option<[u128; N]> {
    let (rows, corner) = reversed.split_at_checked(digits.len() - place - N)?;
    let mut sums = add_rows(sums, rows, digits.get(place + 1..)?);
    let (corner, last): (&[u64; N], &[u64; N]) = (corner.first_chunk()?, digits.last_chunk()?);
    for (column, sum) in sums.iter_mut().enumerate() {
        for index in column + 1..N {
            *sum += product(corner[index - column - 1], last[index]);
        }
    }
    Some(sums)
}

impl<const BITS: u32> Digits for Words<BITS> {
    type Vector = u64;

    const COUNT: usize = 1;
    const TOGETHER: usize = 1;
    const BITS: u32 = BITS;

    fn run<W: Vectorized<Self>>(self, work: W) -> W::Output {
        work.run(self)
    }

    #[inline(always)]
    fn words(self, words: impl Fn(usize) -> u64) -> u64 {
        words(0)
    }

    #[inline(always)]
    fn word(self, vector: u64, _number: usize) -> u64 {
        vector
    }

    #[inline(always)]
    fn all(self, word: u64) -> u64 {
        word
    }

    #[inline(always)]
    fn add(self, a: u64, b: u64) -> u64 {
        a.wrapping_add(b)
    }

    #[inline(always)]
    fn subtract(self, a: u64, b: u64) -> u64 {
        a.wrapping_sub(b)
    }

    #[inline(always)]
    fn and(self, a: u64, b: u64) -> u64 {
        a & b
    }

    #[inline(always)]
    fn or(self, a: u64, b: u64) -> u64 {
        a | b
    }

    #[inline(always)]
    fn shift_right(self, a: u64, count: u32) -> u64 {
        a >> count
    }

    #[inline(always)]
    fn square_modulo(self, x: &mut [u64], n: &[u64], inverses: u64, twice: u64, scratch: &mut [u64]) {
        let Some((doubles, rest)) = scratch.split_at_mut_checked(x.len()) else { return };
        let Some(quotients) = rest.get_mut(..x.len()) else { return };
        doubles.iter_mut().rev().zip(&*x).for_each(|(double, digit)| *double = digit << 1);
        let done = Self::in_columns(&Square { doubles }, x, Modulus { n, inverse: inverses }, twice, quotients);
        debug_assert!(done.is_some());
    }
}

/// Converts sums to the digits of an integer, from the lowest, doubled where `twice` is 1.
struct Doubled<const BITS: u32> {
    twice: u64,
    carry: u64,
}

impl<const BITS: u32> Doubled<BITS> {
    /// Returns the next digit, from the lowest bits of a sum.
    #[inline(always)]
    fn next(&mut self, sum: u128) -> u64 {
        let digit = ((sum as u64 & Words::<BITS>::MASK) << self.twice) + self.carry;
        self.carry = digit >> BITS;
        digit & Words::<BITS>::MASK
    }
}

#[inline(always)]
fn product(a: u64, b: u64) -> u128 {
    u128::from(a) * u128::from(b)
}
