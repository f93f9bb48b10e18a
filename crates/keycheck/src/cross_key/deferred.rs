//! Defines findings about a key that need all keys.

use common::error::Place;
use common::key::Fingerprint;

use crate::finding::Finding;

/// Findings for an RSA key that was reported before.
#[derive(Debug)]
pub(crate) struct DeferredFindings {
    /// Its ordinal in the run, from 0: two keys may have the same place.
    pub ordinal: u32,
    /// Its place.
    pub place: Place,
    /// Whether it passed in that report.
    pub passed: bool,
    /// The size of its modulus in bits.
    pub bits: usize,
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// The findings.
    pub findings: Vec<Finding>,
}
