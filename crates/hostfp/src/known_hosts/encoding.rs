//! Converts files that ssh does not read as they are, or whose line ends differ from those of added lines: UTF-16, and CRLF.

use common::error::Error;

use crate::trusted::decode;

/// How a file is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// As ssh writes it.
    Plain,
    /// With CRLF at the ends of most lines.
    CarriageReturns,
    /// In UTF-16, as PowerShell's `>` writes, or with a byte order mark: ssh finds nothing in it, or not its first line.
    ByteOrderMark,
}

/// Returns the contents as ssh writes them, and how they were written.
///
/// # Errors
/// UTF-16 was added to them.
pub(super) fn normalized(contents: Vec<u8>) -> Result<(Vec<u8>, Encoding), Error> {
    let has_bom = [&b"\xff\xfe"[..], b"\xfe\xff", b"\xef\xbb\xbf"].iter().any(|bom| contents.starts_with(bom));
    let contents = if has_bom { decode(&contents)?.into_bytes() } else { contents };
    if memchr::memchr(0, &contents).is_some() {
        return Err(Error::failure("holds NUL bytes: PowerShell's >> may have added UTF-16 to it")
            .hint("remove what was added, and add lines with Add-Content -Encoding ascii"));
    }
    // A few CRLFs may stay as they are: ssh reads them.
    let returns = memchr::memmem::find_iter(&contents, b"\r\n").count();
    let has_returns = returns * 2 > memchr::memchr_iter(b'\n', &contents).count();
    let encoding = match (has_bom, has_returns) {
        (true, _) => Encoding::ByteOrderMark,
        (false, true) => Encoding::CarriageReturns,
        (false, false) => return Ok((contents, Encoding::Plain)),
    };
    let mut plain = Vec::with_capacity(contents.len());
    let mut bytes = contents.iter().copied().peekable();
    while let Some(byte) = bytes.next() {
        if byte != b'\r' || bytes.peek() != Some(&b'\n') {
            plain.push(byte);
        }
    }
    Ok((plain, encoding))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_windows_become_what_ssh_reads() {
        let utf16: Vec<u8> = "\u{feff}a b\r\nc".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let big: Vec<u8> = "\u{feff}a b\r\nc".encode_utf16().flat_map(u16::to_be_bytes).collect();
        for (contents, plain, encoding) in [
            (b"a b\nc".to_vec(), "a b\nc", Encoding::Plain),
            (b"a\r b\n\xff".to_vec(), "", Encoding::Plain),
            (b"a b\r\nc\r\nd\n".to_vec(), "a b\nc\nd\n", Encoding::CarriageReturns),
            (b"a b\r\nc\n".to_vec(), "", Encoding::Plain),
            (b"\xef\xbb\xbfa b\n".to_vec(), "a b\n", Encoding::ByteOrderMark),
            (utf16.clone(), "a b\nc", Encoding::ByteOrderMark),
            (big, "a b\nc", Encoding::ByteOrderMark),
        ] {
            let expected = if plain.is_empty() { contents.clone() } else { plain.as_bytes().to_vec() };
            assert_eq!(normalized(contents).unwrap(), (expected, encoding));
        }
        assert!(normalized([b"a b\n", &utf16[2..]].concat()).is_err());
    }
}
