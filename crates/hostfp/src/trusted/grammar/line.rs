//! Parses one line with a host's key. A line counts as a whole or not at all.
//!
//! ```text
//! fingerprint  256 SHA256:… root@vm (ECDSA)      ssh-keygen -l, hostfp, pubfp; perhaps after the path of a host key
//!              SHA256:…                          ssh-keygen -l | awk '{print $2}', hostfp -o
//!              ECDSA SHA256:…   ssh-rsa: SHA256:…   SHA256:… (ECDSA)   SHA256:… (ssh-rsa)
//!              ssh-rsa 3072 SHA256:… [root@vm]   PuTTY, and with the comment puttygen -l
//! key          ssh-ed25519 AAAA… [comment]       /etc/ssh/ssh_host_*_key.pub
//! known_hosts  [@marker] NAMES ssh-ed25519 AAAA… [comment]
//! ```
//!
//! The middle of a line is never searched: a log line begins with the words of the program that wrote it, so text that a
//! stranger chose in it (a user name, a comment, an agent, an argument) is never such a line.

use common::key::base64;
use common::key::{Fingerprint, Hash, Kind, PublicKey};

use super::words::{self, FingerprintLine, NotALine};
use crate::known_hosts::are_names;

/// A line that fits the grammar.
#[derive(Debug)]
pub(crate) enum Line<'a> {
    /// Only whitespace, a comment after `#`, or a line of the picture of a key.
    Nothing,
    /// A certificate. It does not count: it may be a user's, of another host or expired, and the host's key has a
    /// line of its own.
    Certificate,
    /// A fingerprint by a trusted hash, with the key's size if the line has it.
    Fingerprint { fingerprint: Fingerprint, size: Option<u32>, kinds: Vec<Kind>, comment: Option<&'a str> },
    /// An MD5 or SHA-1 fingerprint, by which no key is trusted.
    Weak { fingerprint: Fingerprint, kinds: Vec<Kind>, comment: Option<&'a str> },
    /// A public host key.
    Key { key: PublicKey<'static>, comment: Option<&'a str> },
    /// A line of `known_hosts`.
    KnownHosts,
}

/// Why a line does not fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Misfit {
    /// It holds a fingerprint of this length, which is cut short or damaged.
    DamagedFingerprint(usize),
    /// It begins like a key, which is cut short or damaged.
    DamagedKey,
    /// It holds a whole fingerprint among other words.
    Loose,
    /// It is of a key that users log in with: it has options before the key, or a type that hosts do not use.
    UsersKey,
    /// It is a line of `known_hosts` with names of hosts, among lines without names.
    NamesHosts,
    /// It belongs to a private key.
    PrivateKey,
    /// It begins with a marker in `@` that sshd(8) does not know.
    Marker,
    /// It begins with whitespace: programs indent lines that continue the one before.
    Indented,
    /// There are more keys than one host has.
    TooMany,
    /// A comment rejects a key.
    Denied,
    /// The comment of a key has words that may reject it.
    Words,
    /// A comment has a program's words about a key that a host showed.
    Shown,
    /// A comment above a key may name another host than that above the first one.
    OtherHeading,
    /// A comment has characters that may look like others.
    OtherLetters,
    /// It holds a control character, such as a carriage return in its middle.
    Control,
    /// Anything else.
    Other,
}

/// Reads one line, without its newline.
pub(crate) fn read(line: &str) -> Result<Line<'_>, Misfit> {
    let line = line.trim_end_matches('\r').trim_end_matches([' ', '\t']);
    if line.is_empty() || line.trim_start_matches([' ', '\t']).starts_with('#') {
        return Ok(Line::Nothing);
    }
    if words::is_of_picture(line) {
        return Ok(Line::Nothing);
    }
    if line.starts_with([' ', '\t']) {
        return Err(Misfit::Indented);
    }
    if line.chars().any(|character| character.is_control() && character != '\t') {
        return Err(Misfit::Control);
    }
    if line.contains("PRIVATE KEY-----") || line.starts_with("PuTTY-User-Key-File") {
        return Err(Misfit::PrivateKey);
    }
    if let Some(result) = fingerprint(line) {
        return result;
    }
    let (first, rest) = word(line);
    if let Some(result) = key(first, rest) {
        return result.map(|(key, comment)| match key.is_certificate() {
            true => Line::Certificate,
            false => Line::Key { key, comment },
        });
    }
    known_hosts(line)
}

/// Whether a line is a fingerprint or a key as a whole.
pub(crate) fn is_fingerprint_or_key(line: &str) -> bool {
    matches!(read(line), Ok(Line::Fingerprint { .. } | Line::Key { .. }))
}

/// Parses a line with a fingerprint in its proper position; `None` if no word looks like one.
fn fingerprint(line: &str) -> Option<Result<Line<'_>, Misfit>> {
    Some(match words::read(line)? {
        Err(NotALine::Loose) => Err(Misfit::Loose),
        Err(NotALine::Damaged(length)) => Err(Misfit::DamagedFingerprint(length)),
        Ok(said) if said.kinds.iter().any(|kind| is_of_users(*kind)) => Err(Misfit::UsersKey),
        Ok(FingerprintLine { fingerprint, kinds, comment, .. })
            if matches!(fingerprint.hash(), Hash::Md5 | Hash::Sha1) =>
        {
            Ok(Line::Weak { fingerprint, kinds, comment })
        }
        Ok(FingerprintLine { is_certificate: true, .. }) => Ok(Line::Certificate),
        Ok(FingerprintLine { fingerprint, kinds, size, comment, .. }) => {
            Ok(Line::Fingerprint { fingerprint, size, kinds, comment })
        }
    })
}

/// Whether keys of a kind are held by security tokens, which only users have.
pub(crate) const fn is_of_users(kind: Kind) -> bool {
    matches!(kind, Kind::SkEcdsa | Kind::SkEd25519)
}

/// Parses a public key that begins with this type; `None` if the word is not a type.
fn key<'a>(name: &str, rest: &'a str) -> Option<Result<(PublicKey<'static>, Option<&'a str>), Misfit>> {
    let (kind, _) = Kind::of_name(name.as_bytes());
    let (encoded, comment) = word(rest);
    let mut blob = Vec::new();
    let decoded = base64::decode_into(encoded.as_bytes(), &mut blob);
    let key = decoded.ok().and_then(|()| PublicKey::from_blob(blob).ok()).filter(|key| key.type_name() == name);
    match (key, kind) {
        (None, Kind::Unknown) => None,
        (None, _) => Some(Err(Misfit::DamagedKey)),
        (Some(_), kind) if is_of_users(kind) => Some(Err(Misfit::UsersKey)),
        // Clouds write this after users' keys; diff -y writes `<` after lines of one side only.
        (Some(_), _) if comment == "generated-by-azure" => Some(Err(Misfit::UsersKey)),
        (Some(_), _) if comment.split([' ', '\t']).next_back() == Some("<") => Some(Err(Misfit::Other)),
        // Several lines may have been joined, so it is unclear which key is meant.
        (Some(_), _) if comment.split([' ', '\t']).any(looks_like_a_key) || words::mentions_a_fingerprint(comment) => {
            Some(Err(Misfit::Loose))
        }
        (Some(key), _) => Some(Ok((key, (!comment.is_empty()).then_some(comment)))),
    }
}

/// Whether a word is meant as a key's blob, and has the length of one.
pub(crate) fn looks_like_a_key(word: &str) -> bool {
    word.starts_with("AAAA") && word.len() > 60
}

/// Reads a line of `known_hosts`, or finds why it is not one.
fn known_hosts(line: &str) -> Result<Line<'_>, Misfit> {
    let (first, rest) = word(line);
    let (marker, names, rest) = if first.starts_with('@') {
        let (names, rest) = word(rest);
        (Some(first), names, rest)
    } else {
        (None, first, rest)
    };
    if marker.is_some_and(|marker| !matches!(marker, "@revoked" | "@cert-authority")) {
        return Err(Misfit::Marker);
    }
    // Columns belong to a listing, such as one of users' keys.
    if line.contains('\t') && line.split_once(names).is_some_and(|(_, rest)| rest.starts_with('\t')) {
        return Err(Misfit::Other);
    }
    let (name, rest) = word(rest);
    match key(name, rest) {
        Some(Ok(_)) if are_names(names.as_bytes()) => Ok(Line::KnownHosts),
        // Options are in place of the names.
        Some(Ok(_)) if names.contains(['=', '"']) => Err(Misfit::UsersKey),
        Some(Err(misfit)) if are_names(names.as_bytes()) => Err(misfit),
        _ => Err(Misfit::Other),
    }
}

/// Splits a text after its first word and the whitespace that follows.
fn word(text: &str) -> (&str, &str) {
    let (word, rest) = text.split_once([' ', '\t']).unwrap_or((text, ""));
    (word, rest.trim_start_matches([' ', '\t']))
}

#[cfg(test)]
mod tests {
    use common::key::Curve;

    use super::*;
    use crate::known_hosts::tests::certificate;

    const FINGERPRINT: &str = "SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM";
    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKPcdDKDGWm3HPZvIOEoJ83at5TXCQhBWMH4oDAa3g75";

    /// The key of a security token.
    const TOKEN: &str = "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAINX+XL4K5fBXARlLPqhCbxIuv8C1WdJ/\
                         jlWWH42OsSTnAAAABHNzaDo=";

    fn filled(line: &str) -> String {
        line.replace("FP", FINGERPRINT).replace("KEY", KEY)
    }

    #[test]
    fn a_fingerprint_counts_at_its_place_in_a_whole_line() {
        let ecdsa = [Kind::Ecdsa(Curve::Nistp256)];
        for (line, kinds, comment) in [
            ("256 FP root@vm (ECDSA)", &ecdsa[..], Some("root@vm")),
            ("256 FP no comment (ECDSA) \r", &ecdsa, None),
            ("256 FP (ECDSA)", &ecdsa, None),
            ("256 FP\ta  b (x) y (ECDSA)", &ecdsa, Some("a  b (x) y")),
            ("/etc/ssh/ssh_host_ecdsa_key.pub: 256 FP a (ECDSA)", &ecdsa, Some("a")),
            ("384 FP x (ECDSA)", &[Kind::Ecdsa(Curve::Nistp384)], Some("x")),
            ("ssh-ed25519: FP", &[Kind::Ed25519], None),
            ("RSA: FP", &[Kind::Rsa], None),
            ("FP (Ed25519)", &[Kind::Ed25519], None),
            ("FP", &[], None),
        ] {
            match read(&filled(line)) {
                Ok(Line::Fingerprint { kinds: found, comment: said, .. }) => {
                    assert_eq!((found.as_slice(), said), (kinds, comment), "{line}");
                }
                other => panic!("{line}: {other:?}"),
            }
        }
        // Without its size, an ECDSA key may be of any curve.
        assert!(matches!(read(&filled("ECDSA FP")), Ok(Line::Fingerprint { kinds, .. }) if kinds.len() == 3));
    }

    #[test]
    fn a_certificate_is_skipped() {
        for line in ["256 FP x (ED25519-CERT)", "FP (ed25519-cert)", "ssh-ed25519-cert-v01@openssh.com: FP"] {
            assert!(matches!(read(&filled(line)), Ok(Line::Nothing | Line::Certificate)), "{line}");
        }
        let key = PublicKey::ed25519(&[9; 32]).unwrap();
        assert!(matches!(read(&certificate(&key)), Ok(Line::Certificate)));
    }

    #[test]
    fn a_fingerprint_elsewhere_ends_the_text() {
        for line in [
            "Accepted publickey for azureuser from 203.0.113.9 port 50000 ssh2: ED25519 FP",
            "ED25519 key fingerprint is FP.",
            "Offending key 256 FP x (ECDSA)",
            "NOT FP",
            "output: 256 FP x (ECDSA)",
            "https://vm.example/ssh_host_rsa_key.pub: 256 FP a (ED25519)",
            "/home/me/.ssh/id_ed25519.pub: 256 FP a (ED25519)",
            "/etc/ssh/../../tmp/ssh_host_x_key: 256 FP a (ED25519)",
            "256 FP x (ECD",
            "256\tFP x (ECDSA)",
            "256 FP",
            "FP root@vm",
            "-256 FP x (ECDSA)",
            "256 FP 256 FP x (ECDSA)",
            "256 FP x (ECDSA)- `FP` (ECDSA)",
            "256 FP x=FP (ECDSA)",
            "remote FP (RSA)",
            "12002 FP sshd (sshd)",
            "257 FP x (ED25519)",
            "0256 FP x (ED25519)",
            "\"FP\",",
        ] {
            let misfit = read(&filled(line)).unwrap_err();
            assert!(matches!(misfit, Misfit::Loose | Misfit::Other), "{line}: {misfit:?}");
        }
        assert_eq!(read("256 SHA256:p2QAMX x (RSA)").unwrap_err(), Misfit::DamagedFingerprint(13));
        assert_eq!(read(&filled("256 FP x (ED25519-SK)")).unwrap_err(), Misfit::UsersKey);
        assert_eq!(read(&filled("256 FP x\r256 FP y (RSA)")).unwrap_err(), Misfit::Control);
        assert_eq!(read(&filled("  256 FP y (RSA)")).unwrap_err(), Misfit::Indented);
    }

    #[test]
    fn weak_fingerprints_fit_and_never_count() {
        const MD5: &str = "27:e2:d6:a0:95:02:e5:79:8f:1f:90:63:cb:d9:d1:27";
        for line in [format!("256 MD5:{MD5} a b (ED25519)"), format!("2048 {MD5} a b (RSA)")] {
            assert!(matches!(read(&line), Ok(Line::Weak { .. })), "{line}");
        }
        assert_eq!(read(&format!("Found RSA key: {MD5}")).unwrap_err(), Misfit::Loose);
    }

    #[test]
    fn keys_and_lines_of_known_hosts_are_distinguished() {
        assert!(matches!(read(&filled("KEY root@vm")), Ok(Line::Key { comment: Some("root@vm"), .. })));
        // A comment may be long, or begin as keys do.
        for comment in ["x".repeat(61), format!("AAAA{}", "x".repeat(56))] {
            assert!(matches!(read(&filled(&format!("KEY {comment}"))), Ok(Line::Key { .. })), "{comment}");
        }
        assert_eq!(read(&filled(&format!("KEY AAAA{}", "x".repeat(57)))).unwrap_err(), Misfit::Loose);
        for line in ["vm KEY", "@revoked * KEY", "@cert-authority\t*.example KEY x", "|1|a=|b= KEY", "[vm]:22,!a KEY"] {
            assert!(matches!(read(&filled(line)), Ok(Line::KnownHosts)), "{line}");
        }
        for (line, misfit) in [
            ("command=\"x\" KEY", Misfit::UsersKey),
            ("Invalid user KEY", Misfit::Other),
            ("x \"KEY user\" y", Misfit::Other),
            ("public_key = \"KEY\"", Misfit::Other),
            ("+KEY", Misfit::Other),
            ("@REVOKED vm KEY", Misfit::Marker),
            ("vm@host KEY", Misfit::Other),
            ("KEY root@vm- `SHA256:x` (RSA)", Misfit::Loose),
            ("KEY KEY", Misfit::Loose),
            ("KEY generated-by-azure", Misfit::UsersKey),
            ("vm KEY generated-by-azure", Misfit::UsersKey),
            ("vm\tKEY", Misfit::Other),
            ("vm KEY\t<", Misfit::Other),
            (TOKEN, Misfit::UsersKey),
            ("vm ssh-ed25519 AAAA", Misfit::DamagedKey),
            ("Invalid user: ssh-ed25519 AAAA", Misfit::Other),
            ("a=b ssh-ed25519 AAAA", Misfit::Other),
        ] {
            assert_eq!(read(&filled(line)).unwrap_err(), misfit, "{line}");
        }
        for cut in [12, 40, 60] {
            assert_eq!(read(&KEY[..cut]).unwrap_err(), Misfit::DamagedKey, "{cut}");
        }
        assert_eq!(read(&KEY.replace("ssh-ed25519", "ssh-rsa")).unwrap_err(), Misfit::DamagedKey);
        assert!(matches!(read(" # KEY"), Ok(Line::Nothing)));
        for line in ["-----BEGIN OPENSSH PRIVATE KEY-----", "PuTTY-User-Key-File-3: ssh-ed25519"] {
            assert_eq!(read(line).unwrap_err(), Misfit::PrivateKey);
        }
    }
}
