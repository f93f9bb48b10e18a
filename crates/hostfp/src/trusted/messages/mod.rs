//! Errors for lines that do not count: what the line is, and what to do.

pub(crate) mod connections;
pub(crate) mod misfits;
pub(crate) mod remedies;
pub(crate) mod stray;
