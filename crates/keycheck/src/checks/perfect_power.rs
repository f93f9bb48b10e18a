//! Finds moduli that are powers of one integer.

use std::sync::LazyLock;

use dashu_int::UBig;

use super::numbers::MAX_BITS;
use super::numbers::Numbers;
use super::residues::{Divisor, power};
use crate::finding::{Check, Finding, Severity};

/// The modulus is a power.
pub(crate) static PERFECT_POWER: Check = Check {
    name: "rsa-perfect-power",
    severity: Severity::Error,
    what: "The RSA modulus is a square, a cube or a higher power of one number.",
    why: "A root is computed in an instant, and with it the private key.",
    remedy: "Generate a new key with another program, and replace this one wherever it is used.",
    source: "RFC 8017, section 3.1 (the primes of a modulus are distinct); NIST SP 800-56B",
};

/// A root of fewer bits is a small factor, which another check finds.
const LEAST_ROOT_BITS: usize = 19;

pub(super) fn check(numbers: &Numbers) -> Option<Finding> {
    if !numbers.is_of_sane_size() {
        return None;
    }
    let most = (numbers.bits() / LEAST_ROOT_BITS) as u64;
    let candidates = FIRST.iter().take_while(|(_, tests)| tests.first().is_some_and(|test| test.k <= most));
    let power = candidates
        .flat_map(|(divisor, tests)| {
            let remainder = divisor.remainder(&numbers.words);
            tests.iter().filter(move |test| test.k <= most && test.is_passed_by(remainder % test.q)).map(|test| test.k)
        })
        .find(|k| {
            Test::all(*k).skip(1).take(2).all(|test| test.is_passed_by(&numbers.n % test.q)) && is_power(&numbers.n, *k)
        })?;
    Some(PERFECT_POWER.found(format!("the modulus is a number to the power of {power}")))
}

/// A prime q with k | q - 1. An integer that is not a k-th power looks like one modulo q with a probability of 1/k. Roots are
/// expensive, so three such tests come first.
struct Test {
    k: u64,
    q: u64,
}

impl Test {
    fn all(k: u64) -> impl Iterator<Item = Self> {
        (1..).map(move |i| 2 * i * k + 1).filter(|q| is_prime(*q)).map(move |q| Self { k, q })
    }

    fn is_passed_by(&self, residue: u64) -> bool {
        residue == 0 || power(residue, (self.q - 1) / self.k, self.q) == 1
    }
}

/// The first test for each prime k, several for each divisor.
static FIRST: LazyLock<Vec<(Divisor, Vec<Test>)>> = LazyLock::new(|| {
    let most = (MAX_BITS / LEAST_ROOT_BITS) as u64;
    let tests: Vec<Test> = (2..=most).filter(|k| is_prime(*k)).filter_map(|k| Test::all(k).next()).collect();
    let groups = Divisor::of_products(tests.iter().map(|test| test.q));
    let mut tests = tests.into_iter();
    groups.into_iter().map(|(divisor, members)| (divisor, tests.by_ref().take(members.len()).collect())).collect()
});

fn is_power(n: &UBig, k: u64) -> bool {
    let k = k as usize;
    n.nth_root(k).pow(k) == *n
}

fn is_prime(k: u64) -> bool {
    k >= 2 && (2..).take_while(|d| d * d <= k).all(|d| !k.is_multiple_of(d))
}

#[cfg(test)]
mod tests {
    use super::super::numbers::samples::{next_prime, number, strong_key};
    use super::*;

    #[test]
    fn powers_of_every_degree_are_found() {
        for (bits, k) in [(1024, 2), (512, 3), (256, 5), (320, 7), (64, 31)] {
            let n = next_prime(number(7, bits)).pow(k);
            let found = check(&Numbers::new(n.clone(), UBig::from(3u32))).unwrap();
            assert!(found.message.ends_with(&format!(" {k}")), "{}", found.message);
            assert!(check(&Numbers::new(n + UBig::from(2u32), UBig::from(3u32))).is_none());
        }
    }

    #[test]
    fn a_product_of_two_primes_is_not_a_power() {
        for seed in 0..5 {
            assert!(check(&strong_key(seed)).is_none());
        }
    }
}
