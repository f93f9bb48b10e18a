//! Reads `known_hosts` (sshd(8)), finds the keys of a host in it, and adds verified hosts.
//!
//! - [`entry`]: a line with a key. [`names`]: whether a line is about a host, by plain names, hashed names and patterns.
//! - [`search`]: all lines of a file, however long, on several cores.
//! - [`lookup`]: the keys that a file has for a host. [`held`]: those of many hosts, before they are asked.
//! - [`mod@line`]: formats a line. [`revoked`]: keys that must not be trusted. [`verified`]: the hosts that are added.
//! - [`change`]: the new contents after verified keys are added. [`differences`]: where a file and a verified host differ.
//! - [`encoding`]: converts files of Windows to what ssh reads. [`limits`]: how long a file may be.
//! - [`place`]: replaces the old file by the new one; a complete file is there at every moment.

mod change;
mod differences;
mod encoding;
mod entry;
#[cfg(fuzzing)]
pub(crate) mod fuzzing;
mod held;
mod limits;
mod line;
mod lookup;
mod names;
mod place;
mod revoked;
mod search;
mod verified;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use common::error::{Error, Place};
use common::key::{Fingerprint, PublicKey};

pub(crate) use change::Outcome;
pub(crate) use differences::Differences;
use encoding::Encoding;
pub(crate) use held::HeldKeys;
pub(crate) use limits::MAX_FILE;
pub(crate) use line::line;
pub(crate) use lookup::{Unread, first_misfit, known, lines_about, looks_like_one};
pub(crate) use names::{are_names, are_names_of_a_listing};
pub(crate) use revoked::blobs_to_trust;
use verified::Verified;

/// A `known_hosts` file to which verified hosts are added: all of them together, at the end, so a whole fleet costs one new
/// file.
#[derive(Debug)]
pub(crate) struct File {
    /// As the user named it.
    named: PathBuf,
    /// With its links resolved: the file itself is replaced, not a link to it.
    path: PathBuf,
    hash: bool,
    /// The file before anything is added.
    before: place::Snapshot,
    /// The lines of revoked keys, by the keys' blobs.
    revoked: HashMap<Vec<u8>, usize>,
    verified: Vec<Verified>,
}

impl File {
    /// Opens the file of that path, to which hosts will be added with hashed or plain names. It need not exist yet.
    pub(crate) fn open(path: &Path, hash: bool) -> Result<Self, Error> {
        let named = path.to_owned();
        let at = |error: Error| error.at(Place::file(path));
        place::make_own_folder(path).map_err(at)?;
        let path = place::resolve(path).map_err(at)?;
        place::check(&path).map_err(at)?;
        let before = place::Snapshot::of(&path).map_err(at)?;
        if lookup::is_another_file(&before.contents) {
            return Err(at(Error::failure("is not a known_hosts file: it has no such line")
                .hint("name another FILE, such as ~/.ssh/known_hosts; a missing file is created")));
        }
        let revoked = revoked::revoked(&before.contents);
        Ok(Self { named, path, hash, before, revoked, verified: Vec::new() })
    }

    /// The path, as the user named it.
    pub(crate) fn named(&self) -> &Path {
        &self.named
    }

    /// The note on a file that is not written as ssh writes it.
    pub(crate) fn note(&self) -> Option<String> {
        let why = match self.before.encoding {
            Encoding::Plain => return None,
            Encoding::CarriageReturns => "its lines end in CRLF; if lines are added, all lines will end in LF",
            Encoding::ByteOrderMark => {
                "it is UTF-16 or has a byte order mark, which ssh does not read; it will be plain UTF-8"
            }
        };
        Some(format!("{}: {why}", Place::file(&self.named)))
    }

    /// The keys that the file holds for these hosts.
    pub(crate) fn held(&self, hosts: impl Iterator<Item = String>) -> HeldKeys {
        held::find(&self.before.contents, hosts)
    }

    /// Accepts the verified keys of a host, which [`write`](Self::write) will add to the file, all keys that the host has
    /// shown, and the fingerprints that are expected of it.
    ///
    /// # Errors
    /// One of the verified keys is revoked in the file.
    pub(crate) fn add(
        &mut self,
        host: &str,
        keys: &[&PublicKey<'_>],
        shown: &[&PublicKey<'_>],
        expected: Vec<Fingerprint>,
    ) -> Result<(), Error> {
        let revoked = |key: &&PublicKey<'_>| blobs_to_trust(key).find_map(|blob| self.revoked.get(blob)).copied();
        if let Some(line) = keys.iter().find_map(revoked) {
            return Err(revoked_error(&self.named, line));
        }
        let owned = |keys: &[&PublicKey<'_>]| keys.iter().map(|key| (*key).clone().into_owned()).collect();
        let (keys, shown) = (owned(keys), owned(shown));
        self.verified.push(Verified { host: host.to_owned(), keys, shown, expected });
        Ok(())
    }

    /// Adds the keys of all accepted hosts, replaces older ones of the same host and type, and skips those that are there. If
    /// nothing changes, the file is not touched. Returns the outcome for each host's lines.
    ///
    /// # Errors
    /// The file cannot be written, and stays as it was; or one of the keys has been revoked since the file was opened, and
    /// the other hosts are written.
    pub(crate) fn write(self) -> Result<Vec<(String, Outcome)>, Error> {
        if self.verified.is_empty() {
            return Ok(Vec::new());
        }
        let (mut revoked, mut outcomes) = (None, Vec::new());
        place::update(&self.path, self.before, |old| {
            let change = change::of(old, &self.verified, self.hash)?;
            revoked = change.revoked;
            outcomes = change.outcomes;
            Ok(change.patch)
        })
        .map_err(|error| error.at(Place::file(&self.named)))?;
        let hosts = self.verified.iter().map(|verified| verified.host.clone());
        revoked.map_or_else(|| Ok(hosts.zip(outcomes).collect()), |line| Err(revoked_error(&self.named, line)))
    }
}

fn revoked_error(file: &Path, line: usize) -> Error {
    Error::no("this line revokes the host's key; nothing is added").at(Place::file(file).at(line))
}

#[cfg(test)]
pub(crate) mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use common::error::ExitStatus;
    use common::key::{Hash, wire};

    use super::*;

    /// A user certificate for an Ed25519 key, `TYPE BASE64`, which expired in 1970 (OpenSSH's PROTOCOL.certkeys). The
    /// authority and its signature are invalid.
    pub(crate) fn certificate(key: &PublicKey<'_>) -> String {
        const TYPE: &str = "ssh-ed25519-cert-v01@openssh.com";
        let point = key.blob().get(key.blob().len() - 32..).unwrap();
        let mut blob = Vec::new();
        [TYPE.as_bytes(), b"nonce", point].iter().for_each(|part| wire::put_string(&mut blob, part));
        blob.extend([&0_u64.to_be_bytes()[..], &1_u32.to_be_bytes()].concat());
        [&b"mallory"[..], b"\0\0\0\x07mallory"].iter().for_each(|part| wire::put_string(&mut blob, part));
        blob.extend([0_u64.to_be_bytes(), 1_u64.to_be_bytes()].concat());
        [&b""[..], b"", b"", b"authority", b"signature"].iter().for_each(|part| wire::put_string(&mut blob, part));
        format!("{TYPE} {}", STANDARD.encode(blob))
    }

    /// An Ed25519 key whose bytes are all this one.
    pub(super) fn key(byte: u8) -> PublicKey<'static> {
        PublicKey::ed25519(&[byte; 32]).unwrap()
    }

    #[test]
    fn hosts_come_into_a_file_and_a_revoked_key_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("known_hosts");
        let others = format!("@revoked {}{}", line("*", &key(1)), line("vm", &key(2)));
        std::fs::write(&path, &others).unwrap();
        let mut file = File::open(&path, false).unwrap();
        assert_eq!((file.named(), file.note()), (&*path, None));
        let held = file.held(["vm".to_owned(), "gw".to_owned()].into_iter());
        assert!(held.len() == 1 && held["vm"][0].is(&key(2)));

        let refused = file.add("gw", &[&key(3), &key(1)], &[], Vec::new()).unwrap_err();
        assert_eq!((refused.status(), refused.place().unwrap().line), (ExitStatus::No, Some(1)));
        assert_eq!(file.write().unwrap(), []);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), others);

        let mut file = File::open(&path, false).unwrap();
        file.add("gw", &[&key(3)], &[&key(3)], vec![key(3).fingerprint(Hash::Sha256)]).unwrap();
        file.add("vm", &[&key(2)], &[&key(2)], Vec::new()).unwrap();
        let outcomes = [("gw".to_owned(), Outcome::Added), ("vm".to_owned(), Outcome::Unchanged)];
        assert_eq!(file.write().unwrap(), outcomes);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), others + &line("gw", &key(3)));
    }

    #[test]
    fn a_key_that_is_revoked_in_the_meantime_is_reported() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("known_hosts");
        let mut file = File::open(&path, false).unwrap();
        file.add("vm", &[&key(1)], &[], Vec::new()).unwrap();
        std::fs::write(&path, format!("#\n@revoked {}", line("*", &key(1)))).unwrap();
        let refused = file.write().unwrap_err();
        assert_eq!((refused.status(), refused.place().unwrap().line), (ExitStatus::No, Some(2)));
    }

    #[test]
    fn a_file_of_windows_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("known_hosts");
        for (text, words) in [("a b AAAA\r\n", "CRLF"), ("\u{feff}a b AAAA\n", "byte order mark")] {
            std::fs::write(&path, text).unwrap();
            let note = File::open(&path, false).unwrap().note().unwrap();
            assert!(note.starts_with(&Place::file(&path).to_string()) && note.contains(words), "{note}");
        }
    }
}
