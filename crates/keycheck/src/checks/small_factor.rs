//! Small factors: every prime up to a million.
//!
//! The primes are multiplied into words. A word m divides into the modulus word by word from its low end, with the
//! inverse of m modulo 2^64 in place of a division (Hensel's division); what is left is 0 modulo a prime of the word
//! exactly when the modulus is. Eight words at a time keep the multiplier busy. Where the processor has a vector
//! multiplier, the same is done in `remainders`.

use std::sync::LazyLock;

#[cfg(target_arch = "x86_64")]
use common::simd::Lanes;
use common::simd::inverse;

use super::numbers::Numbers;
use super::primes::{odd_primes, words_of_primes};
#[cfg(target_arch = "x86_64")]
use super::remainders;
use crate::finding::{Check, Finding, Severity};

/// The modulus has a small factor.
pub(crate) static SMALL_FACTOR: Check = Check {
    name: "rsa-small-factor",
    severity: Severity::Error,
    what: "The RSA modulus is divisible by a prime below a million.",
    why: "The primes of an RSA key have hundreds of digits. A small one means that the key was damaged on its way or \
          in memory, or made by a broken program; the remaining factor may be found as well.",
    remedy: "Copy the key again from where it was made; if it is the same there, make a new one.",
    source: "RFC 8017, section 3.1; H. Böck, badkeys (smallfactors)",
};

/// The largest number that is looked at as a factor.
pub const MOST: u32 = 1_000_000;

/// Where the primes are divided into those of most faulty keys, and the many others.
const LOW: u32 = 65537;

/// How many words are divided by at a time.
const LANES: usize = 8;

/// A word of primes.
#[derive(Clone, Copy, Default)]
struct Word {
    product: u64,
    /// The inverse of the product modulo 2^64.
    inverse: u64,
}

/// A prime, and what tells its multiples: v is one exactly if v · inverse modulo 2^64 is at most `most`.
struct Prime {
    prime: u32,
    inverse: u64,
    most: u64,
}

/// Words divided by at a time, and the primes of each.
struct Group {
    words: [Word; LANES],
    primes: [Vec<Prime>; LANES],
}

/// The primes to 65537, and those above.
struct Parts<T> {
    low: LazyLock<Vec<T>>,
    high: LazyLock<Vec<T>>,
}

static GROUPS: Parts<Group> = Parts {
    low: LazyLock::new(|| groups(odd_primes(3, LOW))),
    high: LazyLock::new(|| groups(odd_primes(LOW + 2, MOST))),
};

#[cfg(target_arch = "x86_64")]
static WORDS: Parts<remainders::Words> = Parts {
    low: LazyLock::new(|| remainders::prepare(odd_primes(3, LOW))),
    high: LazyLock::new(|| remainders::prepare(odd_primes(LOW + 2, MOST))),
};

fn groups(primes: impl Iterator<Item = u32>) -> Vec<Group> {
    let group = |chunk: &[Vec<u32>]| {
        let mut group =
            Group { words: [Word { product: 1, inverse: 1 }; LANES], primes: std::array::from_fn(|_| Vec::new()) };
        for ((word, list), primes) in group.words.iter_mut().zip(&mut group.primes).zip(chunk) {
            word.product = primes.iter().map(|prime| u64::from(*prime)).product();
            word.inverse = inverse(word.product);
            *list = primes
                .iter()
                .map(|prime| Prime {
                    prime: *prime,
                    inverse: inverse((*prime).into()),
                    most: u64::MAX / u64::from(*prime),
                })
                .collect();
        }
        group
    };
    words_of_primes(primes, u64::MAX).chunks(LANES).map(group).collect()
}

/// The findings for many keys, of which primes up to `most` are looked for.
pub(super) fn check(all: &[&Numbers], most: u32) -> Vec<Option<Finding>> {
    let finding = |factor: u32| SMALL_FACTOR.found(format!("the modulus is divisible by {factor}"));
    smallest_factors(all, most).into_iter().map(|factor| factor.map(finding)).collect()
}

/// For each modulus its smallest prime factor up to `most`.
fn smallest_factors(all: &[&Numbers], most: u32) -> Vec<Option<u32>> {
    #[cfg(target_arch = "x86_64")]
    if let Some(lanes) = Lanes::try_new() {
        let odd: Vec<&[u64]> = all.iter().map(|numbers| numbers.words.as_slice()).collect();
        let mut factors = remainders::smallest_factors(lanes, &odd, &WORDS.low);
        if most > LOW {
            let high = remainders::smallest_factors(lanes, &odd, &WORDS.high);
            factors = factors.into_iter().zip(high).map(|(low, high)| low.or(high)).collect();
        }
        let even = all.iter().map(|numbers| is_even(&numbers.words).then_some(2));
        return even.zip(factors).map(|(two, odd)| two.or(odd).filter(|factor| *factor <= most)).collect();
    }
    all.iter().map(|numbers| smallest_factor(&numbers.words, most)).collect()
}

fn is_even(words: &[u64]) -> bool {
    words.first().is_none_or(|word| word & 1 == 0)
}

/// The smallest prime factor up to `most`, without a vector multiplier.
pub(super) fn smallest_factor(words: &[u64], most: u32) -> Option<u32> {
    if is_even(words) {
        return Some(2).filter(|two| *two <= most);
    }
    let low = GROUPS.low.iter().find_map(|group| group.smallest_factor(words));
    let factor = low
        .or_else(|| if most > LOW { GROUPS.high.iter().find_map(|group| group.smallest_factor(words)) } else { None });
    factor.filter(|factor| *factor <= most)
}

impl Group {
    fn smallest_factor(&self, words: &[u64]) -> Option<u32> {
        let mut remainders = [0u64; LANES];
        for digit in words {
            for (remainder, word) in remainders.iter_mut().zip(&self.words) {
                let (difference, borrow) = digit.overflowing_sub(*remainder);
                let quotient = u128::from(difference.wrapping_mul(word.inverse));
                *remainder = ((quotient * u128::from(word.product)) >> 64) as u64 + u64::from(borrow);
            }
        }
        remainders.iter().zip(&self.primes).find_map(|(remainder, primes)| {
            primes.iter().find(|p| remainder.wrapping_mul(p.inverse) <= p.most).map(|p| p.prime)
        })
    }
}

#[cfg(test)]
mod tests {
    use dashu_int::UBig;

    use super::super::numbers::samples::{next_prime, number, sound};
    use super::*;

    /// The smallest factors by both ways, which must agree.
    fn factors(all: &[UBig], most: u32) -> Vec<Option<u32>> {
        let numbers: Vec<Numbers> = all.iter().map(|n| Numbers::new(n.clone(), UBig::ONE)).collect();
        let one_by_one: Vec<_> = numbers.iter().map(|numbers| smallest_factor(&numbers.words, most)).collect();
        assert_eq!(smallest_factors(&numbers.iter().collect::<Vec<_>>(), most), one_by_one);
        one_by_one
    }

    #[test]
    fn the_primes_are_all_there() {
        let primes: Vec<u32> = odd_primes(3, MOST).collect();
        assert_eq!((primes.len() + 1, primes.first(), primes.last()), (78_498, Some(&3), Some(&999_983)));
        let parts: Vec<u32> = odd_primes(3, LOW).chain(odd_primes(LOW + 2, MOST)).collect();
        assert_eq!(parts, primes);
        let grouped: usize =
            GROUPS.low.iter().chain(GROUPS.high.iter()).flat_map(|group| &group.primes).map(Vec::len).sum();
        assert_eq!(grouped, primes.len());
    }

    #[test]
    fn the_smallest_factor_of_every_small_number_is_found() {
        let all: Vec<UBig> = (2..5000u32).map(UBig::from).collect();
        for most in [MOST, 100, 2, 1] {
            let expected: Vec<Option<u32>> =
                (2..5000).map(|n| (2..=n).find(|factor| n % factor == 0).filter(|factor| *factor <= most)).collect();
            assert_eq!(factors(&all, most), expected);
        }
    }

    #[test]
    fn factors_up_to_a_million_are_found_and_sound_keys_have_none() {
        let large = next_prime(number(9, 1024));
        for factor in [2u32, 3, 251, 65521, 65537, 65539, 104_729, 999_979, 999_983] {
            let all = [&large * UBig::from(factor), UBig::from(factor).pow(40)];
            assert_eq!(factors(&all, MOST), [Some(factor); 2]);
            assert_eq!(factors(&all, 65537), [Some(factor).filter(|factor| *factor <= 65537); 2]);
        }
        assert_eq!(factors(&[&large * UBig::from(1_000_003u32)], MOST), [None]);
        assert!(check(&[&sound(4)], MOST).iter().all(Option::is_none));
    }
}
