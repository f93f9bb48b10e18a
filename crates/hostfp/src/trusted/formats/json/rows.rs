//! Finds rows without a host key in a table: such a row may be the machine's that is meant, and those with keys another's.

use common::key::Kind;
use serde_json::{Map, Value};

use crate::trusted::grammar::words;
use crate::trusted::rules::host_names;

/// Whether a name in a row is that of something other than a key.
fn is_beside_key(name: &str) -> bool {
    host_names::is_of_type(name) || matches!(name, "bits" | "hash" | "host" | "size")
}

/// Whether a row without a key may be of the same type as those with keys.
pub(crate) fn may_lack_a_key(rows: &[Value]) -> bool {
    let rows = || rows.iter().filter_map(Value::as_object);
    let of_full: Vec<Vec<Kind>> = rows().filter(|row| has_key(row)).map(kinds).collect();
    let may_be_any = of_full.iter().any(Vec::is_empty);
    let known: Vec<Kind> = of_full.into_iter().flatten().collect();
    let is_lacking = |row: &Map<String, Value>| {
        let kinds = kinds(row);
        !has_key(row) && (may_be_any || kinds.is_empty() || kinds.iter().any(|kind| known.contains(kind)))
    };
    (may_be_any || !known.is_empty()) && rows().any(is_lacking)
}

fn has_key(row: &Map<String, Value>) -> bool {
    let is_beside = |name: &str| is_beside_key(name) || host_names::is_of_time(name);
    row.iter().any(|(name, value)| !is_beside(name) && has_text(value))
}

fn has_text(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(values) => values.iter().any(has_text),
        Value::Object(object) => object.values().any(has_text),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Whether a value is empty, or holds only such values.
pub(crate) fn is_blank(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(values) => values.iter().all(is_blank),
        Value::Object(object) => object.values().all(is_blank),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Returns the types that a row names; if it has keys, those of its keys.
fn kinds(row: &Map<String, Value>) -> Vec<Kind> {
    let is_full = has_key(row);
    let mut kinds = Vec::new();
    for (name, value) in row {
        let text = value.as_str().unwrap_or_default();
        if is_beside_key(name) {
            kinds.extend(words::of_name_or_label(text));
        } else if !is_full || has_text(value) {
            kinds.extend(host_names::kinds(name));
            kinds.extend(words::of_name_or_label(text.split_whitespace().next().unwrap_or_default()));
        }
    }
    kinds
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_row_without_a_key_is_of_another_type_or_of_another_machine() {
        for (rows, lacks) in [
            (json!([{"ed25519": ""}, {"ed25519": "x"}]), true),
            (json!([{}, {"ed25519": "x"}]), true),
            (json!([{"ed25519": false, "rsa": [" "]}, {"ed25519": "x"}]), true),
            (json!([{"key": null}, {"key": "ssh-rsa x"}]), true),
            (json!([{"rsa": "", "ed25519": ""}, {"rsa": "", "ed25519": "x"}]), true),
            (json!([{"type": "rsa", "key": null}, {"type": "rsa", "key": "x"}]), true),
            (json!([{"type": "rsa", "key": null}, {"key": "x"}]), true),
            (json!([{"host": "vm", "created_at": "x"}, {"type": "rsa", "key": "x"}]), true),
            (json!([{"type": "rsa", "key": null}, {"type": "ed25519", "key": "x"}]), false),
            (json!([{"rsa": ""}, {"ed25519": "x"}]), false),
            (json!([{"type": "rsa", "key": ""}, {"key": "ssh-ed25519 x"}]), false),
            (json!([{"fingerprint": "", "key": "x"}]), false),
            (json!([{"key": ""}, {"key": null}]), false),
            (json!(["", "x"]), false),
        ] {
            assert_eq!(may_lack_a_key(rows.as_array().unwrap()), lacks, "{rows}");
        }
    }
}
