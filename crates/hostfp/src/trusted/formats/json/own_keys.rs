//! Reads the output of hostfp with `--json` for its machine's own keys, and of pubfp and keycheck for the files of host keys:
//! objects without a host.
//!
//! Why a stranger cannot write it: the file is that of a host key, each value is one string, and any other statement of an
//! object ends the text.

use common::error::Error;
use serde_json::{Map, Value};

use crate::trusted::formats::lines::List;
use crate::trusted::grammar::host_key_paths;
use crate::trusted::messages::misfits;
use crate::trusted::rules::denials;

/// The fields that hostfp, pubfp and keycheck print for a key; `port` or `hostname` is of another program.
const FIELDS: [&str; 9] = ["file", "line", "form", "type", "bits", "fingerprint", "comment", "verdict", "findings"];

/// Whether an object is hostfp's for one of this machine's keys, or pubfp's or keycheck's for one of a list.
pub(crate) fn is_of_own_keys(object: &Map<String, Value>) -> bool {
    ["file", "form", "type", "fingerprint"].iter().all(|name| object.contains_key(*name))
}

/// Returns the folder of the file that an object of a machine's own key names.
pub(crate) fn folder(object: &Map<String, Value>) -> String {
    let file = object.get("file").and_then(Value::as_str).unwrap_or_default().replace('\\', "/");
    file.rsplit_once('/').map_or("", |(folder, _)| folder).to_ascii_lowercase()
}

/// Whether an object is keycheck's at the end of a run, which is not about a key: it has only numbers.
pub(crate) fn is_summary(object: &Map<String, Value>) -> bool {
    object.contains_key("schema") && object.values().all(Value::is_number)
}

/// Reports an object that is not of a machine's own key.
pub(crate) fn no_own_key() -> Error {
    Error::failure("an object that names no host, and is not of a host key of this machine")
        .hint("add its `host`, or keep what `hostfp --json` prints on the VM, of keys in /etc/ssh")
}

/// Whether a key with keycheck's findings passes: there are none, or keycheck judged them, and none is an error.
fn pass(findings: &Value, has_verdict: bool) -> bool {
    let is_minor = |finding: &Value| {
        finding.get("severity").and_then(Value::as_str).is_some_and(|severity| matches!(severity, "note" | "warning"))
    };
    match findings {
        Value::Null => true,
        Value::Array(all) => all.is_empty() || has_verdict && all.iter().all(is_minor),
        _ => false,
    }
}

impl List {
    /// Takes an object of a machine's own key.
    pub(crate) fn take_own(&mut self, object: &Map<String, Value>) -> Result<(), Error> {
        let text = |name: &str| object.get(name).and_then(Value::as_str).unwrap_or_default();
        // keycheck's verdict is next to its findings.
        let good = if object.contains_key("findings") { "ok" } else { "match" };
        let is_denied = object.iter().any(|(name, value)| denials::denies(name, value))
            || object.get("verdict").is_some_and(|verdict| verdict != good)
            || object.get("findings").is_some_and(|findings| !pass(findings, object.contains_key("verdict")));
        // pubfp prints the same for any list: only the file of a host key is known to be one.
        if is_denied
            || object.keys().any(|name| !FIELDS.contains(&name.as_str()))
            || !host_key_paths::is_file(text("file"))
            || !matches!(text("form"), "openssh-public" | "openssh-private")
        {
            return Err(no_own_key());
        }
        let line = format!("{} {}", text("type"), text("fingerprint"));
        let comment = object.get("comment").and_then(Value::as_str);
        self.add_with(line.trim_start(), comment).map_err(misfits::misfit)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_summary_is_numbers_alone() {
        for (value, is_one) in [
            (json!({"schema": 1, "files": 2}), true),
            (json!({"files": 2}), false),
            (json!({"schema": 1, "files": "2"}), false),
        ] {
            assert_eq!(is_summary(value.as_object().unwrap()), is_one, "{value}");
        }
    }

    #[test]
    fn a_verdict_is_that_of_the_program_that_printed_the_object() {
        for (more, counts) in [
            (json!({}), true),
            (json!({"verdict": "match"}), true),
            (json!({"line": 1, "bits": 256, "comment": null}), true),
            (json!({"port": 2222}), false),
            (json!({"verdict": "ok"}), false),
            (json!({"verdict": "unknown"}), false),
            (json!({"findings": [], "verdict": "ok"}), true),
            (json!({"findings": [], "verdict": "match"}), false),
            (json!({"findings": []}), true),
            (json!({"findings": [{"severity": "warning"}], "verdict": "ok"}), true),
            (json!({"findings": [{"severity": "warning"}]}), false),
            (json!({"findings": [{"severity": "error"}], "verdict": "ok"}), false),
            (json!({"findings": {"severity": "note"}, "verdict": "ok"}), false),
        ] {
            let mut object = more.as_object().unwrap().clone();
            for (name, value) in [
                ("file", "/etc/ssh/ssh_host_ed25519_key.pub"),
                ("form", "openssh-public"),
                ("type", "ssh-ed25519"),
                ("fingerprint", "SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM"),
            ] {
                object.insert(name.to_owned(), json!(value));
            }
            assert_eq!(List::default().take_own(&object).is_ok(), counts, "{more}");
        }
    }
}
