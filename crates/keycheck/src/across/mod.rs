//! What shows only when keys are seen side by side: the same key twice, and primes that two keys share.
//!
//! Both need something of every key. No more is kept than can be worked on in the memory that is there; past that
//! nothing is kept, and the caller is told what it would have taken.
//!
//! Keys that are too many for one machine are split. Each part leaves its [`Product`], and every part is compared with
//! the products of the others (M. Hastings, J. Fried, N. Heninger, Weak Keys Remain Widespread in Network Devices, 2016).

mod against;
pub mod duplicates;
mod memory;
mod partners;
mod product;
pub mod shared_primes;
mod tree;

use std::path::PathBuf;

use common::error::{Error, Place};
use common::key::Fingerprint;

use crate::checks::{Examined, Finding, Settings};

pub use product::Product;
use shared_primes::Kept;

/// What was found about an RSA key that was reported before.
#[derive(Debug)]
pub struct Late {
    /// Which key of the run it is, counted from 0: two keys may stand at one place.
    pub ordinal: u32,
    /// Where the key stands.
    pub place: Place,
    /// Whether it passed then.
    pub passed: bool,
    /// The size of its modulus in bits.
    pub bits: usize,
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// What was found.
    pub findings: Vec<Finding>,
}

/// What is to be done when all keys are there, beside comparing them with each other.
#[derive(Debug, Default)]
pub struct Tasks {
    /// Where their product is to be written.
    pub emit: Option<PathBuf>,
    /// The products that they are to be compared with.
    pub against: Vec<Product>,
}

/// What is kept of all keys.
#[derive(Debug)]
pub struct Across {
    /// How many keys there were.
    count: u32,
    places: Places,
    duplicates: Option<duplicates::Duplicates>,
    shared: Option<shared_primes::SharedPrimes>,
}

impl Across {
    /// Nothing yet.
    #[must_use]
    pub fn new(settings: &Settings, tasks: Tasks) -> Self {
        let compares = settings.wants(&shared_primes::SHARED_PRIME);
        let keeps = compares || tasks.emit.is_some() || !tasks.against.is_empty();
        Self {
            count: 0,
            places: Places::default(),
            duplicates: settings
                .wants(&duplicates::DUPLICATE)
                .then(|| duplicates::Duplicates::within(memory::available() / 4)),
            shared: keeps.then(|| shared_primes::SharedPrimes::within(memory::available(), compares, tasks)),
        }
    }

    /// The ordinal of the key that is seen next.
    #[must_use]
    pub const fn next_ordinal(&self) -> u32 {
        self.count
    }

    /// Takes a key that passes as yet, or does not. The finding is that of a key that was seen before.
    pub fn see(&mut self, file: &Place, line: usize, examined: Examined, passes: bool) -> Option<Finding> {
        let id = self.places.put(file, line);
        let ordinal = next(&mut self.count);
        let Examined { fingerprint, numbers, .. } = examined;
        if let (Some(shared), Some(numbers)) = (&mut self.shared, numbers) {
            shared.put(numbers, Kept { ordinal, id, fingerprint, passes });
        }
        self.duplicates.as_mut().and_then(|seen| seen.see(&fingerprint, id, &self.places))
    }

    /// Takes the keys of a product, which were judged, and compared with each other, when it was made.
    ///
    /// # Errors
    /// It is damaged.
    pub fn see_product(&mut self, product: &Product) -> Result<(), Error> {
        let Some(shared) = &mut self.shared else { return Ok(()) };
        shared.were_compared();
        product.entries(&mut |entries| {
            for entry in entries {
                let id = self.places.put(&entry.place, entry.place.line.unwrap_or_default());
                let ordinal = next(&mut self.count);
                let kept = Kept { ordinal, id, fingerprint: entry.fingerprint, passes: entry.passes };
                shared.put(entry.numbers(), kept);
            }
        })
    }

    /// What the keys share, and what could not be done. What takes long, and the memory for it, is announced. `is_whole`
    /// says whether all was read: a product is of all keys, or there is none.
    pub fn finish(self, is_whole: bool, announce: &mut dyn FnMut(&str)) -> (Vec<Late>, Vec<Error>) {
        let mut errors: Vec<Error> = self.duplicates.and_then(|duplicates| duplicates.given_up()).into_iter().collect();
        let late = self.shared.map(|shared| shared.finish(&self.places, is_whole, announce, &mut errors));
        (late.unwrap_or_default(), errors)
    }
}

/// Counts one more.
const fn next(count: &mut u32) -> u32 {
    let ordinal = *count;
    *count = count.saturating_add(1);
    ordinal
}

/// A place in few bytes.
type PlaceId = (u32, u32);

/// The files, so that a key's place is two numbers.
#[derive(Debug, Default)]
struct Places {
    files: Vec<Place>,
}

impl Places {
    fn put(&mut self, file: &Place, line: usize) -> PlaceId {
        if self.files.last().is_none_or(|last| last.file != file.file) {
            self.files.push(Place { line: None, ..file.clone() });
        }
        (u32::try_from(self.files.len() - 1).unwrap_or(u32::MAX), u32::try_from(line).unwrap_or(u32::MAX))
    }

    fn at(&self, (file, line): PlaceId) -> Place {
        let file = usize::try_from(file).ok().and_then(|file| self.files.get(file));
        file.map_or_else(|| Place { file: "?".to_owned(), line: None }, |file| file.at(line as usize))
    }
}
