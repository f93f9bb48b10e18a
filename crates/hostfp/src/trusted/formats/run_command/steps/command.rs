//! Decides which files one command reads.

use super::step::{LISTERS, PRINTERS, SHELLS, Step, has_folder, is_bare, is_name_alone, is_number};
use super::variables::{Variables, variable};
use crate::trusted::formats::run_command::script_words::{is_of_host_keys, program};
use crate::trusted::grammar::host_key_paths;

/// Programs whose operands are all files, or become `$1` (set).
const READERS: [&str; 24] = [
    "awk",
    "base64",
    "bash",
    "cat",
    "cut",
    "dash",
    "egrep",
    "gawk",
    "gc",
    "get-content",
    "grep",
    "head",
    "keycheck",
    "pubfp",
    "sed",
    "set",
    "sh",
    "sha256sum",
    "sort",
    "ssh-keygen",
    "tail",
    "tr",
    "type",
    "uniq",
];

/// Programs whose first operand is a pattern or a program.
const FILTERS: [&str; 5] = ["awk", "egrep", "gawk", "grep", "sed"];

/// Shell keywords that may precede its own `cd`. After any other word, `cd` is an argument, or runs in another process.
const BEFORE_CD: [&str; 7] = ["!", "do", "else", "if", "then", "while", "{"];

/// Options whose values are patterns of names.
const OF_PATTERNS: [&str; 6] = ["-exclude", "-filter", "-include", "-iname", "-name", "-path"];

/// The beginning of names of host keys.
const OF_HOST_KEYS: &str = "ssh_host_";

/// The most words of one command. A command that reads host keys has a dozen.
const MOST_WORDS: usize = 500;

/// The short options of hostfp with which it does not connect.
const OF_HOSTFP: &[u8] = b"efhloqv";

/// A simple command with its programs, and where it runs.
pub(super) struct Command<'a> {
    step: &'a Step,
    words: Vec<&'a str>,
    /// The program that each word names, if it names one.
    programs: Vec<Option<&'a str>>,
    /// Whether it runs in the folder of host keys.
    is_there: bool,
    /// Whether another command may read its output as names.
    is_passed: bool,
    variables: &'a Variables<'a>,
}

impl<'a> Command<'a> {
    pub(super) fn new(step: &'a Step, is_there: bool, is_passed: bool, variables: &'a Variables<'_>) -> Self {
        let words: Vec<&str> = step.words.iter().map(String::as_str).collect();
        let programs = words.iter().map(|word| program(word)).collect();
        Self { step, words, programs, is_there, is_passed, variables }
    }

    /// Returns whether the command fits, and whether the next one runs in the folder of host keys.
    pub(super) fn examine(&self, next: Option<&Step>) -> (bool, bool) {
        if self.words.len() > MOST_WORDS || self.sets_a_variable_outside_a_shell() {
            return (false, self.is_there);
        }
        if let Some(at) = self.at(&["cd"]) {
            return self.changes_folder(at);
        }
        if let Some(at) = self.at(&["hostfp"]) {
            let before = self.words.iter().take(at);
            let is_asked = before.copied().any(|word| word == "xargs") || self.step.end == '(';
            let fits = !is_asked && are_of_hostfp(self.operands(at), self.is_there, self.variables);
            return (fits, self.is_there);
        }
        if self.reads_whole_folder_without_choosing(next) {
            return (false, self.is_there);
        }
        (self.is_there || !self.lists_here() && !self.reads_here(), self.is_there)
    }

    /// The index of the first word that names one of these programs.
    fn at(&self, names: &[&str]) -> Option<usize> {
        self.programs.iter().position(|program| is_one(program, names))
    }

    fn operands(&self, at: usize) -> &[&'a str] {
        self.words.get(at + 1..).unwrap_or_default()
    }

    /// Whether one of the words before an index is a shell.
    fn is_of_shell(&self, at: usize) -> bool {
        self.programs.iter().take(at).any(|program| is_one(program, &SHELLS))
    }

    /// Whether `for` or `read` names a variable where no shell reads it. The name may be any word.
    fn sets_a_variable_outside_a_shell(&self) -> bool {
        self.at(&["for", "read"]).is_some_and(|at| {
            let is_built_in = self.words.iter().take(at).all(|word| BEFORE_CD.contains(word) || word.contains('='));
            !is_built_in && !self.is_of_shell(at) && self.programs.get(at + 1).is_some_and(Option::is_none)
        })
    }

    /// Examines `cd`: its folder is that of host keys, and the shell that runs the next step executes it.
    fn changes_folder(&self, at: usize) -> (bool, bool) {
        let folder = self.operands(at).iter().find(|word| !word.starts_with('-'));
        let before = self.words.get(..at).unwrap_or_default();
        let moves = if self.is_of_shell(at) {
            self.step.ends_quoted
        } else {
            before.iter().all(|word| BEFORE_CD.contains(word))
        };
        (folder.is_some_and(|folder| host_key_paths::is_folder(folder)), moves || self.is_there)
    }

    /// Whether it reads all files of a folder, or lists them for another program, and selects no host keys.
    fn reads_whole_folder_without_choosing(&self, next: Option<&Step>) -> bool {
        let lists = self.at(&LISTERS);
        let reader = lists.or_else(|| self.at(&READERS));
        if !reader.is_some_and(|at| reads_whole_folder(&self.words, at, self.is_there)) {
            return false;
        }
        // A list of names that nothing else reads.
        let is_shown = lists.is_some()
            && !self.step.is_within
            && self.step.end != '|'
            && !self.words.iter().any(is_recursive)
            && self.at(&["find"]).is_none();
        let next = lists.is_some().then_some(next).flatten();
        !is_shown && !names_host_keys(&self.words, next, self.step.end)
    }

    /// Whether it lists, or searches with grep, another folder than that of host keys.
    fn lists_here(&self) -> bool {
        let names_folder = |words: &[&str]| words.iter().any(|word| has_folder(word) && is_of_host_keys(word));
        match (self.at(&LISTERS), self.at(&FILTERS)) {
            (Some(at), _) => !names_folder(self.operands(at)) || self.operands(at).contains(&"."),
            (None, Some(at)) => self.operands(at).iter().any(is_recursive) && !names_folder(self.operands(at)),
            (None, None) => false,
        }
    }

    /// Whether it reads a file of the folder in which it runs.
    fn reads_here(&self) -> bool {
        // Nothing else reads what is printed.
        let is_printed = self.at(&PRINTERS).is_some() && !self.is_passed && self.step.end != '|';
        self.words.iter().enumerate().any(|(index, word)| {
            (!is_printed || self.is_redirected(index))
                && !self.is_pattern(index)
                && (is_name_alone(word) || self.is_operand(index) && is_file_here(word, self.variables))
        })
    }

    /// Whether a file follows `<`.
    fn is_redirected(&self, index: usize) -> bool {
        matches!(self.words.get(..index), Some([.., "<"]))
    }

    /// Whether a word is a pattern, a program of awk or sed, or the text after `<<<`.
    fn is_pattern(&self, index: usize) -> bool {
        let finds = self.at(&["find"]);
        // The commands after `-exec` take no patterns.
        let executes = self.words.iter().position(|word| word.starts_with("-exec")).unwrap_or(self.words.len());
        // The first operand of grep is a pattern, that of awk and sed a program.
        let is_first_operand = |filter: usize| {
            (filter + 1..self.words.len()).find(|index| !is_option(&self.words, filter, *index)) == Some(index)
        };
        let is_text = matches!(self.words.get(..index), Some([.., "<", "<", "<"]));
        let follows_an_option = index
            .checked_sub(1)
            .and_then(|before| self.words.get(before))
            .is_some_and(|word| OF_PATTERNS.contains(word));
        finds.is_some_and(|at| at < index && index < executes)
            || self.at(&FILTERS).is_some_and(is_first_operand)
            || !self.is_passed && is_text
            || self.at(&LISTERS).or(finds).is_some() && follows_an_option
    }

    /// Whether a program reads a word as a file, or a command may read it as a name.
    fn is_operand(&self, index: usize) -> bool {
        let reader = self.programs.iter().take(index).rposition(|program| is_one(program, &READERS));
        // Another command follows `sh -c`, and a setting follows `set -o`.
        let is_of = |at: usize, names: &[&str]| self.programs.get(at).is_some_and(|program| is_one(program, names));
        self.is_redirected(index)
            || self.is_passed && self.at(&PRINTERS).is_some_and(|at| at < index)
            || reader.is_some_and(|at| {
                let is_setting = is_of(at, &["set"]) && self.words.get(index) == Some(&"pipefail");
                (!is_of(at, &SHELLS) || at + 1 == index) && !is_setting && !is_option(&self.words, at, index)
            })
    }
}

fn is_one(program: &Option<&str>, names: &[&str]) -> bool {
    program.is_some_and(|program| names.contains(&program))
}

/// Whether an option makes grep or ls descend into folders.
fn is_recursive(word: &&str) -> bool {
    let is_short = word.starts_with('-') && !word.starts_with("--") && !OF_PATTERNS.contains(word);
    is_short && word.contains('r')
}

/// Whether the program at an index reads or lists everything in the folder of host keys, where sshd's users have files of
/// theirs, too: its operand is the folder itself, or it runs there without operands.
fn reads_whole_folder(words: &[&str], at: usize, is_there: bool) -> bool {
    let operands = words.get(at + 1..).unwrap_or_default();
    let name = words.get(at).and_then(|word| program(word)).unwrap_or_default();
    let is_lister = LISTERS.contains(&name);
    let goes_through = operands.iter().any(is_recursive) && (is_lister || matches!(name, "grep" | "egrep"));
    let has_names = operands.iter().any(|word| !word.starts_with('-') && *word != "." && names_keys(word));
    operands.iter().any(|word| host_key_paths::is_folder(word))
        || is_there && (operands.contains(&".") || (is_lister || goes_through) && !has_names)
}

/// Whether a step that reads a whole folder selects host keys: it names them, or public keys if it does not descend into
/// folders, or pipes the list to a command that names them.
fn names_host_keys(words: &[&str], next: Option<&Step>, end: char) -> bool {
    let is_deep = words.contains(&"find") && !words.windows(2).any(|pair| pair == ["-maxdepth", "1"]);
    let is_flat = !is_deep && !words.iter().any(is_recursive);
    let names = |word: &str| word.contains(OF_HOST_KEYS) || is_flat && names_keys(word);
    let next = next.filter(|_| end == '|');
    words.iter().any(|word| names(word)) || next.is_some_and(|next| next.words.iter().any(|word| names(word)))
}

/// Whether a word has a part of the names of host keys or of public keys.
fn names_keys(word: &str) -> bool {
    word.contains(OF_HOST_KEYS) || word.contains(".pub") || matches!(word, "pub" | "pub$")
}

/// Whether a word after a program is an option, or the value of one that is not a file.
fn is_option(words: &[&str], program_at: usize, index: usize) -> bool {
    let Some(word) = words.get(index) else { return false };
    let before = index.checked_sub(1).and_then(|index| words.get(index)).unwrap_or(&"");
    let name = words.get(program_at).and_then(|word| program(word)).unwrap_or_default();
    // The last characters of options that take a number or a hash.
    let with_values = match name {
        "cut" => "bcdf",
        "head" | "tail" => "nc",
        "sort" => "kt",
        "uniq" => "fsw",
        "base64" => "w",
        "egrep" | "grep" => "m",
        "gc" | "get-content" => "dlt",
        "tr" => "d",
        "keycheck" | "pubfp" | "ssh-keygen" => "et",
        _ => "",
    };
    word.starts_with('-')
        || before.starts_with('-') && before.ends_with(|last| with_values.contains(last)) && !is_file(word)
}

/// Whether a word is more than a number or a hash.
fn is_file(word: &str) -> bool {
    !is_number(word) && !word.starts_with("sha") && word != "md5"
}

/// Whether the words after `hostfp` are host keys, and options with which it does not connect.
fn are_of_hostfp(words: &[&str], is_there: bool, variables: &Variables<'_>) -> bool {
    let is_key = |is_key: bool, has_folder: bool| is_key && (is_there || has_folder);
    let mut before = "";
    words.iter().all(|word| {
        let before = std::mem::replace(&mut before, word);
        let of_variable = || variable(word).and_then(|name| variables.get(name));
        match word.strip_prefix('-') {
            // The long options were checked by their whole names.
            Some(name) if name.starts_with('-') => true,
            Some(options) => options.bytes().all(|character| OF_HOSTFP.contains(&character)),
            None => {
                is_key(is_of_host_keys(word), has_folder(word))
                    || of_variable().is_some_and(|its| is_key(its.is_key, its.has_folder))
                    || !is_file(word) && (before == "-e" || before == "--fingerprint-hash")
                    || matches!(*word, "<" | ">" | "/dev/null" | "]" | "{" | "}" | "{}" | "+" | "\\")
            }
        }
    })
}

/// Whether an operand may be a file in the current folder: a known word, a number, a variable that is set to one.
fn is_file_here(word: &str, variables: &Variables<'_>) -> bool {
    is_bare(word) || variable(word).and_then(|name| variables.get(name)).is_some_and(|its| its.is_here)
}
