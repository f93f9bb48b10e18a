//! Parses the command line: the option table, and the arguments as given. [`crate::config`] validates them.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

use common::cli::table::{ASKPASS, Foreign};
use common::cli::{Example, Opt, Options, Tool, Value, Values, Word};
use common::error::Error;
use common::escape;

use crate::checks::{MOST_FACTOR, Settings};
use crate::finding::Check;
use crate::object::{
    CheckObject, DeferredObject, ErrorObject, FindingObject, OtherObject, SummaryObject, VerdictObject,
};
use crate::policy::accepted::Policy;
use crate::policy::policies;
use crate::registry;
use crate::similar;

/// keycheck's options.
#[derive(Clone, Copy, Debug)]
pub enum Flag {
    /// `--for`
    For,
    /// `--public-only`
    PublicOnly,
    /// `--strict`
    Strict,
    /// `--rewrite`
    Rewrite,
    /// `--filter`
    Filter,
    /// `--passphrase-file`
    PassphraseFile,
    /// `--blocklist`
    Blocklist,
    /// `--primes`
    Primes,
    /// `--fermat-rounds`
    FermatRounds,
    /// `--factors-to`
    FactorsTo,
    /// `--deep`
    Deep,
    /// `--skip`
    Skip,
    /// `--emit-product`
    EmitProduct,
    /// `--against`
    Against,
    /// `-r`
    Recursive,
    /// `--output`
    Output,
    /// `--explain`
    Explain,
    /// `--list-checks`
    ListChecks,
    /// `--json`
    Json,
    /// `--sarif`
    Sarif,
    /// `--github`
    Github,
    /// `-q`
    Quiet,
}

/// The option table.
static TOOL: Tool<Flag> = Tool {
    name: "keycheck",
    summary: "check whether Azure accepts an SSH key and whether it is safe",
    synopsis: &[
        "[--for NAME,...] [--public-only] [--json] [-qr] [OPTION ...] [FILE ...]",
        "--rewrite | --filter [--for NAME,...] [--output FILE] [OPTION ...] [FILE ...]",
        "--explain CHECK",
        "--list-checks [--json]",
    ],
    description: &[
        "Checks each key by Azure's rules: SSH-2 RSA keys of at least 2048 bits and Ed25519 keys pass; ECDSA, DSA, \
         security keys and certificates fail. Without a FILE, or if FILE is `-`, reads standard input. Reads keys in \
         every format that pubfp(1) reads. `--for` selects the rules of other services.",
        "Prints one line per key: its file and line, the verdict `ok` or `fail`, its type, its size in bits, its \
         fingerprint and its comment; then one line per finding, with its severity and the name of the check. An \
         `error` makes the key fail; a `warning` does so with `--strict`; a `note` never does.",
        "Reports text that keycheck reads but other programs do not, and names these programs: carriage returns, a \
         byte order mark, UTF-16, base64 over several lines, a missing or wrong type, options, RFC 4716, PEM and more.",
        "# Repairing keys",
        "`--rewrite` prints the key as one line that every service of `--for` reads: type, base64 and comment, without control \
         characters. For a private key it prints the public half. Options are kept if all of these \
         services read them (openssh, authorized-keys); otherwise they are dropped, which `-q` reports, too. Other text before the key \
         is dropped, and so is a comment that is more than a few plain words. A key that fails for any other reason is not \
         printed, and the exit status is 1. With `--public-only` a private key is not printed either.",
        "# The gate before an upload",
        "`--public-only` is the gate before an upload. The whole file passes only if it contains nothing but public \
         keys and plain words. There are more ways to write a private key than a list can hold, so keycheck limits \
         what may be given away:",
        "- each key is one line `[options] type base64 [comment]` with options of sshd(8), or one block of RFC 4716",
        "- all other text (comment, options, headers) is printable, has at most 256 bytes and at most 42 letters and \
         digits in a row, and does not contain the words that mark a private key's file",
        "- this text carries at most 200 bits of information; the smallest private key has 256",
        "- comment lines meet the same limits, or are keys that are commented out; JSON, quotes and other text do not \
         pass",
        "Words that are common in comments count little; digits and other letters count in full. user@host, a date, a \
         GUID or an account number pass; a SHA-256 fingerprint, which is as large as a private key, does not. Options \
         count as well: a long `command=` passes only if a well-known program wrote it. The integers of the public key \
         itself cannot be checked for hidden data. The exit status covers all of the input, even if the output is no \
         longer read.",
        "The output of `--filter` and `--rewrite` meets the same limits, in its final form. Text that is not made of \
         known words may carry 200 bits in all files of a run and in all output, or 40 bits for each key if that is \
         more; a copy of a key adds nothing. This blocks a private key that was cut into pieces for the comments of \
         many keys, or for several files. With `-r` the names of files and folders must be plain words, too. The \
         report does not show a comment that is more than plain words.",
        "`--filter` copies the lines of keys that pass, byte for byte. Lines without a key and private keys do not \
         pass. With `--rewrite` and `--filter` the keys go to standard output and the report, JSON or not, to standard \
         error. RSA keys, and all keys after the first RSA key, are written at the end of the input, when it is known \
         whether two of them share a prime. With `--skip rsa-shared-prime` they are written as they are read.",
        "# Servers, folders and several files",
        "`--for authorized-keys` audits the keys of a server. It checks a line as sshd(8) reads it: options and \
         certificate authorities are accepted. RSA keys of less than 2048 bits fail, though sshd accepts them.",
        "With `-r` keycheck reads all files below a folder, in the order of their names. Files without keys are \
         skipped, but a file that looks like a private key and cannot be read as one is reported. Lines without a key \
         are reported only in files that begin with a key. Symbolic links in a folder are not followed, and named \
         pipes and devices are not opened.",
        "A run over several files ends with totals on standard error, in lines that begin with `keycheck: total:`: the \
         number of keys that pass and fail, the number of keys with a finding of each check, the files with keys that \
         fail, and the keys that fail in more than one file. With `--json` the last object has the totals. With `-q` \
         there are no totals if every key passes.",
        "# Output",
        "`--output` writes standard output to a file, as UTF-8; PowerShell's > may write UTF-16. The file is replaced \
         when the output is complete, so it may be an input file. If part of the input could not be read, `--rewrite` \
         and `--filter` leave the file unchanged.",
        "`--sarif` prints one SARIF 2.1.0 document, in which the key's fingerprint identifies a finding when lines \
         move. `--github` prints workflow commands (`::error file=FILE,line=LINE,title=CHECK::MESSAGE`), which GitHub \
         Actions shows at the lines of a change: at most ten errors, ten warnings and ten notes per step. In both \
         formats, the check `no-key` reports text without a key.",
        "# Private keys",
        "For a private key, keycheck also checks its protection: the file's mode (on Windows its access list: who but \
         the owner, the system and the administrators may read or write it), a missing passphrase, a passphrase that \
         can be guessed quickly, the public file beside it, and whether its components are consistent. If the public \
         half cannot be read without the passphrase, keycheck asks for it on the terminal or with SSH_ASKPASS, as \
         pubfp(1) does. The components of other encrypted keys are checked only with `--passphrase-file`. Decrypting \
         all keys of a run may take one minute of one core; keys beyond that are reported as not opened.",
        "# Weak keys",
        "With any rules, keycheck also finds keys whose private half is public or can be computed:",
        "- published keys, and keys of known seeds",
        "- ROCA and its variants",
        "- primes that are close, differ by a power of two, have half of their bits in common, repeat a pattern, have \
         few one bits or come from a generator without a seed",
        "- small factors, prime moduli and powers, small private exponents and patterns",
        "- primes, moduli and divisors that two of the given keys share",
        "- exponents and points that no program generates",
        "`--explain` prints what a check finds, why it matters, what to do, and where it was published.",
        "These checks take about one millisecond of one core per RSA key of 2048 bits, and four on processors without \
         AVX-512. `--deep` adds slow checks:",
        "- six times as many guesses of primes with few one bits",
        "- Pollard's p - 1 method: 5 seconds per RSA key of 2048 bits, and 8 times as long for twice the bits (`--skip \
         rsa-smooth-prime` leaves it out)",
        "- more seeds of npm's keypair: half a second per key size",
        "- the comparison of more than 1000 moduli minus one: as long as the search for shared primes",
        "`--blocklist` adds lists of compromised keys, and `--primes` lists of primes; see FILES for their sources. \
         keycheck recognises the format of a list by its content. Debian's lists contain the ends of MD5 fingerprints, \
         so they find keys of all types. For up to 500 keys, badkeys' list is searched on disk. For more keys it is \
         read into memory, unless it has more than 512 MiB; a key then takes less than a microsecond. With a list of \
         primes, the time per key is proportional to the length of the list: 0.5 ms for primes2048.dat. A list that \
         cannot be read, or is damaged, is refused with exit status 2.",
        "# Shared primes and large collections",
        "Shared primes are reported after the last key: each key that has one gets a second verdict, `fail`, which \
         replaces the first, with the file and line of the other key. A program that uses the report must read all of \
         it, and the exit status.",
        "To find shared primes, keycheck keeps all moduli in memory: up to 9 KiB per modulus of 2048 bits, in at most \
         half of the free memory. If that is not enough, it reports how much it needs and exits with status 2; all \
         other findings are reported. For duplicates it keeps 75 bytes per key. Other checks use constant memory.",
        "Larger collections can be split over several runs or machines. With `--emit-product` a run writes a file with \
         the product of its moduli and the files and lines of their keys: about 560 bytes per key of 2048 bits, \
         written completely or not at all, even if keycheck is interrupted.",
        "With `--against`, keys are also compared with the keys of such a file, and each finding names both places. \
         FILE may then be a product, too, in place of its keys. They were checked, and compared with each other, when \
         the product was written, so only what they share with others is reported. Each pair of products is an \
         independent run. A key that is in both products is a duplicate, not a shared prime. The comparison needs \
         additional memory of 8 times the length of the other product. A damaged product is refused with exit status \
         2; the others are still compared. examples/spark and examples/parallel do this with Spark and GNU parallel.",
    ],
    operands: Values::File,
    options: &[
        Opt {
            flag: Flag::For,
            short: None,
            long: "for",
            value: Some(Value { name: "NAME,...", values: Values::OneOf(&policies::NAMES) }),
            help: "apply the rules of these services, all of which must accept the key: azure (the default), openssh, \
                   authorized-keys (an audit of a server), github, aws, gcp, fips186-5",
        },
        Opt {
            flag: Flag::PublicOnly,
            short: None,
            long: "public-only",
            value: None,
            help: "before an upload: reject private keys, and everything except public keys with plain words",
        },
        Opt { flag: Flag::Strict, short: None, long: "strict", value: None, help: "fail for warnings, too" },
        Opt {
            flag: Flag::Skip,
            short: None,
            long: "skip",
            value: Some(Value { name: "CHECK,...", values: Values::OneOf(&registry::NAMES) }),
            help: "leave out these checks, which --list-checks lists",
        },
        Opt {
            flag: Flag::Blocklist,
            short: None,
            long: "blocklist",
            value: Some(Value { name: "FILE", values: Values::Files }),
            help: "fail for keys in this list, badkeys' or one of Debian's; may be given several times",
        },
        Opt {
            flag: Flag::Primes,
            short: None,
            long: "primes",
            value: Some(Value { name: "FILE", values: Values::Files }),
            help: "fail for RSA keys with a prime of this list of badkeys; may be given several times",
        },
        Opt {
            flag: Flag::Recursive,
            short: Some('r'),
            long: "recursive",
            value: None,
            help: "check all files with keys below the named folders; symbolic links in them are not followed",
        },
        Opt {
            flag: Flag::PassphraseFile,
            short: None,
            long: "passphrase-file",
            value: Some(Value { name: "FILE", values: Values::File }),
            help: "read the passphrase of encrypted keys from the first line of FILE; - is standard input",
        },
        Opt {
            flag: Flag::Rewrite,
            short: None,
            long: "rewrite",
            value: None,
            help: "print each key that passes as one clean line that every service of --for reads; the report goes to standard error",
        },
        Opt {
            flag: Flag::Filter,
            short: None,
            long: "filter",
            value: None,
            help: "print the lines whose key passes, unchanged; the report goes to standard error",
        },
        Opt {
            flag: Flag::Explain,
            short: None,
            long: "explain",
            value: Some(Value { name: "CHECK", values: Values::OneOf(&registry::NAMES) }),
            help: "print what a check finds, why it matters, what to do, and its source",
        },
        Opt {
            flag: Flag::ListChecks,
            short: None,
            long: "list-checks",
            value: None,
            help: "list all checks with their severity and what they find; with --json, all their details",
        },
        Opt {
            flag: Flag::FermatRounds,
            short: None,
            long: "fermat-rounds",
            value: Some(Value { name: "N", values: Values::Any }),
            help: "try N rounds of Fermat's method to find close primes (default 100000)",
        },
        Opt {
            flag: Flag::FactorsTo,
            short: None,
            long: "factors-to",
            value: Some(Value { name: "N", values: Values::Any }),
            help: "look for prime factors up to N (default and maximum 1000000)",
        },
        Opt {
            flag: Flag::Deep,
            short: None,
            long: "deep",
            value: None,
            help: "also run checks that take seconds per RSA key",
        },
        Opt {
            flag: Flag::EmitProduct,
            short: None,
            long: "emit-product",
            value: Some(Value { name: "FILE", values: Values::File }),
            help: "save data to find shared primes across runs and machines with --against",
        },
        Opt {
            flag: Flag::Against,
            short: None,
            long: "against",
            value: Some(Value { name: "FILE", values: Values::Files }),
            help: "look for primes shared with the keys of a run that saved FILE with --emit-product; may be given several times",
        },
        Opt {
            flag: Flag::Output,
            short: None,
            long: "output",
            value: Some(Value { name: "FILE", values: Values::File }),
            help: "write standard output to FILE, as UTF-8; FILE is replaced when the output is complete",
        },
        Opt { flag: Flag::Json, short: None, long: "json", value: None, help: "print JSON Lines, one object per key" },
        Opt {
            flag: Flag::Sarif,
            short: None,
            long: "sarif",
            value: None,
            help: "print the findings as SARIF 2.1.0, for code scanning services",
        },
        Opt {
            flag: Flag::Github,
            short: None,
            long: "github",
            value: None,
            help: "print the findings as annotations of GitHub Actions",
        },
        Opt { flag: Flag::Quiet, short: Some('q'), long: "quiet", value: None, help: "print only keys that fail" },
    ],
    groups: &[
        ("Policy", "for"),
        ("Input", "recursive"),
        ("Keys on standard output", "rewrite"),
        ("About checks", "explain"),
        ("Large collections", "fermat-rounds"),
        ("Output", "output"),
    ],
    renamed: &[("fix", "rewrite"), ("pass", "filter")],
    foreign: &FOREIGN,
    exit_status: [
        "every key passes",
        "a key fails, or a line or file contains no key; this status takes precedence over 2",
        "wrong usage, an unreadable file, or the output could not be written",
    ],
    json: &[
        &VerdictObject::JSON,
        &DeferredObject::JSON,
        &FindingObject::JSON,
        &OtherObject::JSON,
        &ErrorObject::JSON,
        &SummaryObject::JSON,
        &CheckObject::JSON,
    ],
    files: &[
        (
            "~/.cache/badkeys/blocklist.dat",
            "a list for `--blocklist`. `pip install badkeys && badkeys --update-bl` downloads it, and compares it with \
             the SHA-256 that https://update.badkeys.info/v0/badkeysdata.json names",
        ),
        (
            "primes512.dat, primes768.dat, primes1024.dat, primes2048.dat, primes4096.dat",
            "lists for `--primes`, for RSA keys of these sizes. `pip download --no-deps badkeys && unzip -j badkeys-*.whl \
             'badkeys/keydata/*.dat'` fetches them; pip compares the package with the SHA-256 that PyPI names, and \
             `unzip -p badkeys-*.whl '*/RECORD'` prints those of the files",
        ),
        (
            "/usr/share/ssh/blacklist.RSA-2048 and others",
            "lists for `--blocklist`, of Debian's packages openssh-blacklist and openssh-blacklist-extra, which are no \
             longer in its current releases. `debsnap -a all openssh-blacklist` fetches them from snapshot.debian.org; \
             the signed indices of archive.debian.org name their SHA-256, and `dpkg-deb -x` unpacks them",
        ),
    ],
    environment: &ASKPASS,
    examples: &[
        Example {
            purpose: "Before an upload, to give away no private key by mistake:",
            commands: "keycheck --public-only id_rsa.pub",
            prints: "id_rsa.pub:1: ok: ssh-rsa 2048 SHA256:[..] me@laptop\n",
        },
        Example {
            purpose: "An audit of who may log in here (for a whole server: keycheck -r --for authorized-keys /home):",
            commands: "keycheck --for authorized-keys authorized_keys",
            prints: "authorized_keys:1: ok: ssh-rsa 2048 SHA256:[..] me@laptop\n\
                     authorized_keys:2: ok: ecdsa-sha2-nistp256 256 SHA256:[..] old@laptop\n",
        },
        Example {
            purpose: "A key from PuTTYgen, in the format that every service accepts:",
            commands: "ssh-keygen -e -f id_rsa.pub | keycheck --rewrite",
            prints: "(stdin):1: fixed: ssh-rsa 2048 SHA256:[..]\n\
                     (stdin):1: error: rfc-4716: the key is in RFC 4716 format; Azure refuses it (keyData is invalid), \
                     azure-cli crashes on it, sshd does not read it\n\
                     ssh-rsa [..]\n",
        },
        Example {
            purpose: "Only the keys that Azure would refuse:",
            commands: "keycheck -q < authorized_keys",
            prints: "(stdin):2: fail: ecdsa-sha2-nistp256 256 SHA256:[..] old@laptop\n\
                     (stdin):2: error: type-refused: Azure takes no ECDSA keys; it takes RSA of 2048 bits or more and Ed25519\n",
        },
        Example {
            purpose: "A list without the keys that fail:",
            commands: "keycheck -q --filter < authorized_keys > clean",
            prints: "(stdin):2: fail: ecdsa-sha2-nistp256 256 SHA256:[..] old@laptop\n\
                     (stdin):2: error: type-refused: Azure takes no ECDSA keys; it takes RSA of 2048 bits or more and Ed25519\n",
        },
        Example {
            purpose: "The findings for a code scanning service:",
            commands: "keycheck --sarif --output keycheck.sarif id_rsa.pub",
            prints: "",
        },
    ],
    see_also: &["keygen(1)", "pubfp(1)", "hostfp(1)"],
};

/// Options of ssh-keygen that people try.
static FOREIGN: [Foreign; 2] = [
    Foreign::elsewhere('f', "names a file", "`keycheck FILE` checks it"),
    Foreign::elsewhere('l', "prints fingerprints", "`pubfp FILE` prints them"),
];

/// The arguments as given.
#[derive(Debug, Default)]
pub struct Args {
    /// `--for`
    pub policies: Vec<&'static Policy>,
    /// `--public-only`
    pub public_only: bool,
    /// `--strict`
    pub strict: bool,
    /// `--rewrite`
    pub rewrite: bool,
    /// `--filter`
    pub filter: bool,
    /// `--passphrase-file`
    pub passphrase_file: Option<OsString>,
    /// `--blocklist`
    pub blocklists: Vec<PathBuf>,
    /// `--primes`
    pub primes: Vec<PathBuf>,
    /// `--fermat-rounds`, `--factors-to`, `--deep`, `--skip`
    pub settings: Settings,
    /// `--emit-product`
    pub emit_product: Option<PathBuf>,
    /// `--against`
    pub against: Vec<PathBuf>,
    /// `--explain`
    pub explain: Option<&'static Check>,
    /// `--list-checks`
    pub list_checks: bool,
    /// `-r`
    pub recursive: bool,
    /// `--output`
    pub output: Option<OsString>,
    /// `--json`
    pub json: bool,
    /// `--sarif`
    pub sarif: bool,
    /// `--github`
    pub github: bool,
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
                Flag::Rewrite => self.rewrite = true,
                Flag::Filter => self.filter = true,
                Flag::PassphraseFile => self.passphrase_file = Some(value),
                Flag::PublicOnly => self.public_only = true,
                Flag::Strict => self.strict = true,
                Flag::Blocklist => self.blocklists.push(value.into()),
                Flag::Primes => self.primes.push(value.into()),
                Flag::FermatRounds => self.settings.fermat_rounds = rounds(&value)?,
                Flag::FactorsTo => self.settings.factors_to = factors_to(&value)?,
                Flag::Deep => self.settings.deep = true,
                Flag::Skip => self.settings.skipped = list(&value, check)?,
                Flag::EmitProduct => self.emit_product = Some(value.into()),
                Flag::Against => self.against.push(value.into()),
                Flag::Explain => self.explain = Some(check(&value.to_string_lossy())?),
                Flag::ListChecks => self.list_checks = true,
                Flag::Recursive => self.recursive = true,
                Flag::Output => self.output = Some(value),
                Flag::Json => self.json = true,
                Flag::Sarif => self.sarif = true,
                Flag::Github => self.github = true,
                Flag::Quiet => self.quiet = true,
            },
            Word::Operand(operand) => self.operands.push(operand),
        }
        Ok(())
    }

    fn lacks_input(&self) -> bool {
        self.operands.is_empty() && self.explain.is_none() && !self.list_checks
    }
}

impl Args {
    /// Checks that `--explain` and `--list-checks` have no option that would be ignored.
    ///
    /// # Errors
    /// There is a file, or another format is requested.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let has_files = !self.operands.is_empty();
        if self.explain.is_some() && (has_files || self.json || self.list_checks) {
            return Err(Error::failure("--explain cannot be used with --list-checks, --json or a FILE")
                .hint("`keycheck --list-checks --json` prints all checks as JSON"));
        }
        if self.list_checks && has_files {
            return Err(Error::failure("--list-checks takes no FILE"));
        }
        Ok(())
    }
}

/// Parses a comma-separated list.
fn list<T>(value: &OsStr, value_of: fn(&str) -> Result<T, Error>) -> Result<Vec<T>, Error> {
    value.to_string_lossy().split(',').map(value_of).collect()
}

fn policy(name: &str) -> Result<&'static Policy, Error> {
    policies::of_name(name).ok_or_else(|| {
        let error = Error::failure(format!("there is no rule for '{}'", escape::text(name.as_bytes())));
        let all = policies::NAMES.join(", ");
        match policies::of_other_name(name) {
            Some(known) => error.hint(format!("did you mean '{}'? one of {all}", known.name)),
            None => error.hint(format!("one of {all}")),
        }
    })
}

fn rounds(value: &OsStr) -> Result<u64, Error> {
    value.to_str().and_then(|text| text.parse().ok()).ok_or_else(|| {
        Error::failure(format!("'{}' is not a number of rounds", escape::text(value.as_encoded_bytes())))
    })
}

fn factors_to(value: &OsStr) -> Result<u32, Error> {
    let number = value.to_str().and_then(|text| text.parse().ok()).filter(|number| *number <= MOST_FACTOR);
    number.ok_or_else(|| {
        Error::failure(format!("'{}' is not a number up to {}", escape::text(value.as_encoded_bytes()), MOST_FACTOR))
    })
}

fn check(name: &str) -> Result<&'static Check, Error> {
    registry::of_name(name).ok_or_else(|| {
        let error = Error::failure(format!("there is no check '{}'", escape::text(name.as_bytes())));
        match similar::name(name, &registry::NAMES) {
            Some(similar) => error.hint(format!("did you mean '{similar}'? `keycheck --list-checks` lists all")),
            None => error.hint("`keycheck --list-checks` lists all"),
        }
    })
}
