//! Compares the key that a host showed with the trusted fingerprints. This module does not depend on ssh, files or printing.

use common::key::{Kind, PublicKey};

use crate::trusted::{Trusted, TrustedKey};

/// The result of the comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The key's fingerprint is trusted.
    Match,
    /// The key, or the authority that signed it, is revoked.
    Revoked,
    /// A different fingerprint is trusted for this type of key, or its own for another type.
    Mismatch,
    /// All trusted fingerprints are of other types of key: these.
    OtherTypes(Vec<Kind>),
    /// This fingerprint is not trusted, and the types of some trusted ones are unknown.
    Unknown,
}

impl Verdict {
    /// The name in JSON.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Match => "match",
            Self::Revoked => "revoked",
            Self::Mismatch => "mismatch",
            Self::OtherTypes(_) => "other-type",
            Self::Unknown => "unknown",
        }
    }
}

/// Compares the key that a host showed with the trusted fingerprints. For a certificate, the certified key counts.
#[must_use]
pub fn judge(shown: &PublicKey<'_>, trusted: &Trusted) -> Verdict {
    if trusted.is_revoked(shown) {
        return Verdict::Revoked;
    }
    let is_its = |key: &TrustedKey| shown.fingerprint(key.fingerprint.hash()) == key.fingerprint;
    let is_of_type = |key: &TrustedKey| key.kinds.contains(&shown.kind());
    let (own, others): (Vec<&TrustedKey>, Vec<&TrustedKey>) = trusted.keys.iter().partition(|key| is_its(key));
    if !own.is_empty() {
        // A stranger may have written a fingerprint below a type of which the host has no key.
        let is_of_other_type = own.iter().any(|key| !key.kinds.is_empty() && !is_of_type(key));
        // Two fingerprints by the same hash are of two keys; otherwise, of one key.
        let has_hash = |key: &TrustedKey| own.iter().any(|own| own.fingerprint.hash() == key.fingerprint.hash());
        let contradicts = |key: &TrustedKey| is_of_type(key) && !has_hash(key);
        let weak = trusted.weak.iter().filter(|key| !is_its(key));
        let is_contradicted = others.into_iter().chain(weak).any(contradicts);
        return if is_of_other_type || is_contradicted { Verdict::Mismatch } else { Verdict::Match };
    }
    if trusted.keys.iter().any(is_of_type) {
        return Verdict::Mismatch;
    }
    if trusted.keys.iter().any(|key| key.kinds.is_empty()) {
        return Verdict::Unknown;
    }
    Verdict::OtherTypes(kinds(trusted))
}

/// Compares a key with all expectations of its host, one for each of the host's names. The worst verdict counts, but a match
/// for one name outweighs an expectation for another name that does not cover the key's type.
#[must_use]
pub(crate) fn judge_by_all<'t>(shown: &PublicKey<'_>, expectations: impl Iterator<Item = &'t Trusted>) -> Verdict {
    let rank = |verdict: &Verdict| match verdict {
        Verdict::Revoked => 0,
        Verdict::Mismatch => 1,
        Verdict::Match => 2,
        Verdict::Unknown => 3,
        Verdict::OtherTypes(_) => 4,
    };
    let verdicts = expectations.map(|trusted| judge(shown, trusted));
    verdicts.min_by_key(rank).unwrap_or_else(|| Verdict::OtherTypes(Vec::new()))
}

/// The types of the trusted fingerprints, each once, as far as they are known.
#[must_use]
pub fn kinds(trusted: &Trusted) -> Vec<Kind> {
    kinds_of_all(std::iter::once(trusted))
}

/// The types of the fingerprints of all these expectations, each once, as far as they are known.
#[must_use]
pub(crate) fn kinds_of_all<'t>(expectations: impl Iterator<Item = &'t Trusted>) -> Vec<Kind> {
    let mut kinds: Vec<Kind> = Vec::new();
    for kind in expectations.flat_map(|trusted| &trusted.keys).flat_map(|key| &key.kinds) {
        if !kinds.contains(kind) {
            kinds.push(*kind);
        }
    }
    kinds
}

#[cfg(test)]
mod tests {
    use common::key::{Curve, Fingerprint, Hash};

    use super::*;
    use crate::trusted::TrustedKey;

    fn trust(fingerprint: Fingerprint, kinds: &[Kind]) -> Trusted {
        Trusted::of_keys(vec![TrustedKey::new(fingerprint, kinds.to_vec())])
    }

    #[test]
    fn each_kind_of_mismatch_has_its_own_verdict() {
        let shown = PublicKey::ed25519(&[7; 32]).unwrap();
        let own = shown.fingerprint(Hash::Sha256);
        let other = PublicKey::ed25519(&[8; 32]).unwrap().fingerprint(Hash::Sha256);
        let ecdsa = Kind::Ecdsa(Curve::Nistp256);
        assert_eq!(judge(&shown, &trust(own, &[])), Verdict::Match);
        assert_eq!(judge(&shown, &trust(shown.fingerprint(Hash::Sha512), &[Kind::Ed25519])), Verdict::Match);
        assert_eq!(judge(&shown, &trust(other, &[Kind::Ed25519])), Verdict::Mismatch);
        assert_eq!(judge(&shown, &trust(other, &[ecdsa])), Verdict::OtherTypes(vec![ecdsa]));
        assert_eq!(judge(&shown, &trust(other, &[])), Verdict::Unknown);
        // Whichever hash the trusted fingerprint has.
        let revoked = Trusted { revoked: vec![own], ..trust(shown.fingerprint(Hash::Sha512), &[]) };
        assert_eq!(judge(&shown, &revoked), Verdict::Revoked);
        let verdicts =
            [Verdict::Match, Verdict::Revoked, Verdict::Mismatch, Verdict::OtherTypes(vec![ecdsa]), Verdict::Unknown];
        assert_eq!(verdicts.each_ref().map(Verdict::name), ["match", "revoked", "mismatch", "other-type", "unknown"]);
    }
}
