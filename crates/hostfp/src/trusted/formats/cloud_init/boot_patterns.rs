//! The lines that a console shows before and around a boot, each as a whole: a title of a message may begin with the same
//! words (`QEMU 8 crash report`).
//!
//! The patterns are those of `pattern`.

use super::prefix;
use crate::trusted::grammar::pattern::matches_pattern;

/// The lines of firmware and boot loaders.
#[rustfmt::skip]
const FIRMWARE: [&str; 82] = [
    ":: running early hook [*]", ":: running hook [*]", "=== system information ===", ">>Checking Media*",
    ">>Start PXE*", "BHYVE", "BdsDxe: *",
    "Booting '*'", "Booting `*'", "Booting Linux on physical CPU 0x*", "Booting Linux.", "Booting a command list",
    "Booting from 0000:7c00", "Booting from DVD/CD...", "Booting from Floppy...", "Booting from Hard Disk #...",
    "Booting from Hard Disk...", "Booting from ROM...", "CSM BBS Table full.", "Consoles: EFI console*",
    "Consoles: internal video/keyboard*", "Consoles: serial port*", "Decompressing Linux... Parsing ELF...*",
    "Detected virtualization %.", "EFI stub: Booting Linux Kernel...", "EFI stub: Decompressing Linux Kernel...",
    "EFI stub: ERROR: *", "EFI stub: Exiting boot services*", "EFI stub: Generating empty DTB",
    "EFI stub: Loaded initrd*", "EFI stub: Measured initrd *", "EFI stub: UEFI Secure Boot is *",
    "EFI stub: Using DTB from *", "EFI stub: WARNING: *", "EXTLINUX #.##*", "Failed to open \\EFI\\* - *",
    "GNU GRUB  version #*", "GRUB loading, please wait...", "GRUB loading.", "GRUB loading..", "GRUB loading...",
    "Google Compute Engine", "Google, Inc.", "Hyper-V UEFI", "Hyper-V UEFI Release v#*",
    "ISOLINUX #.##*Copyright (C) *", "KASLR disabled: *", "Loading Linux % ...", "Loading initial ramdisk ...",
    "OpenSBI v%", "Press 'e' to edit*", "Press ESC in # second*",
    "Probing EDD (edd=off to disable)...*", "QEMU % monitor - type 'help' for more information",
    "QEMU Hetzner vServer", "SGABIOS $Id*", "SYSLINUX #.##*Copyright*", "SeaBIOS (version %)",
    "Serial Graphics Adapter ##/##/##*", "TianoCore",
    "Specify --start=% in the next get-serial-port-output invocation to get only the new output starting from here.",
    "U-Boot SPL ####.##* (* #### - ##:##:##*)*", "U-Boot TPL ####.##* (* #### - ##:##:##*)*",
    "U-Boot ####.##* (* #### - ##:##:##*)*", "UEFI Interactive Shell v#.#", "UEFI firmware (version *)",
    "UEFI v#.##* (*)", "UEFI: Attempting to start image.", "UEFI: Failed to load image.",
    "UEFI: Failed to start image.", "Uncompressing Linux... done, booting the kernel.*", "Use the ^ and v keys to *",
    "Welcome to GRUB!", "Xen Minimal OS!*", "cloud-hypervisor: *s: <%> *", "early console in decompress_kernel",
    "early console in extract_kernel", "early console in setup code", "error: no such device: %.",
    "iPXE #.*-- Open Source Network Boot Firmware*", "iPXE (http%) ##:##.# *", "iPXE initialising devices...*",
];

/// The lines of a boot without the kernel's time: of kernels with `printk.time=0`, FreeBSD's, the first files of Debian,
/// systemd, OpenRC and cloud-init.
#[rustfmt::skip]
const BOOT: [&str; 13] = [
    "OpenRC % is starting up *", "---<<BOOT>>---", "FreeBSD #*-% #*: *",
    "FreeBSD is a registered trademark of The FreeBSD Foundation.", "Begin: Loading * ... *", "Begin: Running /scripts/* ... *", "Cloud-init v. % finished at *",
    "Cloud-init v. % running '*", "Initializing cgroup subsys %", "Linux version % (%@%)*", "Loading, please wait...",
    "systemd % running in system mode (*)", "systemd % running in system mode. (*)",
];

/// The lines that follow these. A text does not begin with one.
#[rustfmt::skip]
const DETAILS: [&str; 85] = [
    // SeaBIOS, with Google's words.
    "# #", "CPUs found: #*", "Machine UUID %", "Press F12 for boot menu.", "Sending Seabios boot VM event.",
    "Term: ##x##", "Total RAM Size = 0x*", "drive 0x%: PCHS=*", "found virtio-scsi at *", "virtio-scsi vendor=*",
    // UEFI, shim and the kernel's own loader.
    "Booting the kernel.*", "Description: %", "Description: UEFI *", "FilePath: *", "OptionNumber: #*", "Parsing ELF...*",
    "Physical KASLR *", "Virtual KASLR *", "input_data: 0x%", "input_len: 0x%", "kernel_total_size: 0x%",
    "needed_size: 0x%", "output: 0x%", "output_len: 0x%", "trampoline_32bit: 0x%",
    // GRUB with its menu, SYSLINUX, iPXE.
    "+-*-+", "Booting in blind mode", "Configuring (net# *", "Features: DNS *", "Loading %... ok", "boot:",
    "error: no suitable video mode found.", "net#: *", "|*|",
    // U-Boot and OpenSBI.
    "CPU: *", "Core: *", "DRAM: *", "Err: *", "Hit any key to stop autoboot: *", "In: *", "Loading Environment from *",
    "MMC: *", "Model: *", "Net: *", "Out: *", "Platform % *: *", "Starting kernel ...",
    // FreeBSD.
    "Copyright (c) *The FreeBSD Project.", "FreeBSD #*-%", "FreeBSD is a registered trademark of *",
    "FreeBSD/% EFI loader, Revision *", "Reading loader env vars from *", "Setting currdev to *", "Starting %.",
    "The Regents of the University of California. All rights reserved.", "login:",
    // systemd and OpenRC, and the first files of Arch and Debian.
    ":: *...", "Begin: * ... *", "Detected architecture %.", "cloud-init[%]: Cloud-init v. *", "Starting systemd-udevd version *", "Welcome to * #*!",
    "Welcome to Alpine Linux *", "Welcome to openSUSE * - Kernel *", "done.", "[ ok ]", "* % * ... *", "* % * ...",
    "Kernel % on an % *", "Kernel % on an %", "Kernel % on % *", "This is % (Linux %*) ##:##:##",
    // ssh-keygen(1), which cloud-init runs.
    "Generating public/private % key pair.", "The key fingerprint is:", "The key's randomart image is:",
    "Your identification has been saved in /etc/ssh/*", "Your public key has been saved in /etc/ssh/*",
    // Agents of clouds, and names of systems above a prompt.
    "####/##/## ##:##:##Z: SSM Agent *", "####/##/## ##:##:##Z: Amazon SSM Agent *", "Amazon Linux #*",
    "AlmaLinux #*", "CentOS Stream %*", "Fedora *#* (*)", "Oracle Linux Server #*", "Red Hat Enterprise Linux *#*",
];

/// The lines of `/etc/issue`: the system and its host, before the terminal: `Ubuntu 24.04.1 LTS vm ttyS0`.
const ISSUES: [&str; 7] = [
    "Debian GNU/Linux % % %",
    "Devuan GNU/Linux % % %",
    "Kali GNU/Linux % % %",
    "Raspbian GNU/Linux % % %",
    "Ubuntu ##.## % %",
    "Ubuntu % LTS % %",
    "Ubuntu * (development branch) % %",
];

/// Whether a line is one of a boot without the kernel's time.
pub(super) fn is_of_boot(line: &str) -> bool {
    BOOT.iter().any(|pattern| matches_pattern(line.trim(), pattern))
}

/// Whether a line is one of firmware or of a boot loader, or names the system and the terminal.
pub(super) fn is_first(line: &str) -> bool {
    let line = line.trim();
    is_issue(line) || FIRMWARE.iter().any(|pattern| matches_pattern(line, pattern))
}

/// Whether a line may follow such a line, and is not a message of a person or of another program.
pub(super) fn is_detail(line: &str) -> bool {
    let line = line.trim();
    // The characters that OpenSBI draws.
    let is_drawing = line.contains("__") && line.bytes().all(|byte| b" _|/\\()<>'`.".contains(&byte));
    is_drawing || DETAILS.iter().any(|pattern| matches_pattern(line, pattern))
}

/// Whether a line is of the frame around GRUB's menu.
pub(super) fn is_of_frame(line: &str) -> bool {
    ["+-*-+", "|*|"].iter().any(|pattern| matches_pattern(line.trim(), pattern))
}

/// Whether a line names the system, its host and the terminal, as /etc/issue does.
pub(super) fn is_issue(line: &str) -> bool {
    const TERMINALS: [&str; 4] = ["ttyS", "ttyAMA", "hvc", "tty"];
    let line = line.trim();
    let last = line.rsplit(' ').next().unwrap_or_default();
    let names_terminal = TERMINALS.iter().any(|start| last.strip_prefix(start).is_some_and(prefix::is_digits));
    names_terminal && ISSUES.iter().any(|pattern| matches_pattern(line, pattern))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_no_lines_of_firmware() {
        for title in [
            "Booting from USB fails since the update, please help...",
            "Booting from disk hangs...",
            "QEMU 8 crash report",
            "OpenRC 0.54 hangs",
            "Linux version 6.8 does not boot here",
            "Uncompressing Linux... stuck",
            "UEFI v2 question",
            "U-Boot 2024 and me",
            "U-Boot 2024.01 (again)",
            "systemd 255 running in system mode is slow, says bob",
            "Begin: Running my first server",
            "iPXE (again)",
            "Debian console log from tty1",
            "Welcome to the chat on ttyS0",
            "Ubuntu help for tty1",
            "Ubuntu 24.04 hangs on ttyS0",
            "Cloud-init v. 24 is slow",
        ] {
            assert!(!is_first(title) && !is_of_boot(title) && !is_detail(title), "{title}");
        }
    }
}
