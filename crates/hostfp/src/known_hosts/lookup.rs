//! The keys that a file has for a host.

use common::keys::{Kind, PublicKey};

use super::change::revoked;
use super::entry::Entry;
use super::names;
use super::search::entries;

/// What a file says of a host.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// The keys that are to be trusted, in the order of the file.
    pub(crate) keys: Vec<PublicKey<'static>>,
    /// Whether there is a key of that host, or of all, that must not be trusted.
    pub(crate) is_revoked: bool,
}

/// The keys of a host, as ssh would find them: by its name, its hash or a pattern. A key that stands under `@revoked`
/// is not among them, whichever host is named there.
pub(crate) fn known(contents: &[u8], host: &str) -> Known {
    let host = host.to_ascii_lowercase();
    let keys = entries(contents, |_, entry| {
        // What stands under @cert-authority is no host's key.
        if entry.marker.is_some() || !names::include(entry.names(), &host) {
            return None;
        }
        let mut blob = Vec::new();
        let key = PublicKey::from_blob(entry.decode(&mut blob).then_some(blob)?).ok()?;
        (key.type_name().as_bytes() == entry.key_type).then_some(key)
    });
    let revoked = revoked(contents);
    let before = keys.len();
    let keys: Vec<_> = keys.into_iter().filter(|key| !revoked.contains_key(key.plain_blob())).collect();
    Known { is_revoked: keys.len() < before, keys }
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
    use super::super::{line, names::hashed};
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
