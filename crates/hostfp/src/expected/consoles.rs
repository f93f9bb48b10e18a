//! Tests with consoles and logs that are not of one machine, or that begin with people's words, and with similar honest ones.
//! A later attack found them.

use super::properties::{Actors, verdict};
use crate::judgement::Verdict;

const BLOCK: &str = "AT-----BEGIN SSH HOST KEY FINGERPRINTS-----\nAT256 EVIL root@vm (ED25519)\nAT-----END SSH HOST KEY FINGERPRINTS-----\n";
const BOOT: &str = "[    0.000000] Linux version 6.8 (x@y)\n[    0.000001] Command line: x\n[    1.000000] systemd[1]: Hostname set to <NAME>.\n[  OK  ] Started x.\n";
const LOGGER: &str = "<14>Apr  9 22:06:30 cloud-init: ";
const SYSLOG: &str = "Apr  9 22:06:30 vm ec2: ";

/// Checks which texts vouch for the key EVIL. BLOCK is cloud-init's block with that key, AT the prefix of its lines, BOOT the
/// start of a machine.
#[track_caller]
fn check(at: &str, honest: &[&str], attacks: &[&str]) {
    let actors = Actors::two();
    let vouches = |text: &str| {
        let text = text.replace("BLOCK", BLOCK).replace("AT", at).replace("BOOT", &BOOT.replace("NAME", "vm"));
        matches!(verdict(&actors.fill(&text), &actors.evil), Ok(Verdict::Match))
    };
    for text in honest {
        assert!(vouches(text), "honest: {text}");
    }
    for text in attacks {
        assert!(!vouches(text), "attack: {text}");
    }
}

#[test]
fn a_title_is_no_console() {
    check(
        LOGGER,
        &[
            "BOOTBLOCKvm login: \n",
            "SeaBIOS (version 1.16.3)\n\niPXE (http://ipxe.org) 00:03.0 CA00\nBooting from Hard Disk...\nGRUB loading.\nBOOTBLOCK",
            "U-Boot 2023.07 (Nov  9 2026 - 01:00:00 +0000)\nCPU: x\nMy board\nDRAM: 4 GiB\nBOOTBLOCK",
            "ci-info: no authorized SSH keys fingerprints found for user ubuntu.\nBLOCK",
            "[FAILED] Failed to start x.service - X.\n[  OK  ] Started y.\nBLOCK",
            "BOOT\nFedora CoreOS 40.1\nKernel 6.8.9 on an x86_64 (ttyS0)\n\nSSH host key: EVIL (ED25519)\nvm login: \n",
            "i-0abc\tBOOTBLOCKvm login: \n\t2026-11-30T10:00:00+00:00\n",
        ],
        &[
            "Booting from USB fails since the update, please help...\nmallory, 10:20: mine\nBLOCKme: no\n",
            "[FAILED] Failed to start my VM again, what now?\nBLOCK",
            "[FAILED] Failed to start my VM again.\nmallory: try this:\n[    1.000000] x\n[    1.000001] y\n[    1.000002] z\nBLOCKthanks\n",
            "GRUB loading.\nBLOCK",
            "GRUB loading.\nmallory:\nBOOTBLOCK",
            "QEMU 8 crash report\nmallory: my log:\nBOOTSSH host key: EVIL (ED25519)\n",
            "GRUB loading.\nmallory: my log:\nBOOTSSH host key: EVIL (ED25519)\n",
            // The longest possible tag.
            "i-0abc\t[1.000000] x\n[1.000001] ec2: -----BEGIN SSH HOST KEY KEYS-----\n[1.000002] ec2: EVIL\n\
             [1.000003] ec2: -----END SSH HOST KEY KEYS-----\t2026-11-30T10:00:00+00:00\n",
        ],
    );
}

/// telnet(1) shows the output of any server, and script(1) records any session.
#[test]
fn the_output_of_a_viewer_is_not_a_console() {
    let telnet = "Trying 203.0.113.9...\nConnected to x.\nEscape character is '^]'.\n";
    let honest = [telnet, "Script started on 2026-11-30 10:00:00+00:00 [TERM=\"xterm\"]\n"];
    let honest: Vec<String> = honest.iter().map(|viewer| format!("{viewer}BOOTBLOCK")).collect();
    check(
        LOGGER,
        &honest.iter().map(String::as_str).collect::<Vec<_>>(),
        &[
            &format!("{telnet}Welcome!\nBLOCKbye\n"),
            &format!("{telnet}BLOCK"),
            &format!("{telnet}\nFedora CoreOS 40.1\nSSH host key: EVIL (ED25519)\nvm login: \n"),
            "Script started on 2026-11-30 10:00:00+00:00\nme@laptop:~$ cat mail/7\nFrom: mallory\n\nBLOCKme@laptop:~$ exit\n",
            "Script started on 2026-11-30 10:00:00+00:00\nme@laptop:~$ cat mail/7\nBOOTSSH host key: EVIL (ED25519)\n",
        ],
    );
}

/// Any machine can add lines to a log receiver's file, with the host's name or without.
#[test]
fn lines_that_machines_send_each_other_are_not_a_console() {
    check(
        LOGGER,
        &["[    1.000000] systemd[1]: x\n<13>Apr  9 22:06:28 root: done\n<13>Apr  9 22:06:28 x[7]: y\nBLOCK"],
        &[
            "<30>Apr  9 22:05:01 db1 systemd[1]: Started x.\n<38>Apr  9 22:05:02 vm sshd[8]: x\nBLOCK",
            "<134>Apr  9 22:05:02 fw01 %ASA-6-302013: x\nBLOCK",
            "<134>2026-04-09T22:05:02Z web app 1 - - hi\nBLOCK",
            "<14>Apr  9 22:05:02 app: hi\n<14>Apr  9 22:05:03 app: hi\nBLOCK<134>1 2026-04-09T22:05:02Z web app 1 - - hi\n",
        ],
    );
}

#[test]
fn a_chat_is_no_systems_log() {
    check(
        SYSLOG,
        &[
            "Apr  9 22:06:29 vm systemd: x\nApr  9 22:06:29 vm dhclient[3]: x\nApr  9 22:06:29 vm rsyslogd: x\nBLOCK",
            "Apr  9 22:06:29 vm my-agent: x\nApr  9 22:06:29 vm sshd[3]: x\nApr  9 22:06:29 vm cron[4]: x\nBLOCK",
        ],
        &[
            "Apr  9 22:06:29 vm alice: hello\nApr  9 22:06:29 vm ec2: hi all\nBLOCKApr  9 22:06:31 vm bob: thanks\n",
            "Apr  9 22:06:29 vm alice: hello\nApr  9 22:06:29 vm sudo: hi\nBLOCK",
        ],
    );
}

#[test]
fn consoles_of_two_machines_are_of_neither() {
    let other = BOOT.replace("NAME", "mallory");
    let cloud = |start: &str| format!("{start}{other}BLOCKmallory login: \n");
    check(
        LOGGER,
        &[
            "\nUbuntu 24.04.1 LTS localhost ttyS0\n\nlocalhost login: \nBOOTBLOCKvm login: \n",
            "BOOTBLOCKvm login: \nBOOTvm login: \n",
            "\nFedora CoreOS 40.1\nlocalhost login: \n\nFedora CoreOS 40.1\nSSH host key: EVIL (ED25519)\nvm login: \n",
        ],
        &[
            &cloud("BOOTvm login: \n"),
            &cloud("BOOT"),
            &cloud("BOOTvm login: \n").replace("mallory", "ubuntu"),
            &format!("{}BOOTvm login: \n", cloud("").replace("mallory", "ubuntu")),
            "\nFedora CoreOS 40.1\nvm login: \n\nFedora CoreOS 40.1\nSSH host key: EVIL (ED25519)\nmallory login: \n",
        ],
    );
}
