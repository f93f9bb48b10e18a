//! Searches the list of badkeys: first in the file, which is enough for a few keys. A run over many keys reads it into memory.
//!
//! A record is 16 bytes: the first 15 of a SHA-256, and the number of the list that the key came from. The hash is that of an
//! integer, big-endian without leading zeros: an RSA key's modulus, a DSA key's y, an ECDSA point's x, an Ed25519 key's 32
//! bytes, also if they are half of a key. Records are sorted.

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::sync::{Mutex, OnceLock, PoisonError};

use common::error::{Error, Place};
use common::key::wire::Reader;
use common::key::{Kind, PublicKey};
use sha2::{Digest as _, Sha256};

use super::sorted::Sorted;

/// The length of a record in bytes.
const RECORD: u64 = 16;

/// The number of records, evenly spread, that are read when a list is opened, to check that it is sorted.
const SAMPLES: u64 = 1024;

/// The number of keys that are looked up in the file before it is read into memory.
const IN_FILE: u32 = 500;

/// The longest list, in bytes, that is read into memory: eight times its current length.
const MOST: u64 = 512 << 20;

/// The beginning of a hash.
type Key = [u8; 15];

/// The records.
#[derive(Debug)]
pub(super) struct Records {
    /// Threads take turns, since a seek and a read belong together.
    file: Mutex<InFile>,
    memory: OnceLock<Sorted<16>>,
}

/// The records in the file.
#[derive(Debug)]
struct InFile {
    file: File,
    records: u64,
    /// The number of keys that were looked up here.
    lookups: u32,
}

impl Records {
    /// Opens the records in a file of this length.
    ///
    /// # Errors
    /// It cannot be read, is cut short, or is not sorted.
    pub(super) fn open(file: File, length: u64, place: &Place) -> Result<Self, Error> {
        let (records, remainder) = (length / RECORD, length % RECORD);
        if remainder != 0 || records == 0 {
            return Err(Error::failure(
                "is not a blocklist, or is cut short: its length is not a multiple of 16 bytes",
            )
            .at(place.clone())
            .hint("fetch it again; `badkeys --update-bl` leaves it in ~/.cache/badkeys/blocklist.dat"));
        }
        let mut in_file = InFile { file, records, lookups: 0 };
        in_file.sample().map_err(|error| error.at(place.clone()))?;
        Ok(Self { file: Mutex::new(in_file), memory: OnceLock::new() })
    }

    /// Returns the list that a key came from, if the key is listed.
    ///
    /// # Errors
    /// The file cannot be read, or is not sorted.
    pub(super) fn find(&self, key: &PublicKey<'_>) -> Result<Option<u8>, Error> {
        let Some(number) = number(key) else { return Ok(None) };
        let Some(wanted) = Sha256::digest(number).first_chunk().copied() else { return Ok(None) };
        let in_memory = |records: &Sorted<16>| records.find(&wanted).map(|[.., list]| *list);
        if let Some(records) = self.memory.get() {
            return Ok(in_memory(records));
        }
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if file.lookups < IN_FILE || file.records * RECORD > MOST {
            file.lookups = file.lookups.saturating_add(1);
            return file.find(&wanted);
        }
        // Another thread may have read it in the meantime.
        if self.memory.get().is_none() {
            let _ = self.memory.set(file.read()?);
        }
        Ok(self.memory.get().and_then(in_memory))
    }
}

impl InFile {
    fn sample(&mut self) -> Result<(), Error> {
        let mut last = None;
        for sample in 0..SAMPLES.min(self.records) {
            // The products stay far below 2^64: a file has at most 2^59 records.
            let (key, _) = self.record((self.records - 1) / (SAMPLES.min(self.records) - 1).max(1) * sample)?;
            if last > Some(key) {
                return Err(unsorted());
            }
            last = Some(key);
        }
        Ok(())
    }

    fn record(&mut self, index: u64) -> Result<(Key, u8), Error> {
        let mut record = [0; RECORD as usize];
        self.file
            .seek(SeekFrom::Start(index * RECORD))
            .and_then(|_| self.file.read_exact(&mut record))
            .map_err(|error| Error::io("cannot read", &error))?;
        let [key @ .., list] = record;
        Ok((key, list))
    }

    /// Does a binary search. A record that is not between those read before it and after it shows that the list is not sorted.
    fn find(&mut self, wanted: &Key) -> Result<Option<u8>, Error> {
        let (mut low, mut high) = (0, self.records);
        let (mut least, mut most) = ([0; 15], [0xff; 15]);
        while low < high {
            let middle = low + (high - low) / 2;
            let (key, list) = self.record(middle)?;
            if key < least || key > most {
                return Err(unsorted());
            }
            match key.cmp(wanted) {
                std::cmp::Ordering::Equal => return Ok(Some(list)),
                std::cmp::Ordering::Less => (low, least) = (middle + 1, key),
                std::cmp::Ordering::Greater => (high, most) = (middle, key),
            }
        }
        Ok(None)
    }

    /// Reads all records.
    fn read(&mut self) -> Result<Sorted<16>, Error> {
        let mut records: Vec<[u8; 16]> = Vec::with_capacity(usize::try_from(self.records).unwrap_or_default());
        let mut part = vec![0; 1 << 20];
        let failure = |error: std::io::Error| Error::io("cannot read", &error);
        self.file.seek(SeekFrom::Start(0)).map_err(failure)?;
        let mut left = self.records;
        while left > 0 {
            let count = left.min(part.len() as u64 / RECORD);
            let bytes = part.get_mut(..(count * RECORD) as usize).unwrap_or_default();
            self.file.read_exact(bytes).map_err(failure)?;
            records.extend(bytes.as_chunks().0);
            left -= count;
        }
        if records.is_sorted() { Ok(Sorted::new(records)) } else { Err(unsorted()) }
    }
}

fn unsorted() -> Error {
    Error::failure("is not a blocklist: its records are not sorted")
}

/// Returns the integer that a key is listed by.
fn number<'k>(key: &'k PublicKey<'_>) -> Option<&'k [u8]> {
    let mut reader = Reader::new(key.plain_blob());
    reader.string().ok()?;
    let number = match key.kind() {
        Kind::Rsa => {
            reader.unsigned().ok()?;
            reader.unsigned().ok()?
        }
        Kind::Dsa => {
            for _ in 0..3 {
                reader.unsigned().ok()?;
            }
            reader.unsigned().ok()?
        }
        Kind::Ecdsa(_) | Kind::SkEcdsa => {
            reader.string().ok()?;
            let point = reader.string().ok()?;
            point.get(1..=point.len() / 2)?
        }
        Kind::Ed25519 | Kind::SkEd25519 => reader.string().ok()?,
        Kind::MlDsa44Ed25519 => key.mldsa44_and_ed25519()?.1,
        Kind::Unknown => return None,
    };
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::super::Blocklist;
    use super::*;

    fn list(name: &str, keys: &[(Vec<u8>, u8)], sorted: bool) -> std::path::PathBuf {
        let mut records: Vec<Vec<u8>> =
            keys.iter().map(|(number, id)| [&Sha256::digest(number)[..15], &[*id]].concat()).collect();
        records.sort();
        if !sorted {
            records.reverse();
        }
        let path = std::env::temp_dir().join(format!("keycheck-{}-{name}", std::process::id()));
        std::fs::write(&path, records.concat()).unwrap();
        path
    }

    fn open(path: &Path) -> Result<Blocklist, String> {
        let list = Blocklist::open(path).map_err(|error| error.message().to_owned());
        std::fs::remove_file(path).unwrap();
        list
    }

    #[test]
    fn every_listed_key_is_found_with_its_list_and_no_other() {
        for count in [1u32, 2, 3, 1000, 5000] {
            let keys: Vec<(Vec<u8>, u8)> =
                (0..count).map(|i| ((1000 + i).to_be_bytes()[2..].to_vec(), i as u8)).collect();
            let list = open(&list(&format!("good-{count}"), &keys, true)).unwrap();
            for (number, id) in &keys {
                let finding = list.check(&PublicKey::rsa(&[3], number).unwrap()).unwrap().unwrap();
                assert!(finding.message.ends_with(&format!("(list {id})")), "{}", finding.message);
            }
            // After more look-ups than this the file was read into memory.
            let super::super::Records::Badkeys(records) = &list.records else { panic!() };
            assert_eq!(records.memory.get().is_some(), count > IN_FILE);
            assert!(list.check(&PublicKey::rsa(&[3], &[1]).unwrap()).unwrap().is_none());
            assert!(list.check(&PublicKey::rsa(&[3], &[1, 0, 0, 0]).unwrap()).unwrap().is_none());
        }
    }

    #[test]
    fn points_are_listed_by_their_x_and_bytes() {
        let mut point = vec![4];
        point.resize(65, 7);
        let ecdsa = PublicKey::ecdsa(common::key::Curve::Nistp256, &point).unwrap();
        let edwards = PublicKey::ed25519(&[&[0][..], &[9; 31]].concat()).unwrap();
        let halves = [&[5; 1312][..], &[0], &[9; 31]].concat();
        let both = PublicKey::mldsa44_ed25519("ssh-mldsa44-ed25519", &halves).unwrap();
        let list = open(&list("points", &[(vec![7; 32], 1), (vec![9; 31], 2)], true)).unwrap();
        assert!(list.check(&ecdsa).unwrap().unwrap().message.contains("(list 1)"));
        assert!(list.check(&edwards).unwrap().unwrap().message.contains("(list 2)"));
        assert!(list.check(&both).unwrap().unwrap().message.contains("(list 2)"));
    }

    #[test]
    fn other_files_are_refused() {
        let keys: Vec<(Vec<u8>, u8)> = (0..20).map(|i| (vec![i + 1], i)).collect();
        assert!(open(&list("unsorted", &keys, false)).unwrap_err().contains("not sorted"));
        let cut = list("cut", &keys, true);
        let bytes = std::fs::read(&cut).unwrap();
        std::fs::write(&cut, &bytes[..100]).unwrap();
        assert!(open(&cut).unwrap_err().contains("cut short"));
        assert!(Blocklist::open(&std::env::temp_dir()).is_err());
    }
}
