//! Whether a list is of one host: with a list of several, each of them could pose as the others.

use common::error::Error;
use common::escape;

use super::keys::TrustedKey;

/// Whether it is known that one machine printed the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// It is a machine's own output, as Run Command hands it out.
    OneMachine,
    /// It may be put together from several.
    Unknown,
}

/// Refuses a list that is of several hosts, or may be.
///
/// # Errors
/// It has two different keys of one type, several fingerprints without a type that are not known to be one machine's
/// output, or comments `root@HOST` (or `[HOST]:PORT`, as hostfp prints) that name different hosts.
pub(super) fn check(keys: &[TrustedKey], origin: Origin) -> Result<(), Error> {
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
        // One of them may be of the same key as the other, and need not be.
        if earlier.iter().any(|other| has_no_type(other) != has_no_type(key) && other.fingerprint != key.fingerprint) {
            return Err(several("a fingerprint without a type beside one with a type"));
        }
        let host = key.comment.as_deref().and_then(host_in);
        let of_another = |other: &&TrustedKey| {
            host.zip(other.comment.as_deref().and_then(host_in)).is_some_and(|(one, other)| !is_one_name(one, other))
        };
        if let Some(other) = earlier.iter().find(of_another) {
            let [one, other] =
                [other, key].map(|key| escape::text(key.comment.as_deref().unwrap_or_default().as_bytes()));
            return Err(several(&format!("the comments {one} and {other} name different hosts")));
        }
    }
    Ok(())
}

fn several(why: &str) -> Error {
    Error::failure(format!("may be of several hosts: {why}"))
        .hint("keep the lines of your VM's host keys, one of each type, as `ssh-keygen -lf` prints them")
}

/// Whether two fingerprints are of different keys that have the same type. By different hashes it cannot be told whether
/// they are of one key.
fn differ_within_a_type(one: &TrustedKey, other: &TrustedKey) -> bool {
    one.fingerprint != other.fingerprint && one.kinds.iter().any(|kind| other.kinds.contains(kind))
}

/// The host that a comment names: behind `root@`, as in the comments of host keys, or as hostfp names it.
fn host_in(comment: &str) -> Option<&str> {
    match comment.strip_prefix("root@") {
        Some(host) if !host.is_empty() && !host.contains(char::is_whitespace) => Some(host),
        Some(_) => None,
        None => (comment.starts_with('[') && comment.contains("]:") && !comment.contains(' ')).then_some(comment),
    }
}

/// Whether two names may be one host's: they are the same, or one is the first part of the other.
pub(super) fn is_one_name(one: &str, other: &str) -> bool {
    let (one, other) = (one.to_ascii_lowercase(), other.to_ascii_lowercase());
    let (short, long) = if one.len() < other.len() { (one, other) } else { (other, one) };
    long.strip_prefix(&short).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

#[cfg(test)]
mod tests {
    use super::super::lines::List;
    use super::*;

    fn checked(lines: &[&str], origin: Origin) -> Result<(), String> {
        let mut list = List::default();
        for line in lines {
            let line = ["A", "B"].iter().fold((*line).to_owned(), |line, letter| {
                line.replace(
                    &format!("={letter}"),
                    &format!("SHA256:{letter}2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM"),
                )
            });
            list.add(&line).unwrap();
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
        for lines in [&["256 =A a (ECDSA)", "384 =B b (ECDSA)"][..], &["=A", "2048 =A x (RSA)"]] {
            assert_eq!(checked(lines, Origin::Unknown), Ok(()), "{lines:?}");
        }
        assert!(checked(&["=A", "=B"], Origin::Unknown).unwrap_err().contains("without a type"));
        assert_eq!(checked(&["=A", "=B"], Origin::OneMachine), Ok(()));
        assert!(checked(&["=A", "256 =B x (ED25519)"], Origin::OneMachine).unwrap_err().contains("beside one"));
    }

    #[test]
    fn comments_that_name_different_hosts_are_of_several() {
        for (one, other, is_one) in [
            ("root@vm1", "root@vm2", false),
            ("root@vm", "root@VM.example", true),
            ("root@vm", "root@vm2", false),
            ("root@vm", "me@laptop", true),
            ("[127.0.0.1]:22701", "[127.0.0.1]:22702", false),
            ("root@a b", "root@c", true),
        ] {
            let lines = [format!("256 =A {one} (ED25519)"), format!("3072 =B {other} (RSA)")];
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            assert_eq!(checked(&lines, Origin::Unknown).is_ok(), is_one, "{lines:?}");
        }
    }
}
