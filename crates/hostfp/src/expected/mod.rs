//! Reads what hosts are expected to show: all hosts the same keys, or each its own.
//!
//! Each host's own keys are found by its name: in a folder, the file that is named after it ([`folder`]); in JSON Lines, the
//! objects that name it; in a `known_hosts`, its lines ([`known_hosts`]). A host without an expectation never counts as a
//! match, and an expectation for one port does not count for another.

mod folder;
mod known_hosts;
mod names;
mod text;

use std::ffi::OsStr;
use std::io::Read as _;
use std::path::{Component, Path};
use std::sync::Arc;

use common::error::Error;
use common::escape;
use common::input::{Source, Stdin, too_long};
use common::key::Kind;

use crate::trusted::{self, BootChoice, Trusted};
use folder::Folder;
use known_hosts::KnownHosts;
use text::Text;

/// The longest text of objects about many hosts, in bytes: 100,000 hosts of three types each.
const MAX_OBJECTS: usize = 64 * 1024 * 1024;

/// How many bytes of a long text are read before its kind is determined.
const FIRST: usize = 64 * 1024;

/// The expected keys of hosts.
pub(crate) enum Expected {
    /// One text.
    Text(Text),
    /// Files that are named after their hosts.
    Folder(Folder),
}

impl Expected {
    /// Reads the source: a fingerprint or key, a file, a folder, or `-` for standard input. An argument that parses as a
    /// fingerprint or key is never read as a file, since a stranger may have created a file of that name here; a leading `./`
    /// makes it a file name. `boot` chooses between the boots of a log. With `hosts`, [`of_host`](Self::of_host) will be
    /// called for no other, which keeps less of a long `known_hosts` in memory.
    ///
    /// # Errors
    /// It cannot be read, or holds nothing to trust.
    pub(crate) fn of(
        source: &OsStr,
        boot: Option<BootChoice>,
        hosts: Option<&[String]>,
        stdin: &mut Stdin<'_>,
    ) -> Result<Self, Error> {
        if source.is_empty() {
            return Err(Error::failure("the argument of --expect is empty")
                .hint("is the variable set that it is to come from?"));
        }
        let path = Path::new(source);
        let words = source.to_str().filter(|_| !is_path_alone(path)).unwrap_or_default();
        if let Some(trusted) = Trusted::of_argument(words) {
            // Text in a format other than a list is read from a file or a stream only.
            let begins_a_list =
                words.lines().next().is_some_and(|line| line.contains("SHA256:") || line.contains("AAAA"));
            let trusted = trusted.map_err(|error| match words.contains('\n') && !begins_a_list {
                true => error.hint("give it on standard input: COMMAND | hostfp --expect - HOST"),
                false => error,
            });
            return trusted.map(|trusted| Self::Text(Text::OfAll(Arc::new(trusted))));
        }
        if is_part_of_key(words) {
            return Err(Error::failure(format!("a part of a public key: {}", escape::text(words.as_bytes())))
                .hint("quote all of it: --expect \"ssh-ed25519 AAAA…\""));
        }
        if path.is_dir() {
            return Folder::open(path, boot).map(Self::Folder);
        }
        let of_user = is_of_user(path);
        let is_long = path.metadata().is_ok_and(|metadata| metadata.len() > trusted::MAX_TEXT as u64);
        let is_of_revoked = path.file_name() == Some(OsStr::new("revoked_host_keys"));
        let source = Source::open(source, stdin).map_err(|error| trusted::in_hexadecimal(words).unwrap_or(error))?;
        if is_of_revoked {
            return Err(Error::failure("the file name is one for revoked keys").at(source.place));
        }
        if of_user {
            return Err(Error::failure("a file of users' keys, not a host's")
                .at(source.place)
                .hint("a host's keys are in /etc/ssh/ssh_host_*_key.pub; run hostfp on the VM"));
        }
        read(source, if is_long { FIRST } else { trusted::MAX_TEXT }, boot, hosts).map(Self::Text)
    }

    /// Takes the notes on an expectation that is the same for all hosts, to print them once and not for each host.
    pub(crate) fn take_notes(&mut self) -> Vec<String> {
        match self {
            Self::Text(Text::OfAll(trusted)) => {
                Arc::get_mut(trusted).map(|trusted| std::mem::take(&mut trusted.notes)).unwrap_or_default()
            }
            _ => Vec::new(),
        }
    }

    /// Returns what the host with these names is expected to show. Each name is written as in `known_hosts`: `vm` or
    /// `[vm]:2222`. Each name with an expectation yields one, and the host must meet all of them.
    ///
    /// # Errors
    /// The source has no expectation for any of the names, or nothing to trust for one of them.
    pub(crate) fn of_host(&self, names: &[String]) -> Result<Vec<Arc<Trusted>>, Error> {
        let found = self.find(names)?;
        if found.is_empty() { Err(self.no_expectation(names)) } else { Ok(found) }
    }

    /// The same, but empty where the source says nothing about any of the names.
    ///
    /// # Errors
    /// Of one of the names the source says nothing to trust.
    pub(crate) fn find(&self, names: &[String]) -> Result<Vec<Arc<Trusted>>, Error> {
        match self {
            Self::Text(text) => text.find(names),
            Self::Folder(folder) => names.iter().filter_map(|name| folder.find(name)).collect(),
        }
    }

    /// The error of a source that says nothing about these names of a host.
    pub(crate) fn no_expectation(&self, names: &[String]) -> Error {
        match self {
            Self::Text(text) => text.no_expectation(names),
            Self::Folder(folder) => folder.no_expectation(),
        }
    }
}

/// Whether a source can only be a path: it begins at the root, or with `.` or `..`.
fn is_path_alone(path: &Path) -> bool {
    path.has_root() || matches!(path.components().next(), Some(Component::CurDir | Component::ParentDir))
}

/// Whether a word is a key type, or a key without its type, as when a shell splits a line.
fn is_part_of_key(word: &str) -> bool {
    Kind::of_name(word.as_bytes()).0 != Kind::Unknown || trusted::looks_like_a_key(word)
}

/// Whether a file has a name that sshd(8) and ssh-keygen(1) use for users' keys.
fn is_of_user(path: &Path) -> bool {
    let name = path.file_name().and_then(OsStr::to_str).unwrap_or_default().to_ascii_lowercase();
    let name = name.strip_suffix(".pub").unwrap_or(&name);
    const KEYS: [&str; 6] = ["id_rsa", "id_dsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk"];
    const LISTS: [&str; 4] =
        ["authorized_keys", "authorized_keys2", "administrators_authorized_keys", "allowed_signers"];
    LISTS.contains(&name) || KEYS.contains(&name)
}

/// Reads a text, which may be longer than [`trusted::MAX_TEXT`] only if it is about many hosts. A longer text is recognised
/// by its first `first` bytes.
fn read(source: Source<'_>, first: usize, boot: Option<BootChoice>, hosts: Option<&[String]>) -> Result<Text, Error> {
    let Source { place, mut reader } = source;
    let mut bytes = Vec::new();
    let mut up_to = |bound: usize, bytes: &mut Vec<u8>| {
        let limit = u64::try_from(bound + 1 - bytes.len()).unwrap_or(u64::MAX);
        let read = reader.by_ref().take(limit).read_to_end(bytes);
        read.map_err(|error| Error::io("cannot read", &error).at(place.clone()))?;
        Ok::<_, Error>(bytes.len() > bound)
    };
    if up_to(first, &mut bytes)? {
        if crate::known_hosts::looks_like_one(&bytes) {
            return KnownHosts::read(place, bytes.as_slice().chain(reader), hosts).map(Text::KnownHosts);
        }
        if up_to(trusted::MAX_TEXT, &mut bytes)? && !trusted::looks_like_objects(&bytes) {
            return Err(too_long(trusted::MAX_TEXT).at(place));
        }
        if up_to(MAX_OBJECTS, &mut bytes)? {
            return Err(too_long(MAX_OBJECTS).at(place));
        }
    }
    Text::read(place, &bytes, boot)
}

#[cfg(test)]
mod attacks;
#[cfg(test)]
mod consoles;
#[cfg(test)]
mod contradictions;
#[cfg(test)]
mod json_attacks;
#[cfg(test)]
mod machines;
#[cfg(test)]
mod mutations;
#[cfg(test)]
mod objections;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod sources;
#[cfg(test)]
mod strangers;
#[cfg(test)]
mod text_attacks;
#[cfg(test)]
mod withheld;
