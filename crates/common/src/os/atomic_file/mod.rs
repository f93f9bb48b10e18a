//! Replaces files atomically: the old file or the new one is there at every moment, even if the process is killed, the disk
//! is full or the power fails.
//!
//! The new file is created next to its destination. An attacker who can write in that folder can prepare nothing against
//! these steps:
//!
//! 1. Its name is random, and creating it fails if the name exists in any form (`O_EXCL`, `O_NOFOLLOW`). So a file, link or
//!    pipe of another user is never opened for writing.
//! 2. Its owner and mode are set before its first byte is written.
//! 3. It is synced and renamed to its destination, and the folder is synced.
//!
//! If it is not renamed it is removed: when it is dropped, at a panic, and at a signal that ends the process. Only a kill
//! or a power failure leaves it; the next process removes it by [`remove_leftovers`].

use std::collections::hash_map::RandomState;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File, Metadata};
use std::hash::{BuildHasher as _, Hasher as _};
use std::io;
use std::path::{Path, PathBuf};

use crate::os::interrupt;

#[cfg_attr(windows, path = "windows.rs")]
#[cfg_attr(not(windows), path = "unix.rs")]
mod platform;

#[cfg(unix)]
pub use platform::open_own;
pub use platform::{create_new, is_ours, open_no_follow, set_owner};

/// The number of random names to try; a second one is hardly ever needed.
const MAX_NAMES: usize = 100;

/// The number of random hexadecimal digits in a name.
const DIGITS: usize = 16;

/// Who may read and write the new file. On Windows the folder decides.
#[derive(Clone, Copy, Debug)]
pub enum Access<'a> {
    /// The owner only.
    Owner,
    /// As from any other program: by the process's umask.
    Umask,
    /// As this file: its mode, and its owner and group if this process may change them.
    Like(&'a Metadata),
}

/// The new file before it is complete. Dropping removes it.
#[derive(Debug)]
#[must_use]
pub struct AtomicFile {
    file: File,
    staged: Staged,
}

/// The new file when all of it is on the disk. Dropping removes it.
#[derive(Debug)]
#[must_use]
pub struct CompleteFile(Staged);

#[derive(Debug)]
struct Staged {
    path: PathBuf,
    place: PathBuf,
    /// None once it is renamed.
    undo: Option<interrupt::Guard>,
}

impl AtomicFile {
    /// Creates a file next to `place` that will replace it. `tool` is part of its name, so that people can identify it.
    ///
    /// # Errors
    /// The file cannot be created, or `place` is neither a regular file nor a link that may be replaced.
    pub fn create(place: &Path, tool: &str, access: Access<'_>) -> io::Result<Self> {
        if fs::symlink_metadata(place).is_ok_and(|there| !there.is_file() && !there.is_symlink()) {
            return Err(io::Error::other("is not a regular file"));
        }
        let mut last = io::Error::from(io::ErrorKind::InvalidInput);
        for _ in 0..MAX_NAMES {
            let mut name = prefix(place, tool).ok_or(io::ErrorKind::InvalidInput)?;
            name.push(random_digits());
            let path = folder(place).join(name);
            let undone = path.clone();
            let undo = move || drop(fs::remove_file(&undone));
            match interrupt::on_end_of(|| create_new(&path, platform::mode(access)), undo) {
                Ok((file, undo)) => {
                    let staged = Staged { path, place: place.to_owned(), undo: Some(undo) };
                    return Self { file, staged }.with(access);
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = error,
                Err(error) => return Err(error),
            }
        }
        Err(last)
    }

    fn with(self, access: Access<'_>) -> io::Result<Self> {
        if let Access::Like(old) = access {
            platform::set_access(&self.file, old)?;
        }
        Ok(self)
    }

    /// Returns the file, to write to.
    #[must_use]
    pub const fn file(&self) -> &File {
        &self.file
    }

    /// Syncs what was written.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn complete(self) -> io::Result<CompleteFile> {
        self.file.sync_all()?;
        Ok(CompleteFile(self.staged))
    }
}

impl CompleteFile {
    /// Renames the file to its destination.
    ///
    /// # Errors
    /// It cannot be renamed; the destination is unchanged.
    pub fn put_in_place(mut self) -> io::Result<()> {
        let Self(staged) = &mut self;
        fs::rename(&staged.path, &staged.place)?;
        staged.undo = None;
        // A failure changes nothing for the caller: the file is renamed, and some file systems cannot sync folders.
        let _ = platform::sync_folder(folder(&staged.place));
        Ok(())
    }
}

impl Drop for Staged {
    fn drop(&mut self) {
        if self.undo.is_some() {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Removes the files that killed processes of this user have left next to `place`. The caller must hold a lock that
/// excludes all other writers.
pub fn remove_leftovers(place: &Path, tool: &str) {
    let (Some(prefix), Ok(entries)) = (prefix(place, tool), fs::read_dir(folder(place))) else { return };
    for entry in entries.flatten() {
        let is_ours = || entry.metadata().is_ok_and(|metadata| metadata.is_file() && is_ours(&metadata));
        if is_leftover(&entry.file_name(), &prefix) && is_ours() {
            let _ = fs::remove_file(entry.path());
        }
    }
}

/// Returns the start of the names of the files that are created next to `place`; `None` if `place` is not a file name.
fn prefix(place: &Path, tool: &str) -> Option<OsString> {
    let mut prefix = OsString::from(".");
    prefix.push(place.file_name()?);
    prefix.push(format!(".{tool}-"));
    Some(prefix)
}

fn is_leftover(name: &OsStr, prefix: &OsStr) -> bool {
    let random = name.as_encoded_bytes().strip_prefix(prefix.as_encoded_bytes());
    random.is_some_and(|random| random.len() == DIGITS && random.iter().all(u8::is_ascii_hexdigit))
}

/// Returns unpredictable digits: the keys of hash maps come from the operating system.
fn random_digits() -> String {
    format!("{:0DIGITS$x}", RandomState::new().build_hasher().finish())
}

/// Returns the folder of a file.
fn folder(place: &Path) -> &Path {
    place.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests;
