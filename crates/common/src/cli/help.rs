//! Builds `--help` and `-h` from the option table.

use std::fmt::Write as _;

use super::table::{Opt, STANDARD, Tool};

/// The maximum width of a line of the help.
const WIDTH: usize = 100;

/// The number of examples in `-h`.
const EXAMPLES: usize = 3;

/// Returns the text of `--help`: every option with its description.
#[must_use]
pub fn help<F>(tool: &Tool<F>) -> String {
    let mut text = format!("{}: {}\n\n", tool.name, tool.summary);
    text.push_str(&usage(tool));
    let mut groups: Vec<(&str, Vec<(String, String)>)> = Vec::new();
    for (heading, options) in tool.grouped() {
        let row = |option: &&Opt<F>| {
            let value = option.value.as_ref().map(|value| value.name);
            (left(option.short, option.long, value), tool.help_of(option))
        };
        groups.push((if heading.is_empty() { "Options" } else { heading }, options.iter().map(row).collect()));
    }
    if let Some((_, rows)) = groups.last_mut() {
        rows.extend(STANDARD.map(|(short, long, help)| (left(Some(short), long, None), help.to_owned())));
    }
    let column = groups.iter().flat_map(|(_, rows)| rows).map(|(left, _)| left.len()).max().unwrap_or(0) + 2;
    for (heading, rows) in groups {
        let _ = writeln!(text, "\n{heading}:");
        for (left, right) in rows {
            let mut lines = wrap(right.split(' '), WIDTH.saturating_sub(column)).into_iter();
            let _ = writeln!(text, "{left:column$}{}", lines.next().unwrap_or_default());
            for line in lines {
                let _ = writeln!(text, "{:column$}{line}", "");
            }
        }
    }
    text.push_str("\nExit status:\n");
    for (status, meaning) in tool.exit_status.iter().enumerate() {
        let lines = wrap(meaning.split(' '), WIDTH - 5);
        let _ = writeln!(text, "  {status}  {}", lines.join("\n     "));
    }
    text
}

/// Returns the text of `-h`: the synopsis, a few examples, and the names of the options.
#[must_use]
pub fn short_help<F>(tool: &Tool<F>) -> String {
    let mut text = format!("{}: {}\n\n", tool.name, tool.summary);
    text.push_str(&usage(tool));
    for (index, example) in tool.examples.iter().take(EXAMPLES).enumerate() {
        let _ = writeln!(text, "{}\n  {}", if index == 0 { "\nExamples:" } else { "" }, example.purpose);
        for line in example.commands.lines() {
            let _ = writeln!(text, "      {line}");
        }
    }
    text.push_str("\nOptions:\n");
    let groups = tool.grouped();
    let column = groups.iter().map(|(heading, _)| heading.len()).max().unwrap_or(0) + 4;
    for (heading, options) in groups {
        let names: Vec<String> = options.iter().map(|option| name(option)).collect();
        let lines = wrap(names.iter().map(String::as_str), WIDTH.saturating_sub(column));
        let _ = writeln!(text, "  {heading:width$}{}", lines.join(&format!("\n{:column$}", "")), width = column - 2);
    }
    let _ = writeln!(text, "\n`{0} --help` explains each option, and the manual page {0}(1) everything.", tool.name);
    text
}

/// Returns an option as the short help names it: its short form if it has one, and its value.
fn name<F>(option: &Opt<F>) -> String {
    let name = option.short.map_or_else(|| format!("--{}", option.long), |letter| format!("-{letter}"));
    // Keeps an option and its value on one line.
    option.value.as_ref().map_or_else(|| name.clone(), |value| format!("{name} {}", value.name))
}

/// Returns the usage lines alone, for a tool that has no input.
pub(super) fn usage<F>(tool: &Tool<F>) -> String {
    let mut text = String::new();
    for (index, form) in tool.synopsis.iter().enumerate() {
        let lead = format!("{} {} ", if index == 0 { "Usage:" } else { "      " }, tool.name);
        // Keeps an option and its value on one line.
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

/// Fills lines of at most `width` characters with parts, separated by spaces.
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
