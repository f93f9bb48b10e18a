//! Reads Run Command's result as YAML, as `-o yaml` prints it. Only scalars matter.
//!
//! Why a stranger cannot write it: the script's output is one scalar in it, quoted or indented, and decoded once by YAML's
//! own rules.

use common::error::Error;

use super::resource;
use super::result::{Record, several};

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

/// The paths of a result's mappings in the document: the names above them, with dots between them.
const PLACES: [&str; 20] = [
    "",
    "source",
    "properties.source",
    "parameters",
    "protectedparameters",
    "properties.parameters",
    "properties.protectedparameters",
    "value",
    "instanceview",
    "output.value",
    "properties",
    "properties.instanceview",
    "properties.output",
    "properties.output.value",
    "statuses",
    "substatuses",
    "instanceview.statuses",
    "instanceview.substatuses",
    "properties.instanceview.statuses",
    "properties.instanceview.substatuses",
];

/// Whether a place is that of the statuses next to a result.
fn is_of_statuses(place: &str) -> bool {
    matches!(place.rsplit('.').next(), Some("statuses" | "substatuses"))
}

/// A mapping around the current line.
struct Mapping {
    /// The column of its names.
    column: usize,
    /// The names above it.
    place: String,
    /// The last of its names so far.
    last: String,
    /// Its record; `None` if it is not a result's.
    record: Option<usize>,
}

/// Returns the scalars of a document, as far as azure-cli writes them: `name: value`, the value plain, quoted in either way
/// and folded over several lines, or a literal block. Each mapping of a result is a record.
///
/// # Errors
/// A name occurs twice in one mapping; a line is not an entry; a quoted value does not end.
pub(super) fn records(text: &str) -> Result<Vec<Record>, Error> {
    let mut records: Vec<Record> = Vec::new();
    let mut open: Vec<Mapping> = Vec::new();
    let mut rest = text;
    while let Some((line, after)) = first_line(rest) {
        let spaces = line.len() - line.trim_start().len();
        let (item, entry) = match line.trim_start().strip_prefix("- ") {
            Some(entry) => (true, entry),
            None => (false, line.trim_start()),
        };
        let indent = spaces + if item { 2 } else { 0 };
        let Some((name, _)) = yaml_name(entry) else {
            rest = match entry.trim_end() {
                "---" if !open.is_empty() => {
                    return Err(Error::failure("YAML of several documents").hint("keep the one of your VM"));
                }
                "" | "---" | "..." => after,
                // An item of a list that is not a mapping.
                _ if item => {
                    let (text, remains) = value(rest.get(indent..).unwrap_or_default(), indent)?;
                    if open.last().is_some_and(|mapping| is_of_statuses(&mapping.last)) {
                        records.push(Record::from([("code".to_owned(), text)]));
                    }
                    remains
                }
                _ => return Err(no_yaml()),
            };
            continue;
        };
        let name = name.to_ascii_lowercase();
        while open.pop_if(|mapping| mapping.column > indent || (item && mapping.column == indent)).is_some() {}
        if open.last().is_none_or(|mapping| mapping.column < indent) {
            let above = open.last().map(|mapping| match mapping.place.as_str() {
                "" => mapping.last.clone(),
                place => format!("{place}.{}", mapping.last),
            });
            let place = above.unwrap_or_default();
            let record = PLACES.contains(&place.as_str()).then_some(records.len());
            records.extend(record.map(|_| Record::new()));
            open.push(Mapping { column: indent, place, last: String::new(), record });
        }
        let after_colon = rest.get(indent + name.len() + 1..).unwrap_or_default();
        let (text, remains) = value(after_colon, indent)?;
        if let Some(mapping) = open.last_mut() {
            mapping.last.clone_from(&name);
            let name = match mapping.place.rsplit('.').next().unwrap_or_default() {
                "source" => resource::of_source(&name),
                // The message of a part of the first version is the script's output.
                above if is_of_statuses(above) && name == "message" => Some("executionmessage".to_owned()),
                above => match resource::of_parameter(above) {
                    Some(of_one) => (name == "value").then(|| of_one.to_owned()),
                    None => Some(name),
                },
            };
            let record = mapping.record.and_then(|index| records.get_mut(index));
            if record.zip(name).is_some_and(|(record, name)| record.insert(name, text).is_some()) {
                return Err(several());
            }
        }
        rest = remains;
    }
    Ok(records)
}

fn no_yaml() -> Error {
    Error::failure("not valid YAML, or a part of it").hint("keep all of it, with -o json")
}

/// Parses the value of an entry in that column, and returns it with what follows its lines.
fn value(text: &str, indent: usize) -> Result<(String, &str), Error> {
    let (line, after) = text.split_once('\n').unwrap_or((text, ""));
    let begin = text.trim_start_matches(' ');
    let (value, remains) = match line.trim() {
        "" => (String::new(), after),
        "|" | "|-" | "|+" => literal(after, indent),
        // Folded lines would have to be joined again.
        folded if folded.starts_with(['>', '|', '&', '*', '!', '{', '[']) && !matches!(folded, "[]" | "{}") => {
            return Err(no_yaml());
        }
        _ if begin.starts_with(['"', '\'']) => {
            let (value, rest) = quoted(begin).ok_or_else(no_yaml)?;
            let (line_end, remains) = rest.split_once('\n').unwrap_or((rest, ""));
            if !line_end.trim().is_empty() {
                return Err(no_yaml());
            }
            (value, remains)
        }
        // A long plain value continues in lines that are indented deeper.
        first => {
            let mut words: Vec<&str> = first.split_whitespace().collect();
            let mut remains = after;
            while let Some((line, after)) = first_line(remains) {
                if line.len() - line.trim_start().len() <= indent || line.trim().is_empty() || line.contains(": ") {
                    break;
                }
                words.extend(line.split_whitespace());
                remains = after;
            }
            let value = words.join(" ");
            (if value == "null" { String::new() } else { value }, remains)
        }
    };
    Ok((value, remains))
}

/// Splits off the first line of a text, which may lack its newline; `None` for an empty text.
fn first_line(text: &str) -> Option<(&str, &str)> {
    text.split_once('\n').or_else(|| (!text.is_empty()).then_some((text, "")))
}

/// Splits an entry into its name and what follows its colon on the same line.
fn yaml_name(entry: &str) -> Option<(&str, &str)> {
    entry.split_once(':').filter(|(name, value)| {
        let is_name =
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-/".contains(&byte));
        is_name && (value.is_empty() || value.starts_with(' '))
    })
}

/// Returns the value of a text that is one quoted scalar.
pub(super) fn scalar(text: &str) -> Option<String> {
    quoted(text.trim_start()).filter(|(_, rest)| rest.trim().is_empty()).map(|(text, _)| text)
}

/// Parses a quoted scalar at the start of a text, and returns what follows (YAML 1.1 sections 9.1 and 9.2). Lines within are
/// folded: a newline is a space, and each empty line a newline. `None` if it does not begin or end.
fn quoted(text: &str) -> Option<(String, &str)> {
    let quote = text.chars().next().filter(|character| matches!(character, '"' | '\''))?;
    let mut value = String::new();
    let mut chars = text.char_indices().skip(1).peekable();
    while let Some((index, character)) = chars.next() {
        match character {
            '\'' if quote == '\'' && chars.next_if(|(_, next)| *next == '\'').is_some() => value.push('\''),
            character if character == quote => return Some((value, text.get(index + 1..).unwrap_or_default())),
            '\\' if quote == '"' => match chars.next()?.1 {
                'n' => value.push('\n'),
                't' => value.push('\t'),
                'r' => value.push('\r'),
                '\n' => while chars.next_if(|(_, next)| matches!(next, ' ' | '\t')).is_some() {},
                'x' => value.push(hexadecimal(&mut chars, 2)?),
                'u' => value.push(hexadecimal(&mut chars, 4)?),
                'U' => value.push(hexadecimal(&mut chars, 8)?),
                'e' => value.push('\u{1b}'),
                'a' => value.push('\u{7}'),
                'b' => value.push('\u{8}'),
                'v' => value.push('\u{b}'),
                'f' => value.push('\u{c}'),
                '0' => value.push('\0'),
                'N' => value.push('\u{85}'),
                '_' => value.push('\u{a0}'),
                'L' => value.push('\u{2028}'),
                'P' => value.push('\u{2029}'),
                plain @ (' ' | '"' | '/' | '\\') => value.push(plain),
                _ => return None,
            },
            '\n' => {
                value.truncate(value.trim_end_matches([' ', '\t']).len());
                let mut empty = 0;
                while let Some((_, next)) = chars.next_if(|(_, next)| matches!(next, ' ' | '\t' | '\n')) {
                    empty += usize::from(next == '\n');
                }
                if empty == 0 {
                    value.push(' ');
                }
                value.extend(std::iter::repeat_n('\n', empty));
            }
            character => value.push(character),
        }
    }
    None
}

fn hexadecimal(chars: &mut impl Iterator<Item = (usize, char)>, digits: usize) -> Option<char> {
    let code = (0..digits).try_fold(0, |code, _| Some(code << 4 | chars.next()?.1.to_digit(16)?));
    code.and_then(char::from_u32)
}

/// Parses a literal block: the lines that are indented deeper, or empty, without the indentation of the first of them.
fn literal(text: &str, indent: usize) -> (String, &str) {
    let spaces = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let own = text.lines().find(|line| !line.trim().is_empty()).map(spaces).filter(|own| *own > indent);
    let Some(own) = own else { return (String::new(), text) };
    let mut value = String::new();
    let mut used = 0;
    for line in text.split_inclusive('\n') {
        if !line.trim().is_empty() && spaces(line) < own {
            break;
        }
        value.push_str(line.get(own..).unwrap_or("\n"));
        used += line.len();
    }
    (value, text.get(used..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_mapping_is_a_record_and_has_a_name_once() {
        let text = "instanceView:\n  error: ''\n  output: a\nname: x\nsource:\n  script: b\n  scriptUri: c\n";
        let read = records(text).unwrap();
        assert_eq!(read.iter().map(Record::len).collect::<Vec<_>>(), [3, 2, 2]);
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

    #[test]
    fn a_quoted_text_is_decoded_once() {
        for (text, expected) in [
            ("'a'", Some("a")),
            (" \"a\" \n", Some("a")),
            ("'it''s \"x\"'", Some("it's \"x\"")),
            ("\"it''s 'x'\"", Some("it''s 'x'")),
            ("'a\\n'", Some("a\\n")),
            ("\"\\n\\t\\r\\e\\a\\b\\v\\f\\0\"", Some("\n\t\r\u{1b}\u{7}\u{8}\u{b}\u{c}\0")),
            ("\"\\N\\_\\L\\P\"", Some("\u{85}\u{a0}\u{2028}\u{2029}")),
            ("\"\\x41\\u00e4\\U0001f600\"", Some("A\u{e4}\u{1f600}")),
            ("\"\\ \\\"\\/\\\\n\"", Some(" \"/\\n")),
            ("\"a\\\n   b\"", Some("ab")),
            ("'a \n  b'", Some("a b")),
            ("'a\n\n\t\n  b'", Some("a\n\nb")),
            ("\"\\q\"", None),
            ("\"\\xg1\"", None),
            ("\"\\x+1\"", None),
            ("\"\\ud800\"", None),
            ("'a' b", None),
            ("'a", None),
            ("\"a'", None),
            ("a", None),
        ] {
            assert_eq!(scalar(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_value_ends_where_its_lines_do() {
        for (text, code, level) in [
            ("code: a\nlevel: b\n", "a", "b"),
            ("---\ncode: a\n  b  c\nlevel: d\n...\n", "a b c", "d"),
            ("code: a\n  b: c\nlevel: d\n", "a", "d"),
            ("code: null\nlevel: []\n", "", "[]"),
            ("code: 'null'\nlevel: \"null\"\n", "null", "null"),
            ("level: b\ncode: a\n  c", "a c", "b"),
            ("code: |\n  a\n\n    b\nlevel: c\n", "a\n\n  b\n", "c"),
            ("code: |-\nlevel: b\n", "", "b"),
            ("code:\n- x\n- y\nlevel: b\n", "", "b"),
            ("code: 'a\n  b'\nlevel: \"c\"", "a b", "c"),
            ("code:\n  level: a\n  code: b\nlevel: c\n", "", "c"),
        ] {
            let read = records(text).unwrap();
            assert_eq!((read[0]["code"].as_str(), read[0]["level"].as_str()), (code, level), "{text}");
        }
        for text in [
            "code: a\nb\n",
            "code: a\n     \n  b\n",
            "code: 'a' b\n",
            "code: 'a\n",
            "code: >\n  a\n",
            "code: [a]\n",
            "code: &x a\n",
            "code: a\ncode: b\n",
        ] {
            assert!(records(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_name_precedes_a_colon_and_a_space() {
        for (entry, is_one) in [
            ("a: b", true),
            ("a:", true),
            ("a_b.c-d/e: f", true),
            ("a:b", false),
            (": b", false),
            ("a b: c", false),
            ("a", false),
        ] {
            assert_eq!(yaml_name(entry).is_some(), is_one, "{entry}");
        }
    }
}
