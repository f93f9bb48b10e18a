//! Shared parts of the fuzz targets. Each target is one file in `fuzz_targets` that asserts what must hold for every
//! input.

use common::cli::{Env, Program, execute};
use common::error::{Error, ExitStatus, Place};
use common::input::Source;
use common::input::Stdin;
use common::keyfile::{Budget, DecryptError, Item, Sink, read};
use common::secret::Secret;
use support::packet::packed;

/// The passphrase of the fixtures.
pub const PASSPHRASE: &str = "secret";

/// The result of a run.
pub struct Ran {
    /// Its exit status.
    pub status: ExitStatus,
    /// Its standard output.
    pub stdout: Vec<u8>,
    /// Its standard error.
    pub stderr: String,
}

/// Runs a tool in this process. Asserts that it prints only text, and a message if it fails.
pub fn run<P: Program>(arguments: &[&str], stdin: &[u8]) -> Ran {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let status = execute::<P>(&mut Env::of(arguments, stdin, &mut stdout, &mut stderr));
    let stderr = String::from_utf8(stderr).expect("messages are text");
    assert!(!stderr.contains(|c: char| c.is_control() && c != '\n'), "{stderr:?}");
    assert!(status != ExitStatus::Error || !stderr.is_empty(), "an error without a message");
    Ran { status, stdout, stderr }
}

/// The keys in a text that can be read without taking off envelopes, and whether the text has anything else.
pub fn strict_keys(text: &[u8]) -> (Vec<Item<'static>>, bool) {
    let mut found = Found::default();
    found.read(text);
    (found.items, found.is_refused)
}

/// The keys in a text, including those in envelopes.
pub fn keys(text: &[u8]) -> Vec<Item<'static>> {
    let mut found = Found { recovers: true, ..Found::default() };
    found.read(text);
    found.items
}

/// The keys in a text, decrypted with this passphrase; `None` if that takes long. Keys that need too much work are
/// refused at once; work below that limit is allowed, but not a million times.
pub fn decrypted_keys(text: &[u8], passphrase: &str) -> Option<Vec<Item<'static>>> {
    let mut found = Found { passphrase: Some(passphrase), budget: Budget::of(30), ..Found::default() };
    found.read(text);
    (!found.is_late).then_some(found.items)
}

#[derive(Default)]
struct Found<'a> {
    /// Whether envelopes are taken off.
    recovers: bool,
    /// Whether a part of the text is not a key.
    is_refused: bool,
    items: Vec<Item<'static>>,
    passphrase: Option<&'a str>,
    budget: Budget,
    /// Whether a key was not decrypted since the budget was spent.
    is_late: bool,
}

impl Found<'_> {
    fn read(&mut self, text: &[u8]) {
        let mut stdin = Stdin { reader: Box::new(text), is_terminal: false };
        read(Source::stdin(&mut stdin), self).expect("the sink takes all");
    }
}

impl Sink for Found<'_> {
    fn recovers(&self) -> bool {
        self.recovers
    }

    fn item(&mut self, _: &Place, item: &Item<'_>) -> Result<(), Error> {
        let error = item.private.as_ref().and_then(|private| private.error);
        self.is_late |= error == Some(DecryptError::BudgetSpent);
        self.items.push(item.to_owned());
        Ok(())
    }

    fn refused(&mut self, error: Error) -> Result<(), Error> {
        self.is_refused = true;
        self.is_late |= error.message() == DecryptError::BudgetSpent.to_string();
        Ok(())
    }

    fn budget(&self) -> Option<&Budget> {
        Some(&self.budget)
    }

    fn passphrase(&mut self, _: &Place) -> Result<Option<Secret>, Error> {
        Ok(self.passphrase.map(|passphrase| Secret::new(passphrase.into())))
    }

    fn passphrase_for_private_half(&mut self, place: &Place) -> Result<Option<Secret>, Error> {
        self.passphrase(place)
    }
}

/// The pieces of an input, for targets that take several.
pub fn pieces(data: &[u8]) -> impl Iterator<Item = &[u8]> {
    data.split(|byte| *byte == 0)
}

/// The bytes that a host sends. The first byte of an input chooses: the rest unchanged, or a banner followed by the
/// rest as payloads in whole packets, each after its length in two bytes.
pub fn said(data: &[u8]) -> Vec<u8> {
    let Some((how, mut rest)) = data.split_first() else { return Vec::new() };
    if how % 2 == 0 {
        return rest.to_vec();
    }
    let mut said = b"SSH-2.0-fuzz\r\n".to_vec();
    while let Some((length, after)) = rest.split_first_chunk() {
        let (payload, after) = after.split_at(usize::from(u16::from_be_bytes(*length)).min(after.len()));
        said.extend(packed(payload));
        rest = after;
    }
    said
}

/// The host key in the seeds of `expect` and `known_hosts`, in base64.
pub const HOST_KEY: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIKPcdDKDGWm3HPZvIOEoJ83at5TXCQhBWMH4oDAa3g75";
