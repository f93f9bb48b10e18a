//! Chooses the cases that a test tries: all under `cargo xtask test --all`, else a share of them, always the same ones.

use std::env;

/// The variable that enables all cases.
pub const ALL_CASES: &str = "VMKEYS_ALL_CASES";

/// Otherwise one case in this many is tried.
const ONE_IN: usize = 7;

/// The number of cases to try out of `of_all`.
#[must_use]
pub fn share(of_all: usize) -> usize {
    if env::var_os(ALL_CASES).is_some() { of_all } else { of_all.div_ceil(ONE_IN) }
}

/// Whether the case with this number is tried.
///
/// The numbers are spread by the golden ratio (Fibonacci hashing). So in nested loops of any length, no case of the
/// inner one is always left out.
#[must_use]
pub fn is_tried(number: usize) -> bool {
    let spread = (number as u64).wrapping_mul(0x9e37_79b9) & 0xffff_ffff;
    env::var_os(ALL_CASES).is_some() || spread < (1 << 32) / ONE_IN as u64
}
