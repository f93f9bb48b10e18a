//! All keys of one host, with as few connections as it has types.
//!
//! The first connection offers every type that is wanted, and reveals in passing which ones the host has; each of the
//! others is then asked for on a connection of its own. sshd drops who connects too often at once (MaxStartups), and
//! remembers who never logs in (PerSourcePenalties).

use std::thread;

use common::keys::Kind;

use super::algorithm::{HOST_KEYS, HostKeyAlgorithm, kinds};
use super::connect::{Reach, addresses, connect};
use super::failure::{Failure, Need};
use super::target::Target;
use super::{Proven, handshake};

/// How many connections to one host there are at once.
const AT_ONCE: usize = 3;

/// Which types a host is asked for: these, and where it has none of them whichever else it has.
#[derive(Clone, Debug)]
pub(crate) struct Wanted {
    kinds: Vec<Kind>,
}

impl Wanted {
    /// All but DSA, which is only asked for where there is nothing else: it has been out of use for long.
    pub(crate) fn all() -> Self {
        Self { kinds: kinds().into_iter().filter(|kind| *kind != Kind::Dsa).collect() }
    }

    /// These; where a host has none of them, what it shows instead says what is missing.
    pub(crate) fn these(these: &[Kind]) -> Self {
        Self { kinds: kinds().into_iter().filter(|kind| these.contains(kind)).collect() }
    }

    /// The algorithms of the first offer: what is wanted, then the rest.
    fn first_offer(&self) -> Vec<&'static HostKeyAlgorithm> {
        let wanted = |algorithm: &&HostKeyAlgorithm| self.kinds.contains(&algorithm.kind);
        let mut offer: Vec<_> = HOST_KEYS.iter().filter(wanted).collect();
        offer.extend(HOST_KEYS.iter().filter(|algorithm| !wanted(algorithm)));
        offer
    }
}

/// What a host has shown: keys that it has proven to hold, and what failed, in the order in which it was asked.
pub(crate) type Shown = Vec<Result<Proven, Failure>>;

/// Asks a host for its keys. There is at least one result.
pub(crate) fn scan(target: &Target, wanted: &Wanted, reach: Reach) -> Shown {
    let addresses = match addresses(target, reach) {
        Ok(addresses) => addresses,
        Err(failure) => return vec![Err(failure)],
    };
    let ask = |algorithms: &[&HostKeyAlgorithm]| handshake(connect(&addresses, reach)?, algorithms);
    let first = match ask(&wanted.first_offer()) {
        Ok(first) => first,
        Err(failure) => return vec![Err(failure)],
    };
    let rest = remaining(wanted, &first);
    let mut shown = vec![Ok(first)];
    for types in rest.chunks(AT_ONCE) {
        let results: Shown = thread::scope(|scope| {
            let asked: Vec<_> = types.iter().map(|algorithms| scope.spawn(|| ask(algorithms))).collect();
            // A handshake does not panic; if it did, the host has shown nothing.
            asked.into_iter().map(|asked| asked.join().unwrap_or(Err(Failure::Protocol("it confused us")))).collect()
        });
        let given_up =
            results.iter().any(|result| result.as_ref().is_err_and(|failure| !failure.is_about_this_key_only()));
        shown.extend(results);
        if given_up {
            break;
        }
    }
    shown
}

/// The algorithms of each type that is wanted, that the host has, and that it has not shown yet.
fn remaining(wanted: &Wanted, first: &Proven) -> Vec<Vec<&'static HostKeyAlgorithm>> {
    wanted
        .kinds
        .iter()
        .filter(|kind| **kind != first.key.kind())
        .map(|kind| {
            let has = |algorithm: &HostKeyAlgorithm| first.offered.iter().any(|name| name == algorithm.name);
            HOST_KEYS.iter().filter(|algorithm| algorithm.kind == *kind && has(algorithm)).collect::<Vec<_>>()
        })
        .filter(|algorithms| !algorithms.is_empty())
        .collect()
}

/// Whether a failure is only that the host has no key of a wanted type.
pub(crate) const fn lacks_wanted_types(failure: &Failure) -> bool {
    matches!(failure, Failure::NothingInCommon { need: Need::HostKey, .. })
}

#[cfg(test)]
mod tests {
    use common::keys::PublicKey;

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
    }

    #[test]
    fn only_what_the_host_has_is_asked_for_next() {
        let first = Proven {
            key: PublicKey::ed25519(&[7; 32]).unwrap(),
            offered: ["ssh-dss", "rsa-sha2-256", "ssh-rsa", "ssh-ed25519", "ssh-new"].map(str::to_owned).to_vec(),
        };
        let rest = remaining(&Wanted::all(), &first);
        assert_eq!(rest.iter().map(|algorithms| names(algorithms)).collect::<Vec<_>>(), [["rsa-sha2-256", "ssh-rsa"]]);
    }
}
