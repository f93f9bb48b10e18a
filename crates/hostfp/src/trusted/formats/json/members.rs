//! Classifies the members of an object next to its fingerprints and keys: which of them say nothing against these, and which
//! keys they revoke.

use common::key::{Fingerprint, Hash, base64, hex};
use serde_json::{Map, Value};

use crate::handshake::algorithm::is_signature;
use crate::handshake::exchange::is_key_exchange;
use crate::trusted::grammar::{host_key_paths, line, words};
use crate::trusted::rules::{comments, denials, headings};

/// Names of ports, which are part of the host's name.
pub(crate) const PORTS: [&str; 4] = ["port", "ssh_port", "sshport", "ansible_port"];

/// Whether a member next to the parts of a command's result says that it does not count. In the second version of Run
/// Command, `error` is the script's standard error.
pub(crate) fn denies_result(object: &Map<String, Value>, name: &str, value: &Value) -> bool {
    let is_part = matches!(name, "output" | "message" | "errorbloburi")
        || name.starts_with("treatfailure")
        || name == "error" && object.contains_key("executionstate");
    !is_part && denials::denies(name, value)
}

/// Whether a member of an object with fingerprints or keys says nothing against them: its name is known, and its value is one
/// that the name may have. Members that reject were looked for before.
pub(crate) fn is_harmless(name: &str, value: &Value) -> bool {
    if is_of_a_login(name) || concerns_a_user(name) {
        return matches!(value, Value::Array(values) if values.is_empty());
    }
    let says_nothing = !denials::says_yes(value) && !denials::says_no(value) && !denials::assures(name);
    let has_text = |is_such: &dyn Fn(&str) -> bool| value.as_str().is_some_and(is_such);
    says_nothing
        || denials::denies_keys(name) && denials::says_no(value)
        || denials::is_assurance(name) && *value == Value::Bool(true)
        || match name {
            // These are read elsewhere.
            "fingerprint" | "fingerprints" | "keys" => true,
            "type" => has_text(&is_type),
            "comment" => has_text(&|comment| !comments::comment_denies(comment)),
            "verdict" => has_text(&|text| matches!(text, "match" | "ok")),
            _ if PORTS.contains(&name) => value.is_number() || value.is_string(),
            "bits" | "size" | "line" | "rc" => value.is_number(),
            "post_quantum" => value.is_boolean(),
            "key_exchange" => has_text(&is_key_exchange),
            "signature" => has_text(&is_signature),
            "algorithm" => has_text(&|text| !words::of_host_keys(text).is_empty()),
            "hash" => has_text(&|text| text.eq_ignore_ascii_case("sha256")),
            "file" => has_text(&host_key_paths::is_file),
            "form" => has_text(&|text| matches!(text, "openssh-public" | "openssh-private")),
            "ip" | "address" | "fqdn" | "id" | "region" | "zone" | "location" => has_text(&is_name),
            "os" => has_text(&|text| comments::objection_of_text(text).is_none()),
            "time" | "timestamp" | "date" | "created" | "created_at" => is_date(value),
            "status" | "state" => has_text(&|text| GOOD_STATES.contains(&text.to_ascii_lowercase().as_str())),
            _ => false,
        }
}

/// Whether a member is of a person who logs in, also if its value is empty or negative: a record of a login has the user's
/// key.
pub(crate) fn is_of_a_login(name: &str) -> bool {
    let mut parts = name.split(|character: char| !character.is_ascii_alphanumeric());
    parts.any(|part| matches!(part, "user" | "login" | "logins" | "logout" | "session" | "sessions" | "pid" | "tty"))
}

/// Whether a name is that of a user's account, or of how the user authenticates: a record of a login has the user's key as
/// its fingerprint.
fn concerns_a_user(name: &str) -> bool {
    const WITHIN: [&str; 6] = ["account", "credential", "login", "logon", "password", "session"];
    name.split(|character: char| !character.is_ascii_alphanumeric()).any(|part| {
        let is_of_proof = part == "auth" || part.starts_with("authenticat");
        is_of_proof || part.starts_with("user") && part != "users" || WITHIN.iter().any(|word| part.contains(word))
    })
}

/// Whether a text is the type of a host key or of a machine: `ssh-ed25519`, `virtual-machine`, or a size with a number in it,
/// such as `t3.micro`. Types of users' keys, certificates and containers are not.
fn is_type(text: &str) -> bool {
    #[rustfmt::skip]
    const OF_MACHINES: [&str; 32] = [
        "aws", "baremetal", "bare", "compute", "computer", "dedicated", "droplet", "ec2", "google", "host", "instance",
        "instances", "kvm", "large", "linux", "machine", "machines", "medium", "metal", "micro", "microsoft", "node",
        "physical", "qemu", "server", "servers", "small", "standard", "virtual", "virtualmachine", "virtualmachines", "vm",
    ];
    const OF_OTHERS: [&str; 12] =
        ["auth", "cert", "client", "deploy", "git", "gpg", "known", "login", "pgp", "pod", "sign", "user"];
    let lower = text.to_ascii_lowercase();
    let parts = || lower.split(|character: char| !character.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    let is_size = || {
        let is_of_size = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        lower.bytes().all(is_of_size) && lower.bytes().any(|byte| byte.is_ascii_digit())
    };
    let is_of_others = |part: &str| {
        part == "sk" || headings::is_of_container(part) || OF_OTHERS.iter().any(|start| part.starts_with(start))
    };
    let is_of_machine =
        || lower.is_ascii() && parts().next().is_some() && parts().all(|part| OF_MACHINES.contains(&part));
    text.is_empty()
        || !words::of_host_keys(text).is_empty()
        || !parts().any(is_of_others) && comments::objection_of_text(text).is_none() && (is_of_machine() || is_size())
}

/// Whether a text is only the name or the address of a machine.
pub(crate) fn is_name(text: &str) -> bool {
    !text.contains(char::is_whitespace) && !comments::comment_denies(text) && !words::names_other_port(text)
}

/// States of a host or a key that counts.
const GOOD_STATES: [&str; 8] = ["ok", "success", "succeeded", "match", "verified", "valid", "running", "active"];

/// Collects the keys in lines with `@revoked`, and all keys of objects that are marked as revoked.
pub(crate) fn revoke(value: &Value, is_revoked: bool, revoked: &mut Vec<Fingerprint>) {
    match value {
        Value::String(text) => {
            let of_line = |line: &str| {
                let is_marker =
                    line.split_whitespace().next().is_some_and(|word| word.eq_ignore_ascii_case("@revoked"));
                let keys = line.split_whitespace().filter_map(key_in).collect();
                if is_marker || is_revoked { keys } else { Vec::new() }
            };
            revoked.extend(text.lines().flat_map(of_line));
        }
        Value::Array(values) => values.iter().for_each(|value| revoke(value, is_revoked, revoked)),
        Value::Object(object) => {
            let is_revoked = is_revoked || object.iter().any(|(name, value)| denials::revokes(name, value));
            object.values().for_each(|value| revoke(value, is_revoked, revoked));
        }
        _ => {}
    }
}

/// Returns the fingerprint of the key that a word is, or the fingerprint itself, also as hexadecimal digits.
fn key_in(word: &str) -> Option<Fingerprint> {
    if words::looks_like_a_fingerprint(word) {
        return words::parsed(word);
    }
    let of_digits = || Fingerprint::of_digest(&hex::decode(word.as_bytes())?);
    if let Some(fingerprint) = words::bare_digest(word).or_else(of_digits) {
        return Some(fingerprint);
    }
    let mut blob = Vec::new();
    base64::decode_into(line::looks_like_a_key(word).then_some(word)?.as_bytes(), &mut blob).ok()?;
    Some(Fingerprint::of_blob(Hash::Sha256, &blob))
}

/// Whether a value is a time: seconds, or digits with separators between them.
pub(crate) fn is_date(value: &Value) -> bool {
    let is_of_time = |byte: u8| byte.is_ascii_digit() || b"-:.+TZ ".contains(&byte);
    value.is_number() || value.as_str().is_some_and(|text| text.bytes().all(is_of_time))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_result_is_rejected_by_members_that_are_not_part_of_it() {
        let denies = |result: Value, name: &str| {
            let object = result.as_object().unwrap();
            denies_result(object, name, &object[name])
        };
        for (result, name) in [
            (json!({"error": "x"}), "error"),
            (json!({"executionstate": "Failed", "failed": true}), "failed"),
            (json!({"status": "the key is revoked"}), "status"),
        ] {
            assert!(denies(result, name), "{name}");
        }
        for (result, name) in [
            (json!({"error": "x", "executionstate": "Succeeded"}), "error"),
            (json!({"output": "1 failed"}), "output"),
            (json!({"message": "1 failed"}), "message"),
            (json!({"errorbloburi": "https://x"}), "errorbloburi"),
            (json!({"treatfailureasdeploymentfailure": true}), "treatfailureasdeploymentfailure"),
            (json!({"status": "Succeeded"}), "status"),
        ] {
            assert!(!denies(result, name), "{name}");
        }
    }

    #[test]
    fn a_member_is_harmless_with_a_value_of_its_own_alone() {
        for (name, value) in [
            ("comment", json!("x")),
            ("ansible_port", json!(22)),
            ("type", json!("ED25519")),
            ("type", json!("Standard_D2s_v5")),
            ("type", json!("AWS::EC2::Instance")),
            ("bits", json!(256)),
            ("post_quantum", json!(true)),
            ("changed", json!(false)),
            ("key_exchange", json!("curve25519-sha256")),
            ("algorithm", json!("ED25519")),
            ("hash", json!("SHA256")),
            ("file", json!("/etc/ssh/ssh_host_rsa_key.pub")),
            ("form", json!("openssh-public")),
            ("region", json!("x")),
            ("time", json!("2026-11-29T21:00:00Z")),
            ("os", json!("Ubuntu 24.04")),
            ("created_at", json!(1)),
            ("state", json!("Running")),
            ("revoked", json!(false)),
            ("verified", json!(true)),
            ("x", json!(null)),
            ("x", json!("")),
        ] {
            assert!(is_harmless(name, &value), "{name}: {value}");
        }
        for (name, value) in [
            ("type", json!("user key")),
            ("type", json!("container")),
            ("type", json!("ssh-ed25519-cert-v01@openssh.com")),
            ("type", json!("ED25519-CERT")),
            ("type", json!("ED25519-SK")),
            ("type", json!("revoked-2")),
            ("type", json!("\u{432}\u{43c}")),
            ("type", json!(7)),
            ("bits", json!("x")),
            ("post_quantum", json!("x")),
            ("changed", json!(true)),
            ("changed", json!("x")),
            ("key_exchange", json!("curve25519")),
            ("key_exchange", json!("a-b c")),
            ("algorithm", json!("x")),
            ("hash", json!("MD5")),
            ("file", json!("/tmp/x")),
            ("form", json!("x")),
            ("region", json!(["x"])),
            ("id", json!("of another")),
            ("os", json!("mitm proxy")),
            ("time", json!("before it was built")),
            ("time", json!(["x"])),
            ("state", json!("stopped")),
            ("revoked", json!(true)),
            ("revoked", json!("x")),
            ("verified", json!("x")),
            ("verified", json!(false)),
            ("confirmed", json!(null)),
            ("invalid_user", json!(false)),
            ("logout", json!(null)),
            ("level", json!("warn")),
        ] {
            assert!(!is_harmless(name, &value), "{name}: {value}");
        }
    }
}
