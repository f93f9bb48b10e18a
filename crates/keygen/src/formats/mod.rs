//! The formats of private keys: their names, reading a key in any of them, writing it in one.

mod format;
mod open;
mod openssh;
mod surroundings;

pub use format::{Format, Hardening};
pub use open::{Opened, open};
pub use surroundings::Surroundings;
