//! Any text of an attacker in one line, as programs write it into an honest text: another key never matches.
#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::error::ExitStatus;
use common::key::{Hash, PublicKey};
use fuzz::{pieces, run};
use libfuzzer_sys::fuzz_target;
use serde_json::json;

/// Writes a line as syslog does: characters that would end it or control a terminal become escapes (vis(3)).
fn logged(said: &[u8]) -> String {
    let letter = |byte: &u8| match byte {
        b'\n' => "\\n".to_owned(),
        b'\r' => "\\r".to_owned(),
        b' '..=b'~' => char::from(*byte).to_string(),
        byte => format!("\\{byte:03o}"),
    };
    said.iter().map(letter).collect()
}

/// The attacker's text within a line of a program.
fn written(how: u8, said: &str) -> String {
    match how % 9 {
        0 => format!("Nov 29 01:00:00 vm sshd[77]: Invalid user {said} from 203.0.113.9 port 42808"),
        1 => format!("<38>Nov 29 01:00:00 sshd[77]: Invalid user {said} from 203.0.113.9"),
        2 => format!("mallory   4242  0.0  0.0   5492   980 ?  S  01:00  0:00 {said}"),
        3 => format!("[   20.123456] audit: comm=\"{said}\""),
        4 => format!("Nov 29 01:00:00 vm nginx[1]: 203.0.113.9 \"GET / HTTP/1.1\" 200 \"{said}\""),
        5 => format!("app[3]: user said {said}"),
        6 => format!("- user {said}"),
        7 => format!("| {said} | 2026-11-29 |"),
        _ => format!("vm IN TXT \"{said}\""),
    }
}

/// The lines in one of the envelopes.
fn envelope(how: u8, lines: &str) -> String {
    let message = format!("Enable succeeded: \n[stdout]\n{lines}\n[stderr]\n");
    match how % ENVELOPES {
        0 => lines.to_owned(),
        1 => message,
        2 => json!({"value": [{"code": "ProvisioningState/succeeded", "message": message}]}).to_string(),
        3 => json!({"instanceView": {"executionState": "Succeeded", "exitCode": 0, "output": lines}}).to_string(),
        4 => {
            let prefixed: String = lines.lines().map(|line| format!("<14>May  1 12:00:00 ec2: {line}\n")).collect();
            let around = |which| format!("<14>May  1 12:00:00 ec2: -----{which} SSH HOST KEY FINGERPRINTS-----\n");
            format!("[    0.000000] Linux version 6.1\n{}{prefixed}{}{lines}", around("BEGIN"), around("END"))
        }
        5 => {
            let indented = lines.trim_end().replace('\n', "\n                  ");
            format!(
                "\nValue[0]        : \n  Code          : ProvisioningState/succeeded\n  Message       : Enable succeeded: \n  \
                 [stdout]\n                  {indented}\n\n                  [stderr]\n\nStatus          : Succeeded\n"
            )
        }
        6 => json!({"host": "vm", "fingerprints": lines.lines().collect::<Vec<_>>()}).to_string(),
        // Anyone may write the values; below names of users and tags, all of it may be the attacker's.
        7 => json!({
            "hostKeys": [honest_line(lines)], "tags": {"note": lines}, "description": lines, "user": {"key": lines},
            "publicKeys": [{"keyData": lines}]
        })
        .to_string(),
        8 => json!({"hostKeys": lines.lines().collect::<Vec<_>>()}).to_string(),
        9 => json!({"stdout": lines, "rc": 0, "cmd": lines}).to_string(),
        _ => lines.to_owned(),
    }
}

/// The number of ways to put lines into a text; in the last one the lines are the text.
const ENVELOPES: u8 = 11;

/// The machine's own line.
fn honest_line(lines: &str) -> &str {
    lines.lines().find(|line| line.starts_with("256 ") && line.ends_with(" root@vm (ED25519)")).unwrap_or_default()
}

/// The key as the machine, or the publisher of its key, writes it: the lines before it, and its own.
fn honest(how: u8, key: &PublicKey<'_>) -> (&'static str, String) {
    let fingerprint = key.fingerprint(Hash::Sha256);
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    match how % 8 {
        0 => ("", format!("256 {fingerprint} root@vm (ED25519)")),
        1 => ("", format!("vm IN SSHFP 4 2 {}", hex(fingerprint.digest()))),
        2 => ("[    0.000000] Linux version 6.1\n\n", format!("SSH host key: {fingerprint} (ED25519)")),
        3 => ("", format!("ssh-ed25519@22:vm {}", point(key))),
        4 => (
            "Windows Registry Editor Version 5.00\n\n[HKEY_CURRENT_USER\\Software\\SimonTatham\\PuTTY\\SshHostKeys]\n",
            format!("\"ssh-ed25519@22:vm\"=\"{}\"", point(key)),
        ),
        5 => ("", format!("ssh-ed25519 255 {fingerprint}")),
        6 => ("", format!("- `{fingerprint}` (ED25519)")),
        _ => ("| Algorithm | Fingerprint |\n|---|---|\n", format!("| ED25519 | `{fingerprint}` |")),
    }
}

/// The coordinates of an Ed25519 key as PuTTY writes them; only the lowest bit of x counts.
fn point(key: &PublicKey<'_>) -> String {
    let mut y: Vec<u8> = key.blob().iter().rev().take(32).copied().collect();
    let sign = y[0] >> 7;
    y[0] &= 0x7f;
    format!("0x{sign:x},0x{}", y.iter().map(|byte| format!("{byte:02x}")).collect::<String>())
}

fuzz_target!(|data: &[u8]| {
    let [how, kind, said @ ..] = data else { return };
    let good = PublicKey::ed25519(&[0x42; 32]).expect("a key");
    let evil = PublicKey::from_blob(STANDARD.decode(fuzz::HOST_KEY).expect("base64")).expect("a key");
    // The machine's plain line fits in any envelope; its other formats are texts of their own.
    let (before, own) = honest(*kind, &good);
    let shape = if kind % 8 == 0 { kind / 8 } else { ENVELOPES - 1 };
    let mut lines = vec![own + "\n"];
    for (index, piece) in pieces(said).enumerate().take(8) {
        let line = written(how.wrapping_add(u8::try_from(index).unwrap_or_default()), &logged(piece));
        let at = if index % 2 == 0 { lines.len() } else { 0 };
        lines.insert(at, line + "\n");
    }
    let text = before.to_owned() + &envelope(shape, &lines.concat());
    let words = ["--expect", "-", "--answer-ssh", "HOSTNAME", "vm", "ssh-ed25519", &STANDARD.encode(evil.blob()), "x"];
    let answer = run::<hostfp::Args>(&words, text.as_bytes());
    assert!(answer.status != ExitStatus::Yes, "the stranger's key matches by\n{text}");
});
