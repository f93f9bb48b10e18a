//! Where bytes come from: a file named on the command line, or standard input.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufRead, Read};
use std::ops::Range;
use std::path::Path;

use zeroize::Zeroizing;

use crate::cli::Stdin;
use crate::error::{Error, Place};

/// How much is read at once, in bytes.
const BUFFER: usize = 64 * 1024;

/// A buffered reader whose buffer is wiped: a file may hold a passphrase or a private key.
struct Wiped<R> {
    inner: R,
    buffer: Zeroizing<Vec<u8>>,
    /// What of it was read and not handed out.
    filled: Range<usize>,
}

impl<R> Wiped<R> {
    fn new(inner: R) -> Self {
        Self { inner, buffer: Zeroizing::new(vec![0; BUFFER]), filled: 0..0 }
    }
}

impl<R: Read> Read for Wiped<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.filled.is_empty() && to.len() >= BUFFER {
            return self.inner.read(to);
        }
        let read = self.fill_buf()?.read(to)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: Read> BufRead for Wiped<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.filled.is_empty() {
            self.filled = 0..self.inner.read(&mut self.buffer)?;
        }
        Ok(self.buffer.get(self.filled.clone()).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.filled.start = (self.filled.start + amount).min(self.filled.end);
    }
}

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
        let trouble = |error: io::Error| Error::io("cannot read", &error).at(place.clone());
        let file = File::open(path).map_err(trouble)?;
        // Windows knows nothing of its null device.
        if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
            return Err(Error::trouble("cannot read: is a folder").at(place));
        }
        Ok(Source { place, reader: Box::new(Wiped::new(file)) })
    }

    /// Reads to the end a source that holds one thing (a configuration, a reply), of at most `bound` bytes.
    ///
    /// # Errors
    /// It cannot be read or is longer.
    pub fn read_whole(self, bound: usize) -> Result<Vec<u8>, Error> {
        // A key file fits: a buffer that grows leaves pieces of it behind.
        let mut bytes = Vec::with_capacity(16 * 1024);
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
