//! What comments say of the keys beside them: that they do not count, or that they are of another host.
//!
//! A comment is free text. It never makes a key count, and in doubt it makes a text end: people who put several hosts' keys
//! together write the names above them, and people who keep an old key write so behind it.

use super::line::Misfit;
use super::{denials, host_names, known_texts, stray};

/// Words by which a comment says that a key does not count, beside those that deny in JSON ([`denials::is_denial`]).
const DENYING: [&str; 9] =
    ["discarded", "dropped", "illegitimate", "impostor", "mitm", "stale", "unknown", "unsafe", "withdrawn"];

/// Those among all such words that no host is called by.
#[rustfmt::skip]
const STRONG: [&str; 61] = [
    "attacker", "backdoored", "banned", "beware", "blacklisted", "blocked", "breach", "burned", "compromised",
    "cracked", "danger", "deauthorized", "decommissioned", "defunct", "deleted", "denied", "deprecated", "disabled",
    "disavowed", "distrusted", "donotuse", "eavesdropping", "expired", "exposed", "failed", "fake", "forged",
    "forgery", "hacked", "hijacked", "honeypot", "impostor", "inactive", "intercepted", "invalid", "leaked",
    "malicious", "mismatch", "mitm", "obsolete", "outdated", "phishing", "placeholder", "pwned", "quarantined",
    "reinstalled", "rejected", "replaced", "retired", "revoked", "rogue", "rotated", "spoofed", "spoofing", "stolen",
    "superseded", "suspicious", "tampered", "terminated", "untrusted", "unverified",
];

/// Those among them that programs do not say when something fails.
const AMONG_ERRORS: [&str; 10] =
    ["compromised", "forged", "forgery", "hacked", "impostor", "malicious", "mitm", "revoked", "stolen", "untrusted"];

/// Those that deny where a comment is nothing else, and may be a part of a host's name.
const STRONG_ALONE: [&str; 4] = ["bad", "former", "old", "wrong"];

/// Words that deny what follows them, and what may follow them: files say so how they are to be treated.
const NEGATIONS: [&str; 3] = ["not", "never", "dont"];
const NEGATED: [&str; 6] = ["change", "commit", "delete", "edit", "modify", "remove"];

/// Words of what a host showed to a program, which proves nothing.
const OF_SHOWN: [&str; 8] = ["advertised", "keyscan", "learned", "observed", "offered", "presented", "scanned", "tofu"];

/// Words that deny together, with one blank between them.
const PHRASES: [&str; 5] = ["deploy key", "has changed", "just been changed", "no longer", "user key"];

/// What a comment may say of a key beside its type: the sizes of keys.
const SIZES: [&str; 8] = ["256", "384", "521", "1024", "2048", "3072", "4096", "8192"];

/// Words that a line of comment above a key may have beside its type, whosever key it is.
const OF_KEYS: [&str; 23] = [
    "dsa",
    "ecdsa",
    "ed25519",
    "fingerprint",
    "fingerprints",
    "host",
    "key",
    "keys",
    "md5",
    "nistp256",
    "nistp384",
    "nistp521",
    "openssh",
    "pub",
    "public",
    "rsa",
    "sha1",
    "sha256",
    "sha384",
    "sha512",
    "ssh",
    "sshd",
    "type",
];

/// Whether a line of comment says that a key does not count.
pub(super) fn line_denies(line: &str) -> bool {
    denies(line, false)
}

/// Whether the comment of a key says that it does not count. A comment of one word is a host's name more often than not.
pub(super) fn comment_denies(comment: &str) -> bool {
    denies(comment, !comment.contains(char::is_whitespace))
}

/// Whether a line has a word that denies a key also where programs complain of anything.
pub(super) fn denies_among_errors(line: &str) -> bool {
    parts(line).any(|part| AMONG_ERRORS.contains(&part.as_str()))
}

/// What stands behind `@` is a host's name.
fn denies(comment: &str, is_name: bool) -> bool {
    let plain = comment.split_whitespace().map(|word| match word.split_once('@') {
        // No host is called so.
        Some((_, host)) if host.eq_ignore_ascii_case("revoked") => host,
        Some((user, _)) => user,
        None => word,
    });
    let parts: Vec<String> = plain.flat_map(parts).collect();
    let text = parts.join(" ").replace("don t ", "dont ");
    let mut words = text.split(' ').peekable();
    while let Some(word) = words.next() {
        if NEGATIONS.contains(&word) && words.peek().is_none_or(|next| !NEGATED.contains(next)) {
            return true;
        }
    }
    if matches!(parts.as_slice(), [only] if STRONG_ALONE.contains(&only.as_str()) && !comment.contains('@')) {
        return true;
    }
    let is_denial = |part: &String| {
        let part = part.as_str();
        STRONG.contains(&part) || !is_name && (DENYING.contains(&part) || denials::is_denial(part))
    };
    parts.iter().any(is_denial) || PHRASES.iter().any(|phrase| text.contains(phrase))
}

/// The parts of a text that are made of letters and digits, in small letters.
fn parts(text: &str) -> impl Iterator<Item = String> {
    let parts = text.split(|letter: char| !letter.is_alphanumeric()).filter(|part| !part.is_empty());
    // Letters of the width of Chinese ones are others of the same name.
    let narrow = |letter: char| match letter {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        other => other,
    };
    parts.map(move |part| part.chars().map(narrow).collect::<String>().to_lowercase())
}

/// Whether a word is the size of a key.
pub(super) fn is_size(word: &str) -> bool {
    SIZES.contains(&word)
}

/// Whether the comment of a key says that it is not a host's: it is the name of a file that is not a host key's, or a name
/// that `known_hosts` excludes.
pub(super) fn names_no_host(comment: &str) -> bool {
    let is_of_file = |word: &str| (is_path(word) || is_of_users(word)) && !host_names::is_in_folder_of_host_keys(word);
    comment.split_whitespace().any(is_of_file) || comment.split(',').any(|name| name.starts_with('!'))
}

/// Whether a word names a file of users' keys.
fn is_of_users(word: &str) -> bool {
    let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
    name.starts_with("id_") || name.starts_with("authorized_keys")
}

/// Comments on lines of their own, above keys: those of a list with several are of one host.
#[derive(Clone, Debug, Default)]
pub(super) struct Headings {
    /// What the comments since the last key say beside its type.
    since: Vec<String>,
    /// What those above the first key say.
    of_first: Option<Vec<String>>,
    /// Whether one has the version that a host showed.
    has_version: bool,
}

impl Headings {
    /// Takes a line of comment.
    ///
    /// # Errors
    /// It has a program's words about what a host showed, or names a file that is not a host key's.
    pub(super) fn comment(&mut self, line: &str) -> Result<(), Misfit> {
        let bare = line.trim_start_matches([' ', '\t', '#']);
        // ssh-keyscan writes its versions so.
        let has_version = ["SSH-2.0-", "SSH-1.99-"].iter().any(|version| line.contains(version));
        self.has_version |= has_version;
        if known_texts::is_shown_by_host(line)
            || stray::of(bare).is_some()
            || parts(line).any(|part| OF_SHOWN.contains(&part.as_str()))
        {
            return Err(Misfit::Shown);
        }
        for word in line.split_whitespace().map(|word| word.trim_matches(['#', ':', '\'', '"', '`', '(', ')', ','])) {
            if host_names::is_in_folder_of_host_keys(word) {
                continue;
            }
            if is_path(word) || is_of_users(word) || word.eq_ignore_ascii_case("container") {
                return Err(Misfit::OtherHeading);
            }
            for part in parts(word) {
                let words = host_names::words(&part);
                // Letters that are not ASCII are no part of a name in JSON.
                let words = if part.is_ascii() { words } else { vec![part.as_str()] };
                let owners = words.into_iter().filter(|word| !OF_KEYS.contains(word) && !SIZES.contains(word));
                self.since.extend(owners.map(str::to_owned));
            }
        }
        Ok(())
    }

    /// Takes a key, above which the last comments stand.
    ///
    /// # Errors
    /// These are others than those above the first key, or one of them is what a host showed.
    pub(super) fn key(&mut self) -> Result<(), Misfit> {
        if self.has_version {
            return Err(Misfit::Shown);
        }
        let above = std::mem::take(&mut self.since);
        match &self.of_first {
            None => self.of_first = Some(above),
            Some(first) if above.is_empty() || above == *first => {}
            Some(_) => return Err(Misfit::OtherHeading),
        }
        Ok(())
    }
}

/// Whether a word is a path from the root, a home or a drive on.
fn is_path(word: &str) -> bool {
    let is_drive = word.as_bytes().get(1..3).is_some_and(|rest| matches!(rest, b":\\" | b":/"));
    let is_home = word.starts_with('~') && word.contains('/');
    is_home || is_drive || word.starts_with('/') && word.contains(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_deny_in_comments() {
        for line in ["# old:", "# Do-Not-Trust", "# the key of a host that we no longer have", "# revoked@vm"] {
            assert!(line_denies(line), "{line}");
        }
        for comment in [
            "revoked",
            "root@vm (OLD)",
            "root@vm old",
            "WRONG, not the key of vm",
            "mitm",
            "host.internal(revoked)",
            "x leaked",
            "don't use",
            "never trust this",
            "not vm",
            "not-vm",
            "dont-use",
            "OLD",
            "mallory@REVOKED",
            "deploy key of mallory",
            "\u{ff32}\u{ff25}\u{ff36}\u{ff2f}\u{ff2b}\u{ff25}\u{ff24}",
        ] {
            assert!(comment_denies(comment), "{comment}");
        }
        for comment in
            ["root@old-vm", "old-vm", "no comment", "unrevoked", "root@vm 2026", "lost", "knot", "root@rogue"]
        {
            assert!(!comment_denies(comment), "{comment}");
        }
        for line in ["# This file is managed; do not edit", "# /etc/ssh/ssh_host_rsa_key.pub", "# me@old-vm"] {
            assert!(!line_denies(line), "{line}");
        }
    }

    /// What a list says whose lines are comments and keys (`=`).
    fn ends(lines: &[&str]) -> Option<Misfit> {
        let mut headings = Headings::default();
        lines.iter().find_map(|line| if *line == "=" { headings.key() } else { headings.comment(line) }.err())
    }

    #[test]
    fn comments_above_keys_are_of_one_host() {
        for lines in [
            &["# web1", "=", "# web2", "="][..],
            &["=", "# web2", "="],
            &["# /home/me/.ssh/id_ed25519.pub", "="],
            &["# ~/.ssh/id_ed25519.pub", "="],
            &["# C:\\Users\\me\\id.pub", "="],
            &["# authorized_keys", "="],
            &["# id_ed25519.pub", "="],
            &["# console", "=", "# files", "="],
            &["# \u{e9}", "=", "# \u{e8}", "="],
            &["# cat /etc/ssh/ssh_host_rsa_key.pub", "=", "# ssh web2", "="],
            &["# /etc/ssh/keys/x/ssh_host_rsa_key.pub", "="],
        ] {
            assert_eq!(ends(lines), Some(Misfit::OtherHeading), "{lines:?}");
        }
        for lines in [
            &["# web1", "# and more", "=", "=", "# web2"][..],
            &["# RSA (3072)", "=", "# Ed25519 host key", "="],
            &["# /etc/ssh/ssh_host_rsa_key.pub:", "=", "# /etc/ssh/ssh_host_ed25519_key.pub:", "="],
            &["# vm: RSA", "=", "# vm: ED25519", "=", "#", "="],
            &[
                "# ssh-keygen -lf /etc/ssh/ssh_host_rsa_key.pub",
                "=",
                "# ssh-keygen -lf /etc/ssh/ssh_host_ecdsa_key.pub",
                "=",
            ],
            &["# from https://portal.azure.com/ / 2026", "=", "# ~~~~", "="],
            &["# \u{e9}", "="],
        ] {
            assert_eq!(ends(lines), None, "{lines:?}");
        }
        for line in [
            "# The authenticity of host 'vm' can't be established.",
            "# offered by 203.0.113.9",
            "# Warning: Permanently added 'vm' (ED25519) to the list of known hosts.",
        ] {
            assert_eq!(ends(&[line]), Some(Misfit::Shown), "{line}");
        }
        let version = "# vm:22 SSH-2.0-OpenSSH_9.6";
        assert_eq!((ends(&[version]), ends(&[version, "="])), (None, Some(Misfit::Shown)));
    }
}
