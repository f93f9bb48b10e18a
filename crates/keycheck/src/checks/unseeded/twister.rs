//! The Mersenne Twister: M. Matsumoto, T. Nishimura, Mersenne Twister: A 623-Dimensionally Equidistributed Uniform
//! Pseudo-Random Number Generator, 1998, with the ways in which libraries seed it.

use std::collections::VecDeque;

use dashu_int::UBig;

/// The number of words in the state, and the distance of the two that make a new one.
const STATE: usize = 624;
const APART: usize = 397;

/// The default seed of C++'s std::mt19937, and of others.
pub(super) const DEFAULT: u32 = 5489;

/// A generator of words of 32 bits.
#[derive(Clone)]
pub(super) struct Twister(VecDeque<u32>);

impl Twister {
    /// Seeds it as C++, PHP and numpy do: init_genrand.
    pub(super) fn seeded(seed: u32) -> Self {
        let next = |(index, word): &(u32, u32)| {
            let next = index + 1;
            Some((next, 1_812_433_253u32.wrapping_mul(word ^ word >> 30).wrapping_add(next)))
        };
        Self(std::iter::successors(Some((0, seed)), next).take(STATE).map(|(_, word)| word).collect())
    }

    /// Seeds it as Python and Ruby do: init_by_array, with an array of one word.
    pub(super) fn seeded_by_array(seed: u32) -> Self {
        let mut state: Vec<u32> = Self::seeded(19_650_218).0.into();
        let mut mix = |rounds: usize, start: usize, factor: u32, plus: &dyn Fn(usize) -> u32| {
            let mut index = start;
            for _ in 0..rounds {
                let last = state.get(index - 1).copied().unwrap_or_default();
                if let Some(word) = state.get_mut(index) {
                    *word = (*word ^ (last ^ last >> 30).wrapping_mul(factor)).wrapping_add(plus(index));
                }
                index += 1;
                if index == STATE {
                    let last = state.last().copied().unwrap_or_default();
                    if let Some(first) = state.first_mut() {
                        *first = last;
                    }
                    index = 1;
                }
            }
        };
        mix(STATE, 1, 1_664_525, &|_| seed);
        mix(STATE - 1, 2, 1_566_083_941, &|index| (index as u32).wrapping_neg());
        if let Some(first) = state.first_mut() {
            *first = 1 << 31;
        }
        Self(state.into())
    }

    /// Seeds it as GMP does: seed + 2 to a power, modulo an integer near 2^19937. The words of two states are dropped, and the
    /// first 2000 modulo 624 of the third.
    pub(super) fn seeded_by_gmp(seed: u32) -> Self {
        const BITS: usize = 19937;
        let modulus = (UBig::ONE << BITS) - UBig::from(20023u32);
        let base = UBig::from(u64::from(seed) + 2);
        let power = (0..31).rev().fold(UBig::ONE, |power, bit| {
            let square = &power * &power;
            let product = if 0x4011_8124u32 >> bit & 1 == 1 { square * &base } else { square };
            reduced(product, BITS, &modulus)
        });
        let (low, high) = power.split_bits(BITS - 1);
        let bytes = low.to_le_bytes();
        let words = bytes.chunks(4).map(|bytes| bytes.iter().rev().fold(0, |word, byte| word << 8 | u32::from(*byte)));
        let mut state: VecDeque<u32> = std::iter::once(u32::from(!high.is_zero()) << 31).chain(words).collect();
        state.resize(STATE, 0);
        let mut twister = Self(state);
        for _ in 0..2 * STATE + 2000 % STATE {
            let _ = twister.next();
        }
        twister
    }

    /// Returns the next word.
    pub(super) fn next(&mut self) -> u32 {
        let word = |index: usize| self.0.get(index).copied().unwrap_or_default();
        let joined = word(0) & 1 << 31 | word(1) & !(1 << 31);
        let next = word(APART) ^ joined >> 1 ^ if joined & 1 == 1 { 0x9908_b0df } else { 0 };
        self.0.pop_front();
        self.0.push_back(next);
        let mut word = next;
        word ^= word >> 11;
        word ^= word << 7 & 0x9d2c_5680;
        word ^= word << 15 & 0xefc6_0000;
        word ^ word >> 18
    }
}

/// Reduces an integer modulo 2^bits - k, for a small k.
fn reduced(number: UBig, bits: usize, modulus: &UBig) -> UBig {
    let mut number = number;
    while number >= *modulus {
        let (low, high) = number.split_bits(bits);
        if high.is_zero() {
            return low - modulus;
        }
        number = low + high * UBig::from(20023u32);
    }
    number
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The standard for C++ names the 10000th word of the generator without a seed (ISO/IEC 14882, rand.predef).
    #[test]
    fn the_10000th_word_is_that_of_the_standard() {
        let mut twister = Twister::seeded(DEFAULT);
        let mut words = std::iter::repeat_with(|| twister.next());
        assert_eq!(words.nth(9999), Some(4_123_659_995));
    }
}
