//! Tests that work and memory are bounded, whatever a file contains.

use std::fmt::Write as _;

use support::{Outcome, Sandbox};

use crate::encodings::{BASE64, encode};

/// A PuTTY key that asks for the largest allowed work, and is damaged so that the work is not done.
fn costly(ppk: &str) -> String {
    let lines = ppk.lines().map(|line| match line.split_once(": ") {
        Some(("Argon2-Memory", _)) => "Argon2-Memory: 1048576",
        Some(("Argon2-Passes", _)) => "Argon2-Passes: 16",
        Some(("Argon2-Parallelism", _)) => "Argon2-Parallelism: 0",
        _ => line,
    });
    lines.fold(String::new(), |mut text, line| {
        let _ = writeln!(text, "{line}");
        text
    })
}

#[test]
fn the_work_of_opening_all_keys_of_a_run_is_bounded() {
    let sandbox = Sandbox::new();
    let _ = sandbox.run("keygen", ["-q", "-m", "PPK", "-N", "secret", "-f", "id"]).good();
    let ppk = sandbox.read("id");
    sandbox.write("passphrase", "secret\n");
    let costly = costly(&ppk);
    sandbox.write("one", costly.repeat(3));
    sandbox.write("other", costly.repeat(200) + &ppk);
    // Five of the costliest are within the bound, wherever they are. A cheap one is still read.
    let words = ["--passphrase-file", "passphrase", "one", "other"];
    let judged = sandbox.run("keycheck", words);
    assert_eq!(judged.status, Some(1), "{judged:?}");
    let refused = "error: not-opened: decrypting this key and those before it would exceed the work limit of one run; ";
    assert_eq!(judged.stdout.matches("error: not-opened: the private key is damaged").count(), 5, "{judged:?}");
    assert_eq!(judged.stdout.matches(refused).count(), 198);
    let last = 1 + 200 * costly.lines().count();
    assert!(!judged.stdout.contains(&format!("other:{last}: error: not-opened")), "{judged:?}");
    assert!(judged.stdout.contains(&format!("other:{last}: ")), "{judged:?}");
    // Without a passphrase no key is opened.
    assert!(!sandbox.run("keycheck", ["one", "other"]).stdout.contains("not-opened"));
}

/// A field of DER.
fn field(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let contents = parts.concat();
    let length = u8::try_from(contents.len()).unwrap();
    let long = if length < 128 { vec![tag, length] } else { vec![tag, 0x81, length] };
    [long, contents].concat()
}

/// A key encrypted by scrypt that asks for almost the largest allowed work, which is not done: its cost is not a power
/// of two (RFC 7914, RFC 8018).
fn costly_pkcs8() -> String {
    let sequence = |parts: &[&[u8]]| field(0x30, parts);
    let oid = |bytes: &[u8]| field(6, &[bytes]);
    let number = |bytes: &[u8]| field(2, &[bytes]);
    let cost = [&field(4, &[&[7; 16]])[..], &number(&[2, 0, 1]), &number(&[8]), &number(&[7])];
    let scrypt = sequence(&[&oid(&[0x2b, 6, 1, 4, 1, 0xda, 0x47, 4, 0x0b]), &sequence(&cost)]);
    let aes = sequence(&[&oid(&[0x60, 0x86, 0x48, 1, 0x65, 3, 4, 1, 0x2a]), &field(4, &[&[7; 16]])]);
    let pbes2 = sequence(&[&oid(&[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 0x0d]), &sequence(&[&scrypt, &aes])]);
    let key = sequence(&[&pbes2, &field(4, &[&[7; 64]])]);
    let body = encode(&key, BASE64);
    let padding = "=".repeat((4 - body.len() % 4) % 4);
    format!("-----BEGIN ENCRYPTED PRIVATE KEY-----\n{body}{padding}\n-----END ENCRYPTED PRIVATE KEY-----\n")
}

/// Reads more encrypted keys than one run may, with these options. Returns pubfp's output, and the fingerprint of the
/// one key that can be opened.
fn read_too_many(options: &[&str]) -> (Outcome, String) {
    let sandbox = Sandbox::new();
    let _ = sandbox.run("keygen", ["-q", "-m", "PKCS8", "-N", "secret", "-f", "id"]).good();
    sandbox.write("passphrase", "secret\n");
    sandbox.write("one", costly_pkcs8().repeat(10));
    sandbox.write("other", costly_pkcs8().repeat(90) + &sandbox.read("id"));
    let read = sandbox.run("pubfp", [&["--passphrase-file", "passphrase"], options, &["one", "other"]].concat());
    let refused = ": decrypting this key and those before it would exceed the work limit of one run\n\
                   pubfp: hint: give fewer encrypted keys at once, or this one alone\n";
    // Sixteen keys of 3.5 s each are within the bound.
    assert_eq!(read.stderr.matches(refused).count(), 84, "{}", read.stderr);
    assert!(read.stderr.contains("pubfp: other:"), "{}", read.stderr);
    (read, sandbox.run("pubfp", ["-o", "id.pub"]).good())
}

#[test]
fn the_work_of_reading_all_encrypted_keys_of_a_run_is_bounded() {
    let (read, own) = read_too_many(&["-o"]);
    assert_eq!(read.stdout, own);
}

#[test]
#[ignore = "takes a minute: cargo xtask test --all"]
fn the_work_of_making_records_of_all_encrypted_keys_of_a_run_is_bounded() {
    let (read, own) = read_too_many(&["--sshfp", "vm.example"]);
    assert!(read.stdout != own && !read.stdout.is_empty(), "{}", read.stdout);
}

/// A long text, of many lines or of long lines, takes no more memory than a short one.
#[cfg(target_os = "linux")]
#[test]
fn no_long_text_takes_much_memory() {
    use std::io::Write as _;
    use std::process::Stdio;

    use support::cases;

    /// The peak memory of a process, in KiB.
    fn peak(process: u32) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        peak.trim().strip_suffix(" kB").unwrap().parse().unwrap()
    }

    const KEY: &str = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILRPxviwPJorJWOF6OcfU80B98DhjbHDVexLK2kEH2dm";
    let sandbox = Sandbox::new();
    let padding = "x ".repeat(100_000);
    let mut number = 0;
    for line in [
        format!("{{\"id\": 1, \"publicKey\": \"{KEY}\"}}\n").repeat(2000),
        format!("{{\"publicKey\": \"{KEY} {padding}\"}}\n"),
        format!("{KEY} {padding}\n"),
        format!("# {padding}\n"),
        "{\"a\": [\n".repeat(20_000),
    ] {
        for (tool, words) in [
            ("pubfp", &[][..]),
            ("keycheck", &["--skip", "duplicate"]),
            ("keycheck", &["--skip", "duplicate", "--rewrite"]),
            ("keycheck", &["--skip", "duplicate", "--filter"]),
            ("keycheck", &["--skip", "duplicate", "--public-only"]),
        ] {
            number += 1;
            // Each text and each tool is tried, but not every combination.
            if !cases::is_tried(number) {
                continue;
            }
            let mut child = sandbox
                .command(tool)
                .args(words)
                .stdin(Stdio::piped())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            let mut input = child.stdin.take().unwrap();
            for _ in 0..12_000_000 / line.len() {
                // A tool that gives up has closed it.
                if input.write_all(line.as_bytes()).is_err() {
                    break;
                }
            }
            let peak = peak(child.id());
            drop(input);
            child.wait().unwrap();
            assert!(peak < 48 * 1024, "{tool} {words:?}: {peak} KiB for lines of {} bytes", line.len());
        }
    }
}
