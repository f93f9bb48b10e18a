//! The errors of a connection to a host, and their messages. The messages are for a tired reader who wants to know whether
//! the network, the host, or an attack is the cause.

use std::fmt;
use std::io;

use common::error::Error;
use common::escape;
use common::key::{Hash, Malformed, PublicKey};

/// The step that was waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The name's addresses.
    Name,
    /// The connection.
    Connection,
    /// The SSH banner.
    Banner,
    /// The list of its algorithms.
    KexInit,
    /// Its half of the key exchange, with the signature.
    KeyExchange,
}

/// A kind of algorithm that both sides must have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// A key exchange.
    KeyExchange,
    /// A host key algorithm.
    HostKey,
}

/// A key that was shown without proof.
#[derive(Debug)]
pub(crate) struct Forgery {
    label: String,
    fingerprint: String,
}

impl Forgery {
    pub(super) fn of(key: &PublicKey<'_>) -> Self {
        Self { label: key.label().into_owned(), fingerprint: key.fingerprint(Hash::Sha256).to_string() }
    }
}

/// Why a host has proven nothing.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The name has no address.
    Unresolved(String),
    /// No address could be connected to.
    Unreachable(io::Error),
    /// The time limit was reached.
    Late(Stage),
    /// The host closed the connection.
    Closed(Stage),
    /// The connection failed for another reason.
    Io(io::Error),
    /// The other end sent something other than an SSH banner, perhaps nothing, and closed the connection.
    NoBanner {
        /// The first line of it, safe to print.
        said: Option<String>,
    },
    /// A banner of SSH 1, safe to print.
    OtherVersion(String),
    /// The host breaks the protocol; how, as a clause about "it".
    Protocol(&'static str),
    /// The host disconnects; with its message, safe to print.
    Disconnected(Option<String>),
    /// There is no algorithm that both sides know.
    NothingInCommon {
        /// The kind of algorithm.
        need: Need,
        /// The host's, printable.
        offered: Vec<String>,
    },
    /// It showed a key that cannot be parsed.
    HostKey(Malformed),
    /// It showed a key, and the signature is not valid for that key.
    Forged(Box<Forgery>),
    /// The system's random number generator cannot be read.
    NoRandomness,
}

impl Failure {
    /// Whether asking the same host for another type of key could succeed.
    pub(crate) const fn is_about_this_key_only(&self) -> bool {
        matches!(self, Self::HostKey(_) | Self::Forged(_) | Self::NothingInCommon { need: Need::HostKey, .. })
    }

    /// Whether no host answered.
    pub(crate) const fn is_no_answer(&self) -> bool {
        matches!(self, Self::Unresolved(_) | Self::Unreachable(_) | Self::Late(Stage::Name | Stage::Connection))
    }

    /// The remedy, where one is known.
    fn hint(&self) -> Option<&'static str> {
        Some(match self {
            Self::Unresolved(_) => {
                "is the name spelled correctly, and does the VM have a public name or address? For a name from ssh_config, give the HostName and Port that `ssh -G NAME` prints"
            }
            Self::Unreachable(cause) if cause.kind() == io::ErrorKind::ConnectionRefused => {
                "the host is there, but nothing listens on that port: is sshd running, is the port right (-p)?"
            }
            Self::Late(Stage::Connection) | Self::Unreachable(_) => {
                "is the VM running, and does its network security group let you in on that port? (-T waits longer)"
            }
            Self::Late(_) => "the host or the network is slow; -T SECONDS waits longer",
            Self::Closed(_) | Self::NoBanner { said: None } => TOO_OFTEN,
            Self::NoBanner { said: Some(said) } if is_refusal(said) => TOO_OFTEN,
            Self::NoBanner { said: Some(_) } => "is the port right? (-p)",
            Self::Disconnected(_) => "the quoted text is the host's own",
            Self::Forged(_) => {
                "do not connect: someone may intercept the connection and show a key that is not the host's"
            }
            _ => return None,
        })
    }

    /// The error for the user, with status No for a false proof and Error otherwise.
    pub(crate) fn error(&self) -> Error {
        let error = match self {
            Self::Forged(_) => Error::no(self.to_string()),
            _ => Error::failure(self.to_string()),
        };
        match self.hint() {
            Some(hint) => error.hint(hint),
            None => error,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unresolved(why) => write!(f, "the name has no address: {}", escape::text(why.as_bytes())),
            Self::Unreachable(cause) => f.write_str(Error::io("cannot connect", cause).message()),
            Self::Late(Stage::Name) => f.write_str("no answer in time about the name's address"),
            Self::Late(Stage::Connection) => f.write_str("no answer in time: nothing accepted the connection"),
            Self::Late(Stage::Banner) => f.write_str("it accepted the connection, but sent no SSH banner in time"),
            Self::Late(Stage::KexInit) => f.write_str("it sent its SSH banner, but not its algorithms in time"),
            Self::Late(Stage::KeyExchange) => f.write_str("it did not finish the key exchange in time"),
            Self::Closed(Stage::KeyExchange) => f.write_str("it closed the connection during the key exchange"),
            Self::Closed(_) => f.write_str("it closed the connection before the key exchange"),
            Self::Io(cause) => f.write_str(Error::io("the connection failed", cause).message()),
            Self::NoBanner { said: None } => f.write_str("it closed the connection without a message"),
            Self::NoBanner { said: Some(said) } if is_refusal(said) => write!(f, "it refused the connection: '{said}'"),
            Self::NoBanner { said: Some(said) } => write!(f, "this is not SSH: it sent '{said}'"),
            Self::OtherVersion(banner) => write!(f, "its SSH version is not 2: '{banner}'"),
            Self::Protocol(how) => write!(f, "it violates the SSH protocol: {how}"),
            Self::Disconnected(None) => f.write_str("it ended the connection without a reason"),
            Self::Disconnected(Some(words)) => write!(f, "it ended the connection: '{words}'"),
            Self::NothingInCommon { need, offered } => {
                let what = match need {
                    Need::KeyExchange => "no key exchange that hostfp supports",
                    Need::HostKey => "no host key of a requested type",
                };
                let offered = if offered.is_empty() { "nothing".to_owned() } else { shown(offered) };
                write!(f, "it has {what}; it offers {offered}")
            }
            Self::HostKey(malformed) => write!(f, "the host's key is not valid: {malformed}"),
            Self::Forged(forgery) => write!(
                f,
                "it showed the {} key {}, but did not prove that it holds this key: the signature is wrong",
                forgery.label, forgery.fingerprint
            ),
            Self::NoRandomness => f.write_str("cannot read system randomness"),
        }
    }
}

/// Why hosts close connections that they accept at other times.
const TOO_OFTEN: &str =
    "hosts do so after too many connections (MaxStartups, PerSourcePenalties, fail2ban); wait some minutes";

/// Whether this is the text that OpenSSH's sshd sends instead of its banner when it refuses a connection (MaxStartups, and
/// PerSourcePenalties since 9.8).
fn is_refusal(said: &str) -> bool {
    matches!(said, "Exceeded MaxStartups" | "Not allowed at this time")
}

/// Formats a list of names, and cuts it if it is too long to read.
fn shown(names: &[String]) -> String {
    const MAX: usize = 30;
    let mut shown =
        names.iter().take(MAX).map(|name| name.chars().take(64).collect::<String>()).collect::<Vec<_>>().join(", ");
    if names.len() > MAX {
        shown.push_str(", …");
    }
    shown
}

#[cfg(test)]
mod tests {
    use common::error::ExitStatus;

    use super::*;

    #[test]
    fn each_failure_has_its_remedy() {
        let no_banner = |said: &str| Failure::NoBanner { said: Some(said.to_owned()) };
        let too_often = Some("too many connections");
        for (failure, words, hint) in [
            (Failure::Unresolved("x\x1b".to_owned()), "no address: x\\033", Some("is the name spelled correctly")),
            (Failure::Unreachable(io::ErrorKind::ConnectionRefused.into()), "cannot connect", Some("is sshd running")),
            (Failure::Unreachable(io::ErrorKind::HostUnreachable.into()), "cannot connect", Some("is the VM running")),
            (Failure::Late(Stage::Connection), "nothing accepted", Some("is the VM running")),
            (Failure::Late(Stage::Name), "the name's address", Some("is slow")),
            (Failure::Late(Stage::Banner), "no SSH banner in time", Some("is slow")),
            (Failure::Closed(Stage::KexInit), "before the key exchange", too_often),
            (Failure::NoBanner { said: None }, "without a message", too_often),
            (no_banner("Exceeded MaxStartups"), "refused the connection: 'Exceeded MaxStartups'", too_often),
            (no_banner("Not allowed at this time"), "refused the connection", too_often),
            (no_banner("HTTP/1.1 400"), "not SSH: it sent 'HTTP/1.1 400'", Some("is the port right")),
            (Failure::Disconnected(None), "without a reason", Some("the host's own")),
            (Failure::Protocol("it cannot count"), "it cannot count", None),
            (Failure::NoRandomness, "randomness", None),
        ] {
            let error = failure.error();
            assert!(error.message().contains(words), "{error:?}");
            assert_eq!(error.remedy().is_some(), hint.is_some(), "{error:?}");
            assert!(error.remedy().unwrap_or_default().contains(hint.unwrap_or_default()), "{error:?}");
            assert_eq!(error.status(), ExitStatus::Error, "{error:?}");
        }
    }

    #[test]
    fn only_a_host_that_never_answered_has_given_no_answer() {
        for failure in [
            Failure::Unresolved("x".to_owned()),
            Failure::Unreachable(io::ErrorKind::ConnectionRefused.into()),
            Failure::Late(Stage::Name),
            Failure::Late(Stage::Connection),
        ] {
            assert!(failure.is_no_answer(), "{failure:?}");
        }
        for failure in [Failure::Late(Stage::Banner), Failure::Closed(Stage::KexInit), Failure::Disconnected(None)] {
            assert!(!failure.is_no_answer(), "{failure:?}");
        }
    }

    #[test]
    fn a_key_without_proof_is_a_no_and_a_warning() {
        let key = PublicKey::ed25519(&[7; 32]).unwrap();
        let error = Failure::Forged(Box::new(Forgery::of(&key))).error();
        assert_eq!(error.status(), ExitStatus::No);
        assert!(error.message().contains(&key.fingerprint(Hash::Sha256).to_string()), "{error:?}");
        assert!(error.remedy().is_some_and(|hint| hint.starts_with("do not connect")), "{error:?}");
    }

    #[test]
    fn a_long_offer_of_a_host_is_cut() {
        let offer = |count: usize| {
            let offered = (0..count).map(|index| format!("a{index}{}", "x".repeat(100))).collect();
            Failure::NothingInCommon { need: Need::HostKey, offered }.to_string()
        };
        assert!(offer(0).ends_with("it offers nothing"));
        assert!(offer(1).ends_with(&format!("it offers a0{}", "x".repeat(62))));
        assert!(offer(30).contains("a29x") && !offer(30).ends_with('…'));
        assert!(offer(31).ends_with(", …") && !offer(31).contains("a30x"));
    }
}
