//! Run Command's result as `-o table` prints it, or PowerShell's Format-Table: names, a line of dashes that shows how
//! wide each column is, and cells of several lines.
//!
//! Why a stranger cannot write it: the first two lines of the text say which columns are whose, and what the script
//! printed stays in its own: a table with characters whose width is unknown is refused, and so is one of an output that
//! may be cut, since other characters than a newline end a row. Blanks at the ends of lines are lost, so that the width of a column counts where it
//! matters how long an output was.

use super::Record;

/// The widest table that is read, in bytes. An output of 4096 bytes may be one line.
const MAX_RULE: usize = 8192;

/// The most columns that are read.
const MAX_COLUMNS: usize = 16;

/// Whether these two lines, the first of a text, begin a table.
pub(super) fn begins(names: &str, rule: &str) -> bool {
    let is_rule = rule.len() <= MAX_RULE
        && rule.contains("---")
        && rule.trim_end().bytes().all(|byte| byte == b'-' || byte == b' ');
    is_rule && !names.trim().is_empty() && !names.starts_with('-')
}

/// The record of a table, whatever its number of rows, since a cell's lines look like rows; and how many bytes each of
/// its rows may have had before their blanks were lost.
pub(super) fn record(text: &str) -> Option<(Record, usize)> {
    let mut lines = text.lines().map(|line| line.trim_end_matches('\r')).skip_while(|line| line.trim().is_empty());
    let (names, rule) = (lines.next()?, lines.next()?);
    begins(names, rule).then(|| (read(names, rule, &lines), rule.trim_end().len()))
}

fn read<'a>(names: &str, rule: &str, rows: &(impl Iterator<Item = &'a str> + Clone)) -> Record {
    let mut record = Record::new();
    let dashes: Vec<char> = rule.chars().collect();
    let mut start = 0;
    while start < dashes.len() && record.len() < MAX_COLUMNS {
        let width = dashes.iter().skip(start).take_while(|letter| **letter == '-').count();
        let gap = dashes.iter().skip(start + width).take_while(|letter| **letter == ' ').count();
        // A last column may be wider than its rule.
        let reach = if start + width >= dashes.len() { usize::MAX } else { width + gap };
        let cell = |line: &str| line.chars().skip(start).take(reach).collect::<String>().trim_end().to_owned();
        let mut text = String::new();
        for row in rows.clone() {
            text.push_str(&cell(row));
            text.push('\n');
        }
        record.insert(cell(names).to_ascii_lowercase(), trim_if_one_line(&text));
        start += width + gap.max(1);
    }
    record
}

/// A column of one value has it in the first line.
fn trim_if_one_line(text: &str) -> String {
    let trimmed = text.trim();
    if trimmed.contains('\n') { text.to_owned() } else { trimmed.to_owned() }
}
