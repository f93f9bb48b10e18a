//! Turns the parsed command line into one task, and checks its options against each other.

use std::ffi::OsString;
use std::path::{Path, PathBuf, is_separator};
use std::time::Duration;

use common::error::{Error, Place};
use common::key::Kind;
use common::report::Style;

use crate::answer::{AnswerOptions, Question};
use crate::args::Args;
use crate::handshake::connect::{ConnectOptions, Family};
use crate::handshake::target::SSH_PORT;
use crate::trusted::BootChoice;

/// The task of a run.
pub(crate) enum Config {
    /// Print the script for Run Command.
    RunCommandScript,
    /// Print the host keys of the machine whose files are in this folder.
    Local(PathBuf),
    /// Print the keys in these files.
    Files(Vec<OsString>),
    /// Ask hosts for their keys.
    Connect(Connect),
    /// Answer ssh.
    Answer(Question, Expectation, AnswerOptions),
}

/// The source of the trusted fingerprints.
pub(crate) struct Expectation {
    /// A fingerprint, a key, a file, a folder, or `-`.
    pub(crate) source: OsString,
    /// Which boot of a log counts.
    pub(crate) boot: Option<BootChoice>,
}

/// The hosts to ask, and what for.
pub(crate) struct Connect {
    /// Hosts.
    pub(crate) operands: Vec<OsString>,
    /// A file of hosts.
    pub(crate) hosts: Option<OsString>,
    /// The port of hosts that are named without one.
    pub(crate) port: u16,
    /// The types of keys to ask for; `None` for all, or for those that are expected.
    pub(crate) types: Option<Vec<Kind>>,
    /// How to connect to them.
    pub(crate) options: ConnectOptions,
    /// What to compare them with.
    pub(crate) expect: Option<Expectation>,
    /// The file to which verified keys are added.
    pub(crate) known_hosts: Option<PathBuf>,
    /// Hash host names in that file.
    pub(crate) hash_hosts: bool,
}

impl Config {
    /// # Errors
    /// Options exclude each other, or one lacks another.
    pub(crate) fn new(mut args: Args) -> Result<Self, Error> {
        if args.run_command_script {
            if !is_alone(&args) {
                return Err(Error::failure("--run-command-script cannot be combined with other options"));
            }
            return Ok(Self::RunCommandScript);
        }
        complete(&mut args)?;
        check(&args)?;
        let (port, options) = (args.port.unwrap_or(SSH_PORT), connect_options(&args));
        let expect = args.expect.map(|source| Expectation { source, boot: args.boot });
        match (expect, args.answer_ssh) {
            (expect, _) if args.connect => {
                let is_stdin = |source: &OsString| source == "-";
                if expect.as_ref().is_some_and(|expect| is_stdin(&expect.source))
                    && args.hosts.as_ref().is_some_and(is_stdin)
                {
                    return Err(Error::failure("standard input cannot hold both the hosts and the expectations"));
                }
                let Args { operands, hosts, types, known_hosts, hash_hosts, .. } = args;
                Ok(Self::Connect(Connect { operands, hosts, port, types, options, expect, known_hosts, hash_hosts }))
            }
            (Some(expect), true) => {
                let options = AnswerOptions { port, connect: options, quiet: args.style.quiet };
                Ok(Self::Answer(Question::of(&args.operands)?, expect, options))
            }
            (None, true) => {
                Err(Error::failure("--answer-ssh needs --expect").hint("--expect SRC sets the trusted keys"))
            }
            (Some(_), false) => {
                Err(Error::failure("--expect needs a host, or --answer-ssh").hint("hostfp --expect SRC HOST"))
            }
            (None, false) if args.operands.is_empty() => Ok(Self::Local(args.sysroot.unwrap_or_else(|| "/".into()))),
            (None, false) => Ok(Self::Files(args.operands)),
        }
    }
}

/// Whether `--run-command-script` is the only option. All fields are named, so the compiler reports a forgotten new one.
fn is_alone(args: &Args) -> bool {
    let Args {
        expect,
        answer_ssh,
        run_command_script: _,
        connect,
        list,
        port,
        v4,
        v6,
        types,
        limit,
        hosts,
        boot,
        known_hosts,
        hash_hosts,
        sysroot,
        style,
        operands,
    } = args;
    let has_flag = *answer_ssh || *connect || *list || *v4 || *v6 || *hash_hosts;
    let has_value = expect.is_some()
        || port.is_some()
        || types.is_some()
        || limit.is_some()
        || hosts.is_some()
        || boot.is_some()
        || known_hosts.is_some()
        || sysroot.is_some();
    !has_flag && !has_value && *style == Style::default() && operands.is_empty()
}

/// Adds implied options: operands that are compared or have a port are hosts, and those of `-l` are files.
///
/// # Errors
/// A file is to be compared.
fn complete(args: &mut Args) -> Result<(), Error> {
    if args.connect || args.answer_ssh || args.sysroot.is_some() {
        return Ok(());
    }
    if args.list {
        args.operands.extend(args.hosts.take());
    }
    if args.expect.is_some() && !args.list {
        let is_file = |operand: &&OsString| {
            operand.as_encoded_bytes().iter().any(|byte| is_separator(char::from(*byte)))
                && Path::new(operand).is_file()
        };
        if let Some(file) = args.operands.iter().find(is_file) {
            return Err(Error::failure("--expect compares hosts, and this is a file")
                .at(Place::file(Path::new(file)))
                .hint("`pubfp FILE` prints the fingerprints of the keys in a file"));
        }
        args.connect = !args.operands.is_empty() || args.hosts.is_some();
    }
    let reaches = args.port.is_some() || args.types.is_some() || args.v4 || args.v6 || args.limit.is_some();
    args.connect |= reaches && !(args.operands.is_empty() && args.hosts.is_none());
    Ok(())
}

/// Checks options that need or exclude each other.
///
/// # Errors
/// One of two options that need each other is missing, or options that exclude each other are given.
fn check(args: &Args) -> Result<(), Error> {
    if args.hosts.is_some() && !args.connect {
        return Err(Error::failure("-f needs --connect or -l")
            .hint("hostfp --connect -f HOSTS for a list of hosts, hostfp -lf FILE for the keys in a file"));
    }
    let needs = |given: bool, option: &str, other: &str| {
        let how = match option {
            "--known-hosts" | "-H" => {
                "hostfp --expect SRC --known-hosts FILE [-H] HOST[:PORT] adds hosts that are verified"
            }
            _ => "hostfp [--expect SRC] --connect HOST[:PORT]",
        };
        if given { Err(Error::failure(format!("{option} needs {other}")).hint(how)) } else { Ok(()) }
    };
    if args.known_hosts.as_deref().is_some_and(|file| file.as_os_str() == "-") {
        return Err(Error::failure("--known-hosts needs a file name")
            .hint("without it, hostfp prints the lines; ./- is a file of that name"));
    }
    needs(args.boot.is_some() && args.expect.is_none(), "--boot", "--expect")?;
    if args.v4 && args.v6 {
        return Err(Error::failure("-4 and -6 are mutually exclusive"));
    }
    if args.types.is_some() && args.expect.is_some() {
        return Err(Error::failure("-t and --expect are mutually exclusive")
            .hint("omit -t: a host is asked for keys of the expected types"));
    }
    if args.connect {
        if args.answer_ssh || args.sysroot.is_some() || args.list {
            return Err(Error::failure("--connect cannot be used with --answer-ssh, --sysroot or -l"));
        }
        // Only verified keys are written.
        needs(args.known_hosts.is_some() && args.expect.is_none(), "--known-hosts", "--expect")?;
        return needs(args.hash_hosts && args.expect.is_none(), "-H", "--expect");
    }
    // Answering ssh may take a connection to the host.
    let reaches = args.answer_ssh;
    for (given, option) in [
        (args.port.is_some() && !reaches, "-p"),
        (args.types.is_some(), "-t"),
        (args.v4 && !reaches, "-4"),
        (args.v6 && !reaches, "-6"),
        (args.limit.is_some() && !reaches, "-T"),
        (args.known_hosts.is_some(), "--known-hosts"),
        (args.hash_hosts, "-H"),
    ] {
        needs(given, option, "--connect")?;
    }
    Ok(())
}

/// How to connect to hosts.
fn connect_options(args: &Args) -> ConnectOptions {
    // A user waits for ssh, and ssh goes on without an answer.
    let usual = if args.answer_ssh { 3 } else { 5 };
    let family = match (args.v4, args.v6) {
        (true, _) => Family::V4,
        (_, true) => Family::V6,
        _ => Family::Any,
    };
    ConnectOptions { family, limit: args.limit.unwrap_or(Duration::from_secs(usual)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_script_goes_with_no_other_option() {
        let is_alone = |change: fn(&mut Args)| {
            let mut args = Args { run_command_script: true, ..Args::default() };
            change(&mut args);
            Config::new(args).is_ok()
        };
        assert!(is_alone(|_| {}));
        let others: [fn(&mut Args); 17] = [
            |args| args.expect = Some("SHA256:x".into()),
            |args| args.answer_ssh = true,
            |args| args.connect = true,
            |args| args.list = true,
            |args| args.port = Some(22),
            |args| args.v4 = true,
            |args| args.v6 = true,
            |args| args.types = Some(vec![Kind::Rsa]),
            |args| args.limit = Some(Duration::from_secs(1)),
            |args| args.hosts = Some("hosts".into()),
            |args| args.boot = Some(BootChoice::First),
            |args| args.known_hosts = Some("known_hosts".into()),
            |args| args.hash_hosts = true,
            |args| args.sysroot = Some("/mnt".into()),
            |args| args.style.quiet = true,
            |args| args.style.json = true,
            |args| args.operands = vec!["vm".into()],
        ];
        for (number, change) in others.into_iter().enumerate() {
            assert!(!is_alone(change), "{number}");
        }
    }
}
