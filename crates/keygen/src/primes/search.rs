//! The search on all cores.

use std::fmt::Display;
use std::num::NonZero;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use common::error::Error;
use crypto_bigint::{BoxedUint, Odd, Uint};
use rand_core::TryRng;
use zeroize::Zeroizing;

use super::primality::{Candidate, rounds};
use super::sieve::{self, Window};
use super::small::odd_primes;
use super::{Found, start};
use crate::generate::no_randomness;

/// How many odd numbers of a window are looked at for each bit; on average there is a prime among 0.35 for each bit.
const WINDOW_PER_BIT: usize = 4;

/// More threads than this gain nothing: each has its own sieve to make.
const MOST_THREADS: usize = 16;

/// Finds so many primes of exactly `bits` bits. Every thread searches from starts of its own until enough are found by
/// any: two threads for two primes, each for its own, would leave one idle after half of the time on average.
///
/// # Errors
/// The source of randomness fails. No thread is left behind.
pub(super) fn search<const L: usize, R>(bits: u32, count: usize, random: R) -> Result<Found, Error>
where
    R: TryRng<Error: Display + Send> + Copy + Send + Sync,
{
    let search = Search::<L, R::Error> {
        bits,
        count,
        small_primes: odd_primes(sieve::bound(bits)),
        state: Mutex::new(State { primes: Zeroizing::default(), failure: None }),
        done: AtomicBool::new(false),
    };
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS);
    thread::scope(|scope| {
        for _ in 1..threads {
            // Where there are no more threads to be had, this one goes on alone.
            let _ = thread::Builder::new().spawn_scoped(scope, || search.run(random));
        }
        search.run(random);
    });
    let state = search.state.into_inner().unwrap_or_else(PoisonError::into_inner);
    state.failure.map_or(Ok(state.primes), |error| Err(no_randomness(&error)))
}

/// What the threads share.
struct Search<const L: usize, E> {
    bits: u32,
    count: usize,
    small_primes: Vec<u32>,
    state: Mutex<State<E>>,
    done: AtomicBool,
}

struct State<E> {
    primes: Found,
    failure: Option<E>,
}

impl<const L: usize, E> Search<L, E> {
    /// Searches until there are enough primes, or until somebody fails.
    fn run<R: TryRng<Error = E>>(&self, mut random: R) {
        while !self.is_done() {
            match self.next(&mut random) {
                Ok(Some(prime)) => self.found(&prime),
                Ok(None) => {}
                Err(error) => self.failed(error),
            }
        }
    }

    /// The first prime after a random start; none when the window has none, or when no more are wanted.
    fn next<R: TryRng<Error = E>>(&self, random: &mut R) -> Result<Option<Candidate<L>>, E> {
        let start = start::odd::<L, R>(self.bits, random)?;
        let window = Window::new(&start, self.bits as usize * WINDOW_PER_BIT, &self.small_primes);
        for distance in window.left() {
            if self.is_done() {
                return Ok(None);
            }
            let number = Zeroizing::new(start.wrapping_add(&Uint::from(distance)));
            // Past the last number of that size there is none to be had. This never happens by chance.
            let Some(odd) = Odd::new(*number).into_option().filter(|_| number.bits() == self.bits) else { break };
            let candidate = Candidate::new(odd, self.bits);
            if candidate.passes_base_2() && candidate.passes_rounds(rounds(self.bits), random)? {
                return Ok(Some(candidate));
            }
        }
        Ok(None)
    }

    fn found(&self, prime: &Candidate<L>) {
        let mut prime = Zeroizing::new(BoxedUint::from(prime.number()));
        let mut state = self.state();
        if state.primes.len() < self.count {
            state.primes.push(std::mem::take(&mut *prime));
        }
        if state.primes.len() == self.count {
            self.done.store(true, Ordering::Relaxed);
        }
    }

    fn failed(&self, error: E) {
        self.state().failure.get_or_insert(error);
        self.done.store(true, Ordering::Relaxed);
    }

    fn is_done(&self) -> bool {
        self.done.load(Ordering::Relaxed)
    }

    fn state(&self) -> MutexGuard<'_, State<E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
