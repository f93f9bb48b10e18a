//! Computes the small primes by the sieve of Eratosthenes, one stretch at a time: several threads can share the work, and
//! each stretch fits into a core's cache.

use std::ops::Range;

/// The number of odd integers in a stretch.
const STRETCH: u32 = 1 << 16;

/// The odd primes below a bound.
pub(super) struct SmallPrimes {
    bound: u32,
    /// The primes up to the root of the bound: every composite below the bound has one of them as a factor.
    first: Vec<u32>,
}

impl SmallPrimes {
    pub(super) fn below(bound: u32) -> Self {
        let root = bound.isqrt();
        // The flag of 2i + 1.
        let mut composite = vec![false; root as usize / 2 + 1];
        let mut first = Vec::new();
        for prime in (3..=root).step_by(2) {
            if !composite[prime as usize / 2] {
                first.push(prime);
                strike(&mut composite, 1, prime);
            }
        }
        Self { bound, first }
    }

    /// The number of stretches.
    pub(super) const fn stretches(&self) -> u32 {
        self.bound.div_ceil(2 * STRETCH)
    }

    /// The primes of a stretch, in order.
    pub(super) fn stretch(&self, index: u32) -> Vec<u32> {
        let Range { start, end } = 2 * STRETCH * index..self.bound.min(2 * STRETCH * (index + 1));
        // The flag of start + 2i + 1. One is not a prime.
        let mut composite = vec![false; (end - start) as usize / 2];
        composite.iter_mut().take(usize::from(start == 0)).for_each(|one| *one = true);
        for prime in self.first.iter().take_while(|prime| **prime * **prime < end) {
            strike(&mut composite, start + 1, *prime);
        }
        let odd = (start + 1..).step_by(2);
        odd.zip(composite).filter_map(|(number, composite)| (!composite).then_some(number)).collect()
    }

    /// All of them, in order.
    #[cfg(test)]
    pub(super) fn all(&self) -> Vec<u32> {
        (0..self.stretches()).flat_map(|index| self.stretch(index)).collect()
    }
}

/// Marks the odd multiples of a prime, from its square on, among the odd integers that begin with `first`.
fn strike(composite: &mut [bool], first: u32, prime: u32) {
    let multiple = first.max(prime * prime).next_multiple_of(prime);
    let odd = if multiple.is_multiple_of(2) { multiple + prime } else { multiple };
    composite.iter_mut().skip((odd - first) as usize / 2).step_by(prime as usize).for_each(|flag| *flag = true);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_small_primes_are_those_of_trial_division() {
        let naive: Vec<u32> =
            (3..5000_u32).filter(|n| (2..*n).take_while(|d| d * d <= *n).all(|d| n % d != 0)).collect();
        assert_eq!(SmallPrimes::below(5000).all(), naive);
        assert_eq!(SmallPrimes::below(8).all(), [3, 5, 7]);
        assert_eq!(SmallPrimes::below(10).all(), [3, 5, 7]);
        assert_eq!(SmallPrimes::below(12).all(), [3, 5, 7, 11]);
    }

    #[test]
    fn none_is_lost_where_stretches_meet() {
        // π(2^18) − 1 and π(2^22) − 1: OEIS A007053.
        for (bound, count) in [(1 << 18, 22_999), (1 << 22, 295_946)] {
            let all = SmallPrimes::below(bound).all();
            assert_eq!(all.len(), count);
            assert!(all.is_sorted_by(|a, b| a < b));
        }
    }
}
