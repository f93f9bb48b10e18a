//! What Run Command printed, in whatever form it was kept, and what the script wrote to its standard output.
//!
//! Each form becomes records of names and values, which are judged here: `json`; `table`, as `-o table` prints; `list`,
//! names and values as YAML and PowerShell print them; and `message`, what the guest's agent said, alone.
//!
//! The first version says `[stdout]` and `[stderr]` in a message and never whether the script failed; the second has an
//! instance view with a state, an exit code, and the output by itself. Of each stream both keep the last 4096 bytes.

mod json;
mod list;
mod message;
mod table;

use std::collections::BTreeMap;

use common::error::Error;

/// The sample that azure-cli 2.78.0 ran instead of the user's script (Azure/azure-cli#32258).
const SAMPLE: &str = "This is a sample script";

/// From this length on, in bytes, an output may have lost its beginning. Run Command keeps the last 4096 bytes; some of
/// the forms lose blanks at the ends of lines on their way.
const MAYBE_CUT: usize = 4096 - 256;

/// How often a text may be quoted within a text.
const MAX_QUOTES: usize = 3;

/// What the script wrote to its standard output: not empty, and nothing but whole lines, unless it has one line only.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Stdout {
    pub(super) text: String,
    /// Whether it may have lost its beginning. Then its first line is not in `text`: a line without its first letters
    /// may say something else.
    pub(super) is_cut: bool,
    /// What else was seen.
    pub(super) notes: Vec<String>,
}

/// Names, in small letters, and values.
type Record = BTreeMap<String, String>;

/// What the script wrote; none where the text is not from Run Command.
///
/// # Errors
/// The text is other JSON; Run Command or the script failed or has not ended; it ran its sample script; the script
/// printed nothing; there are several results.
pub(super) fn stdout(text: &str) -> Option<Result<Stdout, Error>> {
    quoted(text, 0)
}

fn quoted(text: &str, depth: usize) -> Option<Result<Stdout, Error>> {
    // A lone string, as `--query … -o json` and `-o yaml` print it.
    if let Some(inner) = json::string(text).or_else(|| list::scalar(text)).filter(|_| depth < MAX_QUOTES) {
        return Some(quoted(&inner, depth + 1).unwrap_or_else(|| output(&inner, "", Vec::new())));
    }
    if let Some(records) = json::records(text) {
        return Some(records.and_then(|records| judge(&records).unwrap_or_else(|| Err(other_json(&records)))));
    }
    let lists = [table::records(text), list::records(text)];
    if let Some(result) = lists.iter().find_map(|records| judge(records)) {
        return Some(result);
    }
    // The columns of `-o tsv` have no names. The first is a date, and among them is a state.
    let is_column = |word: &str| STATES.contains(&word.trim()) || is_date(word.trim());
    if text.contains('\t') && text.split(['\t', '\n']).any(is_column) {
        return Some(Err(Error::trouble("columns without names, in which errors cannot be told from answers")
            .hint("keep it with -o json instead of -o tsv")));
    }
    // What is left of names and values: lines below them may be of an error. A log has such words, too.
    let is_part = |record: &Record| PARTS.iter().any(|name| record.contains_key(*name));
    if lists.iter().flatten().any(is_part) && !message::is_one(text) && !super::cloud_init::has_blocks(text) {
        return Some(Err(Error::trouble(
            "a part of what Run Command printed, which does not say how the script ended",
        )
        .hint("keep all of it, with -o json")));
    }
    if message::is_one(text) {
        // What is left of a result may still have its code.
        let mut words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '/');
        let code = words.find(|word| CODES.iter().any(|code| word.starts_with(code)) && !has_succeeded(word));
        return Some(code.map_or_else(|| by_message(text), |code| Err(failed(code))));
    }
    text.contains(SAMPLE).then(|| output(text, "", Vec::new()))
}

/// Names that only the second version has, or else a log.
const PARTS: [&str; 6] = ["error", "executionmessage", "executionstate", "exitcode", "instanceview", "output"];

/// How the codes of the first version begin.
const CODES: [&str; 2] = ["ProvisioningState/", "ComponentStatus/"];

/// The states of the second version.
const STATES: [&str; 7] = ["Unknown", "Pending", "Running", "Failed", "Succeeded", "TimedOut", "Canceled"];

/// Judges records; none where they are not from Run Command.
fn judge(records: &[Record]) -> Option<Result<Stdout, Error>> {
    let of = |name: &'static str| records.iter().filter(move |record| record.contains_key(name));
    let state = || {
        // `Status` stands beside the first version's results in PowerShell and in Azure's own interface.
        match of("status").map(|record| text_of(record, "status")).find(|state| !matches!(*state, "" | "Succeeded")) {
            None => Ok(()),
            Some(state) => Err(failed(state)),
        }
    };
    let mut views = of("executionstate");
    if let Some(view) = views.next() {
        return Some(if views.next().is_some() { Err(several()) } else { by_instance_view(view) });
    }
    // Of `-o table` and `--query` there may be nothing but one column.
    let alone = records.iter().find(|record| record.len() == 1).and_then(|record| record.get("result"));
    if let Some(text) = alone.filter(|_| records.len() == 1) {
        return Some(quoted(text, MAX_QUOTES).unwrap_or_else(|| output(text, "", Vec::new())));
    }
    let parts: Vec<&Record> =
        of("message").filter(|part| part.contains_key("code") || message::is_one(text_of(part, "message"))).collect();
    if parts.is_empty() {
        return None;
    }
    if let Some(part) = parts.iter().find(|part| part.get("code").is_some_and(|code| !has_succeeded(code))) {
        return Some(Err(failed(text_of(part, "code"))));
    }
    let messages: Vec<&str> =
        parts.iter().map(|part| text_of(part, "message")).filter(|message| message::is_one(message)).collect();
    let stream = |name: &str| {
        let of_stream = |part: &&Record| text_of(part, "code").to_ascii_lowercase().contains(name);
        parts.iter().copied().filter(of_stream).map(|part| text_of(part, "message")).collect::<Vec<_>>()
    };
    Some(state().and_then(|()| {
        match (messages.as_slice(), stream("/stdout/").as_slice()) {
            ([message], []) => by_message(message),
            ([], [stdout]) => output(stdout, &stream("/stderr/").concat(), Vec::new())
                .map_err(|error| error.hint("the guest is Windows; its host keys are in C:\\ProgramData\\ssh")),
            // PowerShell's tables have no room for it.
            ([], []) if parts.iter().any(|part| is_shortened(text_of(part, "message"))) => {
                Err(Error::trouble("a table that shows only the beginning of what Run Command said")
                    .hint("print `$result.Value[0].Message`, or all of it with Format-List"))
            }
            ([], []) => Err(Error::trouble("holds no output of a script")
                .hint("was the VM running, and the command RunShellScript?")),
            _ => Err(several()),
        }
    }))
}

/// The result of the second version.
fn by_instance_view(view: &Record) -> Result<Stdout, Error> {
    match text_of(view, "executionstate") {
        "Succeeded" => {}
        "Running" | "Pending" => {
            return Err(Error::trouble("the script has not ended yet").hint("ask again with --instance-view later"));
        }
        "TimedOut" => return Err(Error::trouble("the script ran out of time")),
        "Failed" => {
            let code = text_of(view, "exitcode");
            // 0 where it was never started.
            let tells = code.parse::<i64>().is_ok_and(|code| code != 0);
            let how = if tells { format!(" with exit status {code}") } else { String::new() };
            return Err(
                Error::trouble(format!("the script failed{how}")).hint("what it complained of stands under error")
            );
        }
        state => return Err(failed(state)),
    }
    match text_of(view, "exitcode") {
        "" | "0" => output(text_of(view, "output"), text_of(view, "error"), Vec::new()),
        code if code.parse::<i64>().is_ok() => {
            Err(Error::trouble(format!("the script failed with exit status {code}")))
        }
        _ => Err(Error::trouble("the script's exit code is no number")),
    }
}

/// The result of the first version.
fn by_message(text: &str) -> Result<Stdout, Error> {
    let message = message::Message::of(text);
    if message.is_several {
        return Err(several());
    }
    if message.says_failed {
        return Err(failed(""));
    }
    output(&message.stdout, &message.stderr, Vec::new())
}

/// What was written, or what is wrong with it.
fn output(stdout: &str, stderr: &str, mut notes: Vec<String>) -> Result<Stdout, Error> {
    if stdout.contains(SAMPLE) || stderr.contains(SAMPLE) {
        return Err(Error::trouble("Run Command ran its sample script instead of yours")
            .hint("azure-cli 2.78.0 does so; use another release"));
    }
    match (stdout.trim().is_empty(), stderr.trim().is_empty()) {
        (true, true) => return Err(Error::trouble("the script printed nothing")),
        (true, false) => {
            return Err(Error::trouble("the script printed nothing but errors")
                .hint("its complaint stands where Run Command shows standard error"));
        }
        (false, true) => {}
        (false, false) => notes.push("the script also wrote to its standard error".to_owned()),
    }
    let is_cut = stdout.len() >= MAYBE_CUT;
    let mut text = stdout;
    if is_cut {
        text = stdout.trim_start_matches('\n').split_once('\n').map_or("", |(_, rest)| rest);
        notes.push(
            "the output is as long as Run Command lets through: its first lines are not there or not whole".to_owned(),
        );
    }
    Ok(Stdout { text: text.to_owned(), is_cut, notes })
}

/// A text to which a second result was added, perhaps of another machine.
fn several() -> Error {
    Error::trouble("holds several results of Run Command").hint("keep the one of your VM")
}

fn failed(code: &str) -> Error {
    let plain =
        !code.is_empty() && code.len() < 80 && code.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'/');
    let code = if plain { format!(": {code}") } else { String::new() };
    Error::trouble(format!("Run Command says that it failed{code}"))
}

fn other_json(records: &[Record]) -> Error {
    if records.iter().any(|record| record.contains_key("script") || record.contains_key("commandid")) {
        return Error::trouble("Run Command's JSON without what the script printed")
            .hint("`az vm run-command show --instance-view` has it");
    }
    Error::trouble("JSON, but not what `az vm run-command` prints")
}

/// Whether a word is a time as Azure writes it: `2026-04-09T22:06:30+00:00`.
fn is_date(word: &str) -> bool {
    let shape: String =
        word.chars().take(11).map(|letter| if letter.is_ascii_digit() { '0' } else { letter }).collect();
    shape == "0000-00-00T"
}

/// Whether PowerShell has left out the end of a cell, in its older or newer way.
fn is_shortened(cell: &str) -> bool {
    let cell = cell.trim_end();
    cell.ends_with("...") || cell.ends_with('…')
}

fn has_succeeded(code: &str) -> bool {
    code.rsplit('/').next().is_some_and(|end| end.eq_ignore_ascii_case("succeeded"))
}

fn text_of<'a>(record: &'a Record, name: &str) -> &'a str {
    record.get(name).map(String::as_str).unwrap_or_default()
}
