//! Consoles, DNS zones and lists of keys in which a stranger wrote a part, and the most similar honest texts.

use super::properties::{Actors, verdict};
use crate::judgement::Verdict;

/// GOOD is a line of the machine's own key, EVIL the fingerprint of a stranger's key, KEY that key, HEX its digest; =P is
/// cloud-init's prefix, =BOOT the start of a boot, =BEGIN and =END surround a list of fingerprints, =R resets a terminal.
const ATTACKS: [(&str, &str); 25] = [
    (
        "codes of a terminal that move to the start of a line",
        "=BOOT=P=BEGIN=PGOOD\nNov 29 01:00:00 vm sshd[7]: Invalid user \u{1b}[1G\u{1b}[0J=P256 EVIL x (ED25519)\n=P=END",
    ),
    (
        "a string of a terminal that would hide the words before it",
        "=BOOTsshd: \u{1b}]0;x\u{7}=P=BEGIN\u{1b}]0;=P256 EVIL x (ED25519)\u{7}\n=P=END",
    ),
    ("a string of a terminal without its end", "=BOOT=P=BEGIN\u{1b}]0;\n=P256 EVIL x\u{1b}[0m (ED25519)\n=P=END"),
    ("codes within a line of a block", "=BOOT=P=BEGIN=P256 SHA\u{1b}[0mEVIL x (ED25519)\n=P=END"),
    (
        "a list behind a damaged one, with one key more",
        "=BOOT=P=BEGIN=P3072 OTHER root@vm (RSA)\n[    9.000001] audit: x=P256 y\n=P=END\
         -----BEGIN SSH HOST KEY KEYS-----\n3072 OTHER root@vm (RSA)\nKEY\n-----END SSH HOST KEY KEYS-----\n",
    ),
    (
        "the same with cloud-init's prefix",
        "=BOOT=P=BEGIN=P3072 OTHER root@vm (RSA)\nx\n=P=END=P-----BEGIN SSH HOST KEY KEYS-----\n=P3072 OTHER root@vm (RSA)\n=PKEY\n\
         =P-----END SSH HOST KEY KEYS-----\n",
    ),
    (
        "a damaged list of another key before the machine's own",
        "=BOOT=P=BEGIN=P256 EVIL root@vm (ED25519)\nx\n=P=END-----BEGIN SSH HOST KEY KEYS-----\n3072 OTHER root@vm (RSA)\n\
         -----END SSH HOST KEY KEYS-----\n",
    ),
    (
        "a list without its end behind a damaged one",
        "=BOOT=P=BEGIN=PGOOD\nx\n=P=END-----BEGIN SSH HOST KEY KEYS-----\n256 EVIL root@vm (ED25519)\n",
    ),
    (
        "a mail behind words of a program that shows a console",
        "Console log:\n\nmallory wrote:\n=P=BEGIN=P256 EVIL x (ED25519)\n=P=END",
    ),
    (
        "a chat whose lines have times as tio writes them",
        "[20:15:01.123] Connected\n[20:15:02.123] mallory: hi\n=P=BEGIN=P256 EVIL x (ED25519)\n=P=END",
    ),
    (
        "words of such a program with more behind them",
        "Successfully connected to x by mallory\n=P=BEGIN=P256 EVIL x (ED25519)\n=P=END",
    ),
    (
        "a list of keys in a system's log, and another text in it",
        "=S kernel: x\n=S ec2: =BEGIN=S ec2: GOOD\n=S ec2: =END-----BEGIN SSH HOST KEY KEYS-----\nmallory wrote:\nKEY\n\
         -----END SSH HOST KEY KEYS-----\n",
    ),
    (
        "a list of keys in a system's log with one key more",
        "=S kernel: x\n=S ec2: =BEGIN=S ec2: 3072 OTHER root@vm (RSA)\n=S ec2: =END-----BEGIN SSH HOST KEY KEYS-----\n\
         3072 OTHER root@vm (RSA)\nKEY\n-----END SSH HOST KEY KEYS-----\n",
    ),
    (
        "a list of keys in a system's log behind another program's line",
        "=S kernel: x\n=S app: hi\n-----BEGIN SSH HOST KEY KEYS-----\nKEY\n-----END SSH HOST KEY KEYS-----\n",
    ),
    ("a line that begins as a system's name", "Fedora 42 hello mallory\nSSH host key: EVIL (ED25519)\n"),
    ("a system's name with more words", "Red Hat Enterprise Linux is nice\nSSH host key: EVIL (ED25519)\n"),
    ("words of virsh behind the start", "Fedora CoreOS 40\nConnected to domain x\nSSH host key: EVIL (ED25519)\n"),
    ("a key that a user's agent lists as PuTTY does", "ssh-ed25519 255 EVIL me@laptop\n"),
    ("a key that was met, as PuTTY writes it", "Offered ssh-ed25519 255 EVIL root@vm\n"),
    ("a comment behind PuTTY's form that denies", "ssh-ed25519 255 EVIL root@REVOKED\n"),
    ("SSH's name of a type behind other words", "Accepted key EVIL (ssh-ed25519)\n"),
    ("a record of another zone", "$ORIGIN vm.\nother IN SSHFP 4 2 HEX\n"),
    ("a record whose parentheses do not end", "vm IN SSHFP 4 2 ( HEX\n"),
    ("a record with more behind its parentheses", "vm IN SSHFP 4 2 ( HEX ) mallory\n"),
    (
        "a section of KiTTY that a user named",
        "Windows Registry Editor Version 5.00\n\n[HKEY_CURRENT_USER\\Software\\9bis.com\\KiTTY\\Sessions\\SshHostKeys]\n\"ssh-ed25519@22:vm\"=\"0x3,0x3\"\n",
    ),
];

const ANSWERS: [(&str, &str); 13] = [
    ("a terminal that is reset before a line", "=BOOT=P=BEGIN=R=PGOOD\n=P=END"),
    ("strings of a terminal around each line", "=BOOT=O=P=BEGIN=O=PGOOD=O\n=O=P=END"),
    (
        "a list that lost a line to a prompt, behind which all keys stand",
        "=BOOT=P=BEGIN=PGOOD\nvm login: =P3072 OTHER root@vm (RSA)\n=P=END-----BEGIN SSH HOST KEY KEYS-----\nGOOD\n\
         3072 OTHER root@vm (RSA)\n-----END SSH HOST KEY KEYS-----\n",
    ),
    ("what LXD shows of a console", "\nConsole log:\n\n[  OK  ] Started x.\n=P=BEGIN=PGOOD\n=P=END"),
    (
        "what KubeVirt shows of a console",
        "Successfully connected to vm console. The escape sequence is ^]\n\n=BOOT=P=BEGIN=PGOOD\n=P=END",
    ),
    (
        "what tio shows of a console",
        "[20:15:01.123] tio v2.7\n[20:15:01.123] Press ctrl-t q to quit\n[20:15:01.124] Connected\n=BOOT=P=BEGIN=PGOOD\n=P=END",
    ),
    (
        "the list of keys on a console that has the system's log",
        "=S kernel: x\n=S ec2: =BEGIN=S ec2: GOOD\n=S ec2: =END-----BEGIN SSH HOST KEY KEYS-----\nGOOD\n\
         -----END SSH HOST KEY KEYS-----\n=S sshd[1]: x\n",
    ),
    ("PuTTY's line of a host's key", "ssh-ed25519 255 =F root@vm\n"),
    ("SSH's name of a type in parentheses", "=F (ssh-ed25519)\n"),
    ("a zone with its origin", "$TTL 3600\n$ORIGIN example.\nvm IN SSHFP 4 2 =X\n"),
    ("a record in parentheses", "vm IN SSHFP 4 2 (\n\t=X )\n"),
    ("a signature as dig +short prints it", "4 2 =X\nSSHFP 13 3 3600 20261212000000 20261101000000 7 example. AA==\n"),
    (
        "Fedora's cloud image",
        "Fedora Linux 42 (Cloud Edition)\nKernel 6.14 on x86_64 (ttyS0)\n\nSSH host key: =F (ED25519)\n",
    ),
];

#[test]
fn what_a_stranger_writes_into_a_console_a_zone_or_a_list_does_not_count() {
    let actors = Actors::two();
    let reset = "\u{1b}[!p\u{1b}]104\u{1b}\\\u{1b}[0m\u{1b}[?7h\u{1b}[1G\u{1b}[0J\u{1b}[6n\u{1b}[32766;32766H\u{1b}[6n";
    let good = actors.fill("GOOD").split(' ').nth(1).unwrap_or_default().to_owned();
    let digest = actors.good.fingerprint(common::key::Hash::Sha256);
    let hex: String = digest.digest().iter().map(|byte| format!("{byte:02x}")).collect();
    let filled = |text: &str| {
        let text = text
            .replace("=BEGIN", "-----BEGIN SSH HOST KEY FINGERPRINTS-----\n")
            .replace("=END", "-----END SSH HOST KEY FINGERPRINTS-----\n")
            .replace("=BOOT", "[    0.000000] Linux version 6.1 (x@y)\n[    0.000000] Command line: x\n")
            .replace("=P", "<14>Nov 29 01:00:00 cloud-init: ")
            .replace("=S", "Nov 29 01:00:00 vm")
            .replace("=R", reset)
            .replace("=O", "\u{1b}]3008;start=0f;type=service;unit=cloud-final.service\u{1b}\\")
            .replace("=F", &good)
            .replace("=X", &hex)
            .replace("OTHER", "SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM");
        actors.fill(&text)
    };
    for (name, text) in ATTACKS {
        let text = filled(text);
        assert!(!matches!(verdict(&text, &actors.evil), Ok(Verdict::Match)), "{name}:\n{text}");
    }
    for (name, text) in ANSWERS {
        let text = filled(text);
        assert!(matches!(verdict(&text, &actors.good), Ok(Verdict::Match)), "{name}:\n{text}");
        assert!(!matches!(verdict(&text, &actors.evil), Ok(Verdict::Match)), "{name}:\n{text}");
    }
}
