//! Collects the moduli of all RSA keys of a run, and compares them at its end.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use common::error::{Error, Place};
use dashu_int::UBig;
use dashu_int::ops::BitTest as _;

use super::deferred::DeferredFindings;
use super::moduli::{Modulus, Owner};
use super::places::Places;
use super::product::Product;
use super::shared_primes::{Found, among};
use super::{against, common_divisor, product};
use crate::checks::Numbers;
use crate::large::{Tree, need, need_against};

/// The memory of a further key of a modulus, in bytes, in a list that has just grown.
const COPY: u64 = 2 * size_of::<Owner>() as u64;

/// The most moduli whose n - 1 are compared without `--deep`: it takes as long as comparing the moduli.
const MOST_MINUS_ONE: usize = 1000;

/// The tasks at the end of a run, apart from comparing the keys with each other.
#[derive(Debug, Default)]
pub(crate) struct ProductTasks {
    /// The file for their product.
    pub emit: Option<PathBuf>,
    /// The products that they are to be compared with.
    pub against: Vec<Product>,
}

/// The moduli so far, and their owners.
#[derive(Debug)]
pub(super) struct ModulusTable {
    /// The most bytes that the work may take.
    limit: u64,
    /// Whether they are compared with each other.
    compares: bool,
    /// The most moduli whose n - 1 are compared, too.
    most_minus_one: usize,
    tasks: ProductTasks,
    /// The moduli, each once, as words from the lowest; empty when there are too many of them.
    moduli: HashMap<Vec<u64>, Vec<Owner>>,
    count: usize,
    bytes: u64,
    /// The number of further keys with one of these moduli.
    copies: u64,
}

impl ModulusTable {
    /// Creates an empty table; the work takes at most `limit` bytes.
    pub(super) fn within(limit: u64, compares: bool, tasks: ProductTasks) -> Self {
        Self { limit, compares, most_minus_one: 0, tasks, moduli: HashMap::new(), count: 0, bytes: 0, copies: 0 }
    }

    /// Declares that the keys that follow were compared with each other before.
    pub(super) const fn were_compared(&mut self) {
        self.compares = false;
    }

    /// Also looks for common divisors of n - 1, among any number of moduli if `deep`.
    pub(super) const fn find_common_divisors(&mut self, deep: bool) {
        self.most_minus_one = if deep { usize::MAX } else { MOST_MINUS_ONE };
    }

    /// Adds a key. A modulus below 2, or longer than any in use, is left out.
    pub(super) fn insert(&mut self, numbers: Numbers, owner: Owner) {
        if numbers.n <= UBig::ONE || !numbers.is_of_sane_size() {
            return;
        }
        if let Some(owners) = self.moduli.get_mut(&numbers.words) {
            owners.push(owner);
            self.copies += 1;
        } else {
            self.moduli.insert(numbers.words, vec![owner]);
            self.count += 1;
            self.bytes += numbers.bytes.len() as u64;
        }
        if self.need() > self.limit {
            self.moduli = HashMap::new();
        }
    }

    /// Returns the memory that all of the work needs at once.
    fn need(&self) -> u64 {
        let longest = self.tasks.against.iter().map(|product| product.length).max();
        need(self.bytes) + need_against(longest.unwrap_or_default()) + self.copies * COPY
    }

    /// Compares all with all, and with the products, and writes their product. `is_whole` is whether all input was read.
    pub(super) fn finish(
        mut self,
        places: &Places,
        is_whole: bool,
        announce: &mut dyn FnMut(&str),
        errors: &mut Vec<Error>,
    ) -> Vec<DeferredFindings> {
        let need = self.need();
        if need > self.limit {
            errors.push(
                Error::failure(format!(
                    "shared primes were not looked for: {} moduli need {} MiB of memory, and {} are available",
                    self.count,
                    need >> 20,
                    self.limit >> 20
                ))
                .hint("give fewer keys at once, or leave it out with `--skip rsa-shared-prime`"),
            );
            return Vec::new();
        }
        if self.count > 0 {
            announce(&format!("looking for shared primes of {} moduli in {} MiB of memory", self.count, need >> 20));
        }
        let mut moduli: Vec<Modulus> = std::mem::take(&mut self.moduli)
            .into_iter()
            .map(|(words, owners)| {
                let bytes: Vec<u8> = words.iter().flat_map(|word| word.to_le_bytes()).collect();
                Modulus { n: UBig::from_le_bytes(&bytes), owners }
            })
            .collect();
        moduli.sort_unstable_by_key(|modulus| modulus.owners.first().map(|owner| owner.ordinal));
        let numbers = moduli.iter().map(|modulus| &modulus.n);
        let (tree, derivative) = if self.compares {
            let (tree, derivative) = Tree::with_derivative(numbers);
            (tree, Some(derivative))
        } else {
            (Tree::of(numbers), None)
        };
        if let Some(path) = &self.tasks.emit {
            let result = if is_whole {
                product::write(path, &tree.product(), &moduli, places)
            } else {
                Err(Error::failure("no product was written, since not all input could be read").at(Place::file(path)))
            };
            errors.extend(result.err());
        }
        let mut found = derivative.map_or_else(Found::new, |derivative| among(&tree, derivative, &moduli, places));
        for product in &self.tasks.against {
            announce(&format!("comparing {} moduli with {}", self.count, product.place));
            match against::compare(&tree, &moduli, places, product) {
                Ok(more) => found.extend(more),
                Err(error) => errors.push(error),
            }
        }
        drop(tree);
        if self.compares && moduli.len() <= self.most_minus_one {
            found.extend(common_divisor::among(&moduli, places));
        }
        collect(found, &moduli, places)
    }
}

/// Groups the findings by key, in the order of the input.
fn collect(found: Found, moduli: &[Modulus], places: &Places) -> Vec<DeferredFindings> {
    let mut deferred: BTreeMap<u32, DeferredFindings> = BTreeMap::new();
    for ((index, number), finding) in found {
        let Some((modulus, owner)) = moduli.get(index).and_then(|modulus| Some((modulus, modulus.owners.get(number)?)))
        else {
            continue;
        };
        let of_key = deferred.entry(owner.ordinal).or_insert_with(|| DeferredFindings {
            ordinal: owner.ordinal,
            place: places.at(owner.place),
            passed: owner.passes,
            bits: modulus.n.bit_len(),
            fingerprint: owner.fingerprint,
            findings: Vec::new(),
        });
        of_key.findings.push(finding);
    }
    deferred.into_values().collect()
}

#[cfg(test)]
mod tests {
    use common::key::{Hash, PublicKey};

    use super::*;

    #[test]
    fn too_many_moduli_for_the_memory_are_reported_with_their_need() {
        let mut table = ModulusTable::within(1000, true, ProductTasks::default());
        for n in 1..20u8 {
            let key = PublicKey::rsa(&[3], &[n; 100]).unwrap();
            let numbers = Numbers::of(&key).unwrap();
            let fingerprint = key.fingerprint(Hash::Sha256);
            table.insert(numbers, Owner { ordinal: n.into(), place: (0, n.into()), fingerprint, passes: true });
        }
        let mut errors = Vec::new();
        assert!(table.finish(&Places::default(), true, &mut |_| {}, &mut errors).is_empty());
        assert!(errors[0].message().contains("19 moduli need"), "{errors:?}");
    }
}
