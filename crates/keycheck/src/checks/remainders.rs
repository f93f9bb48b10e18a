//! Finds which of many primes divide an integer: eight words of primes at a time, for several integers side by side.
//!
//! Each word w is a product of primes. The integer is divided by w digit by digit from its low end, with the inverse of w
//! modulo 2^52 instead of a division (Hensel's division). The remainder is 0 modulo a prime of the word exactly if the integer
//! is.

use common::simd::{BITS, COUNT, Lanes, MASK, digits, inverse};
use pulp::NullaryFnOnce;

use super::primes::words_of_primes;

/// Eight words of primes.
pub(super) struct Words {
    products: [u64; COUNT],
    /// Their inverses modulo 2^52.
    inverses: [u64; COUNT],
    /// Each element has one prime of each word; a word with fewer primes repeats its last one.
    primes: Vec<Primes>,
}

/// A prime of each word, with the constants of the divisibility test: the prime divides v exactly if v · inverse modulo 2^52 is
/// at most `most`.
struct Primes {
    primes: [u32; COUNT],
    inverses: [u64; COUNT],
    most: [u64; COUNT],
}

/// Groups primes into words of 52 bits, in their order.
pub(super) fn prepare(primes: impl Iterator<Item = u32>) -> Vec<Words> {
    let words = words_of_primes(primes, MASK);
    let prepare = |chunk: &[Vec<u32>]| {
        // If there are fewer words than lanes, the first is repeated.
        let word = |lane: usize| chunk.get(lane).or(chunk.first()).map(Vec::as_slice).unwrap_or_default();
        let products = std::array::from_fn(|lane| word(lane).iter().map(|prime| u64::from(*prime)).product());
        let deepest = chunk.iter().map(Vec::len).max().unwrap_or_default();
        let prime = |lane, depth| word(lane).get(depth).or(word(lane).last()).copied().unwrap_or(1);
        let primes = (0..deepest)
            .map(|depth| {
                let primes: [u32; COUNT] = std::array::from_fn(|lane| prime(lane, depth));
                let inverses = primes.map(|prime| inverse(prime.into()) & MASK);
                Primes { primes, inverses, most: primes.map(|prime| MASK / u64::from(prime)) }
            })
            .collect();
        Words { products, inverses: products.map(|product| inverse(product) & MASK), primes }
    };
    words.chunks(COUNT).map(prepare).collect()
}

/// Returns for each integer, given by its words, the smallest of the primes that divides it.
pub(super) fn smallest_factors(lanes: Lanes, numbers: &[&[u64]], words: &[Words]) -> Vec<Option<u32>> {
    let mut found = vec![None; numbers.len()];
    // Integers of about the same length are divided together, since the longest determines the time.
    let mut sorted: Vec<(&[u64], &mut Option<u32>)> = numbers.iter().copied().zip(&mut found).collect();
    sorted.sort_by_key(|(words, _)| words.len());
    for chunk in sorted.chunks_mut(COUNT) {
        let longest = chunk.last().map_or(0, |(words, _)| digits(words, BITS, 0).len());
        let all: Vec<Vec<u64>> = chunk.iter().map(|(words, _)| digits(words, BITS, longest)).collect();
        let digits = |index: usize| all.get(index).or(all.last()).map(Vec::as_slice).unwrap_or_default();
        let factors = if chunk.len() == 1 {
            lanes.vectorize(Divide { lanes, words, numbers: [digits(0)] }).to_vec()
        } else {
            let numbers: [&[u64]; COUNT] = std::array::from_fn(digits);
            lanes.vectorize(Divide { lanes, words, numbers }).to_vec()
        };
        chunk.iter_mut().zip(factors).for_each(|((_, found), factor)| **found = factor);
    }
    found
}

/// Divides integers of the same length by all words.
struct Divide<'a, const N: usize> {
    lanes: Lanes,
    words: &'a [Words],
    numbers: [&'a [u64]; N],
}

impl<const N: usize> NullaryFnOnce for Divide<'_, N> {
    type Output = [Option<u32>; N];

    #[inline(always)]
    fn call(self) -> Self::Output {
        let Self { lanes, words, numbers } = self;
        let zero = lanes.all(0);
        let mut found = [None; N];
        let length = numbers.iter().map(|digits| digits.len()).min().unwrap_or_default();
        // Digits of the same place are adjacent, so that no bounds are checked in between.
        let places: Vec<[u64; N]> =
            (0..length).map(|place| numbers.map(|digits| digits.get(place).copied().unwrap_or_default())).collect();
        for words in words {
            let (product, inverse) = (pulp::cast(words.products), pulp::cast(words.inverses));
            let mut remainders = [zero; N];
            for digits in &places {
                for (remainder, digit) in remainders.iter_mut().zip(digits) {
                    let difference = lanes.subtract(lanes.all(*digit), *remainder);
                    let quotient = lanes.low(zero, difference, inverse);
                    *remainder = lanes.high(lanes.borrow(difference), quotient, product);
                }
            }
            for (remainder, found) in remainders.iter().zip(&mut found) {
                let multiples = words.primes.iter().fold(0, |multiples, primes| {
                    let quotient = lanes.low(zero, *remainder, pulp::cast(primes.inverses));
                    multiples | lanes.at_most(quotient, pulp::cast(primes.most))
                });
                if multiples != 0 && found.is_none() {
                    *found = words.smallest(pulp::cast(*remainder));
                }
            }
        }
        found
    }
}

impl Words {
    /// Returns the smallest prime that divides the remainder of its word.
    #[cold]
    fn smallest(&self, remainders: [u64; COUNT]) -> Option<u32> {
        let divides = |(prime, remainder): (&u32, &u64)| remainder.is_multiple_of(u64::from(*prime)).then_some(*prime);
        self.primes.iter().flat_map(|primes| primes.primes.iter().zip(&remainders).filter_map(divides)).min()
    }
}

#[cfg(test)]
mod tests {
    use dashu_int::UBig;

    use super::*;
    use crate::checks::numbers::words;

    #[test]
    fn the_smallest_prime_of_each_integer_is_found_in_any_group() {
        let Some(lanes) = Lanes::try_new() else { return };
        let primes: Vec<u32> = (3..3000).filter(|n| (2..*n).take_while(|d| d * d <= *n).all(|d| n % d != 0)).collect();
        let table = prepare(primes.iter().copied());
        let numbers: Vec<UBig> = (1..6000u32).map(|n| UBig::from(n).pow(1 + (n % 7) as usize)).collect();
        let all: Vec<Vec<u64>> = numbers.iter().map(|n| words(&n.to_be_bytes())).collect();
        let slices: Vec<&[u64]> = all.iter().map(Vec::as_slice).collect();
        let expected: Vec<Option<u32>> =
            (1..6000u32).map(|n| primes.iter().copied().find(|prime| n % prime == 0)).collect();
        assert_eq!(smallest_factors(lanes, &slices, &table), expected);
        for (one, expected) in slices.iter().zip(expected).take(300) {
            assert_eq!(smallest_factors(lanes, &[one], &table), [expected]);
        }
    }
}
