//! Checks that Run Command and the script succeeded, by what records report.

use common::error::Error;

use super::result::{Record, is_power_state, text_of};
use crate::trusted::rules::comments;

/// The states of the second version.
pub(super) const STATES: [&str; 7] = ["Unknown", "Pending", "Running", "Failed", "Succeeded", "TimedOut", "Canceled"];

/// Where the second version has what the script wrote to standard error.
const UNDER_ERROR: &str = "its error message is under error";

/// Checks that the state and the exit code of the second version are those of success.
pub(super) fn check_success(view: &Record) -> Result<(), Error> {
    match text_of(view, "executionstate") {
        "Succeeded" => {}
        "Running" | "Pending" => {
            return Err(Error::failure("the script has not ended yet").hint("ask again with --instance-view later"));
        }
        "TimedOut" => {
            return Err(Error::failure("the script ran out of time")
                .hint("run it again; az vm run-command create has --timeout-in-seconds"));
        }
        "Failed" => {
            let code = text_of(view, "exitcode");
            // The exit code is 0 if the script was never started.
            let has_failed = code.parse::<i64>().is_ok_and(|code| code != 0);
            let how = if has_failed { format!(" with exit status {code}") } else { String::new() };
            return Err(Error::failure(format!("the script failed{how}")).hint(UNDER_ERROR));
        }
        state => return Err(failed(state)),
    }
    match view.get("exitcode").map(String::as_str) {
        // A query may have omitted it.
        None | Some("0") => Ok(()),
        Some("") => Err(Error::failure("the script has no exit code, so it may not have run")
            .hint("read Run Command's message, and run it again")),
        Some(code) if code.parse::<i64>().is_ok() => {
            Err(Error::failure(format!("the script failed with exit status {code}")).hint(UNDER_ERROR))
        }
        _ => Err(Error::failure("the script's exit code is not a number")),
    }
}

/// Returns what a record reports if Run Command did not succeed.
fn denial(record: &Record) -> Option<&str> {
    if is_power_state(text_of(record, "code")) {
        return None;
    }
    let said = |name: &'static str, is_success: fn(&str) -> bool| {
        record.get(name).map(|value| value.trim()).filter(|value| !value.is_empty() && !is_success(value))
    };
    let is_success = |state: &str| state == "Succeeded";
    said("code", has_succeeded)
        // `Status` is next to the first version's results in PowerShell and in Azure's own interface.
        .or_else(|| said("status", is_success))
        .or_else(|| said("provisioningstate", is_success))
        .or_else(|| said("displaystatus", displays_success))
        .or_else(|| said("level", |level| !level.eq_ignore_ascii_case("error")))
        .or_else(|| said("executionmessage", reports_success))
        .or_else(|| said("statuses", is_list_or_success))
        .or_else(|| said("substatuses", is_list_or_success))
}

/// Whether a text in place of statuses is an empty list, a state of success, or PowerShell's name of a list's type.
fn is_list_or_success(text: &str) -> bool {
    matches!(text, "[]" | "{}") || text.starts_with("{Microsoft.") || has_succeeded(text)
}

/// Whether a state, as it is shown to people, is one of success; a narrow table may show only its beginning.
pub(super) fn displays_success(state: &str) -> bool {
    const SUCCESS: &str = "provisioning succeeded";
    let state = state.to_ascii_lowercase();
    let beginning = state.strip_suffix("...").or_else(|| state.strip_suffix('…'));
    state == SUCCESS || beginning.is_some_and(|start| start.len() > "provisioning ".len() && SUCCESS.starts_with(start))
}

/// Whether a message of Azure's about the execution reports success, and nothing else: "completed", "succeeded", without a
/// word that denies it or says that the script or its output ended early.
fn reports_success(message: &str) -> bool {
    const SUCCESS: [&str; 4] = ["complete", "finished", "succeed", "success"];
    #[rustfmt::skip]
    const WORDS: [&str; 18] = [
        "abort", "cancel", "could not", "denied", "error", "exceed", "exception", "fail", "interrupt", "kill", "limit",
        "signal", "stopped", "terminat", "timed out", "timeout", "truncat", "unable",
    ];
    let message = message.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| message.contains(word));
    has(&SUCCESS) && !has(&WORDS) && !message.contains("incomplete") && comments::objection_of_text(&message).is_none()
}

/// Checks that no record reports that the command failed.
pub(super) fn check_states(records: &[Record]) -> Result<(), Error> {
    records.iter().find_map(denial).map_or(Ok(()), |state| Err(failed(state)))
}

/// Reports that the command failed, with Azure's code.
pub(super) fn failed(code: &str) -> Error {
    let plain =
        !code.is_empty() && code.len() < 80 && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'/');
    let code = if plain { format!(": {code}") } else { String::new() };
    Error::failure(format!("Run Command reports that it failed{code}"))
        .hint("read its messages, and run it again; the VM must be running, and its agent ready")
}

/// Whether the code of a status is one of success.
pub(super) fn has_succeeded(code: &str) -> bool {
    code.rsplit('/').next().is_some_and(|end| end.eq_ignore_ascii_case("succeeded"))
}
