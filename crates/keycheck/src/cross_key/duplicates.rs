//! Finds keys that are at two places.

use std::collections::HashMap;

use common::error::Error;
use common::key::Fingerprint;

use super::places::{PlaceId, Places};
use crate::finding::{Check, Finding, Other, Severity};

/// The key was there before.
pub(crate) static DUPLICATE: Check = Check {
    name: "duplicate",
    severity: Severity::Note,
    what: "The same key is at two places of the input.",
    why: "A key that is accepted twice is easily removed only once. A host key that several hosts have comes \
          from a cloned image: each of them can impersonate the others.",
    remedy: "Keep one of the lines. On cloned hosts remove /etc/ssh/ssh_host_*_key* and run ssh-keygen -A.",
    source: "NIST IR 7966; RFC 4251, section 4.1",
};

/// The memory of a key in the table, in bytes: its entry, twice as much if the table has just grown, and the table that it
/// grows from.
const ENTRY: u64 = 3 * 25;

/// The keys so far, by the first 16 bytes of their fingerprints: among four billion keys, two have the same by chance with a
/// probability of 2^-64.
#[derive(Debug)]
pub(super) struct Duplicates {
    seen: HashMap<[u8; 16], PlaceId>,
    /// The most bytes that the table may take.
    limit: u64,
    /// The number of keys that were left out, for lack of memory.
    left_out: u64,
}

impl Duplicates {
    /// Creates an empty table, which takes at most `limit` bytes.
    pub(super) fn within(limit: u64) -> Self {
        Self { seen: HashMap::new(), limit, left_out: 0 }
    }

    /// Adds a key. Returns the finding for a key that was added before.
    pub(super) fn insert(&mut self, fingerprint: &Fingerprint, id: PlaceId, places: &Places) -> Option<Finding> {
        let key = fingerprint.digest().first_chunk()?;
        if let Some(first) = self.seen.get(key) {
            let first = Other { place: places.at(*first), fingerprint: *fingerprint };
            return Some(DUPLICATE.found(format!("the same key as {}", first.place)).with([first]));
        }
        if (self.seen.len() as u64 + 1).saturating_mul(ENTRY) > self.limit {
            self.left_out += 1;
        } else {
            self.seen.insert(*key, id);
        }
        None
    }

    /// Returns the error if there were more keys than the memory suffices for.
    pub(super) fn given_up(&self) -> Option<Error> {
        let kept = self.seen.len();
        (self.left_out > 0).then(|| {
            Error::failure(format!(
                "duplicates were not looked for among all keys: the memory suffices for the first {kept}, and {} more \
                 were compared only with those",
                self.left_out
            ))
            .hint("give fewer keys at once, or leave it out with `--skip duplicate,rsa-shared-prime`")
        })
    }
}

#[cfg(test)]
mod tests {
    use common::error::Place;
    use common::key::{Hash, PublicKey};

    use super::*;

    #[test]
    fn more_keys_than_fit_into_memory_are_reported() {
        let mut places = Places::default();
        let id = places.put(&Place { file: "f".to_owned(), line: Some(1) });
        let mut duplicates = Duplicates::within(10 * ENTRY);
        let mut is_known = |n: u8| {
            let fingerprint = PublicKey::rsa(&[3], &[n; 100]).unwrap().fingerprint(Hash::Sha256);
            duplicates.insert(&fingerprint, id, &places).is_some()
        };
        assert!((1..=10).all(|n| !is_known(n)) && (1..=10).all(&mut is_known));
        assert!(!is_known(11) && !is_known(11));
        assert!(duplicates.given_up().unwrap().message().contains("the first 10, and 2 more"));
        assert!(Duplicates::within(0).given_up().is_none());
    }
}
