//! The test to the base 2, by the quickest way of this machine.
//!
//! It throws out the composites that the sieve left, and decides nothing: what passes must yet pass the rounds of
//! Miller–Rabin, and a prime that did not pass would only be passed over. So the way may be chosen by speed alone:
//! where the processor has a vector multiplier, eight or four numbers are tested in little more time than one takes without.

#[cfg(target_arch = "x86_64")]
use common::simd::FermatTest;
use crypto_bigint::{Odd, Uint};
use zeroize::Zeroizing;

use super::primality::Candidate;

/// How numbers are tested.
#[derive(Clone, Copy)]
pub(super) enum Base2 {
    /// One by one, by the library.
    Single,
    /// Several at a time.
    #[cfg(target_arch = "x86_64")]
    Vector(FermatTest),
}

impl Base2 {
    /// What this machine can.
    pub(super) fn new() -> Self {
        #[cfg(target_arch = "x86_64")]
        if let Some(test) = FermatTest::new() {
            return Self::Vector(test);
        }
        Self::Single
    }

    /// How many numbers are best tested at once.
    pub(super) const fn at_once(self) -> usize {
        match self {
            Self::Single => 1,
            #[cfg(target_arch = "x86_64")]
            Self::Vector(test) => test.at_once(),
        }
    }

    /// The index of the first that passes, of at most [`Self::at_once`] numbers of exactly that many bits.
    pub(super) fn first<const L: usize>(self, numbers: &[Zeroizing<Odd<Uint<L>>>], bits: u32) -> Option<usize> {
        match self {
            Self::Single => numbers.iter().position(|number| Candidate::new(**number, bits).passes_base_2()),
            #[cfg(target_arch = "x86_64")]
            Self::Vector(test) => {
                let words: Vec<&[u64]> = numbers.iter().map(|number| number.as_words().as_slice()).collect();
                test.passed(&words).iter().position(|passed| *passed)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use crypto_bigint::U1024;

    use super::*;

    /// The largest prime of 1024 bits, 2^1024 − 105, among the odd numbers around it, at every place of a group.
    #[test]
    fn both_ways_find_the_prime_wherever_it_stands() {
        let number = |below: u32| Zeroizing::new(Odd::new(U1024::MAX.wrapping_sub(&U1024::from(below - 1))).unwrap());
        for way in [Base2::Single, Base2::new()] {
            for place in 0..way.at_once() as u32 {
                let group: Vec<_> = (0..8).map(|index| number(105 + 2 * place - 2 * index)).collect();
                for chunk in group.chunks(way.at_once()) {
                    let expected = chunk.iter().position(|candidate| **candidate == *number(105));
                    assert_eq!(way.first(chunk, 1024), expected);
                }
            }
            assert_eq!(way.first::<{ U1024::LIMBS }>(&[], 1024), None);
        }
    }
}
