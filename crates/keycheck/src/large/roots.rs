//! Computes the roots of unity that a transform multiplies by.

use super::field::{COUNT, Factor, PRIMES, power, product};

/// The exponent of the largest power of 2 that divides p - 1.
const MOST: u32 = 34;

/// For each prime the roots w, in the order of reversed bits: w(0) = 1, w(1) is a root of -1, and w(2j) and w(2j + 1) are the
/// roots of w(j) and of -w(j). One table serves all lengths.
#[derive(Debug)]
pub(super) struct Roots(pub(super) [Vec<Factor>; COUNT]);

impl Roots {
    /// Computes at least this many.
    pub(super) fn of(count: usize) -> Self {
        Self(PRIMES.map(|(prime, no_square)| {
            let mut roots = vec![1];
            for level in 2..=MOST {
                if roots.len() >= count {
                    break;
                }
                // A root of order 2^level.
                let root = power(no_square, (prime - 1) >> level, prime);
                for index in 0..roots.len() {
                    roots.extend(roots.get(index).map(|known| product(*known, root, prime)));
                }
            }
            roots.into_iter().map(|root| Factor::new(root, prime)).collect()
        }))
    }

    /// Returns their number.
    pub(super) fn count(&self) -> usize {
        self.0.iter().map(Vec::len).min().unwrap_or_default()
    }
}

/// Returns the negative inverse of a root. From w(2^k) to w(2^(k + 1) - 1) the inverses are the roots in reverse order, with
/// their signs changed.
#[inline(always)]
pub(super) fn negative_inverse(roots: &[Factor], index: usize) -> Option<Factor> {
    match index.checked_ilog2() {
        None => roots.first().map(|one| one.negative()),
        Some(level) => roots.get((3 << level) - 1 - index).copied(),
    }
}
