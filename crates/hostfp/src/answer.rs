//! Answers ssh as its KnownHostsCommand (ssh_config(5)). ssh passes `%I %H %t %K %f` and reads lines of `known_hosts`; an
//! exit status other than 0 ends the connection.

use std::ffi::{OsStr, OsString};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::cli::Env;
use common::error::{Error, ExitStatus, Place};
use common::escape;
use common::key::{Kind, PublicKey};

use crate::expected::Expected;
use crate::handshake::connect::ConnectOptions;
use crate::handshake::target::Target;
use crate::handshake::which::which;
use crate::judgement::{Verdict, judge, kinds};
use crate::known_hosts;
use crate::refusal::{AskedFor, refusal};
use crate::stand_in::stand_in;
use crate::trusted::Trusted;

/// The ssh command line that calls hostfp.
pub(crate) const USE: &str = "ssh -o StrictHostKeyChecking=yes -o UserKnownHostsFile=none \
     -o KnownHostsCommand='/path/to/hostfp --expect SRC --answer-ssh -p %p %I %H %t %K %f' HOST";

/// A question of ssh.
#[derive(Debug)]
pub(crate) struct Question {
    /// `%H`: the host as `known_hosts` names it, but without its port for ORDER.
    host: String,
    asked: Asked,
}

#[derive(Debug)]
enum Asked {
    /// `%I` is ORDER: which types of host key should ssh ask the host for?
    Order,
    /// `%I` is HOSTNAME or ADDRESS: is this key (`%K`), which the host has proven to hold, known for this name?
    Key {
        key: PublicKey<'static>,
        /// ssh also asks about the address of a name that it asks about (CheckHostIP).
        is_address: bool,
    },
}

impl Question {
    /// Reads the arguments that ssh passes.
    ///
    /// # Errors
    /// They are not what ssh passes for `%I %H %t %K %f`.
    pub(crate) fn of(arguments: &[OsString]) -> Result<Self, Error> {
        let usage = |why: &str| Error::failure(why.to_owned()).hint(USE);
        let arguments: Vec<&str> = arguments.iter().filter_map(|word| word.to_str()).collect();
        let [purpose, host, key_type, blob, _fingerprint] = arguments[..] else {
            return Err(usage("--answer-ssh needs ssh's five arguments %I %H %t %K %f"));
        };
        let asked = match purpose {
            "ORDER" => Asked::Order,
            "HOSTNAME" | "ADDRESS" => {
                let blob = STANDARD.decode(blob).map_err(|_| usage("ssh's %K is not base64"))?;
                let key = PublicKey::from_blob(blob).map_err(|malformed| usage(&format!("ssh's %K: {malformed}")))?;
                if key.type_name() != key_type {
                    return Err(usage("ssh's %t is not the type of its %K"));
                }
                Asked::Key { key, is_address: purpose == "ADDRESS" }
            }
            _ => return Err(usage("ssh's %I is not ORDER, HOSTNAME or ADDRESS")),
        };
        if host.is_empty() || host.contains(|character: char| character.is_whitespace() || character.is_control()) {
            return Err(usage("ssh's %H is not a host"));
        }
        Ok(Self { host: host.to_owned(), asked })
    }

    /// The host as `known_hosts` names it. For ORDER, it is at this port.
    pub(crate) fn name(&self, port: u16) -> String {
        let target = match self.asked {
            Asked::Order => Target::parse(OsStr::new(&self.host), port).ok(),
            Asked::Key { .. } => None,
        };
        target.map_or_else(|| self.host.clone(), |target| target.to_string())
    }

    fn place(&self) -> Place {
        Place { file: escape::text(self.host.as_bytes()), line: None }
    }
}

/// How to answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AnswerOptions {
    /// The port of a host that ssh names without one.
    pub(crate) port: u16,
    /// How to connect to the host, if it must be asked which of its keys a fingerprint belongs to.
    pub(crate) connect: ConnectOptions,
    /// Print no notes about accepted keys.
    pub(crate) quiet: bool,
}

/// Answers with lines of `known_hosts`, or reports why not.
///
/// # Errors
/// The host is not the expected one.
pub(crate) fn answer(
    question: &Question,
    expected: &Expected,
    options: AnswerOptions,
    env: &mut Env<'_>,
) -> Result<ExitStatus, Error> {
    match &question.asked {
        Asked::Order => order(question, expected, options, env)?,
        Asked::Key { key, is_address } => {
            let names = [question.name(options.port)];
            // One name has one expectation.
            let trusted = match expected.find(&names)?.into_iter().next() {
                Some(trusted) => trusted,
                // A known_hosts need not have every address; what it has of the name decides.
                None if *is_address => return Ok(ExitStatus::Yes),
                None => return Err(expected.no_expectation(&names)),
            };
            if judge(key, &trusted) != Verdict::Match {
                trusted.notes.iter().chain(&trusted.mismatch_notes).for_each(|note| env.messages.note(note));
                return Err(refusal(&[key], &trusted, AskedFor::One(&type_hint(key.kind()))).at(question.place()));
            }
            if !options.quiet && !is_address {
                trusted.notes.iter().for_each(|note| env.messages.note(note));
            }
            env.print(known_hosts::line(&question.host, key))?;
        }
    }
    Ok(ExitStatus::Yes)
}

/// Tells ssh which types of key to ask the host for, one line each. Where no fingerprint has a type, the host itself is
/// asked. Its answer is only a hint: the key that the host proves to hold in ssh's own connection decides.
fn order(question: &Question, expected: &Expected, options: AnswerOptions, env: &mut Env<'_>) -> Result<(), Error> {
    let target = Target::parse(OsStr::new(&question.host), options.port);
    // The host may be known by another name (HostKeyAlias).
    let Some(trusted) =
        expected.of_host(&[question.name(options.port)]).ok().and_then(|trusted| trusted.into_iter().next())
    else {
        return Ok(());
    };
    let mut order = kinds(&trusted);
    if order.is_empty() {
        order.extend(ask_for_type(question, target, &trusted, options, env));
    }
    order.into_iter().filter_map(stand_in).try_for_each(|key| env.print(known_hosts::line("*", &key)))
}

/// Asks the host which of its keys has the fingerprint.
fn ask_for_type(
    question: &Question,
    target: Result<Target, Error>,
    trusted: &Trusted,
    options: AnswerOptions,
    env: &mut Env<'_>,
) -> Option<Kind> {
    let found = target.map_err(|error| error.message().to_owned()).and_then(|target| {
        let is_it = |key: &PublicKey<'_>| judge(key, trusted) == Verdict::Match;
        which(&target, options.connect, is_it).map_err(|failure| failure.to_string())
    });
    let (why, hint) = match found {
        Ok(Some(kind)) => return Some(kind),
        Ok(None) => ("no key that the host shows here has the fingerprint that you gave".to_owned(), None),
        Err(why) => (
            format!("your fingerprint has no key type, and the host could not be asked: {why}"),
            Some(format!("if ssh then sees another key, specify the type: {}", host_key_algorithms(None))),
        ),
    };
    if !options.quiet {
        env.messages.note(&format!("{}: {why}", question.place()));
        hint.into_iter().for_each(|hint| env.messages.hint(&hint));
    }
    None
}

/// The hint for a fingerprint of unknown type that is not the shown key's.
fn type_hint(shown: Kind) -> String {
    format!("if yours is of another type, specify it: {}", host_key_algorithms(Some(shown)))
}

/// The ssh option that sets which types to ask for.
fn host_key_algorithms(but_not: Option<Kind>) -> String {
    let of_kind = |name: &str| match name {
        "rsa-sha2-512" => Kind::Rsa,
        name => Kind::of_name(name.as_bytes()).0,
    };
    let usual = ["ecdsa-sha2-nistp256", "ssh-ed25519", "rsa-sha2-512"];
    let names: Vec<&str> = usual.into_iter().filter(|name| but_not != Some(of_kind(name))).collect();
    match names.as_slice() {
        [first, rest @ ..] => format!("-o HostKeyAlgorithms={first} (or {})", rest.join(", ")),
        [] => String::new(),
    }
}
