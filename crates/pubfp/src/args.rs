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
        "Prints what `ssh-keygen -lf` prints, one line per key in the order of the input: its size in bits, its \
         fingerprint, its comment and its type. Without a FILE, or if FILE is `-`, reads standard input. `-lf FILE` \
         works as in ssh-keygen.",
        "pubfp reads keys from",
        "- `id_*.pub`, `authorized_keys` (after options) and `known_hosts` (after host names and markers)",
        "- private keys of OpenSSH, PuTTY and SSH.COM",
        "- RFC 4716, PEM, DER and X.509 certificates",
        "- JSON strings, as `az sshkey show` prints them, quotes, and base64 without a type",
        "It also reads UTF-16, a byte order mark, carriage returns, broken lines, lost newlines, escapes, base64 of \
         the whole file, percent-encoding, HTML, quoted-printable, and a name or a bullet before the key; keycheck \
         names the programs that do not. pubfp recognises the format by the content, not by the file name. For a \
         private key, it shows the public half in the file itself, never the `.pub` beside it.",
        "The public half of most encrypted private keys is readable without the passphrase. If it is encrypted, too \
         (PEM, PKCS#8, SSH.COM), pubfp asks for the passphrase on the terminal or with SSH_ASKPASS, or takes it from \
         `--passphrase-file`. Decrypting all keys of a run may take one minute of one core; keys beyond that are \
         reported.",
        "pubfp reads lines of `authorized_keys` as sshd(8) does, and shows the key that can log in with the line. If \
         sshd does not know an option, or does not accept its value, it ignores the line, and pubfp reports it; \
         ssh-keygen does not check the names of options, and shows the key. Unquoted words before a key are read as \
         host names, as in `known_hosts`, and the key is shown, though sshd ignores such a line.",
        "A line without a key, which ssh-keygen skips silently, is reported with its file and line number; the other \
         keys are printed, and the exit status is 1. A certificate has the fingerprint of the key that it certifies; a \
         certificate of an unknown type has none. A key of an unknown type has a fingerprint, too; its size is shown \
         as `?`. Carriage returns and terminal escapes in comments do not reach the terminal.",
    ],
    operands: Values::File,
    options: &[
        Opt {
            flag: Flag::File,
            short: Some('f'),
            long: "file",
            value: Some(Value { name: "FILE", values: Values::Files }),
            help: "read FILE, like an operand; may be given several times",
        },
        Opt {
            flag: Flag::PassphraseFile,
            short: None,
            long: "passphrase-file",
            value: Some(Value { name: "FILE", values: Values::File }),
            help: "read the passphrase of encrypted keys from the first line of FILE; - is standard input",
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
            help: "the hash of the fingerprint: md5, sha1, sha256 (the default), sha384 or sha512; or ec2 for the \
                   fingerprint that Amazon EC2 shows",
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
        "a line or file contains no key; this status takes precedence over 2",
        "wrong usage, an unreadable file, or the output could not be written",
    ],
    json: &[&KeyObject::JSON],
    files: &[],
    environment: &ASKPASS,
    examples: &[
        Example {
            purpose: "The fingerprint to compare with the portal or with a colleague's message:",
            commands: "pubfp id_rsa.pub",
            prints: "2048 SHA256:[..] me@laptop (RSA)\n",
        },
        Example {
            purpose: "DNS records for ssh's VerifyHostKeyDNS:",
            commands: "pubfp --sshfp vm.example id_rsa.pub",
            prints: "vm.example IN SSHFP 1 1 [..]\nvm.example IN SSHFP 1 2 [..]\n",
        },
        Example {
            purpose: "The fingerprint that EC2 shows for an imported key pair:",
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
    Foreign::elsewhere('g', "prints DNS records in generic format", "`ssh-keygen -r HOST -g -f FILE` does"),
    Foreign::elsewhere('L', "prints certificates", "`ssh-keygen -L -f FILE` does"),
    Foreign::elsewhere('D', "reads the keys of a PKCS#11 token", "`ssh-keygen -D LIBRARY -l` does"),
    Foreign::elsewhere('F', "finds a host in known_hosts", "`ssh-keygen -lF HOST` does"),
    Foreign::elsewhere('e', "prints a key in another format", "`keygen -e -f FILE` does"),
    Foreign::elsewhere('i', "prints a key of another format in OpenSSH format", "`keygen -i -f FILE` does"),
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
