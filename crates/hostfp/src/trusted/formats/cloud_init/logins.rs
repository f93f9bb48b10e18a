//! Checks that no host key follows a user's login on a console: what a user's programs print there may look like any line.
//!
//! A login is a name that was typed at a prompt, or a shell's prompt with a command. root may write to the console in any
//! case, and the lines of the next boot are the machine's again.

use common::error::Error;

use super::boot_log::{after_prompt, begins_boot, plain};
use crate::trusted::grammar::NotTrusted;

const ROOT: &str = "root";

/// Checks a text without terminal escape codes at the ends of its lines.
///
/// # Errors
/// A line of host keys follows a user's login in the same boot.
pub(super) fn check(text: &str, is_of_keys: impl Fn(&str) -> bool) -> Result<(), NotTrusted> {
    let mut is_logged_in = false;
    for (line, number) in text.lines().zip(1..) {
        if begins_boot(line) {
            is_logged_in = false;
        } else if is_logged_in && is_of_keys(line) {
            let what = "cloud-init's block below a user's login on the console, so that user may have printed it";
            return Err((
                Some(number),
                Error::failure(what).hint("give the console's log up to the login, or what Run Command prints"),
            ));
        } else if line.contains(" login:") || line.contains(['$', '%']) {
            is_logged_in |= is_of_a_user(&plain(line));
        }
    }
    Ok(())
}

/// Whether a line shows that a user other than root typed something: `vm login: ann`, `ann@vm:~$ cat x`, `[ann@vm ~]$ cat x`.
fn is_of_a_user(line: &str) -> bool {
    let line = line.trim();
    let typed_name = after_prompt(line).map(|(_, name)| name);
    typed_name.is_some_and(|name| is_user(name) && name != ROOT) || shell_user(line).is_some_and(|user| user != ROOT)
}

/// Returns the user of a shell's prompt that is followed by a command.
fn shell_user(line: &str) -> Option<&str> {
    let (prompt, command) = line.split_once("$ ").or_else(|| line.split_once("% "))?;
    let prompt = prompt.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).unwrap_or(prompt);
    let (user, place) = prompt.split_once('@')?;
    let host = place.split([':', ' ']).next().unwrap_or_default();
    let is_host = !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte));
    (is_user(user) && is_host && !command.trim().is_empty()).then_some(user)
}

/// Whether a word is a user's name; a domain's users have an `@` or a backslash in theirs.
fn is_user(name: &str) -> bool {
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"._-@\\".contains(&byte);
    name.starts_with(|character: char| character.is_ascii_alphabetic() || character == '_')
        && name.bytes().all(is_of_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_user_typed_ends_what_counts_until_the_next_boot() {
        for line in [
            "vm login: ann",
            "vm.example login: ann@corp.example",
            "ann@vm:~$ cat x",
            "[ann@vm ~]$ cat x",
            "ann@vm:/tmp% cat x",
            "\u{1b}[01;32mann@vm\u{1b}[00m:\u{1b}[01;34m~\u{1b}[00m$ cat x",
        ] {
            let found = |between: &str| check(&format!("{line}\n{between}KEY\n"), |line| line == "KEY").is_ok();
            assert!(!found("x\n"), "{line}");
            assert!(found("[    0.000000] Linux version 6.8\n"), "{line}");
            assert!(check(&format!("KEY\n{line}\n"), |line| line == "KEY").is_ok(), "{line}");
        }
        for line in [
            "vm login: ",
            "vm login: root",
            "vm login: core (automatic login)",
            "vm login: [   20.123456] cloud-init[900]: x",
            "vm login: <14>Nov 30 10:00:00 cloud-init: x",
            "root@vm:~# cat x",
            "root@vm:~$ cat x",
            "ann@vm:~$ ",
            "systemd[1]: Started getty@tty1.service for $ 5",
            "[    5.0] x: 10% done",
        ] {
            assert!(check(&format!("{line}\nKEY\n"), |line| line == "KEY").is_ok(), "{line}");
        }
    }
}
