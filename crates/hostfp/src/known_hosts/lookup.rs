//! The keys that a file has for a host.

use common::key::{Kind, PublicKey};

use super::entry::{CERT_AUTHORITY, Entry, REVOKED};
use super::names;
use super::revoked::{blobs_to_trust, revoked};
use super::search::{entries, line_number, lines};

/// What a file says of a host.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// The keys that are to be trusted, in the order of the file.
    pub(crate) keys: Vec<PublicKey<'static>>,
    /// Whether a key of that host must not be trusted.
    pub(crate) is_revoked: bool,
    /// The blobs of all keys that must not be trusted, whichever host is named before them.
    pub(crate) revoked: Vec<Vec<u8>>,
}

/// The keys of a host, as ssh would find them: by its name, its hash or a pattern. A key that stands under `@revoked`
/// is not among them, whichever host is named there.
pub(crate) fn known(contents: &[u8], host: &str) -> Known {
    let host = host.to_ascii_lowercase();
    let lines = entries(contents, |_, entry| {
        // What stands under @cert-authority is no host's key.
        // Nor what is indented, as if it went on from the line before; but a key is revoked all the same.
        let is_indented = entry.line.first().is_some_and(u8::is_ascii_whitespace);
        let counts = entry.marker.map_or(!is_indented, |marker| marker == REVOKED);
        if !counts || !names::include(entry.names(), &host) {
            return None;
        }
        let mut blob = Vec::new();
        let key = PublicKey::from_blob(entry.decode(&mut blob).then_some(blob)?).ok()?;
        (key.type_name().as_bytes() == entry.key_type).then_some((key, entry.marker.is_some()))
    });
    let revoked = revoked(contents);
    let is_revoked = |key: &PublicKey<'_>| blobs_to_trust(key).any(|blob| revoked.contains_key(blob));
    let mut known = Known::default();
    for (key, is_marked) in lines {
        if is_marked || is_revoked(&key) {
            known.is_revoked = true;
        } else {
            known.keys.push(key);
        }
    }
    known.revoked = revoked.into_keys().collect();
    known
}

/// The number of the first line that is neither one of `known_hosts` nor blank nor a comment, counted from 1.
pub(crate) fn first_misfit(contents: &[u8]) -> Option<usize> {
    let fits = |blob: &mut Vec<u8>, line: &[u8]| {
        if line.trim_ascii_start().first().is_none_or(|first| *first == b'#') {
            return true;
        }
        let Some(entry) = Entry::read(line) else { return false };
        let is_marker = entry.marker.is_none_or(|marker| marker == REVOKED || marker == CERT_AUTHORITY);
        // Neither a name nor a type has control characters.
        let has_controls = |text: &[u8]| text.iter().any(|byte| byte.is_ascii_control() && *byte != b'\t');
        is_marker
            && entry.names_are_names()
            && !has_controls(entry.comment.trim_ascii_end())
            && entry.decode(blob)
            && PublicKey::from_blob(blob.as_slice()).is_ok_and(|key| key.type_name().as_bytes() == entry.key_type)
    };
    let misfits = lines(contents, |blob, start, line| (!fits(blob, line)).then_some(start));
    misfits.first().map(|start| line_number(contents, *start))
}

/// Whether a text that may be long is a `known_hosts`, by its first line that says something.
pub(crate) fn looks_like_one(text: &[u8]) -> bool {
    let says_something = |line: &&[u8]| !matches!(line.trim_ascii_start().first(), None | Some(b'#'));
    let first = text.split(|byte| *byte == b'\n').find(says_something).and_then(Entry::read);
    first.is_some_and(|entry| {
        !matches!(Kind::of_name(entry.key_type), (Kind::Unknown, _)) && entry.blob.starts_with(b"AAAA")
    })
}

#[cfg(test)]
mod tests {
    use super::super::line::line;
    use super::super::names::hashed;
    use super::*;

    fn key(byte: u8) -> PublicKey<'static> {
        PublicKey::ed25519(&[byte; 32]).unwrap()
    }

    fn blobs(known: &Known) -> Vec<&[u8]> {
        known.keys.iter().map(PublicKey::blob).collect()
    }

    #[test]
    fn a_host_has_the_keys_of_all_its_lines() {
        let text = [
            "# comment\n\n".to_owned(),
            line("other,VM", &key(1)),
            line(&hashed("vm").unwrap(), &key(2)),
            line("*.net,v?,!w*", &key(3)),
            line("[vm]:2222", &key(4)),
            format!("@cert-authority {}", line("vm", &key(5))),
            "vm ssh-rsa AAAA\nvm ssh-ed25519 !\n".to_owned(),
            line("vm", &key(6)).replace("ssh-ed25519", "ssh-rsa"),
        ]
        .concat();
        assert!(looks_like_one(text.as_bytes()));
        let found = known(text.as_bytes(), "vm");
        assert_eq!(blobs(&found), [key(1).blob(), key(2).blob(), key(3).blob()]);
        assert_eq!(blobs(&known(text.as_bytes(), "[VM]:2222")), [key(4).blob()]);
        assert!(known(text.as_bytes(), "nobody").keys.is_empty());
        for text in ["", "# \n", "hello\n", "{\"a\": 1}", "256 SHA256:x y (RSA)", "ssh-ed25519 AAAAC3 c d"] {
            assert!(!looks_like_one(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn a_revoked_key_is_none_of_a_hosts_keys_wherever_it_is_revoked() {
        let text = [line("vm", &key(1)), line("vm", &key(2)), format!("@revoked {}", line("other", &key(1)))].concat();
        let found = known(text.as_bytes(), "vm");
        assert_eq!((blobs(&found), found.is_revoked), (vec![key(2).blob()], true));
    }
}
