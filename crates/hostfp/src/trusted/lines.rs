//! Lines that hold a fingerprint: as `ssh-keygen -l` and hostfp print them, a type and a fingerprint, or a fingerprint
//! alone.
//!
//! A fingerprint elsewhere in a line does not count. sshd logs those of the keys that users log in with, and ssh shows
//! those of whatever host it met: what is to be verified would vouch for itself.

use common::keys::{Curve, Fingerprint, Hash, Kind};

use super::{Findings, TrustedKey};

/// What surrounds a fingerprint that was copied out of other text.
const PUNCTUATION: [char; 10] = ['.', ',', ';', ':', '"', '\'', '(', ')', '`', '!'];

/// Whether a word is meant as a fingerprint, be it whole or not.
pub(super) fn looks_like_a_fingerprint(word: &str) -> bool {
    ["SHA256:", "SHA384:", "SHA512:", "SHA1:", "MD5:"].iter().any(|label| word.starts_with(label))
}

/// Which lines count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Where {
    /// Those of all forms.
    Anywhere,
    /// Whole lines of ssh-keygen.
    Whole,
}

/// Finds the lines that hold a fingerprint.
pub(super) fn find(text: &str, place: Where, findings: &mut Findings) {
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let Some(index) = words.iter().position(|word| looks_like_a_fingerprint(word.trim_matches(PUNCTUATION))) else {
            continue;
        };
        let (before, rest) = words.split_at(index);
        let Some((word, after)) = rest.split_first() else { continue };
        let word = word.trim_matches(PUNCTUATION);
        let Some(kinds) = kinds(before, after, place) else {
            findings.loose = true;
            continue;
        };
        match word.parse::<Fingerprint>() {
            Ok(fingerprint) if matches!(fingerprint.hash(), Hash::Md5 | Hash::Sha1) => findings.weak = true,
            Ok(fingerprint) => {
                findings.put(TrustedKey { comment: comment(after), ..TrustedKey::new(fingerprint, kinds) });
            }
            Err(_) => findings.damaged = Some(word.len()),
        }
    }
}

/// What the words around a fingerprint say of the kind of key; none where they are not those of a list of host keys.
fn kinds(before: &[&str], after: &[&str], place: Where) -> Option<Vec<Kind>> {
    let bits = before.last().and_then(|word| word.parse::<u32>().ok());
    let label = after.last().and_then(|word| word.strip_prefix('(')?.strip_suffix(')'));
    match (before, bits, label) {
        // `256 SHA256:… root@vm (ECDSA)`
        ([_], Some(bits), Some(label)) => Some(of_label(label, Some(bits))),
        _ if place == Where::Whole => None,
        // Behind the path of its file. Behind any other word it may be under `Error:`.
        ([path, _], Some(bits), Some(label)) if path.ends_with(':') && path.contains('/') => {
            Some(of_label(label, Some(bits)))
        }
        // Cut at its end, or with a comment of its own making: the type is not told.
        ([_], Some(_), None) => Some(Vec::new()),
        ([], ..) => Some(label.map_or_else(Vec::new, |label| of_label(label, None))),
        // `ECDSA SHA256:…`, `ssh-ed25519 SHA256:…`
        ([word], None, _) => {
            let word = word.trim_matches(PUNCTUATION);
            let (kind, _) = Kind::of_name(word.as_bytes());
            let kinds = if kind == Kind::Unknown { of_label(word, None) } else { vec![kind] };
            (!kinds.is_empty()).then_some(kinds)
        }
        _ => None,
    }
}

/// The kinds of ssh-keygen's word; for ECDSA the size tells the curve.
fn of_label(label: &str, bits: Option<u32>) -> Vec<Kind> {
    let curve = Curve::ALL.into_iter().find(|curve| Some(curve.bits()) == bits);
    Kind::of_label(label.strip_suffix("-CERT").unwrap_or(label))
        .filter(|kind| match (kind, curve) {
            (Kind::Ecdsa(of_kind), Some(curve)) => *of_kind == curve,
            _ => true,
        })
        .collect()
}

/// The words between the fingerprint and the type. ssh-keygen says `no comment` where there is none.
fn comment(after: &[&str]) -> Option<String> {
    let words = match after.split_last() {
        Some((last, words)) if last.starts_with('(') => words,
        _ => after,
    };
    let comment = words.join(" ");
    (!comment.is_empty() && comment != "no comment").then_some(comment)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINGERPRINT: &str = "SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM";

    fn found(line: &str, place: Where) -> Findings {
        let mut findings = Findings::default();
        find(&line.replace("FP", FINGERPRINT), place, &mut findings);
        findings
    }

    #[test]
    fn a_fingerprint_counts_at_its_place_in_a_list() {
        let ecdsa = [Kind::Ecdsa(Curve::Nistp256)];
        for (line, kinds, comment) in [
            ("256 FP root@vm (ECDSA)", &ecdsa[..], Some("root@vm")),
            ("  256 FP no comment (ECDSA)", &ecdsa, None),
            ("256 FP SHA256:x (RSA) y (ECDSA)", &ecdsa, Some("SHA256:x (RSA) y")),
            ("/etc/ssh/ssh_host_ecdsa_key.pub: 256 FP a (ECDSA-CERT)", &ecdsa, Some("a")),
            ("ECDSA-SK FP", &[Kind::SkEcdsa], None),
            ("ssh-ed25519: FP", &[Kind::Ed25519], None),
            ("FP (ED25519)", &[Kind::Ed25519], None),
            ("\"FP\",", &[], None),
            ("FP root@vm", &[], Some("root@vm")),
            ("256 FP root@vm (ECD", &[], Some("root@vm")),
            ("256 FP", &[], None),
        ] {
            let found = found(line, Where::Anywhere);
            assert_eq!(found.keys.len(), 1, "{line}");
            assert_eq!(found.keys[0].kinds, kinds, "{line}");
            assert_eq!(found.keys[0].comment.as_deref(), comment, "{line}");
        }
        // Without its size, ECDSA may be any curve.
        assert_eq!(found("ECDSA FP", Where::Anywhere).keys[0].kinds.len(), 3);
        assert_eq!(found("384 FP x (ECDSA)", Where::Anywhere).keys[0].kinds, [Kind::Ecdsa(Curve::Nistp384)]);
    }

    #[test]
    fn a_fingerprint_elsewhere_does_not() {
        for line in [
            "Accepted publickey for azureuser from 203.0.113.9 port 50000 ssh2: ED25519 FP",
            "sshd[1]: Found matching RSA key: FP",
            "ED25519 key fingerprint is FP.",
            "debug1: Server host key: ssh-ed25519 FP",
            "Offending key 256 FP x (ECDSA)",
            "no FP",
            "Error            : 256 FP x (ECDSA)",
            "output: 256 FP x (ECDSA)",
            "\"error\": \"256 FP x (ECDSA)",
            "<38>May  1 12:00:00 vm sshd[1]: Invalid user x: 256 FP a (ECDSA)",
        ] {
            let found = found(line, Where::Anywhere);
            assert!(found.keys.is_empty() && found.loose, "{line}");
        }
        for line in ["FP", "ECDSA FP", "256 FP x (ECD", "ssh2: ED25519 FP (RSA)", "/a: 256 FP x (ECDSA)"] {
            assert!(found(line, Where::Whole).keys.is_empty(), "{line}");
        }
    }
}
