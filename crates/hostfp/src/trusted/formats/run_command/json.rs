//! Run Command's result as JSON, from azure-cli, PowerShell's ConvertTo-Json or Azure's own interface.
//!
//! Why a stranger cannot write it: the script's output is one string in it, and only these places of the document are read:
//! `value[]`, `output.value[]`, `output[]`, `instanceView` and its extensions named `RunCommand…`, all of them also below
//! `properties`; and in `source` and `parameters` what ran.

use serde_json::{Map, Value};

use super::resource;
use super::result::{Record, STATUS};

/// Returns the records of a document, with names in lowercase; empty if it is not from Run Command.
pub(super) fn records(value: &Value) -> Vec<Record> {
    let mut records = Vec::new();
    match value {
        // `--query 'value[].message'`, `--query value`, `run-command list`.
        Value::Array(values) if values.iter().all(is_message) => records.extend(
            values.iter().filter_map(Value::as_str).map(|text| Record::from([("message".to_owned(), text.to_owned())])),
        ),
        Value::Array(values) if values.iter().all(Value::is_object) => {
            values.iter().filter_map(Value::as_object).for_each(|object| collect(object, &mut records));
        }
        Value::Object(object) => collect(object, &mut records),
        _ => {}
    }
    records
}

/// Whether a value is a message of the agent: other strings may be anyone's.
fn is_message(value: &Value) -> bool {
    value.as_str().is_some_and(|text| text.trim_start().starts_with("Enable "))
}

fn collect(object: &Map<String, Value>, records: &mut Vec<Record>) {
    let before = records.len();
    if let Some(Value::Object(properties)) = object.get("properties") {
        collect(properties, records);
    }
    if let Some(Value::Object(output)) = object.get("output") {
        collect(output, records);
    }
    // Older answers of the first version have the parts directly in `output`.
    for name in ["value", "output"] {
        if let Some(Value::Array(parts)) = object.get(name) {
            parts.iter().filter_map(Value::as_object).for_each(|part| collect(part, records));
        }
    }
    if let Some(Value::Object(view)) = object.get("instanceview") {
        records.push(record(view));
        states(view, records);
        extensions(view, records);
    }
    extensions(object, records);
    if let Some(Value::Object(source)) = object.get("source") {
        let text_of = |(name, value): (&String, &Value)| Some((resource::of_source(name)?, value.as_str()?.to_owned()));
        records.push(source.iter().filter_map(text_of).collect());
    }
    for (name, value) in object {
        if let Some(of_one) = resource::of_parameter(name) {
            let values = given(value).into_iter();
            records.extend(values.map(|value| Record::from([(of_one.to_owned(), value)])));
        }
    }
    // Other names next to a code and a message show that they are of something else, such as a delivery.
    let is_of_status = |name: &String| STATUS.contains(&name.as_str());
    let is_result = ["executionstate", "instanceview"].iter().any(|name| object.contains_key(*name))
        || (["code", "message"].iter().all(|name| object.contains_key(*name)) && object.keys().all(is_of_status));
    if is_result || records.len() > before {
        records.push(record(object));
        states(object, records);
    }
}

/// Adds the statuses next to a result, with their messages as those about the execution. A VM has statuses of its own, and
/// those of an extension are the parts of a result of the first version.
fn states(object: &Map<String, Value>, records: &mut Vec<Record>) {
    if object.contains_key("extensions") || is_extension(object) {
        return;
    }
    for status in ["statuses", "substatuses"].iter().filter_map(|name| object.get(*name)) {
        let all = if let Value::Array(list) = status { list.as_slice() } else { std::slice::from_ref(status) };
        records.extend(all.iter().filter(|status| !status.is_null()).map(|status| {
            match status {
                Value::Object(status) => record(status)
                    .into_iter()
                    .map(|(name, value)| (if name == "message" { "executionmessage".to_owned() } else { name }, value))
                    .collect(),
                Value::String(code) => Record::from([("code".to_owned(), code.clone())]),
                other => Record::from([("code".to_owned(), other.to_string())]),
            }
        }));
    }
}

/// Returns the values that a script was given; a hidden one is `?`.
fn given(parameters: &Value) -> Vec<String> {
    match parameters {
        Value::Array(list) => list
            .iter()
            .map(|parameter| match parameter.get("value").unwrap_or(parameter) {
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                _ => "?".to_owned(),
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// Adds the records that `az vm get-instance-view` prints of the extension that is Run Command's first version.
fn extensions(view: &Map<String, Value>, records: &mut Vec<Record>) {
    let list =
        |of: &Map<String, Value>, name: &str| of.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let extensions = list(view, "extensions");
    for extension in extensions.iter().filter_map(Value::as_object).chain([view]) {
        if is_extension(extension) {
            let statuses = [list(extension, "statuses"), list(extension, "substatuses")].concat();
            records.extend(statuses.iter().filter_map(Value::as_object).map(record));
        }
    }
}

/// Whether an object is the extension that is Run Command's first version.
fn is_extension(object: &Map<String, Value>) -> bool {
    object.get("name").and_then(Value::as_str).is_some_and(|name| name.starts_with("RunCommand"))
}

/// Returns the names of an object, with their values; those of objects and lists are empty.
fn record(object: &Map<String, Value>) -> Record {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(truth) => truth.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
    };
    object.iter().map(|(name, value)| (name.clone(), text(value))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_some_places_of_a_document_are_records() {
        let part = json!({"code": "a", "message": "b"});
        for (value, count) in [
            (json!(["Enable succeeded: x", " Enable failed"]), 2),
            (json!(["Enable succeeded: x", "x"]), 0),
            (json!(["[stdout]\nx"]), 0),
            (json!([part, part]), 2),
            (json!([part, "Enable succeeded: x"]), 0),
            (part.clone(), 1),
            (json!({"code": "a", "message": "b", "level": "c", "time": null}), 1),
            (json!({"code": "a", "message": "b", "subject": "c"}), 0),
            (json!({"code": "a"}), 0),
            (json!({"message": "b"}), 0),
            (json!({"executionstate": "a"}), 1),
            (json!({"instanceview": null, "id": "a"}), 1),
            (json!({"executionstate": "a", "source": {"script": "b"}, "parameters": [{"name": "c", "value": "d"}]}), 3),
            (json!({"status": "a"}), 0),
            (json!({"messages": [part]}), 0),
            (
                json!({"executionstate": "a", "statuses": [{"code": "b"}, "c", null, 7], "substatuses": {"code": "d"}}),
                5,
            ),
            (json!({"instanceview": {"executionstate": "a", "statuses": []}}), 2),
            // The object itself is next to the parts.
            (json!({"value": [part], "status": "a"}), 2),
            (json!({"output": [part], "status": "a"}), 2),
            (json!({"properties": {"output": [part]}}), 3),
            (json!({"output": [{"message": "b"}]}), 0),
            (json!({"extensions": [{"name": "RunCommandLinux", "statuses": [part], "substatuses": [part]}]}), 3),
            (json!({"extensions": [{"name": "Other", "statuses": [part]}]}), 0),
            (json!("Enable succeeded: x"), 0),
        ] {
            assert_eq!(records(&value).len(), count, "{value}");
        }
    }
}
