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
        "# On the VM",
        "Prints the fingerprint of every host key of this machine, as `ssh-keygen -lf` does for each. The \
         keys are those of HostKey in sshd_config(5) and the files that it includes; without HostKey they are \
         /etc/ssh/ssh_host_*_key (on Windows %ProgramData%\\ssh). hostfp reads the private key's file if that is \
         allowed and its format is known, and otherwise the `.pub` beside it. It reports an empty or damaged private \
         key, and a `.pub` of another key. The certificates of HostCertificate follow. With PATHs, prints the keys in \
         those files.",
        "# From outside",
        "Connects to each HOST and prints the fingerprints of its keys, as `ssh-keyscan HOST | \
         ssh-keygen -lf -` does. Unlike ssh-keyscan, it makes the host prove by a signature that it holds each key. It \
         does not log in. It requests every type of key that the host has: Ed25519, ECDSA, RSA, ML-DSA-44 with Ed25519 \
         (OpenSSH since 10.5), and DSA if there is no other. A note reports a host that offers no post-quantum key \
         exchange, or only key exchanges with SHA-1; -v shows the key exchange and the signature algorithm.",
        "With --expect, -p, -t, -4, -6 or -T, operands are hosts even without --connect. A user name before a host \
         (`user@HOST`) is dropped. Options are those of ssh-keyscan: -f names a list of hosts (with -l, as for \
         ssh-keygen, a file of keys), -p a port, and -H hashes names.",
        "# Verifying a host",
        "With --expect SRC, hostfp compares the keys of the host with the fingerprints in SRC. If they match, it \
         prints lines for known_hosts with the matching keys, or adds them to the file of --known-hosts. If they do \
         not, it reports what the host showed instead, and writes nothing.",
        "hostfp also requests the key types that the file of --known-hosts has for the host, so ssh agrees afterwards. \
         A line with a key that differs from the host's is removed. A line with a key that the host did not show is \
         reported. A pattern with another key is a \"no\". The file is written once, after the last host, with all \
         hosts that were verified, whatever the results of the others. If hostfp is interrupted before that, the file \
         is unchanged.",
        "Only you or root may be able to change the file of --known-hosts. It, and each folder above it up to the home \
         folder, must belong to you or root, and neither group nor others may be able to write it, as sshd(8) requires \
         for authorized_keys (StrictModes); `chmod go-w` helps. A folder with the sticky bit, such as /tmp, may be \
         writable by others. A symbolic link is followed if it is yours or root's. While hostfp writes, the lock file \
         `.FILE.hostfp-lock` is beside the file; another hostfp waits for it, at most 30 seconds for each one ahead of \
         it.",
        "# Many hosts",
        "hostfp connects to many hosts at once, and reports them in order; a slow or dead host delays no other. A line \
         of FILE (-f) is as in ssh-keyscan(1): `ADDRESS[,ADDRESS ...] [NAME[,NAME ...]]` or a range such as \
         `10.0.0.0/24`, which may also be an operand. At the end hostfp reports how many hosts are as expected, and \
         which of them share a key, as machines made from one image do.",
        "SRC has an expectation for each host if it is one of these:",
        "- a folder: hostfp reads the file that is named after the host (`HOST`, `HOST.json`, `HOST.txt` and the like; \
         for another port than 22 `[HOST]:PORT` or `HOST:PORT`)",
        "- JSON Lines: hostfp reads the objects that name the host in `host`. They have the fields that `hostfp \
         --connect --json` prints, or `fingerprints` or `keys` as a list of lines, or the output of Run Command on \
         that host",
        "- `known_hosts`: hostfp reads the lines that name the host, by name, hash or pattern",
        "An expectation without a port is for port 22. If a host has several names, all names that have an expectation \
         must agree. A result that was not as expected is not an expectation. hostfp does not connect to a host \
         without an expectation in SRC, and the exit status is 2.",
        "# As KnownHostsCommand of ssh",
        "Tells ssh whether it has reached the host whose fingerprints are in SRC. ssh runs \
         hostfp twice: first for the key types to request, which are those of the fingerprints in SRC; then for the \
         key that the host has proven to hold. If the fingerprint of this key is in SRC, ssh continues without a \
         question; otherwise the connection ends, and hostfp prints the reason.",
        "A bare fingerprint in SRC does not show its key type. Only in this case, hostfp itself connects to the host \
         first, and requests its keys, one at a time, until one has this fingerprint. For this it needs the port, \
         `%p`; `-T` limits the time. If hostfp cannot reach the host, as behind ProxyJump, it prints how to give the \
         type to ssh, with HostKeyAlgorithms.",
        "# What SRC may be",
        "SRC is a fingerprint (with or without its type before it), a public key, a file, a folder, or `-` for \
         standard input. An argument that is a fingerprint or a key is never a file name; write `./NAME` for such a \
         file. UTF-16 is decoded. A file named authorized_keys, allowed_signers or id_TYPE.pub contains users' keys, \
         and is refused. A file is read once, and its start decides its format:",
        "- lines of `ssh-keygen -l` or hostfp, or public host keys",
        "- `known_hosts`",
        "- the output of Run Command: `az vm run-command invoke` or `show --instance-view`, or PowerShell's \
         Invoke-AzVMRunCommand, in any format that contains the script's output",
        "- the serial log of a first boot (cloud-init), or the console of CoreOS, Flatcar or openSUSE",
        "- the output of `hostfp --json` or `pubfp --json` about host keys",
        "- SSHFP records",
        "- the host keys of PuTTY or WinSCP (a registry export)",
        "- a list or table, such as Markdown's, in which every row is a type and a fingerprint",
        "- the table of `gcloud compute instances get-guest-attributes VM --query-path=hostkeys/`",
        "- JSON in which names say that their values are host keys (`hostKeys`, `ssh_host_ed25519_key`) or a \
         console's log",
        "Every line of a list, and of a script's output, must be a fingerprint, a host key or a line of `known_hosts` \
         as a whole; blank lines and comments after `#` are skipped. Any other line is refused with its number. \
         Strings that strangers send to a machine (user names, comments, arguments) are among other words in its logs \
         and lists, and must not count.",
        "A list is of one host: two different keys of one type, or comments `root@HOST` of different hosts, are \
         refused. A log of two boots with different host keys is a \"no\" unless --boot selects one. A key marked \
         `@revoked` never matches. hostfp does not trust MD5 and SHA-1 fingerprints, users' keys, a truncated \
         fingerprint, the first line of an output that Run Command truncated, or Run Command's own messages about a \
         script that failed or was never run.",
        "Under ssh, standard input is empty, so SRC cannot be `-`; a file name may begin with ssh's `%d` for the home \
         folder.",
        "# Run Command",
        "--run-command-script prints one line of POSIX shell, for `az vm run-command invoke --scripts \"$(hostfp \
         --run-command-script)\"`. On the VM the script uses hostfp, or else ssh-keygen, openssl, or sha256sum and \
         base64, also those of busybox; without any of them it prints the public keys. It is shorter than 2000 bytes \
         (cmd.exe accepts 8191), and has no double quote, percent sign or newline, which some shells would change. It \
         prints less than the 4096 bytes that Run Command keeps. If your shell has no `$(...)`, save the script to a \
         file and use `--scripts @FILE`.",
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
            help: "print a script for Run Command that prints the fingerprints of all host keys on any VM",
        },
        Opt {
            flag: Flag::Hosts,
            short: Some('f'),
            long: "hosts",
            value: Some(Value { name: "FILE", values: Values::File }),
            help: "also connect to the hosts in FILE, one per line as for ssh-keyscan; - is standard input",
        },
        Opt {
            flag: Flag::Port,
            short: Some('p'),
            long: "port",
            value: Some(Value { name: "PORT", values: Values::Any }),
            help: "the port for hosts without one (default 22)",
        },
        Opt {
            flag: Flag::Types,
            short: Some('t'),
            long: "types",
            value: Some(Value { name: "TYPE,...", values: Values::OneOf(TYPES) }),
            help: "request keys of these types only, as ssh-keyscan does: ed25519, ecdsa, rsa, dsa, mldsa44-ed25519; not with --expect",
        },
        Opt { flag: Flag::V4, short: Some('4'), long: "ipv4", value: None, help: "connect to IPv4 addresses only" },
        Opt { flag: Flag::V6, short: Some('6'), long: "ipv6", value: None, help: "connect to IPv6 addresses only" },
        Opt {
            flag: Flag::Limit,
            short: Some('T'),
            long: "timeout",
            value: Some(Value { name: "SECONDS", values: Values::Any }),
            help: "timeout for each key, from connecting to the proof (default 5 seconds, under ssh 3)",
        },
        Opt {
            flag: Flag::Expect,
            short: None,
            long: "expect",
            value: Some(Value { name: "SRC", values: Values::File }),
            help: "the fingerprints to trust: a fingerprint, a file, a folder of files named after hosts, or - for standard input",
        },
        Opt {
            flag: Flag::Boot,
            short: None,
            long: "boot",
            value: Some(Value { name: "WHICH", values: Values::Any }),
            help: "select one boot in a log of boots with different host keys: first, last, or its number",
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
        "every key was printed; or every host is the expected one",
        "a host is not the expected one, or does not prove that it holds its key; a file contains no key; or a host \
         key is empty, damaged, or not that of its `.pub`; this status takes precedence over 2",
        "wrong usage, no host key, a file that cannot be opened or read, an unreachable host, or an SRC without a \
         fingerprint or without an expectation for a host",
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
        ("/etc/ssh/ssh_host_*_key.pub", "the host keys if sshd_config names none"),
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
            purpose: "The command of Microsoft's article for Run Command, with the name replaced:",
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
            purpose: "A VM that is not the expected one; --expect also accepts a fingerprint:",
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
            purpose: "The first answer to ssh's KnownHostsCommand: the key types to request:",
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
        "`pubfp --sshfp HOST /etc/ssh/ssh_host_*_key.pub`, run on the VM, prints them",
    ),
    Foreign::elsewhere('O', "chooses the hash of DNS records", "`pubfp --sshfp` prints SHA-256 records"),
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
        .ok_or_else(|| Error::failure(format!("'{}' is not a {what}", escape::text(value.as_encoded_bytes()))))
}
