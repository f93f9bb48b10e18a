//! Converts public keys: `-e` writes them in another format, `-i` reads them. As with ssh-keygen, the format is RFC 4716
//! unless `-m` names another; `-i` recognises the format by content.

use common::cli::Env;
use common::cli::passphrase;
use common::cli::terminal::Terminal;
use common::error::{Error, ExitStatus, Place};
use common::input::Source;
use common::key::{Kind, PublicKey};
use common::keyfile::{self, Item, Sink, codec};
use common::secret::Secret;

use crate::args::Args;
use crate::formats::Format;
use crate::passphrase::Passphrase;
use crate::prompts::{self, user_at_host};

/// `-e`: prints the public key of a file, public or private, in another format.
pub(crate) fn export(mut args: Args, env: &mut Env<'_>) -> Result<ExitStatus, Error> {
    let key = read(&mut args, env)?;
    let text = match args.format.unwrap_or(Format::Rfc4716) {
        Format::Rfc4716 => {
            let bits = key.bits().map_or_else(|| "?".to_owned(), |bits| bits.to_string());
            let comment = format!("{bits}-bit {}, converted by {} from OpenSSH", key.label(), user_at_host());
            codec::rfc4716::write(&key, &comment)
        }
        Format::Pem if key.kind() == Kind::Rsa => codec::pkcs1::write_public(&key)?,
        // ssh-keygen also writes an ECDSA key in this format with -m PEM.
        Format::Pkcs8 | Format::Pem => {
            codec::spki::write(&key).map_err(|error| error.hint("-m RFC4716 holds any key"))?
        }
        Format::OpenSsh => codec::public_line::write(&key, ""),
        Format::Ppk | Format::Ppk2 => {
            return Err(Error::failure("PPK is a format of private keys").hint("PuTTY reads -m RFC4716"));
        }
    };
    env.print(text).map(|()| ExitStatus::Yes)
}

/// `-i`: prints a public key as an OpenSSH line, without a comment, as ssh-keygen does.
pub(crate) fn import(mut args: Args, env: &mut Env<'_>) -> Result<ExitStatus, Error> {
    let key = read(&mut args, env)?;
    env.print(codec::public_line::write(&key, "")).map(|()| ExitStatus::Yes)
}

/// Reads the first key of the file on the command line, or else of one that is asked for.
fn read(args: &mut Args, env: &mut Env<'_>) -> Result<PublicKey<'static>, Error> {
    let passphrase = Passphrase::of_old_key(args)?;
    let file = prompts::existing_file(env, args.file.take())?;
    let given = passphrase.given(env)?;
    let mut first = First { key: None, given, terminal: &mut *env.terminal };
    keyfile::read(Source::open(file.as_os_str(), &mut env.stdin)?, &mut first)?;
    let none = || Err(Error::no("holds no key").at(Place::file(&file)));
    first.key.unwrap_or_else(none).map_err(|error| failure(&error))
}

/// Turns an error into one that ends the run: "no" is the answer to a question here.
fn failure(error: &Error) -> Error {
    let mut failure = Error::failure(error.message());
    if let Some(place) = error.place() {
        failure = failure.at(place.clone());
    }
    match error.remedy() {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

/// Keeps the first key that is found, or why there is none.
struct First<'e> {
    key: Option<Result<PublicKey<'static>, Error>>,
    /// The passphrase from the command line.
    given: Option<Secret>,
    terminal: &'e mut dyn Terminal,
}

impl Sink for First<'_> {
    fn recovers(&self) -> bool {
        true
    }

    fn item(&mut self, _: &Place, item: &Item<'_>) -> Result<(), Error> {
        self.key.get_or_insert_with(|| Ok(item.key.clone().into_owned()));
        Ok(())
    }

    fn refused(&mut self, error: Error) -> Result<(), Error> {
        self.key.get_or_insert(Err(error));
        Ok(())
    }

    fn passphrase(&mut self, place: &Place) -> Result<Option<Secret>, Error> {
        match &self.given {
            _ if self.key.is_some() => Ok(None),
            Some(given) => Ok(Some(given.clone())),
            None => passphrase::ask(place, self.terminal),
        }
    }
}
