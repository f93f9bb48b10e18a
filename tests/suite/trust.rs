//! Compares hostfp's trust with OpenSSH's: hostfp trusts those keys of a known_hosts that `ssh-keygen -F` finds, and
//! after `--known-hosts` plain ssh agrees.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::thread;

use common::error::ExitStatus;
use support::{Sandbox, cases, needs};

use crate::handshake::Host;
use crate::in_process::run;
use crate::key_fixtures::sample_keys;
use crate::properties::random;

/// Type and base64 of a sample key.
fn key(name: &str) -> String {
    let line = sample_keys().read(format!("{name}.pub"));
    line.split(' ').take(2).collect::<Vec<_>>().join(" ")
}

const HOSTS: [&str; 6] = ["vm", "vm.example", "[vm]:2222", "203.0.113.7", "other", "[other]:22"];
const KEYS: [&str; 4] = ["ed25519", "ecdsa256", "rsa2048", "rsa4096"];

/// Writes a random `known_hosts`; ssh-keygen hashes some of its names.
fn known_hosts(sandbox: &Sandbox, random: &mut impl FnMut(usize) -> usize) {
    const NAMES: [&str; 16] = [
        "vm",
        "VM.example",
        "vm,203.0.113.7",
        "[vm]:2222",
        "*.example",
        "*",
        "v?",
        "!vm,*",
        "!vm.example,*.example",
        "203.0.113.*",
        "[vm]:*",
        "[*]:2222",
        "other",
        "[other]:22",
        "o*r,!other",
        "vm2",
    ];
    let mut text = String::new();
    for _ in 0..1 + random(6) {
        let marker = ["", "", "", "", "@revoked ", "@cert-authority "][random(6)];
        let comment = ["", " root@vm", " # x"][random(3)];
        text += &format!("{marker}{} {}{comment}\n", NAMES[random(NAMES.len())], key(KEYS[random(KEYS.len())]));
        text += ["", "", "\n", "# comment\n"][random(4)];
    }
    sandbox.write("known_hosts", text);
    if random(3) == 0 {
        // It leaves patterns and lines with a marker as they are.
        let _ = sandbox.run("ssh-keygen", ["-q", "-H", "-f", "known_hosts"]).good();
    }
}

/// The keys that ssh-keygen finds for a host, and those that it finds revoked for all hosts.
fn found(sandbox: &Sandbox, host: &str) -> Vec<String> {
    let found = sandbox.run("ssh-keygen", ["-F", host, "-f", "known_hosts"]).stdout;
    let lines = found.lines().filter(|line| !line.starts_with(['#', '@']));
    lines.map(|line| line.split(' ').skip(1).take(2).collect::<Vec<_>>().join(" ")).collect()
}

/// Whether hostfp confirms to ssh a host's key by the file `known_hosts`, and its messages; in this process, since
/// there are many runs.
fn answers_yes(sandbox: &Sandbox, host: &str, key: &str) -> (bool, String) {
    let file = sandbox.file("known_hosts").into_os_string();
    let words = format!("--answer-ssh HOSTNAME {host} {key} x");
    let arguments = ["--expect".into(), file].into_iter().chain(words.split(' ').map(OsString::from));
    let (status, stdout, stderr) = run::<hostfp::Args>(arguments, b"");
    (status == ExitStatus::Yes, stdout + &stderr)
}

#[test]
fn of_random_known_hosts_only_what_ssh_keygen_finds_is_trusted() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    let mut random = random(18);
    let (mut trusted, mut refused, mut revoked) = (0, 0, 0);
    let cases = cases::share(60);
    for _ in 0..cases {
        known_hosts(&sandbox, &mut random);
        let text = sandbox.read("known_hosts");
        for host in HOSTS {
            let found = found(&sandbox, host);
            for name in KEYS {
                let key = key(name);
                let (is_trusted, said) = answers_yes(&sandbox, host, &key);
                let is_revoked = text.lines().any(|line| line.starts_with("@revoked") && line.contains(&key));
                let is_found = found.contains(&key);
                assert_eq!(is_trusted, is_found && !is_revoked, "{host} {key}\n{text}{said}");
                trusted += usize::from(is_trusted);
                refused += usize::from(!is_found);
                revoked += usize::from(is_found && is_revoked);
            }
        }
    }
    assert!(trusted > cases && refused > cases && revoked > cases / 3, "{trusted} {refused} {revoked}");
}

/// The types of the matrix: their keys now, and those before the VM was rebuilt.
const TYPES: [(&str, &str); 3] = [("ecdsa256", "old_ecdsa"), ("ed25519", "old_ed25519"), ("rsa2048", "rsa4096")];

/// The line of a known_hosts for a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Held {
    Nothing,
    Stale,
    Current,
}

/// A server that offers some of the types, and a user who may log in.
struct Rebuilt {
    host: Host,
    offered: &'static [&'static str],
}

impl Rebuilt {
    fn start(offered: &'static [&'static str]) -> Self {
        let host = Host::start(offered, "");
        let sandbox = &host.sandbox;
        let _ = sandbox.run("keygen", ["-q", "-N", "", "-f", "user"]).good();
        fs::copy(sandbox.file("user.pub"), sandbox.file("none")).unwrap();
        for (kind, file) in [("ecdsa", "old_ecdsa"), ("ed25519", "old_ed25519")] {
            let _ = sandbox.run("ssh-keygen", ["-q", "-t", kind, "-N", "", "-f", file]).good();
        }
        fs::copy(sample_keys().file("rsa4096.pub"), sandbox.file("rsa4096.pub")).unwrap();
        Self { host, offered }
    }

    fn name(&self) -> String {
        format!("[127.0.0.1]:{}", self.host.server.port)
    }

    fn line(&self, file: &str) -> String {
        let sandbox = &self.host.sandbox;
        let text = if sandbox.file(format!("{file}.pub")).exists() {
            sandbox.read(format!("{file}.pub"))
        } else {
            sample_keys().read(format!("{file}.pub"))
        };
        format!("{} {}\n", self.name(), text.split_whitespace().take(2).collect::<Vec<_>>().join(" "))
    }

    /// Tests one cell of the matrix: the file's line for each type, and the types that are expected.
    fn cell(&self, held: [Held; 3], expected: &[&str], is_hashed: bool) {
        let sandbox = &self.host.sandbox;
        let before: String = TYPES
            .iter()
            .zip(held)
            .map(|((current, stale), held)| match held {
                Held::Nothing => String::new(),
                Held::Stale => self.line(stale),
                Held::Current => self.line(current),
            })
            .collect();
        sandbox.write("kh", &before);
        if is_hashed && !before.is_empty() {
            let _ = sandbox.run("ssh-keygen", ["-q", "-H", "-f", "kh"]).good();
        }
        let before = sandbox.read("kh");
        let fingerprints: Vec<String> = expected.iter().map(|key| format!("{key}.pub")).collect();
        sandbox.write("fp", sample_keys().run("hostfp", fingerprints).good());
        let outcome = sandbox.run("hostfp", ["--expect", "fp", "--known-hosts", "kh", "--connect", &self.host.name()]);
        let place = format!("{held:?} {expected:?} {:?}\n{outcome:?}\n{}", self.offered, sandbox.read("kh"));
        if !expected.iter().any(|key| self.offered.contains(key)) {
            assert_eq!((outcome.status, sandbox.read("kh")), (Some(1), before), "{place}");
            return;
        }
        assert_eq!(outcome.status, Some(0), "{place}");
        self.ssh_connects("127.0.0.1", &place);
        // A key that could not be checked is named.
        for ((current, _), held) in TYPES.iter().zip(held) {
            let is_unchecked = held != Held::Nothing && !self.offered.contains(current);
            let label =
                if current.starts_with("ec") { "ECDSA" } else { if *current == "ed25519" { "ED25519" } else { "RSA" } };
            let is_named = outcome.stderr.contains(&format!("the {label} key of {} could not be checked", self.name()));
            assert_eq!(is_named, is_unchecked, "{label} {place}");
        }
    }

    /// Asserts that plain ssh connects by the file.
    fn ssh_connects(&self, host: &str, place: &str) {
        let port = self.host.server.port.to_string();
        let fixed = "-F none -i user -o BatchMode=yes -o StrictHostKeyChecking=yes -o UserKnownHostsFile=kh -o \
                     GlobalKnownHostsFile=none -o UpdateHostKeys=no";
        let words = ["-p", &port].into_iter().chain(fixed.split(' ')).chain([host, "echo connected"]);
        let ssh = self.host.sandbox.run("ssh", words);
        assert_eq!((ssh.status, ssh.stdout.as_str()), (Some(0), "connected\n"), "{place}\n{ssh:?}");
    }

    /// Tests all cells of the matrix, or a share of them that begins at `first`.
    fn matrix(&self, first: usize) {
        let all = [Held::Nothing, Held::Stale, Held::Current];
        let expectations: [&[&str]; 3] = [&["ecdsa256"], &["ed25519"], &["ecdsa256", "ed25519", "rsa2048"]];
        let mut number = first;
        for (index, ecdsa) in all.into_iter().enumerate() {
            for ed25519 in all {
                for rsa in all {
                    for expected in expectations {
                        number += 1;
                        if !cases::is_tried(number) {
                            continue;
                        }
                        self.cell([ecdsa, ed25519, rsa], expected, index == 1);
                    }
                }
            }
        }
    }
}

#[test]
fn after_a_rebuild_plain_ssh_connects_or_hostfp_says_no() {
    needs!(SSH, SSHD, SSH_KEYGEN);
    let offers: [&[&str]; 3] = [&["ecdsa256", "ed25519", "rsa2048"], &["ecdsa256"], &["ed25519", "rsa2048"]];
    let matrices: Vec<_> = offers
        .into_iter()
        .enumerate()
        .map(|(first, offered)| thread::spawn(move || Rebuilt::start(offered).matrix(first)))
        .collect();
    for matrix in matrices {
        matrix.join().unwrap();
    }
}

/// A line that names the host by a pattern is for other hosts, too: it stays, and is reported.
#[test]
fn an_old_key_by_a_pattern_is_a_no_that_names_the_line() {
    needs!(SSHD, SSH_KEYGEN);
    let rebuilt = Rebuilt::start(&["ecdsa256", "ed25519"]);
    let sandbox = &rebuilt.host.sandbox;
    sandbox.write("fp", sample_keys().run("hostfp", ["ecdsa256.pub"]).good());
    let pattern = rebuilt.line("old_ed25519").replace(&rebuilt.name(), "[127.0.0.*]:*");
    sandbox.write("kh", format!("# x\n{pattern}"));
    let words = ["--expect", "fp", "--known-hosts", "kh", "--connect", &rebuilt.host.name()];
    let message = sandbox.run("hostfp", words).fails(1);
    assert!(message.contains("hostfp: kh:2: this line has another ED25519 key"), "{message}");
    assert_eq!(sandbox.read("kh"), format!("# x\n{pattern}"));
    // A line of the same type as the added one does no harm: ssh accepts either key.
    let pattern = rebuilt.line("old_ecdsa").replace(&rebuilt.name(), "*");
    sandbox.write("kh", &pattern);
    let _ = sandbox.run("hostfp", words).good();
    assert_eq!(sandbox.read("kh"), format!("{pattern}{}", rebuilt.line("ecdsa256")));
}

/// A host in a list may have several names, each with its own expectation: all of them count.
#[test]
fn every_name_of_a_host_that_has_an_expectation_must_agree() {
    needs!(SSHD, SSH_KEYGEN);
    let host = Host::start(&["ed25519"], "");
    let sandbox = &host.sandbox;
    let port = host.server.port;
    let lines: BTreeMap<&str, String> = [("a", "ed25519"), ("b", "rsa4096"), ("c", "ed25519")]
        .map(|(name, of)| (name, format!("[{name}]:{port} {}\n", key(of))))
        .into();
    sandbox.write("expected", lines.values().cloned().collect::<String>());
    let run = |names: &str| {
        sandbox.write("hosts", format!("127.0.0.1:{port} {names}\n"));
        sandbox.write("kh", &lines["b"]);
        sandbox.run("hostfp", ["--expect", "expected", "--known-hosts", "kh", "--connect", "-f", "hosts"])
    };
    let _ = run("a,c").good();
    for names in ["a,b", "b,a"] {
        let message = run(names).fails(1);
        assert!(message.contains("no ") || message.contains("this is not your VM"), "{message}");
        assert_eq!(sandbox.read("kh"), lines["b"], "{names}");
    }
    // A name without an expectation does not fail the host.
    let _ = run("a,d").good();
    assert!(sandbox.read("kh").contains(&format!("[d]:{port} ssh-ed25519 ")));
}

/// Lines that look like the host's, but that ssh does not find: the key is added.
#[test]
fn a_line_that_ssh_does_not_find_is_not_taken_for_the_hosts() {
    needs!(SSH, SSHD, SSH_KEYGEN);
    let rebuilt = Rebuilt::start(&["ecdsa256", "ed25519"]);
    let (sandbox, name) = (&rebuilt.host.sandbox, rebuilt.name());
    sandbox.write("fp", sample_keys().run("hostfp", ["ecdsa256.pub", "ed25519.pub"]).good());
    sandbox.write("kh", rebuilt.line("ed25519"));
    let _ = sandbox.run("ssh-keygen", ["-q", "-H", "-f", "kh"]).good();
    let hashed = sandbox.read("kh").split(' ').next().unwrap().to_owned();
    for names in [
        format!("{name},!{name}"),
        format!("!*,{name}"),
        format!("{hashed},x"),
        format!("x,{hashed}"),
        format!("\r{name}"),
        format!("{name}\r"),
        format!("\x0c{name}"),
        format!("{name} \x0b"),
    ] {
        let lines: String = ["ecdsa256", "ed25519"].map(|key| rebuilt.line(key).replace(&name, &names)).concat();
        sandbox.write("kh", &lines);
        let _ =
            sandbox.run("hostfp", ["--expect", "fp", "--known-hosts", "kh", "--connect", &rebuilt.host.name()]).good();
        assert!(sandbox.read("kh").starts_with(&lines), "{names:?}: {}", sandbox.read("kh"));
        rebuilt.ssh_connects("127.0.0.1", &format!("{names:?}"));
    }
    // Other spellings of the address that ssh accepts.
    for host in ["127.1", "0x7f.0.0.1", "127.000.000.001", "2130706433"] {
        sandbox.write("kh", "");
        let target = format!("{host}:{}", rebuilt.host.server.port);
        let _ = sandbox.run("hostfp", ["--expect", "fp", "--known-hosts", "kh", "--connect", &target]).good();
        rebuilt.ssh_connects(host, host);
    }
}

/// Behind a load balancer several machines have one name, and any of their keys may be shown.
#[test]
fn the_line_of_another_machine_that_is_expected_stays() {
    needs!(SSHD, SSH_KEYGEN);
    let rebuilt = Rebuilt::start(&["ed25519"]);
    let sandbox = &rebuilt.host.sandbox;
    let lines = [rebuilt.line("old_ed25519"), rebuilt.line("ed25519")].concat();
    sandbox.write("expected", &lines);
    for held in [&lines, &rebuilt.line("old_ed25519")] {
        sandbox.write("kh", held);
        let words = ["--expect", "expected", "--known-hosts", "kh", "--connect", &rebuilt.host.name()];
        let outcome = sandbox.run("hostfp", words);
        assert_eq!((outcome.status, sandbox.read("kh")), (Some(0), lines.clone()), "{outcome:?}");
    }
}

#[test]
fn a_host_that_plain_ssh_refuses_for_sha_1_is_named() {
    needs!(SSHD, SSH_KEYGEN);
    let sandbox = Sandbox::new();
    sandbox.write("fp", sample_keys().run("hostfp", ["rsa2048.pub"]).good());
    for (algorithms, is_named) in [("ssh-rsa", true), ("ssh-rsa,rsa-sha2-256", false)] {
        let host = Host::start(&["rsa2048"], &format!("HostKeyAlgorithms {algorithms}\n"));
        let outcome = sandbox.run("hostfp", ["--expect", "fp", "--known-hosts", "kh", "--connect", &host.name()]);
        assert_eq!(outcome.status, Some(0), "{outcome:?}");
        assert_eq!(outcome.stderr.contains(": it signs with SHA-1 only"), is_named, "{outcome:?}");
        assert_eq!(outcome.stderr.contains("hint: ssh -o HostKeyAlgorithms=+ssh-rsa"), is_named, "{outcome:?}");
    }
}
