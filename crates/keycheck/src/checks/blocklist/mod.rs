//! Reads lists of compromised keys, in the two formats in which they are published.

mod badkeys;
mod debian;
mod sorted;

use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::path::Path;

use common::error::{Error, Place};
use common::key::PublicKey;

use crate::finding::{Check, Finding, Severity};

/// The key is in a list that `--blocklist` names.
pub(crate) static BLOCKLISTED: Check = Check {
    name: "blocklisted",
    severity: Severity::Error,
    what: "The key is in a list of compromised keys that --blocklist names.",
    why: "Its private half was published or can be computed, as that of the keys of Debian's OpenSSL of 2008 \
          (CVE-2008-0166): anyone can log in as its owner, or impersonate its host.",
    remedy: "Remove the key wherever it is accepted, and generate a new one.",
    source: "badkeys' blocklist, https://badkeys.info; Debian's openssh-blacklist; CVE-2008-0166",
};

/// An open list.
#[derive(Debug)]
pub struct Blocklist {
    place: Place,
    records: Records,
}

#[derive(Debug)]
enum Records {
    Badkeys(badkeys::Records),
    Debian(debian::Records),
}

impl Blocklist {
    /// Opens a list. The format is detected from its content.
    ///
    /// # Errors
    /// It cannot be read, is in neither format, is cut short, or is not sorted.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let place = Place::file(path);
        let open = || {
            let mut file = File::open(path)?;
            let metadata = file.metadata()?;
            let mut start = Vec::new();
            if !metadata.is_dir() {
                file.by_ref().take(debian::START).read_to_end(&mut start)?;
                file.seek(SeekFrom::Start(0))?;
            }
            Ok((file, metadata, start))
        };
        let (file, metadata, start) = open().map_err(|error| Error::io("cannot read", &error).at(place.clone()))?;
        if metadata.is_dir() {
            return Err(Error::failure("cannot read: is a folder").at(place));
        }
        let records = if debian::is_start(&start) {
            Records::Debian(debian::Records::read(file, &place)?)
        } else {
            Records::Badkeys(badkeys::Records::open(file, metadata.len(), &place)?)
        };
        Ok(Self { place, records })
    }

    /// Returns the finding for a key that is in the list.
    ///
    /// # Errors
    /// The list cannot be read, or is not sorted.
    pub fn check(&self, key: &PublicKey<'_>) -> Result<Option<Finding>, Error> {
        let place = &self.place;
        Ok(match &self.records {
            Records::Badkeys(records) => {
                let list = records.find(key).map_err(|error| error.at(place.clone()))?;
                list.map(|list| BLOCKLISTED.found(format!("the key is in {place} (list {list})")))
            }
            Records::Debian(records) => records.holds(key).then(|| BLOCKLISTED.found(format!("the key is in {place}"))),
        })
    }
}
