//! hostfp as ssh's KnownHostsCommand (ssh_config(5)): ssh calls it with `%I %H %t %K %f` and takes lines of
//! `known_hosts` for an answer; an exit status other than 0 ends the connection.

use std::ffi::OsString;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::cli::Env;
use common::error::{Error, Place, Status};
use common::keys::{Curve, Hash, Kind, PublicKey};
use common::lines::escape;

use crate::judgement::{Verdict, judge, kinds};
use crate::stand_in::stand_in;
use crate::trusted::{Trusted, TrustedKey};

/// How ssh is told to call it.
pub(crate) const USE: &str = "ssh -o StrictHostKeyChecking=yes -o UserKnownHostsFile=none \
     -o KnownHostsCommand='/path/to/hostfp --expect SRC --answer-ssh %I %H %t %K %f' HOST";

/// What ssh asks.
#[derive(Debug)]
pub(crate) enum Question {
    /// `%I` is ORDER: which types of host key should the host be asked for?
    Order,
    /// `%I` is HOSTNAME or ADDRESS: is this key, which the host has proven to hold, known for this name?
    Key {
        /// `%H`, as it stands in `known_hosts`.
        host: String,
        /// `%K`, decoded.
        key: PublicKey<'static>,
    },
}

impl Question {
    /// Reads ssh's words.
    ///
    /// # Errors
    /// They are not what ssh puts in for `%I %H %t %K %f`.
    pub(crate) fn of(words: &[OsString]) -> Result<Self, Error> {
        let usage = |why: &str| Error::trouble(why.to_owned()).hint(USE);
        let words: Vec<&str> = words.iter().filter_map(|word| word.to_str()).collect();
        let [purpose, host, key_type, blob, _fingerprint] = words[..] else {
            return Err(usage("--answer-ssh needs ssh's five words %I %H %t %K %f"));
        };
        match purpose {
            "ORDER" => Ok(Self::Order),
            "HOSTNAME" | "ADDRESS" => {
                let blob = STANDARD.decode(blob).map_err(|_| usage("ssh's %K is not base64"))?;
                let key = PublicKey::from_blob(blob).map_err(|malformed| usage(&format!("ssh's %K: {malformed}")))?;
                if key.type_name() != key_type {
                    return Err(usage("ssh's %t is not the type of its %K"));
                }
                if host.is_empty() || host.contains(|letter: char| letter.is_whitespace() || letter.is_control()) {
                    return Err(usage("ssh's %H is not a host"));
                }
                Ok(Self::Key { host: host.to_owned(), key })
            }
            _ => Err(usage("ssh's %I is neither ORDER nor HOSTNAME nor ADDRESS")),
        }
    }
}

/// Answers with lines of `known_hosts`, or says why not.
///
/// # Errors
/// The host is not the one that is expected.
pub(crate) fn answer(question: &Question, trusted: &Trusted, env: &mut Env<'_>) -> Result<Status, Error> {
    match question {
        Question::Order => {
            for key in kinds(trusted).into_iter().filter_map(stand_in) {
                env.print(line("*", &key))?;
            }
        }
        Question::Key { host, key } => match judge(key, trusted) {
            Verdict::Match => env.print(line(host, key))?,
            verdict => {
                trusted.notes.iter().for_each(|note| env.messages.note(note));
                return Err(refusal(host, key, trusted, &verdict));
            }
        },
    }
    Ok(Status::Yes)
}

/// A line of `known_hosts`. For a certificate its plain key stands there: it is the key that is trusted, not the
/// authority that signed it.
fn line(host: &str, key: &PublicKey<'_>) -> String {
    let key_type = if key.is_certificate() { key.kind().name() } else { key.type_name() };
    format!("{host} {key_type} {}\n", STANDARD.encode(key.plain_blob()))
}

/// Why the host is not to be trusted, and what to do.
fn refusal(host: &str, key: &PublicKey<'_>, trusted: &Trusted, verdict: &Verdict) -> Error {
    let curve = match key.kind() {
        Kind::Ecdsa(curve) if curve != Curve::Nistp256 => format!(" ({})", curve.name()),
        _ => String::new(),
    };
    let shown = format!("the host showed the {} key{curve} {}", key.label(), key.fingerprint(Hash::Sha256));
    let error = match verdict {
        Verdict::OtherTypes(kinds) => Error::no(format!(
            "{shown}, and you have only {} to compare it with",
            named(kinds, key)
        ))
        .hint("get the fingerprints of all its keys: run hostfp on it, without operands"),
        Verdict::Unknown => Error::no(format!("{shown}, which is not the fingerprint that you gave")).hint(
            "if yours is of another type, name it: -o HostKeyAlgorithms=ecdsa-sha2-nistp256 (or ssh-ed25519, rsa-sha2-512)",
        ),
        Verdict::Match | Verdict::Mismatch => {
            let expected: Vec<String> = trusted
                .keys
                .iter()
                .filter(|trusted| trusted.kinds.contains(&key.kind()))
                .map(TrustedKey::described)
                .collect();
            Error::no(format!("this is not your VM: {shown}, expected {}", expected.join(" or ")))
                .hint("do not connect; if the VM was rebuilt, get its fingerprints again with Run Command")
        }
    };
    error.at(Place { file: escape::text(host.as_bytes()), line: None })
}

/// "the ECDSA fingerprint", "the ECDSA and RSA fingerprints"; with the curve where the word alone would not tell them
/// from the key that was shown.
fn named(kinds: &[Kind], shown: &PublicKey<'_>) -> String {
    let mut names: Vec<&str> = kinds
        .iter()
        .map(|kind| if kind.label() == shown.kind().label() { kind.name() } else { kind.label() })
        .collect();
    names.dedup();
    let plural = if names.len() == 1 { "" } else { "s" };
    format!("the {} fingerprint{plural}", names.join(" and "))
}
