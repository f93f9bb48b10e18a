//! The formats of private keys: their names, a reader for all of them, and a writer for each.

mod format;
mod open;
mod openssh;
mod surroundings;

pub use format::{Format, Hardening};
pub use open::{Opened, open};
pub use surroundings::Surroundings;
