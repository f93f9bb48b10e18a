//! Computes with one integer at a time, by the multiplier for whole words that every processor has.
//!
//! Digits are three or five bits shorter than a word, so two words hold the sum of the products of a column, without a
//! third for carries: each product costs a multiplication and two additions. The square and the multiple of n that reduces
//! it are summed up together, column by column, so no sum is stored.

use super::Vectorized;
use super::arithmetic::{Digits, ROOM};

/// Digits of that many bits, in words.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words<const BITS: u32>(());

/// A sum of products, the lower word first. The compiler keeps two words in two registers, and adds to them in place.
type Sum = [u64; 2];

impl<const BITS: u32> Words<BITS> {
    /// The arithmetic on these digits.
    pub(super) const NEW: Self = Self(());

    /// A digit with all bits set.
    const MASK: u64 = (1 << BITS) - 1;

    /// The number of products for which two words have room, and for a carry.
    const PRODUCTS: usize = (1 << (u128::BITS - 2 * BITS)) - 1;

    /// The longest integers that may be given, in bits. For L digits a column has L products of the square, and then L of
    /// the reduction, which may use the whole room again.
    pub(super) const MOST: usize = (Self::PRODUCTS - 1) * BITS as usize - ROOM;

    /// Squares x modulo n, and doubles it where `twice` is 1; `None` if the lengths do not match, which never happens.
    ///
    /// Two columns are summed up at once, since each factor meets two adjacent digits in them. The lower half of the
    /// columns yields the quotients, which are the factors of n; the upper half yields the digits of the result, which
    /// overwrite digits of x that are no longer needed.
    #[inline(always)]
    fn square_in_columns(x: &mut [u64], n: &[u64], inverse: u64, twice: u64, scratch: &mut [u64]) -> Option<()> {
        let length = x.len();
        // The doubled digits of x, and the quotients, both from the highest position to the lowest.
        let (doubles, quotients) = scratch.split_at_mut_checked(length)?;
        doubles.iter_mut().rev().zip(&*x).for_each(|(double, digit)| *double = digit << 1);
        let (n0, n1) = (*n.first()?, n.get(1).copied().unwrap_or_default());
        let quotient = |sum: u128| (sum as u64).wrapping_mul(inverse) & Self::MASK;
        let mut digits = Doubled::<BITS> { twice, carry: 0 };
        let mut carry = 0;
        for place in (0..length).step_by(2) {
            let (middle, last) = (place / 2, length - 1 - place);
            // The square: products of two digits count twice, and that of the middle digit with itself once.
            let sums = [halves(carry), [0; 2]];
            let [low, high] = add_columns(sums, doubles.get(last..length - 1 - middle)?, x.get(..=middle)?);
            let digit = *x.get(middle)?;
            let low = add(low, digit, digit);
            let high = if last == 0 { high } else { add(high, *x.first()?, *doubles.get(last - 1)?) };
            let (sums, above) = Self::make_room([low, high], 2 * (place + 2));
            // The multiples of n: of the quotients so far, and of two more, which make the lowest digits zero. If the
            // number of digits is odd, the last of these columns is the first of the upper half.
            let digits_of_n = n.get(1..length.min(place + 2))?;
            let [low, high] = add_columns(sums, quotients.get(last + 1..length)?, digits_of_n).map(whole);
            let first = quotient(low);
            let high = high + product(first, n1) + ((low + product(first, n0)) >> BITS);
            if let Some([after, at]) = quotients.get_mut(..=last)?.last_chunk_mut() {
                let second = quotient(high);
                (*at, *after) = (first, second);
                carry = above + ((high + product(second, n0)) >> BITS);
            } else {
                *quotients.first_mut()? = first;
                *x.first_mut()? = digits.next(high);
                carry = above + (high >> BITS);
            }
        }
        for place in (length % 2..length).step_by(2) {
            let middle = (length + place) / 2;
            let sums = [halves(carry), [0; 2]];
            let [low, high] = add_columns(sums, doubles.get(..length - 1 - middle)?, x.get(place + 1..=middle)?);
            let digit = *x.get(middle)?;
            let (sums, above) = Self::make_room([add(low, digit, digit), high], 2 * (length - 1 - place));
            let [low, high] = add_columns(sums, quotients.get(..length - 1 - place)?, n.get(place + 1..)?).map(whole);
            let high = high + (low >> BITS);
            *x.get_mut(place..)?.first_chunk_mut()? = [digits.next(low), digits.next(high)];
            carry = above + (high >> BITS);
        }
        Some(())
    }

    /// Returns the sums of two columns, and the part of them that is carried past both: nothing where there is room for all
    /// of their products.
    #[inline(always)]
    fn make_room([low, high]: [Sum; 2], products: usize) -> ([Sum; 2], u128) {
        if products <= Self::PRODUCTS {
            return ([low, high], 0);
        }
        let (low, high) = (whole(low), whole(high));
        let high = high + (low >> BITS);
        let digit = |sum: u128| [sum as u64 & Self::MASK, 0];
        ([digit(low), digit(high)], high >> BITS)
    }
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
        let done = Self::square_in_columns(x, n, inverses, twice, scratch);
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

/// Adds to the first sum each factor times its digit, and to the second each factor times the next digit, if there is one.
#[inline(always)]
fn add_columns([mut low, mut high]: [Sum; 2], factors: &[u64], digits: &[u64]) -> [Sum; 2] {
    let (Some(last), Some((digit, above))) = (factors.last(), digits.split_first()) else { return [low, high] };
    let mut digit = *digit;
    for (factor, next) in factors.iter().zip(above) {
        low = add(low, *factor, digit);
        high = add(high, *factor, *next);
        digit = *next;
    }
    if above.len() < factors.len() {
        low = add(low, *last, digit);
    }
    [low, high]
}

/// Adds a product to the sum.
#[inline(always)]
fn add(sum: Sum, a: u64, b: u64) -> Sum {
    halves(whole(sum) + product(a, b))
}

#[inline(always)]
fn product(a: u64, b: u64) -> u128 {
    u128::from(a) * u128::from(b)
}

#[inline(always)]
fn whole([low, high]: Sum) -> u128 {
    u128::from(low) | u128::from(high) << 64
}

#[inline(always)]
fn halves(sum: u128) -> Sum {
    [sum as u64, (sum >> 64) as u64]
}
