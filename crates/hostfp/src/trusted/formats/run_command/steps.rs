//! Decides which files a shell script reads. A step is one simple command between `;`, `|`, `&`, parentheses and newlines.
//!
//! Why known words are not enough: a known word is also the name of a file where the script runs (`cat key`, `cat *.pub`,
//! `find .`), or of a machine (`hostfp test`). Names without a folder count only after `cd /etc/ssh`.

mod command;
mod passed;
mod scopes;
mod step;
mod variables;

use self::command::Command;
use self::passed::Passed;
use self::scopes::Scopes;
use self::step::Step;
use self::variables::variables;

/// The most words of a script.
const MOST_WORDS_OF_SCRIPT: usize = 4096;

/// Whether no step of a script reads files in the current folder, or asks a machine.
pub(super) fn read_only_host_keys(script: &str) -> bool {
    let steps = steps(script);
    if steps.iter().map(|step| step.words.len()).sum::<usize>() > MOST_WORDS_OF_SCRIPT {
        return false;
    }
    let variables = variables(&steps);
    let passed = Passed::of(&steps);
    let mut scopes = Scopes::default();
    let mut operator = '\n';
    steps.iter().enumerate().all(|(index, step)| {
        let next = steps.get(index + 1);
        let before = scopes.begin(step);
        let command = Command::new(step, scopes.is_there, passed.is_from(index, step), &variables);
        let (fits, is_now) = command.examine(next);
        scopes.is_there = is_now;
        scopes.end(step, before, operator, is_doubled(step, next));
        operator = step.end;
        fits
    })
}

/// Whether `&&` or `||` follows a step: the second character is a step without words.
fn is_doubled(step: &Step, next: Option<&Step>) -> bool {
    next.is_some_and(|next| next.words.is_empty() && next.end == step.end)
}

/// Splits a script into its steps. Quotes only end words, since a shell within may be given what they hold.
fn steps(script: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut step = Step::default();
    let mut word = String::new();
    let mut depth = 0_usize;
    let mut is_backquoted = false;
    let mut quote = None;
    // The previous character, and whether a word had begun before it.
    let (mut last, mut is_begun) = ('\n', false);
    let lines = script.lines().filter(|line| !line.trim_start().starts_with('#'));
    for character in lines.flat_map(|line| line.chars().chain(['\n'])) {
        quote = match (character, quote) {
            ('\'' | '"', None) => Some(character),
            (character, Some(open)) if character == open => None,
            _ => quote,
        };
        let is_redirection = matches!(character, '<' | '>');
        let is_end = matches!(character, ';' | '|' | '&' | '(' | ')' | '`' | '\n');
        if !(character.is_whitespace() || is_end || is_redirection || matches!(character, '\'' | '"')) {
            word.push(character.to_ascii_lowercase());
            last = character;
            continue;
        }
        // An empty pair of quotes is an operand, too.
        let is_empty_word = matches!(character, '\'' | '"') && last == character && !is_begun;
        is_begun = !word.is_empty();
        last = character;
        let word = std::mem::take(&mut word);
        let is_stream = is_redirection && word.bytes().all(|byte| byte.is_ascii_digit());
        if !word.is_empty() && !is_stream {
            step.words.push(word);
        }
        if is_empty_word {
            step.words.push(String::new());
        }
        if is_redirection {
            step.words.push(character.to_string());
        }
        if !is_end {
            continue;
        }
        step.is_within = depth > 0 || is_backquoted;
        step.ends_quoted = quote.is_some();
        step.end = match character {
            '`' if is_backquoted => ')',
            '`' => '(',
            character => character,
        };
        match character {
            '`' => is_backquoted = !is_backquoted,
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        let begins_quoted = step.ends_quoted;
        steps.push(std::mem::replace(&mut step, Step { begins_quoted, ..Step::default() }));
    }
    steps
}

#[cfg(test)]
mod tests;
