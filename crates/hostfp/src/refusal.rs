//! Explains why a host is not trusted, and what to do: the same whether ssh asks or hostfp connected to the host.

use common::error::Error;
use common::key::{Curve, Hash, Kind, PublicKey};

use crate::judgement::{Verdict, judge, kinds};
use crate::trusted::{Trusted, TrustedKey};

/// The verdict on a host that is not the expected one.
const NOT_YOURS: &str = "this is not your VM";

/// The remedy if no key has the single fingerprint that was given.
const GET_IT_AGAIN: &str = "do not connect; if the fingerprint is old, get it again with Run Command";

/// The types that a host was asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum AskedFor<'a> {
    /// All relevant types.
    All,
    /// One type. A bare fingerprint may be of another type; this is the remedy then.
    One(&'a str),
}

/// Explains why none of these keys, which a host has proven to hold, is trusted.
pub(crate) fn refusal(keys: &[&PublicKey<'_>], trusted: &Trusted, asked: AskedFor<'_>) -> Error {
    let verdicts = || keys.iter().map(|key| (*key, judge(key, trusted)));
    if let Some((key, _)) = verdicts().find(|(_, verdict)| *verdict == Verdict::Revoked) {
        return Error::no(format!("{}, which is revoked", shown(&[key])))
            .hint("do not connect; get the fingerprints of the VM's new keys with Run Command");
    }
    if let Some((key, _)) = verdicts().find(|(_, verdict)| *verdict == Verdict::Mismatch) {
        let expected: Vec<String> = trusted
            .keys
            .iter()
            .filter(|trusted| trusted.kinds.contains(&key.kind()))
            .map(TrustedKey::described)
            .collect();
        let is_own = |one: &TrustedKey| key.fingerprint(one.fingerprint.hash()) == one.fingerprint;
        if trusted.keys.iter().any(is_own) {
            let reason = format!(
                "{}, which is in the text, but for another type of key, or beside a fingerprint of another key of its type",
                shown(&[key])
            );
            return Error::verdict(NOT_YOURS, &reason)
                .hint("do not connect; get the VM's fingerprints again with Run Command");
        }
        return Error::verdict(NOT_YOURS, &format!("{}, expected {}", shown(&[key]), expected.join(" or ")))
            .hint("do not connect; if the VM was rebuilt, get its fingerprints again with Run Command");
    }
    if verdicts().any(|(_, verdict)| verdict == Verdict::Unknown) {
        let which = if keys.len() == 1 { "which is not" } else { "none of which has" };
        let reason = format!("{}, {which} the fingerprint that you gave", shown(keys));
        return match asked {
            AskedFor::All => Error::verdict(NOT_YOURS, &reason).hint(GET_IT_AGAIN),
            AskedFor::One(hint) => Error::no(reason).hint(hint),
        };
    }
    let kinds = kinds(trusted);
    let file = keys.first().and_then(|key| usual_file(key.kind()));
    let command = file.map_or_else(
        || "run hostfp on it, without operands".to_owned(),
        |file| format!("`ssh-keygen -lf {file}`, or hostfp without operands, run on it with Run Command"),
    );
    let shown_kinds: Vec<Kind> = keys.iter().map(|key| key.kind()).collect();
    let (missing, given) = (names(&shown_kinds, &kinds).join(" or "), names(&kinds, &shown_kinds).join(" and "));
    Error::no(format!("{}; no {missing} fingerprint to compare with (only {given})", shown(keys)))
        .hint(format!("get that fingerprint: {command}"))
}

/// "the host showed the ED25519 key SHA256:…"
fn shown(keys: &[&PublicKey<'_>]) -> String {
    let each: Vec<String> = keys
        .iter()
        .map(|key| {
            let curve = match key.kind() {
                Kind::Ecdsa(curve) if curve != Curve::Nistp256 => format!(" ({})", curve.name()),
                _ => String::new(),
            };
            format!("the {} key{curve} {}", key.label(), key.fingerprint(Hash::Sha256))
        })
        .collect();
    format!("the host showed {}", each.join(" and "))
}

/// The names of kinds, such as "ECDSA"; with the curve if the name alone would not distinguish one from these others.
fn names(kinds: &[Kind], others: &[Kind]) -> Vec<&'static str> {
    let is_among = |kind: &Kind| others.iter().any(|other| other.label() == kind.label());
    let mut names: Vec<&str> =
        kinds.iter().map(|kind| if is_among(kind) { kind.name() } else { kind.label() }).collect();
    names.dedup();
    names
}

/// The usual file of a host's key of that kind.
const fn usual_file(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Ed25519 => "/etc/ssh/ssh_host_ed25519_key.pub",
        Kind::Ecdsa(_) => "/etc/ssh/ssh_host_ecdsa_key.pub",
        Kind::Rsa => "/etc/ssh/ssh_host_rsa_key.pub",
        Kind::Dsa => "/etc/ssh/ssh_host_dsa_key.pub",
        Kind::MlDsa44Ed25519 => "/etc/ssh/ssh_host_mldsa44_ed25519_key.pub",
        Kind::SkEcdsa | Kind::SkEd25519 | Kind::Unknown => return None,
    })
}
