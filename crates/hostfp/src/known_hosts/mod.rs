//! `known_hosts` (sshd(8)): its lines, what it says of a host, and how verified hosts come into it.
//!
//! - [`entry`]: a line with a key. [`names`]: whether it is about a host: plain and hashed names, patterns.
//! - [`search`]: all lines of a file, however long, on several cores.
//! - [`lookup`]: the keys that a file has for a host. [`held`]: those of many hosts, before they are asked.
//! - [`change`]: what becomes of a file when verified keys come into it. [`differences`]: where a file and a verified host
//!   differ.
//! - [`place`]: the new file in the place of the old one, which is there as a whole at every moment.

mod change;
mod differences;
mod entry;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod held;
mod lookup;
mod names;
mod place;
mod search;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::error::{Error, Place};
use common::key::PublicKey;

pub(crate) use differences::Differences;
pub(crate) use held::HeldKeys;
pub(crate) use lookup::{blobs_to_trust, first_misfit, known, looks_like_one};
pub(crate) use names::are_names;

/// The longest file that is read, in bytes: 100,000 lines of the longest RSA keys.
pub(crate) const MAX_FILE: usize = 256 * 1024 * 1024;

/// A line of `known_hosts`. For a certificate its plain key stands there: it is the key that is trusted, not the
/// authority that signed it.
pub(crate) fn line(host: &str, key: &PublicKey<'_>) -> String {
    format!("{host} {} {}\n", plain_type(key), STANDARD.encode(key.plain_blob()))
}

/// The type of a key, or of the key within a certificate.
fn plain_type<'a>(key: &'a PublicKey<'_>) -> &'a str {
    if key.is_certificate() { key.kind().name() } else { key.type_name() }
}

/// A host whose keys are verified.
#[derive(Debug)]
struct Verified {
    /// As [`line()`] names it.
    host: String,
    keys: Vec<PublicKey<'static>>,
    /// All that it has proven to hold, also keys about which nothing was expected: a line of the host with another key
    /// of the same type is out of date, and taken out. They are not added: only what was expected is.
    shown: Vec<PublicKey<'static>>,
}

/// A `known_hosts` file that verified hosts are added to: all of them at once, at the end, so that a fleet costs one
/// new file.
#[derive(Debug)]
pub(crate) struct File {
    /// As the user named it.
    named: PathBuf,
    /// Behind its links: the file itself is replaced, not a link to it.
    path: PathBuf,
    hash: bool,
    /// The file before anything is added.
    before: place::Snapshot,
    /// The lines of revoked keys, by the keys' blobs.
    revoked: HashMap<Vec<u8>, usize>,
    verified: Vec<Verified>,
}

impl File {
    /// The file of that path, which hosts are added to with hashed names or plain ones. It need not be there yet.
    ///
    /// # Errors
    /// It cannot be read, or could not be written.
    pub(crate) fn open(path: &Path, hash: bool) -> Result<Self, Error> {
        let named = path.to_owned();
        let at = |error: Error| error.at(Place::file(path));
        let path = place::resolve(path).map_err(at)?;
        place::check(&path).map_err(at)?;
        let before = place::Snapshot::of(&path).map_err(at)?;
        let revoked = change::revoked(&before.contents);
        Ok(Self { named, path, hash, before, revoked, verified: Vec::new() })
    }

    /// The path, as the user named it.
    pub(crate) fn named(&self) -> &Path {
        &self.named
    }

    /// The keys that the file holds for these hosts.
    pub(crate) fn held(&self, hosts: impl Iterator<Item = String>) -> HeldKeys {
        held::find(&self.before.contents, hosts)
    }

    /// Takes verified keys of a host, which [`write`](Self::write) will add to the file, and all that the host has
    /// shown.
    ///
    /// # Errors
    /// The file says that one of the verified keys is revoked.
    pub(crate) fn add(&mut self, host: &str, keys: &[&PublicKey<'_>], shown: &[PublicKey<'_>]) -> Result<(), Error> {
        let revoked = |key: &&PublicKey<'_>| blobs_to_trust(key).find_map(|blob| self.revoked.get(blob)).copied();
        if let Some(line) = keys.iter().find_map(revoked) {
            return Err(is_revoked(&self.named, line));
        }
        let keys = keys.iter().map(|key| (*key).clone().into_owned()).collect();
        let shown = shown.iter().map(|key| key.clone().into_owned()).collect();
        self.verified.push(Verified { host: host.to_owned(), keys, shown });
        Ok(())
    }

    /// Adds the keys of all hosts that were taken, replaces older ones of the same host and type, and leaves out those
    /// that are there. Where nothing is to be changed the file stays untouched.
    ///
    /// # Errors
    /// The file cannot be written, and is what it was; or one of the keys has been revoked since the file was opened,
    /// and the other hosts are written.
    pub(crate) fn write(self) -> Result<(), Error> {
        if self.verified.is_empty() {
            return Ok(());
        }
        let mut revoked = None;
        place::update(&self.path, self.before, |old| {
            let change = change::of(old, &self.verified, self.hash)?;
            revoked = change.revoked;
            Ok(change.patch)
        })
        .map_err(|error| error.at(Place::file(&self.named)))?;
        revoked.map_or(Ok(()), |line| Err(is_revoked(&self.named, line)))
    }
}

fn is_revoked(file: &Path, line: usize) -> Error {
    Error::no("this line says that the host's key is revoked; nothing is added").at(Place::file(file).at(line))
}
