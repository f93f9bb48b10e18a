//! What comments say of the keys beside them: that they do not count, or that they are of another host.
//!
//! A comment is free text. It never makes a key count, and in doubt it makes a text end: people who put several hosts' keys
//! together write the names above them, and people who keep an old key write so behind it.

use super::line::Misfit;
use super::{denials, host_names, known_texts};

/// Words by which a comment says that a key does not count, beside those that deny in JSON ([`denials::is_denial`]).
const DENYING: [&str; 9] =
    ["discarded", "dropped", "illegitimate", "impostor", "mitm", "stale", "unknown", "unsafe", "withdrawn"];

/// Those among all such words that no host is called by.
const STRONG: [&str; 14] = [
    "attacker",
    "compromised",
    "distrusted",
    "expired",
    "fake",
    "forged",
    "impostor",
    "invalid",
    "leaked",
    "mitm",
    "revoked",
    "rogue",
    "stolen",
    "untrusted",
];

/// Words that deny together, with one blank between them.
const PHRASES: [&str; 8] = [
    "do not accept",
    "do not connect",
    "do not trust",
    "do not use",
    "no longer",
    "not the key",
    "not trusted",
    "not verified",
];

/// What a line of comment may say of a key beside its type: the sizes of keys.
const HARMLESS: [&str; 8] = ["256", "384", "521", "1024", "2048", "3072", "4096", "8192"];

/// Whether a line of comment says that a key does not count.
pub(super) fn line_denies(line: &str) -> bool {
    denies(line, false)
}

/// Whether the comment of a key says that it does not count. A comment of one word is a host's name more often than not.
pub(super) fn comment_denies(comment: &str) -> bool {
    denies(comment, !comment.contains(char::is_whitespace))
}

/// What stands behind `@` is a host's name.
fn denies(comment: &str, is_name: bool) -> bool {
    let plain = comment.split_whitespace().map(|word| word.split('@').next().unwrap_or(word));
    let parts: Vec<String> = plain.flat_map(parts).collect();
    let text = parts.join(" ");
    let is_denial = |part: &String| {
        let part = part.as_str();
        STRONG.contains(&part) || !is_name && (DENYING.contains(&part) || denials::is_denial(part))
    };
    parts.iter().any(is_denial) || PHRASES.iter().any(|phrase| text.contains(phrase))
}

/// The parts of a text that are made of letters and digits, in small letters.
fn parts(text: &str) -> impl Iterator<Item = String> {
    let parts = text.split(|letter: char| !letter.is_alphanumeric()).filter(|part| !part.is_empty());
    parts.map(str::to_lowercase)
}

/// Comments on lines of their own, above keys: those of a list with several are of one host.
#[derive(Clone, Debug, Default)]
pub(super) struct Headings {
    /// What the comments since the last key say beside its type.
    since: Vec<String>,
    /// What those above the first key say.
    of_first: Option<Vec<String>>,
}

impl Headings {
    /// Takes a line of comment.
    ///
    /// # Errors
    /// It has a program's words about what a host showed, or names a file that is not a host key's.
    pub(super) fn comment(&mut self, line: &str) -> Result<(), Misfit> {
        if known_texts::is_shown_by_host(line) {
            return Err(Misfit::Shown);
        }
        for word in line.split_whitespace().map(|word| word.trim_matches(['#', ':', '\'', '"', '`', '(', ')', ','])) {
            if host_names::is_in_folder_of_host_keys(word) {
                continue;
            }
            if is_path(word) {
                return Err(Misfit::OtherHeading);
            }
            let owners = host_names::owner_words(&word.to_lowercase());
            self.since.extend(owners.into_iter().filter(|word| !HARMLESS.contains(&word.as_str())));
        }
        Ok(())
    }

    /// Takes a key, above which the last comments stand.
    ///
    /// # Errors
    /// These are others than those above the first key.
    pub(super) fn key(&mut self) -> Result<(), Misfit> {
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
        ] {
            assert!(comment_denies(comment), "{comment}");
        }
        for comment in ["root@old-vm", "old-vm", "no comment", "unrevoked", "root@vm 2026", "lost"] {
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
        assert_eq!(ends(&["# The authenticity of host 'vm' can't be established."]), Some(Misfit::Shown));
    }
}
