//! The operating system's randomness, the only one that is used.

use std::fmt::Display;

use common::error::Error;
use common::keyfile::Bytes;
use getrandom::SysRng;
use rand_core::TryRng as _;
use zeroize::Zeroizing;

/// Fills a buffer.
///
/// # Errors
/// The operating system fails.
pub(crate) fn fill(bytes: &mut [u8]) -> Result<(), Error> {
    SysRng.try_fill_bytes(bytes).map_err(|error| cannot_read(&error))
}

/// `length` random bytes, wiped when dropped.
///
/// # Errors
/// The operating system fails.
pub(crate) fn random(length: usize) -> Result<Bytes, Error> {
    let mut bytes = Zeroizing::new(vec![0; length]);
    fill(&mut bytes)?;
    Ok(bytes)
}

/// No key is made without randomness.
pub(crate) fn cannot_read(error: &dyn Display) -> Error {
    Error::failure(format!("cannot read system randomness: {error}"))
}
