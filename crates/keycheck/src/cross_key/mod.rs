//! Compares keys with each other: finds duplicates, and primes that two keys share.
//!
//! Both keep data of every key, as long as the available memory is enough to work on them. Otherwise nothing is kept, and an
//! error reports how much is needed.
//!
//! Too many keys for one machine are split. Each part writes its [`Product`], and every part is compared with the products of
//! the others (M. Hastings, J. Fried, N. Heninger, Weak Keys Remain Widespread in Network Devices, 2016).

mod against;
pub(crate) mod common_divisor;
mod deferred;
pub(crate) mod duplicates;
mod memory;
mod moduli;
mod modulus_table;
mod partners;
mod places;
mod product;
pub(crate) mod shared_primes;

use common::error::{Error, Place};
use common::key::Fingerprint;

pub(crate) use deferred::DeferredFindings;
pub(crate) use modulus_table::ProductTasks;
pub(crate) use product::Product;

use duplicates::Duplicates;
use moduli::Owner;
use modulus_table::ModulusTable;
use places::Places;

use crate::checks::{Numbers, Settings};
use crate::finding::Finding;

/// The data that is kept of all keys.
#[derive(Debug)]
pub(crate) struct CrossKeyChecks {
    places: Places,
    duplicates: Option<Duplicates>,
    moduli: Option<ModulusTable>,
    /// The number of keys from products.
    from_products: u32,
}

impl CrossKeyChecks {
    /// Begins without keys.
    #[must_use]
    pub(crate) fn new(settings: &Settings, tasks: ProductTasks) -> Self {
        let compares = settings.wants(&shared_primes::SHARED_PRIME);
        let keeps_moduli = compares || tasks.emit.is_some() || !tasks.against.is_empty();
        let finds_duplicates = settings.wants(&duplicates::DUPLICATE);
        Self {
            places: Places::default(),
            duplicates: finds_duplicates.then(|| Duplicates::within(memory::available() / 4)),
            moduli: keeps_moduli.then(|| {
                let mut moduli = ModulusTable::within(memory::available(), compares, tasks);
                if settings.wants(&common_divisor::COMMON_DIVISOR) {
                    moduli.find_common_divisors(settings.deep);
                }
                moduli
            }),
            from_products: 0,
        }
    }

    /// Adds a key: its ordinal in the run, its place, its SHA-256 fingerprint, for an RSA key its modulus and exponent, and
    /// whether it passes so far. Returns the finding for a key that was added before.
    pub(crate) fn insert(
        &mut self,
        ordinal: u32,
        place: &Place,
        fingerprint: &Fingerprint,
        numbers: Option<Numbers>,
        passes: bool,
    ) -> Option<Finding> {
        let id = self.places.put(place);
        if let (Some(moduli), Some(numbers)) = (&mut self.moduli, numbers) {
            moduli.insert(numbers, Owner { ordinal, place: id, fingerprint: *fingerprint, passes });
        }
        self.duplicates.as_mut().and_then(|known| known.insert(fingerprint, id, &self.places))
    }

    /// Adds the keys of a product. They were judged, and compared with each other, when it was made.
    ///
    /// # Errors
    /// It is damaged.
    pub(crate) fn insert_product(&mut self, product: &Product) -> Result<(), Error> {
        let Some(moduli) = &mut self.moduli else { return Ok(()) };
        moduli.were_compared();
        product.entries(&mut |entries| {
            for entry in entries {
                let (ordinal, place) = (self.from_products, self.places.put(&entry.place));
                self.from_products = ordinal.saturating_add(1);
                let owner = Owner { ordinal, place, fingerprint: entry.fingerprint, passes: entry.passes };
                moduli.insert(entry.numbers(), owner);
            }
        })
    }

    /// Returns what the keys share, and the errors. `announce` is called before long work, with the memory that it takes.
    /// `is_whole` is whether all input was read: if not, no product is written.
    pub(crate) fn finish(self, is_whole: bool, announce: &mut dyn FnMut(&str)) -> (Vec<DeferredFindings>, Vec<Error>) {
        let mut errors: Vec<Error> = self.duplicates.and_then(|duplicates| duplicates.given_up()).into_iter().collect();
        let deferred = self.moduli.map(|moduli| moduli.finish(&self.places, is_whole, announce, &mut errors));
        (deferred.unwrap_or_default(), errors)
    }
}
