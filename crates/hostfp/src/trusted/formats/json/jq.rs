//! Builds the jq filter that prints the host keys of a JSON document whose names do not say that they are the VM's: a person
//! who knows that they are can use it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::{characters, escape};
use serde_json::Value;

use crate::trusted::formats::lines::counts;
use crate::trusted::formats::sshfp;
use crate::trusted::grammar::words;
use crate::trusted::keys::{MAX_KEYS, blob};
use crate::trusted::rules::host_names;

/// The most places that a filter names.
const MAX_PLACES: usize = 8;

/// The format of a key in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Encoding {
    /// Lines that are read, with their types.
    Lines,
    /// A fingerprint without a type.
    Untyped,
    /// A fingerprint or a key's base64, with the prefix that it needs: a type, a label, or both.
    Prefixed(String),
    /// The same, with a type from another member of its object: the object and the names of both.
    WithType(String, String, String),
    /// Lines in base64.
    Base64,
}

/// A place in a document.
#[derive(Clone, Debug)]
struct Place {
    path: String,
    encoding: Encoding,
    /// Below a name of host keys.
    is_of_host: bool,
    /// Below a name at which anyone may write.
    is_of_anyone: bool,
}

/// The places of keys in a document.
pub(crate) struct Keys {
    /// The first place, as jq names it.
    pub(crate) place: String,
    /// The filter whose result hostfp reads, if there is one.
    pub(crate) filter: Option<String>,
}

/// Finds the keys of a document; `None` if it has none.
pub(crate) fn keys(json: &str) -> Option<Keys> {
    let document: Value = serde_json::from_str(json).ok()?;
    let mut places = Vec::new();
    let top = Place { path: String::new(), encoding: Encoding::Lines, is_of_host: false, is_of_anyone: false };
    find(&document, &top, "", &mut places);
    let is_long = places.len() > MAX_KEYS;
    // Prefers those below names of host keys, and those that need the least work.
    let prefers: [fn(&Place) -> bool; 3] =
        [|place| place.is_of_host, |place| !place.is_of_anyone, |place| place.encoding == Encoding::Lines];
    for is_better in prefers {
        if places.iter().any(is_better) {
            places.retain(is_better);
        }
    }
    let first = places.first()?.path.clone();
    // Several fingerprints without types might each be of another host.
    let are_apart = places.iter().filter(|place| place.encoding == Encoding::Untyped).count() > 1;
    let mut filters: Vec<String> = Vec::new();
    for filter in places.iter().map(Place::filter) {
        if !filters.contains(&filter) {
            filters.push(filter);
        }
    }
    // A command to copy must not make text count that anyone may have written.
    let is_of_anyone = places.iter().any(|place| place.is_of_anyone);
    let is_such = !is_long && !is_of_anyone && !are_apart && filters.len() <= MAX_PLACES && !has_two_encodings(&places);
    Some(Keys { place: first, filter: is_such.then(|| filters.join(",")) })
}

/// Whether one path has keys of two formats or types, as rows of a list may. A filter would print some of them wrongly.
fn has_two_encodings(places: &[Place]) -> bool {
    let mut pairs = places.iter().enumerate();
    pairs.any(|(index, place)| {
        places.iter().skip(index + 1).any(|other| other.path == place.path && other.encoding != place.encoding)
    })
}

/// Returns the hint with such a filter, for users who know that its keys are their VM's; otherwise another hint.
pub(crate) fn hint(json: &str, if_so: &str, otherwise: &str) -> String {
    /// The longest filter that a message shows, in bytes.
    const MAX_FILTER: usize = 1000;
    match keys(json).and_then(|keys| keys.filter).filter(|filter| filter.len() <= MAX_FILTER) {
        Some(filter) => {
            let filter = escape::text(format!("'{filter}'").as_bytes()).to_string();
            format!("{if_so}: jq -r {filter} FILE prints the lines")
        }
        None => otherwise.to_owned(),
    }
}

impl Place {
    fn filter(&self) -> String {
        let path = &self.path;
        match &self.encoding {
            Encoding::Lines | Encoding::Untyped => path.clone(),
            Encoding::Prefixed(start) => format!("\"{start}\"+{path}"),
            Encoding::WithType(object, kind, name) => format!("({object}|.{kind}+\" \"+.{name})"),
            Encoding::Base64 => format!("({path}|@base64d)"),
        }
    }
}

fn find(value: &Value, at: &Place, name: &str, places: &mut Vec<Place>) {
    if places.len() > MAX_KEYS {
        return;
    }
    match value {
        Value::String(text) => {
            if let Some(encoding) = encoding(name, text) {
                places.push(Place { path: from_the_top(&at.path), encoding, ..at.clone() });
            }
        }
        Value::Array(values) => {
            let below = Place { path: format!("{}[]", at.path), ..at.clone() };
            values.iter().for_each(|value| find(value, &below, name, places));
        }
        Value::Object(object) => {
            let kind = object.iter().find(|(name, value)| is_type(name, value)).map(|(name, _)| quoted(name));
            for (name, value) in object {
                let lowercase = name.to_ascii_lowercase();
                // A user's key is never a host's, whatever the user of hostfp knows.
                if host_names::is_of_users(&lowercase) && !at.is_of_host {
                    continue;
                }
                let below = Place {
                    path: format!("{}.{}", at.path, quoted(name)),
                    is_of_host: at.is_of_host || host_names::is_of_host(&lowercase),
                    is_of_anyone: at.is_of_anyone || host_names::is_of_anyone(&lowercase),
                    ..at.clone()
                };
                let before = places.len();
                find(value, &below, &lowercase, places);
                if let (Some(kind), Value::String(_), Some(place)) = (&kind, value, places.get_mut(before))
                    && matches!(place.encoding, Encoding::Untyped | Encoding::Prefixed(_))
                {
                    place.encoding = Encoding::WithType(from_the_top(&at.path), kind.clone(), quoted(name));
                }
            }
        }
        _ => {}
    }
}

fn from_the_top(path: &str) -> String {
    if path.starts_with('.') { path.to_owned() } else { format!(".{path}") }
}

/// Whether a member gives the type of a key.
fn is_type(name: &str, value: &Value) -> bool {
    host_names::is_of_type(&name.to_ascii_lowercase())
        && value.as_str().is_some_and(|text| !words::of_name_or_label(text).is_empty())
}

/// Quotes a name for jq after a dot.
fn quoted(name: &str) -> String {
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit());
    let shown = |character: char| match character {
        '"' | '\\' | '\'' => "?".to_owned(),
        character if characters::invisible(character).is_some() => {
            character.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect()
        }
        character => character.to_string(),
    };
    if is_plain { name.to_owned() } else { format!("\"{}\"", name.chars().map(shown).collect::<String>()) }
}

/// Returns the format of a key in a text, below a name in lowercase.
fn encoding(name: &str, text: &str) -> Option<Encoding> {
    let label = || host_names::kinds(name).first().map(|kind| kind.label());
    if words::parsed(text).is_some() {
        return Some(label().map_or(Encoding::Untyped, |label| Encoding::Prefixed(format!("{label} "))));
    }
    if text.lines().any(counts) || is_record(text) {
        return Some(Encoding::Lines);
    }
    if name.contains("sha256") && words::bare_digest(text).is_some() {
        let label = label().map_or_else(String::new, |label| format!("{label} "));
        return Some(Encoding::Prefixed(format!("{label}SHA256:")));
    }
    if let Some(key) = blob(text) {
        return Some(Encoding::Prefixed(format!("{} ", key.kind().name())));
    }
    let decoded = STANDARD.decode(text.trim()).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    decoded.is_some_and(|text| text.lines().any(counts)).then_some(Encoding::Base64)
}

/// Whether a text is the data of an SSHFP record, as `dig +short` prints it.
fn is_record(text: &str) -> bool {
    text.len() < 100 && matches!(sshfp::read(text, 1), Some(Ok(records)) if !records.name_their_host())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const A: &str = "SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM";
    const BLOB: &str = "AAAAC3NzaC1lZDI1NTE5AAAAIKPcdDKDGWm3HPZvIOEoJ83at5TXCQhBWMH4oDAa3g75";

    fn of(document: &Value) -> Option<String> {
        keys(&document.to_string())?.filter
    }

    #[test]
    fn each_place_of_a_key_is_named_in_its_encoding() {
        let key = format!("ssh-ed25519 {BLOB}");
        let line = format!("256 {A} root@vm (ED25519)");
        let hex = "aa6940f8117c70fec142fdbb1b41b59d14777d394110cb42322ff62261b1a6ae";
        for (document, expected) in [
            (json!({"a": {"b": A}}), Some(".a.b")),
            (json!([{"OutputValue": A}]), Some(".[].OutputValue")),
            (json!([line, key]), Some(".[]")),
            (json!({"a b": line, "1": line}), Some(".\"1\",.\"a b\"")),
            (json!({"it's": A}), Some(".\"it?s\"")),
            (json!({"a\u{200b}": A}), Some(".\"a\\u200b\"")),
            // Several fingerprints need their types, which are in their names or in other members.
            (json!([A, A]), None),
            (json!({"ecdsa": A, "rsa": A}), Some("\"ECDSA \"+.ecdsa,\"RSA \"+.rsa")),
            (json!({"k": [{"Type": "ssh-rsa", "Fingerprint": A}]}), Some("(.k[]|.Type+\" \"+.Fingerprint)")),
            (
                json!([{"type": "ssh-ed25519", "key": BLOB}, {"type": "ssh-rsa", "key": BLOB}]),
                Some("(.[]|.type+\" \"+.key)"),
            ),
            (json!([{"format": "ssh-rsa", "key": BLOB}]), Some("(.[]|.format+\" \"+.key)")),
            (json!([{"type": "x", "fingerprint": A}, {"type": "x", "fingerprint": A}]), None),
            (json!({"keys": {"host_ed25519_public": BLOB}}), Some("\"ssh-ed25519 \"+.keys.host_ed25519_public")),
            (json!({"SHA256_RSA": A[7..]}), Some("\"RSA SHA256:\"+.SHA256_RSA")),
            (json!({"rsa": A[7..]}), None),
            (json!({"content": STANDARD.encode(&key)}), Some("(.content|@base64d)")),
            (json!({"Answer": [{"data": format!("4 2 {hex}")}]}), Some(".Answer[].data")),
            // Host keys before others, lines before what must be converted, and nothing of users.
            (json!({"ssh_fingerprints": [A], "ssh_host_keys": [key]}), Some(".ssh_host_keys[]")),
            (json!({"key": BLOB, "lines": line}), Some(".lines")),
            (json!({"message": line, "output": line}), Some(".output")),
            (json!({"message": line}), None),
            (json!({"user": {"key": line}}), None),
            (json!({"a": [{"x": line, "y": line}, {"x": line, "y": line}]}), Some(".a[].x,.a[].y")),
            (json!({"a": [line, A]}), Some(".a[]")),
            (json!({"a": [BLOB, A]}), None),
            (json!({"a": "x"}), None),
        ] {
            assert_eq!(of(&document).as_deref(), expected, "{document}");
        }
        let many: serde_json::Map<String, Value> = (0..=MAX_PLACES).map(|n| (format!("a{n}"), json!(key))).collect();
        assert_eq!(of(&Value::Object(many)), None);
        assert_eq!(of(&json!(vec![key.clone(); MAX_KEYS])).as_deref(), Some(".[]"));
        assert_eq!(of(&json!(vec![key; MAX_KEYS + 1])), None);
        assert_eq!(keys("vm | SUCCESS => {}").map(|keys| keys.place), None);
        assert_eq!(keys(&json!([A, A]).to_string()).map(|keys| keys.place).as_deref(), Some(".[]"));
        assert_eq!(hint("{}", "so", "else"), "else");
        assert_eq!(hint(&json!({"a": A}).to_string(), "so", "else"), "so: jq -r '.a' FILE prints the lines");
    }
}
