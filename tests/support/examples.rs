//! Runs the examples in documents and compares their output. A block ```` ```console ```` has command lines after `$ `
//! (continued after `> `), each with its output on both streams, and `? N` if its exit status is not 0. In the output
//! `[..]` means any text within a line, and a line `...` any lines.
//!
//! Unlike trycmd, each command line is run by a shell, because pipelines are what these tools are for.

use super::Sandbox;

/// A command line and what it must do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its line number.
    pub line: usize,
    /// The command line.
    pub command: String,
    /// Its output.
    pub prints: String,
    /// Its exit status.
    pub status: i32,
}

/// The prompt before a command line.
pub const PROMPT: &str = "$ ";

/// The steps in a Markdown document.
#[must_use]
pub fn steps(document: &str) -> Vec<Step> {
    steps_with_prompt(document, "```console", PROMPT)
}

/// The steps in the blocks that begin with this line, each after this prompt.
#[must_use]
pub fn steps_with_prompt(document: &str, fence: &str, prompt: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut inside = false;
    for (number, line) in document.lines().enumerate() {
        if line.starts_with("```") {
            inside = line == fence;
        } else if inside {
            read_line(&mut steps, number + 1, line, prompt);
        }
    }
    steps
}

fn read_line(steps: &mut Vec<Step>, number: usize, line: &str, prompt: &str) {
    if let Some(command) = line.strip_prefix(prompt) {
        steps.push(Step { line: number, command: command.to_owned(), prints: String::new(), status: 0 });
        return;
    }
    let Some(step) = steps.last_mut() else { return };
    if let Some(more) = line.strip_prefix("> ") {
        step.command.push('\n');
        step.command.push_str(more);
    } else if let Some(status) = line.strip_prefix("? ").and_then(|status| status.parse().ok()) {
        step.status = status;
    } else {
        step.prints.push_str(line);
        step.prints.push('\n');
    }
}

/// Runs all steps of a document in one sandbox.
///
/// # Panics
/// A step does not do what the document says.
pub fn check(name: &str, document: &str, sandbox: &Sandbox) {
    let steps = steps(document);
    assert!(!steps.is_empty(), "{name} has no examples");
    for step in steps {
        check_step(name, &step, sandbox);
    }
}

/// Runs one step.
///
/// # Panics
/// It does not do what the document says.
pub fn check_step(name: &str, step: &Step, sandbox: &Sandbox) {
    let outcome = sandbox.shell(&format!("exec 2>&1\n{}", step.command));
    let place = format!("{name}:{}: {}", step.line, step.command);
    assert!(
        matches(&step.prints, &outcome.stdout),
        "{place}\n--- expected\n{}--- printed\n{}",
        step.prints,
        outcome.stdout
    );
    assert_eq!(outcome.status, Some(step.status), "{place}");
}

/// Whether a text matches a pattern.
#[must_use]
pub fn matches(pattern: &str, text: &str) -> bool {
    let pattern: Vec<&str> = pattern.lines().collect();
    let text: Vec<&str> = text.lines().collect();
    lines_match(&pattern, &text)
}

fn lines_match(pattern: &[&str], text: &[&str]) -> bool {
    match (pattern.split_first(), text.split_first()) {
        (None, None) => true,
        (Some((&"...", rest)), _) => (0..=text.len()).any(|skip| lines_match(rest, &text[skip..])),
        (Some((pattern, patterns)), Some((line, lines))) => line_matches(pattern, line) && lines_match(patterns, lines),
        _ => false,
    }
}

fn line_matches(pattern: &str, line: &str) -> bool {
    let Some((start, rest)) = pattern.split_once("[..]") else { return pattern == line };
    let Some(line) = line.strip_prefix(start) else { return false };
    // The shortest gap with which the rest matches.
    (0..=line.len()).filter(|end| line.is_char_boundary(*end)).any(|end| line_matches(rest, &line[end..]))
}
