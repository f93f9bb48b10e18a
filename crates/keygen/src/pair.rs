//! The two files of a key pair, put in place as one.
//!
//! Both are written and synced beside their places first; what can fail (a full disk, a read-only folder, a lost
//! connection to the file system) fails there, and the temporary files go. Then both are renamed, with signals held
//! up; if the second rename fails, the first is undone.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use common::error::{Error, Place};
use common::interrupt;
use tempfile::TempPath;

/// Where a pair goes.
#[derive(Debug)]
pub struct Pair {
    private: PathBuf,
    public: PathBuf,
}

impl Pair {
    /// The pair whose private key is in `private`; the public key's file has `.pub` appended.
    #[must_use]
    pub fn at(private: PathBuf) -> Self {
        let mut public = private.clone().into_os_string();
        public.push(".pub");
        Self { private, public: public.into() }
    }

    /// The private key's file.
    #[must_use]
    pub fn private(&self) -> &Path {
        &self.private
    }

    /// The public key's file.
    #[must_use]
    pub fn public(&self) -> &Path {
        &self.public
    }

    /// Which of the two places something stands in already, a dangling link included.
    pub fn occupied(&self) -> impl Iterator<Item = &Path> {
        [self.private(), self.public()].into_iter().filter(|path| path.symlink_metadata().is_ok())
    }

    /// Refuses places that no file can be put in, before anybody is asked for a passphrase.
    ///
    /// # Errors
    /// No file name, a folder that is not there, or a folder in a file's place.
    pub fn check(&self) -> Result<(), Error> {
        if self.private.file_name().is_none() {
            return Err(Error::trouble("is no file name").at(Place::file(&self.private)));
        }
        let folder = self.folder();
        if !folder.is_dir() {
            let missing = io::Error::from(io::ErrorKind::NotFound);
            return Err(cannot_write(folder, &fs::metadata(folder).err().unwrap_or(missing)));
        }
        match [self.private(), self.public()].into_iter().find(|path| path.is_dir()) {
            Some(path) => Err(Error::trouble("cannot write: is a folder").at(Place::file(path))),
            None => Ok(()),
        }
    }

    /// Puts the pair in place. With `replace`, what stands there is replaced; else anything that stands there, even
    /// if it came between, is an error.
    ///
    /// # Errors
    /// The files cannot be written; then both places are as they were.
    pub fn place(&self, private: &[u8], public: &[u8], replace: bool) -> Result<(), Error> {
        let new_private = Staged::write(self.folder(), private, 0o600)?;
        let new_public = Staged::write(self.folder(), public, 0o644)?;
        // A second name for the old private key, to put it back by.
        let old = if replace { self.keep_old()? } else { None };
        {
            let _held = interrupt::held();
            new_private.rename(&self.private, replace)?;
            if let Err(error) = new_public.rename(&self.public, replace) {
                let _ = match old {
                    Some(old) => old.persist(&self.private).map_err(|error| error.error),
                    None => fs::remove_file(&self.private),
                };
                return Err(error);
            }
        }
        sync_folder(self.folder())
    }

    fn folder(&self) -> &Path {
        match self.private.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }

    fn keep_old(&self) -> Result<Option<TempPath>, Error> {
        if self.private.symlink_metadata().is_err() {
            return Ok(None);
        }
        tempfile::Builder::new()
            .prefix(".keygen-old-")
            .make_in(self.folder(), |path| fs::hard_link(&self.private, path))
            .map(|old| Some(old.into_temp_path()))
            .map_err(|error| cannot_write(self.folder(), &error))
    }
}

/// A file that is complete, but not yet in its place; removed when dropped or when a signal ends the process.
struct Staged {
    path: TempPath,
    _removed_on_signal: interrupt::Guard,
}

impl Staged {
    fn write(folder: &Path, contents: &[u8], mode: u32) -> Result<Self, Error> {
        let failed = |error: io::Error| cannot_write(folder, &error);
        // tempfile makes the file for its owner alone, so that there is no moment in which others can read it.
        let mut file = tempfile::Builder::new().prefix(".keygen-new-").tempfile_in(folder).map_err(failed)?;
        let path = file.path().to_owned();
        let guard = interrupt::on_signal(move || {
            let _ = fs::remove_file(&path);
        });
        file.write_all(contents).map_err(failed)?;
        set_mode(file.as_file(), mode).map_err(failed)?;
        file.as_file().sync_all().map_err(failed)?;
        Ok(Self { path: file.into_temp_path(), _removed_on_signal: guard })
    }

    fn rename(self, to: &Path, replace: bool) -> Result<(), Error> {
        let result = if replace { self.path.persist(to) } else { self.path.persist_noclobber(to) };
        result.map_err(|error| cannot_write(to, &error.error))
    }
}

fn cannot_write(path: &Path, error: &io::Error) -> Error {
    Error::io("cannot write", error).at(Place::file(path))
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

/// Makes the renames last through a power failure. The pair is in place whatever comes of it.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> Result<(), Error> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| cannot_write(folder, &error))
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> Result<(), Error> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_new_pair_leaves_only_the_pair() {
        let folder = tempfile::tempdir().unwrap();
        let pair = Pair::at(folder.path().join("id"));
        pair.place(b"private", b"public", false).unwrap();
        assert_eq!(names(folder.path()), ["id", "id.pub"]);
        pair.place(b"private 2", b"public 2", true).unwrap();
        assert_eq!(names(folder.path()), ["id", "id.pub"]);
        assert_eq!(fs::read(pair.private()).unwrap(), b"private 2");
        assert_eq!(fs::read(pair.public()).unwrap(), b"public 2");
    }

    #[test]
    fn what_appeared_in_the_meantime_is_not_replaced_and_no_half_pair_stays() {
        let folder = tempfile::tempdir().unwrap();
        let pair = Pair::at(folder.path().join("id"));
        fs::write(pair.public(), "another's").unwrap();
        pair.place(b"private", b"public", false).unwrap_err();
        assert_eq!(names(folder.path()), ["id.pub"]);
        assert_eq!(fs::read(pair.public()).unwrap(), b"another's");
    }

    #[test]
    fn an_old_pair_is_whole_again_when_the_second_file_cannot_be_placed() {
        let folder = tempfile::tempdir().unwrap();
        let pair = Pair::at(folder.path().join("id"));
        fs::write(pair.private(), "old").unwrap();
        fs::create_dir(pair.public()).unwrap();
        pair.place(b"private", b"public", true).unwrap_err();
        assert_eq!(names(folder.path()), ["id", "id.pub"]);
        assert_eq!(fs::read(pair.private()).unwrap(), b"old");
    }
}
