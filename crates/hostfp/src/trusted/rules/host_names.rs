//! Classifies JSON member names: host keys, users' keys, or text that anyone may have written.

use common::key::Kind;

use crate::trusted::grammar::host_key_paths;

/// The words of names of host keys, the longest first: where a part can be split in two ways, the first match counts. Other
/// words in a name identify the owner of the keys.
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

/// Words in names of keys that users log in with.
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

/// Parts of names below which anyone may have written anything, names included. They are searched for within words, as names
/// are in lowercase here: `freeformTags` is `freeformtags`.
const OF_ANYONE: [&str; 17] = [
    "tag",
    "label",
    "annotation",
    "description",
    "note",
    "comment",
    "message",
    "title",
    "header",
    "cookie",
    "request",
    "argument",
    "parameter",
    "environment",
    "metadata",
    "customdata",
    "payload",
];

/// Further such words, which are also part of other words.
const OF_ANYONE_ALONE: [&str; 8] = ["args", "argv", "params", "form", "formdata", "env", "query", "body"];

/// Words in names of what a host showed, or may have shown, which is no proof.
const SHOWN: [&str; 34] = [
    "offered",
    "offers",
    "received",
    "unknown",
    "unverified",
    "unconfirmed",
    "remote",
    "presented",
    "shown",
    "seen",
    "observed",
    "scanned",
    "keyscan",
    "got",
    "actual",
    "peer",
    "candidate",
    "pending",
    "detected",
    "discovered",
    "found",
    "reported",
    "learned",
    "fetched",
    "probe",
    "probed",
    "tofu",
    "advertised",
    "new",
    "changed",
    "legacy",
    "stale",
    "archived",
    "inactive",
];

/// Words in names of machines other than the one that is meant, or of none.
const ELSEWHERE: [&str; 15] = [
    "bastion", "ca", "service", "jump", "jumphost", "jumpbox", "proxy", "gateway", "relay", "nat", "example", "sample",
    "backup", "git", "shosts",
];

/// Words in names of what is no longer true.
const OF_THE_PAST: [&str; 18] = [
    "old",
    "former",
    "bad",
    "wrong",
    "retired",
    "attacker",
    "banned",
    "blocked",
    "decommissioned",
    "deleted",
    "lost",
    "outdated",
    "removed",
    "rogue",
    "rotated",
    "suspicious",
    "temporary",
    "fake",
];

/// Words for collections. They identify the owner of keys if several such names have keys: `data_host_key`.
const COLLECTIONS: [&str; 7] = ["console", "content", "entries", "lines", "files", "list", "data"];

/// Further words that name the machine: what it is, whose cloud it is in, and what it is for.
const OF_MACHINES: [&str; 28] = [
    "vm",
    "machine",
    "instance",
    "virtual",
    "node",
    "droplet",
    "linux",
    "ubuntu",
    "debian",
    "azure",
    "aws",
    "ec2",
    "gcp",
    "google",
    "cloud",
    "my",
    "the",
    "all",
    "prod",
    "production",
    "staging",
    "stage",
    "dev",
    "development",
    "test",
    "qa",
    "primary",
    "ansible",
];

/// The characters between the words of a name.
const SEPARATORS: &str = " _-./\\:;,()[]{}'\"@";

/// The longest part of a name that is split, in bytes.
const MAX_PART: usize = 64;

/// Splits a name into words; a part that does not consist of known words is one word. Only usual separators are between
/// words: characters of other alphabets, and signs such as `+`, are words that may mean anything.
pub(crate) fn words(name: &str) -> Vec<&str> {
    let parts = name.split(|character: char| SEPARATORS.contains(character)).filter(|part| !part.is_empty());
    parts.flat_map(|part| known_words(part).unwrap_or_else(|| vec![part])).collect()
}

/// Splits a part into known words. At each position, the remainder is tried once.
fn known_words(part: &str) -> Option<Vec<&str>> {
    // The length of the word that begins a split of the remainder, by the remainder's length.
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

/// Whether a name says that the values below it are a host's keys or their fingerprints: `hostKeys`, `ssh_host_rsa_key`,
/// `host_fingerprints`.
pub(crate) fn is_of_host(name: &str) -> bool {
    let words = words(name);
    let has = |of: &[&str]| words.iter().any(|word| of.contains(word));
    let says_keys = has(&["key", "keys", "fingerprint", "fingerprints"]) || has(&["ssh"]) && !kinds(name).is_empty();
    has(&["host"]) && says_keys && name.is_ascii() && !is_of_users(name) && !is_shown(name) && !is_elsewhere(name)
}

pub(crate) fn is_of_users(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    is_of_users_anywhere(name) || (plain.contains("publickey") && !words(name).contains(&"host"))
}

/// Whether a name means users also below a name of host keys, each of which has a public key.
pub(crate) fn is_of_users_anywhere(name: &str) -> bool {
    OF_USERS.iter().any(|word| name.contains(word))
}

/// Whether people other than the document's author choose the values, and names, below a name: tags, descriptions, headers,
/// what a host showed, files of others.
pub(crate) fn is_of_anyone(name: &str) -> bool {
    let parts = name.split(|character: char| !character.is_ascii_alphanumeric());
    let has_word = |part: &str| {
        // `stage` does not contain a tag.
        let part = ["stage", "staging"].iter().find_map(|word| part.strip_prefix(word)).unwrap_or(part);
        OF_ANYONE.iter().any(|word| part.contains(word)) || OF_ANYONE_ALONE.contains(&part)
    };
    // Texts of a machine's administrators and users in Ansible's facts.
    let is_of_facts = name == "ansible_local" || name.starts_with("getent_");
    parts.into_iter().any(has_word) || is_of_facts || is_shown(name) || is_elsewhere(name)
}

fn is_shown(name: &str) -> bool {
    let mut parts = name.split(|character: char| !character.is_ascii_alphanumeric());
    parts.any(|part| SHOWN.contains(&part) || ELSEWHERE.contains(&part) || is_of_the_past(part))
}

/// Whether a part of a name means that its value is no longer true.
pub(crate) fn is_of_the_past(part: &str) -> bool {
    OF_THE_PAST.contains(&part)
}

/// Whether people attach the values below a name to a machine: its tags and labels.
pub(crate) fn is_of_tags(name: &str) -> bool {
    ["tag", "label", "metadata", "annotation"].iter().any(|word| name.contains(word))
}

/// Whether a name is a path to another place than that of a system's host keys.
fn is_elsewhere(name: &str) -> bool {
    name.contains(['/', '\\']) && !host_key_paths::is_in_folder(name)
}

/// Whether a name of host keys states only that a machine has them, as a user names those of a VM. Other words about a key
/// (`blacklisted`, `claimed`, `container`) cannot all be listed.
pub(crate) fn is_of_a_machines_host(name: &str) -> bool {
    let words = words(name);
    // If machines run on a host, `vm_host_host_key` is another's.
    let hosts = words.iter().filter(|word| **word == "host").count();
    hosts == 1 && words.iter().all(|word| WORDS.contains(word) || OF_MACHINES.contains(word))
        || host_key_paths::is_in_folder(name)
}

/// Whether a name consists only of words for machines and for SSH.
pub(crate) fn is_of_a_machine(name: &str) -> bool {
    words(name).iter().all(|word| OF_MACHINES.contains(word) || WORDS.contains(word))
}

/// Whether a name consists only of words for keys, their types and formats; those for collections are not among them.
pub(crate) fn is_of_key(name: &str) -> bool {
    let words = words(name);
    !words.is_empty() && words.iter().all(|word| WORDS.contains(word) && !COLLECTIONS.contains(word))
}

/// Whether a name is that of a key's type or format.
pub(crate) fn is_of_type(name: &str) -> bool {
    matches!(name, "alg" | "algorithm" | "format" | "key_type" | "keytype" | "type")
}

/// Whether a name is that of a time.
pub(crate) fn is_of_time(name: &str) -> bool {
    // Other names with this ending mean more, such as `key_created`.
    let is_made = matches!(name, "added" | "created" | "generated" | "modified");
    is_made || name.ends_with("at") && !name.ends_with("format") || name.contains("time") || name.contains("date")
}

/// Whether a name is that of the output of a console or a script.
pub(crate) fn is_of_output(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    matches!(
        plain.as_str(),
        "output" | "contents" | "console" | "consoleoutput" | "consolelog" | "serialoutput" | "bootlog"
    )
}

/// Returns the words that identify the owner of the keys.
pub(crate) fn owner_words(name: &str) -> Vec<String> {
    words(name).into_iter().filter(|word| !WORDS.contains(word)).map(str::to_owned).collect()
}

/// The same for the outermost name of host keys, where words for collections identify the owner, too.
pub(crate) fn first_owner_words(name: &str) -> Vec<String> {
    let is_owner = |word: &&str| !WORDS.contains(word) || COLLECTIONS.contains(word);
    words(name).into_iter().filter(is_owner).map(str::to_owned).collect()
}

/// Returns the kinds of key that a name names; empty if it names none, or several.
pub(crate) fn kinds(name: &str) -> Vec<Kind> {
    let mut labels = words(name).into_iter().filter(|word| matches!(*word, "rsa" | "dsa" | "ecdsa" | "ed25519"));
    match (labels.next(), labels.next()) {
        (Some(label), None) => Kind::of_label(&label.to_ascii_uppercase()).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longer_words_come_first() {
        assert!(WORDS.is_sorted_by_key(|word| std::cmp::Reverse(word.len())));
    }

    #[test]
    fn names_of_host_keys_differ_from_others() {
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
            "ssh_host",
            "hostssh",
            "offered_host_key",
            "remote_host_key",
            "/home/mallory/ssh_host_ed25519_key.pub",
            "/etc/ssh/x/ssh_host_ed25519_key.pub",
        ] {
            assert!(!is_of_host(name), "{name}");
        }
        for name in ["/etc/ssh/ssh_host_ed25519_key.pub", "c:\\programdata\\ssh\\ssh_host_rsa_key", "ssh_host_ed25519"]
        {
            assert!(is_of_host(name) && !is_of_anyone(name), "{name}");
        }
        for name in ["freeformtags", "tagset", "awstagentries", "longdescription", "resourcelabels", "headers", "env"] {
            assert!(is_of_anyone(name), "{name}");
        }
        for name in ["offered_keys", "/home/mallory", "c:\\users\\mallory"] {
            assert!(is_of_anyone(name), "{name}");
        }
        for name in ["created_at", "timestamp", "notbeforedate", "created"] {
            assert!(is_of_time(name) && !is_of_time("key"), "{name}");
        }
        for name in ["format", "key_format"] {
            assert!(!is_of_time(name), "{name}");
        }
        for name in ["staging", "stage_host_keys", "environ", "format"] {
            assert!(!is_of_anyone(name), "{name}");
        }
        assert_eq!(words("fingerprintsha256"), ["fingerprint", "sha256"]);
        assert_eq!(words("sshhostkeyed25519public"), ["ssh", "host", "key", "ed25519", "public"]);
        assert_eq!(owner_words("vm_a_host_keys"), ["vm", "a"]);
        assert!(owner_words("hostkeys").is_empty());
        assert_eq!(kinds("sha256_ed25519"), [Kind::Ed25519]);
        assert_eq!(kinds("rsa_or_dsa"), []);
    }
}
