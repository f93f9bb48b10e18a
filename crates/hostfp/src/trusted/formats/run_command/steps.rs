//! Decides which files a shell script reads. A step is one simple command between `;`, `|`, `&`, parentheses and newlines.
//!
//! Why known words are not enough: a known word is also the name of a file where the script runs (`cat key`, `cat *.pub`,
//! `find .`), or of a machine (`hostfp test`). Names without a folder count only after `cd /etc/ssh`.

mod passed;
mod scopes;
mod step;
mod variables;

use self::passed::Passed;
use self::scopes::Scopes;
use self::step::{LISTERS, PRINTERS, SHELLS, Step, has_folder, is_bare, is_name_alone, is_number};
use self::variables::{Variables, variable, variables};
use super::script_words::{is_of_host_keys, program};
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

/// The most words of one command, and of a script. A command that reads host keys has a dozen.
const MOST_WORDS: usize = 500;
const MOST_WORDS_OF_SCRIPT: usize = 4096;

/// The short options of hostfp with which it does not connect.
const OF_HOSTFP: &[u8] = b"efhloqv";

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
        let (fits, is_now) = examine(step, next, scopes.is_there, passed.is_from(index, step), &variables);
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

/// Returns whether a step fits, and whether the next one runs in the folder of host keys. The output of a step `is_passed` if
/// a command may read it as names.
fn examine(
    step: &Step,
    next: Option<&Step>,
    is_there: bool,
    is_passed: bool,
    variables: &Variables<'_>,
) -> (bool, bool) {
    let words: Vec<&str> = step.words.iter().map(String::as_str).collect();
    if words.len() > MOST_WORDS {
        return (false, is_there);
    }
    let programs: Vec<Option<&str>> = words.iter().map(|word| program(word)).collect();
    let is_one = |program: &Option<&str>, names: &[&str]| program.is_some_and(|program| names.contains(&program));
    let at = |names: &[&str]| programs.iter().position(|program| is_one(program, names));
    let operands = |at: usize| words.get(at + 1..).unwrap_or_default();
    // The name of a variable may be any word, but only where a shell reads one.
    let is_of_shell = |at: usize| {
        words.iter().take(at).all(|word| BEFORE_CD.contains(word) || word.contains('='))
            || programs.iter().take(at).any(|program| is_one(program, &SHELLS))
    };
    if at(&["for", "read"]).is_some_and(|at| !is_of_shell(at) && programs.get(at + 1).is_some_and(Option::is_none)) {
        return (false, is_there);
    }
    if let Some(at) = at(&["cd"]) {
        let folder = operands(at).iter().find(|word| !word.starts_with('-'));
        let before = words.get(..at).unwrap_or_default();
        let is_of_shell = programs.iter().take(at).any(|program| is_one(program, &SHELLS));
        let moves = if is_of_shell { step.ends_quoted } else { before.iter().all(|word| BEFORE_CD.contains(word)) };
        return (folder.is_some_and(|folder| host_key_paths::is_folder(folder)), moves || is_there);
    }
    if let Some(at) = at(&["hostfp"]) {
        let is_asked = words.iter().take(at).any(|word| *word == "xargs") || step.end == '(';
        return (!is_asked && are_of_hostfp(operands(at), is_there, variables), is_there);
    }
    let lists = at(&LISTERS);
    let greps = at(&FILTERS);
    // A list of names that nothing else reads.
    let is_shown = lists.is_some() && !step.is_within && step.end != '|' && !words.iter().any(is_recursive);
    let reads_all = lists.or_else(|| at(&READERS)).is_some_and(|at| reads_whole_folder(&words, at, is_there));
    let chooses = reads_all && names_host_keys(&words, lists.is_some().then_some(next).flatten(), step.end);
    if reads_all && !chooses && !(is_shown && at(&["find"]).is_none()) {
        return (false, is_there);
    }
    if is_there {
        return (true, true);
    }
    let names_folder = |words: &[&str]| words.iter().any(|word| has_folder(word) && is_of_host_keys(word));
    let lists_here = match (lists, greps) {
        (Some(at), _) => !names_folder(operands(at)) || operands(at).contains(&"."),
        (None, Some(at)) => operands(at).iter().any(is_recursive) && !names_folder(operands(at)),
        (None, None) => false,
    };
    let prints = at(&PRINTERS);
    let is_printed = prints.is_some() && !is_passed && step.end != '|';
    // The commands after `-exec` take no patterns.
    let executes = words.iter().position(|word| word.starts_with("-exec")).unwrap_or(words.len());
    let finds = at(&["find"]);
    // The first operand of grep is a pattern, that of awk and sed a program.
    let pattern = greps.and_then(|at| (at + 1..words.len()).find(|index| !is_option(&words, at, *index)));
    // A file follows `<`, a text follows `<<<`.
    let is_redirected = |index: usize| matches!(words.get(..index), Some([.., "<"]));
    let is_text = |index: usize| matches!(words.get(..index), Some([.., "<", "<", "<"]));
    let is_operand = |index: usize| {
        let reader = programs.iter().take(index).rposition(|program| is_one(program, &READERS));
        // Another command follows `sh -c`, and a setting follows `set -o`.
        let is_of = |at: usize, names: &[&str]| programs.get(at).is_some_and(|program| is_one(program, names));
        is_redirected(index)
            || is_passed && prints.is_some_and(|at| at < index)
            || reader.is_some_and(|at| {
                let is_setting = is_of(at, &["set"]) && words.get(index) == Some(&"pipefail");
                (!is_of(at, &SHELLS) || at + 1 == index) && !is_setting && !is_option(&words, at, index)
            })
    };
    let reads_here = |(index, word): (usize, &&str)| {
        let lists = finds.is_some() || lists.is_some();
        let is_pattern = finds.is_some_and(|at| at < index && index < executes)
            || pattern == Some(index)
            || !is_passed && is_text(index)
            || lists && index > 0 && words.get(index - 1).is_some_and(|word| OF_PATTERNS.contains(word));
        !is_pattern && (is_name_alone(word) || is_operand(index) && is_file_here(word, variables))
    };
    let reads = words.iter().enumerate().any(|(index, word)| {
        // Nothing else reads what is printed.
        (!is_printed || is_redirected(index)) && reads_here((index, word))
    });
    (!lists_here && !reads, false)
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

#[cfg(test)]
mod tests;
