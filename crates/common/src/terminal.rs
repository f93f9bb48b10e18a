//! Asking people.

use std::io::{self, BufRead as _, Read as _};

use crate::cli::Env;
use crate::error::Error;
use crate::secret::Secret;

/// The longest answer that is read, in bytes.
const MAX_ANSWER: u64 = 4096;

/// Where secrets are typed.
pub trait Terminal {
    /// Asks for a secret without echo; none where there is no terminal.
    ///
    /// # Errors
    /// The terminal failed, or the user cancelled: `Interrupted` for Ctrl-C, `UnexpectedEof` for Ctrl-D.
    fn secret(&mut self, prompt: &str) -> io::Result<Option<Secret>>;
}

/// No terminal: a script, a service, a test.
pub struct NoTerminal;

impl Terminal for NoTerminal {
    fn secret(&mut self, _: &str) -> io::Result<Option<Secret>> {
        Ok(None)
    }
}

/// The process's own terminal, whatever standard input is.
pub struct SystemTerminal;

impl Terminal for SystemTerminal {
    fn secret(&mut self, prompt: &str) -> io::Result<Option<Secret>> {
        if !is_there() {
            return Ok(None);
        }
        let _echo = crate::interrupt::echo_restored();
        let typed = rpassword::prompt_password(prompt).inspect_err(|error| {
            if error.kind() == io::ErrorKind::Interrupted {
                crate::interrupt::wait_for_the_end();
            }
        })?;
        Ok(Some(Secret::new(typed.into_bytes())))
    }
}

fn is_there() -> bool {
    let device = if cfg!(windows) { "CONIN$" } else { "/dev/tty" };
    std::fs::OpenOptions::new().read(true).write(true).open(device).is_ok()
}

impl Env<'_> {
    /// Asks a question on standard error, so that it is read even when standard output goes into a pipe, and takes
    /// one line of standard input; none at its end.
    ///
    /// # Errors
    /// The streams failed, or the answer is longer than 4096 bytes.
    pub fn ask(&mut self, question: &str) -> Result<Option<Vec<u8>>, Error> {
        self.flush()?;
        self.messages.raw(question);
        Ok(self.answer()?.map(|answer| answer.expose().to_vec()))
    }

    /// Asks for a passphrase on the terminal; without one, reads it as a line of standard input, as ssh-keygen does.
    ///
    /// # Errors
    /// The user cancelled, or nobody answers. An end of input is not taken for an empty passphrase.
    pub fn ask_secret(&mut self, question: &str) -> Result<Secret, Error> {
        self.flush()?;
        match self.terminal.secret(question) {
            Ok(Some(secret)) => Ok(secret),
            Ok(None) => self.answer()?.ok_or_else(|| {
                Error::trouble("no passphrase: there is no terminal and standard input has ended")
                    .hint("-N '' makes a key without a passphrase")
            }),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Err(Error::trouble("interrupted")),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                self.messages.raw("\n");
                Err(Error::trouble("cancelled"))
            }
            Err(error) => Err(Error::io("cannot read the passphrase", &error)),
        }
    }

    /// One line of standard input without its end.
    fn answer(&mut self) -> Result<Option<Secret>, Error> {
        let mut line = Vec::with_capacity(256);
        let reader = &mut self.stdin.reader;
        reader
            .take(MAX_ANSWER)
            .read_until(b'\n', &mut line)
            .map_err(|error| Error::io("cannot read standard input", &error))?;
        let ended = line.pop_if(|byte| *byte == b'\n').is_some();
        if !ended && u64::try_from(line.len()).is_ok_and(|length| length == MAX_ANSWER) {
            return Err(Error::trouble(format!("the answer is longer than {MAX_ANSWER} bytes")));
        }
        if !ended && line.is_empty() {
            return Ok(None);
        }
        line.pop_if(|byte| *byte == b'\r');
        Ok(Some(Secret::new(line)))
    }

    fn flush(&mut self) -> Result<(), Error> {
        io::Write::flush(&mut self.output).map_err(Error::output)
    }
}
