//! hostfp as ssh's KnownHostsCommand (ssh_config(5)): ssh calls it with `%I %H %t %K %f` and takes lines of
//! `known_hosts` for an answer; an exit status other than 0 ends the connection.

use std::ffi::OsString;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::cli::Env;
use common::error::{Error, Place, Status};
use common::keys::PublicKey;
use common::lines::escape;

use crate::judgement::{Verdict, judge, kinds};
use crate::known_hosts;
use crate::refusal::refusal;
use crate::stand_in::stand_in;
use crate::trusted::Trusted;

/// How ssh is told to call it.
pub(crate) const USE: &str = "ssh -o StrictHostKeyChecking=yes -o UserKnownHostsFile=none \
     -o KnownHostsCommand='/path/to/hostfp --expect SRC --answer-ssh %I %H %t %K %f' HOST";

/// How the type of a bare fingerprint is named to ssh.
const NAME_IT: &str =
    "if yours is of another type, name it: -o HostKeyAlgorithms=ecdsa-sha2-nistp256 (or ssh-ed25519, rsa-sha2-512)";

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
                env.print(known_hosts::line("*", &key))?;
            }
        }
        Question::Key { host, key } => match judge(key, trusted) {
            Verdict::Match => env.print(known_hosts::line(host, key))?,
            _ => {
                trusted.notes.iter().for_each(|note| env.messages.note(note));
                let place = Place { file: escape::text(host.as_bytes()), line: None };
                return Err(refusal(&[key], trusted, NAME_IT).at(place));
            }
        },
    }
    Ok(Status::Yes)
}
