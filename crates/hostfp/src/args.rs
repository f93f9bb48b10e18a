//! What hostfp takes.

use std::ffi::OsString;
use std::path::PathBuf;

use common::cli::{Example, Opt, Options, Tool, Value, Values, Word};
use common::error::Error;
use common::lines::{FINGERPRINT_JSON, Style, StyleFlag};

/// hostfp's options.
#[derive(Clone, Copy, Debug)]
pub enum Flag {
    /// `--expect`
    Expect,
    /// `--answer-ssh`
    AnswerSsh,
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
        "--expect SRC --answer-ssh %I %H %t %K %f",
        "--run-command-script",
    ],
    description: &[
        "On the VM: prints the fingerprint of every host key of this machine, as `ssh-keygen -lf` would for each. The \
         keys are those that sshd_config(5) names with HostKey, with Include followed, and else \
         /etc/ssh/ssh_host_*_key.pub. A host key's own file is read where that is allowed and its form is known, and \
         else the `.pub` beside it. With PATHs, prints the keys in those files.",
        "From outside: as ssh's KnownHostsCommand, tells ssh whether the host that it meets is the one whose \
         fingerprints SRC holds. Nothing is scanned before the connection. ssh asks twice: first for the types to ask \
         the host for, which are those of the fingerprints in SRC; then about the key that the host has proven to \
         hold. If its fingerprint is in SRC, ssh goes on without a question; else the connection ends, and hostfp says \
         why.",
        "SRC is a fingerprint (`SHA256:` and 43 characters), a file, or `-` for standard input. A file may hold \
         lines of `ssh-keygen -l` or hostfp; public host keys or lines of `known_hosts`, if they are of one host; \
         what `az vm run-command invoke` or `show --instance-view`, or PowerShell's Invoke-AzVMRunCommand, printed, \
         in any form that holds the script's output; or the serial log of a machine's first boot by cloud-init, of \
         which the last boot counts. UTF-16 is decoded. MD5 and SHA-1 fingerprints are not trusted, nor is one that \
         is cut short, the first line of an output that Run Command cut, or a fingerprint among other words, as in \
         sshd's log. What Run Command says when its script failed or was never run is told from fingerprints. Under \
         ssh standard input is empty, so SRC is a file there, whose name may begin with ssh's `%d` for the home \
         folder.",
        "--run-command-script prints one line of POSIX shell, for `az vm run-command invoke --scripts \"$(hostfp \
         --run-command-script)\"`. On the VM it uses hostfp, else ssh-keygen, openssl, or sha256sum and base64, be \
         they busybox's; without any it prints the public keys. It is shorter than 2000 bytes (cmd.exe takes 8191), \
         has no double quote, percent sign or newline for a shell to trip over, and prints less than the 4096 bytes \
         that Run Command keeps. Where a shell has no `$(...)`, save it to a file and give `--scripts @FILE`.",
    ],
    options: &[
        Opt {
            flag: Flag::Expect,
            short: None,
            long: "expect",
            value: Some(Value { name: "SRC", values: Values::File }),
            help: "the fingerprints to trust: one, a file of them, or - for standard input",
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
    exit_status: [
        "every key was printed; or the host is the one that is expected",
        "a file holds no key; or the host is not the one that is expected",
        "wrong usage, no host key, an unreadable file, or SRC holds no fingerprint",
    ],
    json: FINGERPRINT_JSON,
    files: &[
        ("/etc/ssh/sshd_config", "names the host keys"),
        ("/etc/ssh/ssh_host_*_key.pub", "the host keys where sshd_config names none"),
    ],
    examples: &[
        Example {
            purpose: "The article's line for Run Command, with the name replaced:",
            commands: "hostfp /etc/ssh/ssh_host_ecdsa_key.pub | awk '{print $2}'",
            prints: "SHA256:[..]\n",
        },
        Example {
            purpose: "All host keys of this VM:",
            commands: "hostfp",
            prints: "256 SHA256:[..] (ECDSA)\n256 SHA256:[..] (ED25519)\n3072 SHA256:[..] (RSA)\n",
        },
    ],
    see_also: &["keygen(1)", "pubfp(1)", "ssh(1)", "ssh_config(5)", "sshd_config(5)", "ssh-keygen(1)"],
};

/// What the command line said.
#[derive(Debug, Default)]
pub struct Args {
    /// Where the trusted fingerprints are.
    pub expect: Option<OsString>,
    /// The operands are ssh's.
    pub answer_ssh: bool,
    /// Print the script.
    pub run_command_script: bool,
    /// Where this machine's files are.
    pub sysroot: Option<PathBuf>,
    /// How to print.
    pub style: Style,
    /// Files, or ssh's words.
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
                Flag::Sysroot => self.sysroot = Some(value.into()),
                Flag::Style(flag) => self.style.accept(flag, &value)?,
            },
            Word::Operand(operand) => self.operands.push(operand),
        }
        Ok(())
    }
}
