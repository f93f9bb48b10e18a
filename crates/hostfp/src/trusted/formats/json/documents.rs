//! Decides in which JSON documents host keys are accepted: the output of known tools, and documents that hold host keys only.
//!
//! Why a stranger cannot write it: every member of a document is known. Another may mean that a program only met the host
//! (`{"level": "warn", "host_key": …}`), or name the message or alert to which a key belongs, or its owner; values below
//! unknown names may be anyone's. Below the name of host keys only types, formats and keys are allowed, since any other name
//! may be that of another host.

use common::escape;
use serde_json::{Map, Value};

use super::{machine, members};
use crate::trusted::grammar::{host_key_paths, words};
use crate::trusted::rules::{comments, confirmations, dates, denials, host_names, ports};

/// The members that Ansible prints next to its facts.
const ANSIBLE: [&str; 8] =
    ["ansible_facts", "changed", "deprecations", "failed", "invocation", "msg", "unreachable", "warnings"];

/// Parts of names for the time up to which a key counts.
const LIMITS: [&str; 4] = ["notvalidafter", "notafter", "expir", "until"];

/// Parts of names for times that say nothing against a key, such as when it was generated.
const OF_MAKING: [&str; 10] = [
    "created",
    "updated",
    "modified",
    "added",
    "generated",
    "witnessed",
    "verified",
    "fetched",
    "notvalidbefore",
    "notbefore",
];

/// Returns the first unknown member of a document, as jq names it; `None` if all are known.
pub(crate) fn unknown_member(document: &Value) -> Option<String> {
    let object = match document {
        Value::Array(values) => match values.as_slice() {
            [Value::Object(object)] => object,
            rows => return rows.iter().position(|row| !is_guest_attribute(row)).map(|index| format!("[{index}]")),
        },
        Value::Object(object) => object,
        _ => return None,
    };
    let of_port = |is_other: fn(&str, &Value) -> bool| {
        object.iter().find(|(name, value)| is_other(name, value)).map(|(name, _)| path(name))
    };
    if let Some(name) = of_port(ports::is_other) {
        return Some(name);
    }
    if let Some(facts) = facts(object) {
        return facts.iter().find_map(|fact| unknown_among_facts(facts, fact));
    }
    if is_of_known_origin(&without_empty(object)) {
        return object.iter().find_map(unknown_below);
    }
    if let Some(name) = of_port(ports::has_other) {
        return Some(name);
    }
    if is_terraforms(object) {
        // Terraform itself prints for each output whether it is sensitive; web forms have values, too.
        let is_printed = object.values().all(|output| output.get("sensitive").is_some_and(Value::is_boolean));
        let unknown =
            |(name, output): (&String, &Value)| output.get("value").and_then(|value| unknown_beside(name, value));
        let beside = if is_printed { None } else { object.iter().find_map(unknown) };
        return beside.or_else(|| object.iter().find_map(unknown_below));
    }
    if let Some(name) = machine::names_disagree(object) {
        return Some(path(name));
    }
    let beside = object.iter().find_map(|(name, value)| unknown_beside(name, value));
    beside.or_else(|| object.iter().find_map(unknown_below))
}

/// Returns a member of an object of unknown origin, unless it is a host key of the machine, or irrelevant to one.
fn unknown_beside(name: &str, value: &Value) -> Option<String> {
    let is_known = match host_names::is_of_host(name) {
        true if holds_key(value) => host_names::is_of_a_machines_host(name),
        true => is_part_of_key(name, value),
        false => is_harmless(name, value),
    };
    (!is_known).then(|| path(name))
}

/// Whether a value holds a key or a fingerprint.
fn holds_key(value: &Value) -> bool {
    match value {
        Value::String(text) => text.lines().any(words::may_be_a_key),
        Value::Array(values) => values.iter().any(holds_key),
        Value::Object(object) => object.values().any(holds_key),
        _ => false,
    }
}

/// Returns Ansible's facts: the output of its `setup`, or its cache of them.
fn facts(object: &Map<String, Value>) -> Option<&Map<String, Value>> {
    match object.get("ansible_facts").and_then(Value::as_object) {
        Some(facts) => object.keys().all(|name| ANSIBLE.contains(&name.as_str())).then_some(facts),
        None => {
            let is_fact =
                |(name, value): (&String, &Value)| name.starts_with("ansible_") || is_of_fact_cache(name, value);
            object.iter().all(is_fact).then_some(object)
        }
    }
}

/// Returns a fact of Ansible that is a host key of something else, such as a neighbour or a container, or a variable that says
/// that all facts are of something else: a container, or a server at another port.
fn unknown_among_facts(facts: &Map<String, Value>, (name, value): (&String, &Value)) -> Option<String> {
    const CONNECTIONS: [&str; 5] = ["ssh", "smart", "paramiko", "paramiko_ssh", "ansible.builtin.ssh"];
    // A machine rented by its name may be a container of LXC or OpenVZ.
    const CONTAINERS: [&str; 5] = ["container", "containerd", "docker", "kubernetes", "podman"];
    let is_of_container = |kind: &str| CONTAINERS.contains(&kind.to_ascii_lowercase().as_str());
    let own = name.strip_prefix("ansible_").unwrap_or(name);
    if own.starts_with("ssh_host_key_") && value.is_string() {
        return None;
    }
    let is_elsewhere = match own {
        "connection" => !value.as_str().is_some_and(|connection| CONNECTIONS.contains(&connection)),
        "env" => value.get("ssh_connection").and_then(Value::as_str).is_some_and(names_other_server_port),
        "port" | "ssh_port" => ports::is_other(name, value),
        // The machine on which containers run has their type, too.
        "virtualization_type" => {
            let role = ["ansible_virtualization_role", "virtualization_role"].iter().find_map(|name| facts.get(*name));
            value.as_str().is_some_and(is_of_container) && role.is_none_or(|role| role != "host")
        }
        _ if own.ends_with("_args") => ports::has_other(name, value),
        _ => false,
    };
    (is_elsewhere || has_host_key(name, value)).then(|| path(name))
}

/// Whether sshd's variable SSH_CONNECTION, the addresses and ports of the client and the server, has another port than 22.
fn names_other_server_port(connection: &str) -> bool {
    connection.split_whitespace().nth(3).is_some_and(|port| !words::is_usual_port(port))
}

/// Whether a host key is below a name, or below one within its value.
fn has_host_key(name: &str, value: &Value) -> bool {
    host_names::is_of_host(name) && holds_key(value)
        || match value {
            Value::Array(values) => values.iter().any(|value| has_host_key("", value)),
            Value::Object(object) => object.iter().any(|(name, value)| has_host_key(name, value)),
            _ => false,
        }
}

/// Whether a cloud, a service or a program that asks machines printed an object, by a name that only these use.
fn is_of_known_origin(object: &Map<String, Value>) -> bool {
    let has_only = |names: &[&str]| object.keys().all(|name| names.contains(&name.as_str()));
    let has = |name: &str| object.contains_key(name);
    let is_of_rows = |value: &Value| {
        value.get("items").and_then(Value::as_array).is_some_and(|rows| rows.iter().all(is_guest_attribute))
    };
    // Amazon Lightsail; a serial port of Google Cloud; the console of EC2; guest attributes.
    has_only(&["accessdetails"])
        || has("contents") && has_only(&["contents", "next", "start", "kind", "selflink"])
        || has("output") && has_only(&["instanceid", "output", "timestamp"])
        // Objects of PowerShell for the same, and Alibaba Cloud's.
        || has("output")
            && has("httpstatuscode")
            && has_only(&[
                "contentlength", "httpstatuscode", "instanceid", "loggedat", "output", "responsemetadata", "timestamp",
            ])
        || has("consoleoutput") && has_only(&["consoleoutput", "instanceid", "lastupdatetime", "requestid"])
        || object.get("queryvalue").is_some_and(is_of_rows)
            && has_only(&["kind", "querypath", "queryvalue", "selflink"])
        || has_row(object)
        || is_meta_page(object)
}

/// Whether a member is next to the facts in Ansible's cache of them, which has no other names around them.
fn is_of_fact_cache(name: &str, value: &Value) -> bool {
    match name {
        "module_setup" => value.is_boolean(),
        "gather_subset" => value.is_array(),
        "discovered_interpreter_python" => value.is_string(),
        _ => false,
    }
}

/// Whether a document is what a cloud prints for a console, or has nothing else.
pub(crate) fn is_console(document: &Value) -> bool {
    document.as_object().is_some_and(|object| {
        let object = without_empty(object);
        object.len() == 1 || is_of_known_origin(&object) || facts(&object).is_some()
    })
}

/// Returns the members of an object that are not empty.
fn without_empty(object: &Map<String, Value>) -> Map<String, Value> {
    let members = object.iter().filter(|(_, value)| !is_empty(value));
    members.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// Whether an object is what Terraform prints for its outputs, whose names its author chose.
pub(crate) fn is_terraforms(object: &Map<String, Value>) -> bool {
    let is_output = |value: &Value| {
        let parts = value.as_object();
        parts.is_some_and(|parts| {
            parts.contains_key("value")
                && parts.keys().all(|name| matches!(name.as_str(), "sensitive" | "type" | "value"))
        })
    };
    !object.is_empty() && object.values().all(is_output)
}

/// Whether a document is the list of an instance's host keys that Amazon Lightsail prints, without the names around it: no
/// other list has the time at which a key was witnessed.
pub(crate) fn are_lightsails_keys(document: &Value) -> bool {
    let rows = document.as_array().filter(|rows| !rows.is_empty());
    rows.is_some_and(|rows| rows.iter().all(|row| row.get("witnessedat").is_some()))
}

/// Whether a document is a list of guest attributes of Google Cloud, and some are not of host keys.
pub(crate) fn has_other_attributes(document: &Value) -> bool {
    let has_namespace = |row: &Value| row.get("namespace").is_some_and(Value::is_string);
    document.as_array().is_some_and(|rows| rows.iter().all(has_namespace) && !rows.iter().all(is_guest_attribute))
}

/// Whether a value is a host key among the guest attributes of Google Cloud.
pub(crate) fn is_guest_attribute(value: &Value) -> bool {
    value.as_object().is_some_and(has_row)
}

fn has_row(object: &Map<String, Value>) -> bool {
    let is_part = |name: &str| matches!(name, "key" | "namespace" | "value");
    object.get("namespace").is_some_and(|namespace| namespace == "hostkeys")
        && object.iter().all(|(name, value)| if is_part(name) { value.is_string() } else { is_empty(value) })
}

/// Whether an object is the meta page of a service, such as GitHub's, which names its own fingerprints: `SHA256_RSA` and the
/// like. A user's page has names and texts.
pub(crate) fn is_meta_page(object: &Map<String, Value>) -> bool {
    let fingerprints = object.get("ssh_key_fingerprints").and_then(Value::as_object);
    let is_own = |name: &String| name.strip_prefix("sha256_").is_some_and(|name| !host_names::kinds(name).is_empty());
    let is_member = |(name, value): (&String, &Value)| match value {
        Value::String(_) => name == "installed_version",
        Value::Number(_) => false,
        _ => !host_names::is_of_users(name),
    };
    fingerprints.is_some_and(|names| !names.is_empty() && names.keys().all(is_own)) && object.iter().all(is_member)
}

/// Whether a value is empty.
fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(object) => object.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Whether a member next to host keys only identifies their machine.
fn is_harmless(name: &str, value: &Value) -> bool {
    let is_collection = value.is_object() || value.is_array();
    if is_collection && host_names::is_of_tags(name) {
        return !denies_in_tags(value);
    }
    members::is_harmless(name, value)
        || denials::is_denial(name) && denials::says_no(value)
        || is_empty(value) && !denials::assures(name) && !members::is_of_a_login(name)
        // No key counts below them. A single user, a request or a list of messages may name the source of the key.
        || value.is_array() && host_names::is_of_users(name) && !members::is_of_a_login(name)
        || name == "id" && value.is_number()
        || name == "url" && value.as_str().is_some_and(is_web_address)
        || name == "resourcegroupname" && value.is_string()
        || machine::names_a_machine(name) && value.as_str().is_some_and(members::is_name)
}

/// Whether tags or labels of a machine say that its keys do not count, or are of another port. A tag is read as a comment
/// line of the same words.
fn denies_in_tags(value: &Value) -> bool {
    let denies = |text: &str| {
        comments::objection_of_text(&text.replace(['-', '_'], " ")).is_some() || words::names_other_port(text)
    };
    match value {
        Value::String(text) => denies(text),
        Value::Array(values) => values.iter().any(denies_in_tags),
        Value::Object(object) => object.iter().any(|(name, value)| {
            let is_said = denials::says_yes(value);
            let line = match value {
                Value::String(text) => Some(format!("{name}: {text}")),
                Value::Bool(_) | Value::Number(_) => Some(format!("{name}: {value}")),
                _ => None,
            };
            is_said && (denies(name) || name.contains("deletion"))
                || line.is_some_and(|line| confirmations::is_unconfirmed_or_expired(&line))
                || value.is_number() && has_limit(name) && !dates::is_to_come(value)
                || ports::is_other(name, value)
                || denies_in_tags(value)
        }),
        _ => false,
    }
}

/// Whether a text is a web address, or a name alone; an ssh address may be of another port or host.
fn is_web_address(text: &str) -> bool {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    scheme.is_none_or(|scheme| matches!(scheme.as_str(), "http" | "https"))
}

/// Returns the first unknown member below a name of host keys.
fn unknown_below((name, value): (&String, &Value)) -> Option<String> {
    let inner = match value {
        _ if host_names::is_of_host(name) => unknown_in(value),
        Value::Object(object) => object.iter().find_map(unknown_below),
        Value::Array(values) => values.iter().filter_map(Value::as_object).flatten().find_map(unknown_below),
        _ => None,
    };
    inner.map(|inner| path(name) + &inner)
}

/// Returns the first unknown member of a value of host keys.
fn unknown_in(value: &Value) -> Option<String> {
    match value {
        Value::Array(values) => values.iter().find_map(unknown_in).map(|inner| format!("[]{inner}")),
        Value::Object(object) => {
            let mut groups = 0;
            object.iter().find_map(|(name, value)| {
                // Two members that hold several keys each may be of two hosts.
                groups += usize::from(is_group(name, value));
                if groups > 1 || !is_part_of_key(name, value) {
                    return Some(path(name));
                }
                unknown_in(value).map(|inner| path(name) + &inner)
            })
        }
        _ => None,
    }
}

/// Whether a member is a collection whose name does not give the type of its keys.
fn is_group(name: &str, value: &Value) -> bool {
    (value.is_object() || value.as_array().is_some_and(|values| values.iter().any(Value::is_object)))
        && host_names::kinds(name).is_empty()
}

/// Whether a name is of the time at which a key expires.
fn has_limit(name: &str) -> bool {
    LIMITS.iter().any(|word| name.contains(word))
}

/// Whether a name below that of host keys is of a type, a format, a key, or of what a cloud prints about a key.
fn is_part_of_key(name: &str, value: &Value) -> bool {
    let is_time = host_names::is_of_time(name) || name.contains("notvalid");
    let has = |words: &[&str]| words.iter().any(|word| name.contains(word));
    match name {
        _ if has_limit(name) => is_empty(value) || dates::is_to_come(value),
        "sensitive" => value.is_boolean(),
        // The owner of the key: other owners differ in it.
        "host" => value.is_string() || value.is_number(),
        "bits" | "size" => value.is_number(),
        "path" | "file" | "filename" => value.as_str().is_some_and(host_key_paths::is_in_folder),
        _ if is_time && (has(&OF_MAKING) || matches!(name, "time" | "timestamp" | "date")) => {
            is_empty(value) && !denials::assures(name) || members::is_date(value) && !dates::is_after_tomorrow(value)
        }
        // Such as `deleted_at`.
        _ if is_time => is_empty(value),
        // The algorithms that a server offers are reported by programs that met it.
        _ => host_names::is_of_key(name) && !name.ends_with("algorithms") && is_made_of_keys(value),
    }
}

/// Whether each text in a value consists of keys, or names a type, a hash or a format.
fn is_made_of_keys(value: &Value) -> bool {
    const FORMS: [&str; 10] = ["sha256", "sha-256", "sha512", "sha1", "md5", "openssh", "ssh", "ssh2", "base64", "hex"];
    let is_word = |word: &str| {
        let word = word.trim().to_ascii_lowercase();
        !words::of_host_keys(&word).is_empty() || FORMS.contains(&word.as_str())
    };
    match value {
        Value::String(text) => {
            let is_comment = |line: &str| line.trim().is_empty() || line.starts_with('#');
            text.lines().all(|line| is_comment(line) || words::may_be_a_key(line) || is_word(line))
        }
        Value::Array(values) => values.iter().all(is_made_of_keys),
        // Its members are checked by their own names.
        _ => true,
    }
}

fn path(name: &str) -> String {
    format!(".{}", escape::name(name))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Returns a document with a fingerprint in place of each `x`.
    fn filled(document: &Value) -> Value {
        let fingerprint = "\"SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM\"";
        serde_json::from_str(&document.to_string().replace("\"x\"", fingerprint)).unwrap()
    }

    #[test]
    fn every_member_of_a_document_is_known() {
        for document in [
            json!({"host_key": "x", "name": "vm", "ip": "10.0.0.4"}),
            json!({"hostkeys": [{"type": "rsa", "key": "x", "bits": 3072, "created_at": "2026-01-01T00:00:00Z"}]}),
            json!({"host_keys": {"rsa": {"public": "x", "sha256": "x"}, "ed25519": {"public": "x"}}}),
            json!({"vm_host_keys": {"value": ["x"], "sensitive": false, "type": "x"}, "user": {"value": "x", "sensitive": false}}),
            json!({"accessdetails": {"username": "x", "hostkeys": [{"algorithm": "x", "publickey": "x", "witnessedat": 1.5}]}}),
            json!([{"key": "ssh-rsa", "namespace": "hostkeys", "value": "x"}]),
            json!({"ansible_facts": {"ansible_ssh_host_key_rsa_public": "x"}, "changed": false}),
            json!([{"host_keys": "x"}]),
            json!({"host_keys": [{"deleted_at": null, "expires_at": "2999-01-01T00:00:00Z", "key": "x"}]}),
            json!({"host_keys": [{"created": "2026-01-01", "key": "x"}, {"created": "2026-02-01", "key": "x"}]}),
            json!({"host_keys": "x", "port": 22, "ssh_port": null, "verdict": "match", "metadata": {"user": "x"}}),
            json!({"host_keys": "x", "users": [{"name": "x"}]}),
            json!({"host_keys": "x", "tags": {"user": "x"}, "authorized_keys": ["x"], "level": null, "id": 7}),
            json!({"contents": "x", "next": "1", "start": "0", "selflink": "x"}),
            json!({"ssh_key_fingerprints": {"sha256_rsa": "x"}, "ssh_keys": ["x"], "hooks": ["x"]}),
            json!({"ansible_ssh_host_key_rsa_public": "x", "module_setup": true, "gather_subset": ["all"]}),
            json!({"ansible_ssh_host_key_rsa_public": "x", "discovered_interpreter_python": "/usr/bin/python3"}),
            json!({"hostkeys": ["x"], "publicip": "10.0.0.4", "vmname": "vm", "resourcegroupname": "rg"}),
            json!({"hostkeys": ["x"], "publicipaddress": "10.0.0.4", "url": "HTTPS://vm.example/"}),
            json!({"hostkeys": ["x"], "url": "vm.example"}),
            json!({"prod_vm_host_keys": ["x"], "host_key_type": "ssh-rsa", "host_key_hash": "SHA256"}),
            json!({"host_key": {"value": "x"}, "ip": {"value": "10.0.0.4"}}),
            json!({"instanceid": "i-0", "output": "log", "tags": []}),
            json!({"host_keys": [{"file": "/usr/local/etc/ssh/ssh_host_rsa_key.pub", "key": "x"}]}),
            json!({"host_keys": [{"format": "ssh-ed25519", "key": "x"}, {"key_format": "openssh", "key": "x"}]}),
        ] {
            assert_eq!(unknown_member(&filled(&document)), None, "{document}");
        }
        for (document, member) in [
            (json!({"host_key": "x", "level": "warn"}), ".level"),
            (json!({"host_key": "x", "user": "x"}), ".user"),
            (json!({"scan": {"host_key": "x"}}), ".scan"),
            (json!({"status": "changed", "host_key": "x"}), ".status"),
            (json!({"host_keys": [{"port": 2222, "key": "x"}]}), ".host_keys[].port"),
            (json!({"host_keys": [{"created": "for mallory", "key": "x"}]}), ".host_keys[].created"),
            (json!({"host_keys": "x", "host_key\u{200b}_for": "db7"}), ".host_key\\342\\200\\213_for"),
            (json!({"host_keys": [{"machine": {"name": "a"}, "key": "x"}]}), ".host_keys[].machine"),
            (json!({"host_keys": {"10.0.0.4": {"rsa": "x"}}}), ".host_keys.10.0.0.4"),
            (json!({"host_keys": {"keys": {"rsa": "x"}, "public": {"ed25519": "x"}}}), ".host_keys.public"),
            (json!({"host_keys": [{"runtime": "vm1", "key": "x"}]}), ".host_keys[].runtime"),
            (json!({"host_keys": [{"deleted_at": "2026-01-01", "key": "x"}]}), ".host_keys[].deleted_at"),
            (json!({"host_keys": [{"expires_at": "2020-01-01", "key": "x"}]}), ".host_keys[].expires_at"),
            (json!({"host_keys": [{"notvalidafter": 2.0, "key": "x"}]}), ".host_keys[].notvalidafter"),
            (json!({"name": "vm", "ssh_port": 2222, "host_keys": "x"}), ".ssh_port"),
            (json!({"ansible_port": "2222", "ansible_ssh_host_key_rsa_public": "x"}), ".ansible_port"),
            (json!({"host_key": "x", "verdict": "changed"}), ".verdict"),
            (json!({"host_key": "x", "user": {"name": "x"}}), ".user"),
            (json!({"host_key": "x", "client": {"ip": "x"}}), ".client"),
            (json!({"host_key": "x", "messages": ["accepted without a check"]}), ".messages"),
            (json!({"host_keys": [{"file": "/tmp/etc/ssh/x", "key": "x"}]}), ".host_keys[].file"),
            (json!([{"host_keys": "x"}, {"host_keys": "x"}]), "[0]"),
            // Names that look like a host key's, and state something else about it.
            (json!({"host_key": "x", "host_key_known": false}), ".host_key_known"),
            (json!({"host_key": "x", "host_key_for": "db7"}), ".host_key_for"),
            (json!({"host_key": "x", "host_key_algorithms": ["ssh-rsa"]}), ".host_key_algorithms"),
            (json!({"host_key": "x", "host_key_type": "user"}), ".host_key_type"),
            (json!({"blacklisted_host_key": "x"}), ".blacklisted_host_key"),
            (json!({"host_key": "x", "output": "it has changed"}), ".output"),
            (json!({"host_keys": [{"key": "x", "type": "user"}]}), ".host_keys[].type"),
            (json!({"host_keys": {"ed25519": "x", "rsa": "not checked"}}), ".host_keys.rsa"),
            (json!({"ansible_facts": {"lldp": {"eth0": {"ssh_host_rsa_key": "x"}}}}), ".lldp"),
            (json!({"ssh_key_fingerprints": {"sha256_rsa": "x"}, "login": "bob"}), ".login"),
            (json!({"a": {"value": {"host_keys": {"vm1": "x"}}, "sensitive": true}}), ".a.value.host_keys.vm1"),
            (json!({"a": {"value": [{"host_keys": {"vm1": "x"}}], "sensitive": true}}), ".a.value.host_keys.vm1"),
            (json!({"a": {"value": {"host_keys": "x"}, "level": "warn"}}), ".a"),
            // The fields of a web form.
            (json!({"host_key": {"value": "x"}, "user": {"value": "bob"}}), ".user"),
            (json!({"host_keys": [{"key": "x", "bits": "vm1"}]}), ".host_keys[].bits"),
            // Members that other documents share with those of known origin.
            (json!({"contents": "x", "host_key": "x", "level": "warn"}), ".contents"),
            (json!({"output": "x", "host_key": "x", "level": "warn"}), ".level"),
            (json!({"host_key": "x", "level": "warn", "queryvalue": {"items": []}}), ".level"),
            (json!({"ansible_facts": {"ansible_ssh_host_key_rsa_public": "x"}, "level": "warn"}), ".ansible_facts"),
            (json!({"host_key": "x", "level": "warn", "ssh_key_fingerprints": {"sha1_rsa": "x"}}), ".level"),
            (json!({"host_key": "x", "level": "warn", "ssh_key_fingerprints": {}}), ".level"),
            (json!({"host_key": "x", "level": 3}), ".level"),
            (json!({"ansible_ssh_host_key_rsa_public": "x", "module_setup": "x"}), ".module_setup"),
            (json!({"ansible_ssh_host_key_rsa_public": "x", "module_setup": true, "host": "x"}), ".host"),
            (json!({"hostkeys": ["x"], "url": "ssh://vm.example:2222"}), ".url"),
            (json!({"hostkeys": ["x"], "url": ["https://vm.example"]}), ".url"),
            (json!({"hostkeys": ["x"], "publicip": {"a": "x"}}), ".publicip"),
            (json!([{"key": "x", "namespace": "hostkeys", "origin": "x", "value": "x"}, {}]), "[0]"),
        ] {
            assert_eq!(unknown_member(&filled(&document)).as_deref(), Some(member), "{document}");
        }
    }
}
