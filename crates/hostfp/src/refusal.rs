//! Why a host is not to be trusted, in words, and what to do: the same whether ssh asks or the host was connected to.

use common::error::Error;
use common::key::{Curve, Hash, Kind, PublicKey};

use crate::judgement::{Verdict, judge, kinds};
use crate::trusted::{Trusted, TrustedKey};

/// Says why none of these keys, which a host has proven to hold, is one that is trusted. `advice` is for a bare
/// fingerprint, which may be of another type than the keys.
pub(crate) fn refusal(keys: &[&PublicKey<'_>], trusted: &Trusted, advice: &str) -> Error {
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
        return Error::no(format!("this is not your VM: {}, expected {}", shown(&[key]), expected.join(" or ")))
            .hint("do not connect; if the VM was rebuilt, get its fingerprints again with Run Command");
    }
    if verdicts().any(|(_, verdict)| verdict == Verdict::Unknown) {
        let which = if keys.len() == 1 { "which is not" } else { "none of which has" };
        return Error::no(format!("{}, {which} the fingerprint that you gave", shown(keys))).hint(advice);
    }
    let kinds = kinds(trusted);
    let file = keys.first().and_then(|key| usual_file(key.kind()));
    let command = file.map_or_else(
        || "run hostfp on it, without operands".to_owned(),
        |file| format!("`ssh-keygen -lf {file}`, or hostfp without operands, run on it with Run Command"),
    );
    Error::no(format!("{}, and you have only {} to compare it with", shown(keys), named(&kinds, keys)))
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

/// "the ECDSA fingerprint", "the ECDSA and RSA fingerprints"; with the curve where the word alone would not tell them
/// from a key that was shown.
fn named(kinds: &[Kind], shown: &[&PublicKey<'_>]) -> String {
    let is_shown = |kind: &Kind| shown.iter().any(|key| key.kind().label() == kind.label());
    let mut names: Vec<&str> =
        kinds.iter().map(|kind| if is_shown(kind) { kind.name() } else { kind.label() }).collect();
    names.dedup();
    let plural = if names.len() == 1 { "" } else { "s" };
    format!("the {} fingerprint{plural}", names.join(" and "))
}

/// Where a host has its key of that kind, unless its administrator moved it.
const fn usual_file(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Ed25519 => "/etc/ssh/ssh_host_ed25519_key.pub",
        Kind::Ecdsa(_) => "/etc/ssh/ssh_host_ecdsa_key.pub",
        Kind::Rsa => "/etc/ssh/ssh_host_rsa_key.pub",
        Kind::Dsa => "/etc/ssh/ssh_host_dsa_key.pub",
        Kind::SkEcdsa | Kind::SkEd25519 | Kind::Unknown => return None,
    })
}
