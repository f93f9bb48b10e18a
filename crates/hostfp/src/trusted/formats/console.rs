//! Reads the console of Fedora CoreOS, RHEL CoreOS, Flatcar, openSUSE and SLES, which shows the fingerprints of the host keys
//! above the login prompt: `SSH host key: SHA256:… (ED25519)`, one per line, as agetty(8) prints /etc/issue. Some versions
//! write the key's comment before its type, which counts if it is the name of a host, as ssh-keygen(1) makes it: `root@vm`.
//!
//! Why a stranger cannot write it: each such line must be whole; and either all lines of the text are those of such an issue,
//! or it is the log of a boot from its first line on, in which the keys are shown before anyone can connect. If the log shows
//! other keys later, it shows two boots or a stranger's lines, and does not count.

use std::net::{IpAddr, Ipv6Addr};

use common::error::Error;

use super::boot_choice::BootChoice;
use super::lines::List;
use super::{cloud_init, terminal};
use crate::trusted::grammar::NotTrusted;
use crate::trusted::grammar::pattern::matches_pattern;
use crate::trusted::grammar::{line, words};
use crate::trusted::keys::Trusted;
use crate::trusted::messages::misfits;
use crate::trusted::rules::one_host::Origin;
use crate::trusted::rules::{comments, raw_sshd, wall};

/// The label of each fingerprint.
const LABEL: &str = "SSH host key: ";

/// The most groups of lines that are read.
const MAX_GROUPS: usize = 64;

/// Whether a text has such lines.
pub(crate) fn has_keys(text: &str) -> bool {
    text.lines().any(|line| line.starts_with(LABEL))
}

/// Consecutive lines with keys, shown at one moment.
struct Group {
    /// The line where it begins, counted from 1.
    line: usize,
    list: List,
}

/// Reads the host keys of the one boot that a console shows, or of the one that was chosen.
///
/// # Errors
/// A line is not whole; the text is neither an issue nor a log from the start; it shows different host keys, and none was
/// chosen.
pub(crate) fn read(text: &str, choice: Option<BootChoice>) -> Result<Trusted, NotTrusted> {
    raw_sshd::check(text)?;
    let text = &*terminal::without_codes_at_ends(text);
    cloud_init::check_one_machine(text, |line| line.starts_with(LABEL))?;
    wall::check(text, |line| line.starts_with(LABEL))?;
    let groups = groups(text)?;
    let Some(first) = groups.first() else { return Err((None, Error::failure("holds no host key"))) };
    let is_own_issue = !terminal::may_show_another_machine(text) && is_issue(terminal::after_viewer(text));
    if !is_own_issue && !shows_a_boot_before(text, first.line) {
        return Err((Some(first.line), among_others()));
    }
    let mut boots: Vec<&Group> = Vec::new();
    for group in &groups {
        let is_known = boots.iter().any(|boot| group.list.keys.iter().all(|key| boot.list.keys.contains(key)));
        if !is_known {
            boots.push(group);
        }
    }
    let chosen = match (choice, boots.as_slice()) {
        (Some(choice), boots) => choice.of(boots).map_err(|error| (None, error))?,
        (None, [only]) => only,
        (None, _) => {
            let lines: Vec<usize> = boots.iter().map(|boot| boot.line).collect();
            return Err((None, cloud_init::differing(&lines)));
        }
    };
    chosen.list.clone().into_trusted(Origin::OneMachine).map_err(|error| (None, error))
}

fn groups(text: &str) -> Result<Vec<Group>, NotTrusted> {
    let mut groups: Vec<Group> = Vec::new();
    let mut goes_on = false;
    for (line, number) in text.lines().zip(1..) {
        let Some(shown) = line.trim_end().strip_prefix(LABEL) else {
            // A part of cloud-init's block contradicts these lines.
            if line.contains("SSH HOST ") || has_key(line) {
                let error = Error::failure("a fingerprint or host key next to those that the console shows")
                    .hint("keep the lines `SSH host key: …` only, or those of the host keys");
                return Err((Some(number), error));
            }
            goes_on = false;
            continue;
        };
        if !goes_on {
            groups.push(Group { line: number, list: List::default() });
        }
        goes_on = true;
        if groups.len() > MAX_GROUPS {
            return Err((Some(number), Error::failure("shows host keys more often than a machine boots")));
        }
        let list = groups.last_mut().map(|group| &mut group.list);
        if !list.is_some_and(|list| add(list, shown)) {
            return Err((Some(number), not_whole(shown)));
        }
    }
    Ok(groups)
}

/// Adds the key after the label, if it is `SHA256:… (ED25519)`, or has one more word that is the name of a host.
fn add(list: &mut List, shown: &str) -> bool {
    let (line, comment) = match shown.split(' ').collect::<Vec<_>>().as_slice() {
        [_, label] if label.ends_with(')') => (shown.to_owned(), None),
        [fingerprint, comment, label] if label.ends_with(')') && is_host(comment) => {
            (format!("{fingerprint} {label}"), Some(*comment))
        }
        _ => return false,
    };
    list.add_with(&line, comment).is_ok()
}

/// Whether a word is a host: `vm.example.com`, `root@vm`.
fn is_host(word: &str) -> bool {
    let host = word.split_once('@').map_or(Some(word), |(user, host)| is_user(user).then_some(host));
    let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
    host.is_some_and(|host| !host.is_empty() && host.bytes().all(is_of_name))
}

/// Reports a line that does not fit: its comment is of another kind, or it is not whole.
fn not_whole(shown: &str) -> Error {
    if let Some(misfit) = comments::objection_of_text(shown) {
        return misfits::misfit(misfit);
    }
    let words: Vec<&str> = shown.split(' ').collect();
    if let [fingerprint, _, .., label] = words.as_slice()
        && let line = format!("{fingerprint} {label}")
        && matches!(line::read(&line), Ok(line::Line::Fingerprint { .. }))
    {
        return Error::failure("the comment between the fingerprint and the type in this line is not a host name")
            .hint(format!("if the line is the VM's own, delete the comment: `{LABEL}SHA256:… (TYPE)`"));
    }
    Error::failure("this line is not a complete `SSH host key: SHA256:… (TYPE)`")
        .hint("is it cut short or wrapped? keep the output as it was printed")
}

/// Whether a line has a fingerprint or a key, whatever precedes it.
fn has_key(line: &str) -> bool {
    let is_key = |word: &str| words::looks_like_a_fingerprint(word) || line::looks_like_a_key(word);
    line.contains("SHA256:") || line.split_whitespace().any(is_key)
}

fn among_others() -> Error {
    Error::failure("host keys among other programs' lines, which others may have written").hint(
        "give the console's log from the boot's first line on, or the lines `SSH host key: …` only if they are the VM's own",
    )
}

/// Whether a boot from its start on precedes this line: programs that others can talk to start later.
fn shows_a_boot_before(text: &str, line: usize) -> bool {
    cloud_init::is_whole_boot(&text.lines().take(line - 1).collect::<Vec<_>>().join("\n"))
}

/// Whether all lines are those of /etc/issue: the system's name, its kernel, host keys, addresses, and the login prompt. The
/// output of a session follows an automatic login, which therefore ends the text.
fn is_issue(text: &str) -> bool {
    let mut lines = text.lines().skip_while(|line| !is_automatic_login(line));
    lines.next();
    lines.all(|line| line.trim().is_empty()) && text.lines().all(is_issue_line)
}

fn is_issue_line(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words.as_slice() {
        [] => true,
        // `This is vm (Linux x86_64 6.6.0-flatcar) 00:00:00`
        ["This", "is", host, "(Linux", ..] => {
            is_host(host) && matches_pattern(line.trim(), "This is % (Linux % %) ##:##:##")
        }
        // `Kernel 6.8.9 on an x86_64 (ttyS0)`
        ["Kernel", kernel, "on", "an", _] | ["Kernel", kernel, "on", "an", _, _] => is_version(kernel),
        ["Kernel", kernel, "on", _, tty] => is_version(kernel) && tty.starts_with("(tty") && tty.ends_with(')'),
        ["Ignition:", "ran", ..] => matches_pattern(line.trim(), "Ignition: ran on ####/##/## ##:##:## UTC (*)"),
        ["Ignition:", "user-provided", "config", "was", "applied"]
        | ["Ignition:", "user", "provided", "config", "was", "applied"]
        | ["Ignition:", "no", "config", "provided", "by", "user"]
        | ["No", "ssh" | "SSH", "authorized", "keys", "provided", "by", "Ignition", "or", "Afterburn"] => true,
        ["Afterburn:" | "Ignition:", "wrote", "ssh", "authorized", "keys", "file", "for", "user:", user] => {
            is_user(user)
        }
        [_, "login:"] => true,
        // `eth0: 10.0.0.4 fe80::1%2`; without an address while it has none yet.
        [name, addresses @ ..] if name.ends_with(':') => {
            let is_of_kernel = name.starts_with('e') && name.contains(|character: char| character.is_ascii_digit());
            (!addresses.is_empty() || is_of_kernel) && addresses.iter().all(|word| is_address(word))
        }
        words => {
            line.starts_with(LABEL)
                || is_system(words)
                || is_welcome(line)
                || is_automatic_login(line)
                || is_clear_screen(line)
        }
    }
}

/// Whether the words are a system's: `Fedora CoreOS 40.20240519.3.0`, `Fedora Linux 42 (Cloud Edition)`: a name, a version,
/// and the version's name in parentheses. RHEL CoreOS has OpenShift's version after it, and Flatcar the platform.
fn is_system(words: &[&str]) -> bool {
    const EDITIONS: [&str; 8] = ["Linux", "CoreOS", "preview", "release", "alpha", "beta", "stable", "lts"];
    let rest = match words {
        ["Fedora" | "AlmaLinux" | "Rocky", rest @ ..]
        | ["CentOS", "Stream", rest @ ..]
        | ["Red", "Hat", "Enterprise", "Linux", rest @ ..]
        | ["Flatcar", "Container", "Linux", "by", "Kinvolk", rest @ ..] => rest,
        _ => return false,
    };
    let mut rest = rest.iter().copied().skip_while(|word| EDITIONS.contains(word));
    let has_version = rest.next().is_some_and(is_version);
    let rest: Vec<&str> = rest.collect();
    let rest = match rest.iter().position(|word| word.ends_with(')')) {
        Some(end) if end < 3 && rest.first().is_some_and(|word| word.starts_with('(')) => rest.get(end + 1..),
        _ => Some(rest.as_slice()),
    };
    let ends = match rest.unwrap_or_default() {
        [] | ["for", _] | ["for", _, _] => true,
        [version] => is_version(version),
        _ => false,
    };
    has_version && ends
}

/// Whether a line is `Welcome to openSUSE Leap 15.6 - Kernel 6.4.0-default (ttyS0).`
fn is_welcome(line: &str) -> bool {
    let parts =
        line.trim_end().strip_prefix("Welcome to ").and_then(|rest| rest.strip_suffix(").")?.split_once(" - Kernel "));
    parts.is_some_and(|(system, kernel)| {
        let is_of_name = |byte: u8| byte.is_ascii_alphanumeric() || b" .-_()".contains(&byte);
        let is_of_suse = ["openSUSE ", "SUSE Linux "].iter().any(|name| system.starts_with(name));
        is_of_suse
            && system.bytes().all(is_of_name)
            && kernel.split_once(" (").is_some_and(|(kernel, tty)| is_version(kernel) && is_host(tty))
    })
}

/// Whether a word is a number of a version or of a day.
fn is_version(word: &str) -> bool {
    word.starts_with(|character: char| character.is_ascii_digit())
}

/// Whether a line is `vm login: core (automatic login)`, as agetty(8) prints it for the user in its settings. No one typed
/// that name.
fn is_automatic_login(line: &str) -> bool {
    let user = line.trim_end().strip_suffix(" (automatic login)").and_then(|line| line.split_once(" login: "));
    user.is_some_and(|(host, user)| !host.is_empty() && !host.contains(char::is_whitespace) && is_user(user))
}

fn is_user(name: &str) -> bool {
    let is_of_name = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte);
    !name.is_empty() && name.len() <= 32 && name.bytes().all(is_of_name)
}

/// Whether a word is an address; an IPv6 one may name its interface after `%`.
fn is_address(word: &str) -> bool {
    let Some((address, zone)) = word.split_once('%') else { return word.parse::<IpAddr>().is_ok() };
    let is_zone = |byte: u8| byte.is_ascii_alphanumeric() || b".-_@".contains(&byte);
    address.parse::<Ipv6Addr>().is_ok() && !zone.is_empty() && zone.bytes().all(is_zone)
}

/// Whether a line has only the codes with which agetty(8) clears the screen.
fn is_clear_screen(line: &str) -> bool {
    let rest = ["\u{1b}[H", "\u{1b}[J", "\u{1b}[2J"].iter().fold(line.to_owned(), |rest, code| rest.replace(code, ""));
    rest.trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &str = "SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM";
    const B: &str = "SHA256:nThbg6kXUpJWGl7E1IGOCspRomTxdCARLviKw6E5SY8";

    fn found(text: &str, choice: Option<BootChoice>) -> Result<Vec<String>, String> {
        let text = text.replace("=A", A).replace("=B", B);
        assert!(has_keys(&text));
        let trusted = read(&text, choice).map_err(|(_, error)| error.message().to_owned())?;
        Ok(trusted.keys.iter().map(|key| key.fingerprint.to_string()).collect())
    }

    const ISSUE: &str = "\nThis is localhost (Linux x86_64 6.6.0-flatcar) 00:00:00\nSSH host key: =A (ECDSA)\n\
                         SSH host key: =B (ED25519)\neth0: 10.0.0.4 fe80::1\n\nlocalhost login: \n";
    const BOOT: &str = "GRUB loading.\r\n[    0.000000] Linux version 6.6.0 (x@y)\r\n[  OK  ] Started x.\r\n\r\nFedora CoreOS 40\r\n\
                        Kernel 6.8 on an x86_64 (ttyS0)\r\n\r\nSSH host key: =A (ECDSA)\r\nens5: 10.0.0.4\r\nvm login: [   \
                        20.1] audit: x\r\n";

    #[test]
    fn the_keys_that_a_console_shows_are_found() {
        assert_eq!(found(ISSUE, None).unwrap(), [A, B]);
        assert_eq!(found(&format!("{ISSUE}{ISSUE}"), None).unwrap(), [A, B]);
        assert_eq!(found(BOOT, None).unwrap(), [A]);
        assert_eq!(found("SSH host key: =A (ECDSA)\n", None).unwrap(), [A]);
        for comment in ["root@vm", "vm.example.com", "root@vm-1_a"] {
            let text = ISSUE.replace("=A (", &format!("=A {comment} (")).replace("=B (", &format!("=B {comment} ("));
            assert_eq!(found(&text, None).unwrap(), [A, B], "{comment}");
        }
        assert_eq!(found(&ISSUE.repeat(MAX_GROUPS), None).unwrap(), [A, B]);
        assert!(!has_keys("vm login: SSH host key: x\n"));
    }

    /// What Fedora CoreOS and RHEL CoreOS print next to them:
    /// <https://docs.fedoraproject.org/en-US/fedora-coreos/tutorial-autologin/>.
    #[test]
    fn the_lines_of_an_issue_of_coreos_are_known() {
        for (line, more) in [
            ("SSH host key: =A", "Fedora CoreOS preview 31.20200108.3.0\nSSH host key: =A"),
            ("SSH host key: =A", "Fedora Linux 42 (Cloud Edition)\nSSH host key: =A"),
            ("SSH host key: =A", "Rocky Linux 9.4 (Blue Onyx)\nSSH host key: =A"),
            ("SSH host key: =A", "Fedora release 29 (Cloud Edition)\nSSH host key: =A"),
            ("SSH host key: =A", "Red Hat Enterprise Linux CoreOS 43.81.1 (Ootpa) 4.3\nSSH host key: =A"),
            (
                "SSH host key: =A",
                "Flatcar Container Linux by Kinvolk stable 3815.2.0 (Oklo) for Microsoft Azure\nSSH host key: =A",
            ),
            ("\nThis is", "Connected to domain example.com\nEscape character is ^]\nThis is"),
            ("localhost login: ", "Ignition: user provided config was applied\nlocalhost login: "),
            ("localhost login: ", "tutorial login: core (automatic login)\n"),
            ("localhost login: ", "tutorial login: core-user_1 (automatic login)\n"),
            (
                "localhost login: ",
                "No ssh authorized keys provided by Ignition or Afterburn\nvm login: core (automatic login)",
            ),
            ("localhost login: ", "No SSH authorized keys provided by Ignition or Afterburn\nvm login: \n"),
            ("localhost login: ", "Afterburn: wrote ssh authorized keys file for user: core\nvm login: \n"),
            ("This is localhost (Linux x86_64 6.6.0-flatcar) 00:00:00", "CentOS Stream CoreOS 9"),
            ("This is localhost (Linux x86_64 6.6.0-flatcar) 00:00:00", "\u{1b}[H\u{1b}[J\u{1b}[2J\nFedora CoreOS 38"),
            ("fe80::1", "fe80::1%2 fe80::2%eth0"),
        ] {
            let text = ISSUE.replace(line, more);
            assert_ne!(text, ISSUE);
            assert_eq!(found(&text, None).unwrap(), [A, B], "{text}");
        }
    }

    /// A name that was typed at the prompt, and the output of a session, may be anyone's.
    #[test]
    fn nothing_counts_after_a_login() {
        for more in [
            "vm login: core (automatic login) x\n",
            "vm login: mallory\n",
            "vm login: (automatic login)\n",
            "vm login: a b (automatic login)\n",
            "vm login: A (automatic login)\n",
            &format!("vm login: {} (automatic login)\n", "a".repeat(33)),
            "vm login: \u{1b}[H (automatic login)\n",
            "a vm login: core (automatic login)\n",
            "vm login: core (automatic login)\nSSH host key: =A (ECDSA)\n",
            "vm login: core (automatic login)\nFedora CoreOS 40\n",
            "No ssh authorized keys provided by mallory\n",
            "Fedora hello\n",
            "Fedora 42 hello mallory\n",
            "Fedora CoreOS 40 (a b c d)\n",
            "Fedora 42 x (y)\n",
            "Console log:\n",
            "Afterburn: wrote ssh authorized keys file for user: a b\n",
            "eth1: 10.0.0.4%x\n",
            "eth1: fe80::1%\n",
            "\u{1b}[Hx\n",
        ] {
            let error = found(&format!("{ISSUE}{more}"), None).unwrap_err();
            assert!(error.contains("others may have written"), "{more}: {error}");
        }
    }

    #[test]
    fn lines_that_others_may_have_written_are_no_answer() {
        for (text, words) in [
            (ISSUE.replace("eth0: ", "app: user "), "others may have written"),
            (BOOT.replacen("[    0", "May  1 12:00:00 vm sshd[7]: Invalid user [    0", 1), "others may have written"),
            (BOOT.replacen("[    0", "[   99.000000] x\r\n[    0", 1), "others may have written"),
            (format!("x\n{ISSUE}"), "others may have written"),
            (format!("{BOOT}app: x\nSSH host key: =B (ED25519)\n"), "2 boots with different host keys"),
            (format!("{BOOT}256 =B x (ED25519)\n"), "next to those that the console shows"),
            (ISSUE.replace("=B (ED25519)", "=B (ED"), "not a complete"),
            (ISSUE.replace("=B (ED25519)", "=B no comment (ED25519)"), "is not a host name"),
            (ISSUE.replace("=B (ED25519)", "=B (x) (ED25519)"), "is not a host name"),
            (ISSUE.replace("=B (ED25519)", "=B A@vm (ED25519)"), "is not a host name"),
            (ISSUE.replace("=B (ED25519)", "=B root@ (ED25519)"), "is not a host name"),
            (ISSUE.replace("=B (ED25519)", "=B =A (ED25519)"), "is not a host name"),
            (ISSUE.replace("=B (ED25519)", "=B revoked (ED25519)"), "a comment says that a key is revoked"),
            (ISSUE.replace("=B (ED25519)", "=B revoked@vm (ED25519)"), "a comment says that a key is revoked"),
            (ISSUE.replace("=B (ED25519)", "=B x (ED"), "not a complete"),
            (ISSUE.replace("=B (ED25519)", "x =B (ED25519)"), "not a complete"),
            (ISSUE.replace("=A (ECDSA)", "=A a@vm-a (ECDSA)").replace("=B (", "=B a@vm-b ("), "several hosts"),
            (ISSUE.replace("=B (ED25519)", "=B"), "not a complete"),
            (ISSUE.replace("=B (ED25519)", "256 =B (ED25519)"), "not a complete"),
            (format!("{ISSUE}-----BEGIN SSH HOST KEY KEYS-----\n"), "next to those that the console shows"),
            (format!("{ISSUE}x MD5:27:e2:d6:a0:95:02:e5:79:8f:1f:90:63:cb:d9:d1:27\n"), "next to those"),
            (format!("{ISSUE}ssh-ed25519 AAAA{}\n", "x".repeat(64)), "next to those"),
            (ISSUE.repeat(MAX_GROUPS + 1), "more often than a machine boots"),
            (ISSUE.replace("=B (ED25519)", "=B (ECDSA)"), "several hosts"),
        ] {
            let error = found(&text, None).unwrap_err();
            assert!(error.contains(words), "{text}: {error}");
        }
        let both = format!("{BOOT}[    0.000000] Linux version 6.6.0\nSSH host key: =B (ED25519)\n");
        assert_eq!(found(&both, Some(BootChoice::Last)).unwrap(), [B]);
    }
}
