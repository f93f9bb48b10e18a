//! Run Command's result as JSON, from azure-cli, PowerShell's ConvertTo-Json or Azure's own interface: at whatever
//! depth, each object is a record.

use common::error::Error;
use serde_json::Value;

use super::{Record, several};

/// The records of the JSON in a text, which a warning may stand before (`2>&1`); none where there is no JSON.
///
/// # Errors
/// It is not valid, or is followed by something.
pub(super) fn records(text: &str) -> Option<Result<Vec<Record>, Error>> {
    let json = begin(text)?;
    let mut records = Vec::new();
    let mut values = serde_json::Deserializer::from_str(json).into_iter::<Value>();
    Some(match values.next() {
        Some(Ok(value)) => match values.next() {
            None => {
                collect(&value, &mut records);
                Ok(records)
            }
            Some(Ok(_)) => Err(several()),
            Some(Err(error)) => Err(invalid(&error)),
        },
        Some(Err(error)) => Err(invalid(&error)),
        None => return None,
    })
}

/// A text that is nothing but one JSON string.
pub(super) fn string(text: &str) -> Option<String> {
    text.trim_start().starts_with('"').then(|| serde_json::from_str(text).ok()).flatten()
}

fn invalid(error: &serde_json::Error) -> Error {
    Error::trouble(format!("not valid JSON at its line {}, column {}", error.line(), error.column()))
        .hint("is it cut short?")
}

/// The text from the first line on that begins like JSON. A log has lines that begin with `[`, too.
fn begin(text: &str) -> Option<&str> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let compact: String = line.chars().filter(|letter| !letter.is_whitespace()).take(2).collect();
        if matches!(compact.as_str(), "{" | "{\"" | "{}" | "[" | "[{" | "[\"" | "[]") {
            return text.get(start..);
        }
        start += line.len();
    }
    None
}

/// serde_json bounds the depth.
fn collect(value: &Value, records: &mut Vec<Record>) {
    match value {
        Value::Object(object) => {
            let mut record = Record::new();
            for (name, value) in object {
                let text = match value {
                    Value::String(text) => text.clone(),
                    Value::Number(number) => number.to_string(),
                    Value::Bool(truth) => truth.to_string(),
                    Value::Null => String::new(),
                    Value::Array(_) | Value::Object(_) => {
                        collect(value, records);
                        continue;
                    }
                };
                record.insert(name.to_ascii_lowercase(), text);
            }
            records.push(record);
        }
        // `--query 'value[].message'`
        Value::Array(values) => {
            for value in values {
                match value {
                    Value::String(text) => records.push(Record::from([("message".to_owned(), text.clone())])),
                    other => collect(other, records),
                }
            }
        }
        _ => {}
    }
}
