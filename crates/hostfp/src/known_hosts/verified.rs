//! What comes into a file.

use common::key::{Fingerprint, PublicKey};

/// A host whose keys are verified.
#[derive(Debug)]
pub(super) struct Verified {
    /// As `known_hosts` names it.
    pub(super) host: String,
    pub(super) keys: Vec<PublicKey<'static>>,
    /// All that it has proven to hold, also keys about which nothing was expected: a line of the host with another key
    /// of the same type is out of date, and taken out. They are not added: only what was expected is.
    pub(super) shown: Vec<PublicKey<'static>>,
    /// The fingerprints that are expected of the host: a line with such a key stays, whichever key the host has shown.
    pub(super) expected: Vec<Fingerprint>,
}
