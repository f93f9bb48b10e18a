//! Selects the boot of a log that counts.

use std::num::NonZero;

/// The boot that counts of a log whose boots show different host keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BootChoice {
    /// The first.
    First,
    /// The last.
    Last,
    /// The one with that number, counted from 1.
    Number(NonZero<usize>),
}
