//! The two files of a key pair, put in place as one.
//!
//! Both are written and synced beside their places first; what can fail (a full disk, a read-only folder, a lost
//! connection to the file system) fails there, and the temporary files go. Then both are renamed, with signals and
//! other keygens held up; if the second rename fails, the first is undone. What is not prevented: a SIGKILL or a power
//! failure between the two renames.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::Duration;

use common::error::{Error, Place};
use common::interrupt;
use tempfile::TempPath;

/// Where a pair goes.
#[derive(Debug)]
pub struct Pair {
    private: PathBuf,
    public: PathBuf,
}

/// Which of the two files may be replaced; what is not may only be made new.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Replace {
    /// The private key's file.
    pub private: bool,
    /// The public key's file.
    pub public: bool,
}

impl Replace {
    /// Whatever stands there.
    pub const BOTH: Self = Self { private: true, public: true };
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
    #[must_use]
    pub fn occupied(&self) -> Replace {
        let occupied = |path: &Path| path.symlink_metadata().is_ok();
        Replace { private: occupied(&self.private), public: occupied(&self.public) }
    }

    /// Refuses places that no file can be put in, before anybody is asked for a passphrase.
    ///
    /// # Errors
    /// No file name, a folder in a file's place, or a folder that is not there or in which nothing can be written.
    pub fn check(&self) -> Result<(), Error> {
        if self.private.file_name().is_none() {
            return Err(Error::trouble("is no file name").at(Place::file(&self.private)));
        }
        if let Some(path) = [self.private(), self.public()].into_iter().find(|path| path.is_dir()) {
            return Err(Error::trouble("cannot write: is a folder").at(Place::file(path)));
        }
        Staged::write(self.folder(), b"", 0o600).map(drop)
    }

    /// Puts the pair in place. What may not be replaced and stands there, even if it came between, is an error.
    ///
    /// # Errors
    /// The files cannot be written; then both places are as they were.
    pub fn place(&self, private: &[u8], public: &[u8], replace: Replace) -> Result<(), Error> {
        let new_private = Staged::write(self.folder(), private, 0o600)?;
        let new_public = Staged::write(self.folder(), public, 0o644)?;
        let _lock = self.lock()?;
        let old = if replace.private { self.keep_old()? } else { None };
        {
            let _held = interrupt::held();
            new_private.rename(&self.private, replace.private)?;
            if let Err(error) = new_public.rename(&self.public, replace.public) {
                let _ = match old {
                    Some(old) => old.rename(&self.private, true),
                    None => fs::remove_file(&self.private).map_err(|error| cannot_write(&self.private, &error)),
                };
                return Err(error);
            }
            drop(old);
        }
        self.sync_folder();
        Ok(())
    }

    /// Replaces the private key's file alone, by another form of the same key; its mode stays.
    ///
    /// # Errors
    /// It cannot be written; then it is as it was.
    pub fn replace_private(&self, private: &[u8]) -> Result<(), Error> {
        let mode = fs::metadata(&self.private).map(|metadata| mode(&metadata)).unwrap_or(0o600);
        Staged::write(self.folder(), private, mode)?.rename(&self.private, true)?;
        self.sync_folder();
        Ok(())
    }

    /// Makes renames last through a power failure. What was renamed is in place whatever comes of it: not every file
    /// system syncs folders, and a folder that may be written need not be readable.
    fn sync_folder(&self) {
        #[cfg(unix)]
        let _ = File::open(self.folder()).and_then(|folder| folder.sync_all());
    }

    fn folder(&self) -> &Path {
        match self.private.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }

    /// Keeps other keygens from putting their pairs into the folder in the middle of ours. A folder that cannot be
    /// opened or locked is not locked.
    fn lock(&self) -> Result<Option<File>, Error> {
        let Ok(folder) = File::open(self.folder()) else { return Ok(None) };
        for _ in 0..100 {
            match folder.try_lock() {
                Ok(()) => return Ok(Some(folder)),
                Err(TryLockError::Error(_)) => return Ok(None),
                Err(TryLockError::WouldBlock) => sleep(Duration::from_millis(50)),
            }
        }
        Err(Error::trouble("cannot write: another program has locked the folder").at(Place::file(self.folder())))
    }

    /// The old private key under a second name, to put it back by.
    fn keep_old(&self) -> Result<Option<Staged>, Error> {
        if self.private.symlink_metadata().is_err() {
            return Ok(None);
        }
        Staged::keep(self.folder(), &self.private).map(Some)
    }
}

/// A file that is complete, but not in its place; removed when dropped or when a signal ends the process.
struct Staged {
    path: TempPath,
    _removed_on_signal: interrupt::Guard,
}

impl Staged {
    fn write(folder: &Path, contents: &[u8], mode: u32) -> Result<Self, Error> {
        let failed = |error: io::Error| cannot_write(folder, &error);
        // tempfile makes the file for its owner alone, so that there is no moment in which others can read it.
        let mut file = tempfile::Builder::new().prefix(".keygen-").tempfile_in(folder).map_err(failed)?;
        let guard = removed_on_signal(file.path());
        file.write_all(contents).map_err(failed)?;
        set_mode(file.as_file(), mode).map_err(failed)?;
        file.as_file().sync_all().map_err(failed)?;
        Ok(Self { path: file.into_temp_path(), _removed_on_signal: guard })
    }

    /// A second name for a file; a copy where the file system gives a file only one.
    fn keep(folder: &Path, file: &Path) -> Result<Self, Error> {
        let linked = tempfile::Builder::new().prefix(".keygen-").make_in(folder, |path| fs::hard_link(file, path));
        match linked {
            Ok(linked) => {
                let guard = removed_on_signal(linked.path());
                Ok(Self { path: linked.into_temp_path(), _removed_on_signal: guard })
            }
            Err(_) => {
                let contents =
                    fs::read(file).map(zeroize::Zeroizing::new).map_err(|error| cannot_write(file, &error))?;
                Self::write(folder, &contents, 0o600)
            }
        }
    }

    fn rename(self, to: &Path, replace: bool) -> Result<(), Error> {
        let result = if replace { self.path.persist(to) } else { self.path.persist_noclobber(to) };
        result.map_err(|error| cannot_write(to, &error.error))
    }
}

fn removed_on_signal(path: &Path) -> interrupt::Guard {
    let path = path.to_owned();
    interrupt::on_signal(move || {
        let _ = fs::remove_file(&path);
    })
}

fn cannot_write(path: &Path, error: &io::Error) -> Error {
    Error::io("cannot write", error).at(Place::file(path))
}

#[cfg(unix)]
fn set_mode(file: &File, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    file.set_permissions(fs::Permissions::from_mode(mode))
}

#[cfg(unix)]
fn mode(metadata: &fs::Metadata) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777
}

#[cfg(not(unix))]
fn mode(_metadata: &fs::Metadata) -> u32 {
    0o600
}

#[cfg(not(unix))]
fn set_mode(_file: &File, _mode: u32) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEITHER: Replace = Replace { private: false, public: false };

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
        pair.check().unwrap();
        pair.place(b"private", b"public", NEITHER).unwrap();
        assert_eq!(names(folder.path()), ["id", "id.pub"]);
        pair.place(b"private 2", b"public 2", Replace::BOTH).unwrap();
        assert_eq!(names(folder.path()), ["id", "id.pub"]);
        assert_eq!(fs::read(pair.private()).unwrap(), b"private 2");
        assert_eq!(fs::read(pair.public()).unwrap(), b"public 2");
    }

    #[test]
    fn what_appeared_in_the_meantime_is_not_replaced_and_no_half_pair_stays() {
        for (appeared, replace) in
            [("id", Replace { public: true, ..NEITHER }), ("id.pub", Replace { private: true, ..NEITHER })]
        {
            let folder = tempfile::tempdir().unwrap();
            let pair = Pair::at(folder.path().join("id"));
            fs::write(folder.path().join(appeared), "another's").unwrap();
            pair.place(b"private", b"public", replace).unwrap_err();
            assert_eq!(names(folder.path()), [appeared]);
            assert_eq!(fs::read(folder.path().join(appeared)).unwrap(), b"another's");
        }
    }

    #[test]
    fn an_old_pair_is_whole_again_when_the_second_file_cannot_be_placed() {
        let folder = tempfile::tempdir().unwrap();
        let pair = Pair::at(folder.path().join("id"));
        fs::write(pair.private(), "old").unwrap();
        fs::create_dir(pair.public()).unwrap();
        pair.place(b"private", b"public", Replace::BOTH).unwrap_err();
        assert_eq!(names(folder.path()), ["id", "id.pub"]);
        assert_eq!(fs::read(pair.private()).unwrap(), b"old");
    }

    #[test]
    fn pairs_that_are_placed_at_once_are_not_mixed() {
        let folder = tempfile::tempdir().unwrap();
        let pair = Pair::at(folder.path().join("id"));
        std::thread::scope(|scope| {
            for text in ["one", "two", "three", "four"] {
                let pair = &pair;
                scope.spawn(move || {
                    (0..20).for_each(|_| pair.place(text.as_bytes(), text.as_bytes(), Replace::BOTH).unwrap());
                });
            }
        });
        assert_eq!(fs::read(pair.private()).unwrap(), fs::read(pair.public()).unwrap());
        assert_eq!(names(folder.path()), ["id", "id.pub"]);
    }
}
