//! Finds which of a host's keys has a fingerprint whose type is unknown. The search stops at the first match.
//!
//! ssh may already have a connection to the host at that time, and each connection that ends without a login counts against
//! the client (PerSourcePenalties, since OpenSSH 9.8). So there is one connection at a time, and none for a type that the
//! host does not have.

use std::slice;
use std::time::{Duration, Instant};

use common::key::{Curve, Kind, PublicKey};

use super::algorithm::{HOST_KEYS, HostKeyAlgorithm};
use super::connect::{ConnectOptions, addresses, connect};
use super::failure::{Failure, Stage};
use super::greet;
use super::limiter::{ConnectionLimiter, Next};
use super::target::Target;

/// The types, the most likely one first: Microsoft's article asks for the ECDSA fingerprint.
const LIKELY: [Kind; 6] = [
    Kind::Ecdsa(Curve::Nistp256),
    Kind::Ed25519,
    Kind::Rsa,
    Kind::Ecdsa(Curve::Nistp384),
    Kind::Ecdsa(Curve::Nistp521),
    Kind::MlDsa44Ed25519,
];

/// Returns the type of the first key for which `is_it` holds, among those that the host proves to hold; `None` if it holds
/// for none of them. The whole search takes at most `options.limit`.
///
/// # Errors
/// The host does not prove all its keys, and the wanted one may be among the others.
pub(crate) fn which(
    target: &Target,
    options: ConnectOptions,
    is_it: impl Fn(&PublicKey<'_>) -> bool,
) -> Result<Option<Kind>, Failure> {
    let end = Instant::now() + options.limit;
    let left = || match end.saturating_duration_since(Instant::now()) {
        Duration::ZERO => Err(Failure::Late(Stage::Connection)),
        limit => Ok(ConnectOptions { limit, ..options }),
    };
    let permit = ConnectionLimiter::new(None).enter(Next::Further);
    let addresses = addresses(slice::from_ref(target), options, permit.limiter())?;
    let mut kinds = LIKELY.to_vec();
    let mut offered: Option<Vec<String>> = None;
    loop {
        let has = |algorithm: &HostKeyAlgorithm| {
            offered.as_ref().is_none_or(|offered| offered.iter().any(|name| name == algorithm.name))
        };
        let algorithms_of = |kind: &Kind| {
            let kind = *kind;
            HOST_KEYS.iter().filter(move |algorithm| algorithm.kind == kind)
        };
        let algorithms: Vec<_> = kinds.iter().flat_map(algorithms_of).filter(|algorithm| has(algorithm)).collect();
        if algorithms.is_empty() {
            return Ok(None);
        }
        let greeted = greet(connect(&addresses, left()?, &permit)?, &algorithms)?;
        let here = greeted.offered.clone();
        let proven = greeted.prove()?;
        if is_it(&proven.key) {
            return Ok(Some(proven.key.kind()));
        }
        kinds.retain(|kind| *kind != proven.key.kind());
        offered.get_or_insert(here);
    }
}
