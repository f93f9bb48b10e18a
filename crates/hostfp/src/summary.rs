//! Summarises a fleet: how many hosts are as expected, and which ones share a key.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;

use common::key::{Hash, PublicKey};

use crate::handshake::failure::Failure;
use crate::object::SummaryObject;

/// The version of the objects that `--json` prints.
const SCHEMA: u32 = 1;

/// The result for a host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// All its keys were shown, and there was nothing to compare them with.
    Shown,
    /// It is the expected host.
    AsExpected,
    /// It is not the expected host, or has not proven to hold its key.
    NotAsExpected,
    /// There is no expectation for it; it was not asked.
    WithoutExpectation,
    /// There was no answer.
    Unreachable,
    /// It answered, but was not usable.
    Failed,
}

/// The results in the order of the summary, with its words.
const ENDS: [(End, &str); 6] = [
    (End::Shown, "shown"),
    (End::AsExpected, "as expected"),
    (End::NotAsExpected, "not as expected"),
    (End::WithoutExpectation, "without expectation"),
    (End::Unreachable, "unreachable"),
    (End::Failed, "failed"),
];

impl End {
    /// The result for a host that failed in this way.
    pub(crate) const fn of(failure: &Failure) -> Self {
        if failure.is_no_answer() {
            Self::Unreachable
        } else if matches!(failure, Failure::Forged(_)) {
            Self::NotAsExpected
        } else {
            Self::Failed
        }
    }
}

/// Counts hosts.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    ends: Vec<End>,
    keys: HashMap<[u8; 32], Holders>,
}

/// The hosts that have shown a key, by their indices, counted from 0.
#[derive(Debug)]
struct Holders {
    hosts: Vec<usize>,
    address: SocketAddr,
    /// The key, once two addresses share it.
    key: Option<Box<PublicKey<'static>>>,
}

/// Keys that the same hosts share.
#[derive(Debug)]
pub(crate) struct Shared {
    /// The hosts' indices, counted from 0.
    pub(crate) hosts: Vec<usize>,
    /// The keys.
    pub(crate) keys: Vec<PublicKey<'static>>,
}

impl Summary {
    /// Counts the next host.
    pub(crate) fn count(&mut self, end: End) {
        self.ends.push(end);
    }

    /// Notes that the next host has proven to hold this key. One address counts as one machine, however many names it has.
    pub(crate) fn holds(&mut self, key: &PublicKey<'_>, address: SocketAddr) {
        let host = self.ends.len();
        let Ok(digest) = Hash::Sha256.digest(key.plain_blob()).try_into() else { return };
        match self.keys.entry(digest) {
            Entry::Vacant(vacant) => drop(vacant.insert(Holders { hosts: vec![host], address, key: None })),
            Entry::Occupied(mut there) => {
                let holders = there.get_mut();
                if holders.address != address {
                    holders.key.get_or_insert_with(|| Box::new(key.clone().into_owned()));
                }
                holders.hosts.push(host);
            }
        }
    }

    /// The keys that hosts at different addresses share, in the order of the hosts.
    pub(crate) fn shared(self) -> Vec<Shared> {
        let mut shared: BTreeMap<Vec<usize>, Vec<PublicKey<'static>>> = BTreeMap::new();
        for holders in self.keys.into_values() {
            if let Some(key) = holders.key {
                shared.entry(holders.hosts).or_default().push(*key);
            }
        }
        let in_order = |(hosts, mut keys): (Vec<usize>, Vec<PublicKey<'static>>)| {
            keys.sort_by(|one, other| one.type_name().cmp(other.type_name()));
            Shared { hosts, keys }
        };
        shared.into_iter().map(in_order).collect()
    }

    /// The summary as an object.
    pub(crate) fn object(&self) -> SummaryObject {
        let count = |end: End| self.ends.iter().filter(|counted| **counted == end).count();
        SummaryObject {
            schema: SCHEMA,
            hosts: self.ends.len(),
            shown: count(End::Shown),
            as_expected: count(End::AsExpected),
            not_as_expected: count(End::NotAsExpected),
            without_expectation: count(End::WithoutExpectation),
            unreachable: count(End::Unreachable),
            failed: count(End::Failed),
        }
    }

    /// "1000 hosts: 997 as expected, 2 not as expected, 1 unreachable".
    pub(crate) fn words(&self) -> String {
        let counts: Vec<String> = ENDS
            .iter()
            .map(|(end, words)| (self.ends.iter().filter(|counted| *counted == end).count(), words))
            .filter(|(count, _)| *count > 0)
            .map(|(count, words)| format!("{count} {words}"))
            .collect();
        format!("{} hosts: {}", self.ends.len(), counts.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> PublicKey<'static> {
        PublicKey::ed25519(&[byte; 32]).unwrap()
    }

    fn address(last: u8) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, last], 22))
    }

    #[test]
    fn hosts_are_counted_by_how_they_came_out() {
        let mut summary = Summary::default();
        for end in [End::AsExpected, End::Unreachable, End::AsExpected, End::NotAsExpected] {
            summary.count(end);
        }
        assert_eq!(summary.words(), "4 hosts: 2 as expected, 1 not as expected, 1 unreachable");
    }

    #[test]
    fn a_key_is_shared_between_addresses_and_not_between_names_of_one() {
        let mut summary = Summary::default();
        let rsa = PublicKey::rsa(&[3], &[0xc5; 256]).unwrap();
        for (ed25519, last) in [(1, 1), (2, 2), (1, 3), (3, 4), (3, 4)] {
            summary.holds(&key(ed25519), address(last));
            if ed25519 == 1 {
                summary.holds(&rsa, address(last));
            }
            summary.count(End::Shown);
        }
        let shared = summary.shared();
        assert_eq!(shared.len(), 1, "{shared:?}");
        assert_eq!((&shared[0].hosts[..], shared[0].keys.len()), (&[0, 2][..], 2));
    }
}
