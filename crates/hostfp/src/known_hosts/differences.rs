//! Compares a file with what a verified host has shown, so ssh accepts the host after a success. Keys that the host refutes
//! by its own signature are removed, keys that it confirms stay, and keys that could not be checked are named.

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
    /// The types of the keys that are added to the file: a second line of such a type does no harm.
    verified: Vec<Kind>,
}

impl<'a> Differences<'a> {
    /// Compares what a file holds for a host of these names with what the host has shown; `verified` is added to the file. An
    /// expected key may be that of another machine behind the same name, and is not a difference.
    pub(crate) fn of(
        names: &'a [String],
        held: &'a HeldKeys,
        verified: &[&PublicKey<'_>],
        shown: &[&PublicKey<'_>],
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

    /// Refuses the host if a pattern gives it a refuted key: that line stays, and ssh would stop with its warning.
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
                    .hint("the host is the expected one; change that line so that it does not match, and try again"))
            }
        }
    }

    /// The notes for the user.
    pub(crate) fn notes(&self, file: &Path) -> Vec<String> {
        let place = |key: &HeldKey| Place::file(file).at(key.line);
        let refuted = self.refuted.iter().filter(|(_, key)| key.names_host).map(|(name, key)| {
            let (label, name) = (key.kind.label(), escape::text(name.as_bytes()));
            format!("{}: the {label} key of {name} has changed; this line is removed", place(key))
        });
        let unchecked = self.unchecked.iter().map(|(name, key)| {
            let (label, name) = (key.kind.label(), escape::text(name.as_bytes()));
            let command = format!("ssh-keygen -R '{name}' -f {}", Place::file(file));
            format!(
                "{}: the {label} key of {name} could not be checked; if ssh complains about it: {command}",
                place(key)
            )
        });
        refuted.chain(unchecked).collect()
    }
}

#[cfg(test)]
mod tests {
    use common::key::Hash;

    use super::super::held;
    use super::super::line::line;
    use super::super::tests::key;
    use super::*;

    #[test]
    fn what_the_host_refutes_or_cannot_confirm_differs_and_nothing_else_does() {
        let rsa = PublicKey::rsa(&[3], &[0xc5; 256]).unwrap();
        let names = ["vm".to_owned()];
        let (refuted, unchecked) = ("the ED25519 key of vm has changed; this line is removed", "could not be checked");
        for (in_file, shown, expected, note) in [
            (key(1), key(1), key(1), None),
            (key(2), key(1), key(1), Some(refuted)),
            (key(2), key(1), key(2), None),
            (key(1), key(1), key(2), None),
            (rsa.clone(), key(1), key(1), Some(unchecked)),
            (rsa.clone(), key(1), rsa, Some(unchecked)),
        ] {
            let text = format!("# x\n{}", line("vm", &in_file));
            let held = held::find(text.as_bytes(), names.iter().cloned());
            let expected = [expected.fingerprint(Hash::Sha256)];
            let differences = Differences::of(&names, &held, &[], &[&shown], &expected);
            let notes = differences.notes(Path::new("known"));
            assert_eq!(notes.len(), usize::from(note.is_some()), "{notes:?}");
            assert!(
                notes.iter().all(|found| found.starts_with("known:2: ") && found.contains(note.unwrap())),
                "{notes:?}"
            );
            // The line names the host, and can be changed.
            assert!(differences.in_patterns(Path::new("known")).is_ok());
        }
    }

    #[test]
    fn a_pattern_with_another_key_refuses_unless_a_right_line_comes_beside_it() {
        let names = ["vm".to_owned()];
        let file = Path::new("known");
        let text = line("v*", &key(2));
        let held = held::find(text.as_bytes(), names.iter().cloned());
        let ours = key(1);
        let rsa = PublicKey::rsa(&[3], &[0xc5; 256]).unwrap();
        for (verified, is_refused) in [(vec![], true), (vec![&rsa], true), (vec![&rsa, &ours], false)] {
            let differences = Differences::of(&names, &held, &verified, &[&key(1)], &[]);
            assert_eq!(differences.in_patterns(file).is_err(), is_refused, "{verified:?}");
            assert!(differences.notes(file).is_empty());
        }
        assert!(Differences::of(&names, &held, &[], &[&key(2)], &[]).in_patterns(file).is_ok());
    }
}
