//! Finds what the script wrote to its standard output in the output of Run Command, in whatever format that was kept.
//!
//! Each format becomes records of names and values, which are examined here: [`json`]; [`table`], as `-o table` prints;
//! [`yaml`], and [`power_shell`]'s lists; and [`message`], the message of the guest's agent alone. The start of the text
//! shows which one it is.
//!
//! The first version reports `[stdout]` and `[stderr]` in a message, and never whether the script failed. The second has an
//! instance view with a state, an exit code, and the output by itself. Both keep the last 4096 bytes of each stream.

mod azure_names;
mod command;
mod json;
mod message;
mod other_runner;
mod output;
mod power_shell;
mod resource;
mod result;
mod script_words;
mod state;
mod steps;
mod table;
mod yaml;

use common::error::Error;
use serde_json::Value;

pub(crate) use output::Stdout;
use output::{Kept, MAYBE_CUT, SAMPLE, output};
pub(crate) use resource::machine;
use result::{POWER_STATE, Record, STATUS, a_part, other_name, several, text_of};
pub(crate) use result::{is_power_state, power_state};

use crate::trusted::messages::remedies;
use crate::trusted::rules::comments;

/// Finds the output of the script in a JSON document; `None` if that is not from Run Command.
///
/// # Errors
/// Run Command or the script failed or has not ended; it ran its sample script; the script printed nothing; there are
/// several results.
pub(crate) fn in_json(value: &Value) -> Option<Result<Stdout, Error>> {
    if let Some(result) = other_runner::read(value) {
        return Some(result);
    }
    // Azure's interface reports an error in place of a result.
    if let Some(code) = value.get("error").and_then(|error| error.get("code")).and_then(Value::as_str) {
        return Some(Err(state::failed(code)));
    }
    let records = json::records(value);
    examine(&records, Kept::Exactly).or_else(|| {
        let has = |name: &str| value.get(name).is_some();
        let is_one = has("source") && (has("instanceview") || has("provisioningstate"));
        is_one.then(|| Err(remedies::run_command_without_output()))
    })
}

/// Finds the output of the script in a string that was one value of a document: the first version's message; `None` if it is
/// something else.
///
/// # Errors
/// As for [`in_json`].
pub(crate) fn in_string(text: &str) -> Option<Result<Stdout, Error>> {
    message::begins(text).then(|| by_lone_message(text, Kept::Exactly))
}

/// Finds the output of the script in a text that is not JSON; `None` if that does not begin as Run Command's output does.
///
/// # Errors
/// As for [`in_json`]; or the text is only a part.
pub(crate) fn in_text(text: &str) -> Option<Result<Stdout, Error>> {
    if message::begins(text) {
        return Some(by_lone_message(text, Kept::Exactly));
    }
    let mut lines = text.lines().map(|line| line.trim_end_matches('\r')).filter(|line| !line.trim().is_empty());
    let (first, second) = (lines.next()?, lines.next().unwrap_or_default());
    if first.contains('\t') {
        return columns(text, first);
    }
    if first.contains(SAMPLE) {
        return Some(output(text, "", Kept::Exactly));
    }
    if table::begins(first, second) {
        let (record, width) = table::record(text)?;
        if has_unknown_widths(text) {
            return Some(Err(unknown_widths("a table")));
        }
        let has = |name: &str| record.contains_key(name);
        let result = examine(std::slice::from_ref(&record), Kept::InRows(width));
        return result
            .or_else(|| has("psjobtypename").then(|| Err(job())))
            .or_else(|| ["name", "location"].into_iter().all(has).then(|| Err(table_without_result())));
    }
    if power_shell::begins(first) {
        if has_unknown_widths(text) {
            return Some(Err(unknown_widths("a list of PowerShell")));
        }
        let width = text.lines().map(str::len).max().unwrap_or_default();
        let records = power_shell::records(text);
        return Some(records.and_then(|records| {
            examine(&records, Kept::InLines(width))
                .unwrap_or_else(|| Err(power_shell::without_value(text).unwrap_or_else(a_part)))
        }));
    }
    // Error messages of virsh and kubectl.
    let is_error = |line: &str| line.starts_with("error: ") || line.trim().is_empty();
    if yaml::begins(first) && !text.lines().all(is_error) {
        let records = yaml::records(text);
        return Some(records.and_then(|records| examine(&records, Kept::Exactly).unwrap_or_else(|| Err(a_part()))));
    }
    None
}

/// Whether a text has characters whose width in a window is unknown: some characters are two columns wide, some none, and
/// control characters move what follows them. PowerShell's ellipsis for omitted text is one column wide.
fn has_unknown_widths(text: &str) -> bool {
    let is_unknown = |character: char| character.is_control() || !(character.is_ascii() || character == '…');
    text.lines().any(|line| line.trim_end_matches('\r').chars().any(is_unknown))
}

fn unknown_widths(what: &str) -> Error {
    Error::failure(format!("{what} with characters of unknown width, such as non-ASCII letters"))
        .hint("keep it with -o json, or ConvertTo-Json in PowerShell")
}

/// Whether an output without its envelope is as long as the most that Run Command returns. Its first line may then be the end
/// of a longer one.
pub(crate) fn may_be_cut(output: &str) -> bool {
    // On its way the text may have got another newline or two at its end, and other line endings.
    let length = output.trim().bytes().filter(|byte| *byte != b'\r').count();
    output.len() >= MAYBE_CUT && length <= 4096 + 4
}

/// Takes an output alone as that of a script. The caller knows that the script succeeded.
///
/// # Errors
/// It printed nothing.
pub(crate) fn in_plain(stdout: &str) -> Result<Stdout, Error> {
    output(stdout, "", Kept::Whole)
}

/// Returns the string of a text that is one quoted scalar, as `-o yaml` prints it; `None` for other texts.
pub(crate) fn quoted_scalar(text: &str) -> Option<String> {
    yaml::scalar(text)
}

/// Reads the columns of `-o tsv`, which have no names. The first version's are code, status, level, message and time.
fn columns(text: &str, first: &str) -> Option<Result<Stdout, Error>> {
    if CODES.iter().any(|code| first.starts_with(code)) {
        let mut columns = text.trim_start().splitn(4, '\t');
        let mut part = Record::new();
        for name in ["code", "displaystatus", "level"] {
            part.insert(name.to_owned(), columns.next().unwrap_or_default().to_owned());
        }
        if let Err(error) = state::check_states(std::slice::from_ref(&part)) {
            return Some(Err(error));
        }
        let message = columns.next().unwrap_or_default();
        let (message, _time) = message.rsplit_once('\t').unwrap_or((message, ""));
        return Some(by_message(message, Kept::Exactly));
    }
    let is_column = |word: &str| state::STATES.contains(&word.trim()) || is_date(word.trim());
    text.split(['\t', '\n']).any(is_column).then(|| {
        Err(Error::failure("columns without names, in which errors cannot be distinguished from answers")
            .hint("keep it with -o json instead of -o tsv"))
    })
}

/// Reports that the text is what PowerShell shows for `-AsJob`.
fn job() -> Error {
    Error::failure("the table of a job of PowerShell, not what it printed")
        .hint("wait for it, and keep its result: (Receive-Job -Wait $job).Value[0].Message")
}

fn table_without_result() -> Error {
    Error::failure("a table without the script's output")
        .hint("`az vm run-command show --instance-view -o json` or Get-AzVMRunCommand -Expand InstanceView has it")
}

/// The beginnings of the first version's codes.
const CODES: [&str; 2] = ["ProvisioningState/", "ComponentStatus/"];

/// Examines records; `None` if they are not from Run Command.
fn examine(records: &[Record], kept: Kept) -> Option<Result<Stdout, Error>> {
    let examined = examine_values(records, kept)?;
    let scripts = || records.iter().filter_map(|record| record.get("sourcescript"));
    Some(examined.and_then(|stdout| match azure_names::unknown(records) {
        Some(name) => Err(other_name(name)),
        None if !scripts().all(|script| command::is_script_of_host_keys(script)) => Err(other_script()),
        None => resource::check(records).map(|()| stdout),
    }))
}

/// Reports a script that may have asked another machine, or read other keys.
fn other_script() -> Error {
    Error::failure("the output of a script that does more than read the host keys of its machine")
        .hint("run what --run-command-script prints; or have the script read /etc/ssh/ssh_host_*_key.pub alone, by these paths")
}

/// Examines records by their values.
fn examine_values(records: &[Record], kept: Kept) -> Option<Result<Stdout, Error>> {
    if let Some(result) = by_view(records, kept) {
        return Some(result);
    }
    // With `-o table` and `--query`, there may be only one column.
    let alone = records.iter().find(|record| record.len() == 1).and_then(|record| record.get("result"));
    if let Some(text) = alone.filter(|_| records.len() == 1) {
        return Some(by_lone_message(text, kept));
    }
    let parts = parts(records);
    if parts.is_empty() {
        // Columns were omitted, as in a narrow window.
        let is_shown_in_lines = matches!(kept, Kept::InLines(_) | Kept::InRows(_));
        let lacks_output =
            is_shown_in_lines && records.iter().filter(|record| record.contains_key("code")).any(is_result);
        return lacks_output.then(|| Err(table_without_result()));
    }
    Some(by_parts(parts, kept, records))
}

/// Examines a result of the second version; `None` if there is none.
fn by_view(records: &[Record], kept: Kept) -> Option<Result<Stdout, Error>> {
    let mut views = records.iter().filter(|record| record.contains_key("executionstate"));
    let view = views.next()?;
    let has_parts = records.iter().any(|record| record.contains_key("code") && record.contains_key("message"));
    if has_parts || views.next().is_some() {
        return Some(Err(several()));
    }
    let ended = state::check_success(view).and_then(|()| state::check_states(records));
    let is_shown = records.iter().any(|record| !text_of(record, "sourcescript").trim().is_empty());
    let read = if is_shown { output } else { of_hidden_script };
    Some(ended.and_then(|()| read(text_of(view, "output"), text_of(view, "error"), kept)))
}

/// Whether a record is a status of the first version. Other names next to a code and a message show that they are of
/// something else, such as a delivery.
fn is_result(record: &Record) -> bool {
    let code = text_of(record, "code");
    (is_power_state(code) || CODES.iter().any(|begin| code.starts_with(begin)))
        && record.keys().all(|name| STATUS.contains(&name.as_str()))
}

/// Returns the parts of a result of the first version. Anyone's text may have a message; the code next to it is Run
/// Command's. Without any other name it is a column or a string of a query, which begins with the agent's words.
fn parts(records: &[Record]) -> Vec<&Record> {
    let is_part = |part: &&Record| {
        is_result(part) || (part.len() == 1 && message::begins_as_the_agents(text_of(part, "message")))
    };
    records.iter().filter(|record| record.contains_key("message")).filter(is_part).collect()
}

/// Examines the parts of a result of the first version, which are among these records.
fn by_parts(parts: Vec<&Record>, kept: Kept, records: &[Record]) -> Result<Stdout, Error> {
    let (states, parts): (Vec<&Record>, Vec<&Record>) =
        parts.into_iter().partition(|part| text_of(part, "code").starts_with(POWER_STATE));
    if !states.is_empty() && parts.iter().all(|part| text_of(part, "message").is_empty()) {
        return Err(power_state());
    }
    if let Some(code) = parts.iter().filter_map(|part| part.get("code")).find(|code| !state::has_succeeded(code)) {
        return Err(state::failed(code));
    }
    state::check_states(records)?;
    let messages: Vec<&str> = parts
        .iter()
        .map(|part| text_of(part, "message"))
        .filter(|message| message::begins(message) && !is_shortened(message))
        .collect();
    let stream = |name: &str| {
        let of_stream = |part: &&Record| text_of(part, "code").to_ascii_lowercase().contains(name);
        parts.iter().copied().filter(of_stream).map(|part| text_of(part, "message")).collect::<Vec<_>>()
    };
    match (messages.as_slice(), stream("/stdout/").as_slice()) {
        ([message], []) => by_message(message, kept),
        ([], [stdout]) => {
            let result = of_hidden_script(stdout, &stream("/stderr/").concat(), kept);
            // It may have looked for the files of Linux.
            match stdout.trim() {
                "" => result
                    .map_err(|error| error.hint("the guest is Windows; its host keys are in C:\\ProgramData\\ssh")),
                _ => result,
            }
        }
        // PowerShell's tables have no room for it.
        ([], []) if parts.iter().any(|part| is_shortened(text_of(part, "message"))) => {
            Err(Error::failure("a table that shows only the beginning of Run Command's message")
                .hint("print `$result.Value[0].Message`, or all of it with Format-List"))
        }
        ([], []) => {
            Err(Error::failure("holds no output of a script")
                .hint("was the VM running, and the command RunShellScript?"))
        }
        _ => Err(several()),
    }
}

/// Reads the result of the first version.
fn by_message(text: &str, kept: Kept) -> Result<Stdout, Error> {
    let message = message::Message::of(text)?;
    of_hidden_script(&message.stdout, &message.stderr, kept)
}

/// Reads the streams of a script that is not shown. Only standard error can then reveal what the script read.
fn of_hidden_script(stdout: &str, stderr: &str, kept: Kept) -> Result<Stdout, Error> {
    let stdout = output(stdout, stderr, kept)?;
    // It may hold a secret.
    if let Some(index) = stderr.lines().position(|line| !command::concerns_this_machine_only(line)) {
        let what = "of the script's standard error may be of a program that reads another machine's keys";
        return Err(Error::failure(format!("line {} {what}", index + 1))
            .hint("have the script read the machine's own keys and do nothing else, as --run-command-script does"));
    }
    Ok(stdout)
}

/// Reads the result of the first version from a message alone. Only the agent's words show that Run Command wrote it. What the
/// script's standard error means for the keys is unknown, so it may not have a word that rejects them.
fn by_lone_message(text: &str, kept: Kept) -> Result<Stdout, Error> {
    let message = message::Message::of_agent(text)?;
    // It may hold a secret.
    if let Some(index) = message.stderr.lines().position(comments::rejects_keys_among_errors) {
        return Err(Error::failure(format!("line {} after [stderr] may be about the keys", index + 1))
            .hint("keep all that az prints, with -o json"));
    }
    of_hidden_script(&message.stdout, &message.stderr, kept)
}

/// Whether a word is a time as Azure writes it: `2026-04-09T22:06:30+00:00`.
fn is_date(word: &str) -> bool {
    let shape: String =
        word.chars().take(11).map(|character| if character.is_ascii_digit() { '0' } else { character }).collect();
    shape == "0000-00-00T"
}

/// Whether PowerShell has omitted the end of a cell, in its older or newer way.
fn is_shortened(cell: &str) -> bool {
    let cell = cell.trim_end();
    !cell.contains('\n') && (cell.ends_with("...") || cell.ends_with('…'))
}

#[cfg(test)]
mod tests;
