//! Finds the keys that a file holds for hosts before they are asked: ssh will ask for their types, and stops with its warning
//! if a host shows another key.

use std::collections::HashMap;

use common::key::{Fingerprint, Kind, PublicKey};

use super::entry::Entry;
use super::names::{self, Hashed};
use super::search::{entries, line_number};

/// A key that a file holds for a host.
#[derive(Clone, Debug)]
pub(crate) struct HeldKey {
    /// Its line number, counted from 1.
    pub(crate) line: usize,
    /// Its type.
    pub(crate) kind: Kind,
    /// Whether the line names the host itself. Otherwise it has a pattern, which also covers other hosts and stays as it is.
    pub(crate) names_host: bool,
    blob: Vec<u8>,
}

impl HeldKey {
    /// Whether it has this fingerprint.
    pub(crate) fn has(&self, fingerprint: &Fingerprint) -> bool {
        Fingerprint::of_blob(fingerprint.hash(), &self.blob) == *fingerprint
    }

    /// Whether it is this key.
    pub(crate) fn is(&self, key: &PublicKey<'_>) -> bool {
        self.blob == key.plain_blob()
    }
}

/// The held keys by the lowercase names of their hosts.
pub(crate) type HeldKeys = HashMap<String, Vec<HeldKey>>;

/// Finds the keys that a file holds for these hosts, by ssh's rules.
pub(super) fn find(contents: &[u8], hosts: impl Iterator<Item = String>) -> HeldKeys {
    if contents.is_empty() {
        return HeldKeys::new();
    }
    let hosts: Vec<String> = hosts.map(|host| host.to_ascii_lowercase()).collect();
    let by_name: HashMap<&[u8], usize> =
        hosts.iter().enumerate().map(|(index, host)| (host.as_bytes(), index)).collect();
    let found = entries(contents, |start, entry| {
        let about = about(entry, &hosts, &by_name);
        if about.is_empty() || entry.marker.is_some() {
            return None;
        }
        let mut blob = Vec::new();
        let key = PublicKey::from_blob(entry.decode(&mut blob).then_some(blob)?).ok()?;
        Some((start, about, key.kind(), key.plain_blob().to_vec()))
    });
    let mut held = HeldKeys::new();
    for (start, about, kind, blob) in found {
        let line = line_number(contents, start);
        for (index, names_host) in about {
            let Some(host) = hosts.get(index) else { continue };
            held.entry(host.clone()).or_default().push(HeldKey { line, kind, names_host, blob: blob.clone() });
        }
    }
    held
}

/// The hosts that a line is about, and whether it names them itself.
fn about(entry: &Entry<'_>, hosts: &[String], by_name: &HashMap<&[u8], usize>) -> Vec<(usize, bool)> {
    let mut about: Vec<(usize, bool)> = Vec::new();
    for name in entry.names() {
        if let Some(hashed) = Hashed::read(name) {
            about.extend(hosts.iter().enumerate().filter(|(_, host)| hashed.is(host)).map(|(index, _)| (index, true)));
        } else if name.iter().any(|letter| b"*?".contains(letter)) {
            let matching = |(_, host): &(usize, &String)| names::include(std::iter::once(name), host);
            about.extend(hosts.iter().enumerate().filter(matching).map(|(index, _)| (index, false)));
        } else {
            about.extend(by_name.get(name.to_ascii_lowercase().as_slice()).map(|index| (*index, true)));
        }
    }
    // A name after `!` excludes the host.
    about.retain(|(index, _)| hosts.get(*index).is_some_and(|host| names::include(entry.names(), host)));
    about.sort_by_key(|(index, names_host)| (*index, !names_host));
    about.dedup_by_key(|(index, _)| *index);
    about
}

#[cfg(test)]
mod tests {
    use common::key::Hash;

    use super::super::line::line;
    use super::super::tests::key;
    use super::*;

    #[test]
    fn what_a_file_holds_is_found_by_name_hash_and_pattern() {
        let text = [
            "# x\n".to_owned(),
            line("VM,other", &key(1)),
            line("*.example,!a.example", &key(2)),
            line(&names::hashed("[vm]:22").unwrap(), &key(3)),
            format!("@cert-authority {}", line("vm", &key(4))),
            line("c*,c.example", &key(5)),
        ]
        .concat();
        let hosts = ["vm", "[vm]:22", "a.example", "b.example", "c.example"].map(str::to_owned);
        let held = find(text.as_bytes(), hosts.into_iter());
        let of = |host: &str| {
            let keys = held.get(host).map(Vec::as_slice).unwrap_or_default();
            keys.iter().map(|held| (held.line, held.names_host)).collect::<Vec<_>>()
        };
        assert_eq!((of("vm"), of("[vm]:22")), (vec![(2, true)], vec![(4, true)]));
        assert_eq!((of("a.example"), of("b.example")), (vec![], vec![(3, false)]));
        // By its name, and by two patterns.
        assert_eq!(of("c.example"), [(3, false), (6, true)]);
        let ours = &held["vm"][0];
        assert!(ours.is(&key(1)) && !ours.is(&key(2)));
        for hash in [Hash::Sha256, Hash::Md5] {
            assert!(ours.has(&key(1).fingerprint(hash)) && !ours.has(&key(2).fingerprint(hash)));
        }
    }
}
