//! The command line: the option table, and what was said. What it means is in [`crate::config`].

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use common::cli::{Example, Opt, Options, Tool, Value, Values, Word};
use common::error::Error;
use common::escape;

use crate::checks::{MOST_FACTOR, Settings};
use crate::finding::Check;
use crate::policy::accepted::Policy;
use crate::policy::policies;
use crate::registry;

/// keycheck's options.
#[derive(Clone, Copy, Debug)]
pub enum Flag {
    /// `--for`
    For,
    /// `--public-only`
    PublicOnly,
    /// `--strict`
    Strict,
    /// `--fix`
    Fix,
    /// `--pass`
    Pass,
    /// `--passphrase-file`
    PassphraseFile,
    /// `--blocklist`
    Blocklist,
    /// `--fermat-rounds`
    FermatRounds,
    /// `--factors-to`
    FactorsTo,
    /// `--skip`
    Skip,
    /// `--emit-product`
    EmitProduct,
    /// `--against`
    Against,
    /// `--explain`
    Explain,
    /// `--json`
    Json,
    /// `-q`
    Quiet,
}

/// The option table.
static TOOL: Tool<Flag> = Tool {
    name: "keycheck",
    summary: "say whether an SSH key is acceptable to Azure and safe",
    synopsis: &[
        "[--for NAME,...] [--public-only] [--strict] [--fix] [--pass] [--passphrase-file FILE] [--blocklist FILE] \
         [--fermat-rounds N] [--factors-to N] [--skip CHECK,...] [--emit-product FILE] [--against FILE ...] [--json] \
         [-q] [FILE ...]",
        "--explain CHECK",
    ],
    description: &[
        "Judges each key by Azure's rules: SSH-2 RSA of at least 2048 bits and Ed25519 pass; ECDSA, DSA, security keys \
         and certificates do not. Without a FILE, or for `-`, standard input is read. Keys are recognised in every \
         form that pubfp(1) reads. `--for` names other consumers with a rule of their own.",
        "Prints one line a key: its place, the verdict `ok` or `fail`, its type, its size in bits, its fingerprint and \
         its comment; then each finding on a line of its own, with its severity and the name of the check. An `error` \
         makes the key fail, a `warning` does so with `--strict`.",
        "What only keycheck would read is told with the name of whoever would stumble: carriage returns, a byte order \
         mark, UTF-16, base64 over several lines, a missing or false type, options, RFC 4716, PEM and more. `--fix` \
         prints the same key as the one line that everybody takes: type, base64, comment, without control characters. \
         Of a private key it prints the public half. What stood before the key is lost, such as options, and so is a \
         comment that is more than a few plain words. A key that fails for any other reason is not printed, and the \
         exit status is 1; nor is a private one with `--public-only`.",
        "`--public-only` is the gate before an upload: the whole file is to leave, and passes only if it holds \
         nothing but public keys and plain words. There are more ways to write a private key than any list can hold, \
         so that what may leave is bounded instead. Each key stands on one line of type, base64 and comment, perhaps \
         behind options of sshd, or in one block of RFC 4716. All text around it (comment, options, headers) is \
         printable, at most 256 bytes long with at most 42 letters and digits in a row, does not call itself a \
         private key, and tells at most 200 bits, where the smallest private key has 256: words that stand in \
         comments tell little, digits and other letters what they can. user@host, a date, a GUID or the number of an \
         account pass; the SHA-256 fingerprint of a key has the size of a private key, and does not. Options count \
         too, so that a long `command=` does not pass. Lines of comment must be such words too; JSON, quotes and \
         other text do not pass. What the numbers of the public key itself hold, no program can tell.",
        "What `--pass` and `--fix` print is held to the same bound, as it is printed. In a file of many keys, and in \
         all that is printed, what no word explains in all texts together may tell 200 bits, and 40 more for each \
         further key: a private key that was cut into pieces for the comments of many is held back. A comment that is \
         more than plain words is not shown in the report either.",
        "`--pass` copies through, byte for byte, the lines whose key passes: a filter for lists of keys. Lines without a \
         key and private keys do not pass. With `--fix` and `--pass` the keys go to standard output and the report, \
         JSON or not, to standard error; RSA keys and all that follow wait until the end of the input, since a prime \
         that two of them share shows only then (`--skip rsa-shared-prime`).",
        "A private key is judged as a key and for its protection: its file's mode (on Windows its access list: who but \
         the owner, the system and the administrators may read or write it), a missing passphrase, one that is quickly guessed, the public file beside it, and whether its \
         numbers agree. The passphrase is asked for on the terminal or by SSH_ASKPASS, as pubfp(1) does, where the \
         public half cannot be read without it. The numbers of other encrypted keys are looked at only with \
         `--passphrase-file`. The work of opening all keys of a run is bounded by one minute of one core; keys beyond \
         it are reported as not opened.",
        "Besides Azure's rules it looks for keys whose private half is public or can be computed: published keys, \
         ROCA, close primes, small factors, prime moduli and powers, small private exponents, patterns, primes that \
         two of the given keys share, exponents and points that no program makes. `--explain` says of each check what \
         it is, why it matters, what to do, and where it was published.",
        "What concerns several keys shows when all are there. A prime in common is told after the last key, for each \
         key that has it: the verdict once more, now `fail`, which takes the place of the one before, and the other \
         key's place. Whoever acts on a list of keys waits for its end and the exit status. A `note` never makes a key \
         fail.",
        "For shared primes all moduli are kept in memory: 18 KiB a modulus of 2048 bits at the most, of what is free \
         half. If that does not suffice, it is said what would, with exit status 2; all else is reported. Other checks \
         need no more memory for many keys than for few, but for 75 bytes a key for duplicates.",
        "More keys than that are split over many runs or machines. With `--emit-product` each run leaves a file with the \
         product of its moduli and with whose they are: some 560 bytes a key of 2048 bits, written whole or not at all, \
         even if keycheck is interrupted. With `--against` keys are compared with those of such files too, and each finding names both places. A FILE \
         may then be a product as well, and stands for its keys: they were judged, and compared with each other, when it \
         was made, so that only what they share with others is told. All pairs of k products are so many runs that \
         know nothing of each other. A key that stands in the other product itself is a duplicate, no shared prime. \
         Comparing needs 8 times the other product's length more memory. A damaged product is refused with exit status \
         2, and what the others tell is told. Pages in examples/ do this with Spark and GNU parallel.",
    ],
    operands: Values::File,
    options: &[
        Opt {
            flag: Flag::For,
            short: None,
            long: "for",
            value: Some(Value { name: "NAME,...", values: Values::OneOf(&policies::NAMES) }),
            help: "judge by the rules of these consumers, all of which must take the key: azure (the default), openssh, \
                   github, aws, gcp, fips186-5",
        },
        Opt {
            flag: Flag::PublicOnly,
            short: None,
            long: "public-only",
            value: None,
            help: "fail for all but public keys with plain words: the gate before an upload",
        },
        Opt { flag: Flag::Strict, short: None, long: "strict", value: None, help: "fail for warnings too" },
        Opt {
            flag: Flag::Fix,
            short: None,
            long: "fix",
            value: None,
            help: "print each key that passes as one clean line; the report goes to standard error",
        },
        Opt {
            flag: Flag::Pass,
            short: None,
            long: "pass",
            value: None,
            help: "copy through the lines whose key passes; the report goes to standard error",
        },
        Opt {
            flag: Flag::PassphraseFile,
            short: None,
            long: "passphrase-file",
            value: Some(Value { name: "FILE", values: Values::File }),
            help: "the passphrase of encrypted keys is the first line of FILE, or of standard input for -",
        },
        Opt {
            flag: Flag::Blocklist,
            short: None,
            long: "blocklist",
            value: Some(Value { name: "FILE", values: Values::File }),
            help: "fail for keys of this list, in badkeys' format; it is searched where it lies",
        },
        Opt {
            flag: Flag::FermatRounds,
            short: None,
            long: "fermat-rounds",
            value: Some(Value { name: "N", values: Values::Any }),
            help: "look for close primes in so many rounds of Fermat's method (default 10000)",
        },
        Opt {
            flag: Flag::FactorsTo,
            short: None,
            long: "factors-to",
            value: Some(Value { name: "N", values: Values::Any }),
            help: "look for prime factors up to N (default and most 1000000)",
        },
        Opt {
            flag: Flag::Skip,
            short: None,
            long: "skip",
            value: Some(Value { name: "CHECK,...", values: Values::OneOf(&registry::NAMES) }),
            help: "leave out these checks; rsa-prime-modulus is the one that takes longest",
        },
        Opt {
            flag: Flag::EmitProduct,
            short: None,
            long: "emit-product",
            value: Some(Value { name: "FILE", values: Values::File }),
            help: "write the product of the RSA moduli and whose they are, for --against elsewhere",
        },
        Opt {
            flag: Flag::Against,
            short: None,
            long: "against",
            value: Some(Value { name: "FILE", values: Values::Files }),
            help: "look for shared primes with the keys of this product, too; may be given many times",
        },
        Opt {
            flag: Flag::Explain,
            short: None,
            long: "explain",
            value: Some(Value { name: "CHECK", values: Values::OneOf(&registry::NAMES) }),
            help: "say what a check is, why it matters, what to do, and its source",
        },
        Opt { flag: Flag::Json, short: None, long: "json", value: None, help: "print JSON Lines, one object a key" },
        Opt { flag: Flag::Quiet, short: Some('q'), long: "quiet", value: None, help: "print only keys that fail" },
    ],
    foreign: &[],
    exit_status: [
        "every key passes",
        "a key fails, or some line or file holds no key; this status wins over 2",
        "wrong usage, an unreadable file, or the output could not be written",
    ],
    json: &[
        ("file, line, form, type, bits, fingerprint, comment", "as in pubfp(1)"),
        ("verdict", "`ok`, `fail`, or with `--fix` `fixed` for a key that passes as it was printed"),
        (
            "findings",
            "an array of objects with `check` (the check's name), `severity` (`error`, `warning` or `note`) and \
             `message`; where it concerns other keys, `with` is an array of their `file`, `line` and `fingerprint`",
        ),
        (
            "late",
            "`true` in a second object for a key: what turned out when all keys were there; its verdict takes the place \
             of the first",
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
        Example {
            purpose: "A key from PuTTYgen, as everybody takes it:",
            commands: "ssh-keygen -e -f id_rsa.pub | keycheck --fix",
            prints: "(stdin):1: fixed: ssh-rsa 2048 SHA256:[..]\n\
                     (stdin):1: error: rfc-4716: the key is in RFC 4716's form; Azure refuses it (keyData is invalid), \
                     azure-cli crashes on it, sshd does not read it\n\
                     ssh-rsa [..]\n",
        },
        Example {
            purpose: "The lines of a list that may stay:",
            commands: "keycheck -q --pass < authorized_keys > clean",
            prints: "(stdin):2: fail: ecdsa-sha2-nistp256 256 SHA256:[..] old@laptop\n\
                     (stdin):2: error: type-refused: Azure takes no ECDSA keys; it takes RSA of 2048 bits or more and Ed25519\n",
        },
    ],
    see_also: &["keygen(1)", "pubfp(1)", "hostfp(1)"],
};

/// What the command line said.
#[derive(Debug, Default)]
pub struct Args {
    /// `--for`
    pub policies: Vec<&'static Policy>,
    /// `--public-only`
    pub public_only: bool,
    /// `--strict`
    pub strict: bool,
    /// `--fix`
    pub fix: bool,
    /// `--pass`
    pub pass: bool,
    /// `--passphrase-file`
    pub passphrase_file: Option<OsString>,
    /// `--blocklist`
    pub blocklist: Option<PathBuf>,
    /// `--fermat-rounds`, `--factors-to`, `--skip`
    pub settings: Settings,
    /// `--emit-product`
    pub emit_product: Option<PathBuf>,
    /// `--against`
    pub against: Vec<PathBuf>,
    /// `--explain`
    pub explain: Option<&'static Check>,
    /// `--json`
    pub json: bool,
    /// `-q`
    pub quiet: bool,
    /// FILE
    pub operands: Vec<OsString>,
}

impl Options for Args {
    type Flag = Flag;
    const TOOL: &'static Tool<Flag> = &TOOL;

    fn accept(&mut self, word: Word<Flag>) -> Result<(), Error> {
        match word {
            Word::Option(flag, value) => match flag {
                Flag::For => self.policies = list(&value, policy)?,
                Flag::Fix => self.fix = true,
                Flag::Pass => self.pass = true,
                Flag::PassphraseFile => self.passphrase_file = Some(value),
                Flag::PublicOnly => self.public_only = true,
                Flag::Strict => self.strict = true,
                Flag::Blocklist => self.blocklist = Some(value.into()),
                Flag::FermatRounds => self.settings.fermat_rounds = rounds(&value)?,
                Flag::FactorsTo => self.settings.factors_to = factors_to(&value)?,
                Flag::Skip => self.settings.skipped = list(&value, check)?,
                Flag::EmitProduct => self.emit_product = Some(value.into()),
                Flag::Against => self.against.push(value.into()),
                Flag::Explain => self.explain = Some(check(&value.to_string_lossy())?),
                Flag::Json => self.json = true,
                Flag::Quiet => self.quiet = true,
            },
            Word::Operand(operand) => self.operands.push(operand),
        }
        Ok(())
    }

    fn lacks_input(&self) -> bool {
        self.operands.is_empty() && self.explain.is_none()
    }
}

/// The values of a list with commas.
fn list<T>(value: &OsStr, value_of: fn(&str) -> Result<T, Error>) -> Result<Vec<T>, Error> {
    value.to_string_lossy().split(',').map(value_of).collect()
}

fn policy(name: &str) -> Result<&'static Policy, Error> {
    policies::of_name(name).ok_or_else(|| {
        Error::failure(format!("there is no rule for '{}'", escape::text(name.as_bytes())))
            .hint(format!("one of {}", policies::NAMES.join(", ")))
    })
}

fn rounds(value: &OsStr) -> Result<u64, Error> {
    value
        .to_str()
        .and_then(|text| text.parse().ok())
        .ok_or_else(|| Error::failure(format!("'{}' is no number of rounds", escape::text(value.as_encoded_bytes()))))
}

fn factors_to(value: &OsStr) -> Result<u32, Error> {
    let number = value.to_str().and_then(|text| text.parse().ok()).filter(|number| *number <= MOST_FACTOR);
    number.ok_or_else(|| {
        Error::failure(format!("'{}' is no number up to {}", escape::text(value.as_encoded_bytes()), MOST_FACTOR))
    })
}

fn check(name: &str) -> Result<&'static Check, Error> {
    registry::of_name(name).ok_or_else(|| {
        Error::failure(format!("there is no check '{}'", escape::text(name.as_bytes())))
            .hint(format!("one of {}", registry::NAMES.join(", ")))
    })
}
