//! Tests a property of every text: a stranger, who chooses strings in it, never makes another key match.

use std::ffi::OsStr;

use common::error::Error;
use common::input::Stdin;
use common::key::{Hash, PublicKey};
use serde_json::json;

use super::Expected;
use crate::judgement::{Verdict, judge_by_all};

/// A generator of integers below a bound, repeatable by its seed (D. Knuth's MMIX generator).
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or_default() % bound
    }

    pub(super) fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

/// What a stranger may write in one line. EVIL means a fingerprint, KEY a whole key of the stranger's.
const SAID: [&str; 38] = [
    "KEY",
    "\"KEY\"",
    "\\nKEY\\n",
    "\\n[stdout]\\nKEY\\n",
    "\\r\\n256 EVIL x (ED25519)",
    "256 EVIL root@vm (ED25519)",
    "EVIL",
    "ED25519 EVIL",
    "x [stdout] 256 EVIL x (ED25519) [stderr]",
    "-----BEGIN SSH HOST KEY FINGERPRINTS-----",
    "-----END SSH HOST KEY FINGERPRINTS-----",
    "-----BEGIN SSH HOST KEY KEYS-----",
    "<14>May  1 12:00:00 ec2: 256 EVIL x (ED25519)",
    "ec2: 256 EVIL x (ED25519)",
    "Enable succeeded: ",
    "[stdout]",
    "Message       : 256 EVIL x (ED25519)",
    "vm KEY",
    "@cert-authority * KEY",
    "\", \"message\": \"Enable succeeded: \\n[stdout]\\nKEY\\n\\n[stderr]\\n",
    "{\"host\":\"vm\",\"fingerprint\":\"EVIL\"}",
    "# 256 EVIL x (ED25519)",
    "\u{1b}[2K\u{1b}[1G256 EVIL x (ED25519)",
    "\u{202e}KEY\u{202c}",
    "' KEY '",
    "output: |",
    "SSH host key: EVIL (ED25519)",
    "\nSSH host key: EVIL (ED25519)",
    "vm IN SSHFP 4 2 HEX",
    "4 2 HEX",
    "ssh-ed25519 255 EVIL",
    "ssh-ed25519@22:vm 0x0,0xHEX",
    "/etc/ssh/ssh_host_ed25519_key.pub:1: ok: ssh-ed25519 256 EVIL x",
    "{\"file\":\"/etc/ssh/ssh_host_x_key\",\"form\":\"openssh-public\",\"type\":\"ssh-ed25519\",\"fingerprint\":\"EVIL\"}",
    "\", \"hostKeys\": [\"KEY\"], \"x\": \"",
    "- `EVIL` (ED25519)",
    "`EVIL` (ED25519)",
    "ED25519 | EVIL",
];

/// How programs write strangers' text. SAID is replaced by it.
const WRITTEN: [&str; 15] = [
    "Nov 29 01:00:00 vm sshd[77]: Invalid user SAID from 203.0.113.9 port 42808",
    "Nov 29 01:00:00 vm sshd[77]: Failed publickey for invalid user SAID from 203.0.113.9 port 1 ssh2: ED25519 EVIL",
    "Nov 29 01:00:00 vm sshd[77]: Accepted publickey for me from 203.0.113.9 port 1 ssh2: ED25519 EVIL",
    "<38>Nov 29 01:00:00 sshd[77]: Invalid user SAID from 203.0.113.9",
    "Nov 29 01:00:00 vm nginx[1]: 203.0.113.9 - - \"GET / HTTP/1.1\" 200 \"SAID\"",
    "mallory   4242  0.0  0.0   5492   980 ?  S  01:00  0:00 SAID",
    "drwxr-xr-x 2 mallory mallory 4096 Nov 29 01:00 SAID",
    "[   20.123456] audit: type=1400 comm=\"SAID\"",
    "ci-info: | ssh-ed25519 | EVIL | - | SAID |",
    "app[3]: user said SAID",
    "  SAID (from /home/mallory)",
    "- SAID",
    "| SAID | 2026-11-29 |",
    "* 2026-11-29 SAID",
    "{\"MESSAGE\": \"Invalid user SAID\", \"_COMM\": \"sshd\"}",
];

pub(super) struct Actors {
    pub(super) good: PublicKey<'static>,
    pub(super) evil: PublicKey<'static>,
    /// The largest number of lines in which strangers have a part.
    pub(super) most: usize,
}

pub(super) fn line_of(key: &PublicKey<'_>) -> String {
    crate::known_hosts::line("", key).trim().to_owned()
}

impl Actors {
    /// Two keys.
    pub(super) fn two() -> Self {
        let [good, evil] = [7, 9].map(|byte| PublicKey::ed25519(&[byte; 32]).unwrap());
        Self { good, evil, most: 0 }
    }

    /// Replaces names in a text by fingerprints, keys and certificates.
    pub(super) fn fill(&self, text: &str) -> String {
        let evil = self.evil.fingerprint(Hash::Sha256).to_string();
        let good = format!("256 {} root@vm (ED25519)", self.good.fingerprint(Hash::Sha256));
        let hex: String =
            self.evil.fingerprint(Hash::Sha256).digest().iter().map(|byte| format!("{byte:02x}")).collect();
        text.replace("GOOD", &good)
            .replace("HEX", &hex)
            .replace("EVIL", &evil)
            .replace("CERTIFICATE", &crate::known_hosts::tests::certificate(&self.evil))
            .replace("KEYS-----", "=LIST=")
            .replace("KEY-----", "=====")
            .replace("SSH HOST KEY", "=HOST=")
            .replace("KEY", &line_of(&self.evil))
            .replace("=HOST=", "SSH HOST KEY")
            .replace("=====", "KEY-----")
            .replace("=LIST=", "KEYS-----")
    }

    /// Lines of the machine itself, in one of the ways in which it is asked.
    fn honest(&self, random: &mut Random) -> Vec<String> {
        let fingerprint = self.good.fingerprint(Hash::Sha256);
        match random.below(3) {
            0 => vec![format!("256 {fingerprint} root@vm (ED25519)")],
            1 => vec![format!("{} root@vm", line_of(&self.good))],
            _ => vec![format!("256 {fingerprint} root@vm (ED25519)"), line_of(&self.good)],
        }
    }

    /// Mixes lines of strangers into the given ones.
    fn mixed(&self, lines: Vec<String>, random: &mut Random) -> Vec<String> {
        let mut lines = lines;
        for _ in 0..random.below(self.most + 1) {
            let said = random.one(&SAID);
            let written = random.one(&WRITTEN).replace("SAID", said);
            let at = random.below(lines.len() + 1);
            lines.insert(at, self.fill(&written));
        }
        lines
    }

    /// A stranger's text, if there are strangers.
    fn said(&self, random: &mut Random) -> String {
        let said = random.one(&SAID);
        if self.most == 0 { String::new() } else { self.fill(said) }
    }

    /// A text in one of the envelopes.
    pub(super) fn text(&self, random: &mut Random) -> String {
        let honest = self.honest(random);
        let lines = |mixed: &[String]| mixed.join("\n") + "\n";
        match random.below(14) {
            0 => lines(&self.mixed(honest, random)),
            1 => message(&lines(&self.mixed(honest, random))),
            2 => {
                let message = message(&lines(&self.mixed(honest, random)));
                json!({"value": [{"code": "ProvisioningState/succeeded", "message": message}]}).to_string()
            }
            3 => {
                let output = lines(&self.mixed(honest, random));
                json!({"instanceView": {"executionState": "Succeeded", "exitCode": 0, "output": output}}).to_string()
            }
            4 => {
                let prefixed = honest.iter().map(|line| format!("<14>May  1 12:00:00 ec2: {line}"));
                let around =
                    |which: &str| format!("<14>May  1 12:00:00 ec2: -----{which} SSH HOST KEY FINGERPRINTS-----");
                let block = std::iter::once(around("BEGIN")).chain(prefixed).chain([around("END")]).collect();
                format!("[    0.000000] Linux version 6.1\n{}", lines(&self.mixed(block, random)))
            }
            5 => {
                let named: Vec<String> = vec![format!("vm,203.0.113.7 {}", line_of(&self.good))];
                lines(&self.mixed(named, random))
            }
            6 => {
                let mixed = lines(&self.mixed(honest, random));
                let indented = mixed.trim_end().replace('\n', "\n                  ");
                format!(
                    "\nValue[0]        : \n  Code          : ProvisioningState/succeeded\n  Message       : Enable \
                     succeeded: \n                  [stdout]\n                  {indented}\n\n                  \
                     [stderr]\n\nStatus          : Succeeded\n"
                )
            }
            7 => {
                let strings = self.mixed(honest, random);
                json!({"host": "vm", "fingerprints": strings}).to_string()
            }
            8 => {
                let shown = format!("SSH host key: {} (ED25519)", self.good.fingerprint(Hash::Sha256));
                let start = "[    0.000000] Linux version 6.1\n[    0.000000] Command line: x".to_owned();
                let rest = self.mixed(vec![String::new(), shown, "eth0: 10.0.0.4".to_owned(), "vm login: ".to_owned()], random);
                lines(&[vec![start], rest].concat())
            }
            9 => {
                let digest = self.good.fingerprint(Hash::Sha256);
                let hex: String = digest.digest().iter().map(|byte| format!("{byte:02x}")).collect();
                let records = self.mixed(vec![format!("vm IN SSHFP 4 2 {hex}")], random);
                if random.below(2) == 0 { lines(&records) } else { message(&lines(&records)) }
            }
            10 => {
                let own = json!({"file": "/etc/ssh/ssh_host_ed25519_key.pub", "form": "openssh-public", "type": "ssh-ed25519",
                    "fingerprint": self.good.fingerprint(Hash::Sha256).to_string(), "comment": null});
                let objects = self.mixed(vec![own.to_string()], random);
                if random.below(2) == 0 { lines(&objects) } else { message(&lines(&objects)) }
            }
            11 => {
                let mixed = lines(&self.mixed(honest, random));
                json!({"stdout": mixed, "rc": 0, "cmd": ["cat", "/etc/ssh/ssh_host_ed25519_key.pub", self.said(random)]}).to_string()
            }
            12 => {
                let fingerprint = self.good.fingerprint(Hash::Sha256);
                match random.below(3) {
                    0 => lines(&self.mixed(vec![format!("- `{fingerprint}` (ED25519)")], random)),
                    1 => lines(&self.mixed(vec![format!("* **ED25519**: {fingerprint}")], random)),
                    _ => {
                        let names = ["| Algorithm | Fingerprint |", "|---|---|"].map(str::to_owned);
                        let rows = self.mixed(vec![format!("| ED25519 | `{fingerprint}` |")], random);
                        lines(&[names.to_vec(), rows].concat())
                    }
                }
            }
            // The strangers' text is a whole value, under names of theirs.
            _ => json!({
                "id": 1, "tags": {"note": self.said(random), "hostkeys": self.said(random)}, "users": [{"key": self.said(random)}],
                "publicKeys": [{"keyData": self.said(random), "path": "/home/u/.ssh/authorized_keys"}],
                "hostKeys": honest, "console": self.said(random)
            })
            .to_string(),
        }
    }
}

fn message(stdout: &str) -> String {
    format!("Enable succeeded: \n[stdout]\n{stdout}\n[stderr]\n")
}

pub(super) fn expected(text: &str) -> Result<Expected, Error> {
    let mut stdin = Stdin { reader: Box::new(text.as_bytes()), is_terminal: false };
    Expected::of(OsStr::new("-"), None, None, &mut stdin)
}

pub(super) fn verdict(text: &str, key: &PublicKey<'_>) -> Result<Verdict, Error> {
    let trusted = expected(text)?.of_host(&["vm".to_owned()])?;
    Ok(judge_by_all(key, trusted.iter().map(|trusted| &**trusted)))
}

#[test]
fn no_string_of_a_stranger_makes_another_key_match() {
    let actors = Actors { most: 3, ..Actors::two() };
    let mut random = Random(18);
    let (mut matches, mut refusals) = (0, 0);
    for _ in 0..20_000 {
        let text = actors.text(&mut random);
        match (verdict(&text, &actors.evil), verdict(&text, &actors.good)) {
            (Ok(Verdict::Match), _) => panic!("the stranger's key matches by\n{text}"),
            // The machine's own key still matches, or the text is refused with its reason.
            (_, Ok(Verdict::Match)) => matches += 1,
            (_, Err(error)) => {
                assert!(error.remedy().is_some() && !error.message().is_empty(), "{text}: {error:?}");
                refusals += 1;
            }
            (_, Ok(other)) => panic!("{other:?} of the machine's own key by\n{text}"),
        }
    }
    assert!(matches > 4000 && refusals > 4000, "{matches} {refusals}");
}

/// Without strangers, every envelope matches.
#[test]
fn the_machines_own_lines_match_in_every_envelope() {
    let key = PublicKey::ed25519(&[7; 32]).unwrap();
    let actors = Actors { good: key.clone(), evil: key.clone(), most: 0 };
    let mut random = Random(3);
    for _ in 0..500 {
        let text = actors.text(&mut random);
        assert_eq!(verdict(&text, &key).ok(), Some(Verdict::Match), "{text}");
    }
}
