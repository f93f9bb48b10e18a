//! Makes a new pair: what is asked, in which order the steps follow, and what is printed.

use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use common::cli::Env;
use common::error::{Error, ExitStatus, Place};
use common::escape;
use common::key::{Hash, PublicKey, randomart};
use common::keyfile::PrivateKey;
use common::keyfile::codec::public_line;
use common::os::own_folder;
use common::report::write_json;
use zeroize::Zeroizing;

use crate::args::Args;
use crate::formats::{Format, Hardening};
use crate::generate::{Recipe, Type};
use crate::object::PairObject;
use crate::pair::{Pair, Replace};
use crate::passphrase::{FIRST, Passphrase};
use crate::prompts::{self, default_file, user_at_host};
use crate::waiting::showing_progress;

/// The note on an Ed25519 key in PKCS#8.
const PKCS8_ED25519: &str = "ssh loads an Ed25519 key in PKCS#8 since OpenSSH 9.6; omit -m for older versions";

/// Makes a pair according to the command line.
pub(crate) fn make(args: Args, env: &mut Env<'_>) -> Result<ExitStatus, Error> {
    let order = Order::of(args, env)?;
    match order.destination {
        Destination::StandardOutput => order.print(env),
        Destination::File(_) | Destination::Asked => order.place(env),
    }
}

/// The destination of the private key.
enum Destination {
    /// Standard output; nothing is written to disk.
    StandardOutput,
    /// This file.
    File(PathBuf),
    /// A file that is asked for.
    Asked,
}

impl Destination {
    fn of(file: Option<OsString>) -> Self {
        match file {
            None => Self::Asked,
            Some(file) if file == "-" => Self::StandardOutput,
            Some(file) => Self::File(file.into()),
        }
    }
}

/// The validated command line for making a key, its options checked against each other.
struct Order {
    recipe: Recipe,
    format: Format,
    hardening: Hardening,
    destination: Destination,
    comment: String,
    passphrase: Passphrase,
    force: bool,
    json: bool,
    quiet: bool,
}

impl Order {
    fn of(mut args: Args, env: &mut Env<'_>) -> Result<Self, Error> {
        let format = args.format.unwrap_or_default();
        format.holds(args.key_type)?;
        let passphrase = Passphrase::of_new_key(&mut args)?;
        passphrase.check(format)?;
        if !args.quiet {
            let of_form = (format == Format::Pkcs8 && args.key_type == Type::Ed25519).then_some(PKCS8_ED25519);
            notes(args.key_type, args.bits).into_iter().chain(of_form).for_each(|note| env.messages.note(note));
        }
        Ok(Self {
            recipe: Recipe::new(args.key_type, args.bits)?,
            format,
            hardening: Hardening::of(format, args.rounds, args.cipher.as_deref())?,
            destination: Destination::of(args.file),
            comment: args.comment.unwrap_or_else(user_at_host),
            passphrase,
            force: args.force,
            json: args.json,
            quiet: args.quiet,
        })
    }

    /// Makes a key and prints its private half.
    fn print(&self, env: &mut Env<'_>) -> Result<ExitStatus, Error> {
        let (private, public) = self.make(env)?;
        print_private(&private, env)?;
        if !self.quiet {
            let fingerprint = public.fingerprint(Hash::Sha256);
            env.messages.note(&format!("{fingerprint} {}", escape::text(self.comment.as_bytes())));
        }
        Ok(ExitStatus::Yes)
    }

    /// Makes a pair, puts it in its place and reports it.
    fn place(&self, env: &mut Env<'_>) -> Result<ExitStatus, Error> {
        // Until the pair is in its place, a closed output is a failure: there is no key yet.
        let Some((pair, public)) = self.put(env).map_err(Error::with_closed_pipe_as_error)? else {
            return Ok(ExitStatus::No);
        };
        self.announce(env, &pair, &public)?;
        Ok(ExitStatus::Yes)
    }

    /// Makes a pair and puts it in its place. Returns `None` if the user keeps an existing file.
    fn put(&self, env: &mut Env<'_>) -> Result<Option<(Pair, PublicKey<'static>)>, Error> {
        self.print_progress(env, &format!("Generating public/private {} key pair.\n", self.recipe.key_type().name()))?;
        let pair = Pair::at(match &self.destination {
            Destination::File(file) => file.clone(),
            _ => prompts::file(env, "in which to save the key", default_file(env, self.recipe.key_type())?)?,
        });
        self.make_ssh_folder(env, pair.private())?;
        pair.check()?;
        let replace = if self.force { Some(Replace::BOTH) } else { may_replace(env, &pair)? };
        let Some(replace) = replace else { return Ok(None) };
        let (private, public) = self.make(env)?;
        pair.place(&private, public_line::write(&public, &self.comment).as_bytes(), replace)?;
        Ok(Some((pair, public)))
    }

    /// Prints ssh-keygen's progress messages, unless `-q` or `--json` is given.
    fn print_progress(&self, env: &mut Env<'_>, text: &str) -> Result<(), Error> {
        if self.quiet || self.json { Ok(()) } else { env.print(text) }
    }

    /// Obtains the passphrase, then makes the key. No secret is kept longer than necessary.
    fn make(&self, env: &mut Env<'_>) -> Result<(Zeroizing<Vec<u8>>, PublicKey<'static>), Error> {
        let passphrase = self.passphrase.obtain(env, self.format, &FIRST)?;
        if self.format == Format::Pem && !passphrase.is_empty() && !self.quiet {
            env.messages.hint("a PEM key's passphrase is quickly guessed; OpenSSH format (without -m) protects better");
        }
        let key = self.generate(env)?;
        let private = self.format.write(&key, &self.comment, &passphrase, self.hardening)?;
        Ok((private, key.public))
    }

    /// Makes the key. Only RSA takes long, the largest keys some minutes.
    fn generate(&self, env: &mut Env<'_>) -> Result<PrivateKey, Error> {
        match self.recipe {
            Recipe::Rsa(bits) if !self.quiet => {
                env.output.flush().map_err(Error::output)?;
                let what = format!("searching for two primes of {} bits", bits / 2);
                showing_progress(&mut env.messages, &what, || self.recipe.generate())
            }
            recipe => recipe.generate(),
        }
    }

    /// Creates `~/.ssh` if the key goes there and the folder is missing.
    fn make_ssh_folder(&self, env: &mut Env<'_>, file: &Path) -> Result<(), Error> {
        let folder = file.parent().unwrap_or(file);
        let made = own_folder::make(file, env.home.as_deref())
            .map_err(|error| Error::io("cannot make", &error).at(Place::file(folder)))?;
        if made {
            self.print_progress(env, &format!("Created directory '{}'.\n", escape::path(folder)))
        } else {
            Ok(())
        }
    }

    fn announce(&self, env: &mut Env<'_>, pair: &Pair, public: &PublicKey<'_>) -> Result<(), Error> {
        let fingerprint = public.fingerprint(Hash::Sha256);
        let (private, public_file) = (escape::path(pair.private()), escape::path(pair.public()));
        if self.json {
            let made = PairObject {
                file: &private,
                public_file: &public_file,
                r#type: public.type_name(),
                bits: public.bits(),
                fingerprint: &fingerprint,
                comment: &self.comment,
            };
            return write_json(&mut env.output, &made).map_err(Error::output);
        }
        let art = randomart::draw(public, &fingerprint);
        let comment = escape::text(self.comment.as_bytes());
        self.print_progress(
            env,
            &format!(
                "Your identification has been saved in {private}\n\
             Your public key has been saved in {public_file}\n\
             The key fingerprint is:\n\
             {fingerprint} {comment}\n\
             The key's randomart image is:\n\
             {art}"
            ),
        )
    }
}

/// Prints a private key without the output buffer, which is not wiped.
///
/// # Errors
/// The output cannot be written. Half a key is useless, so a closed output is a failure here.
pub(crate) fn print_private(private: &[u8], env: &mut Env<'_>) -> Result<(), Error> {
    let output = env.output.get_mut();
    let written = output.write_all(private).and_then(|()| output.flush());
    written.map_err(|error| Error::output(error).with_closed_pipe_as_error())
}

/// The notes on a type and a size before such a key is made.
fn notes(key_type: Type, bits: Option<u32>) -> Vec<&'static str> {
    let is_not = |one_size: u32| bits.is_some_and(|bits| bits != one_size);
    match key_type {
        Type::Ed25519 if is_not(256) => vec!["-b is ignored for Ed25519, whose keys have 256 bits"],
        Type::Ecdsa => vec!["warning: Azure rejects ECDSA keys; it accepts RSA of 2048 bits or more and Ed25519"],
        Type::MlDsa44Ed25519 => {
            let ignored = is_not(512).then_some("-b is ignored for mldsa44-ed25519, whose keys have one size");
            let version = "OpenSSH reads mldsa44-ed25519 keys since 10.6, and Azure rejects them; it accepts RSA of 2048 \
                           bits or more and Ed25519";
            ignored.into_iter().chain([version]).collect()
        }
        Type::Ed25519 | Type::Rsa => Vec::new(),
    }
}

/// Asks whether existing files may be replaced. Returns which ones, or `None` if the answer is no. A yes for the private
/// key's file includes its public one.
fn may_replace(env: &mut Env<'_>, pair: &Pair) -> Result<Option<Replace>, Error> {
    let occupied = pair.occupied();
    let asked = match occupied {
        Replace { private: true, .. } => pair.private(),
        Replace { public: true, .. } => pair.public(),
        Replace { private: false, public: false } => return Ok(Some(occupied)),
    };
    Ok(prompts::overwrite(env, asked)?.then_some(occupied))
}
