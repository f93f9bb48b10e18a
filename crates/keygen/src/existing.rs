//! Works on an existing key: prints its public half (`-y`), changes its passphrase and format (`-p`) or its comment (`-c`),
//! each with ssh-keygen's messages, and repairs who can read it (`--fix-permissions`).

use std::fs;
use std::io;
use std::path::Path;

use common::cli::Env;
use common::error::{Error, ExitStatus, Place};
use common::escape;
use common::input::Source;
use common::key::PublicKey;
use common::keyfile::codec::public_line;
use common::secret::Secret;
use zeroize::Zeroizing;

use crate::args::{Args, Work};
use crate::formats::{self, Format, Hardening, Opened, Surroundings};
use crate::generate::Type;
use crate::making;
use crate::pair::{Pair, Replace};
use crate::passphrase::{NEW, Passphrase};
use crate::prompts;

/// The longest private key file that is read, in bytes.
const MAX_FILE: usize = 256 * 1024;

/// An existing key, decrypted.
struct Existing {
    pair: Pair,
    /// It came from standard input, so it is written to standard output.
    is_stdin: bool,
    opened: Opened,
    /// The passphrase that decrypted it; empty if none was needed.
    passphrase: Secret,
}

impl Existing {
    /// Reads the key on the command line, or else one that is asked for.
    fn open(args: &mut Args, env: &mut Env<'_>, question: &str) -> Result<Self, Error> {
        let is_stdin = args.file.as_ref().is_some_and(|file| file == "-");
        let (pair, text) = Self::read(args, env)?;
        let mut passphrase = Secret::new(Vec::new());
        let opened = formats::open(&text, &Place::file(pair.private()), &mut || {
            passphrase = Passphrase::of_old_key(args)?.obtain_old(env, question)?;
            Ok(passphrase.clone())
        })?;
        if opened.is_spelled_otherwise && !args.quiet {
            env.messages.note(
                "the passphrase opened the key in another encoding, or with the carriage return or byte order mark of its \
                 file; keygen -p sets it again",
            );
        }
        Ok(Self { pair, is_stdin, opened, passphrase })
    }

    /// Reads the file of a key. If the key is only shown or written again, `-` is standard input.
    fn read(args: &mut Args, env: &mut Env<'_>) -> Result<(Pair, Zeroizing<Vec<u8>>), Error> {
        let file = prompts::existing_file(env, args.file.take())?;
        if file != Path::new("-") {
            return Pair::at(file).read(MAX_FILE, !matches!(args.work[..], [Work::PrintPublic]));
        }
        if !matches!(args.work[..], [Work::PrintPublic | Work::ChangePassphrase]) {
            return Err(Error::failure("a key from standard input cannot be changed in place")
                .hint("-f FILE names the key's file; save the key into a file first: (umask 077; cat > FILE)"));
        }
        let text = Source::stdin(&mut env.stdin).read_whole(MAX_FILE)?;
        Ok((Pair::at("(stdin)".into()), Zeroizing::new(text)))
    }

    /// Reads a key that will be written in place of everything in its file, or to standard output.
    fn open_to_change(args: &mut Args, env: &mut Env<'_>, question: &str) -> Result<Self, Error> {
        let existing = Self::open(args, env, question)?;
        let (why, hint) = match existing.opened.surroundings {
            Surroundings::Nothing => {
                if !existing.is_stdin && has_other_names(existing.pair.private()) {
                    env.messages.note("the file has another name (a hard link), under which the old one stays");
                }
                return Ok(existing);
            }
            Surroundings::Text if existing.is_stdin => return Ok(existing),
            Surroundings::Text => (
                "the file holds more than this key, which would be lost",
                "`(umask 077; keygen -p -f - < FILE > NEW)` writes the key to a file of its own",
            ),
            Surroundings::PrivateKey if existing.is_stdin => (
                "there are several private keys, and it is not clear which one to use",
                "give the lines of one, from its first line to its last",
            ),
            Surroundings::PrivateKey => (
                "there is another private key, which would be lost",
                "copy each key, from its first line to its last, into a file of its own",
            ),
        };
        Err(Error::failure(why).hint(hint).at(Place::file(existing.pair.private())))
    }

    fn public(&self) -> &PublicKey<'static> {
        &self.opened.key.public
    }
}

/// Whether a file has more names than this one: a new file takes the place of this name alone.
#[cfg(unix)]
fn has_other_names(file: &Path) -> bool {
    fs::metadata(file).is_ok_and(|file| std::os::unix::fs::MetadataExt::nlink(&file) > 1)
}

/// Rust's standard library counts the names of a file on Unix only.
#[cfg(not(unix))]
const fn has_other_names(_: &Path) -> bool {
    false
}

/// `-y`: prints the public line of a private key.
pub(crate) fn print_public(mut args: Args, env: &mut Env<'_>) -> Result<ExitStatus, Error> {
    let existing = Existing::open(&mut args, env, "Enter passphrase: ")?;
    if !args.quiet && existing.opened.surroundings == Surroundings::PrivateKey {
        env.messages.note("there is more than one private key; this is the public half of the first");
    }
    env.print(public_line::write(existing.public(), &existing.opened.comment))?;
    Ok(ExitStatus::Yes)
}

/// `-p`: writes the private key again, with another passphrase or in another format. As with ssh-keygen, the format is
/// OpenSSH's own unless `-m` names another. A key from standard input goes to standard output.
pub(crate) fn change_passphrase(mut args: Args, env: &mut Env<'_>) -> Result<ExitStatus, Error> {
    let new = Passphrase::replacement(&mut args)?;
    let format = args.format.unwrap_or_default();
    new.check(format)?;
    let hardening = Hardening::of(format, args.rounds, args.cipher.as_deref())?;
    let existing = Existing::open_to_change(&mut args, env, "Enter old passphrase: ")?;
    let key_type = existing.opened.key_type;
    format.holds(key_type).map_err(|error| match key_type {
        Type::Ed25519 => {
            error.hint("omit -m PEM, or use -m PKCS8, which OpenSSL and ssh of OpenSSH 9.6 and later read")
        }
        _ => error.hint("leave out -m"),
    })?;
    let comment = &existing.opened.comment;
    if !args.quiet && !existing.is_stdin && !comment.is_empty() {
        env.print(format!("Key has comment '{}'\n", escape::text(comment.as_bytes())))?;
    }
    let passphrase = new.obtain(env, format, &NEW)?;
    let private = format.write(&existing.opened.key, comment, &passphrase, hardening)?;
    if existing.is_stdin {
        return making::print_private(&private, env).map(|()| ExitStatus::Yes);
    }
    let faults = existing.opened.faults.join(", ");
    existing.pair.replace_private(&private)?;
    if !args.quiet && !faults.is_empty() {
        env.print(format!("Repaired in the file: {faults}.\n"))?;
    }
    if !args.quiet {
        env.print("Your identification has been saved with the new passphrase.\n")?;
        // A repaired key is meant for ssh.
        if args.format.is_none() && !existing.opened.is_openssh && faults.is_empty() {
            env.messages.note("the file is now in OpenSSH format; -m names another: PEM, PKCS8 or PPK");
        }
    }
    Ok(ExitStatus::Yes)
}

/// `-c`: changes the comment in both files. A PPK file stays one. Formats other than these two have no comment, so the
/// private key is then written in OpenSSH format.
pub(crate) fn change_comment(mut args: Args, env: &mut Env<'_>) -> Result<ExitStatus, Error> {
    let existing = Existing::open_to_change(&mut args, env, "Enter passphrase: ")?;
    let form = existing.opened.format_with_comment;
    let hardening = Hardening::of(form, args.rounds, args.cipher.as_deref())?;
    let old = &existing.opened.comment;
    if !args.quiet {
        env.print(match old.is_empty() {
            true => "No existing comment\n".to_owned(),
            false => format!("Old comment: {}\n", escape::text(old.as_bytes())),
        })?;
    }
    let comment = match args.comment {
        Some(comment) => comment,
        None => prompts::comment(env)?,
    };
    let private = form.write(&existing.opened.key, &comment, &existing.passphrase, hardening)?;
    refuse_other_keys(&existing)?;
    existing.pair.place(&private, public_line::write(existing.public(), &comment).as_bytes(), Replace::BOTH)?;
    if !args.quiet {
        env.print(format!("Comment '{}' applied\n", escape::text(comment.as_bytes())))?;
        if form == Format::OpenSsh && !existing.opened.is_openssh {
            env.messages.note(
                "the file is now in OpenSSH format, which has a comment; keygen -p -m PEM or -m PKCS8 makes the other format again",
            );
        }
    }
    Ok(ExitStatus::Yes)
}

/// Refuses to overwrite FILE.pub if it holds another key.
fn refuse_other_keys(existing: &Existing) -> Result<(), Error> {
    let file = existing.pair.public();
    let own = public_line::write(existing.public(), "");
    let is_other = |line: &str| line.contains(" AAAA") && !line.contains(own.trim_end());
    match fs::read(file) {
        Ok(text) if String::from_utf8_lossy(&text).lines().any(is_other) => {
            Err(Error::failure("holds another key, which would be lost")
                .hint("move the other key into a file of its own first")
                .at(Place::file(file)))
        }
        _ => Ok(()),
    }
}

/// Changes only the mode of a file, where it cannot be replaced by a new file.
#[cfg(unix)]
fn allow_owner_alone(file: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(file, fs::Permissions::from_mode(fs::metadata(file)?.permissions().mode() & 0o700))
}

/// On other systems, access does not depend on a mode.
#[cfg(not(unix))]
fn allow_owner_alone(_file: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// `--fix-permissions`: replaces the file by a new one with the same bytes that only its owner can read.
pub(crate) fn fix_permissions(mut args: Args, env: &mut Env<'_>) -> Result<ExitStatus, Error> {
    let file = prompts::existing_file(env, args.file.take())?;
    let place = Place::file(&file);
    args.file = Some(file.into());
    let (pair, text) = Existing::read(&mut args, env)?;
    // UTF-16 has zero bytes between the characters.
    let mut characters = Zeroizing::new(Vec::with_capacity(text.len()));
    characters.extend(text.iter().filter(|byte| **byte != 0));
    if !escape::names_a_private_key(&characters) {
        return Err(Error::failure("not a private key (OpenSSH, PEM, PKCS#8, PPK)").at(place));
    }
    pair.replace_private(&text).or_else(|error| allow_owner_alone(pair.private()).map_err(|_| error))?;
    if !args.quiet {
        env.print(format!("Only its owner can read {place} now.\n"))?;
    }
    Ok(ExitStatus::Yes)
}
