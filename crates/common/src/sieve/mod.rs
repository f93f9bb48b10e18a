//! Discards integers with a small factor, without dividing each integer by each prime.

mod remainders;
mod small;

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, PoisonError};

use zeroize::Zeroizing;

use crate::pool;
use remainders::{Digits, Divisors};
use small::SmallPrimes;

/// More threads gain nothing: there is not enough work to share.
const MAX_THREADS: usize = 16;

/// The odd integers after a start, and which of them need a test.
#[derive(Clone)]
pub struct Window(Zeroizing<Vec<bool>>);

/// Sieves `length` odd integers from each start on, on all cores. Multiples of the odd primes below `bound`, at most 2^25, are
/// discarded, including the primes themselves, which must be less than the starts. Integers r are also discarded if the RSA
/// exponent, a prime, divides r - 1, since such an r has no private exponent.
///
/// Each start is given as its words, the lowest first.
#[must_use]
pub fn windows(starts: &[Zeroizing<Vec<u64>>], length: usize, bound: u32, exponent: u32) -> Vec<Window> {
    let starts: Vec<Digits> = starts.iter().map(|words| Digits::of(words)).collect();
    let primes = SmallPrimes::below(bound.min(remainders::MOST));
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
            let primes = primes.stretch(stretch);
            strike_all(&mut windows, &starts, &primes, |_, remainder| remainder);
        }
        let mut sieved = sieved.lock().unwrap_or_else(PoisonError::into_inner);
        sieved.iter_mut().zip(&windows).for_each(|(sieved, window)| sieved.merge(window));
    });
    let mut sieved = sieved.into_inner().unwrap_or_else(PoisonError::into_inner);
    strike_all(&mut sieved, &starts, &[exponent], |exponent, remainder| (remainder + exponent - 1) % exponent);
    sieved
}

/// Discards from each window the integers of which `shifted` is a multiple of one of these primes; it takes the prime and the
/// remainder of the start.
#[inline(always)]
fn strike_all(windows: &mut [Window], starts: &[Digits], primes: &[u32], shifted: impl Fn(u32, u32) -> u32) {
    let mut rest = primes;
    while !rest.is_empty() {
        let divisors = Divisors::take(&mut rest);
        for (window, start) in windows.iter_mut().zip(starts) {
            divisors.remainders(start, |prime, remainder| window.strike(prime, shifted(prime, remainder)));
        }
    }
}

impl Window {
    /// Discards every integer start + 2i that the prime divides, if start leaves `remainder`.
    fn strike(&mut self, prime: u32, remainder: u32) {
        // 2i ≡ −remainder. An odd value becomes even by adding the prime, which is odd.
        let twice = if remainder == 0 { 0 } else { prime - remainder };
        let mut index = ((twice + prime * (twice % 2)) / 2) as usize;
        while let Some(struck) = self.0.get_mut(index) {
            *struck = true;
            index += prime as usize;
        }
    }

    /// Discards what the other window has discarded.
    fn merge(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0.iter()).for_each(|(struck, other)| *struck |= other);
    }

    /// Returns the distances of the remaining integers from the start, in order.
    pub fn left(&self) -> impl Iterator<Item = u32> {
        (0..).step_by(2).zip(self.0.iter()).filter_map(|(distance, struck)| (!struck).then_some(distance))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PUBLIC_EXPONENT: u32 = 65537;

    /// The integers after `start` that are left.
    fn left(start: u64, length: usize, bound: u32) -> Vec<u64> {
        let windows = windows(&[Zeroizing::new(vec![start])], length, bound, PUBLIC_EXPONENT);
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
        let both = windows(&starts.map(|start| Zeroizing::new(vec![start])), 5000, 1 << 19, PUBLIC_EXPONENT);
        for (start, window) in starts.into_iter().zip(both) {
            let numbers: Vec<u64> = window.left().map(|distance| start + u64::from(distance)).collect();
            assert_eq!(numbers, left(start, 5000, 1 << 19));
        }
    }
}
