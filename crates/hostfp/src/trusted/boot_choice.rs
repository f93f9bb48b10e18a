//! Which boot of a log counts.

use std::num::NonZero;

/// Which boot of a log counts whose boots show different host keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BootChoice {
    /// The first.
    First,
    /// The last.
    Last,
    /// The one with that number, counted from 1.
    Number(NonZero<usize>),
}
