//! Decides by its start whether a text is what a machine's console showed.
//!
//! A console shows what the kernel, systemd and cloud-init write, after the lines of firmware and boot loaders. Texts in
//! which people or other programs repeat a stranger's words begin with words of their own.

use super::{block_lines, boot_patterns, prefix};
use crate::trusted::formats::terminal;

/// The beginning of the first line of a boot.
const FIRST_OF_BOOT: &str = "[    0.000000] Linux version ";

/// The kernel's time in its first lines. On some machines others precede the one with its version: `Booting Linux on physical
/// CPU` on ARM, `Initializing cgroup subsys` of old kernels.
const START: &str = "[    0.000000] ";

/// The most lines that may precede the one with the version.
const MOST_BEFORE_VERSION: usize = 16;

/// From this length on, in bytes, a console's log may have lost its beginning: EC2 keeps the last 64 KiB.
const MAYBE_CUT: usize = 60_000;

/// The limits for the console's first lines outside cloud-init's blocks: how many lines are examined, how many of them must
/// be a console's, and how many of those must be more than a detail that other texts have, too. Other texts have a line or
/// two of a console by chance. A time alone is no evidence, since all logs have it.
const FIRST_LINES: usize = 12;
const LEAST_OF_CONSOLE: usize = 3;
const LEAST_MORE_THAN_DETAILS: usize = 2;

/// Whether a line is the first of a boot.
pub(super) fn begins_boot(line: &str) -> bool {
    line.starts_with(FIRST_OF_BOOT)
}

/// Whether a text is a console's, or a part of one from the start of a line on. It must begin with a line of a boot or of
/// firmware, another of a console must follow, and enough of its first lines must be a console's. Lines of cloud-init's
/// blocks are no evidence: these may be in any text.
pub(crate) fn is_console(text: &str) -> bool {
    let own = terminal::after_viewer(text);
    let lines: Vec<String> = lines(own).filter(|line| !block_lines::is_in_block(line)).take(FIRST_LINES).collect();
    if lines.is_empty() {
        return !terminal::may_show_another_machine(text);
    }
    let is_cut = text.len() >= MAYBE_CUT;
    begins_as_console(&lines) || is_cut && lines.get(1..).is_some_and(begins_as_console)
}

/// The evidence of one line that its text is a console's, the weakest first.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
enum Rank {
    /// None.
    Foreign,
    /// It has a time, as all logs.
    Timed,
    /// It is a detail of firmware, or a state of systemd's that is cut off.
    Detail,
    /// It is a prompt.
    Prompt,
    /// It is a line of the kernel, systemd or cloud-init, or the first of firmware.
    Boot,
}

fn rank(line: &str, has_grub: bool) -> Rank {
    // Tables have lines like those of a frame, too.
    let may_be_of_table = !has_grub && boot_patterns::is_of_frame(line);
    match line {
        _ if is_of_boot(line) || boot_patterns::is_first(line) => Rank::Boot,
        _ if is_prompt(line) && !may_be_of_table => Rank::Prompt,
        _ if is_beside_boot(line) && !may_be_of_table => Rank::Detail,
        _ if prefix::begins_with_a_time(line) => Rank::Timed,
        _ => Rank::Foreign,
    }
}

fn begins_as_console(lines: &[String]) -> bool {
    let has_grub = lines.iter().any(|line| line.trim_start().starts_with("GNU GRUB "));
    let ranks: Vec<Rank> = lines.iter().map(|line| rank(line, has_grub)).collect();
    let has = |least: Rank, count: usize| ranks.iter().filter(|rank| **rank >= least).count() >= count.min(lines.len());
    // No title begins with the kernel's time, after which lines of other programs may have one.
    let is_kernels = lines.first().is_some_and(|line| prefix::begins_as_consoles_do(line));
    ranks.first() == Some(&Rank::Boot)
        && ranks.get(1).is_none_or(|rank| *rank >= Rank::Timed)
        && has(if is_kernels { Rank::Timed } else { Rank::Detail }, LEAST_OF_CONSOLE)
        && (is_kernels || has(Rank::Prompt, LEAST_MORE_THAN_DETAILS))
        // Firmware prints more than a name, and a system begins after it.
        && (lines.len() > 1 || lines.iter().any(|line| is_of_boot(line) || boot_patterns::is_issue(line)))
}

/// Whether a text shows a boot from its start on: the kernel's first lines, directly after the line with its version another
/// of a boot, and before them only lines of firmware and boot loaders.
pub(crate) fn is_whole_boot(text: &str) -> bool {
    let mut all = lines(terminal::after_viewer(text)).peekable();
    let begins = all.peek().is_some_and(|line| line.starts_with(START) || boot_patterns::is_first(line));
    let mut boot = all.skip_while(|line| {
        !line.starts_with(START) && (boot_patterns::is_first(line) || boot_patterns::is_detail(line))
    });
    let mut first = boot.by_ref().take(MOST_BEFORE_VERSION).take_while(|line| line.starts_with(START));
    begins && first.any(|line| begins_boot(&line)) && boot.next().is_some_and(|line| is_of_boot(&line))
}

/// Whether a line is among those of a boot: a detail of firmware, a state of systemd's that is cut off, or a prompt, after
/// which a line of another program may continue.
fn is_beside_boot(line: &str) -> bool {
    boot_patterns::is_detail(line) || prefix::begins_with_seconds(line) || state(line).is_some() || is_prompt(line)
}

/// Whether a line is a prompt with nothing after it, or a line of a boot.
fn is_prompt(line: &str) -> bool {
    after_prompt(line).is_some_and(|(_, rest)| rest.is_empty() || is_of_boot(rest))
}

/// Returns the host of a prompt at the start of a line, `vm login: `, and what follows it.
pub(super) fn after_prompt(line: &str) -> Option<(&str, &str)> {
    let (host, rest) = line.split_once(" login:")?;
    (!host.is_empty() && !host.contains(char::is_whitespace)).then(|| (host, rest.trim()))
}

/// Returns the lines of a text that are not blank, without the codes that move a terminal's cursor.
fn lines(text: &str) -> impl Iterator<Item = String> {
    text.lines().map(plain).filter(|line| !line.trim().is_empty())
}

/// Whether a line is one of the kernel, systemd or cloud-init, or has a syslog priority.
pub(super) fn is_of_boot(line: &str) -> bool {
    /// How systemd reports what it skips. Lines of other programs begin with the same states.
    const SKIPPED: [&str; 6] = [
        "[ INFO ] Condition check ",
        "[ WARN ] Condition check ",
        "[ INFO ] Skipped ",
        "[ WARN ] Skipped ",
        "[ INFO ] Unit ",
        "[ INFO ] Assertion ",
    ];
    // What systemd reports as done or failed is a sentence.
    let is_said = |state: &str| !matches!(state, "FAILED" | "  OK  ") || line.trim_end().ends_with('.');
    // systemd indents what it begins by the width of the states of what it has done.
    let is_beginning = line.strip_prefix("         ").is_some_and(|rest| !rest.starts_with(' ') && is_verb(rest));
    let is_file_system = line.starts_with("/dev/") && line.contains(": clean, ") && line.ends_with(" blocks");
    state(line).is_some_and(is_said)
        || SKIPPED.iter().any(|start| line.starts_with(start))
        || is_beginning
        || is_file_system
        || prefix::begins_as_consoles_do(line)
        || line.starts_with("ci-info: ")
        || boot_patterns::is_of_boot(line)
}

/// Returns the state in brackets that begins a line of systemd's: `[  OK  ] Started …`.
fn state(line: &str) -> Option<&str> {
    const STATES: [&str; 4] = ["  OK  ", "FAILED", "DEPEND", " TIME "];
    let (state, rest) = line.strip_prefix('[')?.split_once(']')?;
    let is_one = STATES.contains(&state) || (state.len() == 6 && state.trim_matches(['*', ' ']).is_empty());
    (is_one && is_verb(rest)).then_some(state)
}

/// Whether a text begins with a verb that systemd uses for units.
fn is_verb(text: &str) -> bool {
    #[rustfmt::skip]
    const VERBS: [&str; 21] = [
        "A", "Activated", "Closed", "Created", "Deactivated", "Dependency", "Failed", "Finished", "Found",
        "Listening", "Mounted", "Reached", "Reloaded", "Removed", "Set", "Started", "Starting", "Stopped", "Stopping",
        "Timed", "Unmounted",
    ];
    text.split_whitespace().next().is_some_and(|word| VERBS.contains(&word))
}

/// Removes control characters and terminal codes (ECMA-48 section 5.4) from a line.
pub(super) fn plain(line: &str) -> String {
    let mut plain = String::new();
    let mut chars = line.chars().peekable();
    while let Some(character) = chars.next() {
        if character == '\u{1b}' {
            match chars.next() {
                Some('[') => while chars.next().is_some_and(|character| !character.is_ascii_alphabetic()) {},
                // These select a character set (ECMA-35); `]` sets the window's title.
                Some('(' | ')' | '#') => drop(chars.next()),
                Some(']') => while chars.next().is_some_and(|character| character != '\u{7}' && character != '\\') {},
                _ => {}
            }
        } else if !character.is_control() || character == '\t' {
            plain.push(character);
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
            "SeaBIOS (version 1.16)\nBooting from Hard Disk...\n\n",
            "\u{1b}c\u{1b}[?7l\u{1b}[2J\u{1b}[0mSeaBIOS (version 1.16)\n",
            "GNU GRUB  version 2.06\n\n  +----+\n  |*x  |\n",
            "[    0.000000] Booting Linux on physical CPU 0x0000000000 [0x413fd0c1]\n",
            "BdsDxe: x\n[    0.000000] Initializing cgroup subsys cpuset\n[    0.000000] Initializing cgroup subsys cpu\n",
            "  Booting `Debian GNU/Linux'\n\n",
            ":: running early hook [udev]\nStarting systemd-udevd version 256\n",
            "\nOpenSBI v1.4\n   ____ \n",
            "Connected to domain 'vm'\nEscape character is ^] (Ctrl + ])\n",
        ] {
            assert!(is_whole_boot(&format!("{before}{BOOT}")) && is_console(&format!("{before}{BOOT}")), "{before}");
        }
        for text in [
            format!("hello\n{BOOT}"),
            format!("mallory wrote:\n{BOOT}"),
            "GRUB\nx\n".to_owned(),
            "Loading x\n[    0.000000] Linux version 6.1\nhello\n".to_owned(),
            format!("Loading mail of mallory\n{BOOT}"),
            format!("UEFI or BIOS?\n{BOOT}"),
            format!("GRUB rescue\n{BOOT}"),
            format!("Escape character is '^]'.\n{BOOT}"),
            format!("Booting from Hard Disk...\n2026-11-29T01:00:00Z x\n{BOOT}"),
            "[    0.000000] Linux version 6.1\nhello\n".to_owned(),
            format!("SeaBIOS (version 1.16)\nmallory: my log:\n{BOOT}"),
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
            "[\u{1b}[0;32m  OK  \u{1b}[0m] Started x.service - X.",
            "[ ***  ] A start job is running",
            "         Starting foo.service - Foo...",
            "/dev/vda1: clean, 100/200 files, 300/400 blocks",
            "Loading, please wait...",
            "BdsDxe: loading Boot0001",
            "ci-info: x",
            "<30>Nov 29 01:00:00 x: y",
            "Cloud-init v. 24.1 running 'init' at x",
            "systemd 252 running in system mode (x)",
            "Linux version 2.6.32 (x@y)",
            "[ INFO ] Condition check resulted in x being skipped.",
            "Ubuntu 24.04.1 LTS vm ttyS0",
            "Debian GNU/Linux 12 vm tty1",
            "U-Boot 2023.07 (Nov 29 2026 - 01:00:00 +0000)",
            "iPXE (https://ipxe.org) 00:03.0 CA00",
        ] {
            assert!(is_console(&format!("\n{line}\n[    1.000000] x\nvm login: \nhello\n")), "{line}");
            assert!(!is_console(&format!("{line}\nmallory wrote:\n{BOOT}{BOOT}")), "{line}");
        }
        for line in [
            "[*] 3 new messages",
            "[ INFO ] fetching",
            "[ INFO ] Starting crawler",
            "Subject: console on ttyS0",
            "My question on ttyS0",
            "Ubuntu: I can no longer read the console of my VM on ttyS0",
            "QEMU help - Forum",
            "U-Boot question",
            "iPXE of mallory (closed)",
            "Trying to read the console...",
            "Booting from USB fails, please help...",
            "[FAILED] Failed to start my VM again",
            "[  OK  ] Created VM",
            "Google Compute Engine\n|a|b|\n|-|-|",
            "Script started on Monday",
            "Google Compute Engine: no login",
            "Welcome to GRUB! and other jokes",
            "Loading Linux on a VM ...",
            "[FAILED] login of x",
            "Begin: today",
            "[1764378000.123456] GET /",
            "[x] y",
            "<b>hello</b>",
            "Nov 29 01:00:00 vm x: y",
            "hello",
        ] {
            assert!(!is_console(&format!("{line}\n[    1.000000] x\n[    1.000001] y\n")), "{line}");
        }
        // Firmware alone, or a line of a boot among others, is not a console.
        let chat = "Loading, please wait...\n2026-04-09T22:06:30Z alice: a\n2026-04-09T22:06:31Z bob: b\n";
        for text in [chat, "GRUB loading.\n", "[    1.000000] x\n[    1.000001] y\na\nb\n", "Trying 10.0.0.9...\n"] {
            assert!(!is_console(text), "{text}");
        }
        for viewer in [
            "Trying 10.0.0.9...\nConnected to x.\nEscape character is '^]'.\n",
            "Script started on 2026-11-30 10:00:00\n",
        ] {
            assert!(
                is_console(&format!("{viewer}{BOOT}")) && !is_console(&format!("{viewer}me@laptop:~$ cat x\n{BOOT}"))
            );
        }
        let cut = format!("1] x\n{}", "[    1.123456] x\n".repeat(4000));
        assert!(is_console(&cut) && !is_console(&cut[..1000]));
        assert!(!is_console(&format!("hello\nmallory wrote:\n{cut}")));
    }
}
