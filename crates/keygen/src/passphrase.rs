//! Where passphrases come from.

use std::ffi::{OsStr, OsString};

use common::cli::Env;
use common::error::Error;
use common::passphrase;
use common::secret::Secret;

use crate::args::Args;
use crate::formats::Format;

/// A way to a passphrase.
pub(crate) enum Passphrase {
    /// `-N`, `-P`.
    Given(Secret),
    /// `--passphrase-file`, `--new-passphrase-file`.
    InFile(OsString),
    /// On the terminal, by SSH_ASKPASS, or from standard input.
    Asked,
}

impl Passphrase {
    /// What the command line says.
    ///
    /// # Errors
    /// Two ways at once.
    pub(crate) fn of(given: Option<Secret>, file: Option<OsString>) -> Result<Self, Error> {
        match (given, file) {
            (Some(_), Some(_)) => Err(Error::trouble("a passphrase and a file for it are two passphrases")),
            (Some(passphrase), None) => Ok(Self::Given(passphrase)),
            (None, Some(file)) => Ok(Self::InFile(file)),
            (None, None) => Ok(Self::Asked),
        }
    }

    /// Refuses a given passphrase that the format does not take, before anything is asked.
    ///
    /// # Errors
    /// Those of [`Format::takes`].
    pub(crate) fn check(&self, format: Format) -> Result<(), Error> {
        if let Self::Given(passphrase) = self { format.takes(passphrase) } else { Ok(()) }
    }

    /// The passphrase for a key that is written.
    ///
    /// # Errors
    /// The file cannot be read, the user cancelled, nobody answers, or the format does not take it.
    pub(crate) fn obtain(&self, env: &mut Env<'_>, format: Format, questions: &[&str; 2]) -> Result<Secret, Error> {
        let passphrase = match self {
            Self::Given(passphrase) => passphrase.clone(),
            Self::InFile(file) => first_line(env, file)?,
            Self::Asked => typed_twice(env, format, questions)?,
        };
        format.takes(&passphrase).map(|()| passphrase)
    }

    /// The passphrase of a key that is read.
    ///
    /// # Errors
    /// The file cannot be read, the user cancelled, or nobody answers.
    pub(crate) fn obtain_old(&self, env: &mut Env<'_>, question: &str) -> Result<Secret, Error> {
        match self {
            Self::Given(passphrase) => Ok(passphrase.clone()),
            Self::InFile(file) => first_line(env, file),
            Self::Asked => env.ask_secret(question),
        }
    }
}

/// Says that whoever lists processes has seen what `-N` and `-P` give.
pub(crate) fn warn_if_exposed(args: &Args, env: &mut Env<'_>) {
    let given = |passphrase: &Option<Secret>| passphrase.as_ref().is_some_and(|passphrase| !passphrase.is_empty());
    let (verb, options) = match (given(&args.passphrase), given(&args.old_passphrase)) {
        (true, true) => ("show passphrases", "-N and -P"),
        (true, false) => ("shows the passphrase", "-N"),
        (false, true) => ("shows the passphrase", "-P"),
        (false, false) => return,
    };
    if !args.quiet {
        env.messages.hint(&format!("{options} {verb} to whoever lists processes; without it keygen asks"));
    }
}

/// The questions for the passphrase of a new key.
pub(crate) const FIRST: [&str; 2] = ["Enter passphrase (empty for no passphrase): ", "Enter same passphrase again: "];

/// The questions for the new passphrase of an old key.
pub(crate) const NEW: [&str; 2] = ["Enter new passphrase (empty for no passphrase): ", "Enter same passphrase again: "];

/// How often a passphrase is asked for anew: a program behind SSH_ASKPASS would otherwise repeat itself for ever.
const ATTEMPTS: usize = 10;

/// The passphrase in the first line of a file.
///
/// # Errors
/// The file cannot be read, or its first line is empty or too long.
fn first_line(env: &mut Env<'_>, file: &OsStr) -> Result<Secret, Error> {
    passphrase::in_file(file, &mut env.stdin).map_err(|error| match error.remedy() {
        None if error.message() == passphrase::NONE => error.hint("-N '' makes a key without a passphrase"),
        _ => error,
    })
}

/// A passphrase, typed twice. A mismatch, or one that the format does not take, is asked for again.
///
/// # Errors
/// The user cancelled, nobody answers, or no answer will do.
fn typed_twice(env: &mut Env<'_>, format: Format, questions: &[&str; 2]) -> Result<Secret, Error> {
    for _ in 0..ATTEMPTS {
        let first = env.ask_secret(questions[0])?;
        if let Err(error) = format.takes(&first) {
            env.messages.report(&error);
            continue;
        }
        if env.ask_secret(questions[1])? == first {
            return Ok(first);
        }
        env.messages.raw("Passphrases do not match.  Try again.\n");
    }
    Err(Error::trouble(format!("no passphrase after {ATTEMPTS} attempts")))
}
