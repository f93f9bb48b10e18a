//! Reads and writes a file with the product of many moduli and the places of their keys, so that other runs can compare their
//! keys with these.
//!
//! Integers are little-endian and have 8 bytes unless noted:
//!
//! ```text
//! "vmkeys product 1\n"
//! length of the product · length of the table
//! the product
//! SHA-256 of all so far
//! the table: count of files (4), for each: length of its name (4), name
//!            count of keys, for each: file (4), line (4), SHA-256 of its blob (32),
//!                            whether it passed (1), length of its modulus (2), modulus, big-endian
//! SHA-256 of the table
//! ```
//!
//! The product shows whether something is shared. The table, which is as long again, shows with which key; it is only read
//! then.

use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use common::error::{Error, Place};
use common::escape;
use common::key::Fingerprint;
use common::os::atomic_file::{Access, AtomicFile};
use dashu_int::UBig;
use sha2::{Digest as _, Sha256};

use super::moduli::Modulus;
use super::places::{PlaceId, Places};
use crate::checks::Numbers;
use crate::finding::Other;

/// The beginning of all versions.
const MAGIC: &[u8] = b"vmkeys product ";
/// The version, which follows.
const VERSION: &[u8] = b"1\n";
/// The length of the header before the product.
const HEADER: usize = MAGIC.len() + VERSION.len() + 16;
/// The length of a SHA-256.
const SUM: u64 = 32;
/// The number of entries that are passed on at a time.
const CHUNK: usize = 4096;
/// The longest name of a file in the table.
const MAX_NAME: u32 = 1 << 16;

/// A product to compare with.
#[derive(Debug)]
pub(crate) struct Product {
    path: PathBuf,
    /// Its name in messages.
    pub(super) place: Place,
    header: [u8; HEADER],
    /// The length of the product in bytes.
    pub(super) length: u64,
    table: u64,
}

/// One of the keys.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) place: Place,
    pub(super) fingerprint: Fingerprint,
    /// Whether it passed when it was judged.
    pub(super) passes: bool,
    modulus: Vec<u8>,
}

impl Entry {
    /// Returns its modulus.
    pub(super) fn modulus(&self) -> UBig {
        UBig::from_be_bytes(&self.modulus)
    }

    /// Returns its modulus without an exponent, which the table does not have.
    pub(super) fn numbers(&self) -> Numbers {
        Numbers::of_bytes(self.modulus.clone(), UBig::ZERO)
    }

    /// Returns the key, as the findings of others name it.
    pub(super) fn other(&self) -> Other {
        Other { place: self.place.clone(), fingerprint: self.fingerprint }
    }
}

impl Product {
    /// Whether a file begins like a product.
    #[must_use]
    pub(crate) fn is_one(path: &Path) -> bool {
        let mut start = [0; MAGIC.len()];
        File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok_and(|()| start == MAGIC)
    }

    /// Refuses to put a product in place of a file that is not one.
    ///
    /// # Errors
    /// Something would be lost.
    pub(crate) fn refuse_other_file(path: &Path) -> Result<(), Error> {
        let is_other = fs::symlink_metadata(path).is_ok_and(|there| there.is_file() && there.len() > 0);
        if is_other && !Self::is_one(path) {
            return Err(Error::failure("is not a product of moduli, and would be lost")
                .at(Place::file(path))
                .hint("--emit-product names another file; remove this one if it is no longer needed"));
        }
        Ok(())
    }

    /// Opens a product.
    ///
    /// # Errors
    /// It cannot be read, is not a product, has another version, or has another length than its header gives.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let place = Place::file(path);
        let failure = |error: io::Error| Error::io("cannot read", &error).at(place.clone());
        let no_product = |why: &str| {
            Error::failure(why)
                .at(place.clone())
                .hint("`keycheck --emit-product FILE` writes the product of the keys it reads")
        };
        let mut file = File::open(path).map_err(failure)?;
        let metadata = file.metadata().map_err(failure)?;
        if metadata.is_dir() {
            return Err(Error::failure("cannot read: is a folder").at(place));
        }
        let mut header = [0; HEADER];
        match file.read_exact(&mut header) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(no_product("is not a product of moduli"));
            }
            result => result.map_err(failure)?,
        }
        let rest = header.strip_prefix(MAGIC).ok_or_else(|| no_product("is not a product of moduli"))?;
        let lengths = rest
            .strip_prefix(VERSION)
            .ok_or_else(|| no_product("is a product of another version; this keycheck reads version 1"))?;
        let (length, table) = lengths.split_at(8);
        let (length, table) = (number(length), number(table));
        let whole = [HEADER as u64, length, SUM, table, SUM].into_iter().try_fold(0u64, u64::checked_add);
        if whole != Some(metadata.len()) {
            return Err(no_product("is damaged: its length is not the one in its header"));
        }
        Ok(Self { path: path.to_owned(), place, header, length, table })
    }

    /// Reads the product itself.
    ///
    /// # Errors
    /// It cannot be read, or is damaged.
    pub(super) fn read(&self) -> Result<UBig, Error> {
        let mut file = self.at(HEADER as u64)?;
        let mut bytes = vec![0; usize::try_from(self.length).map_err(|_| self.damaged())?];
        let mut sum = [0; SUM as usize];
        file.read_exact(&mut bytes)
            .and_then(|()| file.read_exact(&mut sum))
            .map_err(|error| self.unreadable(&error))?;
        let read = Sha256::new().chain_update(self.header).chain_update(&bytes).finalize();
        let product = UBig::from_le_bytes(&bytes);
        if read.as_slice() == sum && product != UBig::ZERO { Ok(product) } else { Err(self.damaged()) }
    }

    /// Passes the keys to `take`, some thousands at a time.
    ///
    /// # Errors
    /// They cannot be read, or are damaged; that only shows when all have been passed on.
    pub(super) fn entries(&self, take: &mut dyn FnMut(Vec<Entry>)) -> Result<(), Error> {
        let file = self.at(HEADER as u64 + self.length + SUM)?;
        let mut table = Summed { inner: BufReader::with_capacity(1 << 20, file).take(self.table), sum: Sha256::new() };
        self.read_table(&mut table, take).map_err(|error| self.unreadable(&error))?;
        let mut sum = [0; SUM as usize];
        let rest = table.inner.limit();
        table.inner.into_inner().read_exact(&mut sum).map_err(|error| self.unreadable(&error))?;
        if rest == 0 && table.sum.finalize().as_slice() == sum { Ok(()) } else { Err(self.damaged()) }
    }

    fn read_table(&self, table: &mut impl Read, take: &mut dyn FnMut(Vec<Entry>)) -> io::Result<()> {
        let mut files = Vec::new();
        for _ in 0..u32::from_le_bytes(array(table)?) {
            let length = u32::from_le_bytes(array(table)?);
            if length > MAX_NAME {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let mut name = vec![0; length as usize];
            table.read_exact(&mut name)?;
            files.push(Place { file: escape::text(&name), line: None });
        }
        let mut left = u64::from_le_bytes(array(table)?);
        while left > 0 {
            let mut entries = Vec::new();
            while left > 0 && entries.len() < CHUNK {
                left -= 1;
                let file = files.get(u32::from_le_bytes(array(table)?) as usize);
                let line = u32::from_le_bytes(array(table)?) as usize;
                let fingerprint = Fingerprint::of_sha256(&array(table)?);
                let [passes] = array(table)?;
                let mut modulus = vec![0; usize::from(u16::from_le_bytes(array(table)?))];
                table.read_exact(&mut modulus)?;
                let file = file.ok_or(io::ErrorKind::UnexpectedEof)?;
                entries.push(Entry { place: file.at(line), fingerprint, passes: passes == 1, modulus });
            }
            // A modulus of 0 cannot be divided by, and can only be damage.
            entries.retain(|entry| entry.modulus() > UBig::ONE);
            take(entries);
        }
        Ok(())
    }

    fn at(&self, offset: u64) -> Result<File, Error> {
        let open = || {
            let mut file = File::open(&self.path)?;
            file.seek(SeekFrom::Start(offset)).map(|_| file)
        };
        open().map_err(|error| self.unreadable(&error))
    }

    fn unreadable(&self, error: &io::Error) -> Error {
        match error.kind() {
            io::ErrorKind::UnexpectedEof => self.damaged(),
            _ => Error::io("cannot read", error).at(self.place.clone()),
        }
    }

    fn damaged(&self) -> Error {
        Error::failure("is damaged: checksum mismatch")
            .at(self.place.clone())
            .hint("write it again with `keycheck --emit-product`; its keys were not compared")
    }
}

/// Writes the product of these keys: completely or not at all, even if a signal ends keycheck.
///
/// # Errors
/// It cannot be written.
pub(super) fn write(path: &Path, product: &UBig, moduli: &[Modulus], places: &Places) -> Result<(), Error> {
    let new_file = || {
        let new = AtomicFile::create(path, "keycheck", Access::Umask)?;
        put_all(new.file(), product, moduli, places)?;
        new.complete()?.put_in_place()
    };
    new_file().map_err(|error| Error::io("cannot write", &error).at(Place::file(path)))
}

fn put_all(file: &File, product: &UBig, moduli: &[Modulus], places: &Places) -> io::Result<()> {
    let mut file = Summed { inner: BufWriter::with_capacity(1 << 20, file), sum: Sha256::new() };
    let product = product.to_le_bytes();
    let names: u64 = places.files.iter().map(|place| 4 + place.file.len() as u64).sum();
    let entries: u64 = moduli.iter().map(|modulus| modulus.owners.len() as u64 * (43 + modulus.bytes() as u64)).sum();
    for part in
        [MAGIC, VERSION, &(product.len() as u64).to_le_bytes(), &(4 + names + 8 + entries).to_le_bytes(), &product]
    {
        file.put(part)?;
    }
    file.put_sum()?;
    file.put(&narrow(places.files.len())?.to_le_bytes())?;
    for place in &places.files {
        file.put(&narrow(place.file.len())?.to_le_bytes())?;
        file.put(place.file.as_bytes())?;
    }
    file.put(&moduli.iter().map(|modulus| modulus.owners.len() as u64).sum::<u64>().to_le_bytes())?;
    for modulus in moduli {
        let number = modulus.n.to_be_bytes();
        let length = u16::try_from(number.len()).map_err(io::Error::other)?;
        for owner in &modulus.owners {
            let (file_of, line): PlaceId = owner.place;
            file.put(&file_of.to_le_bytes())?;
            file.put(&line.to_le_bytes())?;
            file.put(owner.fingerprint.digest())?;
            file.put(&[u8::from(owner.passes)])?;
            file.put(&length.to_le_bytes())?;
            file.put(&number)?;
        }
    }
    file.put_sum()?;
    file.inner.flush()
}

/// A file, and the checksum of what was read or written.
struct Summed<T> {
    inner: T,
    sum: Sha256,
}

impl<T: Read> Read for Summed<T> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.sum.update(buffer.get(..read).unwrap_or_default());
        Ok(read)
    }
}

impl<T: io::Write> Summed<T> {
    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.sum.update(bytes);
        self.inner.write_all(bytes)
    }

    /// Writes the checksum, and resets it.
    fn put_sum(&mut self) -> io::Result<()> {
        let sum = self.sum.finalize_reset();
        self.inner.write_all(&sum)
    }
}

fn array<const N: usize>(from: &mut impl Read) -> io::Result<[u8; N]> {
    let mut bytes = [0; N];
    from.read_exact(&mut bytes).map(|()| bytes)
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn narrow(length: usize) -> io::Result<u32> {
    u32::try_from(length).map_err(io::Error::other)
}
