//! A command of a script, and the words of which it consists.

use crate::trusted::formats::run_command::script_words::program;

/// Programs that print their operands.
pub(super) const PRINTERS: [&str; 3] = ["echo", "printf", "write-output"];

/// Programs that run commands.
pub(super) const SHELLS: [&str; 6] = ["bash", "cmd", "dash", "powershell", "pwsh", "sh"];

/// Programs that list the current folder, unless they are given another one.
pub(super) const LISTERS: [&str; 5] = ["dir", "find", "gci", "get-childitem", "ls"];

/// One command of a script, its words in lowercase.
#[derive(Debug, Default)]
pub(super) struct Step {
    pub(super) words: Vec<String>,
    /// It is within parentheses or backquotes, whose output becomes words of another step.
    pub(super) is_within: bool,
    /// The operator that ends it.
    pub(super) end: char,
    /// Whether it begins within quotes.
    pub(super) begins_quoted: bool,
    /// Whether it ends within quotes, as the first commands of `sh -c '…; …'` do.
    pub(super) ends_quoted: bool,
}

/// Whether a word names a folder.
pub(super) fn has_folder(word: &str) -> bool {
    word.contains(['/', '\\'])
}

/// Whether a word is a number, or several: `1-2`, `1,2`.
pub(super) fn is_number(word: &str) -> bool {
    word.starts_with(|first: char| first.is_ascii_digit())
        && word.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b','))
}

/// Whether a word is the name of a host key, or a wildcard, without a folder.
pub(super) fn is_name_alone(word: &str) -> bool {
    let is_wildcard = word.contains('?') && !word.contains(['$', '{']);
    !has_folder(word) && (word.starts_with("ssh_host_") || word == "*.pub" || is_wildcard)
}

/// Whether a word is a known word, a number, or the name of a host key, without a folder.
pub(super) fn is_bare(word: &str) -> bool {
    is_number(word) || !has_folder(word) && program(word).is_some() || is_name_alone(word)
}
