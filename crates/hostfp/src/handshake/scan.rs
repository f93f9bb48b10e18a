//! Obtains all keys of one host, with as few connections as it has key types.
//!
//! The first connection offers every wanted type. The host's own offer, which precedes its key, reveals its types; each of
//! the other types is then requested on a connection of its own, while the first connection continues. sshd drops clients
//! that connect too often at once (MaxStartups), and remembers those that never log in (PerSourcePenalties).

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Mutex, PoisonError};

use common::key::{Kind, PublicKey};
use common::pool;

use super::algorithm::{HOST_KEYS, HostKeyAlgorithm, kinds, signs_with_sha1};
use super::connect::{ConnectOptions, addresses, connect};
use super::exchange::Weakness;
use super::failure::{Failure, Need};
use super::limiter::{Next, Permit};
use super::target::Target;
use super::{Proven, greet};

/// The limit of connections at once to one host.
const AT_ONCE: usize = 4;

/// The stack size of a thread that is connected to a host, in bytes. The arithmetic takes some 100,000.
pub(crate) const STACK: usize = 512 * 1024;

/// The types to ask a host for: these, and if it has none of them, any other that it has.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    kinds: Vec<Kind>,
    /// If a host has none of them, ask it for no other type.
    only: bool,
}

impl Wanted {
    /// All but DSA, which is long obsolete and only requested if there is no other.
    pub(crate) fn all() -> Self {
        Self { kinds: kinds().into_iter().filter(|kind| *kind != Kind::Dsa).collect(), only: false }
    }

    /// These types. If a host has none of them, it is asked for any other, which shows what is missing.
    pub(crate) fn these(these: &[Kind]) -> Self {
        Self { kinds: kinds().into_iter().filter(|kind| these.contains(kind)).collect(), only: false }
    }

    /// These, and no others.
    pub(crate) fn only(these: &[Kind]) -> Self {
        Self { only: true, ..Self::these(these) }
    }

    /// The algorithms of the first offer: the wanted ones, then the others unless only those are wanted.
    fn first_offer(&self) -> Vec<&'static HostKeyAlgorithm> {
        let wanted = |algorithm: &&HostKeyAlgorithm| self.kinds.contains(&algorithm.kind);
        let mut offer: Vec<_> = HOST_KEYS.iter().filter(wanted).collect();
        offer.extend(HOST_KEYS.iter().filter(|algorithm| !self.only && !wanted(algorithm)));
        offer
    }
}

/// The keys of a host, and its failures.
#[derive(Debug, Default)]
pub(crate) struct Shown {
    /// The address that was reached; `None` if none was.
    pub(crate) address: Option<SocketAddr>,
    /// The keys that it has proven to hold, in order of preference.
    pub(crate) proven: Vec<Proven>,
    /// The failures; at least one if there is no key.
    pub(crate) failures: Vec<Failure>,
    /// Whether it offers only signatures with SHA-1, which OpenSSH since 8.8 rejects by default.
    pub(crate) signs_with_sha1_only: bool,
    /// The weakness of the key exchanges that it offers.
    pub(crate) weakness: Option<Weakness>,
}

impl Shown {
    /// The keys that it has proven to hold.
    pub(crate) fn keys(&self) -> Vec<&PublicKey<'static>> {
        self.proven.iter().map(|proven| &proven.key).collect()
    }
}

/// Asks the host that is at one of these places for its keys. `permit` is for the first connection.
pub(crate) fn scan(places: &[Target], wanted: &Wanted, options: ConnectOptions, permit: Permit) -> Shown {
    let mut shown = Shown::default();
    if let Err(failure) = ask(places, wanted, options, permit, &mut shown) {
        shown.failures.push(failure);
    }
    shown
}

fn ask(
    places: &[Target],
    wanted: &Wanted,
    options: ConnectOptions,
    permit: Permit,
    shown: &mut Shown,
) -> Result<(), Failure> {
    let limiter = permit.limiter().clone();
    let connection = connect(&addresses(places, options, &limiter)?, options, &permit)?;
    let address = connection.address;
    shown.address = Some(address);
    let first = greet(connection, &wanted.first_offer())?;
    shown.weakness = first.weakness;
    shown.signs_with_sha1_only = first.offered.iter().all(|name| signs_with_sha1(name));
    let rest = Rest::of(remaining(wanted, first.kind(), &first.offered));
    let further = |algorithms: &[&HostKeyAlgorithm]| {
        let permit = limiter.enter(Next::Further);
        let proven = greet(connect(&[address], options, &permit)?, algorithms)?.prove()?;
        permit.release_ok();
        Ok(proven)
    };
    let helpers = rest.count.min(AT_ONCE - 1);
    let first = pool::with_helpers(
        helpers,
        STACK,
        || rest.ask_all(&further),
        || {
            let first = first.prove();
            if first.is_ok() {
                permit.release_ok();
            }
            rest.note_failure(first.as_ref().err());
            drop(permit);
            rest.ask_all(&further);
            first
        },
    );
    let mut failures = Vec::new();
    for result in std::iter::once(first).chain(rest.results()) {
        match result {
            Ok(proven) => shown.proven.push(proven),
            Err(failure) => failures.push(failure),
        }
    }
    // A failure that ended every connection is reported once.
    failures.dedup_by_key(|failure: &mut Failure| failure.to_string());
    shown.failures = failures;
    Ok(())
}

/// A type of key, as the algorithms that request it.
type Type = Vec<&'static HostKeyAlgorithm>;

/// The types that a host has not been asked for yet, and the results for the others.
struct Rest {
    count: usize,
    types: Mutex<VecDeque<(usize, Type)>>,
    results: Mutex<Vec<(usize, Result<Proven, Failure>)>>,
}

impl Rest {
    fn of(types: Vec<Type>) -> Self {
        Self {
            count: types.len(),
            types: Mutex::new(types.into_iter().enumerate().collect()),
            results: Mutex::default(),
        }
    }

    /// Asks for one type after another, until none is left or further attempts cannot succeed.
    fn ask_all(&self, ask: &impl Fn(&[&HostKeyAlgorithm]) -> Result<Proven, Failure>) {
        loop {
            let next = self.types.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
            let Some((index, algorithms)) = next else { return };
            let result = ask(&algorithms);
            self.note_failure(result.as_ref().err());
            self.results.lock().unwrap_or_else(PoisonError::into_inner).push((index, result));
        }
    }

    /// After a failure that is not about one key only, the host is asked for no other.
    fn note_failure(&self, failure: Option<&Failure>) {
        if failure.is_some_and(|failure| !failure.is_about_this_key_only()) {
            self.types.lock().unwrap_or_else(PoisonError::into_inner).clear();
        }
    }

    /// The results, in the order of the types.
    fn results(self) -> impl Iterator<Item = Result<Proven, Failure>> {
        let mut results = self.results.into_inner().unwrap_or_else(PoisonError::into_inner);
        results.sort_by_key(|(index, _)| *index);
        results.into_iter().map(|(_, result)| result)
    }
}

/// The algorithms of each wanted type that the host has, except the type of the first connection.
fn remaining(wanted: &Wanted, first: Kind, offered: &[String]) -> Vec<Type> {
    wanted
        .kinds
        .iter()
        .filter(|kind| **kind != first)
        .map(|kind| {
            let has = |algorithm: &HostKeyAlgorithm| offered.iter().any(|name| name == algorithm.name);
            HOST_KEYS.iter().filter(|algorithm| algorithm.kind == *kind && has(algorithm)).collect::<Vec<_>>()
        })
        .filter(|algorithms| !algorithms.is_empty())
        .collect()
}

/// Whether the only failure is that the host has no key of a wanted type.
pub(crate) const fn lacks_wanted_types(failure: &Failure) -> bool {
    matches!(failure, Failure::NothingInCommon { need: Need::HostKey, .. })
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write as _};
    use std::net::TcpListener;
    use std::slice;
    use std::thread;
    use std::time::Duration;

    use super::super::connect::Family;
    use super::super::failure::Stage;
    use super::super::limiter::ConnectionLimiter;
    use super::super::which::which;
    use super::*;

    fn names(algorithms: &[&HostKeyAlgorithm]) -> Vec<&'static str> {
        algorithms.iter().map(|algorithm| algorithm.name).collect()
    }

    #[test]
    fn the_wanted_types_are_offered_before_all_others() {
        let offer = Wanted::these(&[Kind::Rsa]).first_offer();
        assert_eq!(names(&offer)[..3], ["rsa-sha2-512", "rsa-sha2-256", "rsa-sha2-512-cert-v01@openssh.com"]);
        assert_eq!(offer.len(), HOST_KEYS.len());
        assert_eq!(names(&Wanted::all().first_offer()).last(), Some(&"ssh-dss"));
        assert_eq!(names(&Wanted::only(&[Kind::Dsa]).first_offer()), ["ssh-dss"]);
    }

    #[test]
    fn only_what_the_host_has_is_asked_for_next() {
        let offered = ["ssh-dss", "rsa-sha2-256", "ssh-rsa", "ssh-ed25519", "ssh-new"].map(str::to_owned);
        let rest = remaining(&Wanted::all(), Kind::Ed25519, &offered);
        assert_eq!(rest.iter().map(|algorithms| names(algorithms)).collect::<Vec<_>>(), [["rsa-sha2-256", "ssh-rsa"]]);
    }

    #[test]
    fn after_a_failure_beyond_one_key_a_host_is_asked_for_no_other() {
        let offered: Vec<String> = HOST_KEYS.iter().map(|algorithm| algorithm.name.to_owned()).collect();
        let types = || remaining(&Wanted::all(), Kind::Ed25519, &offered);
        let asked_for = |fail: &dyn Fn() -> Failure| {
            let rest = Rest::of(types());
            rest.ask_all(&|_: &[&HostKeyAlgorithm]| Err(fail()));
            rest.results().filter(Result::is_err).count()
        };
        assert!(types().len() > 2);
        let lacking = || Failure::NothingInCommon { need: Need::HostKey, offered: Vec::new() };
        assert!(lacks_wanted_types(&lacking()) && !lacks_wanted_types(&Failure::Closed(Stage::KexInit)));
        assert_eq!(asked_for(&lacking), types().len());
        assert_eq!(asked_for(&|| Failure::Closed(Stage::KexInit)), 1);
        let rest = Rest::of(types());
        rest.note_failure(None);
        rest.note_failure(Some(&lacking()));
        assert_eq!(rest.types.lock().unwrap().len(), rest.count);
        rest.note_failure(Some(&Failure::Late(Stage::Banner)));
        assert!(rest.types.lock().unwrap().is_empty());
    }

    #[test]
    fn failures_are_reported_with_the_address() {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let host = thread::spawn(move || {
            for _ in 0..2 {
                let (mut stream, _) = listener.accept().unwrap();
                stream.write_all(b"SSH-1.5-old\r\n").unwrap();
                // Until the other end has closed it.
                let _ = io::copy(&mut stream, &mut io::sink());
            }
        });
        let target = Target { host: address.ip().to_string(), port: address.port() };
        let options = ConnectOptions { family: Family::Any, limit: Duration::from_secs(20) };
        let permit = ConnectionLimiter::new(None).enter(Next::Host(0));
        let shown = scan(slice::from_ref(&target), &Wanted::all(), options, permit);
        assert_eq!(shown.address, Some(address));
        assert!(matches!(&shown.failures[..], [Failure::OtherVersion(_)]), "{shown:?}");
        let found = which(&target, options, |_| true);
        assert!(matches!(found, Err(Failure::OtherVersion(_))), "{found:?}");
        host.join().unwrap();
    }
}
