//! Whether a text is what a machine's console showed, by its start.
//!
//! A console shows what the kernel, systemd and cloud-init write, and before them firmware and boot loaders. Texts in
//! which people or other programs repeat a stranger's words begin with words of their own.

use super::super::terminal;
use super::prefix;

/// How the first line of a boot begins.
const FIRST_OF_BOOT: &str = "[    0.000000] Linux version ";

/// The kernel's time in its first lines. On some machines others come before the one with its version: `Booting Linux on
/// physical CPU` on ARM, `Initializing cgroup subsys` of old kernels.
const START: &str = "[    0.000000] ";

/// How many of these there are at most.
const MOST_BEFORE_VERSION: usize = 16;

/// The first lines of texts that show a boot before the kernel's first line: what firmware, boot loaders, and the programs
/// write with which people see a console. `#` is a digit and `*` is anything: each is as whole as such lines allow, since a
/// title (`QEMU help`) begins with the same words.
#[rustfmt::skip]
const BEFORE_BOOT: [&str; 75] = [
    ":: running early hook [*", ":: running hook [*", "OpenSBI v#*",
    "=== system information ===*", ">>Checking Media*", ">>Start PXE*", "BHYVE", "BdsDxe: *", "Booting '*'",
    "Booting `*'", "Booting Linux on physical CPU *", "Booting Linux.", "Booting a command list", "Booting from *...",
    "Booting from 0000:7c00", "CSM BBS*", "Connected to domain '*'", "Connected to tty*", "Consoles: EFI console*",
    "Consoles: internal video/keyboard*", "Consoles: serial port*", "Decompressing Linux...*",
    "Detected virtualization *.", "EFI stub: *", "EXTLINUX #*", "Failed to open \\EFI\\*", "GNU GRUB  version #*",
    "GRUB loading,*", "GRUB loading.*", "Google Compute Engine", "Google, Inc.", "Hyper-V UEFI",
    "Hyper-V UEFI Release *", "ISOLINUX #*", "KASLR disabled: *", "Loading Linux #* ...",
    "Loading initial ramdisk ...", "OpenRC #*", "Press 'e' to edit*", "Press ESC in # second*", "Probing EDD *",
    "QEMU #*", "QEMU Hetzner vServer", "SGABIOS $*", "SYSLINUX #*", "Script started on #*",
    "Script started on *:##:## *", "SeaBIOS (version *", "Serial Graphics Adapter #*", "Specify --start=*",
    "TianoCore", "To detach from the console, press: *", "Trying #*...", "Trying *::*...", "U-Boot #*",
    "U-Boot SPL #*", "U-Boot TPL #*", "UEFI Interactive Shell v#*", "UEFI firmware (*", "UEFI v#*",
    "UEFI: Attempting to *", "UEFI: Failed to *", "Uncompressing Linux...*", "Use the ^ and v keys *",
    "Welcome to GRUB!", "Welcome to minicom #*", "Xen Minimal OS!*", "cloud-hypervisor: *", "early console in *",
    "error: no such device: *.", "iPXE #*", "iPXE (*", "iPXE initialising devices...*", "picocom v#*",
    "starting serial terminal on interface *",
];

/// From this length on, in bytes, a console's log may have lost its beginning: EC2 keeps the last 64 KiB.
const MAYBE_CUT: usize = 60_000;

/// The lines behind a first line that may have lost its beginning, and how many of them are of a boot at least: the first
/// of them is.
const BEHIND_CUT: usize = 12;
const LEAST_BEHIND_CUT: usize = 4;

/// Whether a line is the first of a boot.
pub(super) fn begins_boot(line: &str) -> bool {
    line.starts_with(FIRST_OF_BOOT)
}

/// Whether a text is a console's, or a part of one from the start of a line on.
pub(in super::super) fn is_console(text: &str) -> bool {
    let mut lines = lines(terminal::behind_viewer(text));
    let is_first = lines.next().is_some_and(|line| is_of_boot(&line) || is_before_boot(&line));
    let is_cut = || {
        let of_boot: Vec<bool> = lines.take(BEHIND_CUT).map(|line| is_of_boot(&line)).collect();
        let is_begun = of_boot.first() == Some(&true);
        text.len() >= MAYBE_CUT && is_begun && of_boot.iter().filter(|is| **is).count() >= LEAST_BEHIND_CUT
    };
    is_first || is_cut()
}

/// Whether a text shows a boot from its start on: the kernel's first lines, another of a boot right behind that with its
/// version, and nothing but what comes before a kernel above them.
pub(in super::super) fn is_whole_boot(text: &str) -> bool {
    let mut all = lines(text).peekable();
    let begins = all.peek().is_some_and(|line| line.starts_with(START) || is_before_boot(line));
    let mut boot = all.skip_while(|line| !line.starts_with(START) && !prefix::begins_with_a_time(line));
    let mut first = boot.by_ref().take(MOST_BEFORE_VERSION).take_while(|line| line.starts_with(START));
    begins && first.any(|line| begins_boot(&line)) && boot.next().is_some_and(|line| is_of_boot(&line))
}

/// Whether a line is of firmware or a boot loader, or of a program that shows a console, or names the system and the
/// terminal, as /etc/issue does: `Ubuntu 24.04.1 LTS vm ttyS0`.
fn is_before_boot(line: &str) -> bool {
    const SYSTEMS: [&str; 7] = ["Alpine", "Debian", "Devuan", "Kali", "Raspbian", "Ubuntu", "Welcome"];
    const TERMINALS: [&str; 4] = ["ttyS", "ttyAMA", "hvc", "tty"];
    let line = line.trim();
    let mut words = line.split_whitespace();
    let (first, last) = (words.next().unwrap_or_default(), words.next_back().unwrap_or_default());
    let names_terminal = TERMINALS.iter().any(|start| last.strip_prefix(start).is_some_and(prefix::is_digits));
    let is_issue = SYSTEMS.contains(&first) && names_terminal && words.count() <= MOST_OF_ISSUE;
    is_issue || BEFORE_BOOT.iter().any(|form| has_form(line.as_bytes(), form.as_bytes()))
}

/// The most words between a system's name and the terminal: a version, a name of it, and the host.
const MOST_OF_ISSUE: usize = 5;

/// Whether a text has a form in which `#` is a digit and `*` is anything.
fn has_form(text: &[u8], form: &[u8]) -> bool {
    match (form, text) {
        ([], _) => text.is_empty(),
        ([b'*', form @ ..], _) => (0..=text.len()).any(|end| text.get(end..).is_some_and(|rest| has_form(rest, form))),
        ([b'#', form @ ..], [digit, text @ ..]) => digit.is_ascii_digit() && has_form(text, form),
        ([own, form @ ..], [byte, text @ ..]) => own == byte && has_form(text, form),
        (_, []) => false,
    }
}

/// The lines of a text that are not blank, without what moves a terminal's cursor.
fn lines(text: &str) -> impl Iterator<Item = String> {
    text.lines().map(plain).filter(|line| !line.trim().is_empty())
}

/// Whether a line is one of the kernel's, systemd's or cloud-init's, or has syslog's priority.
fn is_of_boot(line: &str) -> bool {
    const STATES: [&str; 4] = ["  OK  ", "FAILED", "DEPEND", " TIME "];
    /// What systemd says in such a line.
    #[rustfmt::skip]
    const VERBS: [&str; 21] = [
        "A", "Activated", "Closed", "Created", "Deactivated", "Dependency", "Failed", "Finished", "Found",
        "Listening", "Mounted", "Reached", "Reloaded", "Removed", "Set", "Started", "Starting", "Stopped", "Stopping",
        "Timed", "Unmounted",
    ];
    /// What it says where it leaves something out. Other programs' lines begin with the same states.
    const SKIPPED: [&str; 6] = [
        "[ INFO ] Condition check ",
        "[ WARN ] Condition check ",
        "[ INFO ] Skipped ",
        "[ WARN ] Skipped ",
        "[ INFO ] Unit ",
        "[ INFO ] Assertion ",
    ];
    // Kernels write no times with `printk.time=0`, nor does FreeBSD's; `Begin: ` is of Debian's first files.
    #[rustfmt::skip]
    const STARTS: [&str; 9] = [
        "ci-info: ", "Cloud-init v. ", "Begin: Loading ", "Begin: Running ", "Loading, please wait...", "OpenRC ",
        "Initializing cgroup subsys ", "Linux version ", "---<<BOOT>>---",
    ];
    let is_verb = |rest: &str| rest.split_whitespace().next().is_some_and(|word| VERBS.contains(&word));
    let is_state =
        |state: &str| STATES.contains(&state) || (state.len() == 6 && state.trim_matches(['*', ' ']).is_empty());
    let state = line.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let has_state = state.is_some_and(|(state, rest)| is_state(state) && is_verb(rest));
    // systemd indents what it begins as far as the states of what it has done.
    let is_beginning = line.strip_prefix("         ").is_some_and(|rest| !rest.starts_with(' ') && is_verb(rest));
    let is_file_system = line.starts_with("/dev/") && line.contains(": clean, ") && line.ends_with(" blocks");
    has_state
        || SKIPPED.iter().any(|start| line.starts_with(start))
        || is_beginning
        || is_file_system
        || prefix::begins_as_consoles_do(line)
        || STARTS.iter().any(|start| line.starts_with(start))
        || (line.starts_with("systemd ") && line.contains(" running in system mode"))
}

/// A line without control characters and a terminal's codes (ECMA-48 section 5.4).
fn plain(line: &str) -> String {
    let mut plain = String::new();
    let mut letters = line.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == '\u{1b}' {
            match letters.next() {
                Some('[') => while letters.next().is_some_and(|letter| !letter.is_ascii_alphabetic()) {},
                // Which letters a terminal shows (ECMA-35), and names of windows.
                Some('(' | ')' | '#') => drop(letters.next()),
                Some(']') => while letters.next().is_some_and(|letter| letter != '\u{7}' && letter != '\\') {},
                _ => {}
            }
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
            "\u{1b}c\u{1b}[?7l\u{1b}[2J\u{1b}[0mSeaBIOS (version 1.16)\n",
            "GNU GRUB  version 2.06\n\n x\n",
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
            "         Starting foo.service - Foo...",
            "/dev/vda1: clean, 100/200 files, 300/400 blocks",
            "Loading, please wait...",
            "BdsDxe: loading Boot0001",
            "ci-info: x",
            "<30>Nov 29 01:00:00 x: y",
            "Cloud-init v. 24.1 running",
            "systemd 252 running in system mode (x)",
            "Linux version 2.6.32 (x@y)",
            "[ INFO ] Condition check resulted in x being skipped.",
            "Ubuntu 24.04.1 LTS vm ttyS0",
            "Debian GNU/Linux 12 vm tty1",
            "U-Boot 2023.07 (Nov 29 2026 - 01:00:00 +0000)",
            "iPXE (https://ipxe.org) 00:03.0 CA00",
            "Trying 10.0.0.9...",
        ] {
            assert!(is_console(&format!("\n{line}\nhello\n")), "{line}");
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
            "Booting from USB fails",
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
            assert!(!is_console(&format!("{line}\nhello\n")), "{line}");
        }
        let cut = format!("1] x\n{}", "[    1.123456] x\n".repeat(4000));
        assert!(is_console(&cut) && !is_console(&cut[..1000]));
        assert!(!is_console(&format!("hello\nmallory wrote:\n{cut}")));
    }
}
