//! Primes that two of the given RSA keys share.

use std::collections::{BTreeMap, HashMap};

use common::error::{Error, Place};
use common::key::Fingerprint;
use dashu_int::UBig;
use dashu_int::ops::BitTest as _;

use super::against::{self, Found};
use super::partners::{Affected, partners};
use super::tree::{Tree, need, need_against};
use super::{Late, PlaceId, Places, Tasks, product};
use crate::checks::{Check, Finding, Numbers, Other, Severity};

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

/// What one more key of a modulus takes in bytes, in a list that has just grown.
const COPY: u64 = 2 * size_of::<Kept>() as u64;

/// A key whose modulus is kept.
#[derive(Debug)]
pub(super) struct Kept {
    /// Which key of the run it is.
    pub(super) ordinal: u32,
    pub(super) id: PlaceId,
    pub(super) fingerprint: Fingerprint,
    /// Whether it passed before it was compared.
    pub(super) passes: bool,
}

/// A modulus and whose it is.
#[derive(Debug)]
pub(super) struct Key {
    pub(super) n: UBig,
    pub(super) kept: Vec<Kept>,
}

impl Key {
    /// The length of the modulus in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.n.bit_len().div_ceil(8)
    }

    /// The first of its keys as others name it.
    fn other(&self, places: &Places) -> Option<Other> {
        self.kept.first().map(|kept| Other { place: places.at(kept.id), fingerprint: kept.fingerprint })
    }
}

/// The moduli so far.
#[derive(Debug)]
pub(super) struct SharedPrimes {
    /// The most bytes that the work may take.
    limit: u64,
    /// Whether they are compared with each other.
    compares: bool,
    tasks: Tasks,
    /// The moduli, each once, as words from the lowest; empty when there are too many of them.
    moduli: HashMap<Vec<u64>, Vec<Kept>>,
    count: usize,
    bytes: u64,
    /// How many further keys have one of these moduli.
    copies: u64,
}

impl SharedPrimes {
    /// Nothing yet, to be worked on in so many bytes of memory.
    pub(super) fn within(limit: u64, compares: bool, tasks: Tasks) -> Self {
        Self { limit, compares, tasks, moduli: HashMap::new(), count: 0, bytes: 0, copies: 0 }
    }

    /// What follows need not be compared with each other.
    pub(super) const fn were_compared(&mut self) {
        self.compares = false;
    }

    /// Takes a key. A modulus that is none, or longer than any that is used, is left out.
    pub(super) fn put(&mut self, numbers: Numbers, kept: Kept) {
        if numbers.n <= UBig::ONE || !numbers.is_of_sane_size() {
            return;
        }
        if let Some(there) = self.moduli.get_mut(&numbers.words) {
            there.push(kept);
            self.copies += 1;
        } else {
            self.moduli.insert(numbers.words, vec![kept]);
            self.count += 1;
            self.bytes += numbers.bytes.len() as u64;
        }
        if self.need() > self.limit {
            self.moduli = HashMap::new();
        }
    }

    /// What all of the work needs at once.
    fn need(&self) -> u64 {
        let longest = self.tasks.against.iter().map(|product| product.length).max();
        need(self.count, self.bytes) + need_against(longest.unwrap_or_default()) + self.copies * COPY
    }

    /// Compares all with all, and with the products.
    pub(super) fn finish(
        mut self,
        places: &Places,
        is_whole: bool,
        announce: &mut dyn FnMut(&str),
        errors: &mut Vec<Error>,
    ) -> Vec<Late> {
        let need = self.need();
        if need > self.limit {
            errors.push(
                Error::failure(format!(
                    "shared primes were not looked for: {} moduli need {} MiB of memory, and {} are to be had",
                    self.count,
                    need >> 20,
                    self.limit >> 20
                ))
                .hint("give fewer keys at once, or leave it out with `--skip rsa-shared-prime`"),
            );
            return Vec::new();
        }
        announce(&format!("looking for shared primes of {} moduli in {} MiB of memory", self.count, need >> 20));
        let mut keys: Vec<Key> = std::mem::take(&mut self.moduli)
            .into_iter()
            .map(|(words, kept)| {
                let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
                Key { n: UBig::from_le_bytes(&bytes), kept }
            })
            .collect();
        keys.sort_unstable_by_key(|key| key.kept.first().map(|kept| kept.ordinal));
        let tree = Tree::of(keys.iter().map(|key| key.n.clone()).collect());
        if let Some(path) = &self.tasks.emit {
            let result = if is_whole {
                product::write(path, &tree.product(), &keys, places)
            } else {
                Err(Error::failure("no product was written, since not all could be read").at(Place::file(path)))
            };
            errors.extend(result.err());
        }
        let mut found = if self.compares { among(&tree, &keys, places) } else { Found::new() };
        for product in &self.tasks.against {
            announce(&format!("comparing {} moduli with {}", self.count, product.place));
            match against::compare(&tree, &keys, places, product) {
                Ok(more) => found.extend(more),
                Err(error) => errors.push(error),
            }
        }
        let mut late: BTreeMap<u32, Late> = BTreeMap::new();
        for ((index, number), finding) in found {
            let Some((key, kept)) = keys.get(index).and_then(|key| Some((key, key.kept.get(number)?))) else {
                continue;
            };
            let late = late.entry(kept.ordinal).or_insert_with(|| Late {
                ordinal: kept.ordinal,
                place: places.at(kept.id),
                passed: kept.passes,
                bits: key.n.bit_len(),
                fingerprint: kept.fingerprint,
                findings: Vec::new(),
            });
            late.findings.push(finding);
        }
        // In the order of the input.
        late.into_values().collect()
    }
}

/// Compares all with each other.
fn among(tree: &Tree, keys: &[Key], places: &Places) -> Found {
    let mut found = Found::new();
    for (index, key) in keys.iter().enumerate() {
        for (number, one) in key.kept.iter().enumerate() {
            if let Some(other) = key.kept.iter().find(|other| other.fingerprint != one.fingerprint) {
                let other = Other { place: places.at(other.id), fingerprint: other.fingerprint };
                let finding = SHARED_MODULUS.found(format!("the same modulus as {}", other.place));
                found.push(((index, number), finding.with([other])));
            }
        }
    }
    let (indices, affected): (Vec<usize>, Vec<Affected<'_>>) = keys
        .iter()
        .zip(tree.divisors())
        .enumerate()
        .filter(|(_, (_, divisor))| *divisor != UBig::ONE)
        .map(|(index, (key, divisor))| (index, (&key.n, divisor)))
        .unzip();
    for ((index, (_, divisor)), partners) in indices.iter().zip(&affected).zip(partners(&affected, &affected)) {
        let others: Vec<Other> =
            partners.iter().filter_map(|other| keys.get(*indices.get(*other)?)?.other(places)).collect();
        for number in 0..keys.get(*index).map_or(0, |key| key.kept.len()) {
            found.push(((*index, number), shared(divisor, others.clone(), "")));
        }
    }
    found
}

/// The finding for a key with this common divisor with others, which stand `at` a product.
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

    use super::super::{Across, Tasks};
    use crate::checks::{Settings, examine};

    /// The findings for keys whose moduli are products of these primes, one a line.
    fn findings(keys: &[(u64, u64, u8)]) -> Vec<String> {
        let mut across = Across::new(&Settings::default(), Tasks::default());
        let file = Place { file: "f".to_owned(), line: None };
        for (index, (p, q, e)) in keys.iter().enumerate() {
            let key = PublicKey::rsa(&[*e], &(u128::from(*p) * u128::from(*q)).to_be_bytes()).unwrap();
            let examined = examine(&Settings::default(), &[&key]).pop().unwrap();
            assert!(across.see(&file, index + 1, examined, true).is_none());
        }
        let (late, errors) = across.finish(true, &mut |_| {});
        assert!(errors.is_empty());
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
        let mut shared = super::SharedPrimes::within(1000, true, Tasks::default());
        for n in 1..20u8 {
            let key = PublicKey::rsa(&[3], &[n; 100]).unwrap();
            let numbers = crate::checks::Numbers::of(&key).unwrap();
            let fingerprint = key.fingerprint(common::key::Hash::Sha256);
            shared.put(numbers, super::Kept { ordinal: n.into(), id: (0, n.into()), fingerprint, passes: true });
        }
        let mut errors = Vec::new();
        assert!(shared.finish(&super::Places::default(), true, &mut |_| {}, &mut errors).is_empty());
        assert!(errors[0].message().contains("19 moduli need"), "{errors:?}");
    }
}
