//! What shows only when keys are seen side by side: the same key twice, and primes that two keys share.
//!
//! Both need something of every key. No more is kept than can be worked on in the memory that is there; past that
//! nothing is kept, and the caller is told what it would have taken.

mod batch_gcd;
pub mod duplicates;
mod memory;
pub mod shared_primes;

use common::error::{Error, Place};
use common::keys::Fingerprint;

use crate::checks::{Examined, Finding, Settings};

/// What was found about an RSA key that was reported before.
#[derive(Debug)]
pub struct Late {
    /// Where the key stands.
    pub place: Place,
    /// The size of its modulus in bits.
    pub bits: usize,
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// What was found.
    pub findings: Vec<Finding>,
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
            duplicates: settings
                .wants(&duplicates::DUPLICATE)
                .then(|| duplicates::Duplicates::within(memory::available() / 4)),
            shared,
        }
    }

    /// Takes a key. The finding is that of a key that was seen before.
    pub fn see(&mut self, file: &Place, line: usize, examined: Examined) -> Option<Finding> {
        let id = self.places.put(file, line);
        let Examined { fingerprint, numbers, .. } = examined;
        let finding = self.duplicates.as_mut().and_then(|seen| seen.see(&fingerprint, id, &self.places));
        if finding.is_none()
            && let (Some(shared), Some(numbers)) = (&mut self.shared, numbers)
        {
            shared.put(numbers, id, fingerprint);
        }
        finding
    }

    /// What the keys share. What takes long, and the memory for it, is announced.
    ///
    /// # Errors
    /// There were too many for the memory that is there.
    pub fn finish(self, announce: &mut dyn FnMut(&str)) -> Result<Vec<Late>, Error> {
        if let Some(error) = self.duplicates.and_then(|duplicates| duplicates.given_up()) {
            return Err(error);
        }
        self.shared.map_or_else(|| Ok(Vec::new()), |shared| shared.finish(&self.places, announce))
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
