//! Finds moduli that are one more than multiples of one large integer.
//!
//! If p - 1 and q - 1 are multiples of r, so is n - 1. Some programs make all their primes from one integer r, as with ROCA, or
//! keep the large factor of p - 1 that strong primes have. That shows as soon as two of their keys are compared. Two random
//! integers have a common divisor of 128 bits with a probability below 2^-127: among a million keys, with a probability below
//! 2^-88.

use dashu_int::UBig;
use dashu_int::ops::{BitTest as _, Gcd as _};

use super::moduli::Modulus;
use super::places::Places;
use super::shared_primes::Found;
use crate::finding::{Check, Finding, Other, Severity};
use crate::large::Tree;

/// Another key has a large divisor of n - 1 in common.
pub(crate) static COMMON_DIVISOR: Check = Check {
    name: "rsa-common-divisor",
    severity: Severity::Error,
    what: "The RSA modulus and that of another of the given keys, minus one each, have a common divisor of more than \
           128 bits. All are compared with all if there are at most a thousand, and more with `--deep`. Among a \
           million strong keys there are two with a probability below 2^-88.",
    why: "The primes of both keys were made from one number, so that they have little randomness; with a quarter of the \
          modulus's bits, the divisor gives the primes away.",
    remedy: "Generate both keys again with another program, and replace them wherever they are used.",
    source: "J. McKee, R. Pinch, Further Attacks on Server-Aided RSA Cryptosystems, 1998; M. Nemec, M. Sys, P. Svenda, \
             D. Klinec, V. Matyas, The Return of Coppersmith's Attack, 2017",
};

/// Random integers do not have a common divisor of this many bits.
const BITS: usize = 129;

/// The most pairs that are compared one by one. Keys beyond that are not named.
const MOST_PAIRS: usize = 400_000;

/// Compares all with each other.
pub(super) fn among(moduli: &[Modulus], places: &Places) -> Found {
    let n_minus_one: Vec<UBig> = moduli.iter().map(|modulus| &modulus.n - UBig::ONE).collect();
    let (tree, derivative) = Tree::with_derivative(&n_minus_one);
    let divisors = tree.divisors(derivative);
    // An integer may have many small divisors in common with all others together, but not with one of them.
    let affected: Vec<(usize, &UBig)> = n_minus_one
        .iter()
        .enumerate()
        .zip(&divisors)
        .filter(|(_, divisor)| divisor.bit_len() >= BITS)
        .map(|(indexed, _)| indexed)
        .collect();
    let mut found = Found::new();
    let mut pairs = 0;
    for (index, number) in &affected {
        let others = affected.iter().filter(|(other, _)| other != index).take_while(|_| {
            pairs += 1;
            pairs <= MOST_PAIRS
        });
        let common = |(other, of_other): &(usize, &UBig)| {
            let bits = number.gcd(*of_other).bit_len();
            (bits >= BITS).then_some((*other, bits))
        };
        let Some((other, bits)) = others.filter_map(common).next() else { continue };
        let Some(other) = moduli.get(other).and_then(|other| other.other(places)) else { continue };
        for owner in 0..moduli.get(*index).map_or(0, |modulus| modulus.owners.len()) {
            found.push(((*index, owner), shared(bits, other.clone())));
        }
    }
    found
}

fn shared(bits: usize, other: Other) -> Finding {
    let message = format!("the modulus minus one has a divisor of {bits} bits in common with that of {}", other.place);
    COMMON_DIVISOR.found(message).with([other])
}

#[cfg(test)]
mod tests {
    use common::error::Place;
    use common::key::PublicKey;

    use super::super::{CrossKeyChecks, ProductTasks};
    use super::*;
    use crate::checks::numbers::samples::{next_prime, number};
    use crate::checks::prime_modulus::is_probably_prime;
    use crate::checks::{Examined, Settings, examine};

    /// A prime of 512 bits, one more than a multiple of this factor.
    fn prime(seed: u64, factor: &UBig) -> UBig {
        let step = factor * UBig::from(2u32);
        let mut candidate = number(seed, 512) / &step * &step + UBig::ONE;
        while !is_probably_prime(&candidate) {
            candidate += &step;
        }
        candidate
    }

    #[test]
    fn keys_whose_primes_are_made_of_one_number_name_each_other() {
        let factor = next_prime(number(1, 192));
        let one = |seed| prime(seed, &factor) * prime(seed + 1, &factor);
        let strong_key = |seed| prime(seed, &UBig::ONE) * prime(seed + 1, &UBig::ONE);
        let mut checks = CrossKeyChecks::new(&Settings::default(), ProductTasks::default());
        let file = Place { file: "f".to_owned(), line: None };
        for (index, n) in [one(10), strong_key(20), one(30), strong_key(40)].into_iter().enumerate() {
            let key = PublicKey::rsa(&[1, 0, 1], &n.to_be_bytes()).unwrap();
            let Examined { fingerprint, numbers, .. } = examine(&Settings::default(), &[&key]).pop().unwrap();
            let _ = checks.insert(index as u32, &file.at(index + 1), &fingerprint, numbers, true);
        }
        let (deferred, _) = checks.finish(true, &mut |_| {});
        let found: Vec<String> = deferred
            .iter()
            .flat_map(|key| key.findings.iter().map(|finding| format!("{} {}", key.place, finding.check.name)))
            .collect();
        assert_eq!(found, ["f:1 rsa-common-divisor", "f:3 rsa-common-divisor"]);
        assert!(deferred[0].findings[0].message.ends_with("f:3"), "{}", deferred[0].findings[0].message);
    }
}
