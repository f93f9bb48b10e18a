//! Reads Run Command's result as PowerShell's Format-List prints it: `Name : value`; long values continue in the lines below.
//!
//! Why a stranger cannot write it: names begin at the left edge (or two spaces further, below `Value[0]`), all with their
//! colon in one column, each once and known. A line of the script's output that looks like one makes its name occur twice.
//! PowerShell breaks lines that are wider than its window: a broken line is joined again, and what follows the break never
//! begins a line. Characters of unknown width hide where a line was broken: such a list is refused. A `#` ends the text,
//! since what follows it could be the end of a comment.

use common::error::Error;

use super::azure_names::VIEW;
use super::result::{Record, a_part, other_name, several};

/// The names of the first version's result: of each part, and of the whole.
const PARTS: [&str; 5] = ["code", "level", "displaystatus", "message", "time"];
const WHOLE: [&str; 4] = ["value", "status", "capacity", "count"];

/// Whether a line begins such a list.
pub(super) fn begins(line: &str) -> bool {
    Name::read(line).is_some()
}

/// Reports a list in which PowerShell shows the name of the result's type, or a part of an object, in place of the result.
pub(super) fn without_value(text: &str) -> Option<Error> {
    let value = text.lines().find_map(|line| Name::read(line).filter(|name| name.name == "value"))?.value.trim();
    if value.starts_with("{Microsoft.Azure.") {
        return Some(
            Error::failure("a list of PowerShell that shows the name of Value's type, not what is in it")
                .hint("print `$result.Value[0].Message`"),
        );
    }
    value.starts_with("{@{").then(|| {
        Error::failure("a PowerShell list with an object inside another")
            .hint("keep the JSON that az prints, without ConvertFrom-Json")
    })
}

/// The name at the start of a line like `  Message  : Enable succeeded: `.
struct Name<'a> {
    /// In lowercase.
    name: String,
    /// Where its colon is, in bytes.
    column: usize,
    value: &'a str,
}

impl<'a> Name<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let name = Self::any(line)?;
        let plain = name.plain();
        // Only the parts below `Value[0]` are indented.
        let is_whole = !line.starts_with(' ') && (WHOLE.contains(&plain) || VIEW.contains(&plain));
        (is_whole || PARTS.contains(&plain)).then_some(name)
    }

    /// Parses a name, known or not.
    fn any(line: &'a str) -> Option<Self> {
        let (name, value) = line.split_once(':')?;
        if !name.ends_with(' ') || !(value.is_empty() || value.starts_with(' ')) || name.starts_with("   ") {
            return None;
        }
        let column = name.len();
        let name = name.trim().to_ascii_lowercase();
        let is_word =
            !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"[]_".contains(&byte));
        is_word.then(|| Self { name, column, value: value.strip_prefix(' ').unwrap_or(value) })
    }

    /// Returns the name without its index.
    fn plain(&self) -> &str {
        self.name.split('[').next().unwrap_or_default()
    }
}

/// Returns the records of such a list: one for each `Value[…]`, and one for what is outside them.
///
/// # Errors
/// A name occurs twice, or is not one of Azure's.
pub(super) fn records(text: &str) -> Result<Vec<Record>, Error> {
    let width = text.lines().map(|line| line.trim_end_matches('\r').chars().count()).max().unwrap_or_default();
    let mut records = vec![Record::new()];
    let mut column = None;
    let mut current: Option<(String, Vec<&str>)> = None;
    let mut keep = |current: Option<(String, Vec<&str>)>, column: usize| {
        let Some((name, lines)) = current else { return Ok(()) };
        if name.starts_with("value[") {
            records.push(Record::new());
            return Ok(());
        }
        // What follows the last part belongs to the whole.
        let is_of_part = PARTS.contains(&name.as_str());
        let record = if is_of_part { records.last_mut() } else { records.first_mut() };
        let value = unwrapped(&lines, column, width);
        match record.and_then(|record| record.insert(name, value)) {
            Some(_) => Err(several()),
            None => Ok(()),
        }
    };
    let mut is_view = None;
    for line in text.lines().map(|line| line.trim_end_matches('\r')) {
        // A name of the other version is a part of a value.
        let name = Name::read(line).filter(|name| {
            let of_view = VIEW.contains(&name.name.as_str());
            *column.get_or_insert(name.column) == name.column && *is_view.get_or_insert(of_view) == of_view
        });
        // Names of other programs are in the same column.
        let is_others = |other: &Name<'_>| {
            column == Some(other.column) && ![&PARTS[..], &WHOLE, &VIEW].iter().any(|of| of.contains(&other.plain()))
        };
        if let Some(other) = Name::any(line).filter(is_others) {
            return Err(other_name(&other.name));
        }
        match (name, &mut current) {
            (Some(next), _) => {
                keep(current.take(), next.column)?;
                current = Some((next.name, vec![next.value]));
            }
            (None, Some((_, lines))) => lines.push(line),
            (None, None) => {}
        }
    }
    keep(current, column.unwrap_or_default())?;
    records.retain(|record| !record.is_empty());
    // A list without its last names may be cut off, or a stranger's name may hide them.
    let lacks = |name: &&str| is_view == Some(true) && !records.iter().any(|record| record.contains_key(*name));
    if ["output", "error"].iter().any(lacks) {
        return Err(a_part());
    }
    Ok(records)
}

/// Joins the lines of a value, whose first one follows the colon in that column. A line that fills the window is joined with
/// the next one, unless it ends as a line of ssh-keygen does.
fn unwrapped(lines: &[&str], colon: usize, width: usize) -> String {
    let value_column = colon + ": ".len();
    let mut text = String::new();
    let mut goes_on = false;
    for (index, line) in lines.iter().enumerate() {
        let (part, full) = if index == 0 {
            (*line, value_column + line.chars().count())
        } else {
            let spaces = line.bytes().take(value_column).take_while(|byte| *byte == b' ').count();
            (line.get(spaces..).unwrap_or_default(), line.chars().count())
        };
        if index > 0 && !goes_on {
            text.push('\n');
        } else if goes_on && ends_a_word(&text) {
            text.push(' ');
        }
        text.push_str(part);
        goes_on = full == width && !part.ends_with(')');
    }
    if text.contains('\n') { text + "\n" } else { text.trim().to_owned() }
}

/// Whether the last word is whole: a size or a fingerprint. The space after it is lost where a line is broken there.
fn ends_a_word(text: &str) -> bool {
    let tail = text.get(text.len().saturating_sub(100)..).unwrap_or_default();
    let word = tail.rsplit(char::is_whitespace).next().unwrap_or_default();
    word.parse::<u32>().is_ok() || word.parse::<common::key::Fingerprint>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_shows_a_type_or_an_object_in_another_is_named() {
        for (text, words) in [
            (
                "\nValue      : {Microsoft.Azure.Management.Compute.Models.InstanceViewStatus}\nName       : \n",
                "Value's type",
            ),
            ("value : {@{code=ProvisioningState/succeeded; message=Enable succeeded: \n", "inside another"),
        ] {
            assert!(without_value(text).unwrap().message().contains(words), "{text}");
        }
        for text in ["Value : x\n", "Code : {@{x}}\n", ""] {
            assert!(without_value(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_name_in_the_scripts_output_occurs_twice() {
        let list = "Value[0]        : \n  Code          : ProvisioningState/succeeded\n  Message       : Enable succeeded: \n\
                    [stdout]\nx\n[stderr]\n\nStatus          : Succeeded\nCount           : 0\n";
        let read = records(list).unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!(read[1]["message"], "Enable succeeded: \n[stdout]\nx\n[stderr]\n\n");
        assert_eq!(read[0]["status"], "Succeeded");
        for line in ["Status          : Succeeded", "  Message       : y", "  Code          : z"] {
            assert!(records(&list.replace("\nx\n", &format!("\n{line}\n"))).is_err(), "{line}");
        }
        let sender = records(&list.replace("Count           :", "Sender          :")).unwrap_err();
        assert!(sender.message().starts_with("`sender` next to"), "{sender:?}");
        // In another column it is not a name.
        for line in ["Status : Succeeded", "   Message      : y", "Message: y"] {
            let read = records(&list.replace("\nx\n", &format!("\n{line}\n"))).unwrap();
            assert!(read[1]["message"].contains(line.trim_start()), "{line}");
        }
    }

    #[test]
    fn what_follows_a_break_begins_no_line() {
        let value = |lines: &[&str]| unwrapped(lines, 3, 20);
        assert_eq!(value(&["0123456789abcde", "     256 x"]), "0123456789abcde256 x");
        assert_eq!(value(&["0123456789abcd)", "     256 x"]), "0123456789abcd)\n256 x\n");
        assert_eq!(value(&["short", "     256 x"]), "short\n256 x\n");
    }

    #[test]
    fn names_are_in_their_positions() {
        for (line, is_one) in [
            ("Message : y", true),
            ("  Message : y", true),
            ("   Message : y", false),
            ("Message :", true),
            ("Message: y", false),
            ("Message :y", false),
            ("Value[0] : ", true),
            ("Status : x", true),
            ("  Status : x", false),
            ("Output : x", true),
            ("  Output : x", false),
            ("Name : x", false),
            ("Message", false),
        ] {
            assert_eq!(begins(line), is_one, "{line}");
        }
    }

    #[test]
    fn a_name_of_the_other_version_is_a_part_of_a_value() {
        let parts = "Code    : ProvisioningState/succeeded\nMessage : x\nOutput  : y\nStatus  : Succeeded\n";
        let read = records(parts).unwrap();
        assert_eq!(read[0]["message"], "x\nOutput  : y\n");
        assert!(!read[0].contains_key("output"));
        let view = "ExecutionState : Succeeded\nOutput         : x\nStatus         : y\nError          : \n";
        assert_eq!(records(view).unwrap()[0]["output"], "x\nStatus         : y\n");
        for name in ["Output", "Error"] {
            assert!(records(&view.replace(name, &"x".repeat(name.len()))).is_err(), "{name}");
        }
    }

    #[test]
    fn the_space_after_a_whole_word_is_lost_at_a_break() {
        let size = unwrapped(&["0123456789 3072", "     SHA256:"], 3, 20);
        assert_eq!(size, "0123456789 3072 SHA256:");
        let fingerprint = "SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM";
        assert_eq!(unwrapped(&[fingerprint, "     x"], 3, 55), format!("{fingerprint} x"));
        assert_eq!(unwrapped(&["", "     x"], 3, 20), "\nx\n");
    }
}
