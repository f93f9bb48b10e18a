//! Computes the remainders of a large integer modulo many small divisors.
//!
//! In a division by a word, every step waits for the one before, but a processor can do many such chains at once. So several
//! divisors are processed side by side, by Montgomery's method without a division. B is 2 to the number of bits of a word, r
//! the remainder of the words read so far; the stored value is t = r/B modulo m. Another word d turns r into r·B + d, and t
//! into (t·B² + d)/B.

use crypto_bigint::{WideWord, Word};
use zeroize::Zeroizing;

/// The number of divisors side by side: as many as keep the multiplier busy.
pub(super) const LANES: usize = 8;

/// Odd divisors.
pub(super) struct Divisors {
    /// The divisors.
    m: [Word; LANES],
    /// 1/m modulo B.
    inverse: [Word; LANES],
    /// B² modulo m.
    b_squared: [Word; LANES],
}

impl Divisors {
    /// Prepares odd divisors; an unused one is 1.
    pub(super) fn new(m: [Word; LANES]) -> Self {
        Self { m, inverse: m.map(inverse), b_squared: m.map(b_squared) }
    }

    /// The remainders of an integer, its least significant word first, for each divisor.
    pub(super) fn remainders(&self, number: &[Word]) -> Zeroizing<[Word; LANES]> {
        let mut t = Zeroizing::new([0; LANES]);
        // The 0 turns t into r.
        for word in number.iter().rev().chain(&[0]) {
            for (((t, m), inverse), b_squared) in t.iter_mut().zip(self.m).zip(self.inverse).zip(self.b_squared) {
                *t = step(*t, *word, m, inverse, b_squared);
            }
        }
        t
    }
}

/// (t·B² + word)/B modulo m. The multiple of m that makes the lower half 0 is subtracted, and the upper half remains. Both
/// upper halves are less than m.
#[inline(always)]
fn step(t: Word, word: Word, m: Word, inverse: Word, b_squared: Word) -> Word {
    let sum = WideWord::from(t) * WideWord::from(b_squared) + WideWord::from(word);
    let factor = (sum as Word).wrapping_mul(inverse);
    let multiple = WideWord::from(factor) * WideWord::from(m);
    let (difference, borrow) = upper(sum).overflowing_sub(upper(multiple));
    if borrow { difference.wrapping_add(m) } else { difference }
}

const fn upper(wide: WideWord) -> Word {
    (wide >> Word::BITS) as Word
}

/// By Newton's method: an odd integer is its own inverse modulo 8, and each step doubles the correct bits.
fn inverse(odd: Word) -> Word {
    (0..5).fold(odd, |x, _| x.wrapping_mul(Word::wrapping_sub(2, odd.wrapping_mul(x))))
}

fn b_squared(m: Word) -> Word {
    let b = WideWord::from(Word::MAX % m) + 1;
    (b * b % WideWord::from(m)) as Word
}

#[cfg(test)]
mod tests {
    use crypto_bigint::{Limb, NonZero, U1024, U2048, Uint};
    use getrandom::SysRng;

    use super::super::start;
    use super::*;

    fn agrees<const L: usize>(number: &Uint<L>, m: [Word; LANES]) {
        let found = Divisors::new(m).remainders(number.as_words());
        for (found, m) in found.iter().zip(m) {
            assert_eq!(*found, number.rem_limb(NonZero::new(Limb(m)).unwrap()).0, "{number} modulo {m}");
        }
    }

    #[test]
    fn remainders_are_those_of_the_library() {
        let edges = [1, 3, 5, 0xffff, Word::MAX, Word::MAX - 2, Word::MAX / 2, Word::MAX / 3];
        let primes = [3, 7, 65537, 1_048_573, 4_194_301, 16_777_213, 251, 65521];
        for m in [edges, primes] {
            for number in [U1024::ZERO, U1024::ONE, U1024::MAX, U1024::MAX.wrapping_sub(&U1024::ONE)] {
                agrees(&number, m);
            }
            for _ in 0..100 {
                agrees(&*start::odd::<{ U2048::LIMBS }, _>(2048, &mut SysRng).unwrap(), m);
            }
        }
        for _ in 0..1000 {
            let random = start::below_power::<{ U1024::LIMBS }, _>(1024, &mut SysRng).unwrap();
            let m = std::array::from_fn(|index| random.as_words()[index] | 1);
            agrees(&start::below_power::<{ U1024::LIMBS }, _>(1024, &mut SysRng).unwrap(), m);
        }
    }
}
