//! Locks `known_hosts` by a file beside it, which Windows removes with its last handle, even if the process is killed.

use std::fs::{self, File, Metadata};
use std::os::windows::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use common::error::{Error, Place};
use common::os::atomic_file::remove_leftovers;
use common::os::interrupt;

use super::{TOOL, cannot_write, lock_path};

/// `FILE_FLAG_DELETE_ON_CLOSE` and `FILE_FLAG_OPEN_REPARSE_POINT` of CreateFileW: the file is removed with its handle, and a
/// link is not followed.
const FLAGS: u32 = 0x0400_0000 | 0x0020_0000;

/// `ERROR_ACCESS_DENIED`, which a file that is about to be removed returns, and `ERROR_SHARING_VIOLATION`.
const TAKEN: [i32; 2] = [5, 32];

/// How long to wait for other hostfps, each of which writes for some milliseconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// How many links are followed, as by Linux.
const MAX_LINKS: usize = 40;

/// While this exists, no other hostfp writes the file.
pub(super) struct Lock {
    _file: File,
    _held: interrupt::Held,
}

impl Lock {
    /// Does nothing: only the lock would show that a killed hostfp has left something, and the lock is gone.
    pub(super) const fn clean_up(_path: &Path) {}

    /// Waits until no other hostfp writes the file at that path, and removes leftovers of a killed one.
    pub(super) fn take(path: &Path) -> Result<Self, Error> {
        let lock = lock_path(path);
        let end = Instant::now() + PATIENCE;
        loop {
            // Without sharing, the next process cannot open it.
            let opened = File::options().write(true).create(true).share_mode(0).custom_flags(FLAGS).open(&lock);
            match opened {
                Ok(file) => {
                    remove_leftovers(path, TOOL);
                    return Ok(Self { _file: file, _held: interrupt::held() });
                }
                Err(error) if !error.raw_os_error().is_some_and(|code| TAKEN.contains(&code)) => {
                    return Err(cannot_write(&error));
                }
                Err(_) if Instant::now() < end => sleep(Duration::from_millis(10)),
                Err(_) => return Err(lock_is_held_error(&lock)),
            }
        }
    }
}

fn lock_is_held_error(lock: &Path) -> Error {
    let lock = Place::file(lock);
    let seconds = PATIENCE.as_secs();
    Error::failure(format!("cannot write: other programs have held the lock {lock} for {seconds} seconds"))
        .hint("if a hostfp process hangs, end it; otherwise check whether you may write in that folder")
}

/// Resolves a path whose last name is a symbolic link, even if the target does not exist. Only administrators create links,
/// and the access list of a folder controls who may write in it.
pub(crate) fn resolve(path: &Path) -> Result<PathBuf, Error> {
    let mut path = path.to_owned();
    for _ in 0..MAX_LINKS {
        let Ok(target) = fs::read_link(&path) else { break };
        path = path.parent().unwrap_or(Path::new("")).join(target);
    }
    Ok(path)
}

/// Does nothing: an access list controls which users may write a file.
pub(super) const fn check_file(_path: &Path, _metadata: &Metadata) -> Result<(), Error> {
    Ok(())
}

/// A number that distinguishes a file from another of the same name: its creation time.
pub(super) fn number(metadata: &Metadata) -> u64 {
    std::os::windows::fs::MetadataExt::creation_time(metadata)
}
