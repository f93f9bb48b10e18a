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

/// Programs that are given commands.
const SHELLS: [&str; 6] = ["bash", "cmd", "dash", "powershell", "pwsh", "sh"];

/// Words of a shell that may stand before its own `cd`. Behind any other, `cd` is a word, or runs in another process.
const BEFORE_CD: [&str; 7] = ["!", "do", "else", "if", "then", "while", "{"];

/// Programs that list the folder where they run, unless they are given another one.
const LISTERS: [&str; 5] = ["dir", "find", "gci", "get-childitem", "ls"];

/// Options whose values are patterns of names.
const OF_PATTERNS: [&str; 6] = ["-exclude", "-filter", "-include", "-iname", "-name", "-path"];

/// How the names of host keys begin.
const OF_HOST_KEYS: &str = "ssh_host_";

/// The most words of one command, and of a script. A command that reads host keys has a dozen.
const MOST_WORDS: usize = 500;
const MOST_WORDS_OF_SCRIPT: usize = 4096;

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

/// What a script has opened: parentheses, and the words below. What is within may not run, or runs in a shell of its own, so
/// that a `cd` there moves nothing behind it. The condition of an `if` always runs.
#[derive(Default)]
struct Scopes {
    /// What opened each of them, and whether the script was in the folder of host keys before.
    open: Vec<(&'static str, bool)>,
    /// Whether the script is in that folder now.
    is_there: bool,
}

impl Scopes {
    fn open(&mut self, by: &'static str) {
        self.open.push((by, self.is_there));
    }

    /// Closes the innermost scope, if that is what opened it.
    fn close(&mut self, by: &str) {
        if let Some((_, was)) = self.open.pop_if(|(opener, _)| *opener == by) {
            self.is_there = was;
        }
    }

    /// What the first word of a step opens or closes.
    fn begin(&mut self, word: &str) {
        match word {
            "then" => self.open("then"),
            "else" => {
                self.close("then");
                self.open("then");
            }
            "elif" | "fi" => self.close("then"),
            "do" => self.open("do"),
            "done" => self.close("do"),
            "case" => self.open("case"),
            "esac" => self.close("case"),
            _ => {}
        }
    }

    /// What the sign behind a step opens or closes.
    fn end(&mut self, step: &Step) {
        match (step.end, self.open.last()) {
            // Perhaps before a pattern.
            ('(', Some(("case", _))) if step.words.is_empty() => {}
            ('(', _) => self.open("("),
            // Behind a pattern: the branches run instead of each other.
            (')', Some(&("case", was))) => self.is_there = was,
            (')', _) => self.close("("),
            _ => {}
        }
    }
}

/// Whether no step of a script reads where the script runs, or asks a machine.
pub(super) fn read_host_keys_alone(script: &str) -> bool {
    let steps = steps(script);
    if steps.iter().map(|step| step.words.len()).sum::<usize>() > MOST_WORDS_OF_SCRIPT {
        return false;
    }
    let variables = variables(&steps);
    let mut scopes = Scopes::default();
    steps.iter().enumerate().all(|(index, step)| {
        scopes.begin(step.words.first().map_or("", String::as_str));
        let was = scopes.is_there;
        let (fits, is_now) = judge(step, steps.get(index + 1), was, &variables);
        // A part of a pipeline, and what runs in the background, has a shell of its own; of `&&` the second sign is a step
        // without words.
        let is_doubled = || steps.get(index + 1).is_some_and(|next| next.words.is_empty() && next.end == step.end);
        let has_own_shell = matches!(step.end, '|' | '&') && !step.words.is_empty() && !is_doubled();
        // The shell that was given a command in quotes ends with them.
        let ends_shell = step.begins_quoted && !step.ends_quoted;
        scopes.is_there = if has_own_shell { was } else { is_now && !ends_shell };
        scopes.end(step);
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

/// What a variable may be, of all values to which loops and assignments set it: `for NAME in VALUES`, `NAME=VALUE`.
#[derive(Clone, Copy, Debug)]
struct Variable {
    /// Each is a host key by its name.
    is_key: bool,
    /// Each has a folder.
    has_folder: bool,
    /// One may be a file where the script runs.
    is_here: bool,
}

/// The variables of a script by their names.
type Variables<'a> = HashMap<&'a str, Variable>;

fn variables(steps: &[Step]) -> Variables<'_> {
    let mut variables = Variables::new();
    let mut set = |name, value: &str| {
        let none = Variable { is_key: true, has_folder: true, is_here: false };
        let variable = variables.entry(name).or_insert(none);
        variable.is_key &= is_of_host_keys(value);
        variable.has_folder &= has_folder(value);
        variable.is_here |= is_bare(value);
    };
    for step in steps {
        for (index, word) in step.words.iter().enumerate() {
            if let Some((name, value)) = word.split_once('=') {
                set(name, value);
            }
            // Its values are all words behind it.
            if let (Some(name), true) = (step.words.get(index + 1), word == "for") {
                step.words.iter().skip(index + 3).for_each(|value| set(name, value));
                break;
            }
        }
    }
    variables
}

/// Whether a step fits, and whether the next one runs in the folder of host keys.
fn judge(step: &Step, next: Option<&Step>, is_there: bool, variables: &Variables<'_>) -> (bool, bool) {
    let words: Vec<&str> = step.words.iter().map(String::as_str).collect();
    if words.len() > MOST_WORDS {
        return (false, is_there);
    }
    let programs: Vec<Option<&str>> = words.iter().map(|word| program(word)).collect();
    let is_one = |program: &Option<&str>, names: &[&str]| program.is_some_and(|program| names.contains(&program));
    let at = |names: &[&str]| programs.iter().position(|program| is_one(program, names));
    let operands = |at: usize| words.get(at + 1..).unwrap_or_default();
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
    let greps = at(&["grep", "egrep", "awk", "sed"]);
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
    // What is printed is read by nothing else.
    let is_printed = at(&["echo", "printf", "write-output"]).is_some() && !step.is_within && step.end != '|';
    let finds = at(&["find"]).is_some();
    // The first operand of grep is what it looks for, that of awk and sed a program.
    let pattern = greps.and_then(|at| (at + 1..words.len()).find(|index| !is_option(&words, *index)));
    let is_operand = |index: usize| {
        let reader = programs.iter().take(index).rposition(|program| is_one(program, &READERS));
        // Behind `sh -c` stands another command.
        let is_shell = |at: usize| programs.get(at).is_some_and(|program| is_one(program, &SHELLS));
        reader.is_some_and(|at| !is_shell(at) || at + 1 == index) && !is_option(&words, index)
    };
    let reads_here = |(index, word): (usize, &&str)| {
        let is_pattern = finds
            || pattern == Some(index)
            || index > 0 && words.get(index - 1).is_some_and(|word| OF_PATTERNS.contains(word));
        !is_pattern && (is_name_alone(word) || is_operand(index) && is_file_here(word, variables))
    };
    (!lists_here && (is_printed || !words.iter().enumerate().any(reads_here)), false)
}

/// Whether an option has grep or ls go through folders.
fn is_recursive(word: &&str) -> bool {
    let is_short = word.starts_with('-') && !word.starts_with("--") && !OF_PATTERNS.contains(word);
    is_short && word.contains('r')
}

/// Whether the program at an index reads or lists all that is in the folder of host keys, where sshd's users have files of
/// theirs, too: it is given the folder itself, or is in it and given nothing else.
fn reads_whole_folder(words: &[&str], at: usize, is_there: bool) -> bool {
    let operands = words.get(at + 1..).unwrap_or_default();
    let name = words.get(at).and_then(|word| program(word)).unwrap_or_default();
    let is_lister = LISTERS.contains(&name);
    let goes_through = operands.iter().any(is_recursive) && (is_lister || matches!(name, "grep" | "egrep"));
    let has_names = operands.iter().any(|word| !word.starts_with('-') && *word != "." && names_keys(word));
    operands.iter().any(|word| host_key_paths::is_folder(word))
        || is_there && (operands.contains(&".") || (is_lister || goes_through) && !has_names)
}

/// Whether a step that reads all of a folder takes host keys out of it: it names them, or public keys where it does not go
/// through folders within, or hands the list to a command that names them.
fn names_host_keys(words: &[&str], next: Option<&Step>, end: char) -> bool {
    let is_deep = words.contains(&"find") && !words.windows(2).any(|pair| pair == ["-maxdepth", "1"]);
    let is_flat = !is_deep && !words.iter().any(is_recursive);
    let names = |word: &str| word.contains(OF_HOST_KEYS) || is_flat && names_keys(word);
    let next = next.filter(|_| end == '|');
    words.iter().any(|word| names(word)) || next.is_some_and(|next| next.words.iter().any(|word| names(word)))
}

/// Whether a word has what stands in names of host keys or of public keys.
fn names_keys(word: &str) -> bool {
    word.contains(OF_HOST_KEYS) || word.contains(".pub") || matches!(word, "pub" | "pub$")
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
fn are_of_hostfp(words: &[&str], is_there: bool, variables: &Variables<'_>) -> bool {
    let is_key = |is_key: bool, has_folder: bool| is_key && (is_there || has_folder);
    let mut before = "";
    words.iter().all(|word| {
        let before = std::mem::replace(&mut before, word);
        let of_variable = || variable(word).and_then(|name| variables.get(name));
        match word.strip_prefix('-') {
            // Known by their whole names.
            Some(name) if name.starts_with('-') => true,
            Some(letters) => letters.bytes().all(|letter| OF_HOSTFP.contains(&letter)),
            None => {
                is_key(is_of_host_keys(word), has_folder(word))
                    || of_variable().is_some_and(|its| is_key(its.is_key, its.has_folder))
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
fn is_file_here(word: &str, variables: &Variables<'_>) -> bool {
    is_bare(word) || variable(word).and_then(|name| variables.get(name)).is_some_and(|its| its.is_here)
}

/// Whether a word is a known word, a number, or the name of a host key, without a folder.
fn is_bare(word: &str) -> bool {
    let is_number = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    is_number || !has_folder(word) && program(word).is_some() || is_name_alone(word)
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
            "ls /etc/ssh | grep ssh_host_ | head -n 3",
            "find /etc/ssh -maxdepth 1 -name '*.pub' -exec cat {} +",
            "cd /etc/ssh; ls *.pub | xargs cat",
            "sshd -T | grep hostkey",
            "test -x /etc/ssh && cat /etc/ssh/ssh_host_rsa_key.pub",
            "sudo sh -c 'cd /etc/ssh; cat *.pub'",
            "powershell -c \"cd C:\\ProgramData\\ssh; gc *.pub\"",
            "{ cd /etc/ssh; cat *.pub; }",
            "if [ -d /etc/ssh ]; then cd /etc/ssh; cat *.pub; fi",
            "if ! cd /etc/ssh; then exit 1; fi; cat *.pub",
            "cd /etc/ssh; if true; then cat *.pub; else ls; fi; for f in *.pub; do cat $f; done; cat *.pub",
            "cd /etc/ssh; case $x in a) ls;; *) cat *.pub;; esac; cat *.pub",
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
            "sudo cd /etc/ssh; cat *.pub",
            "echo cd /etc/ssh; cat ssh_host_ed25519_key.pub",
            "if false; then cd /etc/ssh; fi; cat *.pub",
            "if true; then echo; else cd /etc/ssh; fi; cat *.pub",
            "if false; then cd /etc/ssh; else cat *.pub; fi",
            "if false; then if true; then cd /etc/ssh; fi; fi; cat *.pub",
            "for f in; do cd /etc/ssh; done; cat *.pub",
            "case $x in a) cd /etc/ssh;; esac; cat *.pub",
            "case $x in a) cd /etc/ssh;; *) cat *.pub;; esac",
            "case $x in (a) cd /etc/ssh;; (b) cat *.pub;; esac",
            "(case $x in a) cd /etc/ssh;; esac; cat *.pub)",
            "awk 1 key",
            "grep . key",
            "sed p key",
            // There users have files, too.
            "grep -rh ssh- /etc/ssh",
            "grep -rh ssh- /etc/ssh/",
            "find /etc/ssh -name '*.pub' -exec ssh-keygen -lf {} +",
            "gci C:\\ProgramData\\ssh | foreach-object { ssh-keygen -lf $_.FullName }",
            "gci -recurse C:\\ProgramData\\ssh | gc",
            "gci -recurse C:\\ProgramData\\ssh -filter *.pub | gc",
            "cd /etc/ssh; grep -rh ssh- .",
            "cd /etc/ssh; grep -rh ssh-",
            "cd /etc/ssh; ls -R",
            "cd /etc/ssh; for f in $(ls); do cat $f; done",
            "cd /etc/ssh; find . -name '*.pub'",
            "ls /etc/ssh | xargs cat",
            "pubfp /etc/ssh",
            &format!("cat {}", "/etc/ssh/*.pub; ".repeat(MOST_WORDS_OF_SCRIPT)),
        ] {
            assert!(!read_host_keys_alone(script), "{script}");
        }
    }
}
