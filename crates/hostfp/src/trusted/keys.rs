//! The keys that are trusted for one host.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::escape;
use common::key::{Fingerprint, Hash, Kind, PublicKey};

use super::grammar::line::is_of_users;
use crate::known_hosts;

/// The most fingerprints that are taken to be of one host.
pub(crate) const MAX_KEYS: usize = 256;

/// A note on fingerprints by weak hashes beside those that count.
pub(super) const HAS_WEAK: &str = "MD5 and SHA-1 fingerprints in it do not count";

/// A trusted fingerprint: from a line that holds one, or of a whole host key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrustedKey {
    /// The fingerprint.
    pub fingerprint: Fingerprint,
    /// The kinds of key to which it may belong, as far as the text names them; empty if it does not.
    pub kinds: Vec<Kind>,
    /// The key's comment, as in the text: to be escaped in messages.
    pub comment: Option<String>,
}

impl TrustedKey {
    /// Creates a fingerprint without further information.
    #[must_use]
    pub const fn new(fingerprint: Fingerprint, kinds: Vec<Kind>) -> Self {
        Self { fingerprint, kinds, comment: None }
    }

    /// Returns the fingerprint, and its owner as far as the text names it: `SHA256:… (root@vm)`.
    #[must_use]
    pub fn described(&self) -> String {
        match &self.comment {
            Some(comment) => format!("{} ({})", self.fingerprint, escape::excerpt(comment.as_bytes())),
            None => self.fingerprint.to_string(),
        }
    }
}

/// All trusted fingerprints of one host; at least one.
#[derive(Clone, Debug, Default)]
pub struct Trusted {
    /// The fingerprints, in the order of the text, each once.
    pub keys: Vec<TrustedKey>,
    /// Fingerprints by MD5 and SHA-1. By them no key is trusted, but a key of such a type that has another one is not the
    /// key that the text lists.
    pub weak: Vec<TrustedKey>,
    /// Fingerprints, by any hash, of keys that are revoked: none of them is ever a match, by whatever hash it is trusted.
    pub revoked: Vec<Fingerprint>,
    /// Messages for the user in any case, on standard error, each with its place.
    pub notes: Vec<String>,
    /// Possible reasons why a host does not match, such as that the output is cut off: messages of the same kind.
    pub mismatch_notes: Vec<String>,
}

impl Trusted {
    /// Creates the list of these keys, without notes.
    #[must_use]
    pub const fn of_keys(keys: Vec<TrustedKey>) -> Self {
        Self { keys, weak: Vec::new(), revoked: Vec::new(), notes: Vec::new(), mismatch_notes: Vec::new() }
    }

    /// Whether a key, or the authority that signed a certificate, is marked `@revoked`.
    #[must_use]
    pub fn is_revoked(&self, key: &PublicKey<'_>) -> bool {
        let by = |hash: Hash| self.revoked.iter().filter(move |fingerprint| fingerprint.hash() == hash);
        let is_among = |hash: Hash, blob: &[u8]| {
            let mut revoked = by(hash).peekable();
            revoked.peek().is_some() && {
                let own = Fingerprint::of_blob(hash, blob);
                revoked.any(|fingerprint| *fingerprint == own)
            }
        };
        known_hosts::blobs_to_trust(key).any(|blob| Hash::ALL.into_iter().any(|hash| is_among(hash, blob)))
    }
}

/// Parses a public key that lacks its type.
pub(super) fn blob(text: &str) -> Option<PublicKey<'static>> {
    let text = text.trim_end_matches('\n');
    let bytes = if text.starts_with("AAAA") { STANDARD.decode(text).ok()? } else { return None };
    PublicKey::from_blob(bytes)
        .ok()
        .filter(|key| !key.is_certificate() && !is_of_users(key.kind()) && key.kind() != Kind::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_described_with_its_comment() {
        let key = TrustedKey::new(Fingerprint::of_blob(Hash::Sha256, b"blob"), Vec::new());
        assert_eq!(key.described(), key.fingerprint.to_string());
        let described = TrustedKey { comment: Some("root@vm\u{7}".to_owned()), ..key.clone() }.described();
        assert_eq!(described, format!("{} (root@vm\\007)", key.fingerprint));
    }

    #[test]
    fn a_key_is_revoked_by_its_own_fingerprint_alone() {
        let [own, other] = [1, 2].map(|byte| PublicKey::ed25519(&[byte; 32]).unwrap());
        let mut trusted = Trusted::of_keys(Vec::new());
        assert!(!trusted.is_revoked(&own));
        for hash in Hash::ALL {
            trusted.revoked = vec![own.fingerprint(hash)];
            assert!(trusted.is_revoked(&own) && !trusted.is_revoked(&other), "{}", hash.label());
        }
    }
}
