//! What hosts are expected to show: all the same, or each its own.
//!
//! Each host's own is found by its name: in a folder, the file that is named after it ([`folder`]); in JSON Lines, the
//! objects that name it ([`objects`]), such as those that hostfp itself printed; in a `known_hosts` of several hosts,
//! its lines ([`known_hosts`]). What is found there is searched as any other text is. A host about which nothing is
//! said is never taken for a match.

mod folder;
mod known_hosts;
mod objects;

use std::ffi::OsStr;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;

use common::bytes::Source;
use common::cli::Stdin;
use common::error::{Error, Place};

use crate::handshake::target::{SSH_PORT, Target};
use crate::trusted::{self, Found, Trusted};
use folder::Folder;
use known_hosts::KnownHosts;
use objects::Objects;

/// The longest text about many hosts, in bytes: a million hosts of some types each take about as much.
const MAX_TEXT: usize = 512 * 1024 * 1024;

/// What hosts are expected to show.
pub(crate) enum Expected {
    /// Any of these fingerprints, whichever host it is.
    OfAll(Arc<Trusted>),
    /// What the file that is named after the host says.
    Folder(Folder),
    /// What the objects say that name the host.
    Objects(Objects),
    /// What the host's lines say.
    KnownHosts(KnownHosts),
}

impl Expected {
    /// Reads the source: a fingerprint, a file, a folder, or `-` for standard input.
    ///
    /// # Errors
    /// It cannot be read, or holds nothing to trust.
    pub(crate) fn of(source: &OsStr, stdin: &mut Stdin<'_>) -> Result<Self, Error> {
        let path = Path::new(source);
        if path.is_dir() {
            return Folder::open(path).map(Self::Folder);
        }
        if !path.exists()
            && let Some(trusted) = source.to_str().and_then(Trusted::on_command_line)
        {
            return trusted.map(Arc::new).map(Self::OfAll);
        }
        let source = Source::open(source, stdin)?;
        let place = source.place.clone();
        let bytes = read(source)?;
        if objects::looks_like_them(&bytes)
            && let Ok(text) = trusted::decode(&bytes)
        {
            return Objects::read(place, &text).map(Self::Objects);
        }
        if bytes.len() > trusted::MAX_TEXT {
            return Ok(Self::KnownHosts(KnownHosts { place, text: bytes }));
        }
        Ok(match Found::find(&place, &bytes)? {
            Found::Host(trusted) => Self::OfAll(Arc::new(trusted)),
            Found::KnownHosts(text) => Self::KnownHosts(KnownHosts { place, text: text.into_bytes() }),
        })
    }

    /// What is to be known of an expectation that is the same for all hosts; it is not said again of each.
    pub(crate) fn take_notes(&mut self) -> Vec<String> {
        match self {
            Self::OfAll(trusted) => Arc::get_mut(trusted).map(|trusted| std::mem::take(&mut trusted.notes)),
            _ => None,
        }
        .unwrap_or_default()
    }

    /// What a host is expected to show that has these names, each as `known_hosts` has it: `vm` or `[vm]:2222`.
    ///
    /// # Errors
    /// The source says nothing about it, or nothing to trust.
    pub(crate) fn of_host(&self, names: &[String]) -> Result<Arc<Trusted>, Error> {
        let spelt = || names.iter().flat_map(|name| spellings(name)).collect::<Vec<_>>();
        match self {
            Self::OfAll(trusted) => Ok(trusted.clone()),
            Self::Folder(folder) => folder.find(&spelt()).map(Arc::new),
            Self::Objects(objects) => objects.find(&spelt()).map(Arc::new),
            Self::KnownHosts(lines) => lines.find(names).map(Arc::new),
        }
    }
}

/// The ways in which people name a host: with its port, and without.
fn spellings(name: &str) -> Vec<String> {
    let Ok(Target { host, port }) = Target::parse(OsStr::new(name), SSH_PORT) else { return vec![name.to_owned()] };
    vec![name.to_owned(), format!("{host}:{port}"), host]
}

/// Reads a text, which may be a long one only if it speaks of many hosts.
fn read(source: Source<'_>) -> Result<Vec<u8>, Error> {
    let Source { place, mut reader } = source;
    let mut bytes = Vec::new();
    let mut up_to = |bound: usize, bytes: &mut Vec<u8>| {
        let limit = u64::try_from(bound + 1 - bytes.len()).unwrap_or(u64::MAX);
        let read = reader.by_ref().take(limit).read_to_end(bytes);
        read.map_err(|error| Error::io("cannot read", &error).at(place.clone()))
    };
    up_to(trusted::MAX_TEXT, &mut bytes)?;
    if bytes.len() <= trusted::MAX_TEXT {
        return Ok(bytes);
    }
    let bound = if objects::looks_like_them(&bytes) {
        MAX_TEXT
    } else if crate::known_hosts::looks_like_one(&bytes) {
        crate::known_hosts::MAX_FILE
    } else {
        return Err(too_long(trusted::MAX_TEXT, &place));
    };
    up_to(bound, &mut bytes)?;
    if bytes.len() > bound { Err(too_long(bound, &place)) } else { Ok(bytes) }
}

fn too_long(bound: usize, place: &Place) -> Error {
    Error::trouble(format!("longer than {bound} bytes, which is more than this can be")).at(place.clone())
}
