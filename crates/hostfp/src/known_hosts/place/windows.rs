//! The new file, and a lock beside it, which Windows removes with its last handle, even of a process that is killed.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::os::windows::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::{beside, interrupt, removed_at_panic};

/// `FILE_FLAG_DELETE_ON_CLOSE` of CreateFileW.
const DELETE_ON_CLOSE: u32 = 0x0400_0000;

/// `ERROR_ACCESS_DENIED`, which is said of a file that is about to go, and `ERROR_SHARING_VIOLATION`.
const TAKEN: [i32; 2] = [5, 32];

/// How long another hostfp is waited for; it writes for some milliseconds.
const PATIENCE: Duration = Duration::from_secs(30);

/// The new file before it is in its place. Removed when dropped before that.
pub(super) struct Staging {
    path: PathBuf,
    /// None once it is in its place.
    undo: Option<interrupt::Guard>,
    _lock: File,
    _held: interrupt::Held,
}

impl Staging {
    /// Waits until no other hostfp writes the file at that path.
    pub(super) fn lock(path: &Path) -> io::Result<Self> {
        let lock = beside(path, ".hostfp-lock");
        let end = Instant::now() + PATIENCE;
        loop {
            // Shared with nobody: the next one cannot open it.
            let opened =
                File::options().write(true).create(true).share_mode(0).custom_flags(DELETE_ON_CLOSE).open(&lock);
            match opened {
                Ok(lock) => {
                    let path = beside(path, ".hostfp");
                    let undo = Some(removed_at_panic(&path));
                    return Ok(Self { path, undo, _lock: lock, _held: interrupt::held() });
                }
                Err(error)
                    if error.raw_os_error().is_some_and(|code| TAKEN.contains(&code)) && Instant::now() < end =>
                {
                    sleep(Duration::from_millis(10));
                }
                Err(error) => return Err(error),
            }
        }
    }

    /// Writes and syncs the contents, given in pieces. The access list comes from the folder, as that of the old file
    /// did.
    pub(super) fn fill(&mut self, pieces: &[&[u8]], _old: Option<&fs::Metadata>) -> io::Result<()> {
        let file = File::create(&self.path)?;
        // Fleets change many lines, and a call for each would be many.
        let mut out = io::BufWriter::new(&file);
        pieces.iter().try_for_each(|piece| out.write_all(piece))?;
        out.flush()?;
        file.sync_all()
    }

    /// Puts the file in the place of that one.
    pub(super) fn put_in_place(mut self, path: &Path) -> io::Result<()> {
        fs::rename(&self.path, path)?;
        self.undo = None;
        Ok(())
    }
}

/// What tells a file from another of the same name: the time at which it was made.
pub(super) fn number(metadata: &fs::Metadata) -> u64 {
    std::os::windows::fs::MetadataExt::creation_time(metadata)
}

impl Drop for Staging {
    fn drop(&mut self) {
        if self.undo.is_some() {
            let _ = fs::remove_file(&self.path);
        }
    }
}
