//! Obtains passphrases, from wherever the command line says.

use std::ffi::OsString;

use common::cli::Env;
use common::cli::passphrase;
use common::error::Error;
use common::secret::Secret;

use crate::args::Args;
use crate::formats::Format;

/// A source of a passphrase.
pub(crate) enum Passphrase {
    /// `-N`, `-P`, `--no-passphrase`.
    Given(Secret),
    /// `--passphrase-file`, `--new-passphrase-file`.
    InFile(OsString),
    /// Asked for on the terminal, by SSH_ASKPASS, or on standard input.
    Asked,
}

/// A source on the command line, with its option.
type Way = (&'static str, Option<Passphrase>);

impl Passphrase {
    /// The passphrase of a new key. As with ssh-keygen, `-P` may also give it.
    ///
    /// # Errors
    /// Several are given.
    pub(crate) fn of_new_key(args: &mut Args) -> Result<Self, Error> {
        let file = ("--passphrase-file", args.passphrase_file.take().map(Self::InFile));
        let old = ("-P", args.old_passphrase.take().map(Self::Given));
        Self::one_of(Self::new_ways(args).into_iter().chain([file, old]))
    }

    /// The new passphrase of an existing key.
    ///
    /// # Errors
    /// Several are given.
    pub(crate) fn replacement(args: &mut Args) -> Result<Self, Error> {
        Self::one_of(Self::new_ways(args))
    }

    /// The passphrase of a key to read.
    ///
    /// # Errors
    /// Several are given.
    pub(crate) fn of_old_key(args: &mut Args) -> Result<Self, Error> {
        Self::one_of([
            ("-P", args.old_passphrase.take().map(Self::Given)),
            ("--passphrase-file", args.passphrase_file.take().map(Self::InFile)),
        ])
    }

    fn new_ways(args: &mut Args) -> [Way; 3] {
        [
            ("-N", args.passphrase.take().map(Self::Given)),
            ("--no-passphrase", args.no_passphrase.then(|| Self::Given(Secret::new(Vec::new())))),
            ("--new-passphrase-file", args.new_passphrase_file.take().map(Self::InFile)),
        ]
    }

    /// Returns the only source that is given; without one, the user is asked.
    fn one_of(ways: impl IntoIterator<Item = Way>) -> Result<Self, Error> {
        let mut given = ways.into_iter().filter_map(|(option, way)| Some((option, way?)));
        match (given.next(), given.next()) {
            (Some((one, _)), Some((other, _))) => {
                Err(Error::failure(format!("{one} and {other} are mutually exclusive")))
            }
            (Some((_, way)), None) => Ok(way),
            (None, _) => Ok(Self::Asked),
        }
    }

    /// Refuses a given passphrase that the format does not accept, before the user is asked anything.
    ///
    /// # Errors
    /// Those of [`Format::takes`].
    pub(crate) fn check(&self, format: Format) -> Result<(), Error> {
        if let Self::Given(passphrase) = self { format.takes(passphrase) } else { Ok(()) }
    }

    /// Obtains the passphrase for a key to write.
    ///
    /// # Errors
    /// The file cannot be read, the user cancelled, no answer came, or the format does not accept it.
    pub(crate) fn obtain(&self, env: &mut Env<'_>, format: Format, questions: &Questions) -> Result<Secret, Error> {
        let passphrase = match self {
            Self::Given(passphrase) => passphrase.clone(),
            Self::InFile(file) => passphrase::in_file(file, &mut env.stdin, questions.none)?,
            Self::Asked => typed_twice(env, format, questions)?,
        };
        format.takes(&passphrase).map(|()| passphrase)
    }

    /// Obtains the passphrase of a key to read.
    ///
    /// # Errors
    /// The file cannot be read, the user cancelled, or no answer came.
    pub(crate) fn obtain_old(&self, env: &mut Env<'_>, question: &str) -> Result<Secret, Error> {
        match self.given(env)? {
            Some(passphrase) => Ok(passphrase),
            None => env.ask_secret(question, "--passphrase-file FILE gives the key's passphrase"),
        }
    }

    /// Obtains the passphrase of a key to read, if it can be had without asking the user.
    ///
    /// # Errors
    /// The file cannot be read.
    pub(crate) fn given(&self, env: &mut Env<'_>) -> Result<Option<Secret>, Error> {
        match self {
            Self::Given(passphrase) => Ok(Some(passphrase.clone())),
            Self::InFile(file) => passphrase::in_file(file, &mut env.stdin, passphrase::NONE_IS_LEFT_OUT).map(Some),
            Self::Asked => Ok(None),
        }
    }
}

/// Warns that other users can see the passphrases of `-N` and `-P`.
pub(crate) fn warn_if_exposed(args: &Args, env: &mut Env<'_>) {
    let given = |passphrase: &Option<Secret>| passphrase.as_ref().is_some_and(|passphrase| !passphrase.is_empty());
    let seen = match (given(&args.passphrase), given(&args.old_passphrase)) {
        (true, true) => "the passphrases of -N and -P",
        (true, false) => "the passphrase of -N",
        (false, true) => "the passphrase of -P",
        (false, false) => return,
    };
    if !args.quiet {
        env.messages.hint(&format!("other users can see {seen} in the list of processes; without it, keygen asks"));
    }
}

/// The questions for a passphrase and its repetition.
pub(crate) struct Questions {
    first: &'static str,
    again: &'static str,
    /// The remedy if there is no answer.
    none: &'static str,
}

const AGAIN: &str = "Enter same passphrase again: ";

/// The questions for the passphrase of a new key.
pub(crate) const FIRST: Questions = Questions {
    first: "Enter passphrase (empty for no passphrase): ",
    again: AGAIN,
    none: "--no-passphrase makes a key without one",
};

/// The questions for the new passphrase of an old key.
pub(crate) const NEW: Questions = Questions {
    first: "Enter new passphrase (empty for no passphrase): ",
    again: AGAIN,
    none: "--new-passphrase-file FILE gives the new passphrase, --no-passphrase removes it",
};

/// The limit of attempts at a passphrase: a program that SSH_ASKPASS names could otherwise repeat itself for ever.
const ATTEMPTS: usize = 10;

/// Asks for a passphrase twice. After a mismatch, or a passphrase that the format does not accept, the user is asked again.
///
/// # Errors
/// The user cancelled, no answer came, or none was accepted.
fn typed_twice(env: &mut Env<'_>, format: Format, questions: &Questions) -> Result<Secret, Error> {
    for _ in 0..ATTEMPTS {
        let first = env.ask_secret(questions.first, questions.none)?;
        if let Err(error) = format.takes(&first) {
            env.messages.report(&error);
            continue;
        }
        if env.ask_secret(questions.again, questions.none)? == first {
            return Ok(first);
        }
        env.messages.raw("Passphrases do not match.  Try again.\n");
    }
    Err(Error::failure(format!("no passphrase after {ATTEMPTS} attempts")))
}
