//! Computes the remainders of large integers modulo many small primes.
//!
//! An integer is first divided by the product of some primes, which has less than 126 bits: this costs little more than a
//! division by one of them. In a division, every step waits for the one before, but a processor can do several such chains
//! at once, so several products are processed side by side.
//!
//! No step divides: quotients are estimated from reciprocals, from below (P. Barrett, Implementing the RSA public key
//! encryption algorithm, CRYPTO '86). An estimate that is too small by one leaves a remainder that is larger by the divisor,
//! for which there is room.

use zeroize::Zeroizing;

use crate::simd::digits;

/// The number of products side by side: as many as keep the multiplier busy.
const LANES: usize = 4;

/// The number of bits that a product of primes has at most.
const PRODUCT_BITS: u32 = 126;

/// The number of bits in a digit of a large integer.
const DIGIT_BITS: u32 = 58;

/// The largest bound of primes, whose remainders are computed from 26 and 38 bits at a time.
pub(super) const MOST: u32 = 1 << 25;

/// The digits of a large integer, the highest first.
pub(super) struct Digits(Zeroizing<Vec<u64>>);

impl Digits {
    /// Splits an integer given as its words, the lowest first.
    pub(super) fn of(words: &[u64]) -> Self {
        let mut digits = Zeroizing::new(digits(words, DIGIT_BITS, 0));
        digits.reverse();
        Self(digits)
    }
}

/// Some products of primes.
pub(super) struct Divisors<'a> {
    /// The primes of each product.
    primes: [&'a [u32]; LANES],
    /// Their reciprocals, 2^64/p.
    reciprocals: Vec<u64>,
    /// The product times a power of two: between 2^125 and 2^126.
    multiples: [u128; LANES],
    /// 2^125 over the multiple's upper word plus one, from 2^63 to 2^64 - 1.
    estimates: [u64; LANES],
}

impl<'a> Divisors<'a> {
    /// Takes odd primes below [`MOST`] from the beginning of a list, which then has those that remain.
    pub(super) fn take(list: &mut &'a [u32]) -> Self {
        let primes = [(); LANES].map(|()| take_product(list));
        let multiples = primes.map(|primes| {
            let product = product(primes);
            product << (product.leading_zeros() - (u128::BITS - PRODUCT_BITS))
        });
        let estimates = multiples.map(|multiple| ((1 << 125) / ((multiple >> 64) + 1)) as u64);
        let reciprocals = primes.iter().copied().flatten().map(|prime| u64::MAX / u64::from(*prime)).collect();
        Self { primes, reciprocals, multiples, estimates }
    }

    /// Calls `found` with each prime and the remainder of the integer.
    #[inline(always)]
    pub(super) fn remainders(&self, number: &Digits, mut found: impl FnMut(u32, u32)) {
        let mut remainders = Zeroizing::new([0; LANES]);
        for digit in number.0.iter() {
            for ((remainder, multiple), estimate) in remainders.iter_mut().zip(self.multiples).zip(self.estimates) {
                *remainder = step(*remainder, *digit, multiple, estimate);
            }
        }
        let mut reciprocals = self.reciprocals.iter();
        for (primes, remainder) in self.primes.into_iter().zip(remainders.iter()) {
            for (prime, reciprocal) in primes.iter().zip(&mut reciprocals) {
                found(*prime, last_step(*remainder, *prime, *reciprocal));
            }
        }
    }
}

/// Takes as many primes as the product has room for.
fn take_product<'a>(list: &mut &'a [u32]) -> &'a [u32] {
    let mut product = 1_u128;
    let count = list.iter().take_while(|prime| {
        product = product.saturating_mul(u128::from(**prime));
        product < 1 << PRODUCT_BITS
    });
    let (taken, rest) = list.split_at(count.count());
    *list = rest;
    taken
}

fn product(primes: &[u32]) -> u128 {
    primes.iter().map(|prime| u128::from(*prime)).product()
}

/// The remainder of r·2^58 + digit modulo a multiple m of the product, or one that is larger by m; r and the result are below
/// 1.5·m. For the quotient is too small by less than 1.5: by 1 as it is rounded, by 3/16 for the lower word of m, by 2/16 for
/// that of r, and by 1/16 for the rounding of the estimate, at most.
#[inline(always)]
fn step(r: u128, digit: u64, m: u128, estimate: u64) -> u128 {
    let quotient = ((r >> 64) * u128::from(estimate)) >> (125 - DIGIT_BITS);
    ((r << DIGIT_BITS) | u128::from(digit)).wrapping_sub(quotient.wrapping_mul(m))
}

/// The remainder modulo a prime of one below 2^127.
#[inline(always)]
fn last_step(r: u128, prime: u32, reciprocal: u64) -> u32 {
    let (low, high) = (r as u64, (r >> 64) as u64);
    let prime = u64::from(prime);
    // Below 2·p: the quotient is too small by one at most.
    let reduced = |number: u64| {
        let quotient = (u128::from(number) * u128::from(reciprocal)) >> 64;
        number - quotient as u64 * prime
    };
    let upper = reduced(high) << 38 | low >> 26;
    let remainder = reduced(reduced(upper) << 26 | low & ((1 << 26) - 1));
    // The difference is negative, which is large, where the remainder is below the prime.
    remainder.min(remainder.wrapping_sub(prime)) as u32
}

#[cfg(test)]
mod tests {
    use super::super::small::SmallPrimes;
    use super::*;

    /// Checks the remainders modulo these primes.
    fn agrees(words: &[u64], primes: &[u32]) {
        let number = Digits::of(words);
        let (mut rest, mut seen) = (primes, Vec::new());
        while !rest.is_empty() {
            Divisors::take(&mut rest).remainders(&number, |prime, remainder| {
                let right = words.iter().rev().fold(0, |r, word| (r << 64 | u128::from(*word)) % u128::from(prime));
                assert_eq!(u128::from(remainder), right, "{words:x?} modulo {prime}");
                seen.push(prime);
            });
        }
        assert_eq!(seen, primes);
    }

    /// Pseudorandom words (xorshift64).
    fn words(count: usize) -> Vec<u64> {
        let mut state = 0x9e37_79b9_7f4a_7c15 ^ count as u64;
        let next = |_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        (0..count).map(next).collect()
    }

    #[test]
    fn remainders_modulo_every_prime_are_right() {
        let primes = SmallPrimes::below(1 << 18).all();
        for count in [1, 2, 16, 24, 32] {
            agrees(&words(count), &primes);
        }
    }

    #[test]
    fn remainders_are_right_at_the_edges() {
        let largest: Vec<u32> = (MOST - 2000..MOST).filter(|n| (2..6000).all(|d| n % d != 0)).collect();
        for primes in [&largest[..], &[3], &[3, 5, 7], &[65537]] {
            for words in [vec![], vec![0; 32], vec![1], vec![u64::MAX; 32], vec![u64::MAX, 0, 0, u64::MAX]] {
                agrees(&words, primes);
            }
        }
    }

    /// Integers beside multiples of a product of primes, for which estimated quotients are critical.
    #[test]
    fn remainders_beside_multiples_of_a_product_are_right() {
        let primes = SmallPrimes::below(1 << 22).stretch(20);
        let taken = take_product(&mut &primes[..]);
        let product = product(taken);
        for factor in words(500) {
            // The product times the factor, in three words.
            let low = u128::from(product as u64) * u128::from(factor);
            let high = (product >> 64) * u128::from(factor) + (low >> 64);
            let multiple = [low as u64, high as u64, (high >> 64) as u64];
            for difference in [0, 1, u64::MAX] {
                let lowest = multiple[0].wrapping_add(difference);
                agrees(&[lowest, multiple[1], multiple[2]], taken);
                agrees(&[vec![0; 29], vec![lowest, multiple[1], multiple[2]]].concat(), taken);
            }
        }
    }
}
