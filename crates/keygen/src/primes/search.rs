//! Searches for primes on all cores.

use std::fmt::Display;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use common::error::Error;
use common::pool;
use common::sieve::{self, Window};
use common::simd::FermatTest;
use crypto_bigint::{BoxedUint, Odd, Uint};
use rand_core::TryRng;
use zeroize::Zeroizing;

use super::primality::{Arithmetic, Candidate, rounds, words};
use super::start;
use crate::randomness::no_randomness;

/// The public exponent of every key that keygen makes, as in ssh-keygen.
pub(super) const PUBLIC_EXPONENT: u32 = 65537;

/// The primes found, wiped when dropped.
pub(super) type Found = Zeroizing<Vec<BoxedUint>>;

/// How many odd integers of a window are tested for each bit; on average there is a prime among 0.35 for each bit.
const WINDOW_PER_BIT: usize = 4;

/// More threads gain nothing: there is not enough work to share.
const MAX_THREADS: usize = 16;

/// No integer of a window.
const NONE: usize = usize::MAX;

/// The bound of the primes whose multiples are worth discarding: twice as many primes take twice the time, and save fewer and
/// fewer tests. The table has processor times without vector instructions, on a machine that was busy otherwise: of the sieve
/// for two windows, and together with the tests for two primes, of which one took 0.57 ms for 1024 bits, 1.77 ms for 1536,
/// and 3.77 ms for 2048.
///
/// | up to | 1024 bits: sieve, with tests | 1536 bits | 2048 bits | tests left for each prime |
/// |---|---|---|---|---|
/// | 2^18 | 2 ms, 38 ms | 3 ms, 172 ms | 3 ms, 484 ms | 32, 48, 64 |
/// | 2^19 | 4 ms, 38 ms | 5 ms, 165 ms | 5 ms, 461 ms | 30, 45, 61 |
/// | 2^20 | 7 ms, 40 ms | 8 ms, 160 ms | 9 ms, 442 ms | 29, 43, 58 |
/// | 2^21 | 14 ms, 45 ms | 15 ms, 160 ms | 16 ms, 429 ms | 27, 41, 55 |
/// | 2^22 | 26 ms, 56 ms | 29 ms, 167 ms | 32 ms, 426 ms | 26, 39, 52 |
/// | 2^23 | 51 ms, 79 ms | 55 ms, 187 ms | 61 ms, 438 ms | 25, 37, 50 |
const fn sieve_bound(bits: u32) -> u32 {
    match bits {
        0..=1280 => 1 << 19,
        1281..=1536 => 1 << 21,
        _ => 1 << 22,
    }
}

/// Finds `count` primes of exactly `bits` bits.
///
/// Each prime has its own window, after its own start. All threads work on one window after another together: they share its
/// integers and then the rounds of the likely prime, so all end at the same time. With one thread for each of two primes, one
/// would be idle for half of the time on average.
///
/// # Errors
/// The source of randomness fails. No thread keeps running.
pub(super) fn search<const L: usize, R>(bits: u32, count: usize, mut random: R) -> Result<Found, Error>
where
    R: TryRng<Error: Display + Send> + Copy + Send + Sync,
{
    let mut found = Found::default();
    // A window without a prime is replaced by another.
    while found.len() < count {
        let starts = (found.len()..count).map(|_| start::odd::<L, R>(bits, &mut random));
        let starts: Vec<_> = starts.collect::<Result<_, _>>().map_err(|error| no_randomness(&error))?;
        let start_words: Vec<_> = starts.iter().map(|start| words(start)).collect();
        let length = bits as usize * WINDOW_PER_BIT;
        let windows = sieve::windows(&start_words, length, sieve_bound(bits), PUBLIC_EXPONENT);
        let fields: Vec<Field<L>> =
            starts.into_iter().zip(&windows).map(|(start, window)| Field::new(start, window)).collect();
        let search = Search { bits, failure: Mutex::new(None), has_failed: AtomicBool::new(false) };
        pool::on_each(pool::threads(MAX_THREADS), || search.run(&fields, random));
        if let Some(error) = search.failure.into_inner().unwrap_or_else(PoisonError::into_inner) {
            return Err(no_randomness(&error));
        }
        found.extend(fields.into_iter().filter_map(|field| field.prime(bits)));
    }
    Ok(found)
}

/// The state that the threads share.
struct Search<E> {
    bits: u32,
    failure: Mutex<Option<E>>,
    has_failed: AtomicBool,
}

/// The integers of a window that need a test, and the progress of the threads.
struct Field<const L: usize> {
    start: Zeroizing<Uint<L>>,
    /// Their distances from the start, in order.
    distances: Zeroizing<Vec<u32>>,
    /// The next one that no thread has begun to test.
    next: AtomicUsize,
    /// The one that passed the test to the base 2, or [`NONE`].
    likely: AtomicUsize,
    /// How many rounds threads have begun.
    rounds_begun: AtomicU32,
    /// How many rounds it has passed.
    rounds_passed: AtomicU32,
}

impl<E> Search<E> {
    /// Works through all fields, or until a thread fails.
    fn run<const L: usize, R: TryRng<Error = E>>(&self, fields: &[Field<L>], mut random: R) {
        for field in fields {
            field.test_all(self.bits, &self.has_failed);
            if let Err(error) = field.pass_rounds(self.bits, &self.has_failed, &mut random) {
                self.failure.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(error);
                self.has_failed.store(true, Ordering::Relaxed);
                return;
            }
        }
    }
}

impl<const L: usize> Field<L> {
    fn new(start: Zeroizing<Uint<L>>, window: &Window) -> Self {
        let mut distances = Zeroizing::new(Vec::with_capacity(window.left().count()));
        distances.extend(window.left());
        Self {
            start,
            distances,
            likely: AtomicUsize::new(NONE),
            next: AtomicUsize::new(0),
            rounds_begun: AtomicU32::new(0),
            rounds_passed: AtomicU32::new(0),
        }
    }

    /// Tests integers to the base 2 in order until one is likely a prime. If two are tested at the same time, either may be
    /// taken. A prime that failed the test would only be skipped, so the fastest method is good enough.
    fn test_all(&self, bits: u32, stop: &AtomicBool) {
        let test = FermatTest::new();
        while self.likely.load(Ordering::Acquire) == NONE && !stop.load(Ordering::Relaxed) {
            let index = self.next.fetch_add(test.at_once(), Ordering::Relaxed);
            let numbers = (index..index + test.at_once()).map_while(|index| self.number(index, bits));
            let numbers: Vec<_> = numbers.map(|number| words(&number)).collect();
            if numbers.is_empty() {
                return;
            }
            let passed = test.passed(&numbers.iter().map(|number| number.as_slice()).collect::<Vec<_>>());
            if let Some(likely) = passed.iter().position(|passed| *passed) {
                let _ = self.likely.compare_exchange(NONE, index + likely, Ordering::AcqRel, Ordering::Acquire);
            }
        }
    }

    /// Does the rounds that no thread has begun. Not all are passed if it is a composite, which never happens by chance.
    fn pass_rounds<R: TryRng>(&self, bits: u32, stop: &AtomicBool, random: &mut R) -> Result<(), R::Error> {
        let Some(number) = self.number(self.likely.load(Ordering::Acquire), bits) else { return Ok(()) };
        let candidate = Candidate::new(number, bits);
        while !stop.load(Ordering::Relaxed) {
            let index = self.rounds_begun.fetch_add(1, Ordering::Relaxed);
            if index >= rounds(bits) {
                break;
            }
            if candidate.passes_round(Arithmetic::of_round(index), random)? {
                self.rounds_passed.fetch_add(1, Ordering::Relaxed);
            }
        }
        Ok(())
    }

    /// An integer of the window; `None` past its end, or past the last integer of that size.
    fn number(&self, index: usize, bits: u32) -> Option<Zeroizing<Odd<Uint<L>>>> {
        let number = Zeroizing::new(self.start.wrapping_add(&Uint::from(*self.distances.get(index)?)));
        Odd::new(*number).into_option().filter(|_| number.bit_width() == bits).map(Zeroizing::new)
    }

    /// The prime, once all threads are done; `None` if the window has none.
    fn prime(self, bits: u32) -> Option<BoxedUint> {
        let number = self.number(self.likely.load(Ordering::Acquire), bits)?;
        (self.rounds_passed.load(Ordering::Acquire) == rounds(bits)).then(|| BoxedUint::from(number.get_copy()))
    }
}

#[cfg(test)]
mod tests {
    use crypto_bigint::U1024;

    use super::*;

    /// The largest prime of 1024 bits, 2^1024 − 105, among the odd integers around it, at every place of a group.
    #[test]
    fn the_prime_of_a_window_is_found_wherever_it_is() {
        for place in 0..10_u32 {
            let start = Zeroizing::new(U1024::MAX.wrapping_sub(&U1024::from(104 + 2 * place)));
            let field = Field {
                start,
                distances: Zeroizing::new((0..2 * 10).step_by(2).collect()),
                next: AtomicUsize::new(0),
                likely: AtomicUsize::new(NONE),
                rounds_begun: AtomicU32::new(0),
                rounds_passed: AtomicU32::new(0),
            };
            field.test_all(1024, &AtomicBool::new(false));
            assert_eq!(field.likely.into_inner(), place as usize);
        }
    }
}
