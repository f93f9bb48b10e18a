//! Puts the two files of a key pair in place as one.
//!
//! Every program that opens the two files finds the whole old pair or the whole new one, at every moment, whatever happens to
//! the process or the machine; `switch` explains how. Where links are not available (Windows, a FAT disk), both files are
//! written and synced first and then renamed one after the other, while signals and other keygens wait. There, only a kill or
//! a power failure between the two renames leaves one file of each pair.
//!
//! A lock on the folder lets one keygen write at a time. The holder of the lock first completes or removes the leftovers of a
//! killed keygen.

mod new;
mod staged;
#[cfg(unix)]
mod switch;

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf, is_separator};
use std::thread::sleep;
use std::time::{Duration, Instant};

use common::error::{Error, Place};
use common::input::{read_small_file, unread};
use common::os::atomic_file::is_ours;
use common::os::interrupt;
use new::{New, cannot_write, is_leftover, sync_folder};
use staged::{Staged, mode};
use zeroize::Zeroizing;

/// How long to wait for another keygen, which holds the lock for some milliseconds.
const PATIENCE: Duration = Duration::from_secs(5);

/// The place of a pair.
pub struct Pair {
    private: PathBuf,
    public: PathBuf,
    /// The contents of the private key's file when it was read, if it is to be changed.
    read: Option<Zeroizing<Vec<u8>>>,
}

/// Which of the two files may be replaced; the others may only be created.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Replace {
    /// The private key's file.
    pub private: bool,
    /// The public key's file.
    pub public: bool,
}

impl Replace {
    /// Both files may be replaced.
    pub const BOTH: Self = Self { private: true, public: true };
}

impl Pair {
    /// The pair with its private key in `private`; the public key's file has `.pub` appended.
    #[must_use]
    pub fn at(private: PathBuf) -> Self {
        let mut public = private.clone().into_os_string();
        public.push(".pub");
        Self { private, public: public.into(), read: None }
    }

    /// Reads the pair's private key while no other keygen works in the folder. The returned pair has its links resolved, and
    /// is only changed later if it still holds the same contents.
    ///
    /// A pipe may keep its reader waiting, but can only be printed; other keygens do not wait for it.
    ///
    /// # Errors
    /// It cannot be read, is longer than `bound` bytes, or is to be changed and is not a regular file.
    pub(crate) fn read(self, bound: usize, changes: bool) -> Result<(Self, Zeroizing<Vec<u8>>), Error> {
        if fs::metadata(&self.private).is_ok_and(|there| !there.is_file() && !there.is_dir()) {
            if changes {
                return Err(not_a_regular_file("cannot change", &self.private)
                    .hint("`(umask 077; keygen -p -f - < FILE > NEW)` reads a pipe"));
            }
            let text = Zeroizing::new(read_small_file(&self.private, bound)?);
            return Ok((self, text));
        }
        // Where the lock cannot be had, what is there is read.
        let _turn = self.turn().ok();
        let cannot_read = |error| unread(&self.private, &error).at(Place::file(&self.private));
        let file = fs::canonicalize(&self.private).map_err(cannot_read)?;
        let text = Zeroizing::new(read_small_file(&file, bound)?);
        Ok((Self { read: Some(text.clone()), ..Self::at(file) }, text))
    }

    /// Refuses to continue if another program has replaced the contents that were read: its key, or its format of the key,
    /// would be lost.
    fn refuse_changed(&self) -> Result<(), Error> {
        match &self.read {
            Some(read) if fs::read(&self.private).map(Zeroizing::new).is_ok_and(|now| now != *read) => {
                Err(Error::failure("another program has changed it in the meantime; nothing is written")
                    .at(Place::file(&self.private)))
            }
            _ => Ok(()),
        }
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

    /// Which of the two places are occupied, even by a dangling link.
    #[must_use]
    pub fn occupied(&self) -> Replace {
        let occupied = |path: &Path| path.symlink_metadata().is_ok();
        Replace { private: occupied(&self.private), public: occupied(&self.public) }
    }

    /// Refuses places in which no file can be put, before the user is asked for a passphrase.
    ///
    /// # Errors
    /// There is no file name, a folder or a device is in a file's place, or the folder is missing or not writable.
    pub fn check(&self) -> Result<(), Error> {
        let ends_as_a_folder =
            self.private.as_os_str().as_encoded_bytes().last().is_some_and(|last| is_separator(*last as char));
        if self.private.file_name().is_none() || ends_as_a_folder {
            return Err(Error::failure("is not a file name").at(Place::file(&self.private)));
        }
        self.refuse_special_files()?;
        let _turn = self.turn()?;
        Staged::probe(self.folder()).map_err(|error| cannot_write(self.folder(), &error))
    }

    /// Refuses to replace something that is not a file, such as `/dev/null`.
    fn refuse_special_files(&self) -> Result<(), Error> {
        for path in [self.private(), self.public()] {
            match fs::metadata(path) {
                Ok(there) if there.is_dir() => {
                    return Err(Error::failure("cannot write: is a folder").at(Place::file(path)));
                }
                Ok(there) if !there.is_file() => {
                    return Err(
                        not_a_regular_file("cannot write", path).hint("-f - prints the private key to standard output")
                    );
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Puts the pair in place.
    ///
    /// # Errors
    /// A file that may not be replaced exists, even if it has just been created; or the files cannot be written. Then both
    /// places are as they were.
    pub fn place(&self, private: &[u8], public: &[u8], replace: Replace) -> Result<(), Error> {
        let name = |path: &Path| path.file_name().unwrap_or_default().to_owned();
        let (private_name, public_name) = (name(&self.private), name(&self.public));
        let files = [
            New { name: &private_name, contents: private, mode: 0o600, replace: replace.private },
            New { name: &public_name, contents: public, mode: 0o644, replace: replace.public },
        ];
        let _turn = self.turn()?;
        self.refuse_special_files()?;
        self.refuse_changed()?;
        #[cfg(unix)]
        if switch::place(self.folder(), &files)? {
            return Ok(());
        }
        one_after_the_other(self.folder(), &files)
    }

    /// Replaces only the private key's file, by another encoding of the same key. Its owner and mode are kept, except for the
    /// permissions of others: the new file may be without a passphrase.
    ///
    /// # Errors
    /// It cannot be written; then it is as it was.
    pub fn replace_private(&self, private: &[u8]) -> Result<(), Error> {
        let _turn = self.turn()?;
        self.refuse_special_files()?;
        self.refuse_changed()?;
        let replaced = fs::metadata(&self.private).and_then(|old| {
            Staged::write(self.folder(), private, mode(&old) & 0o700, Some(&old))?.rename(&self.private, true)
        });
        replaced.map_err(|error| cannot_write(&self.private, &error))?;
        sync_folder(self.folder()).map_err(|error| cannot_write(self.folder(), &error))
    }

    fn folder(&self) -> &Path {
        match self.private.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }

    /// Waits for the lock of the folder, but not for ever: every user who can open the folder can lock it. A folder that
    /// cannot be opened or locked has no lock.
    fn turn(&self) -> Result<Turn, Error> {
        let Ok(folder) = File::open(self.folder()) else { return Ok(Turn::of(self.folder(), None)) };
        let end = Instant::now() + PATIENCE;
        loop {
            match folder.try_lock() {
                Ok(()) => return Ok(Turn::of(self.folder(), Some(folder))),
                Err(TryLockError::Error(_)) => return Ok(Turn::of(self.folder(), None)),
                Err(TryLockError::WouldBlock) if Instant::now() < end => sleep(Duration::from_millis(50)),
                Err(TryLockError::WouldBlock) => return Err(folder_is_locked_error(self.folder())),
            }
        }
    }
}

/// Returns the error for a pipe or a device in place of a file.
fn not_a_regular_file(what_fails: &str, path: &Path) -> Error {
    Error::failure(format!("{what_fails}: is not a regular file")).at(Place::file(path))
}

fn folder_is_locked_error(folder: &Path) -> Error {
    let folder = Place::file(folder);
    let seconds = PATIENCE.as_secs();
    Error::failure(format!("cannot write: another program has kept the folder locked for {seconds} seconds"))
        .hint(format!(
            "every user who can open the folder can lock it: end that program, or use a folder of your own and \
             `chmod go-rwx {folder}`"
        ))
        .at(folder)
}

/// While this exists, no other keygen works in the folder, and no signal ends this one.
struct Turn {
    _held: interrupt::Held,
    _lock: Option<File>,
}

impl Turn {
    fn of(folder: &Path, lock: Option<File>) -> Self {
        let turn = Self { _held: interrupt::held(), _lock: lock };
        // Without a lock, an apparent leftover may be in use by another keygen.
        if turn._lock.is_some() {
            recover(folder);
        }
        turn
    }
}

/// Completes or removes the leftovers of killed keygens as far as possible. The remainder does no harm.
fn recover(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let mut entries: Vec<_> = entries.flatten().collect();
    // The leftovers come first: other entries may be links to them.
    entries.sort_by_key(|entry| !is_leftover(&entry.file_name()));
    for entry in entries {
        let (path, Ok(metadata)) = (entry.path(), entry.path().symlink_metadata()) else { continue };
        if !is_ours(&metadata) {
            continue;
        }
        if !is_leftover(&entry.file_name()) {
            #[cfg(unix)]
            let _ = metadata.is_symlink().then(|| switch::remove_lost_link(folder, &entry.file_name()));
            continue;
        }
        if metadata.is_file() {
            let _ = fs::remove_file(path);
            continue;
        }
        #[cfg(unix)]
        let _ = switch::recover(folder, path);
    }
}

/// Renames both files, one after the other. The first rename is undone if the second fails.
fn one_after_the_other(folder: &Path, files: &[New<'_>; 2]) -> Result<(), Error> {
    let [first, second] = files;
    let staged = |file: &New<'_>| {
        let old = fs::metadata(folder.join(file.name)).ok();
        Staged::write(folder, file.contents, file.mode, old.as_ref())
    };
    let failed = |file: &New<'_>| {
        let path = folder.join(file.name);
        move |error: io::Error| cannot_write(&path, &error)
    };
    let new_first = staged(first).map_err(failed(first))?;
    let new_second = staged(second).map_err(failed(second))?;
    let place = folder.join(first.name);
    let old = match first.replace && place.symlink_metadata().is_ok() {
        true => Some(Staged::keep(folder, &place).map_err(failed(first))?),
        false => None,
    };
    new_first.rename(&place, first.replace).map_err(failed(first))?;
    if let Err(error) = new_second.rename(&folder.join(second.name), second.replace) {
        let _ = match old {
            Some(old) => old.rename(&place, true),
            None => fs::remove_file(&place),
        };
        return Err(failed(second)(error));
    }
    sync_folder(folder).map_err(|error| cannot_write(folder, &error))
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
    fn leftovers_of_a_killed_keygen_are_removed_and_similar_files_stay() {
        let folder = tempfile::tempdir().unwrap();
        for name in
            [".keygen-unfinished-a1B2c3", ".keygen-unfinished-notes.txt", ".keygen-unfinished-", ".keygen-a1B2c3"]
        {
            fs::write(folder.path().join(name), "").unwrap();
        }
        for name in [".keygen-unfinished-000000", ".keygen-unfinished-folder-of-mine", ".keygen-unfinished-mine00"] {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        fs::write(folder.path().join(".keygen-unfinished-mine00/diary"), "").unwrap();
        Pair::at(folder.path().join("id")).check().unwrap();
        let kept = [
            ".keygen-a1B2c3",
            ".keygen-unfinished-",
            ".keygen-unfinished-folder-of-mine",
            ".keygen-unfinished-mine00",
            ".keygen-unfinished-notes.txt",
        ];
        assert_eq!(names(folder.path()), kept);
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
