//! What `az vm run-command invoke` prints: an array `value` whose `message` holds what the script wrote, between
//! `[stdout]` and `[stderr]`, each the last 4096 bytes of it. Whether the script failed is not told. The message alone
//! (`--query 'value[0].message' -o tsv`) serves as well, and so does what a warning stands before (`2>&1`).

use common::error::Error;
use serde_json::Value;

/// The sample that azure-cli 2.78.0 ran instead of the user's script (Azure/azure-cli#32258).
const SAMPLE: &str = "This is a sample script";

/// What the script wrote to its standard output; none where the text is not from Run Command.
///
/// # Errors
/// The text is other JSON, Run Command failed, it ran its sample script, or the script printed nothing.
pub(super) fn script_output(text: &str) -> Option<Result<String, Error>> {
    if let Some(json) = json_in(text) {
        return Some(message_in(json).and_then(|message| stdout_in(&message)));
    }
    (text.contains("[stdout]") || text.contains("[stderr]") || text.contains(SAMPLE)).then(|| stdout_in(text))
}

/// The text from the first line on that begins like JSON.
fn json_in(text: &str) -> Option<&str> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let begins = line.trim_start();
        if begins.starts_with('{') || (begins.starts_with('[') && !begins.starts_with("[std")) {
            return text.get(start..);
        }
        start += line.len();
    }
    None
}

/// The message in Run Command's JSON that holds what the script wrote.
fn message_in(json: &str) -> Result<String, Error> {
    let json: Value = serde_json::from_str(json).map_err(|error| {
        Error::trouble(format!("not valid JSON at its line {}, column {}", error.line(), error.column()))
            .hint("is it cut short?")
    })?;
    let parts = json
        .get("value")
        .and_then(Value::as_array)
        .ok_or_else(|| Error::trouble("JSON, but not what `az vm run-command invoke` prints"))?;
    if parts.iter().any(|part| !text_of(part, "code").ends_with("/succeeded")) {
        return Err(Error::trouble("Run Command says that it failed"));
    }
    let message = parts.iter().map(|part| text_of(part, "message")).find(|message| message.contains("[stdout]"));
    message.map(str::to_owned).ok_or_else(|| Error::trouble("Run Command's JSON holds no output of a script"))
}

/// What stands under `[stdout]` in a message.
fn stdout_in(message: &str) -> Result<String, Error> {
    if message.contains(SAMPLE) {
        return Err(Error::trouble("Run Command ran its sample script instead of yours")
            .hint("azure-cli 2.78.0 does so; use another release"));
    }
    let (stdout, stderr) = streams(message);
    match (stdout.trim().is_empty(), stderr.trim().is_empty()) {
        (false, _) => Ok(stdout),
        (true, false) => {
            Err(Error::trouble("the script printed nothing but errors").hint("its complaint stands under [stderr]"))
        }
        (true, true) => Err(Error::trouble("the script printed nothing")),
    }
}

fn text_of<'a>(part: &'a Value, name: &str) -> &'a str {
    part.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Splits a message into standard output and standard error. The first `[stderr]` ends standard output: a script that
/// prints that line itself loses the rest of its output, which is better than taking its complaints for an answer.
fn streams(message: &str) -> (String, String) {
    let (mut stdout, mut stderr) = (String::new(), String::new());
    let mut section = None;
    for line in message.split_inclusive('\n') {
        match (line.trim_end(), &mut section) {
            ("[stderr]", _) => section = Some(&mut stderr),
            ("[stdout]", None) => section = Some(&mut stdout),
            (_, Some(section)) => section.push_str(line),
            (_, None) => {}
        }
    }
    (stdout, stderr)
}
