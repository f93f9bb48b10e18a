//! Finds messages that wall(1), write(1) and similar programs print on a console.
//!
//! Why they end what counts: any user of the machine may send one, and its lines are on the console as that user wrote them,
//! below a line that names the user. Messages of root are ignored: root may write to the console in any case.
//! systemd-journald names itself above a message, which may be any user's (`logger -p user.emerg`).

use common::error::Error;

use super::diagnose::NotTrusted;

/// Checks that no host key follows a user's message, in a text without a terminal's codes.
///
/// # Errors
/// A line of host keys follows a message.
pub(super) fn check(text: &str, is_of_keys: impl Fn(&str) -> bool) -> Result<(), NotTrusted> {
    let mut below = text.lines().zip(1..).skip_while(|(line, _)| !announces_a_users(line));
    match (below.next(), below.find(|(line, _)| is_of_keys(line))) {
        (Some((_, message)), Some((_, line))) => Err((Some(line), of_a_message(message))),
        _ => Ok(()),
    }
}

/// Whether a line announces a user's message: `Broadcast message from ann@vm (pts/1) (…):`, `Message from ann@vm on pts/1 at
/// 11:00 ...`, with a bell or a carriage return before it. The sender's language may be another: then the terminal and the
/// time identify it, `… ann@vm (pts/1) (…):`.
fn announces_a_users(line: &str) -> bool {
    let line = line.trim_matches(|character: char| character.is_control() || character == ' ');
    let sender = ["Broadcast message from ", "Message from "].iter().find_map(|start| line.strip_prefix(start));
    let of_words = sender
        .map(|rest| rest.split(" (").next().unwrap_or(rest))
        .map(|rest| rest.split(" on ").next().unwrap_or(rest));
    let in_brackets = || {
        let (before, terminal) = line.strip_suffix("):")?.split_once(" (")?;
        terminal.contains(") (").then(|| before.rsplit(' ').next().unwrap_or(before))
    };
    // The name of a domain's user may have a space or a symbol in it.
    let user = of_words.or_else(in_brackets).and_then(|sender| sender.rsplit_once('@'));
    user.is_some_and(|(user, host)| !host.is_empty() && !user.is_empty() && user != "root")
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
        ] {
            let (line, error) = check(&format!("key\n{message}\n\nkey\n"), is_key).unwrap_err();
            assert_eq!((line, error.message().ends_with("at line 2")), (Some(4), true), "{message}");
            assert!(check(&format!("key\n{message}\nx\n"), is_key).is_ok(), "{message}");
        }
        for line in [
            "Broadcast message from root@vm (pts/1) (Mon Nov 30 11:00:00 2026):",
            "app: Message from ann@vm on pts/1 at 11:00 ...",
            "Message from the staff",
            "Nachricht an alle von root@vm (pts/1) (Mo 30 Nov 11:00:00 2026):",
            "eth0: ann@vm (pts/1):",
            "x",
        ] {
            assert!(check(&format!("{line}\nkey\n"), is_key).is_ok(), "{line}");
        }
    }
}
