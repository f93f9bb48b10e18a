//! Opens the sources of bytes: a file named on the command line, or standard input.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufRead, IsTerminal as _, Read};
use std::ops::Range;
use std::path::Path;

use zeroize::Zeroizing;

use super::buffer::{Buffer, FIRST};
use crate::error::{Error, Place};
use crate::escape;
use crate::secret::append;

/// The size of one read from a large source, in bytes.
const MOST: usize = 64 * 1024;

/// A buffered reader whose buffer is wiped: what it reads may hold a passphrase or a private key.
struct Wiped<R> {
    inner: R,
    buffer: Buffer,
    /// The bytes that were read and not returned yet.
    filled: Range<usize>,
}

impl<R> Wiped<R> {
    fn new(inner: R) -> Self {
        Self { inner, buffer: Buffer::new(FIRST), filled: 0..0 }
    }
}

impl<R: Read> Read for Wiped<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if self.filled.is_empty() && to.len() >= self.buffer.size() {
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
            // The last read filled the buffer, so there may be more.
            if self.filled.end == self.buffer.size() {
                self.buffer.grow(MOST);
            }
            let inner = &mut self.inner;
            self.filled = 0..self.buffer.read(0, |room| inner.read(room))?;
        }
        Ok(self.buffer.filled(self.filled.end).get(self.filled.start..).unwrap_or_default())
    }

    fn consume(&mut self, amount: usize) {
        self.filled.start = (self.filled.start + amount).min(self.filled.end);
    }
}

/// A source of bytes that another thread may read.
pub trait Input: BufRead + Send {}

impl<R: BufRead + Send> Input for R {}

/// Standard input.
pub struct Stdin<'a> {
    /// Its reader.
    pub reader: Box<dyn Input + 'a>,
    /// Whether it is a terminal.
    pub is_terminal: bool,
}

impl Stdin<'static> {
    /// The process's own standard input.
    #[must_use]
    pub fn system() -> Self {
        let stdin = io::stdin();
        Self { is_terminal: stdin.is_terminal(), reader: Box::new(Wiped::new(stdin)) }
    }
}

/// An open input with its name.
pub struct Source<'a> {
    /// Its name in messages.
    pub place: Place,
    /// Its reader.
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

    /// Wraps standard input.
    pub fn stdin(stdin: &'a mut Stdin<'_>) -> Self {
        Self { place: Place { file: "(stdin)".to_owned(), line: None }, reader: Box::new(&mut *stdin.reader) }
    }

    /// Opens a file.
    ///
    /// # Errors
    /// It cannot be opened, or is a folder.
    pub fn file(path: &Path) -> Result<Source<'static>, Error> {
        let place = Place::file(path);
        let failure = |error: io::Error| unread(path, &error).at(place.clone());
        let file = File::open(path).map_err(failure)?;
        // Windows returns no metadata for its null device.
        if file.metadata().is_ok_and(|metadata| metadata.is_dir()) {
            return Err(Error::failure("cannot read: is a folder").at(place));
        }
        Ok(Self::of_file(place, file))
    }

    /// Wraps an open file.
    #[must_use]
    pub fn of_file(place: Place, file: File) -> Source<'static> {
        Source { place, reader: Box::new(Wiped::new(file)) }
    }

    /// Reads a source with one object (a configuration, a reply) to its end, of at most `bound` bytes.
    ///
    /// # Errors
    /// It cannot be read or is longer.
    pub fn read_whole(self, bound: usize) -> Result<Vec<u8>, Error> {
        let Self { place, mut reader } = self;
        let mut bytes = Zeroizing::new(Vec::new());
        loop {
            let read = match reader.fill_buf() {
                Ok(read) => read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(Error::io("cannot read", &error).at(place)),
            };
            if read.is_empty() {
                return Ok(std::mem::take(&mut bytes));
            }
            if bytes.len() + read.len() > bound {
                return Err(too_long(bound).at(place));
            }
            append(&mut bytes, read);
            let count = read.len();
            reader.consume(count);
        }
    }
}

/// The error for a source with more than `bound` bytes.
#[must_use]
pub fn too_long(bound: usize) -> Error {
    Error::failure(format!("longer than {bound} bytes, the limit for this input"))
}

/// Reads a file with one object, of at most `bound` bytes.
///
/// # Errors
/// It cannot be read or is longer.
pub fn read_small_file(path: &Path, bound: usize) -> Result<Vec<u8>, Error> {
    Source::file(path)?.read_whole(bound)
}

/// The error for a file that cannot be read, with a hint that depends on its name.
#[must_use]
pub fn unread(path: &Path, error: &io::Error) -> Error {
    let (why, name) = (Error::io("cannot read", error), path.as_os_str().as_encoded_bytes());
    match error.kind() {
        io::ErrorKind::NotFound | io::ErrorKind::InvalidFilename if escape::is_contents(name) => {
            why.hint("give the name of a file, or - and its text on standard input")
        }
        _ if name.is_empty() => {
            Error::failure("the name of the file is empty").hint("is the variable in this argument set?")
        }
        io::ErrorKind::NotFound if name.starts_with(b"~") => why.hint(TILDE),
        io::ErrorKind::NotFound if name.contains(&b'*') => {
            why.hint("the shell expands * only outside quotes, and only if files match")
        }
        _ => why,
    }
}

/// The hint for a missing file or folder whose name begins with `~`.
pub const TILDE: &str = "the shell expands ~ only at the beginning of an unquoted word: write $HOME instead";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_bytes_come_whatever_is_asked_for_at_once() {
        let bytes: Vec<u8> = (0..3 * MOST).map(|at| (at % 251) as u8).collect();
        for at_once in [1, 1000, FIRST, MOST, bytes.len()] {
            let mut reader = Wiped::new(&bytes[..]);
            let (mut read, mut piece) = (Vec::new(), vec![0; at_once]);
            loop {
                let count = reader.read(&mut piece).unwrap();
                if count == 0 {
                    break;
                }
                read.extend_from_slice(&piece[..count]);
            }
            assert!(read == bytes, "{at_once}");
        }
    }

    /// `keycheck "$UNSET"` in a job.
    #[test]
    fn an_empty_name_is_that_of_a_variable_that_is_not_set() {
        let error = Source::file(Path::new("")).err().unwrap();
        assert!(error.message().contains("empty") && error.remedy().unwrap().contains("variable"));
    }

    #[test]
    fn whole_sources_are_read_up_to_their_bound() {
        let place = || Place { file: "f".to_owned(), line: None };
        let read = |length: usize, bound| {
            let bytes = vec![b'x'; length];
            Source { place: place(), reader: Box::new(&bytes[..]) }.read_whole(bound).map(|read| read.len())
        };
        for length in [0, 1, 5000, 200_000] {
            assert_eq!(read(length, length).unwrap(), length);
            assert!(read(length + 1, length).is_err());
        }
    }
}
