//! The new file in the place of the old one, which is there as a whole at every moment: even if hostfp is killed, the
//! disk is full, the power fails, or several hostfps write at once.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use common::error::{Error, Place};
use common::interrupt;

use super::MAX_FILE;
use super::change::Patch;

#[cfg_attr(windows, path = "place/windows.rs")]
#[cfg_attr(not(windows), path = "place/unix.rs")]
mod staging;

use staging::Staging;

/// How many links are followed, as by Linux.
const MAX_LINKS: usize = 40;

/// How often the file is read again because somebody else, such as ssh, has changed it meanwhile.
const MAX_ATTEMPTS: usize = 10;

/// What a path leads to when its last name is a symbolic link, be there something or not.
pub(super) fn behind_links(path: &Path) -> PathBuf {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        let Ok(target) = fs::read_link(&path) else { break };
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    path
}

/// The folder that a file is in.
fn folder(path: &Path) -> PathBuf {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    folder.map_or_else(|| PathBuf::from("."), Path::to_owned)
}

/// The path of a file beside another one, that says what it is.
fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(end);
    folder(path).join(name)
}

/// Has a panic remove the file that is not in its place yet.
fn removed_at_panic(path: &Path) -> interrupt::Guard {
    let path = path.to_owned();
    interrupt::on_end(move || {
        let _ = fs::remove_file(&path);
    })
}

/// Whether the file could be replaced, before anybody is asked for anything: it is a file that its owner may write, or
/// missing, and its folder is there.
///
/// # Errors
/// It could not.
pub(super) fn check(path: &Path) -> Result<(), Error> {
    match fs::metadata(path) {
        Ok(metadata) if !metadata.is_file() => Err(Error::trouble("cannot write: is no regular file")),
        Ok(metadata) if metadata.permissions().readonly() => Err(Error::trouble("cannot write: is read-only")),
        // What others own may be readable for us alone.
        Ok(_) => File::options().append(true).open(path).map(drop).map_err(|error| trouble(&error)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            let folder = folder(path);
            if folder.is_dir() {
                return Ok(());
            }
            Err(trouble(&error).hint(format!("the folder is missing: make {} first", Place::file(&folder))))
        }
        Err(error) => Err(trouble(&error)),
    }
}

fn trouble(error: &io::Error) -> Error {
    Error::io("cannot write", error)
}

/// What is known of a file; none where it is missing.
fn metadata(path: &Path) -> io::Result<Option<fs::Metadata>> {
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        metadata => metadata.map(Some),
    }
}

/// What tells whether a file was changed; none where there is no file.
type Stamp = Option<(u64, u64, Option<SystemTime>)>;

fn stamp(metadata: &fs::Metadata) -> Stamp {
    Some((staging::number(metadata), metadata.len(), metadata.modified().ok()))
}

/// A file as it was when it was read.
#[derive(Debug)]
pub(super) struct Snapshot {
    pub(super) contents: Vec<u8>,
    read_at: Stamp,
}

impl Snapshot {
    /// Reads a file; one that is missing is empty.
    ///
    /// # Errors
    /// It cannot be read, or is longer than any `known_hosts`.
    pub(super) fn of(path: &Path) -> Result<Self, Error> {
        let trouble = |error: &io::Error| Error::io("cannot read", error);
        let file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self { contents: Vec::new(), read_at: None });
            }
            opened => opened.map_err(|error| trouble(&error))?,
        };
        let metadata = file.metadata().map_err(|error| trouble(&error))?;
        let mut contents = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default().min(MAX_FILE));
        let limit = u64::try_from(MAX_FILE).unwrap_or(u64::MAX).saturating_add(1);
        file.take(limit).read_to_end(&mut contents).map_err(|error| trouble(&error))?;
        if contents.len() > MAX_FILE {
            return Err(Error::trouble(format!("longer than {MAX_FILE} bytes, which is more than this can be")));
        }
        Ok(Self { contents, read_at: stamp(&metadata) })
    }

    /// Whether the file is still what was read.
    fn is_current(&self, path: &Path) -> Result<bool, Error> {
        Ok(metadata(path).map_err(|error| trouble(&error))?.as_ref().and_then(stamp) == self.read_at)
    }

    /// Reads the file once more if it has changed; whether it has.
    fn refresh(&mut self, path: &Path) -> Result<bool, Error> {
        let has_changed = !self.is_current(path)?;
        if has_changed {
            *self = Self::of(path)?;
        }
        Ok(has_changed)
    }
}

/// Puts in the place of the file what `change` makes of it, if that is anything. It may have been read before.
///
/// Other hostfps wait until it is done. ssh waits for nobody when it adds a line: a file that has changed before the
/// new one is in its place is read once more. Signals that would end the process wait for the little while that this
/// takes, so that nothing is left behind.
///
/// # Errors
/// Those of `change`; the file cannot be read or written, and is what it was.
pub(super) fn update(
    path: &Path,
    mut old: Snapshot,
    mut change: impl FnMut(&[u8]) -> Result<Option<Patch>, Error>,
) -> Result<(), Error> {
    let io = |error: io::Error| trouble(&error);
    old.refresh(path)?;
    // Most often there is nothing to change.
    let Some(mut patch) = change(&old.contents)? else { return Ok(()) };
    let mut staging = Staging::lock(path).map_err(io)?;
    for _ in 0..MAX_ATTEMPTS {
        if old.refresh(path)? {
            match change(&old.contents)? {
                Some(changed) => patch = changed,
                None => return Ok(()),
            }
        }
        staging.fill(&patch.pieces(&old.contents), metadata(path).map_err(io)?.as_ref()).map_err(io)?;
        if old.is_current(path)? {
            return staging.put_in_place(path).map_err(io);
        }
    }
    Err(Error::trouble("cannot write: somebody else keeps changing it"))
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn folder_of_its_own() -> PathBuf {
        let folder =
            std::env::temp_dir().join(format!("place-{}-{:?}", std::process::id(), std::thread::current().id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn what_somebody_adds_meanwhile_is_not_lost() {
        let folder = folder_of_its_own();
        let path = folder.join("known_hosts");
        fs::write(&path, "old\n").unwrap();
        let mut calls = 0;
        let before = Snapshot::of(&path).unwrap();
        update(&path, before, |_| {
            calls += 1;
            if calls == 1 {
                // Somebody who does not wait for us, such as ssh.
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
                return Err(Error::trouble("no"));
            }
            fs::write(&path, "theirs").unwrap();
            Ok(Some(Patch::appending("new")))
        });
        assert_eq!(failed.unwrap_err().message(), "no");
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 1);
        assert_eq!(fs::read(&path).unwrap(), b"theirs");
        fs::remove_dir_all(&folder).unwrap();
    }
}
