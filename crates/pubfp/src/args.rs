//! pubfp's command line.

use std::ffi::OsString;

use common::cli::table::{ASKPASS, Answer, Foreign};
use common::cli::{Example, Opt, Options, Tool, Value, Values, Word};
use common::error::Error;
use common::report::{KeyObject, Style, StyleFlag};

/// pubfp's options.
#[derive(Clone, Copy, Debug)]
pub enum Flag {
    /// `-r`, `--sshfp`
    Sshfp,
    /// `-f`
    File,
    /// `--passphrase-file`
    PassphraseFile,
    /// `-E`, `-v`, `-o`, `--json`, `-q`
    Style(StyleFlag),
}

/// The values of `-E`: the hashes of ssh-keygen, and EC2's own fingerprints.
const HASHES: &[&str] = &["md5", "sha1", "sha256", "sha384", "sha512", EC2];

/// The value of `-E` for EC2's fingerprints.
const EC2: &str = "ec2";

/// The option table.
static TOOL: Tool<Flag> = Tool {
    name: "pubfp",
    summary: "print fingerprints of SSH public keys",
    synopsis: &[
        "[-l] [-E HASH] [-v] [-o] [--json] [-q] [--passphrase-file FILE] [[-f] FILE ...]",
        "-r HOST [--passphrase-file FILE] [[-f] FILE ...]",
    ],
    description: &[
        "Prints what `ssh-keygen -lf` prints, one line a key in the order of the input: its size in bits, its \
         fingerprint, its comment and its type. Without a FILE, or for `-`, standard input is read. `-lf FILE` does the \
         same, as ssh-keygen has it.",
        "A key may stand in an `id_*.pub` file; in `authorized_keys`, behind options; in `known_hosts`, behind host \
         names and markers; in a private key of OpenSSH, PuTTY or SSH.COM; in RFC 4716's form; in PEM or DER; in an \
         X.509 certificate; in the strings of JSON, as `az sshkey show` prints it; in quotes; or alone, without its \
         type. pubfp also reads UTF-16, a byte order mark, carriage returns, broken lines, lost newlines, escapes, \
         base64 of the whole file, percent-encoding, HTML, quoted-printable, and a name or mark before the key; \
         keycheck says which programs do not. The content tells the form, not the file's name. Of a private key, \
         pubfp shows the public half in the file itself, never the `.pub` beside it.",
        "The public half of most encrypted private keys is readable without the passphrase. Where it is encrypted, \
         too (PEM, PKCS#8, SSH.COM), pubfp asks for the passphrase on the terminal or by SSH_ASKPASS, or takes it \
         from `--passphrase-file`. The work of opening all keys of a run is bounded by one minute of one core; keys \
         beyond it are reported.",
        "Lines of `authorized_keys` are read as sshd(8) reads them, and the key that is shown is the one that logs in \
         by the line. Where sshd does not know an option, or does not take its value, it ignores the line, and pubfp \
         reports it; ssh-keygen does not look at the names of options, and shows the key. Words without quotes before \
         a key are taken for the names of hosts, as in `known_hosts`, and the key is shown, though sshd ignores such \
         a line.",
        "A line that holds no key, about which ssh-keygen is silent, is reported with its place; the others are \
         printed, and the exit status is 1. A certificate has the fingerprint of the key that it certifies; one of a \
         type that is not known here has none. A key of an unknown type has a fingerprint too; its size is shown as \
         `?`. Carriage returns and terminal escapes in comments are not passed on.",
    ],
    operands: Values::File,
    options: &[
        Opt {
            flag: Flag::File,
            short: Some('f'),
            long: "file",
            value: Some(Value { name: "FILE", values: Values::Files }),
            help: "read FILE, as one that is named without an option; may be given many times",
        },
        Opt {
            flag: Flag::PassphraseFile,
            short: None,
            long: "passphrase-file",
            value: Some(Value { name: "FILE", values: Values::File }),
            help: "the passphrase of encrypted keys is the first line of FILE, or of standard input for -",
        },
        Opt {
            flag: Flag::Sshfp,
            short: Some('r'),
            long: "sshfp",
            value: Some(Value { name: "HOST", values: Values::Any }),
            help: "print the DNS records of HOST with these keys' fingerprints (RFC 4255)",
        },
        Opt {
            flag: Flag::Style(StyleFlag::Hash),
            short: Some('E'),
            long: "fingerprint-hash",
            value: Some(Value { name: "HASH", values: Values::OneOf(HASHES) }),
            help: "the hash of the fingerprint: md5, sha1, sha256 (the default), sha384 or sha512; or ec2 for what Amazon \
                   EC2 shows of the key",
        },
        StyleFlag::Art.row(Flag::Style(StyleFlag::Art)),
        StyleFlag::Only.row(Flag::Style(StyleFlag::Only)),
        StyleFlag::Json.row(Flag::Style(StyleFlag::Json)),
        StyleFlag::Quiet.row(Flag::Style(StyleFlag::Quiet)),
    ],
    groups: &[("Input", "file"), ("DNS", "sshfp"), ("Output", "fingerprint-hash")],
    renamed: &[],
    foreign: &FOREIGN,
    exit_status: [
        "every key was printed",
        "some line or file holds no key; this status wins over 2",
        "wrong usage, an unreadable file, or the output could not be written",
    ],
    json: &[&KeyObject::JSON],
    files: &[],
    environment: &ASKPASS,
    examples: &[
        Example {
            purpose: "What to compare with the portal or with a colleague's message:",
            commands: "pubfp id_rsa.pub",
            prints: "2048 SHA256:[..] me@laptop (RSA)\n",
        },
        Example {
            purpose: "The records that let ssh's VerifyHostKeyDNS know this host:",
            commands: "pubfp --sshfp vm.example id_rsa.pub",
            prints: "vm.example IN SSHFP 1 1 [..]\nvm.example IN SSHFP 1 2 [..]\n",
        },
        Example {
            purpose: "What EC2 shows of a key pair that was imported:",
            commands: "pubfp -E ec2 id_rsa.pub",
            prints: "[..] me@laptop (RSA, imported into EC2)\n",
        },
        Example {
            purpose: "Who may log in here, by fingerprint:",
            commands: "pubfp -o < authorized_keys | sort -u",
            prints: "SHA256:[..]\nSHA256:[..]\n",
        },
    ],
    see_also: &["keygen(1)", "keycheck(1)", "hostfp(1)", "ssh-keygen(1)"],
};

/// The options of ssh-keygen that concern fingerprints. `-l` requests what pubfp does anyway.
static FOREIGN: [Foreign; 9] = [
    Foreign { letter: 'l', answer: Answer::Accepted },
    Foreign::elsewhere('B', "prints bubblebabble digests", "`ssh-keygen -B -f FILE` does"),
    Foreign::elsewhere('g', "prints DNS records in generic form", "`ssh-keygen -r HOST -g -f FILE` does"),
    Foreign::elsewhere('L', "prints certificates", "`ssh-keygen -L -f FILE` does"),
    Foreign::elsewhere('D', "reads the keys of a PKCS#11 token", "`ssh-keygen -D LIBRARY -l` does"),
    Foreign::elsewhere('F', "finds a host in known_hosts", "`ssh-keygen -lF HOST` does"),
    Foreign::elsewhere('e', "prints a key in another form", "`keygen -e -f FILE` does"),
    Foreign::elsewhere('i', "prints a key of another form in OpenSSH's", "`keygen -i -f FILE` does"),
    Foreign::elsewhere('y', "prints the public half of a private key", "`keygen -y -f FILE` does"),
];

/// The parsed command line.
#[derive(Debug, Default)]
pub struct Args {
    /// Print DNS records for this host instead of fingerprints.
    pub sshfp: Option<OsString>,
    /// The file with the passphrase of encrypted keys.
    pub passphrase_file: Option<OsString>,
    /// Print EC2's fingerprints instead.
    pub ec2: bool,
    /// How to print.
    pub style: Style,
    /// The files to read.
    pub operands: Vec<OsString>,
}

impl Options for Args {
    type Flag = Flag;
    const TOOL: &'static Tool<Flag> = &TOOL;

    fn accept(&mut self, word: Word<Flag>) -> Result<(), Error> {
        match word {
            Word::Option(Flag::Sshfp, host) => self.sshfp = Some(host),
            Word::Option(Flag::File, file) => self.operands.push(file),
            Word::Option(Flag::PassphraseFile, file) => self.passphrase_file = Some(file),
            Word::Option(Flag::Style(StyleFlag::Hash), value) if value == EC2 => self.ec2 = true,
            Word::Option(Flag::Style(flag), value) => self.style.accept(flag, &value)?,
            Word::Operand(operand) => self.operands.push(operand),
        }
        Ok(())
    }

    fn lacks_input(&self) -> bool {
        self.operands.is_empty()
    }
}
