//! Finds names and states in a JSON document that reject it, or what is next to them; assurances that are not given; and exit
//! codes.

use serde_json::Value;

use super::host_names;

/// Words that reject a key itself, whatever host shows it.
const OF_KEYS: [&str; 11] = [
    "revoked",
    "revocation",
    "expired",
    "compromised",
    "untrusted",
    "stolen",
    "leaked",
    "forged",
    "not trusted",
    "nottrusted",
    "distrust",
];

/// Words that reject what is next to them, wherever they are in a name or a short text.
const DENIALS: [&str; 32] = [
    "revoked",
    "revocation",
    "failed",
    "failure",
    "truncated",
    "expired",
    "compromised",
    "mismatch",
    "untrusted",
    "invalid",
    "unreachable",
    "deprecated",
    "superseded",
    "obsolete",
    "incomplete",
    "aborted",
    "timedout",
    "timed out",
    "rejected",
    "denied",
    "stolen",
    "leaked",
    "forged",
    "do not",
    "unverified",
    "unconfirmed",
    "not verified",
    "not trusted",
    "not_trusted",
    "nottrusted",
    "distrust",
    "has changed",
];

/// Those that reject any document, also the output of Run Command.
const MARKS: [&str; 6] = ["revoked", "truncated", "expired", "compromised", "untrusted", "mismatch"];

/// Words that reject within a name; those that do so as a whole part of it are [`host_names::is_of_the_past`].
const DENYING_NAMES: [&str; 4] = ["error", "previous", "disabled", "replaced"];

/// Parts of names that reject if their value is negative, and the one that is a whole name.
const ASSURANCES: [&str; 11] = [
    "valid",
    "trusted",
    "verified",
    "success",
    "complete",
    "authentic",
    "match",
    "approved",
    "attested",
    "confirmed",
    "reviewed",
];
const OK: &str = "ok";

/// Negative values.
const NO: [&str; 5] = ["false", "no", "0", "off", "n"];

/// Names that reject if their value is not zero.
const EXIT_CODES: [&str; 4] = ["rc", "exitcode", "exitstatus", "responsecode"];

/// Whether a name is that of a log or an output, in which words reject nothing.
fn is_of_log(name: &str) -> bool {
    host_names::is_of_output(name)
        || matches!(
            name,
            "stdout" | "stderr" | "stdout_lines" | "stderr_lines" | "standardoutputcontent" | "standarderrorcontent"
        )
        || matches!(name, "cmd" | "invocation" | "script" | "log")
}

/// Whether a value is negative, as a boolean, a number or a word.
pub(crate) fn says_no(value: &Value) -> bool {
    match value {
        Value::Bool(truth) => !truth,
        Value::Number(number) => number.as_f64() == Some(0.0),
        Value::String(text) => NO.contains(&text.trim().to_ascii_lowercase().as_str()),
        _ => false,
    }
}

/// Whether a name assures something. If its value is negative, what is next to it does not count.
pub(crate) fn assures(name: &str) -> bool {
    // Authentication and validation are something else.
    let name = name.replace("authenticat", "").replace("validat", "");
    let has = |of: &[&str]| of.iter().any(|word| name.contains(word));
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    !has(&DENIALS) && (has(&ASSURANCES) || plain.trim_start_matches("is") == OK)
}

/// Whether a name assures that a key is the host's, and nothing else: `login_success` concerns something else.
pub(crate) fn is_assurance(name: &str) -> bool {
    const OF_KEYS: [&str; 6] = ["is", "host", "hostkey", "key", "fingerprint", "signature"];
    let mut parts: Vec<&str> = name.split(|character: char| !character.is_ascii_alphanumeric()).collect();
    let last = parts.pop().unwrap_or_default();
    let last = last.strip_prefix("is").unwrap_or(last);
    let is_one = |word: &str| {
        let rest = ASSURANCES.iter().find_map(|assurance| word.strip_prefix(assurance));
        word == OK || rest.is_some_and(|rest| matches!(rest, "" | "d" | "es" | "ed" | "ful"))
    };
    is_one(last) && parts.iter().all(|part| OF_KEYS.contains(part))
}

/// Whether a name rejects what is next to it if its value is positive.
pub(crate) fn is_denial(name: &str) -> bool {
    let mut parts = name.split(|character: char| !character.is_ascii_alphanumeric());
    DENIALS.iter().chain(&DENYING_NAMES).any(|word| name.contains(word)) || parts.any(host_names::is_of_the_past)
}

/// Whether a member says that the key next to it does not count for any host. A comment applies only to the key in its line,
/// and a name may be any word; a state is a text of one line.
pub(crate) fn revokes(name: &str, value: &Value) -> bool {
    let says_so = |text: &str| {
        let text = text.to_ascii_lowercase().replace('_', " ");
        OF_KEYS.iter().any(|word| text.contains(word))
    };
    let may_be_a_state = !is_of_log(name) && !matches!(name, "comment" | "host" | "name" | "hostname");
    let is_one_line = |text: &str| text.lines().nth(1).is_none();
    says_so(name) && affirms(value)
        || may_be_a_state && value.as_str().is_some_and(|text| is_one_line(text) && says_so(text))
}

/// Whether a name that rejects consists otherwise of words for keys and hosts. If its value is negative, as in `key_expired:
/// false`, it does not concern someone who logs in. A public key is what people log in with.
pub(crate) fn denies_keys(name: &str) -> bool {
    const CHANGED: &str = "changed";
    const BESIDE: [&str; 5] = ["been", "has", "is", "not", "was"];
    let denying = DENIALS.iter().chain(&DENYING_NAMES);
    let rest = denying.chain(&[CHANGED]).fold(name.to_owned(), |rest, word| rest.replace(word, " "));
    let is_known = |word: &str| {
        BESIDE.contains(&word) || host_names::is_of_the_past(word) || word != "public" && host_names::is_of_key(word)
    };
    (is_denial(name) || name.ends_with(CHANGED)) && host_names::words(&rest).into_iter().all(is_known)
}

/// Whether a member of an object rejects what is next to it.
pub(crate) fn denies(name: &str, value: &Value) -> bool {
    let has_denial = |text: &str| DENIALS.iter().any(|word| text.contains(word));
    let plain: String = name.chars().filter(char::is_ascii_alphanumeric).collect();
    let is_not_zero = value.as_f64().is_some_and(|number| number != 0.0);
    (is_denial(name) && affirms(value))
        || (assures(name) && says_no(value))
        || (EXIT_CODES.contains(&plain.as_str()) && is_not_zero)
        || value.as_str().is_some_and(|text| !is_of_log(name) && has_denial(&text.to_ascii_lowercase()))
}

/// Returns the name that rejects, anywhere in a document; it is empty if a state in a list does.
pub(crate) fn denied(value: &Value) -> Option<&str> {
    let of = |(name, value)| match (denies(name, value), is_of_log(name)) {
        (true, _) => Some(name),
        // The lines of a log reject nothing.
        (false, true) => None,
        (false, false) => denied(value),
    };
    match value {
        Value::Object(object) => object.iter().map(|(name, value)| (name.as_str(), value)).find_map(of),
        Value::Array(values) => values.iter().map(|value| ("", value)).find_map(of),
        _ => None,
    }
}

/// Returns a name anywhere in a document that marks its value as revoked or truncated, whatever the document is.
pub(crate) fn mark(value: &Value) -> Option<&str> {
    let is_mark = |name: &str| MARKS.iter().any(|mark| name.contains(mark));
    match value {
        Value::Object(object) => {
            // In the output of a command no other format could contain an error.
            let is_command = object.contains_key("stdout") && object.contains_key("rc")
                || object.contains_key("standardoutputcontent");
            object
                .iter()
                .find(|(name, value)| is_mark(name) && affirms(value) || is_command && denies(name, value))
                .map(|(name, _)| name.as_str())
                .or_else(|| object.values().find_map(mark))
        }
        Value::Array(values) => values.iter().find_map(mark),
        _ => None,
    }
}

/// Whether a value is positive, and not a word for no.
fn affirms(value: &Value) -> bool {
    says_yes(value) && !says_no(value)
}

/// Whether a value is anything but an empty one, zero, false or null.
pub(crate) fn says_yes(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(truth) => *truth,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty(),
        Value::Array(values) => !values.is_empty(),
        Value::Object(object) => !object.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_assures_as_a_whole() {
        for name in
            ["ok", "is_ok", "valid", "isvalid", "verified", "host_key_verified", "successful", "match", "matches"]
        {
            assert!(is_assurance(name), "{name}");
        }
        for name in ["mitm_success", "complete_compromise", "login_success", "matchmaker", "ok_x", "host", ""] {
            assert!(!is_assurance(name), "{name}");
        }
    }

    #[test]
    fn a_member_that_rejects_is_known() {
        for (name, value) in [
            ("revoked", json!(true)),
            ("isrevoked", json!("yes")),
            ("status", json!("FAILED")),
            ("error", json!({"a": 1})),
            ("verified", json!(false)),
            ("isvalid", json!(false)),
            ("rc", json!(1)),
            ("state", json!("key revoked")),
            ("previous_keys", json!(["x"])),
            ("truncated", json!(1)),
            ("verified", json!("False")),
            ("verified", json!(0)),
            ("trusted", json!("no")),
            ("signature_valid", json!(false)),
            ("match", json!(false)),
            ("not_trusted", json!(true)),
            ("replaced_by", json!("x")),
            ("disabled", json!(true)),
            ("status", json!("unverified")),
            ("status", json!(format!("{} was revoked", "key ".repeat(40)))),
            ("key_old", json!("x")),
        ] {
            assert!(denies(name, &value), "{name}");
        }
        for (name, value) in [
            ("revoked", json!(false)),
            ("revoked", json!("no")),
            ("key_expired", json!("False")),
            ("failed", json!(0)),
            ("error", json!(null)),
            ("rc", json!(0)),
            ("changed", json!(false)),
            ("mismatch", json!(false)),
            ("invalid", json!(0)),
            ("stdout", json!("x failed")),
            ("verifiable_password_authentication", json!(false)),
            ("verified", json!(true)),
            ("status", json!("Success")),
            ("threshold", json!("x")),
        ] {
            assert!(!denies(name, &value), "{name}");
        }
        for (document, name) in [
            (json!([{"a": {"key_revoked": true}}]), Some("key_revoked")),
            (json!({"stdout": "x", "rc": 0, "failed": true}), Some("failed")),
            (json!({"standardoutputcontent": "x", "status": "Failed"}), Some("status")),
            (json!({"stdout": "x", "failed": true}), None),
            (json!({"rc": 1}), None),
            (json!({"revoked": []}), None),
        ] {
            assert_eq!(mark(&document), name, "{document}");
        }
    }
}
