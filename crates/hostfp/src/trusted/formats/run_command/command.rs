//! Decides whether a command or a script reads the host keys of the machine on which it runs, and nothing else.
//!
//! Each of its words must be known: a program that reads and cuts text, a keyword of a shell, an option, a variable, the path
//! of a host key. Any other word may name another machine, a container, a user's file, or a program that asks them; such
//! names cannot be listed.

use super::script_words::{is_of_host_keys, program};
use super::steps;
use crate::script;
use crate::trusted::grammar::host_key_paths;
use crate::trusted::grammar::pattern::matches_pattern;

/// Long options that name neither a file nor a host.
const LONG_OPTIONS: [&str; 6] = ["--fingerprint-hash", "--json", "--list", "--only", "--quiet", "--visual"];

/// Whether a command reads host keys of its machine, by their paths or by hostfp, and has no other word.
pub(super) fn reads_host_keys(command: &str) -> bool {
    let names_host_keys = |word: &str| {
        let word = word.to_ascii_lowercase();
        parts(&word).into_iter().any(|part| is_of_host_keys(part) || program(part) == Some("hostfp"))
    };
    is_own_script(command) || words(command).any(names_host_keys) && has_only_known_words(command)
}

/// Whether a script is hostfp's own, of whatever release: they have the same beginning and end.
fn is_own_script(script: &str) -> bool {
    let (script, own) = (script.trim(), script::run_command());
    let start = own.split_once("() {").map(|(start, _)| start);
    let end = own.trim().rsplit_once("||").map(|(_, end)| end);
    let is_alike = |(start, end)| script.starts_with(start) && script.ends_with(end);
    start.zip(end).is_some_and(is_alike) && !script.contains('\n')
}

/// Whether all words of a command are known, and none is in a position where it would be the name of a file or a host.
pub(super) fn has_only_known_words(command: &str) -> bool {
    let mut before = String::new();
    let mut reads = false;
    let are_known = words(command).all(|word| {
        let word = word.to_ascii_lowercase();
        let before = std::mem::replace(&mut before, word.clone());
        // The word after `read` and `-r` is the name of a variable, too.
        reads = before == "read" || reads && before == "-r";
        let is_name = reads && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        let is_operand = before.starts_with('-') && before.ends_with('f') && program(&word).is_some();
        // The word after `for` is the name of a variable.
        !is_operand && (before == "for" || is_name || parts(&word).into_iter().all(is_known))
    });
    are_known && steps::read_only_host_keys(command)
}

/// Whether a line of a script's standard error shows that it read elsewhere: a command printed by `set -x` that does not read
/// host keys, or a message of a program that fetches something or enters another machine.
pub(super) fn reads_elsewhere(line: &str) -> bool {
    /// The names of such programs, with which their messages begin.
    const PROGRAMS: [&str; 14] = [
        "curl",
        "docker",
        "kubectl",
        "lxc",
        "machinectl",
        "nc",
        "nsenter",
        "podman",
        "rsync",
        "scp",
        "sftp",
        "ssh",
        "virsh",
        "wget",
    ];
    /// Other words of their messages.
    const WORDS: [&str; 6] =
        ["% Total", "://", "Connecting to ", "Pulling from ", "Resolving ", "Unable to find image "];
    let line = line.trim();
    if is_of_power_shells_error(line) {
        return false;
    }
    if line.starts_with('+') {
        return !has_only_known_words(line.trim_start_matches('+'));
    }
    let says = line.split_once(": ").map_or(line, |(program, _)| program);
    PROGRAMS.contains(&says.rsplit('/').next().unwrap_or(says)) || WORDS.iter().any(|words| line.contains(words))
}

/// Whether a line of a script's standard error concerns this machine only: a command printed by `set -x` that reads host
/// keys, a message of a program that such commands consist of, or one of a shell or Perl about a missing locale. The messages
/// of programs that read elsewhere cannot all be listed.
pub(super) fn concerns_this_machine_only(line: &str) -> bool {
    /// Programs that complain by themselves when a script begins.
    const OF_SESSIONS: [&str; 7] = ["locale", "mesg", "perl", "stdin", "su", "tput", "tty"];
    /// The beginnings of lines in which other programs report a missing locale.
    const OF_LANGUAGES: [&str; 4] =
        ["Failed to set locale", "LANG", "LC_", "are supported and installed on your system."];
    let line = line.trim();
    if is_of_power_shells_error(line) {
        return true;
    }
    if let Some(command) = line.strip_prefix('+') {
        return has_only_known_words(command.trim_start_matches('+'));
    }
    let (says, rest) = line.split_once(':').unwrap_or((line, ""));
    let says = says.trim().trim_start_matches('-').to_ascii_lowercase();
    // `/var/lib/waagent/…/script.sh: line 3: x: command not found`
    let is_of_script = rest
        .trim_start()
        .strip_prefix("line ")
        .is_some_and(|rest| rest.starts_with(|character: char| character.is_ascii_digit()));
    let is_of_program = program(&says).is_some() || OF_SESSIONS.contains(&&*says) || is_of_script;
    let is_of_file = || line.split(' ').next().is_some_and(host_key_paths::is_in_folder);
    // perl(1) lists its settings, and dnf(8) does not begin with its name.
    let is_of_language = OF_LANGUAGES.iter().any(|start| line.starts_with(start));
    line.is_empty()
        || is_of_language
        || (is_of_program || is_of_file()) && rest.split(is_separator).all(|word| !is_path(word) || is_of_machine(word))
}

/// Whether a line is one of those that PowerShell prints below each error: where its command is in the script, a line of
/// tildes below the command, and the kind of the error.
fn is_of_power_shells_error(line: &str) -> bool {
    const SCRIPTS: &str = "c:\\packages\\plugins\\microsoft.c";
    let of_place = |place: &str| {
        let place = place.to_ascii_lowercase();
        matches_pattern(&place, "*:#* char:#*") && (place.starts_with("line:") || place.starts_with(SCRIPTS))
    };
    let kind = |line: &str| {
        let of_kind = line.strip_prefix("CategoryInfo").or_else(|| line.strip_prefix("FullyQualifiedErrorId"));
        of_kind.is_some_and(|rest| rest.trim_start().starts_with(':'))
            && line
                .split(is_separator)
                .all(|word| !is_path(word) || is_of_machine(word.split(":String").next().unwrap_or(word)))
    };
    line.strip_prefix("At ").is_some_and(of_place)
        || line.strip_prefix("+ ").is_some_and(|rest| rest.bytes().all(|byte| byte == b'~') || kind(rest))
}

fn is_path(word: &str) -> bool {
    word.contains(['/', '\\'])
}

/// Whether a path in a message of a program is one of host keys, of a program, of a terminal, or of Azure's agent.
fn is_of_machine(path: &str) -> bool {
    let path = path.trim_end_matches([':', ',', '.']);
    let is_below = |folder: &str| path.starts_with(folder) && !path.contains("..");
    host_key_paths::is_in_folder(path) || program(path).is_some() || is_below("/var/lib/waagent/") || is_below("/dev/")
}

/// Returns the words of a command without its comments.
fn words(command: &str) -> impl Iterator<Item = &str> {
    let lines = command.lines().filter(|line| !line.trim_start().starts_with('#'));
    lines.flat_map(|line| line.split(is_separator)).filter(|word| !word.is_empty())
}

/// Whether a script reads only host keys of its machine, or is one word, which names nothing that it could ask.
pub(super) fn is_script_of_host_keys(script: &str) -> bool {
    let is_of_word = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    script.trim().bytes().all(is_of_word) || reads_host_keys(script)
}

/// Whether a character separates the words of a command.
fn is_separator(character: char) -> bool {
    character.is_whitespace() || ";|&()<>`'\"".contains(character)
}

/// Splits an option at its `=`, and takes the value of a variable that is set. A locale is not a host.
fn parts(word: &str) -> Vec<&str> {
    let is_name = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-$".contains(&byte));
    match word.split_once('=').filter(|(name, _)| is_name(name)) {
        Some(("lang" | "lc_all", _)) => Vec::new(),
        Some((name, value)) if name.starts_with('-') => vec![name, value],
        Some((_, value)) => vec![value.trim_start_matches('=')],
        None => vec![word],
    }
}

/// Whether a word of a command names only host keys, or is one that commands which read them have.
fn is_known(word: &str) -> bool {
    let word = word.trim_matches(['{', '}', ',', '!', '[', ']']);
    // Or several of them: `1-2`, `1,2`.
    let is_number =
        word.split(['-', ',']).all(|word| word.len() <= 3 && word.bytes().all(|byte| byte.is_ascii_digit()));
    let is_symbol = word.is_ascii()
        && word != ".."
        && !word.bytes().any(|byte| byte.is_ascii_alphanumeric() || b"*~/\\".contains(&byte));
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_{}%*#?,-".contains(&byte);
    let is_short = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-,".contains(&byte));
    let is_option = match word.strip_prefix("--") {
        None | Some("") => word.strip_prefix('-').is_some_and(is_short),
        Some(_) => LONG_OPTIONS.contains(&word),
    };
    // Or several of them: `$1,$2`.
    let is_variable = word.split(',').all(|word| {
        let name = word.strip_prefix('$').map(|name| name.trim_end_matches(".fullname").trim_end_matches(".pub"));
        name.is_some_and(|name| name.bytes().all(is_of_name))
    });
    // `\n`, `\;`.
    let is_escape = word.strip_prefix('\\').is_some_and(|rest| rest.len() <= 1);
    let is_device = matches!(word, "/dev/null" | "/dev/stdin");
    is_number
        || is_symbol
        || is_option
        || is_variable
        || is_escape
        || is_device
        || is_of_host_keys(word)
        || matches!(word, "*.pub" | "%s\\n")
        || program(word).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_of_a_command_is_of_host_keys() {
        for command in [
            "ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub",
            "for f in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -l -E sha256 -f \"$f\"; done 2>/dev/null",
            "for kind in rsa ed25519; do /usr/bin/ssh-keygen -lf /etc/ssh/ssh_host_${kind}_key.pub; done",
            "ls /etc/ssh/ssh_host_*_key.pub | xargs -n1 ssh-keygen -lf",
            "find /etc/ssh -name 'ssh_host_*_key.pub' -exec ssh-keygen -lf {} \\;",
            "#!/bin/sh\nset -euo pipefail\n# of vm2\nfor f in /etc/ssh/*.pub\ndo\n  ssh-keygen -lf $f\ndone\n",
            "ssh-keygen -lf /etc/ssh/ssh_host_rsa_key.pub | awk '{print $2}'",
            "sudo -u root cat /etc/ssh/ssh_host_{rsa,ed25519}_key.pub | cut -d' ' -f1,2",
            "sh -c 'cd /etc/ssh && cat *.pub || true'",
            "LC_ALL=C /usr/local/bin/hostfp --json",
            "awk '{print $1,$2}' /etc/ssh/ssh_host_*_key.pub",
            "ls /etc/ssh/ssh_host_*_key.pub | while read -r f; do ssh-keygen -lf $f; done",
            "cut -d ' ' -f 1-2 < /etc/ssh/ssh_host_rsa_key.pub",
            "hostfp -o",
            "hostfp | cut -d' ' -f 2",
            "gci C:\\ProgramData\\ssh\\ssh_host_*_key.pub | foreach-object { ssh-keygen -lf $_.FullName }",
            "Get-Content $env:ProgramData\\ssh\\ssh_host_rsa_key.pub",
            &script::run_command(),
        ] {
            assert!(reads_host_keys(command), "{command}");
        }
        for command in [
            "ssh-keygen -lf /etc/ssh/ssh_known_hosts",
            "ssh-keygen -lf /etc/ssh/user_ca.pub",
            "ssh-keygen -lf /etc/ssh/keys/mallory/ssh_host_rsa_key.pub",
            "cat /var/lib/machines/c1/etc/ssh/ssh_host_ed25519_key.pub",
            "for h in test; do hostfp -T 3 $h; done",
            "find . -name 'ssh_host_*_key.pub' -exec cat {} +",
            "cat /etc/ssh/ssh_host_rsa_key.pub; cat $(ls -t | head -1)",
            "hostfp --connect vm",
            "hostfp --connect=vm",
            "hostfp 10.1",
            "hostfp ::1",
            "hostfp --expect x /etc/ssh/ssh_host_rsa_key.pub",
            "plink vm cat /etc/ssh/ssh_host_rsa_key.pub",
            "nmap --script ssh-hostkey vm; cat /etc/ssh/ssh_host_rsa_key.pub",
            "virt-cat -d vm2 /etc/ssh/ssh_host_rsa_key.pub",
            "ansible vm2 -m command -a 'cat /etc/ssh/ssh_host_rsa_key.pub'",
            "/tmp/hostfp",
            "ssh test cat /etc/ssh/ssh_host_rsa_key.pub",
            "hostfp --connect test",
            "hostfp -p 22 test",
            "hostfp -f test",
            "ssh-keygen -lF test; cat /etc/ssh/ssh_host_rsa_key.pub",
            "cd ..; cat ssh_host_rsa_key.pub",
            &(script::run_command() + "ssh-keyscan vm2"),
            "H=vm2 hostfp",
            "cat ~/ssh_host_rsa_key.pub",
            "cat ../ssh_host_rsa_key.pub",
            "echo host keys",
            "ssh-keygen -l",
            "cat *.pub",
            "ls /etc/ssh/ssh_host_*_key.pub | while read /home/x; do cat /home/x; done",
            "awk '{print $1,/home/x}' /etc/ssh/ssh_host_rsa_key.pub",
            "cat 1,2 /etc/ssh/ssh_host_rsa_key.pub",
        ] {
            assert!(!reads_host_keys(command), "{command}");
        }
    }

    #[test]
    fn complaints_are_of_programs_that_read_host_keys() {
        for line in [
            "",
            "bash: warning: setlocale: LC_ALL: cannot change locale (en_US.UTF-8)",
            "-bash: warning: setlocale: LC_ALL: cannot change locale (en_US.UTF-8): No such file or directory",
            "/bin/sh: 1: ssh-audit: not found",
            "sudo: unable to resolve host vm: Name or service not known",
            "cat: /etc/ssh/ssh_host_dsa_key.pub: No such file or directory",
            "cat: '/etc/ssh/ssh_host_dsa_key.pub': No such file or directory",
            "ssh-keygen: /etc/ssh/ssh_host_dsa_key.pub: No such file or directory",
            "/etc/ssh/ssh_host_dsa_key.pub is not a public key file.",
            "+ ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub",
            "mesg: ttyname failed: Inappropriate ioctl for device",
            "stdin: is not a tty",
            "/var/lib/waagent/run-command/download/1/script.sh: line 3: ssh-audit: command not found",
            "perl: warning: Setting locale failed.",
            "\tLANGUAGE = (unset),",
            "Failed to set locale, defaulting to C.UTF-8",
            "    are supported and installed on your system.",
            "Get-Content : Cannot find path 'C:\\ProgramData\\ssh\\ssh_host_dsa_key.pub' because it does not exist.",
        ] {
            assert!(concerns_this_machine_only(line), "{line}");
        }
        for line in [
            "Connected to ann.",
            "** WARNING: connection is not using a post-quantum key exchange algorithm.",
            "Using default tag: latest",
            "Cloning into 'keys'...",
            "Connected to machine ann. Press ^] three times within 1s to exit session.",
            "ssh-keygen: reading /home/ann/keys",
            "receiving incremental file list",
            "Cannot stat /home/ann/.ssh",
            "cat: /var/lib/docker/volumes/x/_data/ssh_host_rsa_key.pub: No such file or directory",
            "cat: /home/ann/etc/ssh/ssh_host_rsa_key.pub: No such file or directory",
            "cat: /var/lib/waagent/../docker/x: No such file or directory",
            "/home/ann/keys is not a public key file.",
            "Error: No such container: vm",
            "C:\\> type \\\\ann\\share\\key.pub",
            "curl: (6) Could not resolve host: ann",
            "+ docker exec web cat /etc/ssh/ssh_host_rsa_key.pub",
        ] {
            assert!(!concerns_this_machine_only(line), "{line}");
        }
    }

    #[test]
    fn a_script_of_one_word_names_nothing() {
        for (script, is_one) in [
            ("x", true),
            ("", true),
            ("ssh-keygen\n", true),
            ("ssh-keyscan vm2", false),
            ("/opt/x", false),
            ("x;y", false),
        ] {
            assert_eq!(is_script_of_host_keys(script), is_one, "{script}");
        }
    }
}
