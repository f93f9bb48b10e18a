//! Asks people questions.

use std::io::{self, Write as _};

use super::env::Env;
use super::terminal::secret_line;
use crate::error::Error;
use crate::secret::Secret;

impl Env<'_> {
    /// Asks a question on standard error, so that it is visible even when standard output is a pipe, and reads one line of
    /// standard input; none at its end.
    ///
    /// # Errors
    /// The streams failed, or the answer is longer than 4096 bytes.
    pub fn ask(&mut self, question: &str) -> Result<Option<Vec<u8>>, Error> {
        self.flush()?;
        self.messages.raw(question);
        Ok(self.answer()?.map(|answer| answer.expose().to_vec()))
    }

    /// Asks for a passphrase on the terminal; without one, reads a line of standard input, as ssh-keygen does. `none` is
    /// the hint if there is no answer.
    ///
    /// # Errors
    /// The user cancelled, or there was no answer. The end of the input does not count as an empty passphrase.
    pub fn ask_secret(&mut self, question: &str, none: &str) -> Result<Secret, Error> {
        self.flush()?;
        match self.terminal.secret(question) {
            Ok(Some(secret)) => Ok(secret),
            Ok(None) => self.answer()?.ok_or_else(|| {
                Error::failure("no passphrase: there is no terminal and standard input has ended").hint(none)
            }),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(Error::failure("cancelled")),
            Err(error) => Err(Error::io("cannot read the passphrase", &error)),
        }
    }

    /// Reads one line of standard input, without its end.
    fn answer(&mut self) -> Result<Option<Secret>, Error> {
        secret_line(&mut self.stdin.reader).map_err(|error| Error::io("cannot read standard input", &error))
    }

    fn flush(&mut self) -> Result<(), Error> {
        self.output.flush().map_err(Error::output)
    }
}
