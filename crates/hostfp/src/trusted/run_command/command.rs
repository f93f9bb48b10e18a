//! What a command or a script reads: the host keys of the machine on which it runs, and nothing else.
//!
//! Each of its words is one that such commands are made of: a program that reads and cuts text, a word of a shell, an
//! option, a variable, the path of a host key. Any other may name another machine, a container, a user's file, or a program
//! that asks them: what those are called has no end.

use super::script_words::{is_of_host_keys, program};
use super::steps;
use crate::script;

/// Long options, as far as they name no file and no host.
const LONG_OPTIONS: [&str; 6] = ["--fingerprint-hash", "--json", "--list", "--only", "--quiet", "--visual"];

/// Whether a command reads host keys of its machine, by their paths or by hostfp, and has no other word.
pub(super) fn reads_host_keys(command: &str) -> bool {
    let names_host_keys = |word: &str| {
        let word = word.to_ascii_lowercase();
        parts(&word).into_iter().any(|part| is_of_host_keys(part) || program(part) == Some("hostfp"))
    };
    is_own_script(command) || words(command).any(names_host_keys) && has_known_words_only(command)
}

/// Whether a script is hostfp's own, of whatever release: they begin and end alike.
fn is_own_script(script: &str) -> bool {
    let (script, own) = (script.trim(), script::run_command());
    let start = own.split_once("() {").map(|(start, _)| start);
    let end = own.trim().rsplit_once("||").map(|(_, end)| end);
    let is_alike = |(start, end)| script.starts_with(start) && script.ends_with(end);
    start.zip(end).is_some_and(is_alike) && !script.contains('\n')
}

/// Whether all words of a command are known, and none of them stands where it would be the name of a file or a host.
pub(super) fn has_known_words_only(command: &str) -> bool {
    let mut before = String::new();
    let are_known = words(command).all(|word| {
        let word = word.to_ascii_lowercase();
        let before = std::mem::replace(&mut before, word.clone());
        let is_operand = before.starts_with('-') && before.ends_with('f') && program(&word).is_some();
        // What follows `for` is the name of a variable.
        !is_operand && (before == "for" || parts(&word).into_iter().all(is_known))
    });
    are_known && steps::read_host_keys_alone(command)
}

/// Whether a line of a script's standard error shows that it read elsewhere: a command that `set -x` prints and that is none of
/// host keys, or what a program says that fetches something or enters another machine.
pub(super) fn reads_elsewhere(line: &str) -> bool {
    /// Programs that do, by the names with which their messages begin.
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
    /// What they say beside.
    const WORDS: [&str; 6] =
        ["% Total", "://", "Connecting to ", "Pulling from ", "Resolving ", "Unable to find image "];
    let line = line.trim();
    if line.starts_with('+') {
        return !has_known_words_only(line.trim_start_matches('+'));
    }
    let says = line.split_once(": ").map_or(line, |(program, _)| program);
    PROGRAMS.contains(&says.rsplit('/').next().unwrap_or(says)) || WORDS.iter().any(|words| line.contains(words))
}

/// The words of a command without its comments.
fn words(command: &str) -> impl Iterator<Item = &str> {
    let lines = command.lines().filter(|line| !line.trim_start().starts_with('#'));
    lines.flat_map(|line| line.split(is_between)).filter(|word| !word.is_empty())
}

/// Whether a script reads host keys of its machine alone, or is one word, which names nothing that it could ask.
pub(super) fn is_script_of_host_keys(script: &str) -> bool {
    let is_of_word = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    script.trim().bytes().all(is_of_word) || reads_host_keys(script)
}

/// Whether a character stands between the words of a command.
fn is_between(letter: char) -> bool {
    letter.is_whitespace() || ";|&()<>`'\"".contains(letter)
}

/// A word, or what stands behind the name of a variable or an option and its `=`. A language is no host.
fn parts(word: &str) -> Vec<&str> {
    let is_name = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-$".contains(&byte));
    match word.split_once('=').filter(|(name, _)| is_name(name)) {
        Some(("lang" | "lc_all", _)) => Vec::new(),
        Some((name, value)) if name.starts_with('-') => vec![name, value],
        Some((_, value)) => vec![value.trim_start_matches('=')],
        None => vec![word],
    }
}

/// Whether a word of a command names nothing but host keys, or is one that commands which read them have.
fn is_known(word: &str) -> bool {
    let word = word.trim_matches(['{', '}', ',', '!', '[', ']']);
    let is_number = word.len() <= 3 && word.bytes().all(|byte| byte.is_ascii_digit());
    let is_sign = word.is_ascii()
        && word != ".."
        && !word.bytes().any(|byte| byte.is_ascii_alphanumeric() || b"*~/\\".contains(&byte));
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"_{}%*#?,-".contains(&byte);
    let is_short = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-,".contains(&byte));
    let is_option = match word.strip_prefix("--") {
        None | Some("") => word.strip_prefix('-').is_some_and(is_short),
        Some(_) => LONG_OPTIONS.contains(&word),
    };
    let is_variable = word
        .strip_prefix('$')
        .is_some_and(|name| name.trim_end_matches(".fullname").trim_end_matches(".pub").bytes().all(is_of_name));
    // `\n`, `\;`.
    let is_escape = word.strip_prefix('\\').is_some_and(|rest| rest.len() <= 1);
    let is_device = matches!(word, "/dev/null" | "/dev/stdin");
    is_number
        || is_sign
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
        ] {
            assert!(!reads_host_keys(command), "{command}");
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
