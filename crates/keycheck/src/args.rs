//! What keycheck takes.

use std::ffi::OsString;

use common::cli::{Example, Opt, Options, Tool, Word};
use common::error::Error;

/// keycheck's options.
#[derive(Clone, Copy, Debug)]
pub enum Flag {
    /// `--public-only`
    PublicOnly,
    /// `--strict`
    Strict,
    /// `--json`
    Json,
    /// `-q`
    Quiet,
}

/// The option table.
static TOOL: Tool<Flag> = Tool {
    name: "keycheck",
    summary: "say whether an SSH key is acceptable to Azure",
    synopsis: &["[--public-only] [--strict] [--json] [-q] [FILE ...]"],
    description: &[
        "Judges each key by Azure's rules: SSH-2 RSA of at least 2048 bits and Ed25519 pass; ECDSA, DSA, security keys \
         and certificates do not. Without a FILE, or for `-`, standard input is read. Keys are recognised in every \
         form that pubfp(1) reads.",
        "Prints one line a key: its place, the verdict `ok` or `fail`, its type, its size in bits, its fingerprint and \
         its comment; then each finding on a line of its own, with its severity and the name of the check. An `error` \
         makes the key fail, a `warning` does so with `--strict`.",
        "The checks: `rsa-too-short`, an RSA key below the smallest size; `type-refused`, a type that is not taken; \
         `private-key`, a private key where only public ones may pass (with `--public-only`); `unencrypted`, a private \
         key without a passphrase (a warning).",
    ],
    options: &[
        Opt {
            flag: Flag::PublicOnly,
            short: None,
            long: "public-only",
            value: None,
            help: "fail for private keys: the gate before an upload",
        },
        Opt { flag: Flag::Strict, short: None, long: "strict", value: None, help: "fail for warnings too" },
        Opt { flag: Flag::Json, short: None, long: "json", value: None, help: "print JSON Lines, one object a key" },
        Opt { flag: Flag::Quiet, short: Some('q'), long: "quiet", value: None, help: "print only keys that fail" },
    ],
    exit_status: [
        "every key passes",
        "a key fails, or some line or file holds no key",
        "wrong usage, an unreadable file, or the output could not be written",
    ],
    json: &[
        ("file, line, form, type, bits, fingerprint, comment", "as in pubfp(1)"),
        ("verdict", "`ok` or `fail`"),
        (
            "findings",
            "an array of objects with `check` (the check's name), `severity` (`error` or `warning`) and `message`",
        ),
        ("error", "instead of the key's fields and findings, why a line or file holds no key"),
    ],
    files: &[],
    examples: &[
        Example {
            purpose: "Before an upload, so that no private key leaves by mistake:",
            commands: "keycheck --public-only id_rsa.pub",
            prints: "id_rsa.pub:1: ok: ssh-rsa 2048 SHA256:[..] me@laptop\n",
        },
        Example {
            purpose: "Only the keys that Azure would refuse:",
            commands: "keycheck -q < authorized_keys",
            prints: "(stdin):2: fail: ecdsa-sha2-nistp256 256 SHA256:[..] old@laptop\n\
                     (stdin):2: error: type-refused: Azure takes no ECDSA keys; it takes RSA of 2048 bits or more and Ed25519\n",
        },
    ],
    see_also: &["keygen(1)", "pubfp(1)", "hostfp(1)"],
};

/// What the command line said.
#[derive(Debug, Default)]
pub struct Args {
    /// Private keys fail.
    pub public_only: bool,
    /// Warnings fail.
    pub strict: bool,
    /// JSON Lines instead of text.
    pub json: bool,
    /// Only keys that fail are printed.
    pub quiet: bool,
    /// The files to read.
    pub operands: Vec<OsString>,
}

impl Options for Args {
    type Flag = Flag;
    const TOOL: &'static Tool<Flag> = &TOOL;

    fn accept(&mut self, word: Word<Flag>) -> Result<(), Error> {
        match word {
            Word::Option(flag, _) => match flag {
                Flag::PublicOnly => self.public_only = true,
                Flag::Strict => self.strict = true,
                Flag::Json => self.json = true,
                Flag::Quiet => self.quiet = true,
            },
            Word::Operand(operand) => self.operands.push(operand),
        }
        Ok(())
    }

    fn lacks_input(&self) -> bool {
        self.operands.is_empty()
    }
}
