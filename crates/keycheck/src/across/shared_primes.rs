//! Primes that two of the given RSA keys share.

use std::collections::{BTreeMap, HashMap};

use common::error::Error;
use common::keys::Fingerprint;
use dashu_int::UBig;
use dashu_int::ops::{BitTest as _, Gcd as _};

use super::batch_gcd::{batch_gcd, need};
use super::{Late, PlaceId, Places};
use crate::checks::{Check, Finding, Numbers, Severity};

/// Another key has one of the primes.
pub(crate) static SHARED_PRIME: Check = Check {
    name: "rsa-shared-prime",
    severity: Severity::Error,
    what: "The RSA modulus has a prime in common with that of another of the given keys. All are compared with all.",
    why: "The greatest common divisor of two public keys is that prime, and gives both private keys away in an \
          instant. It happens where keys are made right after a device's first start, before there is randomness.",
    remedy: "Make both keys anew where there is good randomness, and replace them wherever they are used.",
    source: "CVE-2012-4687 and others; N. Heninger, Z. Durumeric, E. Wustrow, J. Halderman, Mining Your Ps and Qs, \
             2012",
};

/// Another key has the modulus, with another exponent.
pub(crate) static SHARED_MODULUS: Check = Check {
    name: "rsa-shared-modulus",
    severity: Severity::Error,
    what: "Another of the given keys has the same RSA modulus and another exponent.",
    why: "Whoever holds one of the private keys can compute the other.",
    remedy: "Make both keys anew, each with a modulus of its own.",
    source: "G. Simmons, A weak privacy protocol using the RSA crypto algorithm, 1983",
};

/// How many pairs of keys are compared one by one, to name the other key where the product alone does not tell.
const MOST_PAIRS: usize = 400_000;

/// A key whose modulus is kept.
#[derive(Debug)]
struct Kept {
    id: PlaceId,
    fingerprint: Fingerprint,
}

/// The moduli so far.
#[derive(Debug)]
pub(super) struct SharedPrimes {
    /// The most bytes that the work may take.
    limit: u64,
    /// The moduli, each once, as words from the lowest; empty when there are too many of them.
    moduli: HashMap<Vec<u64>, Vec<Kept>>,
    count: usize,
    bytes: u64,
}

impl SharedPrimes {
    /// Nothing yet, to be worked on in so many bytes of memory.
    pub(super) fn within(limit: u64) -> Self {
        Self { limit, moduli: HashMap::new(), count: 0, bytes: 0 }
    }

    /// Takes a key that was not seen before. A modulus that is none, or longer than any that is used, is left out.
    pub(super) fn put(&mut self, numbers: Numbers, id: PlaceId, fingerprint: Fingerprint) {
        if numbers.n <= UBig::ONE || !numbers.is_of_sane_size() {
            return;
        }
        self.count += 1;
        self.bytes += numbers.bytes.len() as u64;
        if need(self.count, self.bytes) > self.limit {
            self.moduli = HashMap::new();
        } else {
            self.moduli.entry(numbers.words).or_default().push(Kept { id, fingerprint });
        }
    }

    /// Compares all with all.
    ///
    /// # Errors
    /// There were too many for the memory.
    pub(super) fn finish(self, places: &Places, announce: &mut dyn FnMut(&str)) -> Result<Vec<Late>, Error> {
        let need = need(self.count, self.bytes);
        if need > self.limit {
            return Err(Error::trouble(format!(
                "shared primes were not looked for: {} moduli need {} MiB of memory, and {} are to be had",
                self.count,
                need >> 20,
                self.limit >> 20
            ))
            .hint("give fewer keys at once, or leave it out with `--skip rsa-shared-prime`"));
        }
        announce(&format!("looking for shared primes of {} moduli in {} MiB of memory", self.count, need >> 20));
        let mut findings: BTreeMap<PlaceId, Late> = BTreeMap::new();
        let mut put = |n: &UBig, kept: &Kept, finding: Finding| {
            let late = findings.entry(kept.id).or_insert_with(|| Late {
                place: places.at(kept.id),
                bits: n.bit_len(),
                fingerprint: kept.fingerprint,
                findings: Vec::new(),
            });
            late.findings.push(finding);
        };
        let number = |words: Vec<u64>| {
            let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
            UBig::from_le_bytes(&bytes)
        };
        let mut keys: Vec<(UBig, Vec<Kept>)> =
            self.moduli.into_iter().map(|(words, kept)| (number(words), kept)).collect();
        keys.sort_unstable_by_key(|(_, kept)| kept.first().map(|kept| kept.id));
        for (n, kept) in &keys {
            for (index, one) in kept.iter().enumerate().filter(|_| kept.len() > 1) {
                if let Some(other) = kept.get(usize::from(index == 0)) {
                    put(n, one, SHARED_MODULUS.found(format!("the same modulus as {}", places.at(other.id))));
                }
            }
        }
        let moduli: Vec<UBig> = keys.iter().map(|(n, _)| n.clone()).collect();
        let divisors = batch_gcd(moduli);
        let affected: Vec<(&UBig, UBig, &Vec<Kept>)> =
            keys.iter().zip(divisors).filter(|(_, d)| *d != UBig::ONE).map(|((n, kept), d)| (n, d, kept)).collect();
        for ((n, divisor, kept), partners) in affected.iter().zip(partners(&affected)) {
            let bits = divisor.bit_len();
            for one in *kept {
                let others: Vec<String> =
                    partners.iter().filter_map(|kept| Some(places.at(kept.first()?.id).to_string())).collect();
                let message = match others.as_slice() {
                    [] => format!("shares a factor of {bits} bits with other keys"),
                    [other] => format!("shares a prime with {other}"),
                    others => format!("shares its primes with {}", others.join(" and ")),
                };
                put(n, one, SHARED_PRIME.found(message));
            }
        }
        // In the order of the input.
        Ok(findings.into_values().collect())
    }
}

/// For each key with a common divisor another one that has it; two where both of its primes are shared.
///
/// Keys of which only one prime is shared have the prime for their divisor, and are found by it. Where the divisor is
/// the whole modulus, its primes are those of other keys, or, when every key concerned is so, only comparing them one
/// by one tells.
fn partners<'k>(affected: &[(&UBig, UBig, &'k Vec<Kept>)]) -> Vec<Vec<&'k Vec<Kept>>> {
    let mut by_prime: BTreeMap<&UBig, Vec<usize>> = BTreeMap::new();
    for (index, (n, divisor, _)) in affected.iter().enumerate() {
        if divisor != *n {
            by_prime.entry(divisor).or_default().push(index);
        }
    }
    let mut pairs = 0;
    affected
        .iter()
        .enumerate()
        .map(|(index, (n, divisor, _))| {
            let whole = divisor == *n;
            let known = by_prime.get(divisor).into_iter().flatten().find(|other| **other != index);
            if let Some((_, _, kept)) = known.filter(|_| !whole).and_then(|other| affected.get(*other)) {
                return vec![*kept];
            }
            // One other for each different divisor, at most two of them.
            let mut found: Vec<(UBig, &Vec<Kept>)> = Vec::new();
            for (other, (m, _, kept)) in affected.iter().enumerate() {
                if other == index || found.len() == 2 || pairs >= MOST_PAIRS {
                    continue;
                }
                pairs += 1;
                let common = n.gcd(*m);
                if common != UBig::ONE && found.iter().all(|(divisor, _)| *divisor != common) {
                    found.push((common, kept));
                }
                if !whole && !found.is_empty() {
                    break;
                }
            }
            found.into_iter().map(|(_, kept)| kept).collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use common::error::Place;
    use common::keys::PublicKey;

    use super::super::Across;
    use crate::checks::{Settings, examine};

    /// The findings for keys whose moduli are products of these primes, one a line.
    fn findings(keys: &[(u64, u64, u8)]) -> Vec<String> {
        let mut across = Across::new(&Settings::default());
        let file = Place { file: "f".to_owned(), line: None };
        for (index, (p, q, e)) in keys.iter().enumerate() {
            let key = PublicKey::rsa(&[*e], &(u128::from(*p) * u128::from(*q)).to_be_bytes()).unwrap();
            let examined = examine(&Settings::default(), &[&key]).pop().unwrap();
            assert!(across.see(&file, index + 1, examined).is_none());
        }
        let late = across.finish(&mut |_| {}).unwrap();
        late.iter()
            .flat_map(|late| late.findings.iter().map(|finding| (&late.place, finding)))
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
    fn one_modulus_with_two_exponents_is_told_from_a_shared_prime() {
        assert_eq!(
            findings(&[(A, B, 3), (A, B, 5), (C, D, 3)]),
            ["f:1 rsa-shared-modulus: the same modulus as f:2", "f:2 rsa-shared-modulus: the same modulus as f:1"]
        );
    }

    #[test]
    fn too_many_for_the_memory_are_told_with_what_they_need() {
        let mut shared = super::SharedPrimes::within(1000);
        for n in 1..20u8 {
            let key = PublicKey::rsa(&[3], &[n; 100]).unwrap();
            let numbers = crate::checks::Numbers::of(&key).unwrap();
            shared.put(numbers, (0, n.into()), key.fingerprint(common::keys::Hash::Sha256));
        }
        let error = shared.finish(&super::Places::default(), &mut |_| {}).unwrap_err();
        assert!(error.message().contains("19 moduli need"), "{}", error.message());
    }
}
