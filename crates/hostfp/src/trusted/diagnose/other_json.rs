//! JSON documents that hold nothing to trust. They are reported with a remedy; nothing in them is accepted.

use common::error::Error;
use common::escape;
use serde_json::Value;

use super::other_text::no_console_yet;
use crate::trusted::formats::json::{host_keys, jq};
use crate::trusted::formats::run_command;
use crate::trusted::messages::remedies::{self, ON_THE_VM};
use crate::trusted::rules::denials;

/// Reports JSON that names no host keys; `json` is its text, with its names as they are written.
pub(crate) fn unknown(value: &Value, json: &str) -> Error {
    const OF_USERS: [&str; 6] =
        ["publickeys", "keydata", "ssh_authorized_keys", "publickey", "adminpublickey", "authorized_keys"];
    if has_name(value, &OF_USERS) || lists_users_keys(value) {
        return host_keys::users_keys();
    }
    if is_empty_console(value) {
        return no_console_yet();
    }
    if has_name(value, &["serialconsolelogbloburi"]) {
        return Error::failure("the address of the console's log, not the log")
            .hint("fetch it: az vm boot-diagnostics get-boot-log");
    }
    if is_of_run_command(value) {
        return remedies::run_command_without_output();
    }
    if has_name(value, &["commandplugins"]) {
        return Error::failure("a list of AWS Systems Manager's commands, in which an output may be cut short")
            .hint("aws ssm get-command-invocation --command-id ID --instance-id ID prints all of it");
    }
    if let Some(status) = failure_in_guest(value) {
        return Error::failure(format!("the command in the guest failed with exit status {status}"))
            .hint("its error message is in err-data");
    }
    if let Some(path) = guest_agents_output(value) {
        return Error::failure("the answer of the QEMU guest agent, with the command's output in base64")
            .hint(format!("if it is your VM's: jq -r '{path}|@base64d' FILE prints the lines"));
    }
    if has_text(value, &|text| text.starts_with("Microsoft.Azure.") && text.ends_with(".InstanceViewStatus")) {
        return remedies::name_of_a_type();
    }
    // Alibaba Cloud's commands have an ID, too.
    if has_name(value, &["commandid"]) && !has_name(value, &["invocationstatus"]) {
        return Error::failure("the state of a command of AWS Systems Manager, without its output")
            .hint("aws ssm get-command-invocation --command-id ID --instance-id ID prints it");
    }
    if is_of_facter(value) {
        let hint = "jq -r '.ssh[]|.type+\" \"+.key' FILE prints the lines, if the facts are your VM's";
        return Error::failure("facter's facts of ssh, which do not say that the keys are a host's").hint(hint);
    }
    let message = value.get("message").and_then(Value::as_str).unwrap_or_default();
    if message.starts_with("Enable succeeded:") {
        return Error::failure("the message of Run Command without the JSON around it")
            .hint("leave out --query, or print the message alone: jq -r '.message' FILE");
    }
    if value.get("message").is_some() && value.get("documentation_url").is_some() {
        return Error::failure("an error of GitHub, not its meta page")
            .hint("read its message, and ask again: curl -s https://api.github.com/meta");
    }
    if has_text(value, &run_command::is_power_state) {
        return run_command::power_state();
    }
    if !denials::says_yes(value) {
        return Error::failure("an empty answer").hint("does the query name a value that is there? leave it out");
    }
    match jq::keys(json) {
        Some(keys) => Error::failure(format!(
            "JSON with a key at {}, which does not say that it is the VM's host key, and is not what hostfp or Run Command prints",
            escape::excerpt(keys.place.as_bytes())
        ))
        .hint(jq::hint(json, "if it is your VM's host key", "if they are your VM's host keys, give them with their types: ED25519 SHA256:…")),
        None => Error::failure("JSON, but not what hostfp, `az vm run-command` or another cloud prints of host keys")
            .hint(ON_THE_VM),
    }
}

/// Reports a command of AWS Systems Manager that has not ended, or has failed.
pub(crate) fn unfinished_command(value: &Value) -> Option<Error> {
    value.get("standardoutputcontent")?;
    let state = value.get("status").and_then(Value::as_str)?;
    match state {
        "Pending" | "InProgress" | "Delayed" => Some(
            Error::failure("the command has not ended yet").hint("ask again later: aws ssm get-command-invocation"),
        ),
        "Failed" | "TimedOut" | "Cancelled" | "Cancelling" => {
            let code = value.get("responsecode").and_then(Value::as_i64).filter(|code| *code > 0);
            let how = code.map_or_else(String::new, |code| format!(", with exit status {code}"));
            Some(
                Error::failure(format!("AWS Systems Manager reports for the command: {state}{how}"))
                    .hint("its error message is in StandardErrorContent"),
            )
        }
        _ => None,
    }
}

/// Whether a document is a list of Run Commands of the second version.
fn is_of_run_command(value: &Value) -> bool {
    let is_one = |value: &Value| {
        let has_type = value.get("type").is_some_and(|its| its == "Microsoft.Compute/virtualMachines/runCommands");
        has_type || value.get("source").is_some() && value.get("provisioningstate").is_some()
    };
    value.as_array().is_some_and(|values| !values.is_empty() && values.iter().all(is_one))
}

/// Returns the path at which the guest's agent has the output of a command, as jq names it: `{"return": {"exited": true,
/// "out-data": "…"}}`.
fn guest_agents_output(value: &Value) -> Option<&'static str> {
    let has_output = |value: &Value| value.get("exited").is_some() && value.get("out-data").is_some();
    match value.get("return") {
        Some(returned) if has_output(returned) => Some(".return.\"out-data\""),
        None if has_output(value) && value.get("exited") == Some(&Value::Bool(true)) => Some(".\"out-data\""),
        _ => None,
    }
}

/// Returns the exit status of a command that failed, as the guest's agent and Proxmox report it: `{"exited": 1, "exitcode":
/// 255}`.
fn failure_in_guest(value: &Value) -> Option<i64> {
    let result = value.get("return").unwrap_or(value);
    let status = result.get("exited").and_then(|_| result.get("exitcode"))?.as_i64()?;
    (status != 0).then_some(status)
}

/// Whether a document is that of EC2 or Google Cloud for a console without output.
fn is_empty_console(value: &Value) -> bool {
    let is_blank =
        |name: &str| value.get(name).is_none_or(|output| output.as_str().unwrap_or_default().trim().is_empty());
    let has = |name: &str| value.get(name).is_some();
    let is_of_google = has("contents") && value.get("kind").is_some_and(|kind| kind == "compute#serialPortOutput");
    has("instanceid") && has("timestamp") && is_blank("output") || is_of_google && is_blank("contents")
}

/// Whether a document has facter's `ssh`: a key, its type and its DNS records below the name of each type.
fn is_of_facter(value: &Value) -> bool {
    let is_fact = |fact: &Value| ["key", "type", "fingerprints"].iter().all(|name| fact.get(name).is_some());
    let facts = value.get("ssh").and_then(Value::as_object);
    facts.is_some_and(|facts| !facts.is_empty() && facts.values().all(is_fact))
}

/// Whether a document lists the keys that users have at a service: a key with a name and its fingerprint, or an `id` and a
/// `key`.
fn lists_users_keys(value: &Value) -> bool {
    let object = match value {
        Value::Array(values) => values.first(),
        value => Some(value),
    };
    let has_all = |names: &[&str]| object.is_some_and(|object| names.iter().all(|name| object.get(name).is_some()));
    has_all(&["public_key", "fingerprint", "name"]) || has_all(&["id", "key"])
}

/// Whether a text at any depth matches.
fn has_text(value: &Value, is_such: &impl Fn(&str) -> bool) -> bool {
    match value {
        Value::String(text) => is_such(text),
        Value::Object(object) => object.values().any(|value| has_text(value, is_such)),
        Value::Array(values) => values.iter().any(|value| has_text(value, is_such)),
        _ => false,
    }
}

/// Whether an object at any depth has one of these names.
fn has_name(value: &Value, names: &[&str]) -> bool {
    match value {
        Value::Object(object) => {
            object.iter().any(|(name, value)| names.contains(&name.as_str()) || has_name(value, names))
        }
        Value::Array(values) => values.iter().any(|value| has_name(value, names)),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_console_without_output_is_known_by_its_other_members() {
        for (value, is_one) in [
            (json!({"instanceid": "i-0", "timestamp": "2026"}), true),
            (json!({"instanceid": "i-0", "timestamp": "2026", "output": " "}), true),
            (json!({"instanceid": "i-0", "timestamp": "2026", "output": "x"}), false),
            (json!({"instanceid": "i-0"}), false),
            (json!({"timestamp": "2026"}), false),
        ] {
            assert_eq!(is_empty_console(&value), is_one, "{value}");
        }
    }

    #[test]
    fn what_lacks_the_output_has_a_hint_that_has_it() {
        for (value, message, hint) in [
            (
                json!([{"source": {"commandid": null}, "provisioningstate": "x"}]),
                "Run Command's JSON",
                "show --instance-view",
            ),
            (json!([{"type": "Microsoft.Compute/virtualMachines/runCommands"}]), "Run Command's JSON", "show"),
            (json!({"commandinvocations": [{"commandid": "x", "commandplugins": []}]}), "cut short", "get-command"),
            (json!({"command": {"commandid": "x"}}), "without its output", "get-command"),
            (json!({"return": {"exited": true, "out-data": "x"}}), "in base64", ".return.\"out-data\"|@base64d"),
            (json!({"exited": true, "out-data": "x"}), "in base64", "'.\"out-data\"|@base64d'"),
            (json!({"return": {"exited": true}}), "JSON, but not", "--run-command-script"),
            (json!({"value": ["Microsoft.Azure.x.InstanceViewStatus"]}), "object's type", "-Depth 5"),
            (json!({"message": "API rate limit exceeded"}), "JSON, but not", "--run-command-script"),
        ] {
            let error = unknown(&value, "");
            assert!(error.message().contains(message), "{value}: {}", error.message());
            assert!(error.remedy().unwrap().contains(hint), "{value}: {:?}", error.remedy());
        }
    }

    #[test]
    fn a_command_of_aws_that_did_not_end_well_is_named() {
        for (state, code, words) in [
            ("InProgress", -1, "has not ended yet"),
            ("Failed", 127, "reports for the command: Failed, with exit status 127"),
            ("TimedOut", -1, "reports for the command: TimedOut"),
        ] {
            let value = json!({"standardoutputcontent": "", "status": state, "responsecode": code});
            assert!(unfinished_command(&value).unwrap().message().ends_with(words), "{value}");
        }
        for value in [
            json!({"standardoutputcontent": "x", "status": "Success"}),
            json!({"standardoutputcontent": "x", "status": "else"}),
            json!({"status": "Failed"}),
        ] {
            assert!(unfinished_command(&value).is_none(), "{value}");
        }
    }

    #[test]
    fn facters_facts_are_known_by_their_names() {
        let fact = json!({"key": "x", "type": "x", "fingerprints": {"sha256": "x"}});
        for (value, is_one) in [
            (json!({"ssh": {"rsa": fact}, "os": "x"}), true),
            (json!({"ssh": {"rsa": fact, "more": {}}}), false),
            (json!({"ssh": {}}), false),
            (json!({"rsa": fact}), false),
        ] {
            assert_eq!(is_of_facter(&value), is_one, "{value}");
        }
    }

    #[test]
    fn keys_of_users_are_known_at_any_depth() {
        let value = json!({"machines": [{"ssh": {"publickeys": []}}]});
        assert_eq!(unknown(&value, "").message(), host_keys::users_keys().message());
    }
}
