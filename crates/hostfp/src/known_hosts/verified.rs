//! A verified host to add to a file.

use common::key::{Fingerprint, PublicKey};

/// A host whose keys are verified.
#[derive(Debug)]
pub(super) struct Verified {
    /// As `known_hosts` names it.
    pub(super) host: String,
    pub(super) keys: Vec<PublicKey<'static>>,
    /// All keys that it has proven to hold, also those that were not expected. A line of the host with another key of the
    /// same type is outdated, and removed. Only expected keys are added.
    pub(super) shown: Vec<PublicKey<'static>>,
    /// The fingerprints that are expected of the host. A line with such a key stays, whichever key the host has shown.
    pub(super) expected: Vec<Fingerprint>,
}
