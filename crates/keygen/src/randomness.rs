//! The operating system's random number generator, the only one in use.

use std::fmt::Display;

use common::error::Error;
use common::keyfile::Bytes;
use getrandom::SysRng;
use rand_core::TryRng as _;
use zeroize::Zeroizing;

/// Fills a buffer with random bytes.
///
/// # Errors
/// The operating system fails.
pub(crate) fn fill(bytes: &mut [u8]) -> Result<(), Error> {
    SysRng.try_fill_bytes(bytes).map_err(|error| no_randomness(&error))
}

/// Returns `length` random bytes, wiped when dropped.
///
/// # Errors
/// The operating system fails.
pub(crate) fn random(length: usize) -> Result<Bytes, Error> {
    let mut bytes = Zeroizing::new(vec![0; length]);
    fill(&mut bytes)?;
    Ok(bytes)
}

/// The error of a failed generator; no key is made then.
pub(crate) fn no_randomness(error: &dyn Display) -> Error {
    Error::failure(format!("cannot read system randomness: {error}"))
}
