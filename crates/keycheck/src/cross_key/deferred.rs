//! What is found about a key only when all keys are there.

use common::error::Place;
use common::key::Fingerprint;

use crate::finding::Finding;

/// Findings for an RSA key that was reported before.
#[derive(Debug)]
pub(crate) struct DeferredFindings {
    /// Which key of the run it is, counted from 0: two keys may be at one place.
    pub ordinal: u32,
    /// Its place.
    pub place: Place,
    /// Whether it passed then.
    pub passed: bool,
    /// The size of its modulus in bits.
    pub bits: usize,
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// What was found.
    pub findings: Vec<Finding>,
}
