//! Finds statements in comments that the keys next to them do not count, or are of another host.
//!
//! A comment is free text. It never makes a key count, and in doubt the text is refused: people who put several hosts' keys
//! together write the names above them, and people who keep an old key write that after it.

use super::{confirmations, denials};
use crate::trusted::grammar::line::Misfit;
use crate::trusted::grammar::{confusable, host_key_paths};
use crate::trusted::messages::connections;

/// Words by which a comment rejects a key, besides those that do so in JSON ([`denials::is_denial`]).
#[rustfmt::skip]
const DENYING: [&str; 15] = [
    "canceled", "cancelled", "decommed", "discard", "discarded", "disputed", "dropped", "illegitimate", "insecure", "stale",
    "unknown", "unsafe", "void", "voided", "withdrawn",
];

/// Crosses, which say no in every language.
const CROSSES: [char; 8] =
    ['\u{2717}', '\u{2718}', '\u{274c}', '\u{274e}', '\u{26d4}', '\u{1f6ab}', '\u{1f6d1}', '\u{2620}'];

/// Words by which a comment rejects keys wherever they occur: no host has such a name.
#[rustfmt::skip]
const STRONG: [&str; 63] = [
    "attacker", "backdoored", "banned", "beware", "blacklisted", "blocked", "breach", "burned", "changeme", "compromised",
    "cracked", "danger", "deauthorized", "decommissioned", "defunct", "deleted", "denied", "deprecated", "disabled",
    "disavowed", "distrusted", "donotuse", "eavesdropping", "expired", "exposed", "failed", "fake", "forged",
    "forgery", "hacked", "hijacked", "honeypot", "impostor", "inactive", "intercepted", "invalid", "leaked",
    "malicious", "mismatch", "mitm", "obsolete", "outdated", "phishing", "placeholder", "pwned", "quarantined",
    "reinstalled", "rejected", "replaced", "repudiated", "retired", "revoked", "rogue", "rotated", "spoofed", "spoofing",
    "stolen", "superseded", "suspicious", "tampered", "terminated", "untrusted", "unverified",
];

/// Those among them that programs do not print when something fails.
const AMONG_ERRORS: [&str; 10] =
    ["compromised", "forged", "forgery", "hacked", "impostor", "malicious", "mitm", "revoked", "stolen", "untrusted"];

/// Words that reject keys if a comment has no others, and may be part of a host's name.
const STRONG_ALONE: [&str; 7] = ["bad", "former", "legacy", "old", "previous", "prior", "wrong"];

/// The beginnings of words for what someone else says about the owner of a key.
const HEARSAY: [&str; 6] = ["alleg", "claim", "counterfeit", "impersonat", "pretend", "suppos"];

/// Words that negate what follows them, and the beginnings of words that may follow them: files say in this way how they are
/// to be treated.
const NEGATIONS: [&str; 8] = ["not", "never", "dont", "cannot", "neither", "nor", "nobody", "without"];
const NEGATED: [&str; 6] = ["chang", "commit", "delet", "edit", "modif", "remov"];

/// Words for what a host showed to a program, which is no proof.
const OF_SHOWN: [&str; 7] = ["advertised", "learned", "observed", "offered", "presented", "scanned", "tofu"];

/// The name of the program that asks hosts for their keys.
const SCAN: &str = "keyscan";

/// Phrases, without articles, that mean that a host showed a key.
const OF_SHOWN_TOGETHER: [&str; 14] = [
    "given by host",
    "given by server",
    "host gave",
    "host sent",
    "host showed",
    "over network",
    "sent by host",
    "sent by server",
    "server gave",
    "server sent",
    "server showed",
    "shown by host",
    "shown by remote",
    "shown by server",
];

/// Words that reject keys even as a host's name.
const LOST: [&str; 2] = ["compromised", "revoked"];

/// Phrases that reject keys, with one space between their words.
const PHRASES: [&str; 6] =
    ["deploy key", "has changed", "host key changed", "just been changed", "no longer", "user key"];

/// The sizes of keys, which a comment may have next to the type.
pub(super) const SIZES: [&str; 8] = ["256", "384", "521", "1024", "2048", "3072", "4096", "8192"];

/// Words that a comment line above a key may have next to its type, whoever owns the key.
pub(super) const OF_KEYS: [&str; 23] = [
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

/// Returns the objection to keys in a comment line. Above keys a single word is not a host's name.
pub(crate) fn objection_of_line(line: &str) -> Option<Misfit> {
    objection(line, false)
        .or_else(|| {
            confirmations::is_unconfirmed_or_expired(line.trim_start_matches(['#', ' '])).then_some(Misfit::Denied)
        })
        .or_else(|| parts(line).any(|part| shows(&part)).then_some(Misfit::Shown))
}

/// Returns the objection to a key in its comment. A comment of one word is more often than not a host's name.
pub(crate) fn objection_of_key(comment: &str) -> Option<Misfit> {
    let objection = objection(comment, !comment.contains(char::is_whitespace));
    objection
        .or_else(|| names_no_host(comment).then_some(Misfit::OtherHeading))
        .or_else(|| (!is_usual(comment)).then_some(Misfit::Words))
}

/// Whether a comment is one that programs write: the name of a user, a host or a file, perhaps with the key's type and size
/// or a date. Further words may say anything about the key, in any language.
fn is_usual(comment: &str) -> bool {
    /// The account that makes host keys on Windows: `nt authority\system@HOST`.
    const WINDOWS: &str = "nt authority\\";
    /// The most names of a host in `known_hosts`, with commas between them, which ssh-keygen -l shows as a comment.
    const MOST_NAMES: usize = 64;
    if comment.split(',').nth(MOST_NAMES).is_some() {
        return false;
    }
    let comment = comment.trim().to_lowercase();
    let is_of_keys = |part: String| {
        OF_KEYS.contains(&part.as_str()) || part == "of" || part.bytes().all(|byte| byte.is_ascii_digit())
    };
    let words = comment.strip_prefix(WINDOWS).unwrap_or(&comment).split_whitespace();
    comment == "no comment" || words.filter(|word| !parts(word).all(is_of_keys)).count() <= 1
}

/// Whether the comment of a key may reject it.
pub(crate) fn comment_denies(comment: &str) -> bool {
    objection_of_key(comment).is_some()
}

/// Returns the objection to keys in any text, such as the name of a system.
pub(crate) fn objection_of_text(text: &str) -> Option<Misfit> {
    objection(text, false)
}

/// Whether a line of a script's standard error reports that the script asked a host over the network.
pub(crate) fn is_of_a_scan(line: &str) -> bool {
    connections::shows_that_a_host_was_asked(line) || parts(line).any(|part| part == SCAN)
}

/// Returns the objection to keys in any comment: that they do not count, that a host showed them, or that characters which
/// look like others may hide either.
fn objection(comment: &str, is_name: bool) -> Option<Misfit> {
    if confusable::has_confusable_characters(comment) {
        return Some(Misfit::OtherLetters);
    }
    // A host's name follows `@`.
    let own: Vec<String> = comment.split_whitespace().flat_map(|word| parts(without_host(word))).collect();
    if denies(comment, &own, is_name) {
        return Some(Misfit::Denied);
    }
    is_of_shown(comment, &own).then_some(Misfit::Shown)
}

/// Whether a comment, with these parts, has words about keys that a host showed.
fn is_of_shown(comment: &str, parts: &[String]) -> bool {
    let plain: Vec<&str> = parts.iter().map(String::as_str).filter(|part| !matches!(*part, "the" | "a")).collect();
    let text = plain.join(" ");
    connections::shows_that_a_host_was_asked(comment)
        || plain.iter().any(|part| shows(part))
        || OF_SHOWN_TOGETHER.iter().any(|words| text.contains(words))
}

/// Whether a word means that a host showed a key.
fn shows(word: &str) -> bool {
    word == SCAN || OF_SHOWN.contains(&word)
}

/// Returns the user of `USER@HOST`, or a word without a host.
fn without_host(word: &str) -> &str {
    word.split_once('@').map_or(word, |(user, _)| user)
}

/// Whether a line has a word that rejects a key and is not usual in error messages.
pub(crate) fn rejects_keys_among_errors(line: &str) -> bool {
    parts(line).any(|part| AMONG_ERRORS.contains(&part.as_str()))
}

/// Whether a comment rejects a key; `own` are its parts outside names of hosts.
fn denies(comment: &str, own: &[String], is_name: bool) -> bool {
    let hosts = comment.split_whitespace().filter_map(|word| word.split_once('@'));
    if hosts.flat_map(|(_, host)| parts(host)).any(|part| LOST.contains(&part.as_str())) {
        return true;
    }
    // `don't`, `isn't`: a part ends at an apostrophe, straight or curly.
    let text = format!("{} ", own.join(" ")).replace("n t ", "n't ");
    let mut words = text.split(' ').peekable();
    while let Some(word) = words.next() {
        // `cannot be changed`.
        let _ = words.next_if_eq(&"be");
        let negates = NEGATIONS.contains(&word) || word.ends_with("n't");
        if negates && words.peek().is_none_or(|next| !NEGATED.iter().any(|verb| next.starts_with(verb))) {
            return true;
        }
    }
    // `revokedKey`, `REVOKED1`, `vm(old)`.
    let glued = comment.split_whitespace().map(without_host).flat_map(pieces);
    let apart: Vec<&str> = own.iter().map(String::as_str).collect();
    // `r e v o k e d`
    let are_spelt = apart.chunk_by(|one, other| one.len() == 1 && other.len() == 1).any(|letters| {
        let spelt = letters.concat();
        letters.len() > 2 && STRONG.iter().any(|strong| spelt.contains(strong))
    });
    // `re-voked`, `r.e.v.o.k.e.d`, `revokedd`
    let is_strong = |word: &str| {
        let word = squeezed(parts(word).flat_map(|part| part.chars().collect::<Vec<_>>()));
        let begins = |strong: &&&str| word.chars().next().is_some_and(|first| strong.starts_with(first));
        STRONG.iter().filter(begins).any(|strong| squeezed(strong.chars()) == word)
    };
    if are_spelt || comment.split_whitespace().map(without_host).any(is_strong) || comment.contains(CROSSES) {
        return true;
    }
    let remarks = comment.split('(').skip(1).filter_map(|rest| rest.split_once(')')).map(|(remark, _)| remark.trim());
    if glued.into_iter().any(|piece| STRONG.contains(&piece.as_str()))
        || remarks.into_iter().any(|remark| STRONG_ALONE.contains(&remark.to_lowercase().as_str()))
    {
        return true;
    }
    if matches!(own, [only] if STRONG_ALONE.contains(&only.as_str()) && !comment.contains('@')) {
        return true;
    }
    let is_denial = |part: &String| {
        let part = part.as_str();
        STRONG.contains(&part)
            || HEARSAY.iter().any(|start| part.starts_with(start))
            || !is_name && (DENYING.contains(&part) || denials::is_denial(part))
    };
    own.iter().any(is_denial) || PHRASES.iter().any(|phrase| text.contains(phrase))
}

/// Returns characters without those that repeat the one before them.
fn squeezed(characters: impl Iterator<Item = char>) -> String {
    let mut squeezed = String::new();
    for character in characters {
        if !squeezed.ends_with(character) {
            squeezed.push(character);
        }
    }
    squeezed
}

/// Splits a word where the case changes, and between letters and digits. The pieces are in lowercase.
fn pieces(word: &str) -> Vec<String> {
    let mut pieces = vec![String::new()];
    let mut before = None;
    for character in word.chars() {
        let begins = before.is_some_and(|before: char| {
            before.is_lowercase() && character.is_uppercase() || before.is_alphabetic() != character.is_alphabetic()
        });
        if begins {
            pieces.push(String::new());
        }
        if let Some(piece) = pieces.last_mut() {
            piece.extend(character.to_lowercase());
        }
        before = Some(character);
    }
    pieces
}

/// Splits a text into its parts of letters and digits, in lowercase.
pub(super) fn parts(text: &str) -> impl Iterator<Item = String> {
    let parts = text.split(|character: char| !character.is_alphanumeric()).filter(|part| !part.is_empty());
    // Fullwidth letters are read as the plain ones.
    let narrow = |character: char| match character {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character),
        other => other,
    };
    parts.map(move |part| part.chars().map(narrow).collect::<String>().to_lowercase())
}

/// Whether a word is the size of a key.
pub(crate) fn is_size(word: &str) -> bool {
    SIZES.contains(&word)
}

/// Whether the comment of a key shows that it is not a host's: it is the name of a file that is not a host key's, or a name
/// that `known_hosts` excludes.
fn names_no_host(comment: &str) -> bool {
    /// How ssh-agent calls the keys of smart cards.
    const OF_CARDS: &str = "cardno:";
    let is_of_file = |word: &str| {
        let is_elsewhere =
            is_path(word) || is_of_users(word) || is_relative_path(word) && !host_key_paths::is_file(word);
        word.starts_with(OF_CARDS) || is_elsewhere && !host_key_paths::is_in_folder(word)
    };
    comment.split_whitespace().any(is_of_file) || comment.split(',').any(|name| name.starts_with('!'))
}

/// Whether a word is a path in some current folder. `USER@HOST`, also of a Windows domain, hashed names, web addresses and
/// words for keys are not.
fn is_relative_path(word: &str) -> bool {
    let is_of_keys = |part: String| OF_KEYS.contains(&part.as_str()) || part.bytes().all(|byte| byte.is_ascii_digit());
    word.contains(['/', '\\'])
        && !word.contains(['@', '|'])
        && !word.contains("://")
        && !["n/a", "authority\\system"].iter().any(|usual| word.eq_ignore_ascii_case(usual))
        && !parts(word).all(is_of_keys)
}

/// Whether a word is the name of a file of users' keys.
pub(super) fn is_of_users(word: &str) -> bool {
    let name = word.rsplit(['/', '\\']).next().unwrap_or(word);
    name.starts_with("id_") || name.starts_with("authorized_keys")
}

/// Whether a word is a path that begins with the root, a home folder or a drive.
pub(super) fn is_path(word: &str) -> bool {
    let is_drive = word.as_bytes().get(1..3).is_some_and(|rest| matches!(rest, b":\\" | b":/"));
    let is_home = word.starts_with('~') && word.contains('/');
    is_home || is_drive || word.starts_with('/') && word.contains(char::is_alphanumeric)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_deny_in_comments() {
        for line in [
            "# old:",
            "# Do-Not-Trust",
            "# the key of a host that we no longer have",
            "# revoked@vm",
            "# isn't the key of vm",
            "# isn\u{2019}t vm's",
            "# cannot be vm's",
            "# mallory claims this is vm",
        ] {
            assert_eq!(objection_of_line(line), Some(Misfit::Denied), "{line}");
        }
        for comment in [
            "root@vm-revoked",
            "root@vm.compromised.example",
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
            "revokedKey",
            "REVOKED1",
            "vm(old)",
            "alleged-vm",
            "counterfeit",
            "doesn't belong to vm",
            "deploy key of mallory",
            "\u{ff32}\u{ff25}\u{ff36}\u{ff2f}\u{ff2b}\u{ff25}\u{ff24}",
        ] {
            assert_eq!(objection_of_key(comment), Some(Misfit::Denied), "{comment}");
        }
        for comment in ["from ssh-keyscan", "as shown by the host", "offered", "SSH-2.0-OpenSSH_9.6"] {
            assert_eq!(objection_of_key(comment), Some(Misfit::Shown), "{comment}");
        }
        for comment in ["r\u{435}voked x", "r\u{336}evoked", "\u{1d42b}\u{1d41e}voked", "re\u{34f}voked"] {
            assert_eq!(objection_of_key(comment), Some(Misfit::OtherLetters), "{comment}");
        }
        for comment in
            ["root@vm (widerrufen)", "shown in the portal", "\u{5df2}\u{5e9f}\u{5f03} vm", "nt authority\\system@vm x"]
        {
            assert_eq!(objection_of_key(comment), Some(Misfit::Words), "{comment}");
        }
        for comment in [
            "root@old-vm",
            "old-vm",
            "no comment",
            "unrevoked",
            "root@vm 2026",
            "RSA 3072 key of vm, 2026-11-30",
            "nt authority\\system@WIN-1",
            "/etc/ssh/ssh_host_rsa_key.pub (RSA)",
            "lost",
            "knot",
            "root@rogue",
            "root@keyscan",
            "b\u{fc}ro",
        ] {
            assert!(!comment_denies(comment), "{comment}");
        }
        for line in [
            "# This file is managed; do not edit",
            "# it cannot be changed by hand",
            "# it's vm's",
            "# /etc/ssh/ssh_host_rsa_key.pub",
            "# me@old-vm",
        ] {
            assert_eq!(objection_of_line(line), None, "{line}");
        }
    }
}
