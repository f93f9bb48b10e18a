//! keygen's command line.

use std::ffi::{OsStr, OsString};

use common::cli::table::ASKPASS;
use common::cli::{Example, Opt, Options, Tool, Value, Values, Word};
use common::error::Error;
use common::escape;
use common::secret::Secret;

use crate::formats::{Format, Hardening};
use crate::generate::Type;
use crate::object::PairObject;
use crate::prompts::one_line;

/// keygen's options.
#[derive(Clone, Copy, Debug)]
pub enum Flag {
    /// `-t`
    Type,
    /// `-b`
    Bits,
    /// `-m`
    Format,
    /// `-a`
    Rounds,
    /// `-Z`
    Cipher,
    /// `-f`
    File,
    /// `-C`
    Comment,
    /// `-N`
    NewPassphrase,
    /// `--no-passphrase`
    NoPassphrase,
    /// `-P`
    OldPassphrase,
    /// `--passphrase-file`
    PassphraseFile,
    /// `--new-passphrase-file`
    NewPassphraseFile,
    /// `-y`
    PrintPublic,
    /// `-p`
    ChangePassphrase,
    /// `-c`
    ChangeComment,
    /// `-e`
    Export,
    /// `-i`
    Import,
    /// `--fix-permissions`
    FixPermissions,
    /// `--force`
    Force,
    /// `--json`
    Json,
    /// `-q`
    Quiet,
}

/// The option table.
static TOOL: Tool<Flag> = Tool {
    name: "keygen",
    summary: "make an SSH key pair for Linux VMs",
    synopsis: &[
        "[-q] [-t TYPE] [-b BITS] [-m FORMAT] [-f FILE] [-C COMMENT] [-N PASSPHRASE | --no-passphrase] [OPTION ...]",
        "-y | -p | -c | -e | -i | --fix-permissions [-f FILE] [OPTION ...]",
    ],
    description: &[
        "# New keys",
        "Makes a key pair: the private key in FILE, readable only by its owner, and the public key, as one line, in \
         FILE.pub. Options and prompts are those of ssh-keygen(1): keygen asks for what is not given, the file on the \
         terminal or standard input, the passphrase without echo. SSH_ASKPASS and SSH_ASKPASS_REQUIRE work as in \
         ssh(1); without a terminal the passphrase is read as two lines of standard input.",
        "The default is an Ed25519 key in OpenSSH format; `-t rsa` makes an RSA key of 3072 bits. RSA keys below 2048 \
         bits are refused, since Azure does not accept them. For an ECDSA key, which Azure does not accept either, \
         keygen prints a warning.",
        "`-m PEM` writes `RSA PRIVATE KEY` or `EC PRIVATE KEY`. With a passphrase it is encrypted as older programs \
         expect; that protection is weak by today's standards. `-m PKCS8` and `-m PPK` protect the passphrase with \
         scrypt and Argon2; `-m PPK2` is for PuTTY before 0.75.",
        "Both files are written under other names and moved into place together; a failure or Ctrl-C leaves the \
         previous files. Meanwhile the folder is locked (flock(2)); if another program has locked it, keygen gives up \
         after 5 seconds. An existing file is replaced only after you answer yes, or with --force. `-f -` writes the \
         private key to standard output and nothing to disk.",
        "# Existing keys",
        "`-y`, `-p` and `-c` work on an existing key, in any format that pubfp(1) reads. `-y` prints its public half. \
         `-p` changes its passphrase, and writes it in OpenSSH format unless -m selects another. With `-f -` both read \
         the private key from standard input, and `-p` writes it to standard output: `(umask 077; keygen -p -f - < \
         FILE > NEW)` extracts a key from any text. `-c` changes its comment, and writes it in OpenSSH format; a PPK \
         file stays PPK. With `-p` and `-c` the file keeps its owner, and its mode without the permissions of others.",
        "`--fix-permissions` makes the file of a private key that was copied or downloaded readable only by its owner: \
         by its mode, on Windows by its access list. ssh refuses a key that others can read (UNPROTECTED PRIVATE KEY \
         FILE).",
        "# Differences from ssh-keygen",
        "- prompts go to standard error",
        "- a FILE.pub without FILE is overwritten only after a prompt",
        "- the end of standard input is not an empty passphrase",
        "- PEM with an Ed25519 key is refused; ssh-keygen before 9.6 writes another format",
        "- `-h` prints the help, `-V` the version",
        "- `-o` and `-v` are accepted and ignored",
        "For any other option of ssh-keygen, keygen names the command that does it.",
    ],
    operands: Values::Any,
    options: &[
        Opt {
            flag: Flag::Type,
            short: Some('t'),
            long: "type",
            value: Some(Value { name: "TYPE", values: Values::OneOf(Type::NAMES) }),
            help: "ed25519 (the default), rsa, ecdsa, or mldsa44-ed25519 (for OpenSSH 10.6 and later); Azure accepts the first two",
        },
        Opt {
            flag: Flag::Bits,
            short: Some('b'),
            long: "bits",
            value: Some(Value { name: "BITS", values: Values::Any }),
            help: "the size of an RSA key, 2048 to 16384 (3072 is the default), or of an ECDSA key, 256, 384 or 521",
        },
        Opt {
            flag: Flag::Format,
            short: Some('m'),
            long: "format",
            value: Some(Value { name: "FORMAT", values: Values::OneOf(Format::NAMES) }),
            help: "the private key's format: OpenSSH (the default, and the only one for mldsa44-ed25519), PEM (not for \
                   Ed25519), PKCS8, PPK or PPK2 (PuTTY); with -e RFC4716 (the default), PKCS8 or PEM",
        },
        Opt {
            flag: Flag::File,
            short: Some('f'),
            long: "file",
            value: Some(Value { name: "FILE", values: Values::File }),
            help: "the file of the private key; the public key's is FILE.pub",
        },
        Opt {
            flag: Flag::Comment,
            short: Some('C'),
            long: "comment",
            value: Some(Value { name: "COMMENT", values: Values::Any }),
            help: "the comment (default user@host)",
        },
        Opt {
            flag: Flag::Force,
            short: None,
            long: "force",
            value: None,
            help: "replace existing files without asking",
        },
        Opt {
            flag: Flag::NewPassphrase,
            short: Some('N'),
            long: "new-passphrase",
            value: Some(Value { name: "PASSPHRASE", values: Values::Passphrase(NONE_FOR_NEW) }),
            help: "the new passphrase, which other users can see in the list of processes",
        },
        Opt {
            flag: Flag::NoPassphrase,
            short: None,
            long: "no-passphrase",
            value: None,
            help: "no passphrase, and no prompt; the same as -N '', which some shells do not pass on",
        },
        Opt {
            flag: Flag::OldPassphrase,
            short: Some('P'),
            long: "passphrase",
            value: Some(Value { name: "PASSPHRASE", values: Values::Passphrase(NONE_FOR_OLD) }),
            help: "the passphrase of the key that is read or made; as visible as that of -N",
        },
        Opt {
            flag: Flag::PassphraseFile,
            short: None,
            long: "passphrase-file",
            value: Some(Value { name: "FILE", values: Values::File }),
            help: "take the passphrase of the key that is read or made from the first line of FILE; - is standard input",
        },
        Opt {
            flag: Flag::NewPassphraseFile,
            short: None,
            long: "new-passphrase-file",
            value: Some(Value { name: "FILE", values: Values::File }),
            help: "take the new passphrase from the first line of FILE",
        },
        Opt {
            flag: Flag::Rounds,
            short: Some('a'),
            long: "rounds",
            value: Some(Value { name: "ROUNDS", values: Values::Any }),
            help: "the number of bcrypt rounds for the passphrase in OpenSSH format (default 16)",
        },
        Opt {
            flag: Flag::Cipher,
            short: Some('Z'),
            long: "cipher",
            value: Some(Value { name: "CIPHER", values: Values::OneOf(Hardening::CIPHER_NAMES) }),
            help: "the cipher in OpenSSH format (default aes256-ctr)",
        },
        Opt {
            flag: Flag::PrintPublic,
            short: Some('y'),
            long: "print-public",
            value: None,
            help: "print the public key of the private key in FILE",
        },
        Opt {
            flag: Flag::ChangePassphrase,
            short: Some('p'),
            long: "change-passphrase",
            value: None,
            help: "change the passphrase, and with -m the format, of the private key in FILE",
        },
        Opt {
            flag: Flag::ChangeComment,
            short: Some('c'),
            long: "change-comment",
            value: None,
            help: "change the comment of the private key in FILE, and write FILE.pub again",
        },
        Opt {
            flag: Flag::Export,
            short: Some('e'),
            long: "export",
            value: None,
            help: "print the public key of FILE as RFC4716, or as -m PKCS8 or PEM",
        },
        Opt {
            flag: Flag::Import,
            short: Some('i'),
            long: "import",
            value: None,
            help: "print the public key in FILE, which may be in any format, in OpenSSH format",
        },
        Opt {
            flag: Flag::FixPermissions,
            short: None,
            long: "fix-permissions",
            value: None,
            help: "make the private key in FILE readable only by its owner; ssh refuses one that others can read",
        },
        Opt {
            flag: Flag::Json,
            short: None,
            long: "json",
            value: None,
            help: "print one line of JSON instead of text",
        },
        Opt { flag: Flag::Quiet, short: Some('q'), long: "quiet", value: None, help: "print problems only" },
    ],
    groups: &[
        ("Create a key", "type"),
        ("Passphrase", "new-passphrase"),
        ("Existing keys", "print-public"),
        ("Output", "json"),
    ],
    renamed: &[],
    foreign: &crate::foreign_options::FOREIGN,
    exit_status: [
        "the key pair was written; or the operation on a key succeeded",
        "a file exists and the answer was not yes; nothing was changed",
        "wrong usage, or the pair could not be made, written or reported",
    ],
    json: &[&PairObject::JSON],
    files: &[
        (
            "~/.ssh/id_ed25519, ~/.ssh/id_rsa, ~/.ssh/id_ecdsa, ~/.ssh/id_mldsa44_ed25519",
            "the default files of the private key; the folder is created with mode 0700",
        ),
        ("the same with .pub", "the public keys beside them"),
    ],
    environment: &ASKPASS,
    examples: &[
        Example {
            purpose: "The key of Microsoft's article, without questions:",
            commands: "keygen -q -m PEM -t rsa -b 2048 -f azure --no-passphrase\nkeycheck --public-only azure.pub",
            prints: "azure.pub:1: ok: ssh-rsa 2048 SHA256:[..]@[..]\n",
        },
        Example {
            purpose: "Set a passphrase from a file for a key that has none, and print its public key:",
            commands: "keygen -p -q -f id_rsa --new-passphrase-file secret\nkeygen -y -f id_rsa --passphrase-file secret",
            prints: "ssh-rsa AAAA[..] me@laptop\n",
        },
        Example {
            purpose: "A key that never touches the disk:",
            commands: "keygen -q -f - --no-passphrase | pubfp",
            prints: "256 SHA256:[..]@[..] (ED25519)\n",
        },
    ],
    see_also: &["keycheck(1)", "pubfp(1)", "hostfp(1)", "ssh-keygen(1)"],
};

/// The remedy for a new key without a passphrase.
const NONE_FOR_NEW: &str = "--no-passphrase makes a key without one";

/// The remedy for an old key without a passphrase; `-P` is accepted for new keys, too.
const NONE_FOR_OLD: &str = "leave out -P for a key that has none; --no-passphrase makes a new key without one";

/// A task other than making a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// `-y`
    PrintPublic,
    /// `-p`
    ChangePassphrase,
    /// `-c`
    ChangeComment,
    /// `-e`
    Export,
    /// `-i`
    Import,
    /// `--fix-permissions`
    FixPermissions,
}

/// The parsed command line.
#[derive(Default)]
pub struct Args {
    /// The type of key.
    pub key_type: Type,
    /// The size, if given.
    pub bits: Option<u32>,
    /// The key's format, if given.
    pub format: Option<Format>,
    /// The rounds of the key derivation, if given.
    pub rounds: Option<u32>,
    /// The cipher, if given.
    pub cipher: Option<OsString>,
    /// The private key's file.
    pub file: Option<OsString>,
    /// The comment.
    pub comment: Option<String>,
    /// The passphrase.
    pub passphrase: Option<Secret>,
    /// Use no passphrase.
    pub no_passphrase: bool,
    /// The passphrase of the existing key.
    pub old_passphrase: Option<Secret>,
    /// The file with that passphrase, or with that of a new key.
    pub passphrase_file: Option<OsString>,
    /// The file with the new passphrase of an existing key.
    pub new_passphrase_file: Option<OsString>,
    /// The tasks other than making a key.
    pub work: Vec<Work>,
    /// Replace existing files.
    pub force: bool,
    /// Print one object instead of text.
    pub json: bool,
    /// Print nothing on success.
    pub quiet: bool,
}

impl Options for Args {
    type Flag = Flag;
    const TOOL: &'static Tool<Flag> = &TOOL;

    fn accept(&mut self, word: Word<Flag>) -> Result<(), Error> {
        match word {
            Word::Option(flag, value) => match flag {
                Flag::Type => {
                    let (key_type, bits) = Type::of_option(&value)?;
                    self.key_type = key_type;
                    // A size given by -b takes precedence, in any position, as with ssh-keygen.
                    self.bits = self.bits.or(bits);
                }
                Flag::Bits => self.bits = Some(number(&value, "bits")?),
                Flag::Rounds => self.rounds = Some(number(&value, "rounds")?),
                Flag::Cipher => self.cipher = Some(value),
                Flag::Format => self.format = Some(Format::of_option(&value)?),
                Flag::File => self.file = Some(value),
                Flag::Comment => self.comment = Some(one_line(value.to_str().map(str::to_owned))?),
                Flag::NewPassphrase => self.passphrase = Some(Secret::new(value.into_encoded_bytes())),
                Flag::NoPassphrase => self.no_passphrase = true,
                Flag::OldPassphrase => self.old_passphrase = Some(Secret::new(value.into_encoded_bytes())),
                Flag::PassphraseFile => self.passphrase_file = Some(value),
                Flag::NewPassphraseFile => self.new_passphrase_file = Some(value),
                Flag::PrintPublic => self.work.push(Work::PrintPublic),
                Flag::ChangePassphrase => self.work.push(Work::ChangePassphrase),
                Flag::ChangeComment => self.work.push(Work::ChangeComment),
                Flag::Export => self.work.push(Work::Export),
                Flag::Import => self.work.push(Work::Import),
                Flag::FixPermissions => self.work.push(Work::FixPermissions),
                Flag::Force => self.force = true,
                Flag::Json => self.json = true,
                Flag::Quiet => self.quiet = true,
            },
            // It may be a part of the passphrase, which no message repeats.
            Word::Operand(_) if self.gives_passphrase() => {
                return Err(Error::failure("unexpected argument, perhaps a part of the passphrase")
                    .hint("quote a passphrase with spaces; -p takes no value: -N PASSPHRASE gives the new one, -f names the file"));
            }
            Word::Operand(operand) => {
                let shown = escape::quoted(operand.as_encoded_bytes());
                return Err(Error::failure(format!("unexpected argument {shown}"))
                    .hint("-f names the file; some shells lose an empty argument, such as that of -N ''"));
            }
        }
        Ok(())
    }
}

impl Args {
    /// Whether the command line gives a passphrase or a file with one.
    fn gives_passphrase(&self) -> bool {
        self.passphrase.is_some() || self.old_passphrase.is_some() || self.work.contains(&Work::ChangePassphrase)
    }
}

fn number(value: &OsStr, of: &str) -> Result<u32, Error> {
    value
        .to_str()
        .and_then(|value| value.parse().ok())
        .ok_or_else(|| Error::failure(format!("'{}' is not a number of {of}", escape::text(value.as_encoded_bytes()))))
}
