//! Finds primes that two of the given RSA keys share.

use dashu_int::UBig;
use dashu_int::ops::BitTest as _;

use super::moduli::Modulus;
use super::partners::{Affected, partners};
use super::places::Places;
use crate::finding::{Check, Finding, Other, Severity};
use crate::large::Tree;

/// Another key has one of the primes.
pub(crate) static SHARED_PRIME: Check = Check {
    name: "rsa-shared-prime",
    severity: Severity::Error,
    what: "The RSA modulus has a prime in common with that of another of the given keys. All are compared with all.",
    why: "The greatest common divisor of two public keys is that prime, and gives both private keys away in an \
          instant. It happens where keys are generated right after a device's first start, before randomness is \
          available.",
    remedy: "Generate both keys again on a system with good randomness, and replace them wherever they are used.",
    source: "CVE-2012-4687 and others; N. Heninger, Z. Durumeric, E. Wustrow, J. Halderman, Mining Your Ps and Qs, \
             2012",
};

/// Another key has the modulus, with another exponent.
pub(crate) static SHARED_MODULUS: Check = Check {
    name: "rsa-shared-modulus",
    severity: Severity::Error,
    what: "Another of the given keys has the same RSA modulus and another exponent.",
    why: "The owner of one of the private keys can compute the other.",
    remedy: "Generate both keys again, each with a modulus of its own.",
    source: "G. Simmons, A weak privacy protocol using the RSA crypto algorithm, 1983",
};

/// Findings, each with the indices of the modulus and of its owner.
pub(super) type Found = Vec<((usize, usize), Finding)>;

/// Compares all with each other, by the tree over their moduli and its derivative.
pub(super) fn among(tree: &Tree<'_>, derivative: UBig, moduli: &[Modulus], places: &Places) -> Found {
    let mut found = Found::new();
    for (index, modulus) in moduli.iter().enumerate() {
        for (number, one) in modulus.owners.iter().enumerate() {
            if let Some(other) = modulus.owners.iter().find(|other| other.fingerprint != one.fingerprint) {
                let other = Other { place: places.at(other.place), fingerprint: other.fingerprint };
                let finding = SHARED_MODULUS.found(format!("the same modulus as {}", other.place));
                found.push(((index, number), finding.with([other])));
            }
        }
    }
    let (indices, affected): (Vec<usize>, Vec<Affected<'_>>) = moduli
        .iter()
        .zip(tree.divisors(derivative))
        .enumerate()
        .filter(|(_, (_, divisor))| *divisor != UBig::ONE)
        .map(|(index, (modulus, divisor))| (index, (&modulus.n, divisor)))
        .unzip();
    for ((index, (_, divisor)), partners) in indices.iter().zip(&affected).zip(partners(&affected, &affected)) {
        let others: Vec<Other> =
            partners.iter().filter_map(|other| moduli.get(*indices.get(*other)?)?.other(places)).collect();
        for number in 0..moduli.get(*index).map_or(0, |modulus| modulus.owners.len()) {
            found.push(((*index, number), shared(divisor, others.clone(), "")));
        }
    }
    found
}

/// Returns the finding for a key with this common divisor with others; `at` names the product that they are in.
pub(super) fn shared(divisor: &UBig, others: Vec<Other>, at: &str) -> Finding {
    let message = match others.as_slice() {
        [] => format!("shares a factor of {} bits with other keys{at}", divisor.bit_len()),
        [other] => format!("shares a prime with {}{at}", other.place),
        others => {
            let places: Vec<String> = others.iter().map(|other| other.place.to_string()).collect();
            format!("shares its primes with {}{at}", places.join(" and "))
        }
    };
    SHARED_PRIME.found(message).with(others)
}

#[cfg(test)]
mod tests {
    use common::error::Place;
    use common::key::PublicKey;

    use super::super::{CrossKeyChecks, ProductTasks};
    use crate::checks::{Examined, Settings, examine};

    /// The findings for keys whose moduli are products of these primes, one a line.
    fn findings(keys: &[(u64, u64, u8)]) -> Vec<String> {
        let mut checks = CrossKeyChecks::new(&Settings::default(), ProductTasks::default());
        let file = Place { file: "f".to_owned(), line: None };
        for (index, (p, q, e)) in keys.iter().enumerate() {
            let key = PublicKey::rsa(&[*e], &(u128::from(*p) * u128::from(*q)).to_be_bytes()).unwrap();
            let Examined { fingerprint, numbers, .. } = examine(&Settings::default(), &[&key]).pop().unwrap();
            assert!(checks.insert(index as u32, &file.at(index + 1), &fingerprint, numbers, true).is_none());
        }
        let (deferred, errors) = checks.finish(true, &mut |_| {});
        assert!(errors.is_empty());
        deferred
            .iter()
            .flat_map(|key| key.findings.iter().map(|finding| (&key.place, finding)))
            .map(|(place, finding)| format!("{place} {}: {}", finding.check.name, finding.message))
            .collect()
    }

    const A: u64 = 4_294_967_291;
    const B: u64 = 4_294_967_279;
    const C: u64 = 4_294_967_231;
    const D: u64 = 4_294_967_197;
    const E: u64 = 4_294_967_189;

    #[test]
    fn both_keys_with_a_prime_in_common_are_named() {
        assert_eq!(findings(&[(A, B, 3), (C, D, 3)]), [""; 0]);
        assert_eq!(
            findings(&[(A, B, 3), (C, D, 3), (A, E, 3)]),
            ["f:1 rsa-shared-prime: shares a prime with f:3", "f:3 rsa-shared-prime: shares a prime with f:1"]
        );
    }

    #[test]
    fn a_key_whose_primes_are_both_shared_names_both_others() {
        assert_eq!(
            findings(&[(A, B, 3), (A, C, 3), (B, D, 3)]),
            [
                "f:1 rsa-shared-prime: shares its primes with f:2 and f:3",
                "f:2 rsa-shared-prime: shares a prime with f:1",
                "f:3 rsa-shared-prime: shares a prime with f:1",
            ]
        );
        // Three in a ring: no divisor alone is a prime.
        assert_eq!(
            findings(&[(A, B, 3), (B, C, 3), (C, A, 3)]),
            [
                "f:1 rsa-shared-prime: shares its primes with f:2 and f:3",
                "f:2 rsa-shared-prime: shares its primes with f:1 and f:3",
                "f:3 rsa-shared-prime: shares its primes with f:1 and f:2",
            ]
        );
    }

    #[test]
    fn one_modulus_with_two_exponents_is_distinguished_from_a_shared_prime() {
        assert_eq!(
            findings(&[(A, B, 3), (A, B, 5), (C, D, 3)]),
            ["f:1 rsa-shared-modulus: the same modulus as f:2", "f:2 rsa-shared-modulus: the same modulus as f:1"]
        );
    }
}
