//! A new file of a pair, and the operations on its folder.

use std::ffi::OsStr;
#[cfg(unix)]
use std::fs::File;
use std::io;
use std::path::Path;

use common::error::{Error, Place};
use common::input::TILDE;

use super::staged::LEFTOVER;

/// A file to put in place.
pub(super) struct New<'a> {
    pub(super) name: &'a OsStr,
    pub(super) contents: &'a [u8],
    pub(super) mode: u32,
    /// Whether an existing file may be replaced.
    pub(super) replace: bool,
}

/// Whether a file has a name that only keygen gives.
pub(super) fn is_leftover(name: &OsStr) -> bool {
    let random = name.as_encoded_bytes().strip_prefix(LEFTOVER.as_bytes());
    random.is_some_and(|random| random.len() == 6 && random.iter().all(u8::is_ascii_alphanumeric))
}

/// Syncs a folder, so its changes survive a power failure. Not every file system can sync folders, and a writable folder need
/// not be readable.
#[cfg(unix)]
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    let Ok(opened) = File::open(folder) else { return Ok(()) };
    match opened.sync_all() {
        Err(error) if !matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Err(error),
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
pub(super) fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// The error that a file or a folder cannot be written.
pub(super) fn cannot_write(path: &Path, error: &io::Error) -> Error {
    let why = Error::io("cannot write", error).at(Place::file(path));
    match error.kind() {
        io::ErrorKind::NotFound if path.starts_with("~") => why.hint(TILDE),
        io::ErrorKind::NotFound => why.hint("create the folder first: mkdir -p -m 700 FOLDER"),
        _ => why,
    }
}
