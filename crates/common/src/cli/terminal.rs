//! Reads secrets that people type, without echo.

use std::fs::OpenOptions;
#[cfg(unix)]
use std::io::Write as _;
use std::io::{self, BufRead, Read};

use super::askpass::{self, MAX_ANSWER};
use crate::secret::Secret;

/// A place to type secrets.
pub trait Terminal {
    /// Asks for a secret without echo; `None` if there is no terminal.
    ///
    /// # Errors
    /// The terminal failed, or the user cancelled with Ctrl-D (`UnexpectedEof`). Ctrl-C ends the process.
    fn secret(&mut self, prompt: &str) -> io::Result<Option<Secret>>;
}

/// No terminal: a script, a service, a test.
pub struct NoTerminal;

impl Terminal for NoTerminal {
    fn secret(&mut self, _: &str) -> io::Result<Option<Secret>> {
        Ok(None)
    }
}

/// The process's own terminal, even if standard input is redirected, or the program of SSH_ASKPASS.
pub struct SystemTerminal;

/// Only the echo is off, so the terminal's own editing keys and Ctrl-C work, and every byte counts: rpassword 7.5 drops
/// tabs and all that is not UTF-8, and other programs then could not decrypt the key.
#[cfg(unix)]
impl Terminal for SystemTerminal {
    fn secret(&mut self, prompt: &str) -> io::Result<Option<Secret>> {
        let terminal = OpenOptions::new().read(true).write(true).open("/dev/tty");
        if let Some(program) = askpass::program(terminal.is_ok()) {
            return askpass::ask(&program, prompt).map(Some);
        }
        let Ok(mut terminal) = terminal else { return Ok(None) };
        let echo = crate::os::interrupt::echo_off(&terminal)?;
        loop {
            terminal.write_all(prompt.as_bytes())?;
            let typed = line(&mut terminal, echo.suspend());
            terminal.write_all(b"\n")?;
            match typed? {
                Some(line) => return Ok(Some(Secret::new(line))),
                None => terminal.write_all(b"Ctrl-Z is off here, Ctrl-C cancels; type it again from the start.\n")?,
            }
        }
    }
}

/// Reads a line without its end, byte by byte, into memory allocated once, since growing would leave copies. `None` at the
/// character `suspend`, that of Ctrl-Z.
#[cfg(unix)]
fn line(terminal: &mut impl Read, suspend: Option<u8>) -> io::Result<Option<Vec<u8>>> {
    let mut line = zeroize::Zeroizing::new(Vec::with_capacity(MAX_ANSWER));
    let mut byte = zeroize::Zeroizing::new([0]);
    // Ctrl-D after some characters submits them, and the line goes on. A second one ends it, as in every program; and a
    // terminal that has hung up returns nothing else for ever.
    let mut may_go_on = false;
    while line.len() < MAX_ANSWER {
        match terminal.read(&mut *byte) {
            Ok(0) if may_go_on => may_go_on = false,
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(_) if *byte == [b'\n'] => return Ok(Some(std::mem::take(&mut *line))),
            Ok(_) if suspend == Some(byte[0]) => return Ok(None),
            Ok(_) => {
                line.extend_from_slice(&*byte);
                may_go_on = true;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::Error::other(format!("it is longer than {MAX_ANSWER} bytes")))
}

#[cfg(windows)]
impl Terminal for SystemTerminal {
    fn secret(&mut self, prompt: &str) -> io::Result<Option<Secret>> {
        let console = OpenOptions::new().read(true).write(true).open("CONIN$");
        if let Some(program) = askpass::program(console.is_ok()) {
            return askpass::ask(&program, prompt).map(Some);
        }
        if console.is_err() {
            return Ok(None);
        }
        let typed = rpassword::prompt_password(prompt)?;
        Ok(Some(Secret::new(typed.into_bytes())))
    }
}

/// Reads a line without its end as a secret; none at the end of the input.
///
/// # Errors
/// The input cannot be read, or the line is longer than 4096 bytes.
pub fn secret_line(reader: &mut dyn BufRead) -> io::Result<Option<Secret>> {
    let mut line = zeroize::Zeroizing::new(Vec::with_capacity(MAX_ANSWER));
    reader.take(MAX_ANSWER as u64).read_until(b'\n', &mut line)?;
    let ended = line.pop_if(|byte| *byte == b'\n').is_some();
    if !ended && line.len() == MAX_ANSWER {
        return Err(io::Error::other(format!("the line is longer than {MAX_ANSWER} bytes")));
    }
    if !ended && line.is_empty() {
        return Ok(None);
    }
    let passphrase = line.strip_suffix(b"\r").unwrap_or(&line).to_vec();
    Ok(Some(Secret::of_line(passphrase, std::mem::take(&mut *line))))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// A terminal: the result of each read, and then the end for ever, as when it has hung up.
    struct Typed(Vec<&'static [u8]>, usize);

    impl Read for Typed {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0.is_empty() {
                self.1 += 1;
                assert!(self.1 < 100, "it is read again and again at its end");
                return Ok(0);
            }
            let byte = self.0.remove(0);
            buffer[..byte.len()].copy_from_slice(byte);
            Ok(byte.len())
        }
    }

    #[test]
    fn a_line_goes_on_behind_ctrl_d_and_ends_when_the_terminal_has_hung_up() {
        let typed =
            |reads: &[&'static [u8]]| line(&mut Typed(reads.to_vec(), 0), Some(26)).map_err(|error| error.kind());
        assert_eq!(typed(&[b"a", b"b", b"", b"c", b"", b"\n"]), Ok(Some(b"abc".to_vec())));
        assert_eq!(typed(&[b"a", b"\x1a", b"b", b"\n"]), Ok(None));
        let cancelled: [&[&[u8]]; 5] =
            [&[], &[b"a"], &[b"a", b"", b"b", b""], &[b"", b"a", b"\n"], &[b"a", b"", b"", b"\n"]];
        for reads in cancelled {
            assert_eq!(typed(reads), Err(io::ErrorKind::UnexpectedEof), "{reads:?}");
        }
    }
}
