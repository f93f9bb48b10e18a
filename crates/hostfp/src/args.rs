//! hostfp's command line.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use common::cli::table::Foreign;
use common::cli::{Example, Opt, Options, Tool, Value, Values, Word};
use common::error::Error;
use common::escape;
use common::key::{Curve, Kind};
use common::report::{KeyObject, Style, StyleFlag};

use crate::handshake::target::parse_port;
use crate::object::{ErrorObject, HostObject, KnownHostsObject, SharedObject, SummaryObject};
use crate::trusted::BootChoice;

/// hostfp's options.
#[derive(Clone, Copy, Debug)]
pub enum Flag {
    /// `--expect`
    Expect,
    /// `--answer-ssh`
    AnswerSsh,
    /// `--connect`
    Connect,
    /// `-l`
    List,
    /// `-p`
    Port,
    /// `-4`
    V4,
    /// `-6`
    V6,
    /// `-t`
    Types,
    /// `-T`
    Limit,
    /// `-f`
    Hosts,
    /// `--boot`
    Boot,
    /// `--known-hosts`
    KnownHosts,
    /// `--hash`
    HashHosts,
    /// `--sysroot`
    Sysroot,
    /// `--run-command-script`
    RunCommandScript,
    /// `-E`, `-v`, `-o`, `--json`, `-q`
    Style(StyleFlag),
}

/// The option table.
static TOOL: Tool<Flag> = Tool {
    name: "hostfp",
    summary: "print and verify the fingerprints of SSH hosts",
    synopsis: &[
        "[-E HASH] [-v] [-o] [--json] [-q] [--sysroot DIR] [PATH ...]",
        "[-l] [-E HASH] [-f FILE]",
        "--connect [-46] [-p PORT] [-t TYPE,...] [-T SECONDS] [-f FILE] [HOST[:PORT] ...]",
        "--expect SRC [--boot WHICH] [-46] [-p PORT] [-T SECONDS] [--known-hosts FILE] [-H] [-f FILE] [HOST[:PORT] ...]",
        "--expect SRC --answer-ssh [-46] [-p %p] [-T SECONDS] %I %H %t %K %f",
        "--run-command-script",
    ],
    description: &[
        "On the VM: prints the fingerprint of every host key of this machine, as `ssh-keygen -lf` would for each. The \
         keys are those that sshd_config(5) names with HostKey, with Include followed, and else \
         /etc/ssh/ssh_host_*_key (on Windows %ProgramData%\\ssh). A host key's own file is read where that is allowed \
         and its form is known, and else the `.pub` beside it. An empty or damaged private key, and a `.pub` of another key than the \
         private one, are named. The certificates of HostCertificate follow. With PATHs, prints the keys in those \
         files.",
        "From outside: connects to each HOST and prints the fingerprints of its keys, as `ssh-keyscan HOST | \
         ssh-keygen -lf -` would. Unlike ssh-keyscan it has the host prove that it holds each key, by a signature. It \
         does not log in. A host is asked for each type of key that it has: Ed25519, ECDSA, RSA, ML-DSA-44 with \
         Ed25519 (OpenSSH since 10.5), and DSA where there is nothing else. A note tells when it offers no \
         post-quantum key exchange, or only key exchanges with SHA-1; -v tells which one was used, and the signature \
         algorithm. With --expect, -p, -t, -4, -6 or -T operands are hosts without --connect, too. A user's name \
         before a host (`user@HOST`) is dropped. Options are those of ssh-keyscan: -f names a list of hosts (with -l, \
         as for ssh-keygen, a file of keys), -p a port, and -H hashes names.",
        "With --expect SRC, hostfp compares. If the host is the one whose fingerprints SRC holds, it prints lines for \
         known_hosts with the keys that match, or adds them to the file of --known-hosts. If it is not, hostfp says \
         what the host showed instead, and writes nothing. The types that the file of --known-hosts holds for the \
         host are asked for too, so that ssh agrees afterwards. A line with another key than the host shows is taken \
         out. A line with a key that the host did not show is named. A pattern with another key is a \"no\". The file \
         is written once, when the last host is done: with all hosts that were verified, whatever became of the \
         others. If hostfp is interrupted before, it stays what it was.",
        "The file of --known-hosts must be one that only you or root can change: it, and each folder above it up to the \
         home folder, belongs to you or root, and its group and others cannot write it, as sshd(8) has it for \
         authorized_keys (StrictModes); `chmod go-w` helps. A folder with the sticky bit, such as /tmp, may be written \
         by others. A symbolic link is followed if it is yours or root's. While hostfp writes, the lock \
         `.FILE.hostfp-lock` stands beside the file; another hostfp waits for it, at most 30 seconds for each that is \
         before it.",
        "Many hosts are asked at once, and each is reported in its turn; one that is slow or dead costs its own time only. \
         A line of the FILE of -f is ssh-keyscan(1)'s: `ADDRESS[,ADDRESS ...] [NAME[,NAME ...]]` or a range such as \
         `10.0.0.0/24`, which may be an operand, too. At the end stands how many hosts are as expected, and which of \
         them share a key, as machines do that were made from one image.",
        "SRC has an expectation for each host if it is one of these:",
        "- a folder: the file that is named after the host counts (`HOST`, `HOST.json`, `HOST.txt` and the like; for \
         another port than 22 `[HOST]:PORT` or `HOST:PORT`)",
        "- JSON Lines: the objects that name the host in `host` count. They have the fields that `hostfp --connect \
         --json` prints, or `fingerprints` or `keys` as a list of lines, or what Run Command printed on that host",
        "- `known_hosts`: the lines that name the host count, by name, hash or pattern",
        "What is said of a host without a port is said of port 22. Where a host has several names, each of them that \
         has an expectation must agree. What hostfp found not to be as expected is no expectation. A host about which \
         SRC says nothing is not asked, and the exit status is 2.",
        "As ssh's KnownHostsCommand: tells ssh whether the host that it meets is the one whose fingerprints SRC \
         holds. ssh asks twice: first for the types to ask the host for, which are those of the fingerprints in SRC; \
         then about the key that the host has proven to hold. If its fingerprint is in SRC, ssh goes on without a \
         question; else the connection ends, and hostfp says why. A bare fingerprint in SRC does not say of what type \
         it is. Only then hostfp itself connects to the host first, and has it show its keys, one at a time, until \
         one has this fingerprint. For that it needs the port, `%p`; `-T` bounds the time. If the host is out of its \
         reach, as behind ProxyJump, hostfp says how to name the type to ssh, with HostKeyAlgorithms.",
        "SRC is a fingerprint (with its type before it or not), a public key, a file, a folder, or `-` for standard \
         input. What reads as a fingerprint or key is never the name of a file; write `./NAME` for such a file. \
         UTF-16 is decoded. A file named authorized_keys, allowed_signers or id_TYPE.pub is of users' keys, and \
         refused. A file is read once, as what its start says that it is:",
        "- lines of `ssh-keygen -l` or hostfp, or public host keys",
        "- `known_hosts`",
        "- what Run Command printed: `az vm run-command invoke` or `show --instance-view`, or PowerShell's \
         Invoke-AzVMRunCommand, in any form that holds the script's output",
        "- the serial log of a first boot (cloud-init), or the console of CoreOS, Flatcar or openSUSE",
        "- what `hostfp --json` or `pubfp --json` printed of host keys",
        "- SSHFP records",
        "- the host keys that PuTTY or WinSCP keep (a registry export)",
        "- a list or table, such as Markdown's, in which every row is a type and a fingerprint",
        "- the table of `gcloud compute instances get-guest-attributes VM --query-path=hostkeys/`",
        "- JSON in which names say that their values are host keys (`hostKeys`, `ssh_host_ed25519_key`) or a \
         console's log",
        "Every line of a list, and of a script's output, must be a fingerprint, a host key or a line of `known_hosts` \
         as a whole; blank lines and comments behind `#` are passed over. Any other line ends it, with its number. What \
         strangers say to a machine (names of users, comments, arguments) stands among other words in its logs and \
         lists, and must not count. A list speaks of one host: two different keys of one type, or comments `root@HOST` \
         of different hosts, are refused. A log of two boots with different host keys is a \"no\" unless --boot says \
         which one counts. A key under `@revoked` is never a match. MD5 and SHA-1 fingerprints are not trusted, nor \
         users' keys, a fingerprint that is cut short, or the first line of an output that Run Command cut. What Run \
         Command says when its script failed or was never run is not taken for fingerprints. Under ssh standard input is \
         empty, so SRC is a file there, whose name may begin with ssh's `%d` for the home folder.",
        "--run-command-script prints one line of POSIX shell, for `az vm run-command invoke --scripts \"$(hostfp \
         --run-command-script)\"`. On the VM it uses hostfp, else ssh-keygen, openssl, or sha256sum and base64, also \
         those of busybox; without any it prints the public keys. It is shorter than 2000 bytes (cmd.exe takes 8191), \
         and has no double quote, percent sign or newline, which some shells would change. It prints less than the \
         4096 bytes that Run Command keeps. If a shell has no `$(...)`, save it to a file and give `--scripts @FILE`.",
    ],
    operands: Values::Any,
    options: &[
        Opt {
            flag: Flag::Connect,
            short: None,
            long: "connect",
            value: None,
            help: "connect to the operands, which are hosts: HOST, HOST:PORT, [ADDRESS]:PORT or ADDRESS/BITS; implied by --expect, -p, -t, -4, -6 and -T",
        },
        Opt {
            flag: Flag::AnswerSsh,
            short: None,
            long: "answer-ssh",
            value: None,
            help: "answer as ssh's KnownHostsCommand; the operands are %I %H %t %K %f",
        },
        Opt {
            flag: Flag::RunCommandScript,
            short: None,
            long: "run-command-script",
            value: None,
            help: "print a script for Run Command that prints all host keys' fingerprints on any VM",
        },
        Opt {
            flag: Flag::Hosts,
            short: Some('f'),
            long: "hosts",
            value: Some(Value { name: "FILE", values: Values::File }),
            help: "connect to the hosts in FILE too, one a line as for ssh-keyscan; - is standard input",
        },
        Opt {
            flag: Flag::Port,
            short: Some('p'),
            long: "port",
            value: Some(Value { name: "PORT", values: Values::Any }),
            help: "the port of hosts that come without one; 22 if not given",
        },
        Opt {
            flag: Flag::Types,
            short: Some('t'),
            long: "types",
            value: Some(Value { name: "TYPE,...", values: Values::OneOf(TYPES) }),
            help: "ask for keys of these types only, as ssh-keyscan does: ed25519, ecdsa, rsa, dsa, mldsa44-ed25519; not with --expect",
        },
        Opt { flag: Flag::V4, short: Some('4'), long: "ipv4", value: None, help: "connect to IPv4 addresses only" },
        Opt { flag: Flag::V6, short: Some('6'), long: "ipv6", value: None, help: "connect to IPv6 addresses only" },
        Opt {
            flag: Flag::Limit,
            short: Some('T'),
            long: "timeout",
            value: Some(Value { name: "SECONDS", values: Values::Any }),
            help: "timeout for each key, from connecting to the proof: 5 seconds if not given, under ssh 3",
        },
        Opt {
            flag: Flag::Expect,
            short: None,
            long: "expect",
            value: Some(Value { name: "SRC", values: Values::File }),
            help: "the fingerprints to trust: one, a file, a folder of files named after hosts, or - for standard input",
        },
        Opt {
            flag: Flag::Boot,
            short: None,
            long: "boot",
            value: Some(Value { name: "WHICH", values: Values::Any }),
            help: "in a log of boots with different host keys, which boot counts: first, last, or its number",
        },
        Opt {
            flag: Flag::KnownHosts,
            short: None,
            long: "known-hosts",
            value: Some(Value { name: "FILE", values: Values::File }),
            help: "add the keys that match to FILE instead of printing them",
        },
        Opt {
            flag: Flag::HashHosts,
            short: Some('H'),
            long: "hash",
            value: None,
            help: "add them with hashed host names, as ssh's HashKnownHosts does",
        },
        Opt {
            flag: Flag::List,
            short: Some('l'),
            long: "list",
            value: None,
            help: "print the fingerprints of the keys in the operands, which are files, as ssh-keygen does; -f names one",
        },
        Opt {
            flag: Flag::Sysroot,
            short: None,
            long: "sysroot",
            value: Some(Value { name: "DIR", values: Values::Folder }),
            help: "look for sshd's files under DIR, such as the mounted disk of a VM",
        },
        StyleFlag::Hash.row(Flag::Style(StyleFlag::Hash)),
        StyleFlag::Art.row(Flag::Style(StyleFlag::Art)),
        StyleFlag::Only.row(Flag::Style(StyleFlag::Only)),
        StyleFlag::Json.row(Flag::Style(StyleFlag::Json)),
        StyleFlag::Quiet.row(Flag::Style(StyleFlag::Quiet)),
    ],
    groups: &[
        ("Mode", "connect"),
        ("Hosts", "hosts"),
        ("Trust", "expect"),
        ("This machine and files", "list"),
        ("Output", "fingerprint-hash"),
    ],
    renamed: &[],
    foreign: &FOREIGN,
    exit_status: [
        "every key was printed; or every host is the one that is expected",
        "a host is not the expected one, or does not prove that it holds its key; a file holds no key; or a host key is empty, damaged, or not that of its `.pub`; this status wins over 2",
        "wrong usage, no host key, a file that cannot be opened or read, an unreachable host, or an SRC that holds no fingerprint or says nothing about a host",
    ],
    json: &[
        &KeyObject::JSON,
        &HostObject::JSON,
        &ErrorObject::JSON,
        &KnownHostsObject::JSON,
        &SharedObject::JSON,
        &SummaryObject::JSON,
    ],
    files: &[
        ("/etc/ssh/sshd_config", "names the host keys"),
        ("/etc/ssh/ssh_host_*_key.pub", "the host keys where sshd_config names none"),
    ],
    environment: &[],
    examples: &[
        Example {
            purpose: "All host keys of this VM:",
            commands: "hostfp",
            prints: "256 SHA256:[..] (ECDSA)\n256 SHA256:[..] (ED25519)\n3072 SHA256:[..] (RSA)\n",
        },
        Example {
            purpose: "From outside: is this the VM whose fingerprints Run Command printed? Its keys are added for ssh:",
            commands: "hostfp --expect fingerprints --known-hosts known_hosts 203.0.113.7",
            prints: "hostfp: 203.0.113.7: this is your VM: its ED25519 key is as expected\n",
        },
        Example {
            purpose: "The keys that a host proves to hold:",
            commands: "hostfp --connect 203.0.113.7",
            prints: "256 SHA256:[..] 203.0.113.7 (ED25519)\n",
        },
        Example {
            purpose: "The article's line for Run Command, with the name replaced:",
            commands: "hostfp /etc/ssh/ssh_host_ecdsa_key.pub | awk '{print $2}'",
            prints: "SHA256:[..]\n",
        },
        Example {
            purpose: "The fingerprints of the keys in a file, as ssh-keygen prints them:",
            commands: "hostfp -lf id_rsa.pub",
            prints: "2048 SHA256:[..] me@laptop (RSA)\n",
        },
        Example {
            purpose: "The host keys on the mounted disk of a VM:",
            commands: "hostfp --sysroot vm",
            prints: "256 SHA256:[..] (ECDSA)\n256 SHA256:[..] (ED25519)\n3072 SHA256:[..] (RSA)\n",
        },
        Example {
            purpose: "Another VM than the one that is expected; --expect takes a fingerprint, too:",
            commands: "hostfp --expect SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU 203.0.113.7",
            prints: "hostfp: 203.0.113.7: this is not your VM: the host showed the ED25519 key SHA256:[..], which is not \
                     the fingerprint that you gave\n\
                     hostfp: hint: do not connect; if the fingerprint is old, get it again with Run Command\n",
        },
        Example {
            purpose: "A fleet: each host of a list, compared with its own file in a folder; only problems are printed:",
            commands: "hostfp -q --expect outputs -f hosts",
            prints: "",
        },
        Example {
            purpose: "What ssh's KnownHostsCommand asks first: the types of keys to ask the host for:",
            commands: "hostfp --expect fingerprints --answer-ssh ORDER 203.0.113.7 NONE NONE NONE",
            prints: "* ssh-ed25519 [..]\n",
        },
        Example {
            purpose: "A script for Run Command on VMs without hostfp, for `--scripts @script.sh`:",
            commands: "hostfp --run-command-script > script.sh",
            prints: "",
        },
    ],
    see_also: &["keygen(1)", "pubfp(1)", "ssh(1)", "ssh_config(5)", "sshd_config(5)", "ssh-keygen(1)"],
};

/// The options of ssh-keyscan and ssh-keygen that hostfp does not have.
static FOREIGN: [Foreign; 6] = [
    Foreign::elsewhere('c', "asks for certificates", "`ssh-keyscan -c HOST` does"),
    Foreign::elsewhere(
        'D',
        "prints DNS records",
        "`pubfp --sshfp HOST /etc/ssh/*.pub` prints them on the VM, `ssh-keyscan -D HOST` from outside",
    ),
    Foreign::elsewhere('O', "chooses the hash of DNS records", "`ssh-keyscan -D -O hashalg=sha256 HOST` does"),
    Foreign::elsewhere(
        'F',
        "finds a host in known_hosts",
        "`ssh-keygen -F HOST` does; `hostfp --expect ~/.ssh/known_hosts HOST` verifies the host by it",
    ),
    Foreign::elsewhere(
        'R',
        "removes a host from known_hosts",
        "`ssh-keygen -R HOST` does; `hostfp --expect SRC --known-hosts ~/.ssh/known_hosts HOST` replaces a key only \
         after it verified the new one",
    ),
    Foreign::elsewhere('y', "prints the public half of a private key", "`keygen -y -f FILE` does"),
];

/// The parsed command line.
#[derive(Debug, Default)]
pub struct Args {
    /// The source of the trusted fingerprints.
    pub expect: Option<OsString>,
    /// The operands are ssh's arguments.
    pub answer_ssh: bool,
    /// Print the script.
    pub run_command_script: bool,
    /// The operands are hosts.
    pub connect: bool,
    /// The operands are files, and so is the value of `-f`.
    pub list: bool,
    /// The port of hosts that are named without one.
    pub port: Option<u16>,
    /// IPv4 only.
    pub v4: bool,
    /// IPv6 only.
    pub v6: bool,
    /// The types of keys to ask hosts for.
    pub types: Option<Vec<Kind>>,
    /// The time limit of each connection to a host.
    pub limit: Option<Duration>,
    /// A file of hosts.
    pub hosts: Option<OsString>,
    /// Which boot of a log counts.
    pub boot: Option<BootChoice>,
    /// The file to which verified keys are added.
    pub known_hosts: Option<PathBuf>,
    /// Hash host names in that file.
    pub hash_hosts: bool,
    /// The folder with this machine's files.
    pub sysroot: Option<PathBuf>,
    /// How to print.
    pub style: Style,
    /// Files, hosts, or ssh's arguments.
    pub operands: Vec<OsString>,
}

impl Options for Args {
    type Flag = Flag;
    const TOOL: &'static Tool<Flag> = &TOOL;

    fn accept(&mut self, word: Word<Flag>) -> Result<(), Error> {
        match word {
            Word::Option(flag, value) => match flag {
                Flag::Expect => self.expect = Some(value),
                Flag::AnswerSsh => self.answer_ssh = true,
                Flag::RunCommandScript => self.run_command_script = true,
                Flag::Connect => self.connect = true,
                Flag::List => self.list = true,
                Flag::Port => self.port = Some(number(&value, "port", parse_port)?),
                Flag::V4 => self.v4 = true,
                Flag::V6 => self.v6 = true,
                Flag::Types => self.types = Some(parse_types(&value.to_string_lossy())?),
                Flag::Limit => self.limit = Some(number(&value, "number of seconds", parse_limit)?),
                Flag::Hosts => self.hosts = Some(value),
                Flag::Boot => self.boot = Some(number(&value, "boot: first, last, or its number", parse_boot)?),
                Flag::KnownHosts => self.known_hosts = Some(value.into()),
                Flag::HashHosts => self.hash_hosts = true,
                Flag::Sysroot => self.sysroot = Some(value.into()),
                Flag::Style(flag) => self.style.accept(flag, &value)?,
            },
            Word::Operand(operand) => self.operands.push(operand),
        }
        Ok(())
    }
}

/// The longest time limit for a host, in seconds.
const MAX_SECONDS: u64 = 24 * 60 * 60;

fn parse_boot(word: &str) -> Option<BootChoice> {
    match word {
        "first" => Some(BootChoice::First),
        "last" => Some(BootChoice::Last),
        number => number.parse().ok().map(BootChoice::Number),
    }
}

/// The types of `-t`, by the names that ssh-keyscan and keygen use.
const TYPES: &[&str] = &["ed25519", "ecdsa", "rsa", "dsa", "mldsa44-ed25519"];

/// Parses a list of these types, or of key type names such as `ssh-rsa`.
fn parse_types(list: &str) -> Result<Vec<Kind>, Error> {
    let kinds = |name: &str| match &*name.to_ascii_lowercase() {
        "ecdsa" => Ok(vec![Kind::Ecdsa(Curve::Nistp256), Kind::Ecdsa(Curve::Nistp384), Kind::Ecdsa(Curve::Nistp521)]),
        "ed25519" => Ok(vec![Kind::Ed25519]),
        "rsa" | "rsa-sha2-256" | "rsa-sha2-512" => Ok(vec![Kind::Rsa]),
        "dsa" => Ok(vec![Kind::Dsa]),
        "mldsa44-ed25519" => Ok(vec![Kind::MlDsa44Ed25519]),
        name => match Kind::of_name(name.as_bytes()) {
            (Kind::Unknown, _) | (_, true) => {
                Err(Error::failure(format!("'{}' is not a type of host keys", escape::text(name.as_bytes())))
                    .hint(format!("-t takes a list of {}", TYPES.join(", "))))
            }
            (kind, false) => Ok(vec![kind]),
        },
    };
    list.split(',').map(kinds).collect::<Result<Vec<_>, _>>().map(|kinds| kinds.concat())
}

fn parse_limit(digits: &str) -> Option<Duration> {
    let seconds = digits.parse().ok().filter(|seconds| (1..=MAX_SECONDS).contains(seconds))?;
    digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| Duration::from_secs(seconds))
}

fn number<T>(value: &OsString, what: &str, parse: impl Fn(&str) -> Option<T>) -> Result<T, Error> {
    value
        .to_str()
        .and_then(parse)
        .ok_or_else(|| Error::failure(format!("'{}' is no {what}", escape::text(value.as_encoded_bytes()))))
}
