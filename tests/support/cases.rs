//! How many cases of a kind a test tries: all where `cargo xtask test --all` runs it, and else a share of them, always the
//! same ones.

use std::env;

/// The variable that asks for all cases.
pub const ALL_CASES: &str = "VMKEYS_ALL_CASES";

/// One case in that many is tried otherwise.
const ONE_IN: usize = 7;

/// How many of that many cases are tried.
#[must_use]
pub fn share(of_all: usize) -> usize {
    if env::var_os(ALL_CASES).is_some() { of_all } else { of_all.div_ceil(ONE_IN) }
}

/// Whether the case of that number is tried.
///
/// The numbers are spread by the golden ratio (Fibonacci hashing), so that where a loop stands in another, no case of the
/// inner one is always left out, however many there are.
#[must_use]
pub fn is_tried(number: usize) -> bool {
    let spread = (number as u64).wrapping_mul(0x9e37_79b9) & 0xffff_ffff;
    env::var_os(ALL_CASES).is_some() || spread < (1 << 32) / ONE_IN as u64
}
