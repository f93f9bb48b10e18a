//! Fingerprints and host keys that the user trusts, found in whatever text holds them.
//!
//! ```text
//! bytes ──► text ──► run_command ──► cloud_init, lines, keys ──► Trusted
//!           UTF-8    what the script  what of it speaks
//!           or -16   wrote            of a host's keys
//! ```
//!
//! Who connects by what is found here never asks again, so a text counts only where it is sure what it says: what a
//! failed script complained of, the words of ssh about some host, users' keys in a log and lines that are cut do not.
//! `instead` says what a text is that holds nothing to trust.

mod cloud_init;
mod instead;
mod keys;
mod lines;
mod run_command;
mod text;

use common::error::{Error, Place};
use common::keys::{Fingerprint, Kind};
use common::lines::escape;

pub(crate) use text::decode;

/// The longest text that is searched, in bytes. A serial log has some 100,000.
pub(crate) const MAX_TEXT: usize = 4 * 1024 * 1024;

/// The most fingerprints that are taken to be of one host.
pub(crate) const MAX_KEYS: usize = 256;

/// How many names of a host are kept for messages.
const MAX_NAMES: usize = 4;

/// A trusted fingerprint, be it of a line that holds one or of a whole host key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedKey {
    /// The fingerprint.
    pub fingerprint: Fingerprint,
    /// What kinds of key it may belong to, as far as the text says so; none where it does not.
    pub kinds: Vec<Kind>,
    /// The key's comment, as it stands in the text: for messages, to be escaped.
    pub comment: Option<String>,
    /// The names of the host before a line of `known_hosts`, as they stand there; hashed ones are left out. They are
    /// for messages: whom the user asks about is said elsewhere.
    pub hosts: Vec<String>,
}

impl TrustedKey {
    /// A fingerprint of which the text says no more.
    #[must_use]
    pub const fn new(fingerprint: Fingerprint, kinds: Vec<Kind>) -> Self {
        Self { fingerprint, kinds, comment: None, hosts: Vec::new() }
    }

    /// The fingerprint, and whose it is as far as the text says so: `SHA256:… (root@vm)`.
    #[must_use]
    pub fn described(&self) -> String {
        let hosts = (!self.hosts.is_empty()).then(|| self.hosts.join(","));
        match hosts.as_ref().or(self.comment.as_ref()) {
            Some(whose) => format!("{} ({})", self.fingerprint, escape::text(whose.as_bytes())),
            None => self.fingerprint.to_string(),
        }
    }
}

/// All trusted fingerprints of one host; at least one.
#[derive(Clone, Debug, Default)]
pub struct Trusted {
    /// The fingerprints, in the order of the text, each once.
    pub keys: Vec<TrustedKey>,
    /// What the user is to know in any case, such as that a log shows two boots with different keys, of which the last
    /// counts: messages for standard error, each with its place.
    pub notes: Vec<String>,
    /// What may be why a host does not match, such as that the output is cut: messages of the same kind.
    pub reasons: Vec<String>,
}

/// What a text speaks of.
#[derive(Debug)]
pub enum Found {
    /// One host, whatever it is called.
    Host(Trusted),
    /// Several hosts: it is a `known_hosts`, this one.
    KnownHosts(String),
}

impl Found {
    /// What stands at a place.
    ///
    /// # Errors
    /// It holds no fingerprint; the message says what it holds instead.
    pub fn find(place: &Place, bytes: &[u8]) -> Result<Self, Error> {
        let at = |error: Error| if error.place().is_none() { error.at(place.clone()) } else { error };
        let text = decode(bytes).map_err(at)?;
        match Trusted::in_text(&text) {
            Ok(mut trusted) => {
                let notes = trusted.notes.iter_mut().chain(&mut trusted.reasons);
                notes.for_each(|note| *note = format!("{place}: {note}"));
                Ok(Self::Host(trusted))
            }
            Err(NotOneHost::KnownHosts) => Ok(Self::KnownHosts(text)),
            Err(NotOneHost::Error(error)) => Err(at(error)),
        }
    }
}

/// Why a text is not one that speaks of one host.
#[derive(Debug)]
enum NotOneHost {
    /// It is a `known_hosts` of several.
    KnownHosts,
    /// It holds nothing to trust.
    Error(Error),
}

impl From<Error> for NotOneHost {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl NotOneHost {
    /// The error where lines of several hosts are one, too.
    fn error(self) -> Error {
        match self {
            Self::KnownHosts => several_hosts(),
            Self::Error(error) => error,
        }
    }
}

fn several_hosts() -> Error {
    Error::trouble("its lines are of several hosts").hint(KEEP_YOURS)
}

/// What to do about lines of others.
pub(crate) const KEEP_YOURS: &str = "keep those of your VM, such as `ssh-keygen -F HOST -f FILE` prints";

impl Trusted {
    /// These, without a word.
    #[must_use]
    pub const fn of_keys(keys: Vec<TrustedKey>) -> Self {
        Self { keys, notes: Vec::new(), reasons: Vec::new() }
    }

    /// The fingerprint that a word of the command line is, be it with its type (`ECDSA SHA256:…`); none where it is
    /// something else.
    pub(crate) fn on_command_line(word: &str) -> Option<Result<Self, Error>> {
        let is_one = word.split_whitespace().any(lines::looks_like_a_fingerprint);
        is_one.then(|| Self::in_text(word).map_err(NotOneHost::error))
    }

    /// Finds the fingerprints of one host in what stands at a place.
    ///
    /// # Errors
    /// It holds none, or those of several hosts; the message says what it holds instead.
    pub(crate) fn find(place: &Place, bytes: &[u8]) -> Result<Self, Error> {
        match Found::find(place, bytes)? {
            Found::Host(trusted) => Ok(trusted),
            Found::KnownHosts(_) => Err(several_hosts().at(place.clone())),
        }
    }

    /// What the text says, once it is known whether Run Command printed it.
    fn in_text(text: &str) -> Result<Self, NotOneHost> {
        instead::refuse_at_sight(text)?;
        let Some(stdout) = run_command::stdout(text) else { return Self::search(text) };
        let stdout = stdout?;
        // A machine's own list of others says nothing of itself.
        let mut trusted = match Self::search(&stdout.text).map_err(NotOneHost::error) {
            Err(error) if stdout.is_cut => {
                let why = format!("{}, of which Run Command kept the last 4096 bytes", error.message());
                let hint = "Run Command lets no more through; have the script print less, as --run-command-script does";
                return Err(Error::trouble(why).hint(hint).into());
            }
            found => found?,
        };
        trusted.reasons.extend(stdout.notes);
        Ok(trusted)
    }

    fn search(text: &str) -> Result<Self, NotOneHost> {
        let mut findings = Findings::default();
        if !cloud_init::find(text, &mut findings) {
            lines::find(text, lines::Where::Anywhere, &mut findings);
            keys::find(text, &mut findings)?;
        }
        if findings.too_many {
            return Err(Error::trouble(format!("more than {MAX_KEYS} fingerprints, which no one host has"))
                .hint("keep those of your VM")
                .into());
        }
        if findings.keys.is_empty() {
            return Err(instead::nothing_found(text, &findings).into());
        }
        if findings.damaged.is_some() || findings.damaged_key {
            findings.reasons.push("a fingerprint or key in it is cut short or damaged and does not count".to_owned());
        }
        Ok(Self { keys: findings.keys, notes: findings.notes, reasons: findings.reasons })
    }
}

/// What was found so far, and what was seen that does not count.
#[derive(Debug, Default)]
struct Findings {
    keys: Vec<TrustedKey>,
    /// As in [`Trusted`].
    notes: Vec<String>,
    /// As in [`Trusted`].
    reasons: Vec<String>,
    /// The length of a word that begins like a fingerprint and is none.
    damaged: Option<usize>,
    /// A line that begins like a key and is none.
    damaged_key: bool,
    /// An MD5 or SHA-1 fingerprint.
    weak: bool,
    /// A fingerprint in the middle of other words.
    loose: bool,
    /// A key under `@revoked` or `@cert-authority`.
    marked: bool,
    /// More keys than one host has.
    too_many: bool,
    /// cloud-init's block, without anything in it.
    empty_block: bool,
}

impl Findings {
    /// Takes a key unless it is there already. What is known of its type and comment is joined: a serial log has each
    /// key twice.
    fn put(&mut self, key: TrustedKey) {
        let is_full = self.keys.len() == MAX_KEYS;
        match self.keys.iter_mut().find(|known| known.fingerprint == key.fingerprint && known.kinds == key.kinds) {
            Some(known) => {
                known.comment = known.comment.take().or(key.comment);
                known.hosts.extend(key.hosts);
                known.hosts.dedup();
                known.hosts.truncate(MAX_NAMES);
            }
            None if is_full => self.too_many = true,
            None => self.keys.push(key),
        }
    }
}

#[cfg(test)]
mod tests;
