//! `--help`, made from the option table.

use std::fmt::Write as _;

use super::table::{STANDARD, Tool};

/// The widest line that the help may have.
const WIDTH: usize = 100;

/// The text of `--help`.
#[must_use]
pub fn help<F>(tool: &Tool<F>) -> String {
    let mut text = format!("{}: {}\n\n", tool.name, tool.summary);
    text.push_str(&usage(tool));
    text.push_str("\nOptions:\n");
    let mut rows: Vec<(String, &str)> = tool
        .options
        .iter()
        .map(|option| {
            let value = option.value.as_ref().map(|value| value.name);
            (left(option.short, option.long, value), option.help)
        })
        .collect();
    rows.extend(STANDARD.iter().map(|(short, long, help)| (left(Some(*short), long, None), *help)));
    let column = rows.iter().map(|(left, _)| left.len()).max().unwrap_or(0) + 2;
    for (left, right) in rows {
        let mut lines = wrap(right.split(' '), WIDTH.saturating_sub(column)).into_iter();
        let _ = writeln!(text, "{left:column$}{}", lines.next().unwrap_or_default());
        for line in lines {
            let _ = writeln!(text, "{:column$}{line}", "");
        }
    }
    text.push_str("\nExit status:\n");
    for (status, meaning) in tool.exit_status.iter().enumerate() {
        let lines = wrap(meaning.split(' '), WIDTH - 5);
        let _ = writeln!(text, "  {status}  {}", lines.join("\n     "));
    }
    text
}

/// The usage lines alone, for a tool that has nothing to read.
pub(super) fn usage<F>(tool: &Tool<F>) -> String {
    let mut text = String::new();
    for (index, form) in tool.synopsis.iter().enumerate() {
        let lead = format!("{} {} ", if index == 0 { "Usage:" } else { "      " }, tool.name);
        // An option is not parted from its value.
        let parts = form.replace("] ", "]\n");
        let lines = wrap(parts.split('\n'), WIDTH.saturating_sub(lead.len()));
        let _ = writeln!(text, "{lead}{}", lines.join(&format!("\n{:width$}", "", width = lead.len())));
    }
    text
}

fn left(short: Option<char>, long: &str, value: Option<&str>) -> String {
    let short = short.map_or_else(|| "    ".to_owned(), |letter| format!("-{letter}, "));
    let value = value.map(|name| format!(" {name}")).unwrap_or_default();
    format!("  {short}--{long}{value}")
}

/// Puts parts, with a space between them, into lines of at most `width` characters.
fn wrap<'a>(parts: impl Iterator<Item = &'a str>, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in parts {
        match lines.last_mut() {
            Some(line) if line.len() + 1 + word.len() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
