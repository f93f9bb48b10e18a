//! All other texts of other programs. They are reported with a remedy; nothing in them is accepted.

use common::error::Error;

use super::{errors, known_texts, listings, surrounded};
use crate::trusted::formats::lines::counts;
use crate::trusted::formats::{cloud_init, console, markdown, run_command};
use crate::trusted::grammar::NotTrusted;
use crate::trusted::grammar::line::{self, Line, Misfit};
use crate::trusted::grammar::{confusable, words};
use crate::trusted::messages::connections;
use crate::trusted::messages::misfits::{self, misfit_in};
use crate::trusted::messages::remedies::{AS_JSON, ON_THE_VM};

/// Reports a text whose first line begins none of the formats that count.
pub(crate) fn unknown(text: &str, first_misfit: (usize, Misfit)) -> NotTrusted {
    let (number, why) = first_misfit;
    let line = text.lines().nth(number.saturating_sub(1)).unwrap_or_default();
    if connections::is_shown_by_host(text) {
        return (None, connections::shown_by_host());
    }
    // The text between the colours may be of any kind below.
    if line.contains('\u{1b}') && confusable::has_colours(text) {
        return (Some(number), confusable::colours());
    }
    match of_other_kind(text) {
        Some(error) => (None, error),
        None if is_joined(line) => (Some(number), joined(line)),
        None if is_wrapped(text, number) => (Some(number), wrapped()),
        None if is_of_yaml_list(line) => (Some(number), yaml_list()),
        None if is_traced(line) => (Some(number), traced()),
        None if markdown::is_of_page(line) => {
            (Some(number), misfits::without_label(line).unwrap_or_else(markdown::not_pairs))
        }
        None if is_prompt(line) => (Some(number), prompt()),
        None if is_assignment(line) => (Some(number), assignment()),
        None => (Some(number), misfit_in(line, why)),
    }
}

/// Recognises a text that is known to be something else.
fn of_other_kind(text: &str) -> Option<Error> {
    let trimmed = text.trim();
    let start: String = trimmed.chars().take(16).collect::<String>().to_ascii_lowercase();
    if start.starts_with("<!doctype html") || start.starts_with("<html") {
        return Some(Error::failure("an HTML page, perhaps a login page").hint("save what the command printed"));
    }
    if let Some(error) = surrounded::of(text) {
        return Some(error);
    }
    if run_command::is_power_state(trimmed) || matches!(trimmed, "VM running" | "VM stopped" | "VM deallocated") {
        return Some(run_command::power_state());
    }
    if matches!(trimmed, "null" | "None") {
        let hint = "does the query name a value that is there? leave --query out, with -o json";
        return Some(Error::failure("an empty answer").hint(hint));
    }
    if trimmed.len() < 4 && trimmed.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Error::failure("no fingerprint, only a number").hint(AS_JSON));
    }
    if let Some(error) = errors::of_program(trimmed) {
        return Some(error);
    }
    if let Some(error) = listings::of_log(text) {
        return Some(error);
    }
    if is_boot_log(text) {
        let hint =
            format!("cloud-init prints it at the first boot only, and the log may be of a later one; {ON_THE_VM}");
        return Some(Error::failure("a log without cloud-init's block of host keys").hint(hint));
    }
    if let Some(error) = known_texts::of(text).or_else(|| listings::prefixed_with_names(text)) {
        return Some(error);
    }
    let last = trimmed.lines().next_back().unwrap_or_default();
    if last.split_whitespace().nth(1) == Some("login:") {
        return Some(Error::failure("a console at its login prompt, which shows no host keys").hint(ON_THE_VM));
    }
    None
}

/// Whether a string that was a value of JSON is neither a log nor lines.
pub(crate) fn matches_no_format(text: &str) -> bool {
    let first = text.lines().map(line::read).find(|line| !matches!(line, Ok(Line::Nothing | Line::Certificate)));
    matches!(first, Some(Err(Misfit::Other))) && !cloud_init::has_blocks(text) && !console::has_keys(text)
}

/// Whether a string that was a value of JSON consists of keys, one of which has a comment that host keys do not have: clouds
/// print users' keys in the same way.
pub(crate) fn is_users_key(text: &str) -> bool {
    let is_hosts = |comment: &str| comment.starts_with("root@") || comment.to_ascii_lowercase().contains("system@");
    let is_users = |line| matches!(line, Ok(Line::Key { comment: Some(comment), .. }) if !is_hosts(comment));
    let is_key = |line| matches!(line::read(line), Ok(Line::Key { .. }));
    text.lines().all(is_key) && text.lines().map(line::read).any(is_users)
}

/// Reports a string that was a value of JSON, and is not the output of a script or a console.
pub(crate) fn other_string(text: &str) -> Error {
    of_other_kind(text).unwrap_or_else(|| {
        Error::failure("a JSON string, but neither what a script printed nor a console's log")
            .hint("give the JSON that the command printed, as a whole, or the lines of the host keys only")
    })
}

/// Reports a text that begins with a quote, and is not quoted as a whole.
pub(crate) fn not_quoted(text: &str) -> Error {
    if connections::is_shown_by_host(text) {
        return connections::shown_by_host();
    }
    errors::of_program(text.trim()).or_else(|| known_texts::of(text)).unwrap_or_else(|| {
        Error::failure("begins with a quote, and is not one quoted text").hint("keep all of it, with -o json")
    })
}

/// Whether a text is several whole lines between two quotation marks, as in a spreadsheet or a shell variable.
pub(crate) fn are_quoted_lines(text: &str) -> bool {
    let inside = |mark: char| text.trim().strip_prefix(mark).and_then(|text| text.strip_suffix(mark));
    let lines = inside('"').or_else(|| inside('\'')).map(|text| text.lines().collect::<Vec<_>>()).unwrap_or_default();
    let is_whole = |line: &&str| line::read(line).is_ok_and(|kind| !matches!(kind, Line::Nothing | Line::Certificate));
    lines.len() > 1 && lines.iter().all(is_whole)
}

pub(crate) fn quoted_lines() -> Error {
    Error::failure("quotation marks around several lines")
        .hint("remove the first and the last one: sed '1s/^.//; $s/.$//' FILE")
}

/// Reports a console of which a cloud has not kept anything yet.
pub(crate) fn no_console_yet() -> Error {
    Error::failure("the console has no output yet").hint("ask again in some minutes")
}

/// Whether a line consists of several lines, joined with spaces.
fn is_joined(line: &str) -> bool {
    let is_whole = |word: &&str| words::parsed(word).is_some();
    let fingerprints = line.split_whitespace().filter(is_whole).count();
    let keys = line.split_whitespace().filter(|word| line::looks_like_a_key(word)).count();
    fingerprints > 1 || keys > 1
}

fn joined(line: &str) -> Error {
    if line.contains("\\n") {
        return Error::failure("several lines joined into one, with \\n in place of newlines")
            .hint("print newlines: printf '%b\\n' \"$OUT\"");
    }
    if line.contains('\r') {
        return Error::failure("lines that end in carriage returns alone")
            .hint("give them newlines: tr '\\r' '\\n' <FILE");
    }
    Error::failure("several lines, joined into one").hint("quote the shell's variable: echo \"$OUT\"")
}

/// Whether a line is a command as `sh -x` shows it before it runs it.
fn is_traced(line: &str) -> bool {
    const COMMANDS: [&str; 8] = ["ssh-keygen", "cat", "hostfp", "pubfp", "echo", "for", "cd", "sudo"];
    let command = line.trim_start_matches('+').strip_prefix(' ').and_then(|command| command.split(' ').next());
    line.starts_with('+') && command.is_some_and(|command| COMMANDS.contains(&command))
}

fn traced() -> Error {
    Error::failure("a trace of sh -x, with the commands that it ran").hint("run the script without -x")
}

/// Whether a fingerprint of a line continues in the next, as in a narrow window.
fn is_wrapped(text: &str, number: usize) -> bool {
    let mut lines = text.lines().skip(number.saturating_sub(1));
    let (line, next) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
    let joined = format!("{}{}", line.trim_end(), next.trim_start());
    !line.split_whitespace().any(|word| words::parsed(word).is_some()) && counts(&joined)
}

fn wrapped() -> Error {
    Error::failure("a line that is broken into two, within the fingerprint or the key")
        .hint("join it with the next line")
}

/// Whether a line is of a list of messages in YAML, as `--query` makes it.
fn is_of_yaml_list(line: &str) -> bool {
    line.strip_prefix("- ").is_some_and(|item| item.starts_with(['"', '\'', '|', '>']) || item.starts_with("Enable "))
}

fn yaml_list() -> Error {
    Error::failure("a list of YAML, which is not read").hint("keep it with -o json instead of -o yaml")
}

/// Whether a text has lines of the log of a boot.
fn is_boot_log(text: &str) -> bool {
    let is_of_boot = |line: &str| {
        line.starts_with("ci-info: ")
            || line.starts_with("Cloud-init v. ")
            || (line.starts_with("[ ") && line.get(2..).is_some_and(|rest| rest.trim_start().starts_with("0.000000]")))
    };
    text.lines().any(is_of_boot)
}

/// Whether a line is what a terminal shows of a command: `me@vm:~$ ssh-keygen …`, `PS C:\> …`.
fn is_prompt(line: &str) -> bool {
    // `C:\Users\me>dir`, and the prompts of other shells.
    let is_of_cmd = line.as_bytes().get(1..3) == Some(b":\\".as_slice()) && line.contains('>');
    let mut first = line.split_whitespace();
    let is_of_csh =
        first.next().is_some_and(|word| word.contains('@')) && matches!(first.next(), Some("#" | "%" | "$"));
    if is_of_cmd || is_of_csh || line.starts_with(['\u{276f}', '\u{279c}', '\u{3bb}']) {
        return true;
    }
    let mut words = line.split_whitespace();
    let ends_prompt = |word: &str| word.ends_with(['$', '#', '%', '>']) && !word.starts_with('#');
    words.by_ref().take(3).any(ends_prompt) && !words.any(words::looks_like_a_fingerprint)
}

fn prompt() -> Error {
    Error::failure("a terminal's prompt and a command, not its output")
        .hint("keep the lines that the command printed only")
}

/// Whether a line sets a name to a value, as `terraform output` and shells write it.
fn is_assignment(line: &str) -> bool {
    let Some((name, value)) = line.split_once('=') else { return false };
    let is_name =
        |name: &str| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    is_name(name.trim_end()) && value.trim_start().starts_with(['"', '[', '{', '<', '\''])
}

fn assignment() -> Error {
    Error::failure("a name with a value, not a line of its own")
        .hint("keep the value alone, without its quotes; for Terraform, keep `terraform output -json`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_no_known_format_is_reported_by_its_first_line() {
        let key = |length: usize| format!("AAAA{}", "x".repeat(length - 4));
        let [long, short] = [61, 60].map(|length| format!("{0} {0}", key(length)));
        let others = format!("{0} {0}", "x".repeat(61));
        for (text, words) in [
            ("VM running", "the VM's state"),
            ("PowerState/running", "the VM's state"),
            ("123", "no fingerprint, only a number"),
            ("1234", "this line is not"),
            ("abc", "this line is not"),
            ("\u{1b}[0mme@vm:~$ ls", "a terminal's colours"),
            ("x\n\u{1b}[94m256", "this line is not"),
            ("\u{1b}[39m{\n  \u{1b}[94m\"value\"", "a terminal's colours"),
            ("+ ssh-keygen -lf /etc/ssh/ssh_host_rsa_key.pub", "a trace of sh -x"),
            ("++ cat key", "a trace of sh -x"),
            ("+ ED25519 and more", "a list or a table of a page"),
            (long.as_str(), "several lines, joined"),
            (short.as_str(), "this line is not"),
            (others.as_str(), "this line is not"),
            ("AAAA AAAA", "this line is not"),
            ("- \"x\"", "a list of YAML"),
            ("- Enable succeeded: x", "a list of YAML"),
            ("- x", "a list or a table of a page"),
            ("[    0.000000] Linux", "a log without cloud-init's block"),
            ("[ x] y", "this line is not"),
            ("key = \"x\"", "a name with a value"),
            ("my-key=[", "a name with a value"),
            ("a key = \"x\"", "this line is not"),
            ("= \"x\"", "this line is not"),
            ("key=x", "this line is not"),
        ] {
            let (_, error) = unknown(text, (1, Misfit::Other));
            assert!(error.message().starts_with(words), "{text}: {}", error.message());
        }
    }

    #[test]
    fn quotes_around_several_lines_are_named() {
        let key = "vm ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKPcdDKDGWm3HPZvIOEoJ83at5TXCQhBWMH4oDAa3g75";
        for (text, are_quoted) in [
            (format!("\"{key}\n{key}\"\n"), true),
            (format!("'{key}\n{key}'"), true),
            (format!("\"{key}\""), false),
            (format!("\"{key}\n{key}"), false),
            (format!("\"{key}\nhello\""), false),
        ] {
            assert_eq!(are_quoted_lines(&text), are_quoted, "{text}");
        }
    }

    #[test]
    fn what_a_host_showed_is_named_in_quotes_too() {
        assert!(not_quoted("\"vm\" has fingerprint \"SHA256:x\".").message().contains("showed at a connection"));
    }
}
