//! What hosts are expected to show: all the same, or each its own.
//!
//! Each host's own is found by its name: in a folder, the file that is named after it ([`folder`]); in JSON Lines, the
//! objects that name it ([`objects`]), such as those that hostfp itself printed. What is found there is searched as any
//! other text is. A host about which nothing is said is never taken for a match.

mod folder;
mod objects;

use std::borrow::Cow;
use std::ffi::OsStr;
use std::io::{Cursor, Read as _};
use std::path::Path;
use std::sync::Arc;

use common::bytes::Source;
use common::cli::Stdin;
use common::error::Error;

use crate::handshake::target::Target;
use crate::hosts::Host;
use crate::trusted::{self, Expected, Trusted};
use folder::Folder;
use objects::Objects;

/// The longest text about many hosts, in bytes: a million hosts of some types each take about as much.
const MAX_TEXT: usize = 512 * 1024 * 1024;

/// How much of a text is looked at to see what it is, in bytes.
const MAX_BEGIN: u64 = 256 * 1024;

/// What hosts are expected to show.
pub(crate) enum Expectations {
    /// The same, whichever host it is; or what a `known_hosts` says of each.
    Text(Expected),
    /// What the file that is named after the host says.
    Folder(Folder),
    /// What the objects say that name the host.
    Objects(Objects),
}

impl Expectations {
    /// Reads the source: a fingerprint, a file, a folder, or `-` for standard input.
    ///
    /// # Errors
    /// It cannot be read, or holds nothing to trust.
    pub(crate) fn of(source: &OsStr, stdin: &mut Stdin<'_>) -> Result<Self, Error> {
        let path = Path::new(source);
        if path.is_dir() {
            return Folder::open(path).map(Self::Folder);
        }
        if source != "-" && !path.exists() {
            return Expected::of(source, stdin).map(Self::Text);
        }
        let Source { place, mut reader } = Source::open(source, stdin)?;
        let mut begin = Vec::new();
        let read = reader.by_ref().take(MAX_BEGIN).read_to_end(&mut begin);
        read.map_err(|error| Error::io("cannot read", &error).at(place.clone()))?;
        let are_objects = objects::looks_like_them(&begin);
        let source = Source { place, reader: Box::new(Cursor::new(begin).chain(reader)) };
        if are_objects {
            let place = source.place.clone();
            let text = trusted::decode(&source.read_whole(MAX_TEXT)?).map_err(|error| error.at(place.clone()))?;
            return Objects::read(place, &text).map(Self::Objects);
        }
        Expected::of_source(source).map(Self::Text)
    }

    /// What there is to know of them in any case: messages for standard error.
    pub(crate) fn notes(&self) -> &[String] {
        match self {
            Self::Text(Expected::Host(trusted)) => &trusted.notes,
            _ => &[],
        }
    }

    /// What a host is expected to show.
    ///
    /// # Errors
    /// The source says nothing about it, or nothing to trust.
    pub(crate) fn of_host(&self, host: &Host) -> Result<Arc<Trusted>, Error> {
        let names = || host.names.iter().flat_map(names).collect::<Vec<_>>();
        match self {
            Self::Text(expected) => of_names(expected, host),
            Self::Folder(folder) => of_names(&folder.find(&names())?, host),
            Self::Objects(objects) => of_names(&objects.find(&names())?, host),
        }
    }
}

/// What is trusted of a host, by the first of its names of which something is said.
fn of_names(expected: &Expected, host: &Host) -> Result<Arc<Trusted>, Error> {
    let mut found = host.names.iter().map(|name| expected.of_host(&name.to_string()));
    let first = found.next().ok_or_else(|| Error::trouble("it has no name"))?;
    let trusted = first.or_else(|error| found.find_map(Result::ok).ok_or(error))?;
    Ok(Arc::new(Cow::into_owned(trusted)))
}

/// The names under which something may be said about a host: with its port and, as ssh has it, without.
fn names(target: &Target) -> Vec<String> {
    let Target { host, port } = target;
    vec![target.to_string(), format!("{host}:{port}"), host.clone()]
}
