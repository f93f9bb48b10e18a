//! Run Command's result as `-o table` prints it: names, a line of dashes that shows how wide each column is, and cells
//! of several lines.

use super::Record;

/// The widest table that is read, in bytes. An output of 4096 bytes may be one line.
const MAX_RULE: usize = 8192;

/// The most columns that are read.
const MAX_COLUMNS: usize = 16;

/// The records of a table: one, whatever its number of rows, since a cell's lines look like rows. None where there is
/// no table.
pub(super) fn records(text: &str) -> Vec<Record> {
    let mut lines = text.lines();
    let mut names = "";
    while let Some(line) = lines.next() {
        let is_rule = line.len() <= MAX_RULE
            && line.contains("---")
            && line.trim_end().bytes().all(|byte| byte == b'-' || byte == b' ');
        if is_rule && !names.is_empty() && !names.starts_with('-') {
            return vec![record(names, line, &lines)];
        }
        names = line;
    }
    Vec::new()
}

fn record<'a>(names: &str, rule: &str, rows: &(impl Iterator<Item = &'a str> + Clone)) -> Record {
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
