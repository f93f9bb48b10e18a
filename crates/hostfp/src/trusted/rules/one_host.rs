//! Checks that a list is of one host: with a list of several, each of them could pose as the others.

use std::net::IpAddr;

use common::error::Error;
use common::escape;

use super::comments;
use crate::trusted::grammar::host_key_paths;
use crate::trusted::keys::TrustedKey;

/// Whether it is known that one machine printed the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// It is a machine's own output, as Run Command hands it out.
    OneMachine,
    /// It may be put together from several machines.
    Unknown,
}

/// Refuses a list that is of several hosts, or may be.
///
/// # Errors
/// It has two different keys of one type, several fingerprints without a type that are not known to be one machine's
/// output, or comments that name different hosts: `USER@HOST`, `[HOST]:PORT` and `NAME,ADDRESS`, as hostfp prints, names, or
/// addresses.
pub(crate) fn check(keys: &[TrustedKey], origin: Origin) -> Result<(), Error> {
    for (index, key) in keys.iter().enumerate() {
        let earlier = keys.get(..index).unwrap_or_default();
        if let Some(other) = earlier.iter().find(|other| differ_within_a_type(other, key)) {
            let label = key.kinds.first().map_or("", |kind| kind.label());
            let (one, other) = (other.described(), key.described());
            return Err(several(&format!("two different {label} keys, {one} and {other}")));
        }
        let has_no_type = |key: &TrustedKey| key.kinds.is_empty();
        if origin == Origin::Unknown && has_no_type(key) && earlier.iter().any(has_no_type) {
            return Err(several("several fingerprints without a type"));
        }
        // One of them may be of the same key as the other, but need not be.
        if earlier.iter().any(|other| has_no_type(other) != has_no_type(key) && other.fingerprint != key.fingerprint) {
            return Err(several("a fingerprint without a type next to one with a type"));
        }
        let of_another = |other: &&TrustedKey| {
            let comments = key.comment.as_deref().zip(other.comment.as_deref());
            comments.is_some_and(|(one, other)| differ(one, other))
        };
        if let Some(other) = earlier.iter().find(of_another) {
            let [one, other] =
                [other, key].map(|key| escape::excerpt(key.comment.as_deref().unwrap_or_default().as_bytes()));
            return Err(several(&format!("the comments {one} and {other} name different hosts")));
        }
    }
    Ok(())
}

/// Whether two comments of keys may be of two hosts.
pub(crate) fn differ(one: &str, other: &str) -> bool {
    match (NamedHost::of_comment(one), NamedHost::of_comment(other)) {
        (Some(one), Some(other)) => one.differs(&other),
        // Comments without a host's name may distinguish hosts.
        (None, None) => without_types(one) != without_types(other),
        // Words next to a host's name may mean that the key is not the host's.
        (None, Some(_)) => !says_nothing(one),
        (Some(_), None) => !says_nothing(other),
    }
}

pub(crate) fn several(why: &str) -> Error {
    Error::failure(format!("may be of several hosts: {why}"))
        .hint("keep the lines of your VM's host keys, one of each type, as `ssh-keygen -lf` prints them")
}

/// Whether two fingerprints are of different keys that have the same type. Fingerprints by different hashes are
/// compared with the key that the host shows.
fn differ_within_a_type(one: &TrustedKey, other: &TrustedKey) -> bool {
    let is_comparable = one.fingerprint.hash() == other.fingerprint.hash();
    is_comparable && one.fingerprint != other.fingerprint && one.kinds.iter().any(|kind| other.kinds.contains(kind))
}

/// The host that a comment names, and in which format.
#[derive(Debug, PartialEq, Eq)]
enum NamedHost<'a> {
    /// `USER@HOST`, as ssh-keygen writes it; the user of Windows is two words, and a date may follow the host.
    OfUser(&'a str, &'a str),
    /// `[HOST]:PORT`, as hostfp writes it.
    WithPort(&'a str),
    /// Names and addresses with commas between them, as `ssh-keygen -lf known_hosts` writes them.
    Several(Vec<&'a str>),
    /// A name that was hashed in `known_hosts`: which one is unknown.
    Hashed(&'a str),
    Address(IpAddr),
    /// Without the name of the key's type, as in `ssh_host_rsa_key` and `rsa-key-20260101`.
    Name(String),
}

impl<'a> NamedHost<'a> {
    /// Parses a comment; `None` if it is several words, or has characters that no host's name has: `no comment`, `(stdin)`.
    fn of_comment(comment: &'a str) -> Option<Self> {
        if let Some((user, rest)) = comment.split_once('@') {
            let host = rest.split(char::is_whitespace).next().unwrap_or_default();
            return (!host.is_empty()).then_some(Self::OfUser(user, host));
        }
        if comment.contains(char::is_whitespace) {
            return None;
        }
        if comment.starts_with("|1|") {
            return Some(Self::Hashed(comment));
        }
        if comment.contains(',') {
            return Some(Self::Several(comment.split(',').collect()));
        }
        if comment.starts_with('[') && comment.contains("]:") {
            return Some(Self::WithPort(comment));
        }
        if let Ok(address) = comment.parse() {
            return Some(Self::Address(address));
        }
        let is_of_name = |character: char| character.is_alphanumeric() || matches!(character, '.' | '-' | '_');
        let is_name = comment.starts_with(char::is_alphanumeric) && comment.chars().all(is_of_name);
        is_name.then(|| Self::Name(without_type(comment)))
    }

    /// Whether they may name different hosts. The comments of one machine are made in one way, so a name and an address are
    /// not of one host if nothing links them. Its host keys are also of one user, not of another's file.
    fn differs(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::OfUser(user, one), Self::OfUser(other_user, other)) => {
                without_types(user) != without_types(other_user) || !is_one_name(one, other)
            }
            (Self::OfUser(_, host), Self::Name(name)) | (Self::Name(name), Self::OfUser(_, host)) => {
                !is_one_name(name, host)
            }
            (Self::WithPort(one), Self::WithPort(other)) => !one.eq_ignore_ascii_case(other),
            // Another port may be another user's server.
            (Self::WithPort(_), _) | (_, Self::WithPort(_)) => true,
            (Self::Address(one), Self::Address(other)) => one != other,
            (Self::Name(one), Self::Name(other)) => !is_one_name(one, other),
            (Self::Hashed(one), Self::Hashed(other)) => one != other,
            (Self::Several(names), Self::Several(others)) => !names.iter().any(|name| is_among(name, others)),
            (Self::Several(names), Self::Name(name)) | (Self::Name(name), Self::Several(names)) => {
                !is_among(name, names)
            }
            (Self::Several(names), Self::Address(address)) | (Self::Address(address), Self::Several(names)) => {
                !names.iter().any(|name| name.parse() == Ok(*address))
            }
            _ => true,
        }
    }
}

fn is_among(name: &str, names: &[&str]) -> bool {
    names.iter().any(|other| is_one_name(name, other))
}

/// Whether a comment names no one: ssh-keygen writes such comments itself, and names of host keys' files are others.
fn says_nothing(comment: &str) -> bool {
    matches!(comment, "no comment" | "(stdin)") || host_key_paths::is_in_folder(comment)
}

/// Returns a word in lowercase without the name of a key's type.
fn without_type(word: &str) -> String {
    const TYPES: [&str; 8] = ["ed25519", "eddsa", "ecdsa", "nistp256", "nistp384", "nistp521", "rsa", "dsa"];
    TYPES.iter().fold(word.to_ascii_lowercase(), |word, name| word.replace(name, ""))
}

/// Returns a comment without names of types, and sizes of keys.
fn without_types(comment: &str) -> Vec<String> {
    let words = comment.split_whitespace().map(without_type);
    words.filter(|word| !word.is_empty() && !comments::is_size(word)).collect()
}

/// Whether two names may be one host's: they are the same, or one is the first labels of the other. A final dot makes a name
/// absolute, so no label may follow; and a part of an address is not an address.
pub(crate) fn is_one_name(one: &str, other: &str) -> bool {
    let (one, other) = (one.to_ascii_lowercase(), other.to_ascii_lowercase());
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    let is_address = |name: &str| name.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') || name.contains(':');
    match long.strip_prefix(&short) {
        Some("" | ".") => true,
        Some(rest) => rest.starts_with('.') && !short.ends_with('.') && !is_address(&short) && !is_address(&long),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trusted::formats::lines::List;

    fn checked(lines: &[&str], origin: Origin) -> Result<(), String> {
        let mut list = List::default();
        for line in lines {
            let line = ["A", "B"].iter().fold((*line).to_owned(), |line, character| {
                line.replace(
                    &format!("={character}"),
                    &format!("SHA256:{character}2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM"),
                )
            });
            list.add(&line).map_err(|misfit| format!("{misfit:?}"))?;
        }
        check(&list.keys, origin).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn two_keys_of_one_type_are_of_several_hosts() {
        for lines in [
            &["256 =A a (ED25519)", "256 =B b (ED25519)"][..],
            &["ED25519 =A", "3072 =A x (RSA)", "256 =B x (ED25519)"],
            &["ECDSA =A", "384 =B x (ECDSA)"],
        ] {
            assert!(checked(lines, Origin::OneMachine).unwrap_err().contains("two different E"), "{lines:?}");
        }
        for lines in [&["256 =A a (ECDSA)", "384 =B a (ECDSA)"][..], &["=A", "2048 =A x (RSA)"]] {
            assert_eq!(checked(lines, Origin::Unknown), Ok(()), "{lines:?}");
        }
        assert!(checked(&["=A", "=B"], Origin::Unknown).unwrap_err().contains("without a type"));
        assert_eq!(checked(&["=A", "=B"], Origin::OneMachine), Ok(()));
        assert!(checked(&["=A", "256 =B x (ED25519)"], Origin::OneMachine).unwrap_err().contains("next to one"));
    }

    #[test]
    fn comments_that_name_different_hosts_are_of_several() {
        for (one, other, is_one) in [
            ("root@vm1", "root@vm2", false),
            ("root@vm", "root@VM.example", true),
            ("root@vm", "root@vm2", false),
            ("root@vm", "me@laptop", false),
            ("root@vm", "me@VM", false),
            ("root@vm", "ROOT@VM", true),
            ("ed25519@vm", "rsa2048@vm", true),
            ("ed25519@vm", "root@vm", false),
            ("root@vm1", "vm2", false),
            ("root@vm", "vm.example", true),
            ("root@vm", "10.0.0.5", false),
            ("root@vm", "my laptop key", false),
            ("root@vm", "no comment", true),
            ("root@vm", "/etc/ssh/ssh_host_rsa_key.pub", true),
            ("vm", "|1|a|b", false),
            ("root@vm 2026-01-01", "root@vm2 2026-01-01", false),
            ("nt authority\\system@A", "nt authority\\system@B", false),
            ("nt authority\\system@A", "nt authority\\system@a", true),
            ("web1,10.0.0.4", "web2,10.0.0.5", false),
            ("web1,10.0.0.4", "10.0.0.4,web1.example", true),
            ("web1,10.0.0.4", "web2", false),
            ("web1,10.0.0.4", "web1.example", true),
            ("web1,10.0.0.4", "10.0.0.4", true),
            ("web1,10.0.0.4", "10.0.0.5", false),
            ("web1,10.0.0.4", "|1|a|b", false),
            ("|1|a|b", "|1|c|d", false),
            ("|1|a|b", "|1|a|b", true),
            ("root@vm", "[vm]:2222", false),
            ("[127.0.0.1]:22701", "[127.0.0.1]:22702", false),
            ("vm1", "[vm1]:2222", false),
            ("[10.0.0.4]:2222", "10.0.0.4", false),
            ("vm1", "vm2", false),
            ("vm", "VM.example", true),
            ("vm.a", "vm.b", false),
            ("10.0.0.4", "10.0.0.5", false),
            ("10.0.0.4", "10.0.0.40", false),
            ("2001:db8::1", "2001:db8:0::1", true),
            ("vm", "10.0.0.4", false),
            ("vm", "root@other", false),
            ("me@vm1", "me@vm2", false),
            ("vm1", "no comment", true),
            ("(stdin)", "vm", true),
            ("/etc/ssh/ssh_host_ed25519_key.pub", "/etc/ssh/ssh_host_rsa_key.pub", true),
            ("ssh_host_ed25519_key", "ssh_host_rsa_key", true),
            ("eddsa-key-20260101", "rsa-key-20260101", true),
            ("root@a b", "root@c", false),
            ("root@ b", "root@c", false),
            ("[ed25519]", "[rsa]", true),
            ("vm#1", "vm#2", false),
            ("web1 prod", "web2 prod", false),
            ("web1:", "web2:", false),
            ("ed25519 256, host key", "RSA 3072, host key", false),
            ("ed25519 256 host key", "RSA 3072 host key", true),
        ] {
            let lines = [format!("256 =A {one} (ED25519)"), format!("3072 =B {other} (RSA)")];
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            assert_eq!(checked(&lines, Origin::Unknown).is_ok(), is_one, "{lines:?}");
        }
    }

    #[test]
    fn names_are_one_hosts_by_whole_labels() {
        for (one, other, is_one) in [
            ("vm", "VM.", true),
            ("vm", "vm.example.", true),
            ("vm.example", "vm.example.", true),
            ("vm.co.", "vm.co.uk", false),
            ("vm.", "vm.example", false),
            ("vm", "vm1", false),
            ("10.0.0.4", "10.0.0.44", false),
            ("10.0", "10.0.0.4", false),
        ] {
            assert_eq!(is_one_name(one, other), is_one, "{one} {other}");
            assert_eq!(is_one_name(other, one), is_one, "{other} {one}");
        }
    }
}
