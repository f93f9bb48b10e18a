//! Where the passphrase of a new key comes from.

use std::ffi::{OsStr, OsString};

use common::bytes::Source;
use common::cli::Env;
use common::error::Error;
use common::secret::Secret;
use common::terminal::secret_line;

use crate::formats::Format;

/// A way to a passphrase.
pub(crate) enum Passphrase {
    /// `-N`.
    Given(Secret),
    /// `--passphrase-file`.
    InFile(OsString),
    /// On the terminal, by SSH_ASKPASS, or from standard input.
    Asked,
}

impl Passphrase {
    /// What the command line says. One that the format does not take is refused before anything is asked.
    ///
    /// # Errors
    /// Two ways at once, or a passphrase that the format does not take.
    pub(crate) fn of(given: Option<Secret>, file: Option<OsString>, format: Format) -> Result<Self, Error> {
        match (given, file) {
            (Some(_), Some(_)) => Err(Error::trouble("-N and --passphrase-file are two passphrases")),
            (Some(passphrase), None) => format.takes(&passphrase).map(|()| Self::Given(passphrase)),
            (None, Some(file)) => Ok(Self::InFile(file)),
            (None, None) => Ok(Self::Asked),
        }
    }

    /// Whether whoever lists processes has seen it.
    pub(crate) fn is_exposed(&self) -> bool {
        matches!(self, Self::Given(passphrase) if !passphrase.is_empty())
    }

    /// The passphrase itself.
    ///
    /// # Errors
    /// The file cannot be read, the user cancelled, nobody answers, or the format does not take it.
    pub(crate) fn obtain(&self, env: &mut Env<'_>, format: Format) -> Result<Secret, Error> {
        let passphrase = match self {
            Self::Given(passphrase) => passphrase.clone(),
            Self::InFile(file) => first_line(env, file)?,
            Self::Asked => typed_twice(env, format)?,
        };
        format.takes(&passphrase).map(|()| passphrase)
    }
}

/// The passphrase in the first line of a file, or of standard input for `-`. A file without one is not taken for an
/// empty passphrase: it may be a secret that was never filled in.
///
/// # Errors
/// The file cannot be read, or its first line is empty or too long.
fn first_line(env: &mut Env<'_>, file: &OsStr) -> Result<Secret, Error> {
    let mut source = Source::open(file, &mut env.stdin)?;
    let line =
        secret_line(&mut source.reader).map_err(|error| Error::io("cannot read", &error).at(source.place.clone()))?;
    line.filter(|passphrase| !passphrase.is_empty()).ok_or_else(|| {
        Error::trouble("holds no passphrase").at(source.place).hint("-N '' makes a key without a passphrase")
    })
}

/// A passphrase, typed twice. A mismatch, or one that the format does not take, is asked for again.
///
/// # Errors
/// The user cancelled, or nobody answers.
fn typed_twice(env: &mut Env<'_>, format: Format) -> Result<Secret, Error> {
    loop {
        let first = env.ask_secret("Enter passphrase (empty for no passphrase): ")?;
        if let Err(error) = format.takes(&first) {
            env.messages.report(&error);
            continue;
        }
        if env.ask_secret("Enter same passphrase again: ")? == first {
            return Ok(first);
        }
        env.messages.raw("Passphrases do not match.  Try again.\n");
    }
}
