//! What the names in a JSON document say of the values below them: host keys, users' keys, or that they do not count.

use std::collections::BTreeSet;

use common::key::Kind;

/// The words of which names of host keys are made. What else stands in a name says whose they are.
const WORDS: [&str; 45] = [
    "fingerprints",
    "fingerprint",
    "algorithms",
    "algorithm",
    "nistp256",
    "nistp384",
    "nistp521",
    "ed25519",
    "openssh",
    "keytype",
    "console",
    "content",
    "entries",
    "public",
    "sha256",
    "sha384",
    "sha512",
    "base64",
    "values",
    "format",
    "hashes",
    "value",
    "ecdsa",
    "lines",
    "files",
    "types",
    "type",
    "sshd",
    "list",
    "blob",
    "data",
    "file",
    "hash",
    "host",
    "keys",
    "bits",
    "sha1",
    "key",
    "pub",
    "ssh",
    "rsa",
    "dsa",
    "md5",
    "alg",
    "fp",
];

/// Words within the names of keys that users log in with.
const OF_USERS: [&str; 14] = [
    "user",
    "authorized",
    "authorised",
    "admin",
    "keydata",
    "login",
    "client",
    "deploy",
    "identity",
    "owner",
    "personal",
    "member",
    "signing",
    "certkey",
];

/// Names below which anyone may have written anything.
const OF_ANYONE: [&str; 14] = [
    "tag",
    "tags",
    "label",
    "labels",
    "annotation",
    "annotations",
    "description",
    "note",
    "notes",
    "comment",
    "comments",
    "message",
    "messages",
    "title",
];

/// Words that deny what stands beside them, wherever they are in a name or a short text.
const DENIALS: [&str; 24] = [
    "revoked",
    "revocation",
    "failed",
    "failure",
    "truncated",
    "expired",
    "compromised",
    "mismatch",
    "untrusted",
    "invalid",
    "unreachable",
    "deprecated",
    "superseded",
    "obsolete",
    "incomplete",
    "aborted",
    "timedout",
    "timed out",
    "rejected",
    "denied",
    "stolen",
    "leaked",
    "forged",
    "do not",
];

/// Those that deny in any document, also in what Run Command printed.
const MARKS: [&str; 6] = ["revoked", "truncated", "expired", "compromised", "untrusted", "mismatch"];

/// Words that deny within a name, and those that do as a whole part of it.
const DENYING_NAMES: [&str; 2] = ["error", "previous"];
const DENYING_PARTS: [&str; 5] = ["old", "former", "bad", "wrong", "retired"];

/// Names that deny where their value is `false`.
const ASSURANCES: [&str; 10] =
    ["valid", "trusted", "verified", "success", "succeeded", "successful", "complete", "authentic", "ok", "matched"];

/// Names that deny where their value is another number than zero.
const EXIT_CODES: [&str; 4] = ["rc", "exitcode", "exitstatus", "responsecode"];

/// The longest text that is looked at for a denial, in bytes: a state, not an output.
const MAX_STATE: usize = 64;

/// The longest part of a name that is taken apart, in bytes.
const MAX_PART: usize = 64;

/// The words of a name; a part that is not made of known words is one of its own.
pub(super) fn words(name: &str) -> Vec<&str> {
    let parts = name.split(|letter: char| !letter.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    parts.flat_map(|part| known_words(part).unwrap_or_else(|| vec![part])).collect()
}

/// The known words of which a part is made. At each place it is tried once whether the remainder is made of them.
fn known_words(part: &str) -> Option<Vec<&str>> {
    // The length of the word with which a split of the remainder begins, by the remainder's length.
    let mut begins: Vec<Option<usize>> = vec![Some(0)];
    for length in 1..=part.len() {
        let rest = part.get(part.len() - length..).filter(|_| part.len() <= MAX_PART);
        let fits = |word: &&&str| {
            rest.is_some_and(|rest| rest.starts_with(**word))
                && length.checked_sub(word.len()).and_then(|left| begins.get(left)).is_some_and(Option::is_some)
        };
        begins.push(WORDS.iter().find(fits).map(|word| word.len()));
    }
    let (mut found, mut rest) = (Vec::new(), part);
    while !rest.is_empty() {
        let (word, after) = rest.split_at_checked(begins.get(rest.len()).copied().flatten()?)?;
        found.push(word);
        rest = after;
    }
    Some(found)
}

/// Whether a name says that what stands below it are a host's keys or their fingerprints: `hostKeys`,
/// `ssh_host_rsa_key`, `host_fingerprints`.
pub(super) fn is_of_host(name: &str) -> bool {
    let words = words(name);
    let has = |of: &[&str]| words.iter().any(|word| of.contains(word));
    has(&["host"]) && has(&["key", "keys", "fingerprint", "fingerprints", "ssh"]) && !is_of_users(name)
}

pub(super) fn is_of_users(name: &str) -> bool {
    OF_USERS.iter().any(|word| name.contains(word)) || (name.contains("publickey") && !words(name).contains(&"host"))
}

pub(super) fn is_of_anyone(name: &str) -> bool {
    words(name).iter().any(|word| OF_ANYONE.contains(word))
}

/// Whether a name says that its value is what a console or a script printed.
pub(super) fn is_of_output(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    matches!(
        plain.as_str(),
        "output" | "contents" | "console" | "consoleoutput" | "consolelog" | "serialoutput" | "bootlog"
    )
}

/// The words that say whose the keys are.
pub(super) fn owner_words(name: &str) -> BTreeSet<String> {
    words(name).into_iter().filter(|word| !WORDS.contains(word)).map(str::to_owned).collect()
}

/// The kinds of key that a name speaks of; empty if it names none, or several.
pub(super) fn kinds(name: &str) -> Vec<Kind> {
    let mut labels = words(name).into_iter().filter(|word| matches!(*word, "rsa" | "dsa" | "ecdsa" | "ed25519"));
    match (labels.next(), labels.next()) {
        (Some(label), None) => Kind::of_label(&label.to_ascii_uppercase()).collect(),
        _ => Vec::new(),
    }
}

/// Whether a member of an object says that what stands around it does not count.
pub(super) fn denies(name: &str, value: &serde_json::Value) -> bool {
    let has_denial = |text: &str| DENIALS.iter().any(|word| text.contains(word));
    let mut parts = name.split(|letter: char| !letter.is_ascii_alphanumeric());
    let is_denial = has_denial(name)
        || DENYING_NAMES.iter().any(|word| name.contains(word))
        || parts.any(|part| DENYING_PARTS.contains(&part));
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let is_false = *value == serde_json::Value::Bool(false);
    let is_not_zero = value.as_f64().is_some_and(|number| number != 0.0);
    (is_denial && says_yes(value))
        || (ASSURANCES.contains(&plain.trim_start_matches("is")) && is_false)
        || (EXIT_CODES.contains(&plain.as_str()) && is_not_zero)
        || value.as_str().is_some_and(|text| text.len() <= MAX_STATE && has_denial(&text.to_ascii_lowercase()))
}

/// The name that denies, anywhere in a document; it is empty where a state in a list does.
pub(super) fn denied(value: &serde_json::Value) -> Option<&str> {
    use serde_json::Value;
    let of = |(name, value)| if denies(name, value) { Some(name) } else { denied(value) };
    match value {
        Value::Object(object) => object.iter().map(|(name, value)| (name.as_str(), value)).find_map(of),
        Value::Array(values) => values.iter().map(|value| ("", value)).find_map(of),
        _ => None,
    }
}

/// A name anywhere in a document that marks what it holds as revoked or cut, whatever the document is.
pub(super) fn mark(value: &serde_json::Value) -> Option<&str> {
    use serde_json::Value;
    let is_mark = |name: &str| MARKS.iter().any(|mark| name.contains(mark));
    match value {
        Value::Object(object) => object
            .iter()
            .find_map(|(name, value)| if is_mark(name) && says_yes(value) { Some(name.as_str()) } else { mark(value) }),
        Value::Array(values) => values.iter().find_map(mark),
        _ => None,
    }
}

/// Whether a value is anything but an empty one, zero, false or null.
pub(super) fn says_yes(value: &serde_json::Value) -> bool {
    use serde_json::Value;
    match value {
        Value::Null => false,
        Value::Bool(truth) => *truth,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(values) => !values.is_empty(),
        Value::Object(object) => !object.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_of_host_keys_are_told_from_others() {
        for name in [
            "hostkeys",
            "ssh_host_rsa_key",
            "host_key_fingerprints",
            "sshhostkeys",
            "ansible_ssh_host_key_rsa_public",
            "vm-host-fingerprints",
            "ssh_host_ed25519_key.pub",
        ] {
            assert!(is_of_host(name), "{name}");
        }
        for name in [
            "ssh_keys",
            "publickey",
            "ghostkeys",
            "hostname",
            "host",
            "user_host_keys",
            "authorized_keys",
            "keydata",
            "localhostkeys",
            "key",
            "known_hosts",
            "client_host_key",
        ] {
            assert!(!is_of_host(name), "{name}");
        }
        assert_eq!(words("fingerprintsha256"), ["fingerprint", "sha256"]);
        assert_eq!(words("sshhostkeyed25519public"), ["ssh", "host", "key", "ed25519", "public"]);
        assert_eq!(owner_words("vm_a_host_keys"), ["a", "vm"].map(str::to_owned).into());
        assert_eq!(owner_words("hostkeys"), BTreeSet::new());
        assert_eq!(kinds("sha256_ed25519"), [Kind::Ed25519]);
        assert_eq!(kinds("rsa_or_dsa"), []);
    }

    #[test]
    fn a_member_that_denies_is_known() {
        for (name, value) in [
            ("revoked", json!(true)),
            ("isrevoked", json!("yes")),
            ("status", json!("FAILED")),
            ("error", json!({"a": 1})),
            ("verified", json!(false)),
            ("isvalid", json!(false)),
            ("rc", json!(1)),
            ("state", json!("key revoked")),
            ("previous_keys", json!(["x"])),
            ("truncated", json!(1)),
        ] {
            assert!(denies(name, &value), "{name}");
        }
        for (name, value) in [
            ("revoked", json!(false)),
            ("failed", json!(0)),
            ("error", json!(null)),
            ("rc", json!(0)),
            ("changed", json!(false)),
            ("verifiable_password_authentication", json!(false)),
            ("verified", json!(true)),
            ("status", json!("Success")),
        ] {
            assert!(!denies(name, &value), "{name}");
        }
    }
}
