//! Whatever a stranger says in one line, and however a program writes it into an honest text: another key never matches.
#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::error::ExitStatus;
use common::key::{Hash, PublicKey};
use fuzz::{pieces, run};
use libfuzzer_sys::fuzz_target;
use serde_json::json;

/// As syslog writes a line: what would end it or steer a terminal becomes an escape (vis(3)).
fn logged(said: &[u8]) -> String {
    let letter = |byte: &u8| match byte {
        b'\n' => "\\n".to_owned(),
        b'\r' => "\\r".to_owned(),
        b' '..=b'~' => char::from(*byte).to_string(),
        byte => format!("\\{byte:03o}"),
    };
    said.iter().map(letter).collect()
}

/// The stranger's words within a line of a program.
fn written(how: u8, said: &str) -> String {
    match how % 6 {
        0 => format!("Nov 29 01:00:00 vm sshd[77]: Invalid user {said} from 203.0.113.9 port 42808"),
        1 => format!("<38>Nov 29 01:00:00 sshd[77]: Invalid user {said} from 203.0.113.9"),
        2 => format!("mallory   4242  0.0  0.0   5492   980 ?  S  01:00  0:00 {said}"),
        3 => format!("[   20.123456] audit: comm=\"{said}\""),
        4 => format!("Nov 29 01:00:00 vm nginx[1]: 203.0.113.9 \"GET / HTTP/1.1\" 200 \"{said}\""),
        _ => format!("app[3]: user said {said}"),
    }
}

/// The lines in one of the envelopes.
fn envelope(how: u8, lines: &str) -> String {
    let message = format!("Enable succeeded: \n[stdout]\n{lines}\n[stderr]\n");
    match how % 7 {
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
        _ => json!({"host": "vm", "fingerprints": lines.lines().collect::<Vec<_>>()}).to_string(),
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((how, said)) = data.split_first() else { return };
    let good = PublicKey::ed25519(&[0x42; 32]).expect("a key");
    let evil = PublicKey::from_blob(STANDARD.decode(fuzz::HOST_KEY).expect("base64")).expect("a key");
    let honest = format!("256 {} root@vm (ED25519)\n", good.fingerprint(Hash::Sha256));
    let mut lines = vec![honest];
    for (index, piece) in pieces(said).enumerate().take(8) {
        let line = written(how.wrapping_add(u8::try_from(index).unwrap_or_default()), &logged(piece));
        let at = if index % 2 == 0 { lines.len() } else { 0 };
        lines.insert(at, line + "\n");
    }
    let text = envelope(how / 6, &lines.concat());
    let words = ["--expect", "-", "--answer-ssh", "HOSTNAME", "vm", "ssh-ed25519", &STANDARD.encode(evil.blob()), "x"];
    let answer = run::<hostfp::Args>(&words, text.as_bytes());
    assert!(answer.status != ExitStatus::Yes, "the stranger's key matches by\n{text}");
});
