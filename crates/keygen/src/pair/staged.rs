//! Writes a file that is complete, but not yet in its place.

use std::fs::{self, File, Metadata};
use std::io::{self, Write as _};
use std::path::Path;

use common::os::atomic_file::set_owner;
use common::os::interrupt;
use tempfile::TempPath;

/// The prefix of all names that exist in a folder only until a pair is in place. Six letters or digits follow.
pub(super) const LEFTOVER: &str = ".keygen-unfinished-";

/// A file beside its place. It is removed when dropped before the rename, or at a panic.
pub(super) struct Staged {
    path: TempPath,
    _undo: interrupt::Guard,
}

impl Staged {
    fn at(path: TempPath) -> Self {
        let undone = path.to_path_buf();
        let undo = interrupt::on_end(move || {
            let _ = fs::remove_file(&undone);
        });
        Self { path, _undo: undo }
    }

    /// Writes and syncs the file. `old` is the file that it will replace.
    pub(super) fn write(folder: &Path, contents: &[u8], mode: u32, old: Option<&Metadata>) -> io::Result<Self> {
        let path = tempfile::Builder::new().prefix(LEFTOVER).make_in(folder, |path| create(path, mode))?;
        let (file, path) = path.into_parts();
        let staged = Self::at(path);
        fill(file, contents, mode, old)?.sync_all()?;
        Ok(staged)
    }

    /// Checks that a file can be created there.
    pub(super) fn probe(folder: &Path) -> io::Result<()> {
        tempfile::Builder::new().prefix(LEFTOVER).make_in(folder, |path| create(path, 0o600)).map(drop)
    }

    /// Gives a file a second name; makes a copy if the file system allows only one name.
    pub(super) fn keep(folder: &Path, file: &Path) -> io::Result<Self> {
        let linked = tempfile::Builder::new().prefix(LEFTOVER).make_in(folder, |path| fs::hard_link(file, path));
        match linked {
            Ok(linked) => Ok(Self::at(linked.into_temp_path())),
            Err(_) => {
                let contents = fs::read(file).map(zeroize::Zeroizing::new)?;
                let metadata = fs::metadata(file)?;
                Self::write(folder, &contents, mode(&metadata), Some(&metadata))
            }
        }
    }

    /// Renames the file to its place.
    pub(super) fn rename(self, to: &Path, replace: bool) -> io::Result<()> {
        let result = if replace { self.path.persist(to) } else { self.path.persist_noclobber(to) };
        result.map_err(|error| error.error)
    }
}

/// Creates a file that must not exist yet, for its owner only, so others can read it at no moment. Its mode is set last.
#[cfg(unix)]
pub(super) fn create(path: &Path, _mode: u32) -> io::Result<File> {
    common::os::atomic_file::create_new(path, 0o600)
}

/// Creates a file that must not exist yet; for its owner only if the mode says so, and otherwise with the folder's access.
#[cfg(windows)]
pub(super) fn create(path: &Path, mode: u32) -> io::Result<File> {
    if mode & 0o077 == 0 {
        common::os::access_list::create_owner_only(path)
    } else {
        common::os::atomic_file::create_new(path, mode)
    }
}

/// Gives a new file the owner of the one that it will replace, writes it, and sets its mode. It is not synced.
pub(super) fn fill(mut file: File, contents: &[u8], mode: u32, old: Option<&Metadata>) -> io::Result<File> {
    if let Some(old) = old {
        set_owner(&file, old)?;
    }
    file.write_all(contents)?;
    set_mode(&file, mode)?;
    Ok(file)
}

#[cfg(unix)]
fn set_mode(file: &File, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(mode))
}

#[cfg(not(unix))]
fn set_mode(_file: &File, _mode: u32) -> io::Result<()> {
    Ok(())
}

/// The permissions of a file.
#[cfg(unix)]
pub(super) fn mode(metadata: &Metadata) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777
}

/// The permissions of a file, which have no mode here.
#[cfg(not(unix))]
pub(super) fn mode(_metadata: &Metadata) -> u32 {
    0o600
}
