//! Locks `known_hosts` by a file beside it that only its owner can open, so no other user can hold the lock.

use std::fs::{self, File, Metadata, TryLockError};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use common::error::{Error, Place};
use common::os::atomic_file::{create_new, open_own, remove_leftovers};
use common::os::interrupt;

pub(super) use super::safe_path::check_file;
pub(crate) use super::safe_path::resolve;
use super::{TOOL, cannot_write, lock_path};

/// How long to wait for the same hostfp, which writes for some milliseconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// The pause before the lock is tried again.
const PAUSE: Duration = Duration::from_millis(5);

/// While this exists, no other hostfp writes the file, and signals are held back. The lock ends with its holder: one that is
/// killed leaves an unlocked file, which the next takes over.
pub(super) struct Lock {
    path: PathBuf,
    _file: File,
    _undo: interrupt::Guard,
    _held: interrupt::Held,
}

/// The result of one attempt.
enum Attempt {
    Taken(Lock),
    /// Another process has the lock, whose file this is.
    Busy(Metadata),
    /// The file was created or removed in between.
    Again,
}

impl Lock {
    /// Waits until no other hostfp writes the file at that path, and removes leftovers of a killed one.
    pub(super) fn take(path: &Path) -> Result<Self, Error> {
        let lock = Self::take_within(path, PATIENCE)?;
        remove_leftovers(path, TOOL);
        Ok(lock)
    }

    /// Removes the leftovers of a killed hostfp, unless another one is running.
    pub(super) fn clean_up(path: &Path) {
        let lock = lock_path(path);
        if fs::symlink_metadata(&lock).is_ok()
            && let Ok(Attempt::Taken(_lock)) = Self::attempt(&lock)
        {
            remove_leftovers(path, TOOL);
        }
    }

    fn take_within(path: &Path, patience: Duration) -> Result<Self, Error> {
        let path = lock_path(path);
        let mut busy_since = None;
        loop {
            match Self::attempt(&path)? {
                Attempt::Taken(lock) => return Ok(lock),
                Attempt::Again => {}
                Attempt::Busy(file) => {
                    let holder = (file.dev(), file.ino(), file.ctime(), file.ctime_nsec());
                    let (since, before) = busy_since.get_or_insert((Instant::now(), holder));
                    if *before != holder {
                        (*since, *before) = (Instant::now(), holder);
                    } else if since.elapsed() >= patience {
                        return Err(lock_is_held_error(&path, patience));
                    }
                    sleep(PAUSE);
                }
            }
        }
    }

    fn attempt(path: &Path) -> Result<Attempt, Error> {
        let held = interrupt::held();
        let (file, is_new) = match create_new(path, 0o600) {
            Ok(file) => (file, true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => match open_own(path)? {
                Some(file) => (file, false),
                None => return Ok(Attempt::Again),
            },
            Err(error) => return Err(cannot_write(&error)),
        };
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return file.metadata().map(Attempt::Busy).map_err(|error| cannot_write(&error));
            }
            // On a file system without locks, no second hostfp is waited for.
            Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => {
                if is_new {
                    let _ = fs::remove_file(path);
                }
                return Err(cannot_write(&error));
            }
        }
        // The previous holder removes the file when it is done: a lock on a file without a name excludes nobody.
        if !is_at(path, &file) {
            return Ok(Attempt::Again);
        }
        let undone = path.to_owned();
        let undo = interrupt::on_end(move || drop(fs::remove_file(&undone)));
        Ok(Attempt::Taken(Self { path: path.to_owned(), _file: file, _undo: undo, _held: held }))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // While it is locked: a later file would be another process's.
        let _ = fs::remove_file(&self.path);
    }
}

/// Whether an open file still has that name.
fn is_at(path: &Path, file: &File) -> bool {
    let identity = |metadata: io::Result<Metadata>| metadata.ok().map(|metadata| (metadata.dev(), metadata.ino()));
    let ours = identity(file.metadata());
    ours.is_some() && ours == identity(fs::symlink_metadata(path))
}

fn lock_is_held_error(lock: &Path, patience: Duration) -> Error {
    let lock = Place::file(lock);
    let seconds = patience.as_secs();
    Error::failure(format!("cannot write: another program has held the lock {lock} for {seconds} seconds"))
        .hint("if a hostfp process hangs, end it")
}

/// A number that distinguishes a file from another of the same name.
pub(super) fn number(metadata: &Metadata) -> u64 {
    metadata.ino()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lock_that_stays_busy_is_not_waited_for_for_ever() {
        let folder = std::env::temp_dir().join(format!("lock-{}", std::process::id()));
        fs::create_dir(&folder).unwrap();
        let place = folder.join("known_hosts");
        let other = create_new(&lock_path(&place), 0o600).unwrap();
        other.lock().unwrap();
        let stuck = Lock::take_within(&place, Duration::from_millis(20)).err().unwrap();
        assert!(stuck.message().contains("another program has held the lock"), "{stuck:?}");
        // A killed holder: its file stays, the lock does not.
        drop(other);
        drop(Lock::take_within(&place, Duration::from_millis(20)).unwrap());
        assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
        fs::remove_dir(&folder).unwrap();
    }

    #[test]
    fn one_has_the_lock_at_a_time() {
        let folder = std::env::temp_dir().join(format!("locks-{}", std::process::id()));
        fs::create_dir(&folder).unwrap();
        let place = folder.join("known_hosts");
        let alone = std::sync::Mutex::new(());
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let _lock = Lock::take(&place).unwrap();
                        assert!(alone.try_lock().is_ok());
                    }
                });
            }
        });
        fs::remove_dir(&folder).unwrap();
    }
}
