//! Finds keys that must not be trusted: `@revoked`.

use std::collections::HashMap;

use common::key::PublicKey;

use super::entry::REVOKED;
use super::search::{entries, line_number};

/// The revoked keys of a file, by their blobs, with their lines.
pub(super) fn revoked(contents: &[u8]) -> HashMap<Vec<u8>, usize> {
    if memchr::memmem::find(contents, REVOKED).is_none() {
        return HashMap::new();
    }
    let revoked = entries(contents, |start, entry| {
        let mut blob = Vec::new();
        let is_revoked = entry.marker == Some(REVOKED) && entry.decode(&mut blob);
        // A revoked certificate revokes its key.
        let plain = PublicKey::from_blob(&blob).map(|key| key.plain_blob().to_vec());
        is_revoked.then(|| (plain.unwrap_or(blob), start))
    });
    // Newlines are counted once, since there may be many lines.
    let (mut line, mut counted) = (1, 0);
    let number = |(blob, start): (Vec<u8>, usize)| {
        line += line_number(contents.get(counted..).unwrap_or_default(), start - counted) - 1;
        counted = start;
        (blob, line)
    };
    revoked.into_iter().map(number).collect()
}

/// The blobs on which trust in a key depends: its plain one, and for a certificate also that of the signing authority.
pub(crate) fn blobs_to_trust<'k>(key: &'k PublicKey<'_>) -> impl Iterator<Item = &'k [u8]> {
    std::iter::once(key.plain_blob()).chain(key.authority_blob())
}

#[cfg(test)]
mod tests {
    use super::super::line::line;
    use super::super::tests::key;
    use super::*;

    #[test]
    fn each_revoked_key_has_the_number_of_its_line() {
        let revoked_line = |byte| format!("@revoked {}", line("*", &key(byte)));
        let lines = [
            "#\n".to_owned(),
            revoked_line(1),
            "\n\n".to_owned(),
            revoked_line(2),
            line("vm", &key(4)),
            revoked_line(3),
            "#\n".repeat(1000),
        ];
        let found = revoked(lines.concat().as_bytes());
        let expected = [(1, 2), (2, 5), (3, 7)].map(|(byte, line)| (key(byte).blob().to_vec(), line));
        assert_eq!(found, HashMap::from(expected));
        assert!(revoked(lines[4].as_bytes()).is_empty());
    }
}
