//! Reads Run Command's result as `-o table` prints it, or PowerShell's Format-Table: names, a line of dashes that shows the
//! width of each column, and cells of several lines.
//!
//! Why a stranger cannot write it: the first two lines of the text fix the columns, and the script's output stays in its own.
//! Refused are tables with characters of unknown width, and tables of an output that may be cut off, since other characters
//! than a newline end a row. Spaces at the ends of lines are lost, so a column's width counts where the length of an output
//! matters.

use super::result::Record;

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

/// Returns the record of a table, whatever its number of rows, since a cell's lines look like rows; and the number of bytes
/// that each of its rows may have had before it lost its spaces.
pub(super) fn record(text: &str) -> Option<(Record, usize)> {
    let mut lines = text.lines().map(|line| line.trim_end_matches('\r')).skip_while(|line| line.trim().is_empty());
    let (names, rule) = (lines.next()?, lines.next()?);
    begins(names, rule).then(|| (read(names, rule, &lines), rule.trim_end().len()))
}

fn read<'a>(names: &str, rule: &str, rows: &(impl Iterator<Item = &'a str> + Clone)) -> Record {
    let mut record = Record::new();
    let dashes: Vec<char> = rule.chars().collect();
    let mut start = 0;
    for _ in 0..MAX_COLUMNS {
        if start >= dashes.len() {
            break;
        }
        let width = dashes.iter().skip(start).take_while(|character| **character == '-').count();
        let gap = dashes.iter().skip(start + width).take_while(|character| **character == ' ').count();
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

/// Trims a column of one value, which is in the first line.
fn trim_if_one_line(text: &str) -> String {
    let trimmed = text.trim();
    if trimmed.contains('\n') { text.to_owned() } else { trimmed.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_begins_with_names_and_dashes() {
        let (longest, longer) = ("-".repeat(MAX_RULE), "-".repeat(MAX_RULE + 1));
        for (names, rule, is_one) in [
            ("A", "---", true),
            ("A  B", "---  ---  ", true),
            ("A", longest.as_str(), true),
            ("A", longer.as_str(), false),
            ("A", "--", false),
            ("A", "   ", false),
            ("A", "--- x", false),
            ("", "---", false),
            ("  ", "---", false),
            ("-A", "---", false),
        ] {
            assert_eq!(begins(names, rule), is_one, "{names} {}", rule.len());
        }
    }

    #[test]
    fn a_cell_reaches_to_the_next_column() {
        for (text, cells, width) in [
            (
                "\nCode  Age  Text\n----  ---  ----\nabcd  ef   ghi jkl\n      m\n",
                &[("code", "abcd"), ("age", "ef\nm\n"), ("text", "ghi jkl")][..],
                15,
            ),
            ("A\n---  \nx\n", &[("a", "x")][..], 3),
        ] {
            let expected: Record = cells.iter().map(|(name, cell)| ((*name).to_owned(), (*cell).to_owned())).collect();
            assert_eq!(record(text), Some((expected, width)), "{text}");
        }
    }

    #[test]
    fn only_so_many_columns_are_read() {
        let names: String = (0..MAX_COLUMNS + 4).map(|number| format!("c{number:02} ")).collect();
        let (read, _) = record(&format!("{names}\n{}\nx\n", "--- ".repeat(MAX_COLUMNS + 4))).unwrap();
        assert_eq!(read.len(), MAX_COLUMNS);
        // Nor more columns with the same name.
        let rows = "x\n".repeat(2000);
        let text = format!("{}\n{}\n{rows}", "a   ".repeat(2000), "--- ".repeat(2000));
        assert_eq!(record(&text).unwrap().0.len(), 1);
    }
}
