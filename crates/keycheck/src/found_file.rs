//! Decides what is reported of a file that was found in a folder and not named. Only files with keys are reported. Other files
//! are not (programs, pictures, prose), except one that looks like a private key and cannot be read as one. If the folder is to
//! be given away, each file in it must hold keys: any other may hide a private key.

use std::io::Read as _;
use std::path::PathBuf;

use common::error::{Error, ExitStatus, Place};
use common::input::Source;
use common::keyfile::{self, Form, Item, Sink, holds_base64_of_a_private_key};
use zeroize::Zeroizing;

use crate::folder;
use crate::pending::Pending;
use crate::policy::private::MARKS;

/// The most refusals and texts that are kept until it is known what kind of file it is.
const MAX_HELD: usize = 100;

/// The number of bytes of a file that are searched for the beginning of a private key.
const MAX_SEARCH: u64 = 1 << 20;

/// The state of the file so far.
pub(crate) struct FoundFile {
    path: PathBuf,
    /// Whether text without a key always counts, since the file is to be given away.
    is_strict: bool,
    has_key: bool,
    /// Whether it began with a key, or a damaged one. Then its lines without a key are reported, as for `authorized_keys`.
    /// Otherwise it is a text with keys in it.
    is_list: Option<bool>,
    held: Vec<Pending>,
    /// Whether more was dropped.
    has_more: bool,
}

impl FoundFile {
    /// Creates the state before the file is read.
    pub(crate) const fn new(path: PathBuf, is_strict: bool) -> Self {
        Self { path, is_strict, has_key: false, is_list: None, held: Vec::new(), has_more: false }
    }

    /// Records a key. Returns what is to be reported before it.
    pub(crate) fn key(&mut self) -> Vec<Pending> {
        self.has_key = true;
        self.is_list.get_or_insert(true);
        let mut before = std::mem::take(&mut self.held);
        if std::mem::take(&mut self.has_more) && self.is_strict {
            let error = Error::no(format!("more than {MAX_HELD} lines precede the first key"));
            before.push(Pending::Refused(error.at(Place::file(&self.path)).hint("begin the file with its keys")));
        }
        before
    }

    /// Whether the file, whose first key this is, is for another program than sshd: all its lines are those of a `known_hosts`,
    /// or it is a single certificate.
    pub(crate) fn is_for_another_program(&self, first: &Item<'_>) -> bool {
        let name = self.path.file_name().unwrap_or_default().as_encoded_bytes();
        let is_candidate = first.form == Form::KnownHosts || first.key.is_certificate();
        if !is_candidate || name.starts_with(b"authorized_keys") {
            return false;
        }
        let mut kinds = Kinds { is_named_known_hosts: name.starts_with(b"known_hosts"), ..Kinds::default() };
        let read = folder::open(&self.path).ok().flatten().map(|source| keyfile::read(source, &mut kinds));
        let Kinds { known_hosts, certificates, others, .. } = kinds;
        matches!(read, Some(Ok(()))) && others == 0 && matches!((known_hosts, certificates), (0, 1) | (1.., 0))
    }

    /// Records text that is not a key. Returns what is to be reported now.
    pub(crate) fn refused(&mut self, error: Error) -> Option<Pending> {
        let is_other_text = error.reports_only_a_missing_key();
        let is_list = *self.is_list.get_or_insert(!is_other_text) || self.is_strict;
        if error.status() == ExitStatus::Error {
            return Some(Pending::Refused(error));
        }
        if is_other_text && !is_list { None } else { self.report_or_hold(Pending::Refused(error)) }
    }

    /// Records text beside the keys. Returns what is to be reported now.
    pub(crate) fn report_or_hold(&mut self, pending: Pending) -> Option<Pending> {
        if self.has_key {
            return Some(pending);
        }
        if self.held.len() < MAX_HELD {
            self.held.push(pending);
        } else {
            self.has_more = true;
        }
        None
    }

    /// Ends the file. Returns what is still to be reported.
    pub(crate) fn end(self) -> Vec<Pending> {
        if self.is_strict && !self.has_key {
            let error =
                Error::no("would be given away with the folder, and holds no public key").at(Place::file(&self.path));
            return vec![Pending::Refused(error.hint(folder::NAME_FILES_INSTEAD))];
        }
        let is_about_keys = |pending: &Pending| match pending {
            Pending::Refused(error) => !error.reports_only_a_missing_key(),
            _ => false,
        };
        let mut held = self.held;
        held.retain(is_about_keys);
        if self.has_key {
            return Vec::new();
        }
        let opened = folder::open(&self.path).ok().flatten();
        let text = without_zeros(opened.map(beginning).unwrap_or_default());
        let has_base64 = holds_base64_of_a_private_key(&text);
        if held.is_empty() && has_base64 {
            let error = Error::no("looks like a private key, but cannot be read as one");
            held.push(Pending::Refused(
                error
                    .at(Place::file(&self.path))
                    .hint("copy the key's lines alone into a file, from BEGIN to END, and check that"),
            ));
        }
        let is_marked = || MARKS.iter().any(|mark| memchr::memmem::find(&text, mark).is_some());
        if has_base64 || !held.is_empty() && is_marked() { held } else { Vec::new() }
    }
}

/// Counts the lines of a file by their kind.
#[derive(Default)]
struct Kinds {
    /// Whether the file has the name of a `known_hosts`.
    is_named_known_hosts: bool,
    known_hosts: usize,
    certificates: usize,
    others: usize,
}

impl Sink for Kinds {
    fn item(&mut self, _: &Place, item: &Item<'_>) -> Result<(), Error> {
        let hosts = item.lead.as_deref().unwrap_or_default();
        *match item.form {
            Form::KnownHosts if self.is_named_known_hosts || name_hosts(hosts) => &mut self.known_hosts,
            Form::PublicLine if item.key.is_certificate() => &mut self.certificates,
            _ => &mut self.others,
        } += 1;
        Ok(())
    }

    fn refused(&mut self, _: Error) -> Result<(), Error> {
        self.others += 1;
        Ok(())
    }
}

/// Whether the words before a key are hashed names, addresses or names with a domain, and not a user's name.
fn name_hosts(lead: &[u8]) -> bool {
    let mut words = lead.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty() && !word.starts_with(b"@"));
    let is_host = |name: &[u8]| {
        name.starts_with(b"|1|") || name == b"localhost" || name.iter().any(|byte| matches!(byte, b'.' | b':' | b'*'))
    };
    words.next().is_some_and(|hosts| hosts.split(|byte| *byte == b',').all(is_host)) && words.next().is_none()
}

/// The beginning of a file, in which private keys are searched; empty if it cannot be read.
pub(crate) fn beginning(source: Source<'_>) -> Zeroizing<Vec<u8>> {
    let mut text = Zeroizing::new(Vec::with_capacity(1 << 16));
    if source.reader.take(MAX_SEARCH).read_to_end(&mut text).is_err() {
        text.clear();
    }
    text
}

/// Removes the zeros that UTF-16 has between ASCII characters.
pub(crate) fn without_zeros(mut text: Zeroizing<Vec<u8>>) -> Zeroizing<Vec<u8>> {
    text.retain(|byte| *byte != 0);
    text
}
