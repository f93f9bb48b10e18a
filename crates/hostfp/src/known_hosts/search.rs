//! Searches all lines of a file, however long. Hashed names cost some work each, so parts of a long file are searched on
//! several cores.

use std::io::{self, Read};
use std::sync::{Mutex, PoisonError};

use common::pool;

use super::entry::Entry;

/// Below this size, in bytes, reading the file is faster than starting a second thread.
const PART: usize = 128 * 1024;

/// More threads gain little, since the file must also be read and written.
const MAX_THREADS: usize = 8;

/// Returns what `look` finds in the lines with keys, in their order. `look` gets the start of each line, in bytes.
pub(super) fn entries<T: Send>(contents: &[u8], look: impl Fn(usize, &Entry<'_>) -> Option<T> + Sync) -> Vec<T> {
    lines(contents, |(), start, line| Entry::read(line).and_then(|entry| look(start, &entry)))
}

/// Returns what `look` finds in the lines, in their order. `look` gets a buffer that is reused for the next line, and the
/// start of each line, in bytes.
pub(super) fn lines<S: Default, T: Send>(
    contents: &[u8],
    look: impl Fn(&mut S, usize, &[u8]) -> Option<T> + Sync,
) -> Vec<T> {
    let threads = pool::threads(MAX_THREADS.min(contents.len() / PART));
    let search = |(start, part): &(usize, &[u8])| -> Vec<T> {
        let (mut found, mut again) = (Vec::new(), S::default());
        each_line(part, |at, line| found.extend(look(&mut again, start + at, line)));
        found
    };
    pool::map(&parts(contents, threads), threads, search).into_iter().flatten().collect()
}

/// Calls `look` with the start of each line, in bytes, and the line with its end.
pub(super) fn each_line<'a>(part: &'a [u8], mut look: impl FnMut(usize, &'a [u8])) {
    let mut at = 0;
    while let Some(rest) = part.get(at..).filter(|rest| !rest.is_empty()) {
        let length = memchr::memchr(b'\n', rest).map_or(rest.len(), |end| end + 1);
        look(at, rest.get(..length).unwrap_or(rest));
        at += length;
    }
}

/// Splits contents into up to `count` parts of whole lines, each with its start.
fn parts(contents: &[u8], count: usize) -> Vec<(usize, &[u8])> {
    let mut parts = Vec::new();
    let mut start = 0;
    for part in 1..=count {
        let about = (contents.len() / count * part).max(start);
        let rest = contents.get(about..).unwrap_or_default();
        let end = match memchr::memchr(b'\n', rest) {
            Some(newline) if part < count => about + newline + 1,
            _ => contents.len(),
        };
        parts.extend(contents.get(start..end).map(|part| (start, part)));
        start = end;
    }
    parts
}

/// Reads a text part by part, so that a long one needs little memory, and returns the results of `look` in order. Each part
/// has whole lines. `look` gets a buffer that is reused for the next part.
///
/// # Errors
/// The text cannot be read.
pub(super) fn read_parts<S: Default, T: Send>(
    reader: &mut (dyn Read + Send),
    look: impl Fn(&mut S, &[u8]) -> T + Sync,
) -> io::Result<Vec<T>> {
    let parts = Mutex::new(Parts { reader, rest: Vec::new(), number: 0, ended: Ok(false) });
    let found = Mutex::new(Vec::new());
    pool::on_each(pool::threads(MAX_THREADS), || {
        let (mut buffer, mut again) = (vec![0; PART], S::default());
        loop {
            // The lock is held while a part is read, but not while it is searched.
            let part = parts.lock().unwrap_or_else(PoisonError::into_inner).next(&mut buffer);
            let Some((number, length)) = part else { return };
            let result = look(&mut again, buffer.get(..length).unwrap_or_default());
            found.lock().unwrap_or_else(PoisonError::into_inner).push((number, result));
        }
    });
    parts.into_inner().unwrap_or_else(PoisonError::into_inner).ended?;
    let mut found = found.into_inner().unwrap_or_else(PoisonError::into_inner);
    found.sort_by_key(|(number, _)| *number);
    Ok(found.into_iter().map(|(_, result)| result).collect())
}

/// Reads parts of whole lines.
struct Parts<'a> {
    reader: &'a mut (dyn Read + Send),
    /// The beginning of an incomplete line.
    rest: Vec<u8>,
    /// The number of parts before.
    number: usize,
    /// Whether the end was reached, or why reading failed.
    ended: io::Result<bool>,
}

impl Parts<'_> {
    /// Reads the next part into the start of the buffer, which grows for a longer line. Returns the part's number and length.
    fn next(&mut self, buffer: &mut Vec<u8>) -> Option<(usize, usize)> {
        let mut length = self.rest.len();
        buffer.resize(buffer.len().max(length + PART), 0);
        buffer.get_mut(..length)?.copy_from_slice(&self.rest);
        let end = loop {
            if !matches!(self.ended, Ok(false)) {
                break length;
            }
            if length == buffer.len() {
                buffer.resize(length + PART, 0);
            }
            match self.reader.read(buffer.get_mut(length..)?) {
                Ok(0) => self.ended = Ok(true),
                Ok(count) => {
                    let new_bytes = length..length + count;
                    length += count;
                    if let Some(newline) = memchr::memrchr(b'\n', buffer.get(new_bytes.clone())?) {
                        break new_bytes.start + newline + 1;
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => self.ended = Err(error),
            }
        };
        self.rest.clear();
        self.rest.extend_from_slice(buffer.get(end..length)?);
        self.number += 1;
        (end > 0 && self.ended.is_ok()).then_some((self.number, end))
    }
}

/// The line number of the line that begins at that byte, counted from 1.
pub(super) fn line_number(contents: &[u8], start: usize) -> usize {
    memchr::memchr_iter(b'\n', contents.get(..start).unwrap_or_default()).count() + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_seen_once_and_in_order_whatever_the_parts() {
        let text: String = (0..1000).map(|n| format!("h{n} t k\n{}", "#\n".repeat(n % 3))).collect();
        for text in [&text[..], text.trim_end(), "", "a t k", "\n\n", &"\n".repeat(25)] {
            for count in 1..10 {
                let parts = parts(text.as_bytes(), count);
                assert_eq!(parts.iter().map(|(_, part)| *part).collect::<Vec<_>>().concat(), text.as_bytes());
                for (start, part) in parts {
                    assert!(text.as_bytes()[start..].starts_with(part));
                    assert!(part.is_empty() || start == 0 || text.as_bytes()[start - 1] == b'\n');
                    // The parts are about equally long: lines have less than 16 bytes.
                    assert!(part.len() <= text.len() / count + count + 16, "{start}");
                }
            }
        }
        let long = text.repeat(PART * 3 / text.len());
        let starts = entries(long.as_bytes(), |start, _| Some(start));
        assert!(starts.is_sorted() && starts.len() == 1000 * (PART * 3 / text.len()));
        assert!(starts.iter().all(|start| long[*start..].starts_with('h')));
        assert_eq!((line_number(b"a\nb\n", 0), line_number(b"a\nb\n", 2)), (1, 2));
    }

    /// A reader that returns its data in pieces of several lengths, and an error at the end.
    struct Pieces<'a> {
        bytes: &'a [u8],
        length: usize,
        end: io::Result<()>,
    }

    impl Read for Pieces<'_> {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            if self.bytes.is_empty() {
                return std::mem::replace(&mut self.end, Ok(())).map(|()| 0);
            }
            self.length = self.length * 7 % 4099;
            let length = to.len().min(self.length + 1);
            self.bytes.read(&mut to[..length])
        }
    }

    #[test]
    fn what_is_read_in_parts_is_whole_and_in_order() {
        let long = format!("{}\n", "x".repeat(PART * 5 / 2));
        let lines: String = (0..PART / 4).map(|n| format!("h{n} t k\n{}", "#\n".repeat(n % 3))).collect();
        for text in ["", "\n", "a", "a\n\nb", &lines, &format!("a\n{long}{lines}{long}b"), long.trim_end()] {
            let interrupted = || Err(io::ErrorKind::Interrupted.into());
            let mut readers: [Box<dyn Read + Send>; 3] = [
                Box::new(Pieces { bytes: text.as_bytes(), length: 1, end: Ok(()) }),
                Box::new(Pieces { bytes: text.as_bytes(), length: 1000, end: interrupted() }),
                Box::new(text.as_bytes()),
            ];
            for reader in &mut readers {
                let parts = read_parts(&mut **reader, |(): &mut (), part| part.to_vec()).unwrap();
                assert!(parts.concat() == text.as_bytes(), "{}", text.len());
                assert!(parts.iter().rev().skip(1).all(|part| part.ends_with(b"\n")));
            }
        }
        let end = Err(io::Error::from(io::ErrorKind::InvalidData));
        let mut broken = Pieces { bytes: lines.as_bytes(), length: 1, end };
        let error = read_parts(&mut broken, |(): &mut (), part| part.to_vec()).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
    }

    #[test]
    fn parts_are_numbered_and_begin_with_what_was_left() {
        let mut reader = (&b"a\nxyz"[..]).chain(&b"\nb"[..]);
        let mut parts = Parts { reader: &mut reader, rest: Vec::new(), number: 0, ended: Ok(false) };
        let mut buffer = Vec::new();
        for (number, whole) in [(1, &b"a\n"[..]), (2, b"xyz\n"), (3, b"b")] {
            assert_eq!(parts.next(&mut buffer), Some((number, whole.len())));
            assert!(buffer.starts_with(whole) && buffer.len() <= 3 + PART);
        }
        assert_eq!(parts.next(&mut buffer), None);
    }
}
