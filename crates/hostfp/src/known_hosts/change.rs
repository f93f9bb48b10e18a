//! Computes the new contents of a file when verified keys are added. Every line stays as it is, byte for byte, unless it is
//! about one of their hosts and has the type of that host's key.

use std::collections::{BTreeSet, HashMap};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::error::Error;
use common::key::Fingerprint;

use super::entry::Entry;
use super::line::{line, plain_type};
use super::names::{Hashed, hashed, include};
use super::revoked::{blobs_to_trust, revoked};
use super::search::entries;
use super::verified::Verified;

/// Up to this number of hosts, comparing them one by one is faster than a lookup.
const FEW: usize = 4;

/// A change of a file.
pub(super) struct Change {
    /// `None` if the old contents need no change.
    pub(super) patch: Option<Patch>,
    /// The line of a revoked key that one of the hosts has; that host is left out.
    pub(super) revoked: Option<usize>,
    /// The outcome for each host's lines, in the order of the hosts.
    pub(super) outcomes: Vec<Outcome>,
}

/// The outcome for a host's lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// A key is added.
    Added,
    /// A key that the host no longer has is removed.
    Replaced,
    /// The lines stay.
    Unchanged,
}

impl Outcome {
    /// Its name in JSON.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Replaced => "replaced",
            Self::Unchanged => "unchanged",
        }
    }
}

/// Computes the change of these contents for the keys of these hosts.
///
/// # Errors
/// System randomness for a hashed name cannot be read.
pub(super) fn of(old: &[u8], verified: &[Verified], hash: bool) -> Result<Change, Error> {
    let revoked = revoked(old);
    let line_of_revoked = |host: &Verified| {
        host.keys.iter().flat_map(|key| blobs_to_trust(key)).find_map(|blob| revoked.get(blob)).copied()
    };
    let wanted = Wanted::of(verified.iter().filter(|host| line_of_revoked(host).is_none()));
    let found = entries(old, |start, entry| wanted.compare(start, entry));
    let present: BTreeSet<usize> = found.iter().flat_map(|found| found.present.iter().copied()).collect();
    let refuted: BTreeSet<&str> = { found.iter().flat_map(|found| &found.refuted) }
        .filter_map(|key| Some(wanted.keys.get(*key)?.name.as_str()))
        .collect();
    let is_missing = |(index, key): &(usize, &WantedKey)| key.is_to_be_added && !present.contains(index);
    let added: BTreeSet<&str> =
        wanted.keys.iter().enumerate().filter(is_missing).map(|(_, key)| key.name.as_str()).collect();
    let outcome = |host: &Verified| match host.host.to_ascii_lowercase().as_str() {
        name if refuted.contains(name) => Outcome::Replaced,
        name if added.contains(name) => Outcome::Added,
        _ => Outcome::Unchanged,
    };
    let outcomes = verified.iter().map(outcome).collect();
    let change = Change { patch: None, revoked: verified.iter().find_map(line_of_revoked), outcomes };
    let edits: Vec<Edit> = found.into_iter().filter_map(|found| found.edit).collect();
    let mut missing = wanted.keys.iter().enumerate().filter(is_missing).peekable();
    if edits.is_empty() && missing.peek().is_none() {
        return Ok(change);
    }
    let mut patch = Patch { edits, end: Vec::new() };
    let last = patch.pieces(old).into_iter().rev().find_map(|piece| piece.last());
    if missing.peek().is_some() && last.is_some_and(|last| *last != b'\n') {
        patch.end.push(b'\n');
    }
    for (_, key) in missing {
        patch.end.extend_from_slice(if hash { hashed(&key.host)? } else { key.host.clone() }.as_bytes());
        patch.end.extend_from_slice(key.line.get(key.host.len()..).unwrap_or_default().as_bytes());
    }
    Ok(Change { patch: Some(patch), ..change })
}

/// A key that belongs in the file, with its line; or one that the host has shown, so no other key of its type may remain for
/// that host.
struct WantedKey {
    is_to_be_added: bool,
    /// The host, in lowercase.
    name: String,
    /// The host, as it is written.
    host: String,
    line: String,
    key_type: String,
    /// In base64.
    blob: String,
}

/// All keys that belong in the file or were shown, each once.
struct Wanted<'a> {
    keys: Vec<WantedKey>,
    /// The expected fingerprints of each host, by its lowercase name.
    expected: HashMap<String, Vec<&'a Fingerprint>>,
    /// The keys of each host, by its lowercase name.
    hosts: HashMap<String, Vec<usize>>,
    types: BTreeSet<String>,
}

/// How a line relates to the wanted keys.
struct LineMatch {
    /// The keys in the line.
    present: Vec<usize>,
    /// The keys in whose place the line has others.
    refuted: Vec<usize>,
    edit: Option<Edit>,
}

/// The edits of a file, which may be long and mostly unchanged.
#[derive(Default)]
pub(super) struct Patch {
    /// In the order of the file.
    edits: Vec<Edit>,
    /// The text that is added at the end.
    end: Vec<u8>,
}

impl Patch {
    /// The new contents in pieces, most of which are parts of the old contents.
    pub(super) fn pieces<'a>(&'a self, old: &'a [u8]) -> Vec<&'a [u8]> {
        let mut pieces = Vec::with_capacity(2 * self.edits.len() + 2);
        let mut copied = 0;
        for edit in &self.edits {
            pieces.extend([old.get(copied..edit.start).unwrap_or_default(), &edit.replacement]);
            copied = edit.start + edit.length;
        }
        pieces.extend([old.get(copied..).unwrap_or_default(), &self.end]);
        pieces
    }

    /// A patch that appends a text.
    #[cfg(test)]
    pub(super) fn appending(text: &str) -> Self {
        Self { edits: Vec::new(), end: text.into() }
    }
}

/// A line that is replaced.
struct Edit {
    /// Where it begins, in bytes.
    start: usize,
    length: usize,
    replacement: Vec<u8>,
}

impl<'a> Wanted<'a> {
    fn of(verified: impl Iterator<Item = &'a Verified>) -> Self {
        let mut wanted =
            Self { keys: Vec::new(), expected: HashMap::new(), hosts: HashMap::new(), types: BTreeSet::new() };
        for host in verified {
            wanted.expected.entry(host.host.to_ascii_lowercase()).or_default().extend(&host.expected);
            let to_be_added = host.keys.iter().map(|key| (key, true));
            for (key, is_to_be_added) in to_be_added.chain(host.shown.iter().map(|key| (key, false))) {
                let name = host.host.to_ascii_lowercase();
                let indices = wanted.hosts.entry(name.clone()).or_default();
                let blob = STANDARD.encode(key.plain_blob());
                let is_there = |index: &usize| wanted.keys.get(*index).is_some_and(|known| known.blob == blob);
                if !indices.iter().any(is_there) {
                    indices.push(wanted.keys.len());
                    let key_type = plain_type(key).to_owned();
                    wanted.types.insert(key_type.clone());
                    wanted.keys.push(WantedKey {
                        is_to_be_added,
                        name,
                        host: host.host.clone(),
                        line: line(&host.host, key),
                        key_type,
                        blob,
                    });
                }
            }
        }
        wanted
    }

    /// Compares a line with the keys of the hosts that it names itself. A pattern that happens to match one of them also
    /// covers other hosts.
    fn compare(&self, start: usize, entry: &Entry<'_>) -> Option<LineMatch> {
        if entry.marker.is_some() || !self.types.iter().any(|name| name.as_bytes() == entry.key_type) {
            return None;
        }
        let mut present = Vec::new();
        let (mut stale, mut refuted) = (Vec::new(), Vec::new());
        for name in entry.names() {
            let mut wanted = self.keys_for(name, entry.key_type);
            // ssh does not count a name that `!` excludes again, or that is beside a hashed one, as a name of the host.
            wanted.retain(|(_, key)| include(entry.names(), &key.name));
            let before = present.len();
            let is_same = |key: &WantedKey| key.blob.as_bytes() == entry.blob;
            present.extend(wanted.iter().filter(|(_, key)| is_same(key)).map(|(index, _)| *index));
            if present.len() == before && !wanted.is_empty() && !wanted.iter().any(|(_, key)| self.expects(key, entry))
            {
                stale.push(name);
                refuted.extend(wanted.iter().map(|(index, _)| *index));
            }
        }
        let edit = (!stale.is_empty()).then(|| Edit {
            start,
            length: entry.line.len(),
            replacement: entry.without(|name| stale.contains(&name)),
        });
        (edit.is_some() || !present.is_empty()).then_some(LineMatch { present, refuted, edit })
    }

    /// Whether the key of a line is expected of the host of a wanted key, although the host has shown another of that type:
    /// it may be the key of another machine behind the same name.
    fn expects(&self, key: &WantedKey, entry: &Entry<'_>) -> bool {
        let mut blob = Vec::new();
        let expected = self.expected.get(&key.name).into_iter().flatten();
        entry.decode(&mut blob) && { expected }
            .any(|expected| Fingerprint::of_blob(expected.hash(), &blob) == **expected)
    }

    /// The wanted keys of a type, with their indices, for the hosts that a name, plain or hashed, belongs to.
    fn keys_for(&self, name: &[u8], key_type: &[u8]) -> Vec<(usize, &WantedKey)> {
        let mut indices: Vec<usize> = Vec::new();
        let is_fleet = self.hosts.len() > FEW;
        if !Hashed::is_one(name) && !is_fleet {
            let same = |host: &str| name.eq_ignore_ascii_case(host.as_bytes());
            indices.extend(self.hosts.iter().filter(|(host, _)| same(host)).flat_map(|(_, indices)| indices));
        } else if !Hashed::is_one(name) {
            let name = std::str::from_utf8(name).unwrap_or_default().to_ascii_lowercase();
            indices.extend(self.hosts.get(&name).into_iter().flatten());
        } else if let Some(name) = Hashed::read(name) {
            indices.extend(self.hosts.iter().filter(|(host, _)| name.is(host)).flat_map(|(_, indices)| indices));
        }
        let keys = indices.into_iter().filter_map(|index| Some((index, self.keys.get(index)?)));
        keys.filter(|(_, key)| key.key_type.as_bytes() == key_type).collect()
    }
}

#[cfg(test)]
mod tests;
