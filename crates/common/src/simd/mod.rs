//! Several numbers at a time, by the vector multipliers of processors.
//!
//! `Lanes` are those of AVX-512 IFMA (Intel since Ice Lake, AMD since Zen 4, so most of Azure's), which multiplies eight
//! pairs of 52 bits in the time in which the other unit multiplies one pair of 64. `Quads` are AVX2's four pairs of 32 bits.
//! `Words` are for that other unit, which every processor has: one number at a time. [`FermatTest`] takes what there is.
//!
//! [`Fours`] are the same for floating-point numbers, four at a time, for products of millions of words; most processors
//! have them.
//!
//! No instruction used here takes longer for one number than for another, and nothing branches on a digit.

mod arithmetic;
mod fermat;
#[cfg(target_arch = "x86_64")]
mod fours;
#[cfg(not(target_arch = "x86_64"))]
mod fours_by_array;
#[cfg(target_arch = "x86_64")]
mod inlined;
#[cfg(target_arch = "x86_64")]
mod quads;
#[cfg(target_arch = "x86_64")]
mod sums;
#[cfg(target_arch = "x86_64")]
mod vectors;
mod words;

pub use fermat::FermatTest;
#[cfg(target_arch = "x86_64")]
pub use fours::{Four, Fours};
#[cfg(not(target_arch = "x86_64"))]
pub use fours_by_array::{Four, Fours};
#[cfg(target_arch = "x86_64")]
pub use vectors::{Lanes, Vector};

/// A processor's vector instructions, unless this is a build that does without: `cargo xtask bench --portable` measures
/// what other processors do.
#[must_use]
pub fn used<T>(instructions: Option<T>) -> Option<T> {
    instructions.filter(|_| !cfg!(portable))
}

/// Work for certain instructions, as for [`Fours::run`].
pub trait Vectorized<I = Fours> {
    /// What comes out.
    type Output;

    /// Does it; to be marked `#[inline(always)]`.
    fn run(self, instructions: I) -> Self::Output;
}

/// How many numbers stand side by side.
pub const COUNT: usize = 8;

/// The bits of a digit.
pub const BITS: u32 = 52;

/// A digit of nothing but ones.
pub const MASK: u64 = (1 << BITS) - 1;

/// A number as digits of that many bits, the lowest first, from its words; at least `least` of them.
pub fn digits(words: &[u64], bits: u32, least: usize) -> Vec<u64> {
    let count = (64 * words.len()).div_ceil(bits as usize).max(least);
    let word = |index: usize| u128::from(words.get(index).copied().unwrap_or_default());
    (0..count)
        .map(|index| {
            let (start, shift) = (index * bits as usize / 64, index * bits as usize % 64);
            ((word(start) | word(start + 1) << 64) >> shift) as u64 & ((1 << bits) - 1)
        })
        .collect()
}

/// The inverse of an odd word modulo 2^64, by Newton's method: each step doubles the bits that are right.
#[must_use]
pub fn inverse(odd: u64) -> u64 {
    (0..5).fold(odd.wrapping_mul(3) ^ 2, |x, _| x.wrapping_mul(2u64.wrapping_sub(odd.wrapping_mul(x))))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Digit by digit, the bits are those of the words.
    #[test]
    fn digits_are_the_number() {
        for words in [vec![], vec![u64::MAX; 13], vec![1, 2, 3], vec![0x0123_4567_89ab_cdef; 7]] {
            let digits = digits(&words, BITS, 20);
            assert_eq!(digits.len(), 20.max((64 * words.len()).div_ceil(52)));
            let bit = |numbers: &[u64], width: usize, bit: usize| {
                numbers.get(bit / width).is_some_and(|number| number >> (bit % width) & 1 == 1)
            };
            for place in 0..52 * digits.len() {
                assert_eq!(bit(&digits, 52, place), bit(&words, 64, place), "{place}");
            }
            assert!(digits.iter().all(|digit| *digit <= MASK));
        }
    }

    #[test]
    fn an_odd_word_times_its_inverse_is_one() {
        for odd in [1, 3, 5, 0xffff_ffff, u64::MAX, 0x9e37_79b9_7f4a_7c15] {
            assert_eq!(inverse(odd).wrapping_mul(odd), 1, "{odd}");
        }
    }
}
