//! Converts UTF-16, which PowerShell's `>` writes, to UTF-8 while it is read.
//!
//! sshd reads bytes, so lines of UTF-16 may be followed by a line that it accepts. Such a line must not be lost: text
//! without a byte order mark counts as UTF-16 only while every unit looks so, and no unit may hold the bytes of a key.

use std::io::{self, Read};

use zeroize::Zeroizing;

/// The size of one read from a UTF-16 source, in bytes.
const PIECE: usize = 64 * 1024;

/// A source's bytes as UTF-8: UTF-16, recognised by its byte order mark or its shape, is decoded; all else passes
/// unchanged.
pub(super) struct Utf8<R> {
    inner: R,
    encoding: Encoding,
    /// Bytes that were decoded, or examined, and not returned yet.
    ready: Zeroizing<Vec<u8>>,
}

enum Encoding {
    /// Nothing has been read yet.
    Unknown,
    /// Not UTF-16.
    Bytes,
    /// UTF-16, whether it has a byte order mark, and its undecoded remainder: half a unit, or half a surrogate pair.
    Utf16 { unit: fn([u8; 2]) -> u16, is_marked: bool, left: Zeroizing<Vec<u8>> },
}

/// Whether a unit may be UTF-16. Every key in base64 begins with `AAAA`, and two of these characters would be one unit, at
/// any offset. Without a byte order mark, UTF-16 is recognised only by its units: none consists of two ASCII characters or
/// is a control character.
fn is_plausible(unit: u16, is_marked: bool) -> bool {
    const HALF_OF_A_KEY: u16 = u16::from_be_bytes(*b"AA");
    let is_text = |byte: u8| byte.is_ascii_graphic() || byte.is_ascii_whitespace();
    let is_control = unit < 0x20 && !matches!(unit, 0x09..=0x0d);
    unit != HALF_OF_A_KEY && (is_marked || !(is_control || unit.to_be_bytes().into_iter().all(is_text)))
}

impl<R: Read> Utf8<R> {
    pub(super) fn new(inner: R) -> Self {
        Self { inner, encoding: Encoding::Unknown, ready: Zeroizing::new(Vec::new()) }
    }

    pub(super) const fn was_utf16(&self) -> bool {
        matches!(self.encoding, Encoding::Utf16 { .. })
    }

    /// Examines the first two bytes, and more if these are no byte order mark and look like UTF-16.
    fn detect(&mut self) -> io::Result<()> {
        self.look_ahead(2)?;
        let (unit, is_marked): (fn([u8; 2]) -> u16, _) = match self.ready[..] {
            [0xff, 0xfe] => (u16::from_le_bytes, true),
            [0xfe, 0xff] => (u16::from_be_bytes, true),
            [letter, 0] if letter != 0 => (u16::from_le_bytes, false),
            [0, letter] if letter != 0 => (u16::from_be_bytes, false),
            _ => {
                self.encoding = Encoding::Bytes;
                return Ok(());
            }
        };
        if !is_marked {
            self.look_ahead(PIECE)?;
            let (pairs, _) = self.ready.as_chunks::<2>();
            if !pairs.iter().all(|pair| is_plausible(unit(*pair), is_marked)) {
                self.encoding = Encoding::Bytes;
                return Ok(());
            }
        }
        // Allocated for all that may come at once, so that no vector grows and leaves a copy: the remainder is the examined
        // bytes, or at most a unit and a half, and a unit becomes three bytes at the most.
        let mut left = Zeroizing::new(Vec::with_capacity(2 * PIECE + 4));
        left.extend_from_slice(&self.ready);
        self.ready = Zeroizing::new(Vec::with_capacity(3 * (PIECE + 2)));
        self.encoding = Encoding::Utf16 { unit, is_marked, left };
        Ok(())
    }

    /// Reads until `length` bytes are ready, or all.
    fn look_ahead(&mut self, length: usize) -> io::Result<()> {
        let had = self.ready.len();
        let mut ahead = Zeroizing::new(Vec::with_capacity(length));
        ahead.extend_from_slice(&self.ready);
        ahead.resize(length, 0);
        let mut filled = had;
        while filled < length {
            match read(&mut self.inner, ahead.get_mut(filled..).unwrap_or_default())? {
                0 => break,
                count => filled += count,
            }
        }
        ahead.truncate(filled);
        self.ready = ahead;
        Ok(())
    }

    /// Decodes some more; nothing is ready after it only at the end.
    fn decode(&mut self) -> io::Result<()> {
        let Encoding::Utf16 { unit, is_marked, left } = &mut self.encoding else { return Ok(()) };
        while self.ready.is_empty() {
            let had = left.len();
            left.resize(had + PIECE, 0);
            let count = read(&mut self.inner, left.get_mut(had..).unwrap_or_default())?;
            left.truncate(had + count);
            let (pairs, odd) = left.as_chunks::<2>();
            let units = pairs.iter().map(|pair| unit(*pair));
            if !units.clone().all(|unit| is_plausible(unit, *is_marked)) {
                let what = "begins as UTF-16 but does not continue so; save the whole file as UTF-8";
                return Err(io::Error::new(io::ErrorKind::InvalidData, what));
            }
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
                // Half a unit at the very end is not a character.
                left.clear();
                return Ok(());
            }
        }
        Ok(())
    }
}

/// Reads again if a signal interrupts.
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
    fn utf16_is_decoded_in_both_byte_orders_with_and_without_a_byte_order_mark() {
        let long = "ssh-rsa \u{e4}\u{1f511}\r\n".repeat(PIECE / 8);
        for text in ["a", "ssh-ed25519 AAAA \u{1f511}\r\n", &long] {
            for mark in ["", "\u{feff}"] {
                let marked = format!("{mark}{text}");
                assert_eq!(utf8(&utf16(&marked, u16::to_le_bytes)), (marked.clone().into_bytes(), true));
                assert_eq!(utf8(&utf16(&marked, u16::to_be_bytes)), (marked.into_bytes(), true));
            }
        }
    }

    /// sshd would accept the line that follows.
    #[test]
    fn text_that_does_not_continue_as_utf16_is_not_utf16() {
        const KEY: &[u8] = b"\nssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILRPxviwPJorJWOF6OcfU80B98DhjbHDVexLK2kEH2dm\n";
        for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            for (start, spaces) in [("# x", 0), ("# x", 1), ("ssh-ed25519 AAAA x\n", 0), ("ssh-ed25519 AAAA x\n", 1)] {
                let text = [&utf16(start, bytes), &b" "[..spaces], KEY].concat();
                assert_eq!(utf8(&text), (text, false), "{start}");
            }
            // After the examined bytes, or with a byte order mark, it is an error.
            for start in ["x".repeat(PIECE), "\u{feff}x".to_owned()] {
                for spaces in 0..2 {
                    let text = [&utf16(&start, bytes), &b" "[..spaces], KEY].concat();
                    let read = Utf8::new(&text[..]).read_to_end(&mut Vec::new());
                    assert_eq!(read.unwrap_err().kind(), io::ErrorKind::InvalidData, "{spaces}");
                }
            }
        }
        let zeros = [&b"#\0"[..], &b"x\0".repeat(100), KEY].concat();
        assert_eq!(utf8(&zeros), (zeros, false));
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
    fn half_units_at_the_end_are_dropped() {
        let mut bytes = utf16("\u{feff}ab\u{1f511}", u16::to_le_bytes);
        bytes.pop();
        assert_eq!(utf8(&bytes).0, "\u{feff}ab\u{fffd}".as_bytes());
        bytes.pop();
        assert_eq!(utf8(&bytes).0, "\u{feff}ab\u{fffd}".as_bytes());
    }
}
