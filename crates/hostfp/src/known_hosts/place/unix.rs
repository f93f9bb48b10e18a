//! The new file, which is also the lock: whoever has it under its name, and locked, is the one who may write.

use std::fs::{self, File};
use std::io::{self, Seek as _, Write as _};
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, fchown};
use std::path::{Path, PathBuf};

use common::lines::escape;

use super::{beside, folder, interrupt, removed_at_panic};

/// How often another hostfp may be faster.
const MAX_ROUNDS: usize = 100_000;

/// The new file before it is in its place. It has one name for all hostfps, so that what a killed one has left is used
/// by the next. Removed when dropped before it is put in its place.
pub(super) struct Staging {
    file: File,
    path: PathBuf,
    /// None once it is in its place.
    undo: Option<interrupt::Guard>,
    /// Signals wait: while this lives there is a file that would be left behind.
    _held: interrupt::Held,
}

impl Staging {
    /// Waits until no other hostfp writes the file at that path.
    pub(super) fn lock(path: &Path) -> io::Result<Self> {
        let path = beside(path, ".hostfp");
        for _ in 0..MAX_ROUNDS {
            let held = interrupt::held();
            if fs::symlink_metadata(&path).is_ok_and(|there| !there.is_file()) {
                return Err(io::Error::other(format!("{} is in the way", escape::path(&path))));
            }
            let file = File::options().write(true).create(true).truncate(false).mode(0o600).open(&path)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(fs::TryLockError::WouldBlock) => {
                    // It may take long, and is another's file: signals need not wait.
                    drop(held);
                    file.lock()?;
                    continue;
                }
                // A file system without locks has no second hostfp to wait for.
                Err(fs::TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {}
                Err(fs::TryLockError::Error(error)) => {
                    let _ = fs::remove_file(&path);
                    return Err(error);
                }
            }
            // Whoever held the lock may have put the file in its place, or removed it.
            if is_under(&path, &file) {
                let undo = Some(removed_at_panic(&path));
                return Ok(Self { file, path, undo, _held: held });
            }
        }
        Err(io::Error::other("too many others write it"))
    }

    /// Writes and syncs the contents, given in pieces. Mode and owner are those of the old file, if there is one.
    pub(super) fn fill(&mut self, pieces: &[&[u8]], old: Option<&fs::Metadata>) -> io::Result<()> {
        self.file.set_len(0)?;
        self.file.rewind()?;
        // Fleets change many lines, and a call for each would be many.
        let mut out = io::BufWriter::new(&self.file);
        pieces.iter().try_for_each(|piece| out.write_all(piece))?;
        out.flush()?;
        if let Some(old) = old {
            let new = self.file.metadata()?;
            if (old.uid(), old.gid()) != (new.uid(), new.gid()) {
                // Only root gives files away. Whoever else may replace the file becomes its owner.
                let _ = fchown(&self.file, Some(old.uid()), Some(old.gid()));
            }
            self.file.set_permissions(old.permissions())?;
        }
        self.file.sync_all()
    }

    /// Puts the file in the place of that one.
    pub(super) fn put_in_place(mut self, path: &Path) -> io::Result<()> {
        fs::rename(&self.path, path)?;
        self.undo = None;
        // So that it is there after a power failure, too. The file is in its place, and some file systems cannot.
        let _ = File::open(folder(path)).and_then(|folder| folder.sync_all());
        Ok(())
    }
}

/// What tells a file from another of the same name.
pub(super) fn number(metadata: &fs::Metadata) -> u64 {
    metadata.ino()
}

/// Whether an open file is still the one of that name.
fn is_under(path: &Path, file: &File) -> bool {
    let identity = |metadata: io::Result<fs::Metadata>| metadata.ok().map(|metadata| (metadata.dev(), metadata.ino()));
    let ours = identity(file.metadata());
    ours.is_some() && ours == identity(fs::symlink_metadata(path))
}

impl Drop for Staging {
    fn drop(&mut self) {
        if self.undo.is_some() {
            let _ = fs::remove_file(&self.path);
        }
    }
}
