//! The same key at two places.

use std::collections::HashMap;

use common::keys::Fingerprint;

use super::{PlaceId, Places};
use crate::checks::{Check, Finding, Severity};

/// The key was there before.
pub(crate) static DUPLICATE: Check = Check {
    name: "duplicate",
    severity: Severity::Note,
    what: "The same key stands at two places of the input.",
    why: "A key that is accepted twice is easily removed once only. A host key that several hosts have comes from a \
          cloned image: each of them can pass for the others.",
    remedy: "Keep one of the lines. On cloned hosts remove /etc/ssh/ssh_host_*_key* and run ssh-keygen -A.",
    source: "NIST IR 7966; RFC 4251, section 4.1",
};

/// The keys so far, by the first 16 bytes of their fingerprints: two keys have the same by chance with a probability of
/// 2^-64 among four thousand million.
#[derive(Debug, Default)]
pub(super) struct Duplicates {
    seen: HashMap<[u8; 16], PlaceId>,
}

impl Duplicates {
    /// Takes a key, and finds it among those before.
    pub(super) fn see(&mut self, fingerprint: &Fingerprint, id: PlaceId, places: &Places) -> Option<Finding> {
        let key = fingerprint.digest().first_chunk()?;
        match self.seen.get(key) {
            Some(first) => Some(DUPLICATE.found(format!("the same key as {}", places.at(*first)))),
            None => {
                self.seen.insert(*key, id);
                None
            }
        }
    }
}
