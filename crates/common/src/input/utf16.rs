//! UTF-16, which PowerShell's `>` writes, becomes UTF-8 on its way in.

use std::io::{self, Read};

use zeroize::Zeroizing;

/// How many bytes are read at once from a source that is UTF-16.
const PIECE: usize = 64 * 1024;

/// A source's bytes as UTF-8: UTF-16, known by its byte order mark or by a zero beside its first letter, is decoded, and
/// all else passes as it is.
pub(super) struct Utf8<R> {
    inner: R,
    encoding: Encoding,
    /// What has been decoded, or looked at, and not handed out yet.
    ready: Zeroizing<Vec<u8>>,
}

enum Encoding {
    /// Nothing has been read yet.
    Unknown,
    /// Not UTF-16.
    Bytes,
    /// UTF-16, and what is left over of it: half a unit, or half a pair.
    Utf16 { unit: fn([u8; 2]) -> u16, left: Zeroizing<Vec<u8>> },
}

impl<R: Read> Utf8<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, encoding: Encoding::Unknown, ready: Zeroizing::new(Vec::new()) }
    }

    pub(super) const fn was_utf16(&self) -> bool {
        matches!(self.encoding, Encoding::Utf16 { .. })
    }

    /// Looks at the first two bytes.
    fn detect(&mut self) -> io::Result<()> {
        while self.ready.len() < 2 {
            let mut byte = [0];
            if read(&mut self.inner, &mut byte)? == 0 {
                break;
            }
            self.ready.extend_from_slice(&byte);
        }
        let unit = match self.ready[..] {
            [0xff, 0xfe] => u16::from_le_bytes,
            [0xfe, 0xff] => u16::from_be_bytes,
            [letter, 0] if letter != 0 => u16::from_le_bytes,
            [0, letter] if letter != 0 => u16::from_be_bytes,
            _ => {
                self.encoding = Encoding::Bytes;
                return Ok(());
            }
        };
        // Room for all that may come at once, so that nothing is left behind by a vector that grows: what is left over is
        // at most a unit and a half, and a unit becomes three bytes at the most.
        let mut left = Zeroizing::new(Vec::with_capacity(PIECE + 4));
        left.extend_from_slice(&self.ready);
        self.ready = Zeroizing::new(Vec::with_capacity(3 * (PIECE / 2 + 2)));
        self.encoding = Encoding::Utf16 { unit, left };
        Ok(())
    }

    /// Decodes some more; nothing is ready after it at the end only.
    fn decode(&mut self) -> io::Result<()> {
        let Encoding::Utf16 { unit, left } = &mut self.encoding else { return Ok(()) };
        while self.ready.is_empty() {
            let had = left.len();
            left.resize(had + PIECE, 0);
            let count = read(&mut self.inner, left.get_mut(had..).unwrap_or_default())?;
            left.truncate(had + count);
            let (pairs, odd) = left.as_chunks::<2>();
            let units = pairs.iter().map(|pair| unit(*pair));
            // The first half of a surrogate pair waits for the second.
            let waits = count > 0 && units.clone().next_back().is_some_and(|unit| (0xd800..0xdc00).contains(&unit));
            let keep = odd.len() + 2 * usize::from(waits);
            for letter in char::decode_utf16(units.take(pairs.len() - usize::from(waits))) {
                let letter = letter.unwrap_or(char::REPLACEMENT_CHARACTER);
                self.ready.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
            }
            let done = left.len() - keep;
            left.drain(..done);
            if count == 0 {
                // Half a unit at the very end is no letter.
                left.clear();
                return Ok(());
            }
        }
        Ok(())
    }
}

/// A read that a signal does not end.
fn read(from: &mut impl Read, to: &mut [u8]) -> io::Result<usize> {
    loop {
        match from.read(to) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            result => return result,
        }
    }
}

impl<R: Read> Read for Utf8<R> {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        if matches!(self.encoding, Encoding::Unknown) {
            self.detect()?;
        }
        if matches!(self.encoding, Encoding::Bytes) && self.ready.is_empty() {
            return self.inner.read(to);
        }
        self.decode()?;
        let count = self.ready.len().min(to.len());
        for (to, from) in to.iter_mut().zip(self.ready.drain(..count)) {
            *to = from;
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utf8(bytes: &[u8]) -> (Vec<u8>, bool) {
        let mut reader = Utf8::new(bytes);
        let mut text = Vec::new();
        reader.read_to_end(&mut text).unwrap();
        (text, reader.was_utf16())
    }

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn utf16_is_decoded_in_both_orders_with_and_without_its_mark() {
        let long = "ssh-rsa \u{e4}\u{1f511}\r\n".repeat(PIECE / 8);
        for text in ["a", "ssh-ed25519 AAAA \u{1f511}\r\n", &long] {
            for mark in ["", "\u{feff}"] {
                let marked = format!("{mark}{text}");
                assert_eq!(utf8(&utf16(&marked, u16::to_le_bytes)), (marked.clone().into_bytes(), true));
                assert_eq!(utf8(&utf16(&marked, u16::to_be_bytes)), (marked.into_bytes(), true));
            }
        }
    }

    #[test]
    fn all_else_passes_as_it_is() {
        for bytes in
            [&b""[..], b"a", b"ab", b"\xef\xbb\xbfab", b"\xff", b"\xff\xff\0\0", b"\0\0\0", "\u{e4}".as_bytes()]
        {
            assert_eq!(utf8(bytes), (bytes.to_vec(), false));
        }
    }

    #[test]
    fn halves_at_the_end_are_no_letters() {
        let mut bytes = utf16("\u{feff}ab\u{1f511}", u16::to_le_bytes);
        bytes.pop();
        assert_eq!(utf8(&bytes).0, "\u{feff}ab\u{fffd}".as_bytes());
        bytes.pop();
        assert_eq!(utf8(&bytes).0, "\u{feff}ab\u{fffd}".as_bytes());
    }
}
