//! What the names in a JSON document say of the values below them: host keys, users' keys, or what anyone may have written.

use common::key::Kind;

use super::host_key_paths;

/// The words of which names of host keys are made, the longest first: where a part can be split in two ways, the first of
/// them counts. What else stands in a name says whose the keys are.
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

/// What stands in names below which anyone may have written anything, names included. It is looked for within words, as
/// names are in small letters here: `freeformTags` is `freeformtags`.
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

/// Words of such names that also stand within other words.
const OF_ANYONE_ALONE: [&str; 8] = ["args", "argv", "params", "form", "formdata", "env", "query", "body"];

/// Words of names of what a host showed, or may have shown: that is no proof.
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

/// Words of names of other machines than the one that is meant, or of none.
const ELSEWHERE: [&str; 15] = [
    "bastion", "ca", "service", "jump", "jumphost", "jumpbox", "proxy", "gateway", "relay", "nat", "example", "sample",
    "backup", "git", "shosts",
];

/// Words of names of what is no longer so.
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

/// Words of collections, which tell whose keys stand below a name where several do: `data_host_key`.
const COLLECTIONS: [&str; 7] = ["console", "content", "entries", "lines", "files", "list", "data"];

/// Words beside those of host keys that name the machine: what it is, whose cloud it is in, and what it is for.
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
    let says_keys = has(&["key", "keys", "fingerprint", "fingerprints"]) || has(&["ssh"]) && !kinds(name).is_empty();
    has(&["host"]) && says_keys && !is_of_users(name) && !is_shown(name) && !is_elsewhere(name)
}

pub(super) fn is_of_users(name: &str) -> bool {
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    is_of_users_anywhere(name) || (plain.contains("publickey") && !words(name).contains(&"host"))
}

/// Whether a name of users stands for itself, also below a name of host keys, each of which has a public key.
pub(super) fn is_of_users_anywhere(name: &str) -> bool {
    OF_USERS.iter().any(|word| name.contains(word))
}

/// Whether below a name others than the document's author choose values, and names: tags, descriptions, headers, what a
/// host showed, files of others.
pub(super) fn is_of_anyone(name: &str) -> bool {
    let parts = name.split(|letter: char| !letter.is_ascii_alphanumeric());
    let has_word = |part: &str| {
        // A stage has no tag.
        let part = ["stage", "staging"].iter().find_map(|word| part.strip_prefix(word)).unwrap_or(part);
        OF_ANYONE.iter().any(|word| part.contains(word)) || OF_ANYONE_ALONE.contains(&part)
    };
    // What a machine's own administrators, and its users, say in Ansible's facts.
    let is_of_facts = name == "ansible_local" || name.starts_with("getent_");
    parts.into_iter().any(has_word) || is_of_facts || is_shown(name) || is_elsewhere(name)
}

fn is_shown(name: &str) -> bool {
    let mut parts = name.split(|letter: char| !letter.is_ascii_alphanumeric());
    parts.any(|part| SHOWN.contains(&part) || ELSEWHERE.contains(&part) || is_of_the_past(part))
}

/// Whether a part of a name says that what it names is no longer so.
pub(super) fn is_of_the_past(part: &str) -> bool {
    OF_THE_PAST.contains(&part)
}

/// Whether people attach what stands below a name to a machine: its tags and labels.
pub(super) fn is_of_tags(name: &str) -> bool {
    ["tag", "label", "metadata", "annotation"].iter().any(|word| name.contains(word))
}

/// Whether a name is a path to another place than that of a system's host keys.
fn is_elsewhere(name: &str) -> bool {
    name.contains(['/', '\\']) && !host_key_paths::is_in_folder(name)
}

/// Whether a name of host keys says nothing else than that a machine has them, as a user names those of a VM: what other
/// words say of a key (`blacklisted`, `claimed`, `container`) has no end.
pub(super) fn is_of_a_machines_host(name: &str) -> bool {
    let words = words(name);
    // Where machines run on a host, `vm_host_host_key` is another's.
    let hosts = words.iter().filter(|word| **word == "host").count();
    hosts == 1 && words.iter().all(|word| WORDS.contains(word) || OF_MACHINES.contains(word))
        || host_key_paths::is_in_folder(name)
}

/// Whether a name is made of words for machines and for SSH alone.
pub(super) fn is_of_a_machine(name: &str) -> bool {
    words(name).iter().all(|word| OF_MACHINES.contains(word) || WORDS.contains(word))
}

/// Whether a name is made of words for keys, their types and forms alone; those of collections are not among them.
pub(super) fn is_of_key(name: &str) -> bool {
    let words = words(name);
    !words.is_empty() && words.iter().all(|word| WORDS.contains(word) && !COLLECTIONS.contains(word))
}

/// Whether a name is one of a key's type, or of its form.
pub(super) fn is_of_type(name: &str) -> bool {
    matches!(name, "alg" | "algorithm" | "format" | "key_type" | "keytype" | "type")
}

/// Whether a name says that its value is a time.
pub(super) fn is_of_time(name: &str) -> bool {
    // What else ends so says more, such as `key_created`.
    let is_made = matches!(name, "added" | "created" | "generated" | "modified");
    is_made || name.ends_with("at") && !name.ends_with("format") || name.contains("time") || name.contains("date")
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
pub(super) fn owner_words(name: &str) -> Vec<String> {
    words(name).into_iter().filter(|word| !WORDS.contains(word)).map(str::to_owned).collect()
}

/// The same of the name with which host keys begin, where collections tell them apart.
pub(super) fn first_owner_words(name: &str) -> Vec<String> {
    let is_owner = |word: &&str| !WORDS.contains(word) || COLLECTIONS.contains(word);
    words(name).into_iter().filter(is_owner).map(str::to_owned).collect()
}

/// The kinds of key that a name speaks of; empty if it names none, or several.
pub(super) fn kinds(name: &str) -> Vec<Kind> {
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
