//! The operating system's random number generator, the only one that is used.

use std::fmt::Display;

use common::error::Error;

/// It failed: no key is made then.
pub(crate) fn no_randomness(error: &dyn Display) -> Error {
    Error::failure(format!("cannot read system randomness: {error}"))
}
