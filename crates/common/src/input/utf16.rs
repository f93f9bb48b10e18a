//! UTF-16, which PowerShell's `>` writes, becomes UTF-8 on its way in.
//!
//! sshd reads bytes: behind lines of UTF-16 there may be a line that it takes as it is. So no such line may be lost: text
//! without a byte order mark is UTF-16 only as far as every unit of it looks so, and none may hold the bytes of a key.

use std::io::{self, Read};

use zeroize::Zeroizing;

/// How many bytes are read at once from a source that is UTF-16.
const PIECE: usize = 64 * 1024;

/// A source's bytes as UTF-8: UTF-16, known by its byte order mark or by its shape, is decoded, and all else passes as it
/// is.
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
    /// UTF-16, whether it has its mark, and what is left over of it: half a unit, or half a pair.
    Utf16 { unit: fn([u8; 2]) -> u16, is_marked: bool, left: Zeroizing<Vec<u8>> },
}

/// Whether a unit may be one of UTF-16. Every key in base64 begins with `AAAA`, two of whose letters would be one unit,
/// wherever it begins. Without a mark there is no other sign of UTF-16 than that no unit is made of two letters of ASCII,
/// or is a control character.
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

    /// Looks at the first two bytes, and at more where these have no mark and look like UTF-16.
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
        // Room for all that may come at once, so that nothing is left behind by a vector that grows: what is left over is
        // a piece that was looked at, or at most a unit and a half, and a unit becomes three bytes at the most.
        let mut left = Zeroizing::new(Vec::with_capacity(2 * PIECE + 4));
        left.extend_from_slice(&self.ready);
        self.ready = Zeroizing::new(Vec::with_capacity(3 * (PIECE + 2)));
        self.encoding = Encoding::Utf16 { unit, is_marked, left };
        Ok(())
    }

    /// Reads until that many bytes are ready, or all.
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

    /// Decodes some more; nothing is ready after it at the end only.
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
                let what = "begins as UTF-16 and goes on as something else; save all of it as UTF-8";
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

    /// sshd would take the line behind.
    #[test]
    fn what_does_not_go_on_as_utf16_is_none() {
        const KEY: &[u8] = b"\nssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILRPxviwPJorJWOF6OcfU80B98DhjbHDVexLK2kEH2dm\n";
        for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            for (start, blanks) in [("# x", 0), ("# x", 1), ("ssh-ed25519 AAAA x\n", 0), ("ssh-ed25519 AAAA x\n", 1)] {
                let text = [&utf16(start, bytes), &b" "[..blanks], KEY].concat();
                assert_eq!(utf8(&text), (text, false), "{start}");
            }
            // Behind what was looked at, or with a mark, it is an error.
            for start in ["x".repeat(PIECE), "\u{feff}x".to_owned()] {
                for blanks in 0..2 {
                    let text = [&utf16(&start, bytes), &b" "[..blanks], KEY].concat();
                    let read = Utf8::new(&text[..]).read_to_end(&mut Vec::new());
                    assert_eq!(read.unwrap_err().kind(), io::ErrorKind::InvalidData, "{blanks}");
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
    fn halves_at_the_end_are_no_letters() {
        let mut bytes = utf16("\u{feff}ab\u{1f511}", u16::to_le_bytes);
        bytes.pop();
        assert_eq!(utf8(&bytes).0, "\u{feff}ab\u{fffd}".as_bytes());
        bytes.pop();
        assert_eq!(utf8(&bytes).0, "\u{feff}ab\u{fffd}".as_bytes());
    }
}
