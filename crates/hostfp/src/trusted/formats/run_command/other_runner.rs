//! Reads what programs other than Azure's Run Command report of a command: AWS Systems Manager's `get-command-invocation`,
//! Ansible, and Proxmox's `qm guest exec`.
//!
//! Why a stranger cannot write it: the output is one string, the document reports that the command succeeded, and every
//! member is one that the program prints. Another member may mean that the output is of something else, such as someone's
//! job.

use std::borrow::Cow;

use common::error::Error;
use common::escape;
use serde_json::Value;

use super::command;
use super::output::{Kept, Stdout, output};
use crate::trusted::rules::denials;

/// A program's report of a command.
struct Ran<'a> {
    stdout: &'a str,
    stderr: Cow<'a, str>,
    has_succeeded: bool,
    /// The members that the program prints.
    members: &'static [&'static str],
}

/// The members that Ansible prints next to a command's output. Others of its own begin with `_ansible_`, and are booleans.
const ANSIBLE: [&str; 23] = [
    "ansible_facts",
    "ansible_loop_var",
    "attempts",
    "changed",
    "cmd",
    "delta",
    "deprecations",
    "diff",
    "end",
    "failed",
    "failed_when_result",
    "invocation",
    "item",
    "msg",
    "rc",
    "skipped",
    "start",
    "stderr",
    "stderr_lines",
    "stdout",
    "stdout_lines",
    "unreachable",
    "warnings",
];

const SYSTEMS_MANAGER: [&str; 18] = [
    "cloudwatchoutputconfig",
    "commandid",
    "comment",
    "documentname",
    "documentversion",
    "executionelapsedtime",
    "executionenddatetime",
    "executionstartdatetime",
    "instanceid",
    "pluginname",
    "responsecode",
    "responsemetadata",
    "standarderrorcontent",
    "standarderrorurl",
    "standardoutputcontent",
    "standardoutputurl",
    "status",
    "statusdetails",
];

/// The guest's agent itself prints `true` for `exited`, and base64.
const PROXMOX: [&str; 6] = ["err-data", "err-truncated", "exitcode", "exited", "out-data", "out-truncated"];

/// Finds the output of a command; `None` if the document is not from one of these programs.
///
/// # Errors
/// The command failed or has not ended; it does not read its host's keys; there is another member.
pub(super) fn read(value: &Value) -> Option<Result<Stdout, Error>> {
    let ran = ran(value)?;
    let is_known = |(name, value): &(&String, &Value)| {
        // A task that was delegated ran on another host.
        let is_own = name.starts_with("_ansible_") && (is_nothing(value) || *name == "_ansible_item_label");
        ran.members.contains(&name.as_str()) || is_own && !name.starts_with("_ansible_delegated")
    };
    let unknown = value.as_object().and_then(|object| object.iter().find(|member| !is_known(member)));
    Some(if !ran.has_succeeded {
        Err(Error::failure("the command failed, or has not ended yet").hint("read its message, and run it again"))
    } else if let Some((name, _)) = unknown {
        let name = escape::name(name);
        Err(Error::failure(format!(
            "a command's output next to `{name}`, which is unknown, so the output may be anyone's"
        ))
        .hint("give the output alone, such as jq -r .stdout FILE prints"))
    } else if !reads_host_keys(value) {
        Err(Error::failure("the output of a command that does not read the keys of its own host")
            .hint("have it read /etc/ssh/ssh_host_*_key.pub by these paths, or after cd /etc/ssh, or run hostfp alone"))
    } else {
        output(ran.stdout, &ran.stderr, Kept::Whole)
    })
}

fn ran(value: &Value) -> Option<Ran<'_>> {
    let has = |name: &str| value.get(name).is_some();
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
    let number = |name: &str| value.get(name).and_then(Value::as_i64);
    if has("standardoutputcontent") {
        let is_success = |name: &str| matches!(text(name), "" | "Success");
        let has_succeeded =
            text("status") == "Success" && is_success("statusdetails") && number("responsecode") == Some(0);
        let (stdout, stderr) = (text("standardoutputcontent"), text("standarderrorcontent").into());
        return Some(Ran { stdout, stderr, has_succeeded, members: &SYSTEMS_MANAGER });
    }
    if has("stdout") && has("rc") {
        let is_false = |name: &str| value.get(name).is_none_or(|value| *value == Value::Bool(false));
        let has_succeeded = number("rc") == Some(0) && ["failed", "unreachable", "skipped"].into_iter().all(is_false);
        let lines = value.get("stderr_lines").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let stderr = [text("stderr")].into_iter().chain(lines).collect::<Vec<_>>().join("\n").into();
        return Some(Ran { stdout: text("stdout"), stderr, has_succeeded, members: &ANSIBLE });
    }
    let is_number = |name: &str| value.get(name).is_some_and(Value::is_number);
    (has("out-data") && has("exitcode") && is_number("exited")).then(|| {
        let is_whole = value.get("out-truncated").is_none_or(|cut| !denials::says_yes(cut));
        let has_succeeded = number("exitcode") == Some(0) && number("exited") == Some(1) && is_whole;
        Ran { stdout: text("out-data"), stderr: text("err-data").into(), has_succeeded, members: &PROXMOX }
    })
}

/// Whether a result is of a command that reads the keys of the machine on which it runs, if the result names the command.
/// Results of scripts do not.
fn reads_host_keys(value: &Value) -> bool {
    value.get("cmd").is_none_or(|command| is_nothing(command) || has_words(command, command::reads_host_keys))
        && value.get("invocation").is_none_or(is_invocation_of_host_keys)
}

/// Whether a command, a string or a list of words, matches.
fn has_words(command: &Value, is_such: fn(&str) -> bool) -> bool {
    match command {
        Value::String(text) => is_such(text),
        Value::Array(words) => words
            .iter()
            .map(Value::as_str)
            .collect::<Option<Vec<&str>>>()
            .is_some_and(|words| is_such(&words.join(" "))),
        _ => false,
    }
}

fn is_nothing(value: &Value) -> bool {
    matches!(value, Value::Null | Value::Bool(_))
}

/// Whether the arguments of a module of Ansible's are a command or a script that reads host keys, with no text that names
/// anything else.
fn is_invocation_of_host_keys(value: &Value) -> bool {
    let is_known = |(name, value): (&String, &Value)| match name.as_str() {
        "module_args" => is_invocation_of_host_keys(value),
        "module_name" => matches!(value.as_str(), Some("command" | "shell" | "script" | "raw")),
        "_raw_params" | "argv" | "cmd" => is_nothing(value) || has_words(value, command::is_script_of_host_keys),
        _ => is_nothing(value) || has_words(value, command::has_only_known_words),
    };
    is_nothing(value) || value.as_object().is_some_and(|members| members.iter().all(is_known))
}
