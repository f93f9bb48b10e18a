//! Tests with texts that look like a machine's own, but in which strangers wrote or people reject a key, and with similar
//! honest ones. An attack on logs, consoles, lists and comments found them.

use super::properties::{Actors, verdict};
use crate::judgement::Verdict;

/// The fingerprint of another key.
const OTHER: &str = "SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM";

const BLOCK: &str = "AT-----BEGIN SSH HOST KEY KEYS-----\nATKEY\nAT-----END SSH HOST KEY KEYS-----\n";

/// Whether such a text vouches for the stranger's key. BLOCK is cloud-init's block with that key, with AT before its lines;
/// EVIL and KEY are that key, OTHER another fingerprint.
fn vouches(text: &str, at: &str) -> bool {
    let actors = Actors::two();
    let text = text.replace("BLOCK", BLOCK).replace("AT", at);
    matches!(verdict(&actors.fill(&text).replace("OTHER", OTHER), &actors.evil), Ok(Verdict::Match))
}

/// Checks that the first texts vouch for the stranger's key, since that is what they contain, and that the others do not.
#[track_caller]
pub(super) fn check(honest: &[&str], attacks: &[&str]) {
    for text in honest {
        assert!(vouches(text, ""), "honest: {text}");
    }
    for text in attacks {
        assert!(!vouches(text, ""), "attack: {text}");
    }
}

/// Prefixes that programs put before a line of cloud-init.
const PREFIXES: [&str; 4] =
    ["<14>Nov 29 01:00:01 ec2: ", "[   20.123456] ec2: ", "Nov 29 01:00:01 vm ec2: ", "Nov 29 01:00:01 vm ec2[7]: "];

#[test]
fn cloud_inits_block_counts_in_a_log_and_alone() {
    for at in PREFIXES {
        for around in [
            "hello all\nmallory wrote:\nBLOCKbob wrote: ok\n",
            "BLOCKbob: x\n",
            "mallory wrote:\nBLOCK",
            "# Issue 7\n\n```\nBLOCK```\n",
            "id | comment\n---+-----\nBLOCK(3 rows)\n",
            "The block below is a forgery:\nBLOCK",
            "203.0.113.9 - - [29/Nov/2026:01:00:01 +0000] \"GET / HTTP/1.1\" 200\nBLOCK",
            "[77] Nov 29 01:00:00 Child connection from 203.0.113.9:4\nBLOCK",
            "[1764378000.123456] GET / from 203.0.113.9\nBLOCK",
            "hello\n[    0.000000] Linux version 6.1\n[    0.000000] x\nBLOCK",
            "Loading x\nBLOCK",
            "Loading personal and system profiles took 812ms.\nmallory wrote:\n[    0.000000] Linux version 6.1\nBLOCK",
            "QEMU help - Forum\nmallory wrote:\n[    0.000000] Linux version 6.1\n[    0.000000] x\nBLOCK",
            "Trying to read my VM's console\nbob: hi\nmallory wrote:\nBLOCK",
            "Subject: console on ttyS0\n\nmallory wrote:\nBLOCK",
            "[ INFO ] Starting crawler\nmallory wrote:\nBLOCK",
            "UEFI or BIOS? - Forum\nmallory wrote:\n[    0.000000] Linux version 6.1\n[    0.000000] x\nBLOCK",
            "[*] 3 new messages\nmallory wrote:\nBLOCK",
            "[ INFO ] fetching\nmallory wrote:\nBLOCK",
            "  mallory wrote:\nBLOCK",
            "-- mallory wrote:\nBLOCK",
        ] {
            assert!(!vouches(around, at), "{at} {around}");
            let quoted =
                serde_json::to_string(&around.replace("BLOCK", BLOCK).replace("AT", at).replace('"', "'")).unwrap();
            assert!(!vouches(&quoted, at), "{at} {quoted}");
        }
        assert!(vouches("\nBLOCK", at), "{at}");
        assert!(vouches("[    0.000000] Linux version 6.1\nBLOCKvm login: \n", at), "{at}");
        assert!(
            vouches("SeaBIOS (version 1.16)\n\n[    0.000000] Linux version 6.1\n[    0.000000] x\nBLOCK", at),
            "{at}"
        );
    }
    assert!(!vouches("BLOCK", "Nov 29 01:00:00 vm cloud-init[9]: Nov 29 01:00:01 other ec2[3]: "));
    assert!(!vouches("i-0abc123\tSSH host key: EVIL (ED25519)\t2026-11-29T01:00:00+00:00\n", ""));
    for start in [
        "\u{1b}c\u{1b}[2JSeaBIOS (version 1.16)\nBooting from Hard Disk...\n",
        "GNU GRUB  version 2.06\n\n  |*Ubuntu |\n[    0.000000] Linux version 6.1\n",
        "BdsDxe: loading Boot0001\n[    0.000000] Booting Linux on physical CPU 0x0000000000 [0x413fd0c1]\n",
        "         Starting foo.service - Foo...\n",
        "Ubuntu 24.04.1 LTS vm ttyS0\n\nvm login: ",
        "/dev/vda1: clean, 100/200 files, 300/400 blocks\n",
    ] {
        assert!(vouches(&format!("{start}BLOCK"), PREFIXES[0]), "{start}");
    }
    let at = PREFIXES[0];
    assert!(!vouches("user xBLOCK", at) && vouches("[    2.123456] audit: BLOCK", at));
    assert!(
        vouches("BLOCK[   21.123456] eth0: up\n[   21.123457] x\n", at)
            && vouches("[  OK  ] Started x.\n[  OK  ] Started y.\nhello\n[    9.000000] x\nBLOCK", at)
    );
    for at in &PREFIXES[2..] {
        assert!(vouches(
            "-- Boot 7 --\nNov 29 01:00:00 vm kernel: x\n    goes on\nBLOCKNov 29 01:00:02 vm x[1]: y\n",
            at
        ));
    }
}

#[test]
fn another_programs_log_is_recognised_by_its_levels_and_decimals() {
    let at = "2026-11-29T01:00:01.123000+00:00 i-0 ec2: ";
    for line in ["i-0 INFO: x", "i-0 WARNING: x", "i-0 GET / HTTP/1.1"] {
        assert!(!vouches(&format!("2026-11-29T01:00:00.123000+00:00 {line}\nBLOCK"), at), "{line}");
    }
    assert!(!vouches("BLOCK2026-11-29T01:00:01.923456789Z GET / 200\n", at));
    assert!(vouches("2026-11-29T01:00:00.123000+00:00 i-0 systemd[1]: x\nBLOCK", at));
}

/// The output of a user's script reaches the log through cloud-init's own process.
#[test]
fn what_scripts_print_into_cloud_inits_log_does_not_count() {
    for outer in ["Nov 29 01:00:02 vm cloud-init[1215]: ", "[   20.123456] cloud-init[1215]: "] {
        for inner in ["ec2: ", "cloud-init: ", "<14>Nov 29 01:00:03 ec2: "] {
            let at = format!("{outer}{inner}");
            assert!(!vouches(&format!("[    0.000000] x\n{outer}Cloning into '/opt/app'...\nBLOCK"), &at), "{at}");
            assert!(!vouches(&format!("{outer}Cloning into '/opt/app'...\nBLOCK"), &at), "{at}");
            assert!(vouches(&format!("{outer}Cloud-init v. 24 running\nBLOCK"), &at), "{at}");
        }
    }
}

/// A false block before the machine's own, with one key more.
#[test]
fn a_whole_block_with_fewer_keys_is_of_another_boot() {
    let at = "Nov 29 01:00:01 vm ec2: ";
    let own = |kind: &str, lines: &str| {
        format!("AT-----BEGIN SSH HOST KEY {kind}-----\n{lines}AT-----END SSH HOST KEY {kind}-----\n")
    };
    let (rsa, evil, dsa) =
        ("AT3072 OTHER root@vm (RSA)\n", "AT256 EVIL root@vm (ED25519)\n", "AT1024 OTHER root@vm (DSA)\n");
    let both = format!("{rsa}{evil}");
    for (first, second, counts) in [
        (own("KEYS", &both), own("FINGERPRINTS", rsa), false),
        (own("FINGERPRINTS", &both), own("KEYS", rsa), false),
        (own("FINGERPRINTS", &both), own("KEYS", &both), true),
        (own("FINGERPRINTS", &format!("{dsa}{evil}")), own("KEYS", evil), true),
        (own("KEYS", &format!("{dsa}{evil}")), own("FINGERPRINTS", evil), false),
    ] {
        assert_eq!(vouches(&format!("{first}{second}"), at), counts, "{first}{second}");
    }
}

/// All lines of one kernel message have the same time; a window of a log may lack the first one.
#[test]
fn lines_of_one_message_of_the_kernel_do_not_count() {
    let at = "[   20.123456] ec2: ";
    assert!(!vouches("BLOCK[   21.000000] eth0: up\n", at));
    assert!(vouches("[   19.000000] eth0: up\nBLOCK[   21.000000] eth0: up\n", at));
}

#[test]
fn a_negative_comment_in_cloud_inits_block_voids_it() {
    let at = "<14>Nov 29 01:00:01 ec2: ";
    assert!(!vouches(&BLOCK.replace("ATKEY", "AT# revoked\nATKEY"), at));
}

#[test]
fn host_keys_on_a_console_are_in_a_boot_or_an_issue() {
    check(
        &[
            "[    0.000000] Linux version 6.6\n[    0.000000] x\nSSH host key: EVIL (ED25519)\nhello\n",
            "\nWelcome to openSUSE Leap 15.6 - Kernel 6.4.0-default (ttyS0).\n\nSSH host key: EVIL (ED25519)\neth0: 10.0.0.4 \n\nvm login: ",
            "Red Hat Enterprise Linux CoreOS 417.94.202409121747-0\nSSH host key: EVIL (ED25519)\nens5: \n",
            "Flatcar Container Linux by Kinvolk stable 3975.2.0 for Microsoft Azure\nSSH host key: EVIL (ED25519)\n",
            "Fedora CoreOS 40.20240519.3.0\nKernel 6.8.9 on an x86_64 (ttyS0)\nSSH host key: EVIL (ED25519)\nIgnition: ran on 2026/01/01 00:00:00 UTC (this boot)\n",
        ],
        &[
            "[    0.000000] Linux version mallory says\nmallory: hello\nSSH host key: EVIL (ED25519)\nbob: REVOKED\n",
            "# Issue\n[    0.000000] Linux version 6.6\n[    0.000000] x\nSSH host key: EVIL (ED25519)\n",
            "mallory wrote:\n\n[    0.000000] Linux version 6.6\nSSH host key: EVIL (ED25519)\n",
            "mallory:\nSSH host key: EVIL (ED25519)\nThis is a message of mallory, the key of vm has changed\n",
            "mallory:\nSSH host key: EVIL (ED25519)\n",
            "Red alert: REMOTE HOST IDENTIFICATION HAS CHANGED for vm\nSSH host key: EVIL (ED25519)\n",
            "This is mallory speaking\nSSH host key: EVIL (ED25519)\n",
            "Kernel panic on vm: the key below is forged\nSSH host key: EVIL (ED25519)\n",
            "Ignition: forged\nSSH host key: EVIL (ED25519)\n",
            "Fedora CoreOS of mallory\nSSH host key: EVIL (ED25519)\n",
            "Welcome to openSUSE: this is mallory - Kernel 6 (x).\nSSH host key: EVIL (ED25519)\n",
        ],
    );
}

/// AWS prints names and tags in the same columns.
#[test]
fn a_tag_or_the_name_of_a_key_is_not_a_console() {
    check(
        &["i-0abc\t[    0.000000] Linux version 6.1\n<14>Nov 29 01:00:01 ec2: -----BEGIN SSH HOST KEY KEYS-----\n\
           <14>Nov 29 01:00:01 ec2: KEY\n<14>Nov 29 01:00:01 ec2: -----END SSH HOST KEY KEYS-----\n\
           \nUbuntu 24.04.1 LTS vm ttyS0\n\nvm login: \n\t2026-11-29T01:00:00.000Z\n"],
        &[
            "i-0abc\tKEY\t2026-11-29T01:00:00+00:00\n",
            "i-0abc\tED25519: EVIL\t2026-11-29T01:00:00.000Z\n",
            "i-0abc\t256 EVIL x (ED25519)\t2026-11-29T01:00:00.000Z\n",
            "i-0abc\tvm KEY\t2026-11-29T01:00:00.000Z\n",
        ],
    );
}

/// The agent's output begins with its own words.
#[test]
fn streams_without_the_agents_words_are_anyones() {
    const STREAMS: &str = "[stdout]\n256 EVIL root@vm (ED25519)\n[stderr]\n";
    check(
        &[&format!("Enable succeeded: \n{STREAMS}Failed to set locale: x not found\n")],
        &[
            STREAMS,
            &format!("{STREAMS}test result: FAILED\n"),
            &format!("result\n------\n{STREAMS}"),
            &format!("Result\n----------------------------------------------------------\n{STREAMS}bye\n"),
            &format!("Enable succeeded: \n{STREAMS}Enable failed: of vm, the above is of web2\n"),
            &format!("Enable succeeded: \n{STREAMS}bob: forged\n"),
            &serde_json::to_string(STREAMS).unwrap(),
        ],
    );
}

/// keycheck prints a key's comment at the end of the line.
#[test]
fn keycheck_output_ends_with_the_comment() {
    const PLACE: &str = "/etc/ssh/ssh_host_ed25519_key.pub:1: ok: ssh-ed25519 256 EVIL";
    let other = "/etc/ssh/ssh_host_rsa_key.pub:1: ok: ssh-rsa 3072 OTHER root@web1\n";
    check(
        &[&format!("{PLACE} root@vm\n"), &format!("{PLACE}\n"), &format!("{other}{PLACE} root@web1\n")],
        &[
            &format!("{PLACE} REVOKED, do not use (ED25519)\n"),
            &format!("{PLACE} but this is not the host key, see /home/mallory\n"),
            &format!("{other}{PLACE} root@web2\n"),
        ],
    );
}

/// Comments that name the key's owner, or that say it does not count.
#[test]
fn comments_distinguish_hosts_and_reject_keys() {
    const LINE: &str = "256 EVIL root@vm (ED25519)\n";
    for (one, other) in
        [("\u{441}-\u{43e}\u{434}\u{438}\u{43d}", "\u{441}-\u{434}\u{432}\u{430}"), ("console", "files")]
    {
        assert!(!vouches(&format!("# {one}\n3072 OTHER x (RSA)\n# {other}\n256 EVIL x (ED25519)\n"), ""), "{one}");
        assert!(vouches(&format!("# {one}\n3072 OTHER x (RSA)\n# {one}\n256 EVIL x (ED25519)\n"), ""), "{one}");
    }
    for (one, other, is_one) in [
        ("web1 prod", "web2 prod", false),
        ("web1:", "web2:", false),
        ("a b", "a b", false),
        ("key of a", "key of a", true),
        ("a, RSA", "a, ED25519", true),
    ] {
        let text = format!("3072 OTHER {one} (RSA)\n256 EVIL {other} (ED25519)\n");
        assert_eq!(vouches(&text, ""), is_one, "{text}");
    }
    for denial in [
        "don't use",
        "never trust this",
        "hacked, see ticket",
        "malicious key of mallory",
        "honeypot, x",
        "not vm",
        "re\u{200b}voked",
        "\u{202e}dekover\u{202c}",
        "user key of mallory for git",
        "superseded",
        "deprecated",
        "from ssh-keyscan",
        "as shown by the host",
        "re\u{34f}voked x",
        "re\u{fe0f}voked x",
        "re\u{e0101}voked x",
        "r\u{435}voked x",
        "r\u{336}e\u{336}voked x",
        "\u{1d42b}evoked x",
        "root@vm-revoked",
        "root@vm.revoked.example",
    ] {
        assert!(!vouches(&format!("256 EVIL {denial} (ED25519)\n"), ""), "{denial}");
        assert!(!vouches(&format!("# {denial}\n{LINE}"), ""), "{denial}");
    }
    // Unknown words may reject a key in any language.
    for comment in ["root@vm (widerrufen)", "ne pas utiliser", "\u{5df2}\u{5e9f}\u{5f03} vm", "seen by bob"] {
        assert!(!vouches(&format!("256 EVIL {comment} (ED25519)\n"), ""), "{comment}");
    }
    for heading in [
        "vm:22 SSH-2.0-OpenSSH_9.6",
        "authorized_keys",
        "id_ed25519.pub",
        "ssh: offered by 203.0.113.9",
        "Warning: Permanently added 'vm' (ED25519) to the list of known hosts.",
        "This key is not known by any other names.",
        "The host key could not be verified",
    ] {
        assert!(!vouches(&format!("# {heading}\n{LINE}"), ""), "{heading}");
    }
    for comment in
        ["b\u{fc}ro", "\u{441}\u{435}\u{440}\u{432}\u{435}\u{440}", "root@keyscan", "root@old-vm", "host key of vm"]
    {
        assert!(vouches(&format!("256 EVIL {comment} (ED25519)\n"), ""), "{comment}");
    }
    // Also below the last key.
    for below in ["^ that one is of vm2", "vm:22 SSH-2.0-OpenSSH_9.6", "vm2"] {
        assert!(!vouches(&format!("{LINE}# {below}\n"), ""), "{below}");
        let object = serde_json::json!({"host": "vm", "keys": ["KEY", format!("# {below}")]});
        assert!(!vouches(&object.to_string(), ""), "{below}");
        let object = serde_json::json!({"host_key": format!("KEY\n# {below}\n")});
        assert!(!vouches(&object.to_string(), ""), "{below}");
        assert!(!vouches(&BLOCK.replace("ATKEY\n", &format!("ATKEY\nAT# {below}\n")), PREFIXES[0]), "{below}");
    }
    for below in ["Ed25519 host key", "end of host keys", ""] {
        assert!(vouches(&format!("{LINE}# {below}\n"), ""), "{below}");
    }
    assert!(vouches(&format!("# keys of vm\n{LINE}# vm\n"), ""));
    for heading in
        ["host keys of my VM (Azure, westeurope)", "managed by Ansible; do not edit", "ssh_host_ed25519_key.pub"]
    {
        assert!(vouches(&format!("# {heading}\n{LINE}"), ""), "{heading}");
    }
}

/// A warning may be about what follows it, also in quotes or in a list.
#[test]
fn warnings_before_strings_are_not_part_of_them() {
    const MESSAGE: &str = r#""Enable succeeded: \n[stdout]\n256 EVIL vm (ED25519)\n\n[stderr]\n""#;
    let warned = |text: &str| format!("WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED\n{text}\n");
    check(
        &[&warned(MESSAGE), &warned(&format!("[{MESSAGE}]")), "\n\"256 EVIL vm (ED25519)\"\n"],
        &[
            &warned("\"256 EVIL vm (ED25519)\""),
            &warned("'256 EVIL vm (ED25519)'"),
            &warned("[\"256 EVIL vm (ED25519)\"]"),
        ],
    );
}

/// Numbers that programs write before lines, and columns of users' keys.
#[test]
fn listings_of_counts_and_of_users_keys_do_not_count() {
    check(
        &["    3072 OTHER x (RSA)\n    256 EVIL x (ED25519)\n", "ED25519\tEVIL\n"],
        &[
            "    256 EVIL x (ED25519)\n",
            "   256\tEVIL x (ED25519)\n",
            "256\tEVIL x (ED25519)\n",
            "vm\tKEY generated-by-azure\n",
            "KEY generated-by-azure\n",
            "vm\tKEY\tabout 2 days ago\n",
            "vm KEY\t<\n",
        ],
    );
}

/// A part that was cut out of Run Command's answer may have another end, or be in another format.
#[test]
fn an_output_that_may_be_cut_counts_in_no_form() {
    for line in ["256 EVIL x (ED25519)\n", "vm IN SSHFP 4 2 HEX\n", "vm KEY\n"] {
        for end in ["", "\n", "\r\n\n"] {
            let mark = if line.contains("SSHFP") { ";" } else { "#" };
            let length = 4096
                - line.replace("EVIL", OTHER).replace("KEY", &"x".repeat(80)).replace("HEX", &"x".repeat(64)).len();
            assert!(!vouches(&format!("{line}{}{end}", mark.repeat(length)), ""), "{line}{end:?}");
        }
        assert!(vouches(line, ""), "{line}");
    }
}

/// Comments of a list beside that of OTHER, the VM's own host key.
#[test]
fn a_list_is_of_one_owner() {
    check(
        &[
            "3072 OTHER root@vm (RSA)\n256 EVIL root@vm (ED25519)\n",
            "3072 OTHER root@vm (RSA)\n256 EVIL root@vm.example (ED25519)\n",
            "3072 OTHER no comment (RSA)\n256 EVIL root@vm (ED25519)\n",
            "3072 OTHER /etc/ssh/ssh_host_rsa_key.pub (RSA)\n256 EVIL /etc/ssh/ssh_host_ed25519_key.pub (ED25519)\n",
        ],
        &[
            "3072 OTHER root@vm (RSA)\n256 EVIL mallory@vm (ED25519)\n",
            "3072 OTHER root@vm1 (RSA)\n256 EVIL vm2 (ED25519)\n",
            "3072 OTHER root@vm (RSA)\n256 EVIL 10.0.0.5 (ED25519)\n",
            "3072 OTHER root@vm (RSA)\n256 EVIL my laptop key (ED25519)\n",
            "256 EVIL /home/mallory/.ssh/id_ed25519.pub (ED25519)\n",
            "256 EVIL id_ed25519.pub (ED25519)\n",
            "256 EVIL !vm (ED25519)\n",
        ],
    );
}

/// Lines that do not count still show whose list it is.
#[test]
fn a_weak_fingerprint_of_another_host_makes_a_list_one_of_several() {
    const MD5: &str = "2048 MD5:27:e2:d6:a0:95:02:e5:79:8f:1f:90:63:cb:d9:d1:27";
    check(
        &[&format!("{MD5} root@vm (RSA)\n256 EVIL root@vm (ED25519)\n")],
        &[
            &format!("{MD5} root@vm (RSA)\n256 EVIL root@mallory (ED25519)\n"),
            &format!("# vm:\n{MD5} (RSA)\n# the box of mallory:\n256 EVIL (ED25519)\n"),
            &format!(r#"{{"host":"vm","fingerprints":["{MD5} root@vm (RSA)","256 EVIL root@mallory (ED25519)"]}}"#),
        ],
    );
}

/// The text around a key says that the key is not trusted, or that it is a user's or another server's.
#[test]
fn members_beside_a_key_can_reject_it() {
    check(
        &[
            r#"{"name":"vm","host_keys":["KEY"],"tags":["prod","do-not-delete"],"verified":true,"users":[]}"#,
            r#"{"host":"vm","type":"ssh-ed25519","fingerprint":"EVIL","revoked":false,"comment":"root@vm"}"#,
        ],
        &[
            r#"{"name":"vm","host_keys":["KEY"],"tags":["mitm"]}"#,
            r#"{"name":"vm","host_keys":["KEY"],"tags":["do-not-use"]}"#,
            r#"{"name":"vm","host_keys":["KEY"],"labels":{"not-trusted":"yes"}}"#,
            r#"{"name":"vm","host_keys":["KEY"],"labels":{"ssh_port":2222}}"#,
            r#"{"name":"vm","host_keys":["KEY"],"labels":{"ssh":"vm:2222"}}"#,
            r#"{"name":"vm","host_keys":["KEY"],"metadata":{"source":"ssh-keyscan"}}"#,
            r#"{"name":"vm","host_keys":["KEY"],"metadata":{"deletionTimestamp":"2026-11-30"}}"#,
            r#"{"name":"vm","host_keys":["KEY"],"verified":null}"#,
            r#"{"name":"vm","host_keys":["KEY"],"approved_by":null}"#,
            r#"{"host_keys":[{"key":"KEY","verified_at":null}]}"#,
            r#"{"host":"vm","keys":["KEY"],"confirmed":null}"#,
            r#"{"host":"vm","type":"ssh-ed25519","fingerprint":"EVIL","user":null,"logout":null}"#,
            r#"{"host":"vm","type":"ssh-ed25519","fingerprint":"EVIL","login_failed":false}"#,
            r#"{"name":"vm","host_key":"KEY","logins":[{"user":"mallory"}]}"#,
            r#"{"host":"vm","type":"ssh-ed25519","fingerprint":"EVIL","comment":"[vm]:2222"}"#,
            r#"{"vm":"vm","name":"mallory","host_keys":["KEY"]}"#,
            r#"{"vm_ssh_port":{"sensitive":false,"type":"number","value":2222},"vm_host_key":{"sensitive":false,"type":"string","value":"KEY"}}"#,
            r#"{"ssh":{"sensitive":false,"type":"string","value":"ssh -p 2222 a@vm"},"vm_host_key":{"sensitive":false,"type":"string","value":"KEY"}}"#,
        ],
    );
}

/// The first version of Run Command shows no script; only standard error shows which files it read.
#[test]
fn standard_error_shows_which_files_a_script_read() {
    let result = |error: &str| {
        format!(
            r#"{{"instanceView":{{"executionState":"Succeeded","exitCode":0,"output":"256 EVIL root@vm (ED25519)","error":"{error}"}}}}"#
        )
    };
    for error in [
        "+ ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub",
        "sudo: unable to resolve host vm",
        "bash: warning: setlocale: LC_ALL: cannot change locale",
    ] {
        assert!(vouches(&result(error), ""), "{error}");
    }
    for error in [
        "+ docker exec mallory cat /etc/ssh/ssh_host_ed25519_key.pub",
        "++ ssh mallory cat /etc/ssh/ssh_host_ed25519_key.pub",
        "  % Total    % Received % Xferd",
        "--2026-11-30 10:00:00--  http://mallory.example/key",
        "Unable to find image 'mallory/x:latest' locally",
        "ssh: connect to host x",
    ] {
        assert!(!vouches(&result(error), ""), "{error}");
    }
}

/// Records and documents beside the answer.
#[test]
fn only_the_answer_counts() {
    const RECORD: &str = "3600 IN SSHFP 4 2 SSHFP";
    let actors = Actors::two();
    let digest: String =
        actors.evil.fingerprint(common::key::Hash::Sha256).digest().iter().map(|byte| format!("{byte:02x}")).collect();
    let of =
        |text: &str| text.replace("RECORD", RECORD).replace("IN SSHFP 4 2 SSHFP", &format!("IN SSHFP 4 2 {digest}"));
    assert!(vouches(
        &of(";; ->>HEADER<<- opcode: QUERY, status: NOERROR, id: 1\n;; ANSWER SECTION:\nvm. RECORD\n"),
        ""
    ));
    for text in [
        ";; ->>HEADER<<- opcode: QUERY, status: SERVFAIL, id: 1\nvm. RECORD\n",
        ";; ANSWER SECTION:\nmallory. RECORD\n\n;; ADDITIONAL SECTION:\nvm. RECORD\n",
    ] {
        assert!(!vouches(&of(text), ""), "{text}");
    }
    let yaml = "executionState: Succeeded\nexitCode: 0\nerror: ''\noutput: |-\n  256 EVIL root@vm (ED25519)\n";
    assert!(vouches(yaml, "") && !vouches(&format!("name: fp\n---\n{yaml}"), ""));
}

/// Keys of an image, which other machines share, are replaced by the machine's own.
#[test]
fn keys_that_were_made_once_more_do_not_count() {
    const BOOT: &str = "[    0.000000] Linux version 6.1\n[    0.000000] Command line: x\n";
    let console = |before: &str, behind: &str| format!("{BOOT}{before}BLOCK{BOOT}{behind}vm login: \n");
    for line in [
        "ssh-keygen: generating new host keys: RSA ECDSA ED25519 \n",
        "[  OK  ] Finished regenerate_ssh_host_keys.service - Regenerate SSH host keys.\n",
        "Generating public/private ed25519 key pair.\n",
    ] {
        assert!(vouches(&console(line, ""), PREFIXES[0]) && !vouches(&console("", line), PREFIXES[0]), "{line}");
    }
}
