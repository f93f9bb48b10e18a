//! Exchanges the version banners (RFC 4253 section 4.2).

use std::io::{Read, Write};

use common::escape;

use super::failure::Failure;
use super::packet::Packets;

/// The longest banner, with CR and LF.
const MAX_BANNER: usize = 255;
/// The most bytes before the banner, in lines of any kind (a warning, a company's policy).
const MAX_BEFORE: usize = 16 * 1024;
/// How much of a host's other text is shown if no banner comes, in bytes.
const MAX_SHOWN: usize = 80;

/// Our banner, without CR and LF.
pub(super) fn ours() -> String {
    format!("SSH-2.0-hostfp_{}", env!("CARGO_PKG_VERSION"))
}

/// Reads the host's banner, without CR and LF, and skips the lines before it.
///
/// # Errors
/// There is none, or it is not of SSH 2.
pub(super) fn read<S: Read + Write>(packets: &mut Packets<S>) -> Result<Vec<u8>, Failure> {
    let mut said = FirstLine::default();
    let mut read = 0;
    loop {
        let line = match line(packets, MAX_BEFORE - read) {
            Ok(line) => line,
            Err(Failure::Closed(_)) => return Err(Failure::NoBanner { said: said.0 }),
            Err(failure) => return Err(failure),
        };
        read += line.len() + 1;
        let text = line.strip_suffix(b"\r").unwrap_or(&line);
        if text.starts_with(b"SSH-") {
            return check(text).map(|()| text.to_vec());
        }
        said.line(text);
        if read >= MAX_BEFORE {
            return Err(Failure::NoBanner { said: said.0 });
        }
    }
}

fn check(banner: &[u8]) -> Result<(), Failure> {
    if banner.len() + 2 > MAX_BANNER || banner.contains(&0) {
        return Err(Failure::Protocol("its banner is too long or holds a NUL"));
    }
    // "1.99" means a server that speaks SSH 1 and 2 (RFC 4253 section 5.1).
    if banner.starts_with(b"SSH-2.0-") || banner.starts_with(b"SSH-1.99-") {
        return Ok(());
    }
    Err(Failure::OtherVersion(shown(banner)))
}

/// Reads a line of at most `bound` bytes, without its LF. A longer line is cut there.
fn line<S: Read + Write>(packets: &mut Packets<S>, bound: usize) -> Result<Vec<u8>, Failure> {
    let mut line = Vec::new();
    while line.len() < bound {
        match packets.byte()? {
            b'\n' => break,
            byte => line.push(byte),
        }
    }
    Ok(line)
}

/// The first line that is not blank: it shows best what runs at the other end.
#[derive(Default)]
struct FirstLine(Option<String>);

impl FirstLine {
    fn line(&mut self, line: &[u8]) {
        if self.0.is_none() && !line.trim_ascii().is_empty() {
            self.0 = Some(shown(line));
        }
    }
}

fn shown(line: &[u8]) -> String {
    let piece = line.get(..MAX_SHOWN).unwrap_or(line);
    let dots = if piece.len() < line.len() { "…" } else { "" };
    format!("{}{dots}", escape::text(piece))
}

#[cfg(test)]
mod tests {
    use std::io::{self, Cursor};

    use super::super::failure::Stage;
    use super::*;

    fn read_from(bytes: impl AsRef<[u8]>) -> Result<Vec<u8>, Failure> {
        read(&mut Packets::new(Cursor::new(bytes.as_ref().to_vec())))
    }

    #[test]
    fn lines_before_the_banner_are_passed_over() {
        for text in ["SSH-2.0-x y\r\n", "SSH-2.0-x y\n", "No entry\r\n\r\nSSH-2.0-x y\r\n"] {
            assert_eq!(read_from(text).unwrap(), b"SSH-2.0-x y");
        }
        assert_eq!(read_from("SSH-1.99-x\n").unwrap(), b"SSH-1.99-x");
    }

    /// RFC 4253 section 4.2: 255 bytes, with CR and LF.
    #[test]
    fn the_longest_banner_is_read_and_a_longer_one_is_not() {
        let banner = |length: usize| format!("SSH-2.0-{}\r\n", "x".repeat(length - 10));
        assert_eq!(read_from(banner(255)).unwrap().len(), 253);
        assert!(matches!(read_from(banner(256)), Err(Failure::Protocol(_))));
        assert!(matches!(read_from("SSH-2.0-a\0b\r\n"), Err(Failure::Protocol(_))));
    }

    #[test]
    fn a_line_is_cut_at_its_bound() {
        let mut packets = Packets::new(Cursor::new(b"abcdefg\nh\n".to_vec()));
        assert_eq!(line(&mut packets, 5).unwrap(), b"abcde");
        assert_eq!(line(&mut packets, 5).unwrap(), b"fg");
    }

    #[test]
    fn text_instead_of_a_banner_is_reported() {
        let said = |bytes: &[u8]| match read_from(bytes) {
            Err(Failure::NoBanner { said }) => said,
            other => panic!("{other:?}"),
        };
        assert_eq!(said(b""), None);
        assert_eq!(said(b"\r\nHTTP/1.1 400 Bad\x1b[2J\r\n\r\n"), Some("HTTP/1.1 400 Bad\\033[2J".into()));
        assert_eq!(said(&vec![b'a'; 1 << 20]).unwrap(), format!("{}…", "a".repeat(80)));
        assert_eq!(said("\n".repeat(1 << 20).as_bytes()), None);
        assert!(matches!(read_from("SSH-1.5-old\n"), Err(Failure::OtherVersion(said)) if said == "SSH-1.5-old"));
        assert!(matches!(read_from(format!("SSH-2.0-{}\n", "x".repeat(300))), Err(Failure::Protocol(_))));
    }

    /// A host that sends its bytes, and then nothing more, without closing the connection.
    struct Silent(Cursor<Vec<u8>>);

    impl Read for Silent {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.read(buffer)? {
                0 => Err(io::ErrorKind::TimedOut.into()),
                count => Ok(count),
            }
        }
    }

    impl Write for Silent {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn no_more_than_the_bound_is_waited_for_before_a_banner() {
        let read_from = |text: &str| read(&mut Packets::new(Silent(Cursor::new(text.into()))));
        for text in ["\n".repeat(MAX_BEFORE), format!("hello\n{}", "a".repeat(MAX_BEFORE - 6))] {
            assert!(matches!(read_from(&text), Err(Failure::NoBanner { .. })));
            assert!(matches!(read_from(&text[1..]), Err(Failure::Late(Stage::Banner))));
        }
    }

    #[test]
    fn our_banner_names_the_tool_and_its_version() {
        assert_eq!(ours().strip_prefix("SSH-2.0-hostfp_"), Some(env!("CARGO_PKG_VERSION")));
    }
}
