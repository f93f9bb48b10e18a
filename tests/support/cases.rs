//! How many cases of a kind a test tries: all where `cargo xtask test --all` runs it, and else a share of them, always the
//! same ones.

use std::env;

/// The variable that asks for all cases.
pub const ALL_CASES: &str = "VMKEYS_ALL_CASES";

/// One case in that many is tried otherwise.
const ONE_IN: usize = 4;

/// How many of that many cases are tried.
#[must_use]
pub fn share(of_all: usize) -> usize {
    if env::var_os(ALL_CASES).is_some() { of_all } else { of_all.div_ceil(ONE_IN) }
}

/// Whether the case of that number is tried.
#[must_use]
pub fn is_tried(number: usize) -> bool {
    env::var_os(ALL_CASES).is_some() || number.is_multiple_of(ONE_IN)
}
