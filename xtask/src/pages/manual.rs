//! Writes docs/man: the manual pages as Markdown.

use std::fmt::Write as _;

use common::cli::Tool;
use common::cli::table::{HEADING, ITEM, JsonObject, STANDARD, TERMINAL};

use super::markdown::{cell, text};

/// The page of a tool.
pub(super) fn page<F>(tool: &Tool<F>) -> String {
    let name = tool.name;
    let mut page = format!(
        "# {name}(1)\n\n<!-- made by `cargo xtask docs` -->\n\n{name} - {}\n\n## Synopsis\n\n",
        text(tool.summary)
    );
    for form in tool.synopsis {
        let _ = writeln!(page, "    {name} {form}");
    }
    page.push_str("\n## Description\n");
    let mut follows_item = false;
    for paragraph in tool.description {
        if let Some(heading) = paragraph.strip_prefix(HEADING) {
            let _ = writeln!(page, "\n### {heading}");
            follows_item = false;
            continue;
        }
        let is_item = paragraph.starts_with(ITEM);
        let blank = if is_item && follows_item { "" } else { "\n" };
        let _ = writeln!(page, "{blank}{}", text(paragraph));
        follows_item = is_item;
    }
    page.push_str("\n## Options\n");
    for (heading, options) in tool.grouped() {
        page.push_str(&if heading.is_empty() { "\n".to_owned() } else { format!("\n### {heading}\n\n") });
        page.push_str("| option | |\n|---|---|\n");
        for option in options {
            let letter = option.short.map(|letter| format!("`-{letter}`, ")).unwrap_or_default();
            let value = option.value.as_ref().map(|value| format!(" {}", value.name)).unwrap_or_default();
            let _ = writeln!(page, "| {letter}`--{}{value}` | {} |", option.long, cell(&tool.help_of(option)));
        }
    }
    for (letter, long, help) in STANDARD {
        let _ = writeln!(page, "| `-{letter}`, `--{long}` | {help} |");
    }
    page.push_str("\n## Exit status\n\n");
    page.push_str(&statuses(tool));
    if !tool.json.is_empty() {
        page.push_str("\n## JSON fields\n\n");
        page.push_str(&objects(tool.json));
    }
    if !tool.files.is_empty() {
        page.push_str("\n## Files\n\n");
        page.push_str(&rows("file", tool.files.iter().copied()));
    }
    page.push_str("\n## Environment\n\n");
    page.push_str(&rows("variable", tool.environment.iter().chain(&TERMINAL).copied()));
    page.push_str("\n## Examples\n");
    for example in tool.examples {
        let commands: String = example.commands.lines().map(|line| format!("$ {line}\n")).collect();
        let prints = example.prints.replace("[..]", "…");
        let _ = write!(page, "\n{}\n\n```text\n{commands}{prints}```\n", text(example.purpose));
    }
    let _ = write!(page, "\n## See also\n\n{}\n", text(&tool.see_also.join(", ")));
    page
}

/// The table of exit statuses.
pub(super) fn statuses<F>(tool: &Tool<F>) -> String {
    let meanings = tool.exit_status.iter().enumerate();
    let rows = meanings.map(|(status, meaning)| format!("| {status} | {} |\n", cell(meaning)));
    format!("| status | |\n|---|---|\n{}", rows.collect::<String>())
}

/// The objects that `--json` prints.
pub(super) fn objects(objects: &[&JsonObject]) -> String {
    let of = |object: &&JsonObject| format!("{}\n\n{}", text(object.about()), rows("field", object.fields()));
    objects.iter().map(of).collect::<Vec<String>>().join("\n")
}

/// A table of names and their meaning.
fn rows<'a>(head: &str, rows: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let rows = rows.map(|(name, meaning)| format!("| {} | {} |\n", cell(name), cell(meaning)));
    format!("| {head} | |\n|---|---|\n{}", rows.collect::<String>())
}
