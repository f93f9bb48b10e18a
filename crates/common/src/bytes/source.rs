//! Where bytes come from: a file named on the command line, or standard input.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, Read as _};
use std::path::Path;

use crate::cli::Stdin;
use crate::error::{Error, Place};

/// Where bytes are read from; another thread may do so.
pub trait Input: BufRead + Send {}

impl<R: BufRead + Send> Input for R {}

/// An open input with its name.
pub struct Source<'a> {
    /// Its name in messages.
    pub place: Place,
    /// Its bytes.
    pub reader: Box<dyn Input + 'a>,
}

impl<'a> Source<'a> {
    /// Opens an operand: a path, or `-` for standard input.
    ///
    /// # Errors
    /// The file cannot be opened, or is a folder.
    pub fn open(operand: &OsStr, stdin: &'a mut Stdin<'_>) -> Result<Self, Error> {
        if operand == "-" { Ok(Self::stdin(stdin)) } else { Self::file(Path::new(operand)) }
    }

    /// Standard input.
    pub fn stdin(stdin: &'a mut Stdin<'_>) -> Self {
        Self { place: Place { file: "(stdin)".to_owned(), line: None }, reader: Box::new(&mut *stdin.reader) }
    }

    /// A file.
    ///
    /// # Errors
    /// It cannot be opened, or is a folder.
    pub fn file(path: &Path) -> Result<Source<'static>, Error> {
        let place = Place::file(path);
        let trouble = |error: std::io::Error| Error::io("cannot read", &error).at(place.clone());
        let file = File::open(path).map_err(trouble)?;
        // Windows knows nothing of its null device.
        if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
            return Err(Error::trouble("cannot read: is a folder").at(place));
        }
        Ok(Source { place, reader: Box::new(std::io::BufReader::with_capacity(64 * 1024, file)) })
    }

    /// Reads to the end a source that holds one thing (a configuration, a reply), of at most `bound` bytes.
    ///
    /// # Errors
    /// It cannot be read or is longer.
    pub fn read_whole(self, bound: usize) -> Result<Vec<u8>, Error> {
        let mut bytes = Vec::new();
        let limit = u64::try_from(bound).unwrap_or(u64::MAX).saturating_add(1);
        match self.reader.take(limit).read_to_end(&mut bytes) {
            Err(error) => Err(Error::io("cannot read", &error).at(self.place)),
            Ok(_) if bytes.len() > bound => {
                Err(Error::trouble(format!("longer than {bound} bytes, which is more than this can be")).at(self.place))
            }
            Ok(_) => Ok(bytes),
        }
    }
}

/// Reads a file that holds one thing, of at most `bound` bytes.
///
/// # Errors
/// It cannot be read or is longer.
pub fn read_small_file(path: &Path, bound: usize) -> Result<Vec<u8>, Error> {
    Source::file(path)?.read_whole(bound)
}
