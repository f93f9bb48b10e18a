//! Where a file and a verified host differ, so that ssh agrees after a success: what the host refutes by its own
//! signature is taken out, what it confirms stays, and what could not be checked is named.

use std::path::Path;

use common::error::{Error, Place};
use common::escape;
use common::key::{Fingerprint, Kind, PublicKey};

use super::held::{HeldKey, HeldKeys};

/// Keys that a file holds for a host, and that the host has not shown.
pub(crate) struct Differences<'a> {
    /// The host has shown another key of that type.
    refuted: Vec<(&'a str, &'a HeldKey)>,
    /// The host has shown no key of that type.
    unchecked: Vec<(&'a str, &'a HeldKey)>,
    /// The types of the keys that come into the file: with one of them a second line of the same type does no harm.
    verified: Vec<Kind>,
}

impl<'a> Differences<'a> {
    /// Compares what a file holds for a host of these names with what the host has shown; `verified` comes into the
    /// file. A key that is expected may be that of another machine behind the same name, and does not differ.
    pub(crate) fn of(
        names: &'a [String],
        held: &'a HeldKeys,
        verified: &[&PublicKey<'_>],
        shown: &[PublicKey<'_>],
        expected: &[Fingerprint],
    ) -> Self {
        let mut differences = Self {
            refuted: Vec::new(),
            unchecked: Vec::new(),
            verified: verified.iter().map(|key| key.kind()).collect(),
        };
        let all =
            names.iter().flat_map(|name| held.get(name).into_iter().flatten().map(move |key| (name.as_str(), key)));
        for (name, key) in all {
            if !shown.iter().any(|shown| shown.kind() == key.kind) {
                differences.unchecked.push((name, key));
            } else if !shown.iter().any(|shown| key.is(shown)) && !expected.iter().any(|one| key.has(one)) {
                differences.refuted.push((name, key));
            }
        }
        differences
    }

    /// Refuses where a refuted key is the host's by a pattern: that line stays, and ssh would stop with its alarm.
    ///
    /// # Errors
    /// There is such a line.
    pub(crate) fn in_patterns(&self, file: &Path) -> Result<(), Error> {
        let stays = |(_, key): &&(&str, &HeldKey)| !key.names_host && !self.verified.contains(&key.kind);
        match self.refuted.iter().find(stays) {
            None => Ok(()),
            Some((name, key)) => {
                let name = escape::text(name.as_bytes());
                let what = format!(
                    "this line has another {} key for {name}, by a pattern; ssh would refuse it",
                    key.kind.label()
                );
                Err(Error::no(what)
                    .at(Place::file(file).at(key.line))
                    .hint("the host is the expected one; change that line, or have it not match, and try again"))
            }
        }
    }

    /// What the user is to know.
    pub(crate) fn notes(&self, file: &Path) -> Vec<String> {
        let place = |key: &HeldKey| Place::file(file).at(key.line);
        let refuted = self.refuted.iter().filter(|(_, key)| key.names_host).map(|(name, key)| {
            let (label, name) = (key.kind.label(), escape::text(name.as_bytes()));
            format!("{}: the {label} key of {name} is another one now; this line is taken out", place(key))
        });
        let unchecked = self.unchecked.iter().map(|(name, key)| {
            let (label, name) = (key.kind.label(), escape::text(name.as_bytes()));
            let command = format!("ssh-keygen -R '{name}' -f {}", Place::file(file));
            format!("{}: the {label} key of {name} could not be checked; if ssh complains of it: {command}", place(key))
        });
        refuted.chain(unchecked).collect()
    }
}
