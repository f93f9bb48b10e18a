//! The command line: the option table, and what was said. What it means is in [`crate::config`].

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
    summary: "say whether an SSH key is acceptable to Azure and safe",
    synopsis: &[
        "[--for NAME,...] [--public-only] [--json] [-qr] [OPTION ...] [FILE ...]",
        "--rewrite | --filter [--for NAME,...] [--output FILE] [OPTION ...] [FILE ...]",
        "--explain CHECK",
        "--list-checks [--json]",
    ],
    description: &[
        "Judges each key by Azure's rules: SSH-2 RSA of at least 2048 bits and Ed25519 pass; ECDSA, DSA, security \
         keys and certificates fail. Without a FILE, or if it is `-`, reads standard input. Recognises keys in \
         every form that pubfp(1) reads. `--for` names other consumers, each with a rule of its own.",
        "Prints one line per key: its place, the verdict `ok` or `fail`, its type, its size in bits, its \
         fingerprint and its comment; then one line per finding, with its severity and the name of the check. An \
         `error` makes the key fail; a `warning` does so with `--strict`; a `note` never does.",
        "Reports what keycheck reads but other programs do not, with the names of those programs: carriage \
         returns, a byte order mark, UTF-16, base64 over several lines, a missing or wrong type, options, RFC \
         4716, PEM and more. `--rewrite` prints the key as the one line that every consumer accepts: type, base64 and \
         comment, without control characters. Of a private key it prints the public half. Options stay \
         where every consumer reads them (`--for authorized-keys`); elsewhere they are dropped, which is reported with \
         `-q`, too. Other text before the key is dropped, and so is a comment that is more than a few plain words. A key that fails for \
         any other reason is not printed, and the exit status is 1. With `--public-only` a private key is not \
         printed either.",
        "`--public-only` is the gate before an upload. The whole file is to be given away, and passes only if it \
         holds nothing but public keys and plain words. A private key can be written in more ways than any list can \
         hold, so keycheck limits instead what may be given away. Each key is on one line of type, base64 and \
         comment, with or without options of sshd, or in one block of RFC 4716. All text around it (comment, options, \
         headers) is printable, has at most 256 bytes with at most 42 letters and digits in a row, and does not hold \
         the words of a private key's file. It carries at most 200 bits of information, where the smallest private \
         key has 256. Words that are common in comments count little; digits and other letters count in full. \
         user@host, a date, a GUID or an account number pass; a SHA-256 fingerprint, which is as large as a private \
         key, does not. Options count as well: a long `command=` passes only if a well-known program wrote it. \
         Comment lines must consist of such words, too, or be a key that is commented out; JSON, quotes and other \
         text do not pass. No program can tell what the numbers of the public key itself hide. The exit status \
         answers for all of the input, even if the output is no longer read.",
        "What `--filter` and `--rewrite` print is held to the same limits, in its final form. Text that is not made \
         of known words may carry 200 bits in all files of a run, and in all that is printed, or 40 for each key if \
         that is more. A copy of a key is no further one. This holds back a private key that was cut into pieces for \
         the comments of many keys, or for several files. With `-r` the names of files and folders must be plain \
         words, too. A comment that is more than plain words is not shown in the report either.",
        "`--filter` copies the lines of keys that pass, byte for byte: a filter for lists of keys. Lines without a \
         key and private keys do not pass. With `--rewrite` and `--filter` the keys go to standard output and the \
         report, JSON or not, to standard error. RSA keys, and all keys after the first of them, are written at \
         the end of the input, since only then is it known whether two of them share a prime (`--skip \
         rsa-shared-prime`).",
        "`--for authorized-keys` is for the audit of a server. It judges a line as sshd(8) reads it: options and \
         certificate authorities are accepted. RSA keys of less than 2048 bits fail, though sshd accepts them.",
        "With `-r` a folder stands for the files in it and in the folders in it, in the order of their names. Files \
         without keys are passed over; but if one looks as if it held a private key, and cannot be read as one, that \
         is reported. Lines without a key are reported of files that begin with a key. Symbolic links in a folder are \
         not followed, and named pipes and devices are not opened.",
        "A run over several files ends with totals on standard error, in lines that begin with `keycheck: total:`: how many keys pass and fail, how many keys each \
         check found something in, in which files keys fail, and which keys fail in more than one file. With `--json` \
         the last object has the numbers. With `-q` there are no totals if every key passes.",
        "With `--output` standard output goes to a file, as UTF-8; PowerShell's > may write UTF-16. The file is put in \
         its place when it is complete, so it may be one of those that are read. If part of the input could not be \
         read, `--rewrite` and `--filter` leave the file as it was.",
        "`--sarif` prints one document of SARIF 2.1.0, in which the fingerprint of the key tells findings apart when \
         lines move. `--github` prints workflow commands (`::error file=FILE,line=LINE,title=CHECK::MESSAGE`), which \
         GitHub Actions shows beside the lines of a change: ten errors, warnings and notes each for a step. In both, \
         what holds no key is found by the check `no-key`.",
        "A private key is judged as a key and for its protection: its file's mode (on Windows its access list: who \
         but the owner, the system and the administrators may read or write it), a missing passphrase, a \
         passphrase that can be guessed quickly, the public file beside it, and whether its numbers agree. If the \
         public half cannot be read without the passphrase, keycheck asks for it on the terminal or with \
         SSH_ASKPASS, as pubfp(1) does. The numbers of other encrypted keys are checked only with \
         `--passphrase-file`. Decrypting all keys of a run may take one minute of one core; keys beyond that are \
         reported as not opened.",
        "Besides Azure's rules keycheck looks for keys whose private half is public or can be computed: published \
         keys and those of known seeds; ROCA and its variants; primes that are close, differ by a power of two, have \
         half of their bits in common, repeat a pattern, have few ones or come of a generator without a seed; small \
         factors, prime moduli and powers, small private exponents and patterns; what two of the given keys have in \
         common; exponents and points that no program generates. `--explain` prints what a check finds, why it \
         matters, what to do, and where it was published.",
        "These checks take about a millisecond of one core per RSA key of 2048 bits, and four where the processor has no \
         AVX-512. `--deep` adds what takes longer: six times as many guesses of primes with few ones; \
         Pollard's p - 1 method takes 5 seconds per RSA key of 2048 bits, and 8 times as long for twice the bits \
         (`--skip rsa-smooth-prime` leaves it out); more seeds of npm's keypair take half a second per size of key; \
         comparing more than 1000 moduli less one takes as long as the search for shared primes.",
        "`--blocklist` adds lists of compromised keys, and `--primes` lists of primes; see FILES for where they are \
         published. The content of a list tells its format. A list of Debian's holds the ends of MD5 fingerprints, so it \
         finds keys of all types. badkeys' list is searched in the file for up to 500 keys; for more of them it is read \
         into memory, where a key takes less than a microsecond, unless it has more than 512 MiB. Of a list of primes \
         every key takes time in proportion to it: 0.5 ms for primes2048.dat. A list that cannot be read, or is \
         damaged, is refused with exit status 2.",
        "Shared primes are reported after the last key: for each key that has one a second verdict, `fail`, which \
         replaces the first, and the place of the other key. A program that acts on the report has to read all of \
         it, and the exit status.",
        "To find shared primes, keycheck keeps all moduli in memory: up to 9 KiB per modulus of 2048 bits, in at \
         most half of the free memory. If that is not enough, it says how much it needs and exits with status 2; \
         everything else is reported. For duplicates it keeps 75 bytes per key. Other checks need no more memory \
         for more keys.",
        "More keys than that are split over several runs or machines. With `--emit-product` a run leaves a file \
         with the product of its moduli and the places of their keys: about 560 bytes per key of 2048 bits, \
         written completely or not at all, even if keycheck is interrupted. With `--against` keys are also \
         compared with those of such a file, and each finding names both places. A FILE may then be a product, \
         too, and stands for its keys: they were judged, and compared with each other, when it was written, so \
         only what they share with others is reported. All pairs of k products are independent runs. A key that is \
         in the other product itself is a duplicate and not a shared prime. The comparison needs 8 times the other \
         product's length of additional memory. A damaged product is refused with exit status 2; the others are \
         still compared. The pages in examples/ do this with Spark and GNU parallel.",
    ],
    operands: Values::File,
    options: &[
        Opt {
            flag: Flag::For,
            short: None,
            long: "for",
            value: Some(Value { name: "NAME,...", values: Values::OneOf(&policies::NAMES) }),
            help: "judge by the rules of these services, all of which must accept the key: azure (the default), openssh, \
                   authorized-keys (an audit of a server), github, aws, gcp, fips186-5",
        },
        Opt {
            flag: Flag::PublicOnly,
            short: None,
            long: "public-only",
            value: None,
            help: "before an upload: reject private keys, and anything else but public keys with plain words",
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
            help: "check the files that hold keys in folders that are named, and in the folders in them; symbolic links in them are not followed",
        },
        Opt {
            flag: Flag::PassphraseFile,
            short: None,
            long: "passphrase-file",
            value: Some(Value { name: "FILE", values: Values::File }),
            help: "the passphrase of encrypted keys is the first line of FILE, or of standard input for -",
        },
        Opt {
            flag: Flag::Rewrite,
            short: None,
            long: "rewrite",
            value: None,
            help: "print each key that passes as one clean line that every service reads; the report goes to standard error",
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
            help: "list all checks with their severity and what they find; with --json, everything about them",
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
            help: "do checks that take seconds per RSA key, too",
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
            help: "write to FILE, as UTF-8, what would go to standard output; FILE is replaced when it is complete",
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
        "a key fails, or a line or file holds no key; this status wins over 2",
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
            "a list for `--blocklist`. `pip install badkeys && badkeys --update-bl` fetches it, and compares it with the \
             SHA-256 that https://update.badkeys.info/v0/badkeysdata.json names",
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
            purpose: "Before an upload, so that no private key is given away by mistake:",
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
            purpose: "A key from PuTTYgen, as every consumer accepts it:",
            commands: "ssh-keygen -e -f id_rsa.pub | keycheck --rewrite",
            prints: "(stdin):1: fixed: ssh-rsa 2048 SHA256:[..]\n\
                     (stdin):1: error: rfc-4716: the key is in RFC 4716's form; Azure refuses it (keyData is invalid), \
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
            purpose: "The lines of a list that may stay:",
            commands: "keycheck -q --filter < authorized_keys > clean",
            prints: "(stdin):2: fail: ecdsa-sha2-nistp256 256 SHA256:[..] old@laptop\n\
                     (stdin):2: error: type-refused: Azure takes no ECDSA keys; it takes RSA of 2048 bits or more and Ed25519\n",
        },
        Example {
            purpose: "The findings for a service that shows the results of code scanning:",
            commands: "keycheck --sarif --output keycheck.sarif id_rsa.pub",
            prints: "",
        },
    ],
    see_also: &["keygen(1)", "pubfp(1)", "hostfp(1)"],
};

/// Letters of ssh-keygen that people try.
static FOREIGN: [Foreign; 2] = [
    Foreign::elsewhere('f', "names a file", "`keycheck FILE` checks it"),
    Foreign::elsewhere('l', "prints fingerprints", "`pubfp FILE` prints them"),
];

/// What the command line said.
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
    /// Checks that what prints about checks has no option that would be ignored.
    ///
    /// # Errors
    /// There is a file, or another form is asked for.
    pub(crate) fn check(&self) -> Result<(), Error> {
        let has_files = !self.operands.is_empty();
        if self.explain.is_some() && (has_files || self.json || self.list_checks) {
            return Err(Error::failure("--explain goes with none of --list-checks, --json and a FILE")
                .hint("`keycheck --list-checks --json` prints all checks as JSON"));
        }
        if self.list_checks && has_files {
            return Err(Error::failure("--list-checks goes without a FILE"));
        }
        Ok(())
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
