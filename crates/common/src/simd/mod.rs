//! Computes with several integers at a time, by the vector multipliers of processors.
//!
//! `Lanes` are those of AVX-512 IFMA (Intel since Ice Lake, AMD since Zen 4, so most of Azure's), which multiplies eight
//! pairs of 52 bits in the time in which the scalar unit multiplies one pair of 64. `Quads` are AVX2's four pairs of 32
//! bits. `Words` use the scalar unit, which every processor has: one integer at a time. [`FermatTest`] selects the fastest
//! available. [`passes_round`] uses `Words`, for a single integer.
//!
//! [`Fours`] are floating-point numbers, four at a time, for products of millions of words; most processors have them.
//!
//! The time of every instruction used here is independent of its operands, and nothing branches on a digit.

mod arithmetic;
mod fermat;
#[cfg(target_arch = "x86_64")]
mod fours;
#[cfg(not(target_arch = "x86_64"))]
mod fours_by_array;
#[cfg(target_arch = "x86_64")]
mod inlined;
mod miller_rabin;
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
pub use miller_rabin::passes_round;
#[cfg(target_arch = "x86_64")]
pub use vectors::{Lanes, Vector};

/// Returns the processor's vector instructions, except in a portable build: `cargo xtask bench --portable` measures the
/// speed of other processors.
#[must_use]
pub fn used<T>(instructions: Option<T>) -> Option<T> {
    instructions.filter(|_| !cfg!(portable))
}

/// Work for certain instructions, as for [`Fours::run`].
pub trait Vectorized<I = Fours> {
    /// The result.
    type Output;

    /// Runs it; must be `#[inline(always)]`.
    fn run(self, instructions: I) -> Self::Output;
}

/// The number of integers side by side.
pub const COUNT: usize = 8;

/// The number of bits in a digit.
pub const BITS: u32 = 52;

/// A digit with all bits set.
pub const MASK: u64 = (1 << BITS) - 1;

/// Splits an integer, given as words, into digits of that many bits, the lowest first; at least `least` of them.
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

/// Returns the inverse of an odd word modulo 2^64, by Newton's method: each step doubles the number of correct bits.
#[must_use]
pub fn inverse(odd: u64) -> u64 {
    (0..5).fold(odd.wrapping_mul(3) ^ 2, |x, _| x.wrapping_mul(2u64.wrapping_sub(odd.wrapping_mul(x))))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The digits have the same bits as the words.
    #[test]
    fn digits_have_the_value_of_the_words() {
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
