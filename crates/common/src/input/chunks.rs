//! Reads many lines at a time: the bytes of one read up to its last newline, with the number of their first line.

use std::io::Read;

use memchr::{memchr, memchr_iter, memrchr};
use zeroize::Zeroizing;

use super::buffer::{Buffer, FIRST};
use super::utf16::Utf8;
use super::{Input, Source};
use crate::error::{Error, Place};

/// The longest line that is read, in bytes. The line of a key of 100,000 bits has some 17,000.
pub const MAX_LINE: usize = if cfg!(fuzzing) { 8 * 1024 } else { 512 * 1024 };

/// The largest buffer of a chunk, in bytes: the longest line and its newline.
const MOST: usize = MAX_LINE + 1;

/// The buffer of a chunk of many lines, in bytes. Twice as much takes more memory and no less time; with half as much, threads
/// wait more often.
const USUAL: usize = if cfg!(fuzzing) { MOST } else { 256 * 1024 };

/// A line without its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// Its line number, counted from 1.
    pub number: usize,
    /// Its bytes, without the newline and a carriage return that precedes it.
    pub bytes: &'a [u8],
    /// Whether a carriage return preceded the newline.
    pub crlf: bool,
    /// Its bytes with the line end, which the last line of a text may lack.
    pub raw: &'a [u8],
}

impl Line<'_> {
    /// Whether a newline ends it.
    #[must_use]
    pub fn ends(&self) -> bool {
        self.raw.ends_with(b"\n")
    }
}

/// Consecutive whole lines; wiped when dropped, since they may hold a private key.
pub struct Chunk {
    /// The line number of its first line, counted from 1.
    pub first_line: usize,
    /// The number of bytes before it in its source, counted as UTF-8.
    pub offset: u64,
    /// Whether its source is UTF-16; the bytes here are UTF-8 in any case.
    pub utf16: bool,
    buffer: Buffer,
    length: usize,
}

impl Chunk {
    /// Returns its bytes.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.buffer.filled(self.length)
    }

    /// Iterates over its lines.
    pub fn lines(&self) -> impl Iterator<Item = Line<'_>> {
        lines(self.bytes(), self.first_line)
    }
}

/// Iterates over the lines of a text; the first has line number `first`.
pub fn lines(text: &[u8], first: usize) -> impl Iterator<Item = Line<'_>> {
    let mut rest = text;
    let mut number = first;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let end = memchr(b'\n', rest).map_or(rest.len(), |newline| newline + 1);
        let (raw, after) = rest.split_at_checked(end)?;
        rest = after;
        let line = raw.strip_suffix(b"\n").unwrap_or(raw);
        let bytes = line.strip_suffix(b"\r").unwrap_or(line);
        let line = Line { number, bytes, crlf: bytes.len() < line.len(), raw };
        number += 1;
        Some(line)
    })
}

/// Reads a source chunk by chunk.
pub struct Chunks<'a> {
    place: Place,
    reader: Utf8<Box<dyn Input + 'a>>,
    /// The start of a line whose end has not been read yet.
    rest: Zeroizing<Vec<u8>>,
    last_line: usize,
    /// The number of bytes returned so far.
    offset: u64,
    ended: bool,
    /// The buffer size of a chunk in bytes; small until the source proves large.
    room: usize,
}

impl<'a> Chunks<'a> {
    /// Reads the chunks of `source`.
    #[must_use]
    pub fn of(source: Source<'a>) -> Self {
        let reader = Utf8::new(source.reader);
        Self {
            place: source.place,
            reader,
            rest: Zeroizing::default(),
            last_line: 0,
            offset: 0,
            ended: false,
            room: FIRST.min(USUAL),
        }
    }

    /// Returns the source's name.
    #[must_use]
    pub const fn place(&self) -> &Place {
        &self.place
    }

    /// Returns the line number of the last line returned.
    #[must_use]
    pub fn last_line(&self) -> usize {
        self.last_line
    }

    /// Returns the next chunk, of at least one line, or none at the end. It waits if all that has arrived was returned. The
    /// buffer of a used chunk may be passed back.
    ///
    /// # Errors
    /// The source cannot be read, or a line is longer than [`MAX_LINE`]; nothing after that can be read.
    pub fn next_chunk(&mut self, used: Option<Chunk>) -> Result<Option<Chunk>, Error> {
        if self.ended {
            return Ok(None);
        }
        let used = used.map(|chunk| chunk.buffer).filter(|buffer| buffer.size() >= self.room);
        let mut buffer = used.unwrap_or_else(|| Buffer::new(self.room));
        buffer.start_with(&self.rest);
        let mut length = self.rest.len();
        loop {
            if length == buffer.size() {
                if length == MOST {
                    return Err(Error::failure(format!("the line is longer than {MAX_LINE} bytes"))
                        .at(self.place.at(self.last_line + 1))
                        .hint("the line of a key is shorter; is this a key file?"));
                }
                buffer.grow(MOST);
            }
            let reader = &mut self.reader;
            let read = match buffer.read(length, |room| reader.read(room)) {
                Ok(read) => read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(Error::io("cannot read", &error).at(self.place.clone())),
            };
            self.ended = read == 0;
            if length + read == buffer.size() {
                self.room = USUAL;
            }
            let fresh = buffer.filled(length + read).get(length..).unwrap_or_default();
            let end = match memrchr(b'\n', fresh) {
                Some(newline) => length + newline + 1,
                None if self.ended && length > 0 => length,
                None if self.ended => return Ok(None),
                None => {
                    length += read;
                    continue;
                }
            };
            let rest = buffer.filled(length + read).get(end..).unwrap_or_default();
            self.rest = Zeroizing::new(rest.to_vec());
            let (first_line, utf16) = (self.last_line + 1, self.reader.was_utf16());
            let chunk = Chunk { first_line, offset: self.offset, utf16, buffer, length: end };
            self.offset += end as u64;
            let unended = !chunk.bytes().ends_with(b"\n");
            self.last_line += memchr_iter(b'\n', chunk.bytes()).count() + usize::from(unended);
            return Ok(Some(chunk));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunks(bytes: &[u8]) -> Chunks<'_> {
        Chunks::of(Source { place: Place { file: "f".into(), line: None }, reader: Box::new(bytes) })
    }

    #[test]
    fn lines_come_with_their_numbers_with_or_without_a_last_newline() {
        let mut chunks = chunks(b"a\r\n\nb");
        let first = chunks.next_chunk(None).unwrap().unwrap();
        let line = |number, raw: &'static [u8], bytes, crlf| Line { number, bytes, crlf, raw };
        assert_eq!(first.lines().collect::<Vec<_>>(), [line(1, b"a\r\n", b"a", true), line(2, b"\n", b"", false)]);
        let second = chunks.next_chunk(Some(first)).unwrap().unwrap();
        assert_eq!(second.lines().collect::<Vec<_>>(), [line(3, b"b", b"b", false)]);
        assert!(chunks.next_chunk(Some(second)).unwrap().is_none());
        assert!(chunks.next_chunk(None).unwrap().is_none());
    }

    #[test]
    fn a_line_may_come_in_pieces_and_is_handed_out_whole() {
        struct OneByOne(&'static [u8]);
        impl Read for OneByOne {
            fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
                let length = to.len().min(1);
                self.0.read(&mut to[..length])
            }
        }
        let reader = Box::new(std::io::BufReader::with_capacity(1, OneByOne(b"abc\ndef")));
        let mut chunks = Chunks::of(Source { place: Place { file: "f".into(), line: None }, reader });
        let mut found = Vec::new();
        while let Some(chunk) = chunks.next_chunk(None).unwrap() {
            found.push((chunk.first_line, chunk.bytes().to_vec()));
        }
        assert_eq!(found, [(1, b"abc\n".to_vec()), (2, b"def".to_vec())]);
    }

    /// A file of one key costs as little as a line: a large buffer is allocated, and wiped, only for a large input.
    #[test]
    fn little_room_is_made_until_much_comes() {
        let line = "0123456789abcdef\n";
        for (lines, least, most) in [(1, 0, FIRST), (FIRST / line.len(), 0, FIRST), (100_000, USUAL, USUAL)] {
            let text = line.repeat(lines);
            let mut chunks = chunks(text.as_bytes());
            let (mut found, mut size) = (Vec::new(), 0);
            let mut used = None;
            while let Some(chunk) = chunks.next_chunk(used.take()).unwrap() {
                found.extend_from_slice(chunk.bytes());
                size = chunk.buffer.size();
                used = Some(chunk);
            }
            assert!(found == text.as_bytes() && (least..=most).contains(&size), "{lines}: {size}");
        }
    }

    #[test]
    fn a_line_without_end_is_refused_with_its_place() {
        let mut bytes = b"a\n".to_vec();
        bytes.resize(2 + MAX_LINE, b'x');
        assert_eq!(chunks(&bytes).next_chunk(None).unwrap().unwrap().bytes(), b"a\n");
        let mut just_fits = chunks(&bytes);
        let _ = just_fits.next_chunk(None).unwrap();
        assert_eq!(just_fits.next_chunk(None).unwrap().unwrap().bytes().len(), MAX_LINE);
        drop(just_fits);
        bytes.push(b'x');
        let mut too_long = chunks(&bytes);
        let _ = too_long.next_chunk(None).unwrap();
        let error = too_long.next_chunk(None).err().unwrap();
        assert_eq!(error.place().unwrap().to_string(), "f:2");
    }
}
