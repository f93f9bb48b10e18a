//! Properties of a change that must hold for every file.

use common::key::Kind;

use super::entry::Entry;
use super::names::include;
use super::search::entries;
use super::{Verified, change, first_misfit, known, lines_about, looks_like_one};
use crate::fuzzing::key;

/// The key blobs of known types in the expectation that these contents are for a host; empty if a line is not valid.
/// ssh-keygen finds no key of a type that it does not know; ssh may be newer, and know it.
#[must_use]
pub fn trusted_by_known_hosts(contents: &[u8], host: &str) -> Vec<Vec<u8>> {
    let keys_in = |text: &[u8]| -> Vec<Vec<u8>> {
        let keys = known(text, host).keys;
        keys.iter().filter(|key| key.kind() != Kind::Unknown).map(|key| key.blob().to_vec()).collect()
    };
    match lines_about(&mut &*contents, Some(&[host.to_owned()])) {
        Ok(lines) => {
            assert_eq!(first_misfit(contents), None);
            assert_eq!(keys_in(&lines), keys_in(contents), "not all lines of the host are kept");
            keys_in(&lines)
        }
        Err(_) => {
            assert!(first_misfit(contents).is_some());
            Vec::new()
        }
    }
}

/// Adds a key of `vm` to these contents, with a plain name and with a hashed one. ssh finds it there, adding it again changes
/// nothing, and lines without a key stay.
///
/// # Panics
/// One of these does not hold.
pub fn known_hosts(old: &[u8]) {
    let _ = looks_like_one(old);
    let key = key(1);
    let verified =
        [Verified { host: "vm".to_owned(), keys: vec![key.clone()], shown: Vec::new(), expected: Vec::new() }];
    for hash in [false, true] {
        let Ok(first) = change::of(old, &verified, hash) else { continue };
        if first.revoked.is_some() {
            assert!(first.patch.is_none(), "a revoked key was added");
            continue;
        }
        let new = first.patch.map_or_else(|| old.to_owned(), |patch| patch.pieces(old).concat());
        let is_there = |_, entry: &Entry<'_>| {
            let mut blob = Vec::new();
            (include(entry.names(), "vm") && entry.decode(&mut blob) && blob == key.blob()).then_some(())
        };
        assert!(!entries(&new, is_there).is_empty(), "the key is not there");
        assert!(change::of(&new, &verified, hash).is_ok_and(|again| again.patch.is_none()), "it is added twice");
        let is_other = |line: &&[u8]| Entry::read(line).is_none();
        let mut lines = new.split(|byte| *byte == b'\n');
        for line in old.split(|byte| *byte == b'\n').filter(is_other) {
            assert!(line.is_empty() || lines.any(|kept| kept == line), "a line is lost");
        }
    }
}
