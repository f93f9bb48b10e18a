//! Discards integers with a small factor, without dividing each integer by each prime.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use common::pool;
use crypto_bigint::{Limb, NonZero, Uint, Word};
use zeroize::Zeroizing;

use super::remainder::{Divisors, LANES};
use super::small::SmallPrimes;

/// More threads gain nothing: there is not enough work to share.
pub(super) const MAX_THREADS: usize = 16;

/// The public exponent of every key that keygen makes, as in ssh-keygen.
pub(crate) const PUBLIC_EXPONENT: u32 = 65537;

/// The bound of the primes whose multiples are worth discarding, measured on two cores: twice as many primes take twice the
/// time, and save fewer and fewer tests. Without vector instructions a test of 1024 bits takes 0.35 ms, of 1536 1.1 ms, of
/// 2048 2.5 ms; for two windows:
///
/// | up to | 1024 bits: sieve, tests left | 1536 bits | 2048 bits |
/// |---|---|---|---|
/// | 2^18 | 0.7 ms, 32 | 0.6 ms, 48 | 0.7 ms, 64 |
/// | 2^19 | 1.2 ms, 30 | 1.0 ms, 45 | 1.5 ms, 61 |
/// | 2^20 | 2.1 ms, 29 | 1.9 ms, 43 | 2.6 ms, 58 |
/// | 2^21 | 3.3 ms, 27 | 3.5 ms, 41 | 4.2 ms, 55 |
/// | 2^22 | 6.1 ms, 26 | 7.2 ms, 39 | 8.3 ms, 52 |
/// | 2^23 | 12.2 ms, 25 | 14.7 ms, 37 | 16.7 ms, 50 |
pub(super) const fn bound(bits: u32) -> u32 {
    match bits {
        0..=1280 => 1 << 19,
        1281..=1536 => 1 << 21,
        _ => 1 << 22,
    }
}

/// The odd integers after a start, and which of them need a test.
#[derive(Clone)]
pub(super) struct Window(Zeroizing<Vec<bool>>);

/// Sieves `length` odd integers from each start on, on all cores. Multiples of the odd primes below `bound` are discarded,
/// including the primes themselves, which must be less than the starts. Integers r are also discarded if the exponent divides
/// r − 1, since such an r has no private exponent.
pub(super) fn windows<const L: usize>(starts: &[Zeroizing<Uint<L>>], length: usize, bound: u32) -> Vec<Window> {
    let primes = SmallPrimes::below(bound);
    let next = AtomicU32::new(0);
    let whole = vec![Window(Zeroizing::new(vec![false; length])); starts.len()];
    let sieved = Mutex::new(whole.clone());
    pool::on_each(pool::threads(MAX_THREADS), || {
        // Each thread has its own windows, since writing into another core's cache is slow.
        let mut windows = whole.clone();
        loop {
            let stretch = next.fetch_add(1, Ordering::Relaxed);
            if stretch >= primes.stretches() {
                break;
            }
            strike_all(&mut windows, starts, &primes.stretch(stretch));
        }
        let mut sieved = sieved.lock().unwrap_or_else(PoisonError::into_inner);
        sieved.iter_mut().zip(&windows).for_each(|(sieved, window)| sieved.merge(window));
    });
    let mut sieved = sieved.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some(exponent) = NonZero::new(Limb::from(PUBLIC_EXPONENT)).into_option() {
        for (window, start) in sieved.iter_mut().zip(starts) {
            let remainder = start.rem_limb(exponent).0 as u32;
            window.strike(PUBLIC_EXPONENT, (remainder + PUBLIC_EXPONENT - 1) % PUBLIC_EXPONENT);
        }
    }
    sieved
}

/// Discards the multiples of these primes from each window.
fn strike_all<const L: usize>(windows: &mut [Window], starts: &[Zeroizing<Uint<L>>], primes: &[u32]) {
    let mut rest = primes;
    while !rest.is_empty() {
        let words: [&[u32]; LANES] = std::array::from_fn(|_| {
            let (word, after) = next_word(rest);
            rest = after;
            word
        });
        let divisors = Divisors::new(words.map(product));
        for (window, start) in windows.iter_mut().zip(starts) {
            for (remainder, primes) in divisors.remainders(start.as_words()).iter().zip(words) {
                for prime in primes {
                    window.strike(*prime, (remainder % Word::from(*prime)) as u32);
                }
            }
        }
    }
}

/// As many primes as fit into one word when multiplied, and the remaining ones: dividing a large integer by the product costs
/// as much as dividing it by one of them.
fn next_word(primes: &[u32]) -> (&[u32], &[u32]) {
    let mut product: Word = 1;
    let count = primes.iter().take_while(|prime| {
        let larger = product.checked_mul(Word::from(**prime));
        product = larger.unwrap_or(product);
        larger.is_some()
    });
    primes.split_at(count.count())
}

fn product(primes: &[u32]) -> Word {
    primes.iter().map(|prime| Word::from(*prime)).product()
}

impl Window {
    /// Discards every integer start + 2i that the prime divides, if start leaves `remainder`.
    fn strike(&mut self, prime: u32, remainder: u32) {
        // 2i ≡ −remainder. An odd value becomes even by adding the prime, which is odd.
        let twice = if remainder == 0 { 0 } else { prime - remainder };
        let first = if twice % 2 == 0 { twice } else { twice + prime } / 2;
        self.0.iter_mut().skip(first as usize).step_by(prime as usize).for_each(|struck| *struck = true);
    }

    /// Discards what the other window has discarded.
    fn merge(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0.iter()).for_each(|(struck, other)| *struck |= other);
    }

    /// The distances of the remaining integers from the start, in order.
    pub(super) fn left(&self) -> impl Iterator<Item = u32> {
        (0..).step_by(2).zip(self.0.iter()).filter_map(|(distance, struck)| (!struck).then_some(distance))
    }
}

#[cfg(test)]
mod tests {
    use crypto_bigint::U64;

    use super::*;

    /// The integers after `start` that are left.
    fn left(start: u64, length: usize, bound: u32) -> Vec<u64> {
        let starts = [Zeroizing::new(U64::from(start))];
        let windows = windows(&starts, length, bound);
        windows[0].left().map(|distance| start + u64::from(distance)).collect()
    }

    #[test]
    fn exactly_the_multiples_and_the_unfit_for_the_exponent_are_thrown_out() {
        let primes = SmallPrimes::below(300).all();
        for start in [1_000_001_u64, 65537 * 1000 - 399, 3 * 5 * 7 * 11 * 13 * 17 * 19 * 23, u64::MAX - 1000] {
            let start = start | 1;
            let naive: Vec<u64> = (0..400)
                .map(|i| start + 2 * i)
                .filter(|n| primes.iter().all(|p| n % u64::from(*p) != 0) && n % 65537 != 1)
                .collect();
            assert_eq!(left(start, 400, 300), naive, "{start}");
        }
    }

    #[test]
    fn no_prime_is_thrown_out() {
        let left = left(1001, 90_000, 1000);
        for prime in SmallPrimes::below(181_001).all().into_iter().filter(|prime| *prime > 1001) {
            assert_eq!(left.binary_search(&prime.into()).is_ok(), prime % PUBLIC_EXPONENT != 1, "{prime}");
        }
    }

    #[test]
    fn each_start_has_a_window_of_its_own_however_the_threads_share_the_primes() {
        let starts = [1_000_003_u64, u64::MAX - 100_000];
        let both = windows(&starts.map(|start| Zeroizing::new(U64::from(start))), 5000, 1 << 19);
        for (start, window) in starts.into_iter().zip(both) {
            let numbers: Vec<u64> = window.left().map(|distance| start + u64::from(distance)).collect();
            assert_eq!(numbers, left(start, 5000, 1 << 19));
        }
    }

    #[test]
    fn every_prime_is_in_one_word() {
        let primes = SmallPrimes::below(bound(2048)).all();
        let mut rest = primes.as_slice();
        let mut seen = Vec::new();
        while !rest.is_empty() {
            let (word, after) = next_word(rest);
            assert_eq!(word.iter().map(|prime| u128::from(*prime)).product::<u128>(), u128::from(product(word)));
            seen.extend_from_slice(word);
            rest = after;
        }
        assert_eq!(seen, primes);
    }
}
