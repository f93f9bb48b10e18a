//! Run Command's result as YAML, as `-o yaml` prints it, of which only scalars matter.
//!
//! Why a stranger cannot write it: what the script printed is one scalar in it, quoted or indented, and decoded once by
//! YAML's own rules.

use common::error::Error;

use super::Record;

/// The names with which such a document may begin.
#[rustfmt::skip]
const FIRST_NAMES: [&str; 12] = [
    "asyncExecution", "code", "displayStatus", "endTime", "error", "errorBlobUri", "executionMessage", "executionState",
    "exitCode", "id", "instanceView", "value",
];

/// Whether a line begins such a document.
pub(super) fn begins(line: &str) -> bool {
    let entry = line.strip_prefix("- ").unwrap_or(line);
    yaml_name(entry).is_some_and(|(name, _)| FIRST_NAMES.contains(&name))
}

/// The scalars of a document, as far as azure-cli writes them: `name: value`, the value plain, quoted in either way and
/// folded over several lines, or a literal block. Each mapping is a record.
///
/// # Errors
/// A name stands twice in one mapping.
pub(super) fn records(text: &str) -> Result<Vec<Record>, Error> {
    let mut records: Vec<Record> = Vec::new();
    // The mappings around the current line: the column of their names, and their records.
    let mut open: Vec<(usize, usize)> = Vec::new();
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
        while open.pop_if(|(column, _)| *column > indent || (item && *column == indent)).is_some() {}
        if open.last().is_none_or(|(column, _)| *column < indent) {
            open.push((indent, records.len()));
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
        let record = open.last().and_then(|(_, index)| records.get_mut(*index));
        if record.is_some_and(|record| record.insert(name, text).is_some()) {
            return Err(super::several());
        }
        rest = remains;
    }
    Ok(records)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mapping_is_a_record_and_has_a_name_once() {
        let text = "instanceView:\n  error: ''\n  output: a\nname: x\nsource:\n  error: b\n";
        let read = records(text).unwrap();
        assert_eq!(read.iter().map(|record| record.len()).collect::<Vec<_>>(), [3, 2, 1]);
        assert!(records(&text.replace("  output: a", "  output: a\n  error: c")).is_err());
        let list = records("value:\n- code: a\n  message: \"x\\ny: z\"\n- code: b\n").unwrap();
        assert_eq!((list.len(), list[1]["message"].as_str(), list[2]["code"].as_str()), (3, "x\ny: z", "b"));
    }

    #[test]
    fn a_document_begins_with_a_name_that_azure_cli_writes_first() {
        for (line, begins_one) in [
            ("value:", true),
            ("- code: a", true),
            ("instanceView:", true),
            ("ERROR: x", false),
            ("user: x", false),
            ("a:b", false),
        ] {
            assert_eq!(begins(line), begins_one, "{line}");
        }
    }
}
