//! Run Command's result as names and values: YAML, as `-o yaml` prints it (of which only scalars matter), and
//! PowerShell's lists, `Name : value`, whose long values go on in the lines below.

use super::Record;
use crate::trusted::lines::looks_like_a_fingerprint;

/// The records of a text that is such a list; none where it is not.
pub(super) fn records(text: &str) -> Vec<Record> {
    if text.lines().any(|line| known_name(line).is_some()) { power_shell(text) } else { yaml(text) }
}

/// The names that matter, and those that end a value before them, in PowerShell's output.
#[rustfmt::skip]
const NAMES: [&str; 26] = [
    "capacity", "code", "count", "displaystatus", "elapsed", "endtime", "error", "executionmessage", "executionstate",
    "exitcode", "id", "instanceview", "level", "location", "message", "name", "output", "provisioningstate", "source",
    "starttime", "status", "statuses", "tag", "time", "type", "value",
];

/// The name and value of a line like `  Message  : Enable succeeded: `.
fn known_name(line: &str) -> Option<(String, &str)> {
    let (name, value) = line.split_once(':')?;
    if !name.ends_with(' ') || !(value.is_empty() || value.starts_with(' ')) {
        return None;
    }
    let name = name.trim().to_ascii_lowercase();
    let plain = name.split('[').next().unwrap_or_default();
    NAMES.contains(&plain).then(|| (name.clone(), value.strip_prefix(' ').unwrap_or(value)))
}

fn power_shell(text: &str) -> Vec<Record> {
    let width = text.lines().map(|line| line.chars().count()).max().unwrap_or_default();
    let mut records = vec![Record::new()];
    let mut name: Option<String> = None;
    let mut value = Vec::new();
    let mut keep = |name: Option<String>, value: &[&str]| {
        let Some(name) = name else { return };
        let begins_a_record = name.starts_with("value[");
        if begins_a_record || records.last().is_some_and(|record| record.contains_key(&name)) {
            records.push(Record::new());
        }
        if let Some(record) = records.last_mut().filter(|_| !begins_a_record) {
            record.insert(name, unwrapped(value, width));
        }
    };
    for line in text.lines() {
        match known_name(line) {
            Some((next, _)) => {
                keep(name.replace(next), &value);
                value = vec![line];
            }
            None => value.push(line),
        }
    }
    keep(name, &value);
    records.retain(|record| !record.is_empty());
    records
}

/// A value of several lines. PowerShell breaks lines that are wider than its window; they are joined again where what
/// follows can only be the rest. A wrong join makes a fingerprint that is none, or one that no key has.
fn unwrapped(lines: &[&str], width: usize) -> String {
    let mut text = String::new();
    let mut goes_on = false;
    // The column in which the value begins, and its lines after the first where they are indented.
    let mut column = 0;
    for (index, line) in lines.iter().enumerate() {
        let part = match known_name(line) {
            Some((_, value)) if index == 0 => {
                column = line.len() - value.len();
                value
            }
            _ => {
                let blanks = line.bytes().take(column).take_while(|byte| *byte == b' ').count();
                line.get(blanks..).unwrap_or_default()
            }
        };
        let starts = part.split_whitespace().take(2).any(looks_like_a_fingerprint)
            || ["[std", "ssh-", "ecdsa-"].iter().any(|start| part.starts_with(start));
        if index > 0 && (!goes_on || starts) {
            text.push('\n');
        } else if goes_on && ends_a_word(&text) {
            text.push(' ');
        }
        text.push_str(part);
        goes_on = line.chars().count() == width && !part.ends_with(')');
    }
    if text.contains('\n') { text + "\n" } else { text.trim().to_owned() }
}

/// Whether the last word is whole: a size or a fingerprint.
fn ends_a_word(text: &str) -> bool {
    let tail = text.get(text.len().saturating_sub(100)..).unwrap_or_default();
    let word = tail.rsplit(char::is_whitespace).next().unwrap_or_default();
    word.parse::<u32>().is_ok() || word.parse::<common::keys::Fingerprint>().is_ok()
}

/// The scalars of a YAML document, as far as azure-cli writes them: `name: value`, the value plain, quoted in either
/// way and folded over several lines, or a literal block. Each item of a list is a record.
fn yaml(text: &str) -> Vec<Record> {
    let mut records = vec![Record::new()];
    let mut rest = text;
    while let Some((line, after)) = rest.split_once('\n').or_else(|| (!rest.is_empty()).then_some((rest, ""))) {
        let blanks = line.len() - line.trim_start().len();
        let (item, entry) = match line.trim_start().strip_prefix("- ") {
            Some(entry) => (true, entry),
            None => (false, line.trim_start()),
        };
        let Some((name, value)) = yaml_name(entry) else {
            rest = after;
            continue;
        };
        let name = name.to_ascii_lowercase();
        let indent = blanks + if item { 2 } else { 0 };
        if item || records.last().is_some_and(|record| record.contains_key(&name)) {
            records.push(Record::new());
        }
        let behind = rest.get(indent + name.len() + 1..).unwrap_or_default().trim_start_matches(' ');
        let (text, remains) = match quoted(behind) {
            Some(quoted) => quoted,
            None if value.trim().is_empty() => (String::new(), after),
            None if value.trim().starts_with(['|', '>']) => literal(after, indent, |_| false),
            // A long plain value goes on in lines that are indented deeper, and are no entries themselves.
            None => {
                let is_entry = |line: &str| yaml_name(line.trim().trim_start_matches("- ")).is_some();
                let (more, remains) = literal(after, indent, is_entry);
                (format!("{value} {more}").split_whitespace().collect::<Vec<_>>().join(" "), remains)
            }
        };
        let text = if text == "null" { String::new() } else { text };
        records.last_mut().into_iter().for_each(|record| {
            record.insert(name.clone(), text.clone());
        });
        rest = remains;
    }
    records.retain(|record| !record.is_empty());
    records
}

/// The name of an entry, and what stands behind its colon on the same line.
fn yaml_name(entry: &str) -> Option<(&str, &str)> {
    entry.split_once(':').filter(|(name, value)| {
        let is_name = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        is_name && (value.is_empty() || value.starts_with(' '))
    })
}

/// A text that is nothing but one quoted scalar.
pub(super) fn scalar(text: &str) -> Option<String> {
    quoted(text.trim_start()).filter(|(_, rest)| rest.trim().is_empty()).map(|(text, _)| text)
}

/// A quoted scalar at the start of a text, and what follows (YAML 1.1 sections 9.1 and 9.2): within, lines are folded,
/// so that a newline is a blank and each empty line a newline. None where it does not begin or end.
fn quoted(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|letter| matches!(letter, '"' | '\''))?;
    let mut value = String::new();
    let mut letters = text.char_indices().skip(1).peekable();
    while let Some((index, letter)) = letters.next() {
        match letter {
            '\'' if quote == '\'' && letters.next_if(|(_, next)| *next == '\'').is_some() => value.push('\''),
            letter if letter == quote => return Some((value, text.get(index + 1..).unwrap_or_default())),
            '\\' if quote == '"' => match letters.next()?.1 {
                'n' => value.push('\n'),
                't' => value.push('\t'),
                'r' => {}
                '\n' => while letters.next_if(|(_, next)| matches!(next, ' ' | '\t')).is_some() {},
                'x' => value.push(hexadecimal(&mut letters, 2)?),
                'u' => value.push(hexadecimal(&mut letters, 4)?),
                'U' => value.push(hexadecimal(&mut letters, 8)?),
                'e' | 'a' | 'b' | '0' => {}
                other => value.push(other),
            },
            '\n' => {
                value.truncate(value.trim_end_matches([' ', '\t']).len());
                let mut empty = 0;
                while let Some((_, next)) = letters.next_if(|(_, next)| matches!(next, ' ' | '\t' | '\n')) {
                    empty += usize::from(next == '\n');
                }
                if empty == 0 {
                    value.push(' ');
                }
                value.extend(std::iter::repeat_n('\n', empty));
            }
            letter => value.push(letter),
        }
    }
    None
}

fn hexadecimal(letters: &mut impl Iterator<Item = (usize, char)>, digits: usize) -> Option<char> {
    let code: String = letters.take(digits).map(|(_, letter)| letter).collect();
    u32::from_str_radix(&code, 16).ok().and_then(char::from_u32)
}

/// A literal block: the lines that are indented deeper, or empty, as far as none of them ends it.
fn literal(text: &str, indent: usize, ends: impl Fn(&str) -> bool) -> (String, &str) {
    let mut value = String::new();
    let mut used = 0;
    for line in text.split_inclusive('\n') {
        let deeper = line.len() - line.trim_start().len() > indent;
        if (!deeper && !line.trim().is_empty()) || ends(line) {
            break;
        }
        value.push_str(line.trim_start_matches(' '));
        used += line.len();
    }
    (value, text.get(used..).unwrap_or_default())
}
