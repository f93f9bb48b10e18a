//! Whether a text is what a machine's console showed, by its start.
//!
//! A console shows what the kernel, systemd and cloud-init write, and before them firmware and boot loaders. Texts in
//! which people or other programs repeat a stranger's words begin with words of their own.

use super::cloud_init;

/// How the first line of a boot begins.
const FIRST_OF_BOOT: &str = "[    0.000000] Linux version ";

/// How texts begin that show a boot before the kernel's first line: words of firmware, of boot loaders, and of the programs
/// with which people see a console.
const BEFORE_BOOT: [&str; 24] = [
    "BdsDxe: ",
    "Booting ",
    "CSM",
    "Connected to domain ",
    "Decompressing Linux",
    "EFI stub: ",
    "Escape character is ",
    "GRUB",
    "Google Compute Engine",
    "ISOLINUX",
    "Loading ",
    "Probing EDD",
    "SYSLINUX",
    "SeaBIOS",
    "To detach from the console, press: ",
    "UEFI",
    "U-Boot",
    "Uncompressing Linux",
    "Welcome to GRUB",
    "Xen Minimal OS",
    "early console in ",
    "error: ",
    "iPXE",
    "starting serial terminal on interface ",
];

/// From this length on, in bytes, a console's log may have lost its beginning: EC2 keeps the last 64 KiB.
const MAYBE_CUT: usize = 60_000;

/// The lines behind a first line that may have lost its beginning, by which it is known where that is.
const BEHIND_CUT: usize = 8;

/// Whether a line is the first of a boot.
pub(super) fn begins_boot(line: &str) -> bool {
    line.starts_with(FIRST_OF_BOOT)
}

/// Whether a text is a console's, or a part of one from the start of a line on.
pub(super) fn is_console(text: &str) -> bool {
    let mut lines = lines(text);
    let is_first = lines.next().is_some_and(|line| is_of_boot(&line));
    let is_cut = || text.len() >= MAYBE_CUT && lines.take(BEHIND_CUT).all(|line| is_of_boot(&line));
    is_first || is_whole_boot(text) || is_cut()
}

/// Whether a text shows a boot from its start on: the kernel's first line, another of a boot right behind it, and nothing
/// but what comes before a kernel above it.
pub(super) fn is_whole_boot(text: &str) -> bool {
    let mut all = lines(text).peekable();
    let is_start =
        |line: &String| begins_boot(line) || BEFORE_BOOT.iter().any(|start| line.trim_start().starts_with(start));
    let begins = all.peek().is_some_and(is_start);
    let mut boot = all.skip_while(|line| !begins_boot(line) && !cloud_init::begins_with_a_time(line));
    begins && boot.next().is_some_and(|line| begins_boot(&line)) && boot.next().is_some_and(|line| is_of_boot(&line))
}

/// The lines of a text that are not blank, without what moves a terminal's cursor.
fn lines(text: &str) -> impl Iterator<Item = String> {
    text.lines().map(plain).filter(|line| !line.trim().is_empty())
}

/// Whether a line is one of the kernel's, systemd's or cloud-init's, or has syslog's priority.
fn is_of_boot(line: &str) -> bool {
    const STATES: [&str; 6] = ["  OK  ", "FAILED", "DEPEND", " INFO ", " WARN ", " TIME "];
    // Kernels write no times where they are told so, nor does FreeBSD's; `Begin: ` is of Debian's first files.
    const STARTS: [&str; 6] =
        ["ci-info: ", "Cloud-init v. ", "Begin: ", "Initializing cgroup subsys ", "Linux version ", "---<<BOOT>>---"];
    let state = line.strip_prefix('[').and_then(|rest| rest.split_once(']')).map(|(state, _)| state);
    let has_state = state.is_some_and(|state| STATES.contains(&state) || state.trim_matches(['*', ' ']).is_empty());
    has_state
        || cloud_init::begins_as_consoles_do(line)
        || STARTS.iter().any(|start| line.starts_with(start))
        || (line.starts_with("systemd ") && line.contains(" running in system mode"))
}

/// A line without control characters and a terminal's codes (ECMA-48 section 5.4).
fn plain(line: &str) -> String {
    let mut plain = String::new();
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' && letters.next_if_eq(&'[').is_some() {
            while letters.next().is_some_and(|letter| !letter.is_ascii_alphabetic()) {}
        } else if !letter.is_control() || letter == '\t' {
            plain.push(letter);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOOT: &str = "[    0.000000] Linux version 6.1\n[    0.000000] Command line: x\n";

    #[test]
    fn a_boot_begins_with_the_kernels_first_lines_or_what_comes_before_them() {
        for before in [
            "",
            "\n",
            "\u{1b}[2J\u{1b}[01;01HBdsDxe: loading Boot0001\n",
            "SeaBIOS (version 1.16)\nBooting from Hard Disk...\nx\n\n",
            "  Booting `Debian GNU/Linux'\n\n",
            "Connected to domain 'vm'\nEscape character is ^] (Ctrl + ])\n",
        ] {
            assert!(is_whole_boot(&format!("{before}{BOOT}")) && is_console(&format!("{before}{BOOT}")), "{before}");
        }
        for text in [
            format!("hello\n{BOOT}"),
            format!("mallory wrote:\n{BOOT}"),
            "GRUB\nx\n".to_owned(),
            "Loading x\n[    0.000000] Linux version 6.1\nhello\n".to_owned(),
            format!("Booting\n2026-11-29T01:00:00Z x\n{BOOT}"),
            "[    0.000000] Linux version 6.1\nhello\n".to_owned(),
            String::new(),
        ] {
            assert!(!is_whole_boot(&text), "{text}");
        }
    }

    #[test]
    fn a_part_of_a_console_begins_with_a_line_of_a_boot() {
        for line in [
            "[    9.123456] x",
            "[    0.000000][    T0] x",
            "[\u{1b}[0;32m  OK  \u{1b}[0m] Started x",
            "[ ***  ] A start job is running",
            "ci-info: x",
            "<30>Nov 29 01:00:00 x: y",
            "Cloud-init v. 24.1 running",
            "systemd 252 running in system mode (x)",
            "Linux version 2.6.32 (x@y)",
        ] {
            assert!(is_console(&format!("\n{line}\nhello\n")), "{line}");
        }
        for line in ["[1764378000.123456] GET /", "[x] y", "<b>hello</b>", "Nov 29 01:00:00 vm x: y", "hello"] {
            assert!(!is_console(&format!("{line}\nhello\n")), "{line}");
        }
        let cut = format!("1] x\n{}", "[    1.123456] x\n".repeat(4000));
        assert!(is_console(&cut) && !is_console(&cut[..1000]));
        assert!(!is_console(&format!("hello\nmallory wrote:\n{cut}")));
    }
}
