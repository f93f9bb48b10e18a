//! What `az vm run-command invoke` prints: an array `value` whose `message` holds what the script wrote, between
//! `[stdout]` and `[stderr]`, each the last 4096 bytes of it. Whether the script failed is not told.

use common::error::Error;
use serde_json::Value;

/// The sample that azure-cli 2.78.0 ran instead of the user's script (Azure/azure-cli#32258).
const SAMPLE: &str = "This is a sample script";

/// What the script wrote to its standard output.
///
/// # Errors
/// The text is no such JSON, Run Command failed, it ran its sample script, or the script printed nothing.
pub(super) fn script_output(text: &str) -> Result<String, Error> {
    let json: Value = serde_json::from_str(text).map_err(|error| {
        Error::trouble(format!("not valid JSON at line {}, column {}", error.line(), error.column()))
            .hint("is it cut short?")
    })?;
    let parts = json
        .get("value")
        .and_then(Value::as_array)
        .ok_or_else(|| Error::trouble("JSON, but not what `az vm run-command invoke` prints"))?;
    if parts.iter().any(|part| !text_of(part, "code").ends_with("/succeeded")) {
        return Err(Error::trouble("Run Command says that it failed"));
    }
    let streams = parts.iter().find_map(|part| streams(text_of(part, "message")));
    let (stdout, stderr) = streams.ok_or_else(|| Error::trouble("Run Command's JSON holds no output of a script"))?;
    if stdout.contains(SAMPLE) {
        return Err(Error::trouble("Run Command ran its sample script instead of yours")
            .hint("azure-cli 2.78.0 does so; use another release"));
    }
    match (stdout.trim().is_empty(), stderr.trim().is_empty()) {
        (false, _) => Ok(stdout.to_owned()),
        (true, false) => {
            Err(Error::trouble("the script printed nothing but errors").hint("its complaint stands under [stderr]"))
        }
        (true, true) => Err(Error::trouble("the script printed nothing")),
    }
}

fn text_of<'a>(part: &'a Value, name: &str) -> &'a str {
    part.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Splits a message into standard output and standard error.
fn streams(message: &str) -> Option<(&str, &str)> {
    let (_, after) = message.split_once("[stdout]\n")?;
    // The last one: a script that prints the word itself does not end its output.
    after.rsplit_once("[stderr]")
}
