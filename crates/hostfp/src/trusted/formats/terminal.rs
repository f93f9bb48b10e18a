//! Strips what terminals, and programs that show a console, put around the lines of a machine.
//!
//! Why nothing more counts by it: codes are only removed at the ends of a line, and within that line. So no new line begins,
//! and no words are joined. After a program's own words the text must still begin as a console does.

use std::borrow::Cow;

use crate::trusted::grammar::pattern::matches_pattern;

/// The most codes that are removed at the end of a line. systemd and agetty(8) write some ten when they reset a terminal.
const MAX_CODES: usize = 32;

/// Removes a terminal's codes (ECMA-48 section 5.4) at the start and the end of each line. systemd writes some around the
/// lines of each service, and others when it begins a prompt, in whatever line the console is.
pub(crate) fn without_codes_at_ends(text: &str) -> Cow<'_, str> {
    if !text.contains('\u{1b}') {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.split('\n').map(line_without_codes).collect::<Vec<_>>().join("\n"))
}

fn line_without_codes(line: &str) -> &str {
    let line = after_codes(line);
    let mut end = line.len();
    for (index, _) in line.rmatch_indices('\u{1b}').take(MAX_CODES) {
        let (before, codes) = line.split_at(index);
        if after_codes(codes).trim().is_empty() {
            end = before.len();
        }
    }
    line.get(..end).unwrap_or(line)
}

/// Returns what follows the codes at the start of a line.
fn after_codes(line: &str) -> &str {
    let mut rest = line;
    while let Some(after) = after_code(rest) {
        rest = after;
    }
    rest
}

/// Returns what follows one whole code: a control sequence, a string that ends with a bell or its own terminator, or a short
/// one.
fn after_code(text: &str) -> Option<&str> {
    let rest = text.strip_prefix('\u{1b}')?;
    let mut chars = rest.chars();
    match chars.next()? {
        '[' => {
            let rest = chars.as_str();
            let end = rest.find(|character: char| !(' '..='?').contains(&character))?;
            rest.get(end..)?.strip_prefix(|character: char| ('@'..='~').contains(&character))
        }
        ']' => {
            let rest = chars.as_str();
            let end = rest.find(char::is_control)?;
            let rest = rest.get(end..)?;
            rest.strip_prefix('\u{7}').or_else(|| rest.strip_prefix("\u{1b}\\"))
        }
        '(' | ')' => chars.next().map(|_| chars.as_str()),
        '7' | '8' | '=' | '>' | 'c' | '\\' => Some(chars.as_str()),
        _ => None,
    }
}

/// The messages of telnet(1) once it is connected.
const TELNETS: [&str; 2] = ["Connected to ", "Escape character is "];

/// Returns what a console showed, without the words of the program that displayed or recorded it.
pub(crate) fn after_viewer(text: &str) -> &str {
    let is_telnets = may_show_another_machine(text);
    let is_words = |line: &&str| {
        let line = line.trim();
        line.is_empty() || is_of_viewer(line) || is_telnets && TELNETS.iter().any(|start| line.starts_with(start))
    };
    let length: usize = text.split_inclusive('\n').take_while(is_words).map(str::len).sum();
    text.get(length..).unwrap_or(text)
}

/// Whether a text begins with the words of telnet(1), which shows any server, or of script(1), which records any session.
pub(crate) fn may_show_another_machine(text: &str) -> bool {
    let first = text.lines().map(str::trim).find(|line| !line.is_empty());
    first.is_some_and(|line| is_of_telnet(line) || is_of_script(line))
}

/// The messages of programs that show a console: those of libvirt, LXC, Proxmox, the Azure Serial Console, tio(1), cu(1),
/// minicom(1) and picocom(1).
#[rustfmt::skip]
const OF_VIEWERS: [&str; 29] = [
    "Compiled on % # ####, ##:##:##.", "Compiled on % ## ####, ##:##:##.", "Compiled on %  # ####, ##:##:##.",
    "Connected to domain %", "Connecting to console of VM   % % %", "Connected to tty #", "Connected to tty%", "Console log:", "Escape character is ^]",
    "Escape character is ^] (Ctrl + ])",
    "For more information on the Azure Serial Console, see <https://aka.ms/%>.", "OPTIONS: I18n", "Port /dev/%", "Port /dev/%, ##:##:##",
    "Port /dev/%, ##:##:## [%]", "Press CTRL-A Z for help on special keys",
    "Successfully connected to % console. The escape sequence is ^]", "Terminal ready",
    "To detach from the console, press: <ctrl>+a q", "To detach from the console, press: <ctrl>+%",
    "Welcome to minicom #.%", "[##:##:##.###] Connected", "[##:##:##.###] Connected to /dev/%",
    "[##:##:##.###] Press ctrl-t q to quit", "[##:##:##.###] tio v%", "picocom v%", "port is : /dev/%", "port is        : /dev/%",
    "starting serial terminal on interface % (press Ctrl+O to exit)",
];

fn is_of_viewer(line: &str) -> bool {
    OF_VIEWERS.iter().any(|pattern| matches_pattern(line, pattern)) || is_of_telnet(line) || is_of_script(line)
}

/// Whether a line is `Trying 10.0.0.4...`.
fn is_of_telnet(line: &str) -> bool {
    let address = line.strip_prefix("Trying ").and_then(|line| line.strip_suffix("..."));
    address.is_some_and(|address| address.parse::<std::net::IpAddr>().is_ok())
}

/// Whether a line is `Script started on 2026-11-30 10:00:00+00:00 [TERM="xterm"]`, or `Script started on Mon 30 Nov 2026
/// 10:00:00 AM UTC`. Words of a date are short.
fn is_of_script(line: &str) -> bool {
    const LONGEST_WORD: usize = 5;
    let Some(rest) = line.strip_prefix("Script started on ") else { return false };
    let (time, terminal) = rest.split_once(" [").unwrap_or((rest, "]"));
    let has_digit = |word: &str| word.bytes().any(|byte| byte.is_ascii_digit());
    let are_of_date = time.split_whitespace().all(|word| has_digit(word) || word.len() <= LONGEST_WORD);
    time.matches(':').count() > 1 && are_of_date && has_digit(time) && terminal.ends_with(']')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The codes of systemd and agetty(8) of Ubuntu 26.04 before a prompt.
    const RESET: &str =
        "\u{1b}[!p\u{1b}]104\u{1b}\\\u{1b}[0m\u{1b}[?7h\u{1b}[1G\u{1b}[0J\u{1b}[6n\u{1b}[32766;32766H\u{1b}[6n";

    #[test]
    fn codes_are_taken_from_the_ends_of_lines_only() {
        let context = "\u{1b}]3008;start=0f;type=service;unit=x.service\u{1b}\\";
        for (text, expected) in [
            ("a\nb", "a\nb"),
            (&format!("{RESET}a\n{RESET}\nb{RESET}\n"), "a\n\nb\n"),
            (&format!("{context}a{context}\n"), "a\n"),
            ("\u{1b}]0;title\u{7}a\u{1b}(B\u{1b}7\n", "a\n"),
            ("a\u{1b}[1mb\u{1b}[0m", "a\u{1b}[1mb"),
            // An incomplete code stays, and so does everything after it.
            ("\u{1b}]0;a\nb", "\u{1b}]0;a\nb"),
            ("\u{1b}]0;\u{1b}[0ma", "\u{1b}]0;\u{1b}[0ma"),
            ("\u{1b}[0", "\u{1b}[0"),
            ("\u{1b}Xa", "\u{1b}Xa"),
            ("\u{1b}", "\u{1b}"),
            (" \u{1b}[0ma", " \u{1b}[0ma"),
        ] {
            assert_eq!(without_codes_at_ends(text), expected, "{text:?}");
        }
        let many = format!("a{}", "\u{1b}[0m".repeat(100_000));
        assert_eq!(without_codes_at_ends(&many).len(), many.len() - 4 * MAX_CODES);
    }

    #[test]
    fn titles_in_the_words_of_a_program_are_none_of_its_lines() {
        for title in [
            "Port /dev/ttyUSB0 is that of ann's board, not of vm",
            "OPTIONS: what ann sent, do not trust",
            "Connected to domain ann, as she says",
            "Connecting to console of VM   of ann, says she",
            "Terminal ready to copy: this is the console of ann",
            "picocom vs minicom: ann writes",
            "starting serial terminal on interface of ann",
            "Compiled on my board by ann, log below",
            "Script started on 2026-11-30 10:00:00+00:00 by the owner of another machine",
        ] {
            assert!(!is_of_viewer(title), "{title}");
        }
    }

    #[test]
    fn a_console_follows_the_words_of_a_program() {
        for (text, expected) in [
            ("\nConsole log:\n\nx\n", "x\n"),
            ("Successfully connected to vm console. The escape sequence is ^]\n\nx", "x"),
            ("Connected to domain 'vm'\nEscape character is ^] (Ctrl + ])\nx\n", "x\n"),
            ("[20:15:01.123] tio v2.7\n[20:15:01.123] Press ctrl-t q to quit\n[20:15:01.124] Connected\nx", "x"),
            ("x\nConsole log:\n", "x\nConsole log:\n"),
            ("Console log: x\n", "Console log: x\n"),
            ("[20:15] tio v2.7\n", "[20:15] tio v2.7\n"),
            ("[20:15:01.123] mallory says\n", "[20:15:01.123] mallory says\n"),
            (
                "Welcome to minicom 2.8\n\nOPTIONS: I18n \nCompiled on Jan  1 2026, 10:00:00.\nPort /dev/ttyUSB0, 10:00:00\n\nx",
                "x",
            ),
            (
                "For more information on the Azure Serial Console, see <https://aka.ms/serialconsolelinux>.\nConnecting to console of VM   \u{25a0} \u{25a1} \u{25a1}\nx",
                "x",
            ),
            ("picocom v3.1\nport is        : /dev/ttyUSB0\nTerminal ready\nx", "x"),
            ("starting serial terminal on interface serial0 (press Ctrl+O to exit)\nx", "x"),
            ("Script started on Mon 30 Nov 2026 10:00:00 AM UTC\nx", "x"),
            ("", ""),
        ] {
            assert_eq!(after_viewer(text), expected, "{text}");
        }
    }
}
