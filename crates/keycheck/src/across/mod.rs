//! What shows only when keys are seen side by side: the same key twice, and primes that two keys share.
//!
//! Both need something of every key. Of moduli no more is kept than can be worked on in the memory that is there; past
//! that nothing is kept, and the caller is told what it would have taken.

mod batch_gcd;
pub mod duplicates;
mod memory;
pub mod shared_primes;

use common::error::{Error, Place};
use common::keys::{Hash, PublicKey};

use crate::checks::{Finding, Numbers, Settings};

/// A finding about a key that was reported before.
#[derive(Debug)]
pub struct Late {
    /// Where the key stands.
    pub place: Place,
    /// Its fingerprint.
    pub fingerprint: String,
    /// What was found.
    pub finding: Finding,
}

/// What is kept of all keys.
#[derive(Debug)]
pub struct Across {
    places: Places,
    duplicates: Option<duplicates::Duplicates>,
    shared: Option<shared_primes::SharedPrimes>,
}

impl Across {
    /// Nothing yet.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        let shared = settings
            .wants(&shared_primes::SHARED_PRIME)
            .then(|| shared_primes::SharedPrimes::within(memory::available()));
        Self {
            places: Places::default(),
            duplicates: settings.wants(&duplicates::DUPLICATE).then(duplicates::Duplicates::default),
            shared,
        }
    }

    /// Takes a key. The finding is that of a key that was seen before.
    pub fn see(&mut self, file: &Place, line: usize, key: &PublicKey<'_>) -> Option<Finding> {
        let id = self.places.put(file, line);
        let fingerprint = key.fingerprint(Hash::Sha256);
        let finding = self.duplicates.as_mut().and_then(|seen| seen.see(&fingerprint, id, &self.places));
        if finding.is_none()
            && let (Some(shared), Some(numbers)) = (&mut self.shared, Numbers::of(key))
        {
            shared.put(&numbers, id, &fingerprint);
        }
        finding
    }

    /// What the keys share.
    ///
    /// # Errors
    /// There were too many for the memory that is there.
    pub fn finish(self) -> Result<Vec<Late>, Error> {
        self.shared.map_or_else(|| Ok(Vec::new()), |shared| shared.finish(&self.places))
    }
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
        if self.files.last() != Some(file) {
            self.files.push(file.clone());
        }
        (u32::try_from(self.files.len() - 1).unwrap_or(u32::MAX), u32::try_from(line).unwrap_or(u32::MAX))
    }

    fn at(&self, (file, line): PlaceId) -> Place {
        let file = usize::try_from(file).ok().and_then(|file| self.files.get(file));
        file.map_or_else(|| Place { file: "?".to_owned(), line: None }, |file| file.at(line as usize))
    }
}
