//! Finds the keys that a key shares its primes with.

use std::collections::BTreeMap;

use dashu_int::UBig;
use dashu_int::ops::Gcd as _;

/// The most pairs of keys that are compared one by one, to name the other key if the product alone does not show it.
const MOST_PAIRS: usize = 400_000;

/// A modulus, and its common divisor with the product of the others.
pub(super) type Affected<'k> = (&'k UBig, UBig);

/// Returns for each key one of the candidates that has its common divisor; two if both of its primes are shared.
///
/// If only one prime of a key is shared, it is the divisor, and finds the other key. If the divisor is the whole modulus, its
/// primes are those of other keys; if this is true of every affected key, only comparing them one by one shows which.
pub(super) fn partners(affected: &[Affected<'_>], candidates: &[Affected<'_>]) -> Vec<Vec<usize>> {
    let mut by_prime: BTreeMap<&UBig, Vec<usize>> = BTreeMap::new();
    for (index, (m, divisor)) in candidates.iter().enumerate() {
        if divisor != *m {
            by_prime.entry(divisor).or_default().push(index);
        }
    }
    let mut pairs = 0;
    affected
        .iter()
        .map(|(n, divisor)| {
            let is_other = |index: &&usize| candidates.get(**index).is_some_and(|(m, _)| m != n);
            let whole = divisor == *n;
            if !whole && let Some(known) = by_prime.get(divisor).into_iter().flatten().find(is_other) {
                return vec![*known];
            }
            // One other key for each different divisor, at most two of them.
            let mut found: Vec<(UBig, usize)> = Vec::new();
            for (index, (m, _)) in candidates.iter().enumerate() {
                if m == n || found.len() == 2 || pairs >= MOST_PAIRS {
                    continue;
                }
                pairs += 1;
                let common = divisor.gcd(*m);
                if common != UBig::ONE && found.iter().all(|(divisor, _)| *divisor != common) {
                    found.push((common, index));
                }
                if !whole && !found.is_empty() {
                    break;
                }
            }
            found.into_iter().map(|(_, index)| index).collect()
        })
        .collect()
}
