//! Where the steps of a script read: each step is one command between `;`, `|`, `&`, parentheses and ends of lines.
//!
//! Why the words alone do not tell: a known word is also the name of a file where the script runs (`cat key`, `cat *.pub`,
//! `find .`), or of a machine (`hostfp test`). Names without a folder count behind `cd /etc/ssh` alone.

use std::collections::HashMap;

use super::super::host_key_paths;
use super::script_words::{is_of_host_keys, program};

/// Programs whose operands are files, all of them.
const READERS: [&str; 22] = [
    "awk",
    "base64",
    "bash",
    "cat",
    "cut",
    "dash",
    "egrep",
    "gc",
    "get-content",
    "grep",
    "head",
    "keycheck",
    "pubfp",
    "sed",
    "sh",
    "sha256sum",
    "sort",
    "ssh-keygen",
    "tail",
    "tr",
    "type",
    "uniq",
];

/// Those among them that are given commands, too.
const SHELLS: [&str; 3] = ["bash", "dash", "sh"];

/// Programs that list the folder where they run, unless they are given another one.
const LISTERS: [&str; 5] = ["dir", "find", "gci", "get-childitem", "ls"];

/// Options whose values are patterns of names.
const OF_PATTERNS: [&str; 6] = ["-exclude", "-filter", "-include", "-iname", "-name", "-path"];

/// The most words of one command. One that reads host keys has a dozen.
const MOST_WORDS: usize = 500;

/// The short options of hostfp that do not have it connect.
const OF_HOSTFP: &[u8] = b"efhloqv";

/// One command of a script, its words in small letters.
#[derive(Debug, Default)]
struct Step {
    words: Vec<String>,
    /// It stands within parentheses or backquotes, whose output is words of another step.
    is_within: bool,
    /// What stands behind it.
    end: char,
    /// Whether it begins within quotes.
    begins_quoted: bool,
    /// Whether it ends within quotes, as the first commands of `sh -c '…; …'` do.
    ends_quoted: bool,
}

/// Whether no step of a script reads where the script runs, or asks a machine.
pub(super) fn read_host_keys_alone(script: &str) -> bool {
    let steps = steps(script);
    let values = values(&steps);
    // Whether the script is in the folder of host keys, in each of the parentheses that are open.
    let mut is_there = vec![false];
    steps.iter().enumerate().all(|(index, step)| {
        let was = is_there.last().copied().unwrap_or_default();
        let (fits, is_now) = judge(step, was, &values);
        if let Some(last) = is_there.last_mut() {
            // A part of a pipeline, and what runs in the background, has a shell of its own; of `&&` the second sign is a
            // step without words.
            let is_doubled = || steps.get(index + 1).is_some_and(|next| next.words.is_empty() && next.end == step.end);
            let has_own_shell = matches!(step.end, '|' | '&') && !step.words.is_empty() && !is_doubled();
            // The shell that was given a command in quotes ends with them.
            let ends_shell = step.begins_quoted && !step.ends_quoted;
            *last = if has_own_shell { was } else { is_now && !ends_shell };
        }
        match step.end {
            '(' => is_there.push(is_now),
            ')' if is_there.len() > 1 => is_there.truncate(is_there.len() - 1),
            _ => {}
        }
        fits
    })
}

/// Takes a script apart. Quotes only end words, since a shell within may be given what they hold.
fn steps(script: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut step = Step::default();
    let mut word = String::new();
    let mut depth = 0_usize;
    let mut is_backquoted = false;
    let mut quote = None;
    let lines = script.lines().filter(|line| !line.trim_start().starts_with('#'));
    for letter in lines.flat_map(|line| line.chars().chain(['\n'])) {
        quote = match (letter, quote) {
            ('\'' | '"', None) => Some(letter),
            (letter, Some(open)) if letter == open => None,
            _ => quote,
        };
        let is_redirection = matches!(letter, '<' | '>');
        let is_end = matches!(letter, ';' | '|' | '&' | '(' | ')' | '`' | '\n');
        if !(letter.is_whitespace() || is_end || is_redirection || matches!(letter, '\'' | '"')) {
            word.push(letter.to_ascii_lowercase());
            continue;
        }
        let word = std::mem::take(&mut word);
        let is_stream = is_redirection && word.bytes().all(|byte| byte.is_ascii_digit());
        if !word.is_empty() && !is_stream {
            step.words.push(word);
        }
        if is_redirection {
            step.words.push(letter.to_string());
        }
        if !is_end {
            continue;
        }
        step.is_within = depth > 0 || is_backquoted;
        step.ends_quoted = quote.is_some();
        step.end = match letter {
            '`' if is_backquoted => ')',
            '`' => '(',
            letter => letter,
        };
        match letter {
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

/// What variables are set to, as far as loops and assignments say it: `for NAME in VALUES`, `NAME=VALUE`.
fn values(steps: &[Step]) -> HashMap<&str, Vec<&str>> {
    let mut values: HashMap<&str, Vec<&str>> = HashMap::new();
    for step in steps {
        for (index, word) in step.words.iter().enumerate() {
            if let Some((name, value)) = word.split_once('=') {
                values.entry(name).or_default().push(value);
            }
            // Its values are all words behind it.
            if let (Some(name), true) = (step.words.get(index + 1), word == "for") {
                let of_loop = step.words.iter().skip(index + 3).map(String::as_str);
                values.entry(name).or_default().extend(of_loop);
                break;
            }
        }
    }
    values
}

/// Whether a step fits, and whether the next one runs in the folder of host keys.
fn judge(step: &Step, is_there: bool, values: &HashMap<&str, Vec<&str>>) -> (bool, bool) {
    let words: Vec<&str> = step.words.iter().map(String::as_str).collect();
    if words.len() > MOST_WORDS {
        return (false, is_there);
    }
    let at =
        |names: &[&str]| words.iter().position(|word| program(word).is_some_and(|program| names.contains(&program)));
    let operands = |at: usize| words.get(at + 1..).unwrap_or_default();
    let names_folder = |words: &[&str]| words.iter().any(|word| has_folder(word) && is_of_host_keys(word));
    if let Some(at) = at(&["cd"]) {
        let folder = operands(at).iter().find(|word| !word.starts_with('-'));
        let is_of_shell = words.iter().take(at).any(|word| program(word).is_some_and(|name| SHELLS.contains(&name)));
        return (folder.is_some_and(|folder| host_key_paths::is_folder(folder)), !is_of_shell || step.ends_quoted);
    }
    if let Some(at) = at(&["hostfp"]) {
        let is_asked = words.iter().take(at).any(|word| *word == "xargs") || step.end == '(';
        return (!is_asked && are_of_hostfp(operands(at), is_there, values), is_there);
    }
    if is_there {
        return (true, true);
    }
    let lists = at(&LISTERS);
    let greps = at(&["grep", "egrep", "awk", "sed"]);
    let is_recursive = |word: &&str| word.starts_with('-') && !word.starts_with("--") && word.contains('r');
    let lists_here = match (lists, greps) {
        (Some(at), _) => !names_folder(operands(at)) || operands(at).contains(&"."),
        (None, Some(at)) => operands(at).iter().any(is_recursive) && !names_folder(operands(at)),
        (None, None) => false,
    };
    // What is printed is read by nothing else.
    let is_printed = at(&["echo", "printf", "write-output"]).is_some() && !step.is_within && step.end != '|';
    let finds = at(&["find"]).is_some();
    // The first operand of grep is what it looks for, that of awk and sed a program.
    let pattern = greps.and_then(|at| (at + 1..words.len()).find(|index| !is_option(&words, *index)));
    let is_operand = |index: usize| {
        let reader =
            words.iter().take(index).rposition(|word| program(word).is_some_and(|name| READERS.contains(&name)));
        // Behind `sh -c` stands another command.
        let is_shell =
            |at: usize| words.get(at).and_then(|word| program(word)).is_some_and(|name| SHELLS.contains(&name));
        reader.is_some_and(|at| !is_shell(at) || at + 1 == index) && !is_option(&words, index)
    };
    let reads_here = |(index, word): (usize, &&str)| {
        let is_pattern = finds
            || pattern == Some(index)
            || index > 0 && words.get(index - 1).is_some_and(|word| OF_PATTERNS.contains(word));
        !is_pattern && (is_name_alone(word) || is_operand(index) && is_file_here(word, values))
    };
    (!lists_here && (is_printed || !words.iter().enumerate().any(reads_here)), false)
}

/// Whether a word is an option, or the value of one that is no file.
fn is_option(words: &[&str], index: usize) -> bool {
    let is_one = |index: usize| words.get(index).is_some_and(|word| word.starts_with('-'));
    is_one(index) || index > 0 && is_one(index - 1) && words.get(index).is_some_and(|word| !is_file(word))
}

/// Whether a word is more than a number, a hash or a sign.
fn is_file(word: &str) -> bool {
    !word.bytes().all(|byte| byte.is_ascii_digit()) && !word.starts_with("sha") && word != "md5"
}

/// Whether the words behind `hostfp` are options that have it connect to nothing, and host keys.
fn are_of_hostfp(words: &[&str], is_there: bool, values: &HashMap<&str, Vec<&str>>) -> bool {
    let is_key = |word: &str| is_of_host_keys(word) && (is_there || has_folder(word));
    let mut before = "";
    words.iter().all(|word| {
        let before = std::mem::replace(&mut before, word);
        let of_variable = || variable(word).and_then(|name| values.get(name));
        match word.strip_prefix('-') {
            // Known by their whole names.
            Some(name) if name.starts_with('-') => true,
            Some(letters) => letters.bytes().all(|letter| OF_HOSTFP.contains(&letter)),
            None => {
                is_key(word)
                    || of_variable().is_some_and(|values| values.iter().all(|value| is_key(value)))
                    || !is_file(word) && (before == "-e" || before == "--fingerprint-hash")
                    || matches!(*word, "<" | ">" | "/dev/null" | "]" | "{" | "}" | "{}" | "+" | "\\")
            }
        }
    })
}

/// The name of the variable that a word is: `$f`, `${f}`.
fn variable(word: &str) -> Option<&str> {
    let name = word.strip_prefix('$')?;
    Some(name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).unwrap_or(name))
}

fn has_folder(word: &str) -> bool {
    word.contains(['/', '\\'])
}

/// Whether a word is the name of a host key, or a wildcard, without a folder.
fn is_name_alone(word: &str) -> bool {
    let is_wildcard = word.contains('?') && !word.contains(['$', '{']);
    !has_folder(word) && (word.starts_with("ssh_host_") || word == "*.pub" || is_wildcard)
}

/// Whether an operand may be a file where the script runs: a known word, a number, a variable that is set to one.
fn is_file_here(word: &str, values: &HashMap<&str, Vec<&str>>) -> bool {
    let is_bare = |word: &str| {
        let is_number = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
        is_number || !has_folder(word) && program(word).is_some() || is_name_alone(word)
    };
    let of_variable = || variable(word).and_then(|name| values.get(name));
    is_bare(word) || of_variable().is_some_and(|values| values.iter().any(|value| is_bare(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_reads_nothing_where_it_runs() {
        for script in [
            "cd /etc/ssh && cat ssh_host_*_key.pub",
            "(cd /etc/ssh; cat *.pub)",
            "cd /etc/ssh; for f in $(ls | grep pub); do ssh-keygen -lf $f; done",
            "find /etc/ssh -name 'ssh_host_*_key.pub' -exec cat {} +",
            "find /etc/ssh/ssh_host_*_key.pub | xargs cat",
            "for k in rsa ed25519; do echo $k; ssh-keygen -lf /etc/ssh/ssh_host_${k}_key.pub; done",
            "for f in /etc/ssh/*.pub; do hostfp -l $f 2>/dev/null; cat \"$f\" | cut -d' ' -f 2; done",
            "hostfp -E sha256 --json 2>&1 | sort -u",
            "hostfp /etc/ssh/ssh_host_rsa_key.pub",
            "[ -x /usr/bin/hostfp ] && hostfp",
            "x=`hostfp`; echo $x",
            "if test $? = 0; then cat /etc/ssh/ssh_host_rsa_key.pub | head -n 1; fi",
            "grep -v rsa /etc/ssh/ssh_host_rsa_key.pub",
            "echo ssh_host_rsa_key.pub; cat /etc/ssh/ssh_host_rsa_key.pub",
            "sh -c 'cat /etc/ssh/ssh_host_rsa_key.pub; echo done'",
            "gci C:\\ProgramData\\ssh -Filter *.pub | foreach-object { ssh-keygen -lf $_.FullName }",
            "ls -l /etc/ssh/*.pub; sudo -u root cat /etc/ssh/ssh_host_rsa_key.pub | sort -k 2",
            "ssh-keygen -lf /etc/ssh/ssh_host_rsa_key.pub | awk '{print $2}'",
            "cd /etc/ssh || exit 1; cat *.pub",
            "sh -c 'cd /etc/ssh && cat *.pub || true'",
        ] {
            assert!(read_host_keys_alone(script), "{script}");
        }
        for script in [
            "for h in test; do hostfp -T 3 $h; done",
            "hostfp test",
            "hostfp -t rsa /etc/ssh/ssh_host_rsa_key.pub",
            "hostfp $(echo test)",
            "hostfp `echo test`",
            "echo test | xargs hostfp",
            "echo test | while read h; do hostfp $h; done",
            "hostfp ssh_host_rsa_key.pub",
            "find . -name 'ssh_host_*_key.pub' -exec cat {} +",
            "find -name '*.pub'",
            "cat $(ls -t | head -1)",
            "cat ssh_host_rsa_key.pub",
            "cat *.pub",
            "cat ???",
            "cat key",
            "for f in key; do cat $f; done",
            "f=key; cat ${f}",
            "sh test",
            "sh -c 'cat key'",
            "grep -rh ssh-rsa",
            "grep ssh-rsa ssh_host_rsa_key.pub",
            "(cd /etc/ssh); cat ssh_host_rsa_key.pub",
            "cd; cat ssh_host_rsa_key.pub",
            "cd /etc/ssh; cd -; cat *.pub",
            "echo ssh_host_rsa_key.pub | xargs cat",
            "ls . /etc/ssh/*.pub | xargs cat",
            "cd /etc/ssh | cat *.pub",
            "cd /etc/ssh & cat *.pub",
            "bash -c \"cd /etc/ssh\"; cat *.pub",
            "bash -c 'cd /etc/ssh; true'; cat *.pub",
            "awk 1 key",
            "grep . key",
            "sed p key",
        ] {
            assert!(!read_host_keys_alone(script), "{script}");
        }
    }
}
