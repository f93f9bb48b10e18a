//! Writes the file of `--output`: what would go to standard output, always as UTF-8. The file is put in place only when it is
//! complete.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use common::cli::Output;
use common::error::{Error, Place};
use common::input::TILDE;
use common::os::atomic_file::{Access, AtomicFile, CompleteFile};

use crate::replaced::{self, Content};

/// The size of the write buffer, in bytes.
const BUFFER: usize = 64 * 1024;

/// The file that is being written.
pub(crate) struct Destination {
    /// Its name in messages.
    pub(crate) place: Place,
    file: AtomicFile,
}

impl Destination {
    /// Creates the new file. It gets the mode of an existing file; a symbolic link is followed.
    ///
    /// # Errors
    /// It cannot be made, or what is there would be lost.
    pub(crate) fn create(path: &Path, content: Content) -> Result<Self, Error> {
        let place = Place::file(path);
        let cannot = |error: io::Error| cannot(&place, &error);
        let there = fs::metadata(path).ok();
        let path = if there.is_some() { fs::canonicalize(path).map_err(cannot)? } else { path.to_owned() };
        if there.as_ref().is_some_and(fs::Metadata::is_file) {
            replaced::refuse_loss(&path, &place, content)?;
        }
        let access = there.as_ref().map_or(Access::Umask, Access::Like);
        let file = AtomicFile::create(&path, "keycheck", access).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound if path.starts_with("~") => cannot(error).hint(TILDE),
            _ => cannot(error),
        })?;
        Ok(Self { place, file })
    }

    /// Returns a writer to the file.
    ///
    /// # Errors
    /// Too many files are open.
    pub(crate) fn output<'w>(&self) -> Result<Output<'w>, Error> {
        let file = self.file.file().try_clone().map_err(|error| cannot(&self.place, &error))?;
        let writer: Box<dyn Write + 'w> = Box::new(file);
        Ok(BufWriter::with_capacity(BUFFER, writer))
    }

    /// Puts the file in place.
    ///
    /// # Errors
    /// It cannot be written; an existing file is kept.
    pub(crate) fn put_in_place(self) -> Result<(), Error> {
        let Self { place, file } = self;
        file.complete().and_then(CompleteFile::put_in_place).map_err(|error| cannot(&place, &error))
    }

    /// Keeps the existing file, and returns an error with the reason.
    pub(crate) fn leave(self, why: &str) -> Error {
        Error::failure(format!("left as it was, since {why}")).at(self.place)
    }
}

fn cannot(place: &Place, error: &io::Error) -> Error {
    Error::io("cannot write", error).at(place.clone())
}
