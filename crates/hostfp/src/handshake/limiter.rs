//! Decides when the next connection may begin.
//!
//! Hosts that answer take time of this machine and of the network, so only a few are asked at once. Hosts that do not answer
//! take only a file descriptor and a small stack, and must not delay the others: a connection that is older than successful
//! ones usually become no longer counts as one of the few. That age is estimated from the hosts themselves (RFC 6298), so a
//! slow network or a loaded machine is not mistaken for dead hosts.

use std::collections::{HashMap, HashSet, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::failure::{Failure, Stage};

/// The limit of young connections at once.
const MAX_YOUNG: usize = 64;
/// The limit of all connections at once, if there are enough file descriptors.
const MAX_OPEN: usize = 1024;
/// The limit of connections at once to one address and port: sshd refuses some if there are more than ten (MaxStartups).
const MAX_AT_ONE_ADDRESS: usize = 3;
/// How many results may be waiting for the one to be reported next.
const MAX_AHEAD: usize = 4096;
/// The bounds of patience: the minimum, and the value before any host has answered.
const PATIENCE: (Duration, Duration) = (Duration::from_millis(250), Duration::from_secs(1));

/// Limits the number of connections at once.
#[derive(Debug)]
pub(crate) struct ConnectionLimiter {
    max_open: usize,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    open: usize,
    /// The young ones, in the order in which they began.
    young: VecDeque<(u64, Instant)>,
    begun: u64,
    /// How many wait for a further connection to a host that has one; they have priority.
    further: usize,
    /// The number of reported results.
    reported: usize,
    estimate: Estimate,
    at: HashMap<SocketAddr, usize>,
    dead: HashSet<SocketAddr>,
}

impl State {
    /// Lets a connection begin if the limits allow it, counts it in the same step, and returns its number.
    fn admit(&mut self, which: Next, now: Instant, max_open: usize) -> Option<u64> {
        let patience = self.estimate.patience();
        while self.young.pop_front_if(|(_, began)| now.duration_since(*began) >= patience).is_some() {}
        let may = match which {
            Next::Host(index) => self.further == 0 && index < self.reported + MAX_AHEAD,
            Next::Further => true,
        };
        if !may || self.young.len() >= MAX_YOUNG || self.open >= max_open {
            return None;
        }
        self.further -= usize::from(which == Next::Further);
        self.open += 1;
        self.begun += 1;
        self.young.push_back((self.begun, now));
        Some(self.begun)
    }
}

/// Which connection is to begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Next {
    /// The first one to the host of that index.
    Host(usize),
    /// Another one to a host that has answered.
    Further,
}

impl ConnectionLimiter {
    /// Makes a limiter for this number of file descriptors; `None` if there is no limit.
    pub(crate) fn new(descriptors: Option<usize>) -> Arc<Self> {
        // A name lookup that is late also holds one.
        let max_open = descriptors.map_or(MAX_OPEN, |limit| (limit.saturating_sub(16) / 2).clamp(1, MAX_OPEN));
        Arc::new(Self { max_open, state: Mutex::default(), changed: Condvar::new() })
    }

    /// The limit of connections at once, if more file descriptors would raise it.
    pub(crate) fn shortened_bound(&self) -> Option<usize> {
        (self.max_open < MAX_OPEN).then_some(self.max_open)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until a connection may begin. It counts until the value is dropped.
    pub(crate) fn enter(self: &Arc<Self>, which: Next) -> Permit {
        let mut state = self.state();
        state.further += usize::from(which == Next::Further);
        loop {
            let now = Instant::now();
            if let Some(number) = state.admit(which, now, self.max_open) {
                return Permit { open: Open(self.clone()), number, began: now };
            }
            let patience = state.estimate.patience();
            let until = state.young.front().map_or(patience, |(_, began)| patience - now.duration_since(*began));
            state = self.changed.wait_timeout(state, until).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Counts a connection, or a name lookup that has timed out but still runs.
    pub(crate) fn open(self: &Arc<Self>) -> Open {
        self.state().open += 1;
        Open(self.clone())
    }

    /// Notes how many results were reported.
    pub(crate) fn reported(&self, count: usize) {
        self.state().reported = count;
        self.changed.notify_all();
    }
}

/// Counts as open until it is dropped.
#[derive(Debug)]
pub(crate) struct Open(Arc<ConnectionLimiter>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.state().open -= 1;
        self.0.changed.notify_all();
    }
}

/// A connection that has begun.
#[derive(Debug)]
pub(crate) struct Permit {
    open: Open,
    number: u64,
    began: Instant,
}

impl Permit {
    /// The limiter that counts it.
    pub(crate) const fn limiter(&self) -> &Arc<ConnectionLimiter> {
        &self.open.0
    }

    /// The connection was successful: its duration is that of a host that answers.
    pub(crate) fn release_ok(&self) {
        self.limiter().state().estimate.learn(self.began.elapsed());
    }

    /// Waits until there are few connections to an address.
    ///
    /// # Errors
    /// A host's whole time limit passed without a connection to that address.
    pub(crate) fn at(&self, address: SocketAddr) -> Result<AddressPermit, Failure> {
        let limiter = self.limiter();
        let mut state = limiter.state();
        loop {
            if state.dead.contains(&address) {
                return Err(Failure::Late(Stage::Connection));
            }
            let there = state.at.entry(address).or_default();
            if *there < MAX_AT_ONE_ADDRESS {
                *there += 1;
                drop(state);
                return Ok(AddressPermit { limiter: limiter.clone(), address });
            }
            state = limiter.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let number = self.number;
        self.limiter().state().young.retain(|(young, _)| *young != number);
        // `open` is dropped next, and wakes the others.
    }
}

/// A connection to an address, from its beginning to its end.
#[derive(Debug)]
pub(crate) struct AddressPermit {
    limiter: Arc<ConnectionLimiter>,
    address: SocketAddr,
}

impl AddressPermit {
    /// No connection is accepted there; later requests fail at once.
    pub(crate) fn mark_unreachable(&self) {
        self.limiter.state().dead.insert(self.address);
    }
}

impl Drop for AddressPermit {
    fn drop(&mut self) {
        let mut state = self.limiter.state();
        if let Some(there) = state.at.get_mut(&self.address) {
            *there -= 1;
            if *there == 0 {
                state.at.remove(&self.address);
            }
        }
        drop(state);
        self.limiter.changed.notify_all();
    }
}

/// Estimates how long successful connections take, as RFC 6298 section 2 estimates round trips.
#[derive(Debug, Default)]
struct Estimate {
    /// The smoothed time and its variation; `None` before the first.
    smoothed: Option<(Duration, Duration)>,
}

impl Estimate {
    fn learn(&mut self, time: Duration) {
        self.smoothed = Some(match self.smoothed {
            None => (time, time / 2),
            Some((smoothed, variation)) => {
                (smoothed * 7 / 8 + time / 8, variation * 3 / 4 + smoothed.abs_diff(time) / 4)
            }
        });
    }

    /// The age from which a connection is assumed to be dead.
    fn patience(&self) -> Duration {
        let (least, first) = PATIENCE;
        self.smoothed.map_or(first, |(smoothed, variation)| (smoothed + variation * 4).max(least))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    #[test]
    fn a_connection_that_waits_in_vain_makes_room_for_others() {
        let limiter = ConnectionLimiter::new(None);
        let silent: Vec<Permit> = (0..3 * MAX_YOUNG).map(|index| limiter.enter(Next::Host(index))).collect();
        assert!(limiter.state().young.len() <= MAX_YOUNG);
        assert_eq!(limiter.state().open, silent.len());
        drop(silent);
        let state = limiter.state();
        assert_eq!((state.open, state.young.len()), (0, 0));
    }

    #[test]
    fn no_more_are_open_than_there_are_descriptors_for() {
        let limiter = ConnectionLimiter::new(Some(20));
        assert_eq!(limiter.shortened_bound(), Some(2));
        let (sender, receiver) = mpsc::channel();
        let turns = [limiter.enter(Next::Host(0)), limiter.enter(Next::Further)];
        let other = limiter.clone();
        let third = thread::spawn(move || {
            let permit = other.enter(Next::Further);
            sender.send(other.state().open).unwrap();
            drop(permit);
        });
        assert!(receiver.recv_timeout(Duration::from_millis(1500)).is_err());
        drop(turns);
        assert!(receiver.recv().unwrap() <= 2);
        third.join().unwrap();
        assert_eq!(ConnectionLimiter::new(Some(0)).shortened_bound(), Some(1));
        assert_eq!(ConnectionLimiter::new(Some(1 << 20)).shortened_bound(), None);
    }

    /// Two connections at once: from the moment the first is admitted, it always counts.
    #[test]
    fn a_connection_that_may_begin_counts_from_that_moment() {
        let mut state = State { further: 2, ..State::default() };
        assert_eq!(state.admit(Next::Further, Instant::now(), 1), Some(1));
        assert_eq!(state.admit(Next::Further, Instant::now(), 1), None);
        assert_eq!((state.open, state.further), (1, 1));
    }

    #[test]
    fn no_more_are_open_however_many_come_at_once() {
        let limiter = ConnectionLimiter::new(Some(20));
        let most = AtomicUsize::new(0);
        thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| {
                    for _ in 0..100 {
                        let _permit = limiter.enter(Next::Further);
                        // The others wait, and are woken together.
                        thread::sleep(Duration::from_micros(100));
                        most.fetch_max(limiter.state().open, Ordering::Relaxed);
                    }
                });
            }
        });
        assert!(most.into_inner() <= 2);
    }

    #[test]
    fn few_connect_to_one_address_and_none_to_an_unreachable_one() {
        let limiter = ConnectionLimiter::new(None);
        let address = SocketAddr::from(([127, 0, 0, 1], 22));
        let permit = limiter.enter(Next::Host(0));
        let mut visits: Vec<AddressPermit> = (0..MAX_AT_ONE_ADDRESS).map(|_| permit.at(address).unwrap()).collect();
        let other = limiter.clone();
        let (sender, receiver) = mpsc::channel();
        let next = thread::spawn(move || sender.send(other.enter(Next::Further).at(address).is_err()).unwrap());
        assert!(receiver.recv_timeout(Duration::from_millis(200)).is_err());
        visits.pop().unwrap().mark_unreachable();
        assert!(receiver.recv().unwrap());
        next.join().unwrap();
        assert!(permit.at(SocketAddr::from(([127, 0, 0, 1], 23))).is_ok());
        drop(visits);
        assert!(limiter.state().at.is_empty());
    }

    #[test]
    fn patience_follows_the_hosts() {
        let mut estimate = Estimate::default();
        assert_eq!(estimate.patience(), PATIENCE.1);
        estimate.learn(Duration::from_secs(1));
        assert_eq!(estimate.patience(), Duration::from_secs(3));
        estimate.learn(Duration::from_secs(2));
        assert_eq!(estimate.patience(), Duration::from_millis(3625));
        for _ in 0..50 {
            estimate.learn(Duration::from_millis(5));
        }
        assert_eq!(estimate.patience(), PATIENCE.0);
        for _ in 0..50 {
            estimate.learn(Duration::from_secs(2));
        }
        assert!((Duration::from_secs(2)..Duration::from_secs(3)).contains(&estimate.patience()));
    }

    #[test]
    fn the_young_are_few_until_they_are_old() {
        let now = Instant::now();
        let mut state = State::default();
        let young = (0..MAX_YOUNG).filter(|index| state.admit(Next::Host(*index), now, MAX_OPEN).is_some());
        assert_eq!(young.count(), MAX_YOUNG);
        assert_eq!(state.admit(Next::Host(MAX_YOUNG), now, MAX_OPEN), None);
        assert!(state.admit(Next::Host(MAX_YOUNG), now + PATIENCE.1, MAX_OPEN).is_some());
        assert_eq!(state.young.len(), 1);
    }

    #[test]
    fn a_new_host_waits_for_further_connections_and_for_earlier_reports() {
        let limiter = ConnectionLimiter::new(None);
        let admit = |which| limiter.state().admit(which, Instant::now(), MAX_OPEN).is_some();
        assert!(admit(Next::Host(MAX_AHEAD - 1)) && !admit(Next::Host(MAX_AHEAD)));
        limiter.reported(1);
        assert!(admit(Next::Host(MAX_AHEAD)));
        limiter.state().further = 1;
        assert!(!admit(Next::Host(0)) && admit(Next::Further) && admit(Next::Host(0)));
    }

    #[test]
    fn ended_connections_no_longer_count() {
        let limiter = ConnectionLimiter::new(None);
        let (first, second) = (limiter.enter(Next::Host(0)), limiter.enter(Next::Host(1)));
        let lookup = limiter.open();
        assert_eq!(limiter.state().open, 3);
        drop(first);
        drop(lookup);
        assert_eq!(limiter.state().open, 1);
        assert!(limiter.state().young.iter().map(|(number, _)| *number).eq([second.number]));
        assert!(limiter.state().estimate.smoothed.is_none());
        second.release_ok();
        assert!(limiter.state().estimate.smoothed.is_some());
    }
}
