//! Writes manual pages in section 1.

use common::cli::Tool;
use common::cli::table::{HEADING, ITEM, STANDARD, TERMINAL};
use roff::{Inline, Roff, bold, italic, roman};

/// The page of a tool.
pub(crate) fn page<F>(tool: &Tool<F>) -> String {
    let mut page = Roff::new();
    let version = concat!("vmkeys ", env!("CARGO_PKG_VERSION"));
    page.control("TH", [&*tool.name.to_uppercase(), "1", release_date(), version, "vmkeys"]);
    section(&mut page, "Name");
    page.text([roman(format!("{} - {}", tool.name, tool.summary))]);
    synopsis(&mut page, tool);
    section(&mut page, "Description");
    paragraphs(&mut page, tool.description);
    options(&mut page, tool);
    section(&mut page, "Exit status");
    for (status, meaning) in tool.exit_status.iter().enumerate() {
        entry(&mut page, vec![bold(status.to_string())], meaning);
    }
    if !tool.json.is_empty() {
        json_fields(&mut page, tool);
    }
    if !tool.files.is_empty() {
        section(&mut page, "Files");
        entries(&mut page, tool.files);
    }
    section(&mut page, "Environment");
    entries(&mut page, tool.environment);
    entries(&mut page, &TERMINAL);
    page.control("PP", []);
    page.text([roman("Long operations show their progress on standard error if it is a terminal.")]);
    examples(&mut page, tool);
    section(&mut page, "See also");
    page.text([roman(tool.see_also.join(", "))]);
    source(&page.render())
}

fn synopsis<F>(page: &mut Roff, tool: &Tool<F>) {
    section(page, "Synopsis");
    for (index, form) in tool.synopsis.iter().enumerate() {
        if index > 0 {
            page.control("br", []);
        }
        page.text([bold(tool.name), roman(format!(" {form}"))]);
    }
}

fn options<F>(page: &mut Roff, tool: &Tool<F>) {
    section(page, "Options");
    for (heading, options) in tool.grouped() {
        if !heading.is_empty() {
            page.control("SS", [heading]);
        }
        for option in options {
            let value = option.value.as_ref().map(|value| value.name);
            entry(page, option_names(option.short, option.long, value), &tool.help_of(option));
        }
    }
    for (short, long, help) in STANDARD {
        entry(page, option_names(Some(short), long, None), help);
    }
}

fn json_fields<F>(page: &mut Roff, tool: &Tool<F>) {
    section(page, "JSON fields");
    for (index, object) in tool.json.iter().enumerate() {
        if index > 0 {
            page.control("PP", []);
        }
        page.text([roman(object.about())]);
        for (name, meaning) in object.fields() {
            entry(page, vec![bold(name)], meaning);
        }
    }
}

fn examples<F>(page: &mut Roff, tool: &Tool<F>) {
    section(page, "Examples");
    for (index, example) in tool.examples.iter().enumerate() {
        if index > 0 {
            page.control("PP", []);
        }
        page.text([roman(example.purpose)]);
        page.control("PP", []);
        page.control("RS", ["4"]);
        page.control("nf", []);
        for line in example.commands.lines() {
            page.text([bold(format!("$ {line}"))]);
        }
        for line in example.prints.lines() {
            page.text([roman(line.replace("[..]", "…"))]);
        }
        page.control("fi", []);
        page.control("RE", []);
    }
}

/// The widest line of a page's source that no formatter warns about.
const WIDTH: usize = 80;

/// Converts a page's source to ASCII and short lines with the same meaning.
fn source(page: &str) -> String {
    let mut text = String::new();
    let mut fills = true;
    for line in page.lines() {
        let line: String = line.chars().map(character).collect();
        match line.as_str() {
            ".nf" => fills = false,
            ".fi" => fills = true,
            _ => {}
        }
        let mut width = 0;
        for (index, word) in line.split(' ').enumerate() {
            // A line that begins with these characters would be a command.
            let may_begin = fills && !line.starts_with('.') && !word.is_empty() && !word.starts_with(['.', '\'']);
            if index > 0 {
                let too_wide = width + 1 + word.len() > WIDTH && may_begin;
                text.push(if too_wide { '\n' } else { ' ' });
                width = if too_wide { 0 } else { width + 1 };
            }
            text.push_str(word);
            width += word.len();
        }
        text.push('\n');
    }
    text
}

/// Writes a character as every roff reads it.
fn character(c: char) -> String {
    if c.is_ascii() { c.to_string() } else { format!("\\[u{:04X}]", u32::from(c)) }
}

/// The date of the newest release in the changelog, whose headings read `## VERSION (DATE)`.
pub(crate) fn release_date() -> &'static str {
    let heading = include_str!("../../CHANGELOG.md").lines().find(|line| line.starts_with("## ") && line.contains('('));
    let date = heading.and_then(|line| line.split_once('(')).and_then(|(_, date)| date.split_once(')'));
    date.map_or("undated", |(date, _)| date)
}

fn section(page: &mut Roff, name: &str) {
    page.control("SH", [&*name.to_uppercase()]);
}

/// Writes paragraphs, headings and list items.
fn paragraphs(page: &mut Roff, paragraphs: &[&str]) {
    let mut follows_heading = true;
    for paragraph in paragraphs {
        if let Some(heading) = paragraph.strip_prefix(HEADING) {
            page.control("SS", [heading]);
            follows_heading = true;
            continue;
        }
        let item = paragraph.strip_prefix(ITEM);
        match item {
            Some(_) => page.control("IP", ["\\(bu", "2"]),
            None if !follows_heading => page.control("PP", []),
            None => page,
        };
        follows_heading = false;
        page.text(code_in_bold(item.unwrap_or(paragraph)));
    }
}

fn entries(page: &mut Roff, rows: &[(&str, &str)]) {
    for (name, meaning) in rows {
        entry(page, vec![bold(*name)], meaning);
    }
}

fn entry(page: &mut Roff, head: Vec<Inline>, text: &str) {
    page.control("TP", []);
    page.text(head);
    page.text(code_in_bold(text));
}

fn option_names(short: Option<char>, long: &str, value: Option<&str>) -> Vec<Inline> {
    let mut names = Vec::new();
    if let Some(letter) = short {
        names.extend([bold(format!("-{letter}")), roman(", ")]);
    }
    names.push(bold(format!("--{long}")));
    names.extend(value.map(|value| [roman(" "), italic(value)]).into_iter().flatten());
    names
}

/// Formats text between backquotes in bold.
fn code_in_bold(text: &str) -> Vec<Inline> {
    text.split('`').enumerate().map(|(index, part)| if index % 2 == 0 { roman(part) } else { bold(part) }).collect()
}
