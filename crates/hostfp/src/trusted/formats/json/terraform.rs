//! Removes the types from the output of `terraform output -json`: `{"NAME": {"sensitive": false, "type": …, "value": …}}`.
//!
//! A type is a word, or a list of a word and of the types within: `["object", {"ed25519": "string"}]`. Its names are those of
//! the value, and it is irrelevant to keys.

use serde_json::{Map, Value};

use super::documents;

/// The words of types (Terraform's `cty`), and those of Azure's deployments, whose outputs have the same format.
#[rustfmt::skip]
const TYPES: [&str; 14] = [
    "string", "number", "bool", "dynamic", "list", "set", "map", "tuple", "object",
    "String", "Array", "Object", "Bool", "Int",
];

/// Returns a document of Terraform's outputs without their types; `None` if it is not one, or a type is invalid.
pub(crate) fn without_types(document: &Value) -> Option<Value> {
    let outputs = document.as_object().filter(|outputs| documents::is_terraforms(outputs))?;
    let without = |(name, output): (&String, &Value)| {
        let mut parts: Map<String, Value> = output.as_object()?.clone();
        let has_type = parts.remove("type").is_none_or(|its| is_type(&its));
        has_type.then(|| (name.clone(), Value::Object(parts)))
    };
    outputs.iter().map(without).collect::<Option<Map<String, Value>>>().map(Value::Object)
}

fn is_type(value: &Value) -> bool {
    match value {
        Value::String(word) => TYPES.contains(&word.as_str()),
        Value::Array(parts) => parts.iter().all(is_type),
        Value::Object(types) => types.values().all(is_type),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::host_keys::{self, DocumentKeys};
    use super::*;

    const A: &str = "SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM";
    const B: &str = "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8";

    #[test]
    fn outputs_of_every_type_give_their_host_keys() {
        let read = |outputs: &Value| match host_keys::read(outputs, "") {
            Some(Ok(DocumentKeys::Keys(list))) => list.keys.len(),
            _ => 0,
        };
        for (its, value) in [
            (json!(["object", {"ecdsa": "string", "ed25519": "string"}]), json!({"ecdsa": A, "ed25519": B})),
            (
                json!(["tuple", ["string", "string"]]),
                json!([format!("256 {A} x (ECDSA)"), format!("256 {B} x (ED25519)")]),
            ),
            (json!("string"), json!(format!("256 {A} x (ECDSA)\n256 {B} x (ED25519)\n"))),
        ] {
            let output = json!({"sensitive": false, "type": its, "value": value});
            assert_eq!(read(&json!({"host_key_fingerprints": output})), 2, "{output}");
            // `keys` does not name the owner, and two names are of two hosts.
            assert_eq!(read(&json!({"keys": output})), 0, "{output}");
            assert_eq!(read(&json!({"vm_a_host_keys": output, "vm_b_host_keys": output})), 0, "{output}");
        }
    }

    #[test]
    fn a_type_is_made_of_its_words_alone() {
        for its in [
            json!("string"),
            json!(["list", "string"]),
            json!(["tuple", ["string", "number"]]),
            json!(["map", ["set", "bool"]]),
            json!("Array"),
            json!(["object", {"rsa": "string", "more": ["object", {"x": "dynamic"}]}]),
        ] {
            let document = json!({"a": {"sensitive": false, "type": its, "value": "x"}, "b": {"value": 1}});
            let expected = json!({"a": {"sensitive": false, "value": "x"}, "b": {"value": 1}});
            assert_eq!(without_types(&document), Some(expected), "{document}");
        }
        for document in [
            json!({"a": {"type": "ssh-ed25519", "value": "x"}}),
            json!({"a": {"type": ["object", {"rsa": "x"}], "value": "x"}}),
            json!({"a": {"type": null, "value": "x"}}),
            json!({"a": {"type": "string", "value": "x", "host": "y"}}),
            json!({"a": {"type": "string"}}),
            json!({"type": "string", "value": "x"}),
            json!([]),
            json!({}),
        ] {
            assert_eq!(without_types(&document), None, "{document}");
        }
    }
}
