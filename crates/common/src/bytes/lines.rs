//! Lines, one at a time, with their numbers and a bound on their length.

use std::io::BufRead;

use super::Source;
use crate::error::{Error, Place};

/// The longest line that is read, in bytes. The line of a key of 100,000 bits takes some 17,000.
pub const MAX_LINE: usize = 256 * 1024;

/// A line without its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// Its number, counted from 1.
    pub number: usize,
    /// Its bytes, without the newline and a carriage return before it.
    pub bytes: &'a [u8],
}

/// Reads a source line by line.
pub struct Lines<'a> {
    place: Place,
    reader: Box<dyn BufRead + 'a>,
    buffer: Vec<u8>,
    number: usize,
    waits: bool,
}

impl<'a> Lines<'a> {
    /// The lines of a source.
    #[must_use]
    pub fn of(source: Source<'a>) -> Self {
        Self { place: source.place, reader: source.reader, buffer: Vec::new(), number: 0, waits: true }
    }

    /// The source's name.
    #[must_use]
    pub const fn place(&self) -> &Place {
        &self.place
    }

    /// Whether the next line may have to be waited for: everything that had arrived has been handed out. Who writes
    /// to people flushes then.
    #[must_use]
    pub const fn waits(&self) -> bool {
        self.waits
    }

    /// The next line; none at the end.
    ///
    /// # Errors
    /// The source cannot be read, or the line is longer than [`MAX_LINE`]; what follows cannot be read then.
    pub fn next_line(&mut self) -> Result<Option<Line<'_>>, Error> {
        self.buffer.clear();
        loop {
            let available = match self.reader.fill_buf() {
                Ok(available) => available,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(Error::io("cannot read", &error).at(self.place.clone())),
            };
            if available.is_empty() {
                if self.buffer.is_empty() {
                    return Ok(None);
                }
                break;
            }
            let end = available.iter().position(|byte| *byte == b'\n');
            let (line, used) = match end {
                Some(end) => (available.get(..end).unwrap_or_default(), end + 1),
                None => (available, available.len()),
            };
            if self.buffer.len() + line.len() > MAX_LINE {
                return Err(Error::trouble(format!("the line is longer than {MAX_LINE} bytes"))
                    .at(self.place.at(self.number + 1))
                    .hint("a key's line is shorter; is this a file of keys?"));
            }
            self.buffer.extend_from_slice(line);
            self.waits = !available.get(used..).is_some_and(|rest| rest.contains(&b'\n'));
            self.reader.consume(used);
            if end.is_some() {
                break;
            }
        }
        self.number += 1;
        let bytes = self.buffer.strip_suffix(b"\r").unwrap_or(&self.buffer);
        Ok(Some(Line { number: self.number, bytes }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(bytes: &[u8]) -> Lines<'_> {
        Lines::of(Source { place: Place { file: "f".into(), line: None }, reader: Box::new(bytes) })
    }

    #[test]
    fn lines_come_with_their_numbers_with_or_without_a_last_newline() {
        let mut lines = lines(b"a\r\n\nb");
        assert_eq!(lines.next_line().unwrap(), Some(Line { number: 1, bytes: b"a" }));
        assert!(!lines.waits());
        assert_eq!(lines.next_line().unwrap(), Some(Line { number: 2, bytes: b"" }));
        assert!(lines.waits());
        assert_eq!(lines.next_line().unwrap(), Some(Line { number: 3, bytes: b"b" }));
        assert_eq!(lines.next_line().unwrap(), None);
    }

    #[test]
    fn a_line_without_end_is_refused_with_its_place() {
        let mut bytes = b"a\n".to_vec();
        bytes.resize(MAX_LINE + 3, b'x');
        let mut lines = lines(&bytes);
        lines.next_line().unwrap();
        let error = lines.next_line().unwrap_err();
        assert_eq!(error.place().unwrap().to_string(), "f:2");
    }
}
