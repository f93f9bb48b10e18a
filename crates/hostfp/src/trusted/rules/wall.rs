//! Finds messages that wall(1), write(1) and similar programs print on a console.
//!
//! Why they end what counts: any user of the machine may send one, and its lines are on the console as that user wrote them,
//! below a line that names the user. Messages of root are ignored: root may write to the console in any case.
//! systemd-journald names itself above a message, which may be any user's (`logger -p user.emerg`).

use common::error::Error;

use crate::trusted::grammar::NotTrusted;

/// The user who can write to the console in any case.
const ROOT: &str = "root";

/// wall pads and truncates its header to this width.
const WALL_COLUMNS: usize = 79;

/// Checks that no host key follows a user's message, in a text without terminal escape codes.
///
/// # Errors
/// A line of host keys follows a message.
pub(crate) fn check(text: &str, is_of_keys: impl Fn(&str) -> bool) -> Result<(), NotTrusted> {
    let mut below = text.lines().zip(1..).skip_while(|(line, _)| !announces_a_users(line));
    match (below.next(), below.find(|(line, _)| is_of_keys(line))) {
        (Some((_, message)), Some((_, line))) => Err((Some(line), of_a_message(message))),
        _ => Ok(()),
    }
}

/// Whether a line is the header of a user's message: `Broadcast message from ann@vm (pts/1) (…):` of wall, or `Message from
/// ann@vm on pts/1 at 11:00 ...` of write. A bell or a carriage return may precede it.
fn announces_a_users(line: &str) -> bool {
    let text = line.trim_matches(|character: char| character.is_control() || character.is_whitespace());
    is_of_a_user_in_english(text) || is_of_a_user(line, text) || is_remote(text)
}

/// Whether a line is the header of a message of rwall(1), which does not name its sender: `Remote Broadcast Message (…):`.
fn is_remote(text: &str) -> bool {
    after_words(text, "Remote broadcast message").is_some_and(|rest| rest.trim_start().starts_with(['(', ':']))
}

/// Returns what follows these words at the start of a text, in any case: wall of the BSDs writes capitals.
fn after_words<'a>(text: &'a str, words: &str) -> Option<&'a str> {
    let (start, rest) = text.split_at_checked(words.len())?;
    start.eq_ignore_ascii_case(words).then_some(rest)
}

/// The same in English, where the user's name may contain spaces and `@`, as those of domain users do.
fn is_of_a_user_in_english(text: &str) -> bool {
    let rest = ["Broadcast message from ", "Message from "].iter().find_map(|start| after_words(text, start));
    let sender = rest.and_then(|rest| rest.split(" (").next()).and_then(|rest| rest.split(" on ").next());
    let user = sender.and_then(|sender| sender.rsplit_once('@'));
    user.is_some_and(|(user, host)| !host.is_empty() && !user.is_empty() && user != ROOT)
}

/// The same in any language, which the sender chooses (util-linux's wall and write are translated): the line has a sender,
/// and with it a terminal or a date, or it ends in bells or padding, where a long host name pushed out the rest. In no
/// language a colon or a bracket precedes the sender, as in the lines of a log.
fn is_of_a_user(line: &str, text: &str) -> bool {
    let line = line.trim_end_matches(['\r', '\n']);
    let Some((before, user, rest)) = sender(text) else { return false };
    if before.contains([':', '[', ']', '|', '<', '=', '"']) {
        return false;
    }
    let is_filled = line.ends_with("\u{7}\u{7}") || line.ends_with(' ') && line.chars().count() == WALL_COLUMNS;
    let has_terminal = |text: &str| {
        text.split(|character: char| !(character.is_ascii_alphanumeric() || character == '/')).any(is_terminal)
    };
    let ends_in_time = || {
        let rest = rest.trim_end().strip_suffix("...").or_else(|| rest.trim_end().strip_suffix('\u{2026}'));
        rest.is_some_and(|rest| rest.split(char::is_whitespace).any(is_time))
    };
    let is_message =
        is_filled || has_terminal(before) || has_terminal(rest) || has_date_in_brackets(rest) || ends_in_time();
    is_message && (user != ROOT || names_another_user(rest))
}

/// Returns the user of the first `USER@HOST`, with the text before and after it. Units of systemd such as
/// `getty@tty1.service` are skipped, also if they are shortened.
fn sender(text: &str) -> Option<(&str, &str, &str)> {
    const TEMPLATES: [&str; 5] = ["getty", "serial-getty", "user", "modprobe", "systemd-"];
    let is_separator = |character: char| character.is_whitespace() || "()".contains(character);
    let mut start = 0;
    while let Some(length) = text.get(start..)?.find(|character| !is_separator(character)) {
        start += length;
        let word = text.get(start..)?;
        let word = word.get(..word.find(is_separator).unwrap_or(word.len()))?;
        if let Some((user, after)) = word.split_once('@') {
            let is_of_host = |character: char| character.is_ascii_alphanumeric() || "-_.".contains(character);
            let host = after.get(..after.find(|character| !is_of_host(character)).unwrap_or(after.len()))?;
            let is_unit = TEMPLATES.iter().any(|template| user.starts_with(template));
            if !user.is_empty() && !host.is_empty() && !is_unit {
                return Some((text.get(..start)?, user, text.get(start + user.len() + 1 + host.len()..)?));
            }
        }
        start += word.len();
    }
    None
}

/// Whether the text after the sender has a name in parentheses: write prints the login name first, `root@vm (as ann)`.
fn names_another_user(rest: &str) -> bool {
    let brackets = rest.split('(').skip(1).map(|after| after.split(')').next().unwrap_or(after));
    brackets.filter(|inside| !inside.is_empty()).any(|inside| !is_terminal(inside) && !inside.contains([':', '/']))
}

/// `pts/1`, `tty1`, `ttyS0`.
fn is_terminal(word: &str) -> bool {
    let is_number = |text: &str| text.parse::<u32>().is_ok();
    word.strip_prefix("pts/").is_some_and(is_number)
        || word.strip_prefix("tty").is_some_and(|name| is_number(name.trim_start_matches(char::is_alphabetic)))
}

/// `11:00` or `11:00:00`.
fn is_time(word: &str) -> bool {
    let parts = word.split(':');
    let count = parts.clone().count();
    (2..=3).contains(&count) && parts.into_iter().all(|part| part.len() == 2 && part.parse::<u8>().is_ok())
}

/// Whether there is a time in parentheses, and with it a year: opening hours have none.
fn has_date_in_brackets(text: &str) -> bool {
    let mut brackets = text.split('(').skip(1).map(|after| after.split(')').next().unwrap_or(after));
    let is_year = |word: &str| word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    brackets.any(|inside| {
        let mut words = inside.split(|character: char| character.is_whitespace() || character == '-');
        words.clone().any(is_time) && words.any(is_year)
    })
}

fn of_a_message(message: usize) -> Error {
    Error::failure(format!("host keys below a message of a user of the machine (wall, write), at line {message}"))
        .hint("a user may have written what follows such a message; give the console's log above it")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn host_keys_below_a_users_message_do_not_count() {
        let is_key = |line: &str| line == "key";
        for message in [
            "Broadcast message from ann@vm (pts/1) (Mon Nov 30 11:00:00 2026):  \u{7}\u{7}",
            "Broadcast message from ann@vm on pts/1 (Mon 2026-11-30 11:00:00 UTC):",
            "Broadcast message from systemd-journald@vm (Mon 2026-11-30 11:00:00 UTC):",
            "\u{7}\u{7}Message from ann@vm on pts/1 at 11:00 ...",
            "Message from root2@vm on pts/1 at 11:00 ...",
            "Broadcast message from ann smith@vm (pts/1) (Mon Nov 30 11:00:00 2026):",
            "Broadcast message from root@corp.example@vm (pts/1) (Mon Nov 30 11:00:00 2026):",
            "Nachricht an alle von ann@vm (pts/1) (Mo 30 Nov 11:00:00 2026):",
            "Diffusion de message de ann@vm (pts/1) (lun. 30 nov. 2026 11:00:00 UTC)\u{a0}:  \u{7}\u{7}",
            "ann@vm (pts/1) (Pzt 30 Kas 2026 11:00:00 UTC)'den yay\u{131}n iletisi:",
            "\u{6765}\u{81ea} ann@vm (pts/1) (11\u{65f6}00\u{5206}) \u{7684}\u{5e7f}\u{64ad}\u{6d88}\u{606f}\u{ff1a}",
            "Rundsendenachricht von ann@ip-10-0-0-5.eu-central-1.compute.internal (pts/1\u{7}\u{7}",
            "Mensaje de difusi\u{f3}n general (broadcast) de ann@ip-10-0-0-5.ec2.internal (pt\u{7}\u{7}",
            "Mensaje de difusi\u{f3}n general (broadcast) de ann@ip-10-0-0-5.ec2.internal        ",
            "\u{7}\u{7}\u{7}Nachricht von ann@vm auf pts/1 um 11:00 \u{2026}",
            "ann@vm 11:00 ...",
            "\u{7}\u{7}Message from root@vm (as ann) on pts/1 at 11:00 ...",
            "\u{7}\u{7}Nachricht von root@vm (als ann) auf pts/1 um 11:00 \u{2026}",
        ] {
            let (line, error) = check(&format!("key\n{message}\n\nkey\n"), is_key).unwrap_err();
            assert_eq!((line, error.message().ends_with("at line 2")), (Some(4), true), "{message}");
            assert!(check(&format!("key\n{message}\nx\n"), is_key).is_ok(), "{message}");
        }
        for line in [
            "Broadcast message from root@vm (pts/1) (Mon Nov 30 11:00:00 2026):",
            "Message from the staff",
            "Nachricht an alle von root@vm (pts/1) (Mo 30 Nov 11:00:00 2026):",
            "Diffusion de message de root@vm (pts/1) (lun. 30 nov. 2026 11:00:00 UTC)\u{a0}:  \u{7}\u{7}",
            "[  OK  ] Started getty@tty1.service - Getty on tty1.",
            "Nov 30 11:00:00 vm postfix/pickup[7]: from=<ann@vm>",
            "ann@vm:~$ ls",
            "ci-info: | ssh-rsa | aa:bb | - | ann@laptop |",
            "Nov 30 11:00:00 vm postfix/smtpd[7]: to=<ann@corp.example>, status=sent (250 2.0.0 Ok).",
            "[   10.0] systemd[1]: Condition check for getty@tty1, skipping.",
            "systemd[1]: Started getty@tty1.service.",
            "         Starting serial-getty@ttyS0.serv\u{2026}e - Serial Getty on ttyS0.",
            "[    1.2] x (maintainer a@b.example) on ttyS0",
            "Authorized use only. Contact it@corp.example (Mon-Fri 08:00 to 17:00)",
            "Contact: it@corp.example                                                       ",
            "x",
        ] {
            assert!(check(&format!("{line}\nkey\n"), is_key).is_ok(), "{line}");
        }
    }
}
