//! Replaces the old file by the new one. A complete file is there at every moment, even if hostfp is killed, the disk is
//! full, the power fails, or several hostfps write at once.

use std::env;
use std::fs::{self, File, Metadata};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use common::error::{Error, Place};
use common::input::{TILDE, too_long};
use common::os::atomic_file::{Access, AtomicFile, CompleteFile, open_no_follow};
use common::os::own_folder;

use super::change::Patch;
use super::encoding::{Encoding, normalized};
use super::limits::MAX_FILE;

#[cfg_attr(windows, path = "place/windows.rs")]
#[cfg_attr(not(windows), path = "place/unix.rs")]
mod platform;
#[cfg(not(windows))]
mod safe_path;

pub(super) use platform::resolve;
use platform::{Lock, check_file};

/// How often the file is read again because another program, such as ssh, has changed it in between.
const MAX_ATTEMPTS: usize = 10;

/// The tool name in the names of files beside `known_hosts`.
const TOOL: &str = "hostfp";

/// The folder of a file.
fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// The path of a file's lock, beside the file.
fn lock_path(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".hostfp-lock");
    folder(path).join(name)
}

/// Creates the folder of the user's own `known_hosts`, `.ssh` in the home folder, if it is missing, as ssh does.
///
/// # Errors
/// It cannot be created.
pub(super) fn make_own_folder(path: &Path) -> Result<(), Error> {
    own_folder::make(path, env::home_dir().as_deref()).map(drop).map_err(|error| cannot_write(&error))
}

/// Checks that the file could be replaced, before any host is asked: it is missing or a file that we may write, and its
/// folder exists.
///
/// # Errors
/// It could not be replaced.
pub(super) fn check(path: &Path) -> Result<(), Error> {
    match fs::symlink_metadata(path) {
        Ok(metadata) if !metadata.is_file() => Err(Error::failure("cannot write: is not a regular file")),
        Ok(metadata) if metadata.permissions().readonly() => Err(Error::failure("cannot write: is read-only")),
        // A file of another owner may be one that we can only read.
        Ok(_) => open_no_follow(path, File::options().append(true)).map(drop).map_err(|error| cannot_write(&error)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let folder = folder(path);
            if folder.is_dir() {
                return Ok(());
            }
            Err(match path.starts_with("~") {
                true => cannot_write(&error).hint(TILDE),
                false => {
                    cannot_write(&error).hint(format!("the folder is missing: create {} first", Place::file(folder)))
                }
            })
        }
        Err(error) => Err(cannot_write(&error)),
    }
}

fn cannot_write(error: &io::Error) -> Error {
    Error::io("cannot write", error)
}

fn cannot_read(error: &io::Error) -> Error {
    Error::io("cannot read", error)
}

/// The properties that show whether a file was changed.
#[derive(PartialEq)]
struct Stamp(u64, u64, Option<SystemTime>);

impl Stamp {
    fn of(metadata: &Metadata) -> Self {
        Self(platform::number(metadata), metadata.len(), metadata.modified().ok())
    }
}

/// The state of a file when it was read.
#[derive(Debug)]
pub(super) struct Snapshot {
    /// The contents as ssh writes them.
    pub(super) contents: Vec<u8>,
    /// The encoding in the file.
    pub(super) encoding: Encoding,
    /// `None` if there was no file.
    metadata: Option<Metadata>,
}

impl Snapshot {
    /// Reads a file; a missing one counts as empty. A link in its place is not followed.
    ///
    /// # Errors
    /// It cannot be read, other users can write it, or it is too long for a `known_hosts`.
    pub(super) fn of(path: &Path) -> Result<Self, Error> {
        let file = match open_no_follow(path, File::options().read(true)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self { contents: Vec::new(), encoding: Encoding::Plain, metadata: None });
            }
            opened => opened.map_err(|error| cannot_read(&error))?,
        };
        let metadata = file.metadata().map_err(|error| cannot_read(&error))?;
        if !metadata.is_file() {
            return Err(Error::failure("cannot read: is not a regular file"));
        }
        check_file(path, &metadata)?;
        let mut contents = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default().min(MAX_FILE));
        let limit = u64::try_from(MAX_FILE).unwrap_or(u64::MAX).saturating_add(1);
        file.take(limit).read_to_end(&mut contents).map_err(|error| cannot_read(&error))?;
        if contents.len() > MAX_FILE {
            return Err(too_long(MAX_FILE));
        }
        let (contents, encoding) = normalized(contents)?;
        Ok(Self { contents, encoding, metadata: Some(metadata) })
    }

    /// Whether the file is still what was read.
    fn is_current(&self, path: &Path) -> Result<bool, Error> {
        let now = match fs::symlink_metadata(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            metadata => Some(metadata.map_err(|error| cannot_write(&error))?),
        };
        Ok(now.as_ref().map(Stamp::of) == self.metadata.as_ref().map(Stamp::of))
    }

    /// Reads the file again if it has changed. Returns whether it has.
    fn refresh(&mut self, path: &Path) -> Result<bool, Error> {
        let has_changed = !self.is_current(path)?;
        if has_changed {
            *self = Self::of(path)?;
        }
        Ok(has_changed)
    }
}

/// Replaces the file by what `change` makes of it, if it changes anything. The file may have been read before.
///
/// Other hostfps wait until it is done. ssh takes no lock when it adds a line, so a file that changes before the new one is
/// in its place is read again. Signals that would end the process are held back for that short time, so no temporary file is
/// left.
///
/// # Errors
/// Those of `change`; or the file cannot be read or written, and stays as it was.
pub(super) fn update(
    path: &Path,
    mut old: Snapshot,
    mut change: impl FnMut(&[u8]) -> Result<Option<Patch>, Error>,
) -> Result<(), Error> {
    // Minutes may have passed since the path was resolved.
    if resolve(path)? != path {
        return Err(Error::failure("cannot write: it, or a folder above it, has become a link"));
    }
    old.refresh(path)?;
    // Usually nothing changes. A file in which ssh finds nothing is written anyway.
    let of =
        |patch: Option<Patch>, encoding| patch.or_else(|| (encoding == Encoding::ByteOrderMark).then(Patch::default));
    let Some(mut patch) = of(change(&old.contents)?, old.encoding) else {
        Lock::clean_up(path);
        return Ok(());
    };
    let _lock = Lock::take(path)?;
    for _ in 0..MAX_ATTEMPTS {
        if old.refresh(path)? {
            match of(change(&old.contents)?, old.encoding) {
                Some(changed) => patch = changed,
                None => return Ok(()),
            }
        }
        let access = old.metadata.as_ref().map_or(Access::Owner, Access::Like);
        let complete =
            write_beside(path, &patch.pieces(&old.contents), access).map_err(|error| cannot_write(&error))?;
        if old.is_current(path)? {
            return complete.put_in_place().map_err(|error| cannot_write(&error));
        }
    }
    Err(Error::failure("cannot write: another program keeps changing it"))
}

/// Writes the new file with its contents, given in pieces, beside its place.
fn write_beside(path: &Path, pieces: &[&[u8]], access: Access<'_>) -> io::Result<CompleteFile> {
    let new = AtomicFile::create(path, TOOL, access)?;
    // Fleets change many lines, and a system call for each would be slow.
    let mut out = io::BufWriter::new(new.file());
    pieces.iter().try_for_each(|piece| out.write_all(piece))?;
    out.flush()?;
    drop(out);
    new.complete()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn folder_of_its_own() -> PathBuf {
        let folder = env::temp_dir().join(format!("place-{}-{:?}", std::process::id(), std::thread::current().id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn lines_that_another_program_adds_in_the_meantime_are_kept() {
        let folder = folder_of_its_own();
        let path = folder.join("known_hosts");
        fs::write(&path, "old\n").unwrap();
        let mut calls = 0;
        let before = Snapshot::of(&path).unwrap();
        update(&path, before, |_| {
            calls += 1;
            if calls == 1 {
                // A program that takes no lock, such as ssh.
                File::options().append(true).open(&path).unwrap().write_all(b"theirs\n").unwrap();
            }
            Ok(Some(Patch::appending("ours\n")))
        })
        .unwrap();
        assert_eq!((calls, fs::read(&path).unwrap()), (2, b"old\ntheirs\nours\n".to_vec()));
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn nothing_is_left_of_an_update_that_fails() {
        let folder = folder_of_its_own();
        let path = folder.join("known_hosts");
        let mut calls = 0;
        let failed = update(&path, Snapshot::of(&path).unwrap(), |_| {
            calls += 1;
            if calls > 1 {
                return Err(Error::failure("no"));
            }
            fs::write(&path, "theirs").unwrap();
            Ok(Some(Patch::appending("new")))
        });
        assert_eq!(failed.unwrap_err().message(), "no");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        assert_eq!(fs::read(&path).unwrap(), b"theirs");
        fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn the_lock_and_the_new_file_are_beside_the_file() {
        for (path, beside) in [("known_hosts", "."), ("a/known_hosts", "a"), ("/known_hosts", "/")] {
            assert_eq!(folder(Path::new(path)), Path::new(beside));
            assert_eq!(lock_path(Path::new(path)), Path::new(beside).join(".known_hosts.hostfp-lock"));
        }
    }

    #[test]
    fn an_encoding_that_ssh_does_not_read_is_rewritten_even_if_nothing_is_added() {
        let folder = folder_of_its_own();
        let path = folder.join("known_hosts");
        for (before, after) in
            [("\u{feff}a b c\r\n", "a b c\n"), ("a b c\r\nd e f\r\n", "a b c\r\nd e f\r\n"), ("a b c", "a b c")]
        {
            fs::write(&path, before).unwrap();
            update(&path, Snapshot::of(&path).unwrap(), |_| Ok(None)).unwrap();
            assert_eq!(fs::read_to_string(&path).unwrap(), after);
        }
        fs::remove_dir_all(&folder).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn what_cannot_be_read_is_not_taken_for_a_missing_file() {
        let folder = folder_of_its_own();
        let (path, link) = (folder.join("known_hosts"), folder.join("link"));
        assert!(Snapshot::of(&path).unwrap().contents.is_empty());
        fs::write(&path, "a b c\n").unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        for wrong in [&link, &folder, &path.join("below")] {
            assert!(Snapshot::of(wrong).is_err(), "{wrong:?}");
        }
        let snapshot = Snapshot::of(&path).unwrap();
        assert!(snapshot.is_current(&path).unwrap());
        assert!(!snapshot.is_current(&folder.join("missing")).unwrap());
        assert!(snapshot.is_current(&path.join("below")).is_err());
        fs::remove_dir_all(&folder).unwrap();
    }

    #[cfg(unix)]
    #[test]
    fn whether_a_file_can_be_replaced_is_known_before() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = folder_of_its_own();
        let (path, locked) = (folder.join("known_hosts"), folder.join("read_only"));
        assert!(check(&path).is_ok());
        fs::write(&path, "a b c\n").unwrap();
        assert!(check(&path).is_ok());
        fs::write(&locked, "").unwrap();
        fs::set_permissions(&locked, fs::Permissions::from_mode(0o400)).unwrap();
        for (wrong, words) in [(&folder, "is not a regular file"), (&locked, "is read-only")] {
            assert!(check(wrong).unwrap_err().message().ends_with(words), "{words}");
        }
        let missing = check(&folder.join("missing/known_hosts")).unwrap_err();
        assert!(missing.remedy().is_some_and(|hint| hint.starts_with("the folder is missing")), "{missing:?}");
        // A path below a file cannot exist, whichever folder is created.
        assert!(check(&path.join("known_hosts")).unwrap_err().remedy().is_none());
        fs::remove_dir_all(&folder).unwrap();
    }
}
