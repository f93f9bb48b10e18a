//! Finds integers that are not in canonical form.

use common::key::PublicKey;

use crate::finding::{Check, Finding, Severity};

/// An integer is not in canonical form.
pub(crate) static ENCODING: Check = Check {
    name: "encoding-not-canonical",
    severity: Severity::Warning,
    what: "An integer of the key has more leading zeros than the one that its sign may need.",
    why: "OpenSSH reads the key and rewrites it; other programs refuse it, or compute its fingerprint from what \
          is written, so that the same key has two.",
    remedy: "keycheck --rewrite prints the canonical form.",
    source: "RFC 4251, section 5, mpint: unnecessary leading bytes must not be included",
};

/// Compares a key with its canonical form. Certificates hold more than the plain key, and are skipped.
pub(super) fn check(key: &PublicKey<'_>) -> Option<Finding> {
    (!key.is_certificate() && key.plain_blob() != key.blob())
        .then(|| ENCODING.found("an integer of the key has more leading zeros than RFC 4251 allows"))
}

#[cfg(test)]
mod tests {
    use common::key::wire;

    use super::*;

    #[test]
    fn superfluous_zeros_are_found() {
        let mut blob = Vec::new();
        for part in [&b"ssh-rsa"[..], b"\x01\x00\x01", b"\0\0\xff\xff"] {
            wire::put_string(&mut blob, part);
        }
        assert!(check(&PublicKey::from_blob(blob).unwrap()).is_some());
        assert!(check(&PublicKey::rsa(b"\x01\x00\x01", b"\xff\xff").unwrap()).is_none());
    }
}
