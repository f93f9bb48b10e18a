//! Tests with the newest OpenSSH that Debian has: its key type of ML-DSA-44 and Ed25519, its key exchanges, and the
//! four host keys that it makes.

use std::fs;
use std::path::{Path, PathBuf};

use support::{Outcome, Sandbox, Sshd, needs, peers, tamper};

/// The type's name for ssh-keygen and keygen.
const TYPE: &str = "mldsa44-ed25519";

/// A program of the newest peers.
fn current(program: &str) -> PathBuf {
    peers::CURRENT.find().unwrap().with_file_name(program)
}

fn ssh_keygen<S: AsRef<std::ffi::OsStr>>(sandbox: &Sandbox, arguments: impl IntoIterator<Item = S>) -> Outcome {
    sandbox.run(current("ssh-keygen"), arguments)
}

/// The key of a line without its comment.
fn key(line: &str) -> String {
    line.split_whitespace().take(2).collect::<Vec<_>>().join(" ")
}

fn sorted(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

#[test]
#[ignore = "needs the newest OpenSSH: cargo xtask test --all"]
fn a_key_made_by_either_is_shown_alike_by_both() {
    needs!(CURRENT);
    let sandbox = Sandbox::new();
    let _ = ssh_keygen(&sandbox, ["-q", "-t", TYPE, "-N", "", "-C", "theirs", "-f", "theirs"]).good();
    let _ = sandbox.run("keygen", ["-q", "-t", TYPE, "-N", "", "-C", "ours", "-f", "ours"]).good();
    let _ = ssh_keygen(&sandbox, ["-q", "-t", "ed25519", "-N", "", "-f", "authority"]).good();
    for name in ["theirs", "ours"] {
        let public = format!("{name}.pub");
        let _ = ssh_keygen(&sandbox, ["-q", "-s", "authority", "-I", "id", "-h", "-n", "vm", &public]).good();
        for file in [name.to_owned(), public.clone(), format!("{name}-cert.pub")] {
            for hash in ["sha256", "md5", "sha512"] {
                let theirs = ssh_keygen(&sandbox, ["-lv", "-E", hash, "-f", &file]).good();
                assert_eq!(sandbox.run("pubfp", ["-v", "-E", hash, &file]).good(), theirs);
                assert!(theirs.starts_with("512 "), "{theirs}");
            }
        }
        let line = sandbox.read(&public);
        assert_eq!(ssh_keygen(&sandbox, ["-y", "-f", name]).good(), line);
        assert_eq!(sandbox.run("keygen", ["-y", "-f", name]).good(), line);
        let exported = ssh_keygen(&sandbox, ["-e", "-f", name]).good();
        assert_eq!(sandbox.run("keygen", ["-e", "-f", name]).good(), exported);
        sandbox.write("exported", &exported);
        let imported = sandbox.run("keygen", ["-i", "-f", "exported"]).good();
        assert_eq!(imported, ssh_keygen(&sandbox, ["-i", "-f", "exported"]).good());
        assert_eq!(key(&imported), key(&line));
        // Files of one length, so that the padding is of one length too.
        assert_eq!(sandbox.read(name).lines().count(), sandbox.read("theirs").lines().count());
    }
}

#[test]
#[ignore = "needs the newest OpenSSH: cargo xtask test --all"]
fn each_cipher_of_either_is_opened_by_the_other() {
    needs!(CURRENT);
    let sandbox = Sandbox::new();
    let _ = ssh_keygen(&sandbox, ["-q", "-t", TYPE, "-N", "", "-f", "key"]).good();
    let public = key(&sandbox.read("key.pub"));
    let ciphers = sandbox.run(current("ssh"), ["-Q", "cipher"]).good();
    let ciphers: Vec<&str> = ciphers.lines().filter(|cipher| *cipher != "3des-cbc").collect();
    assert_eq!(ciphers.len(), 9);
    let mut passphrase = String::new();
    for cipher in ciphers {
        let words = ["-p", "-q", "-P", &passphrase, "-N", "ours!", "-Z", cipher, "-a", "2", "-f", "key"];
        let _ = sandbox.run("keygen", words).good();
        assert_eq!(key(&ssh_keygen(&sandbox, ["-y", "-P", "ours!", "-f", "key"]).good()), public, "{cipher}");
        let words = ["-p", "-q", "-P", "ours!", "-N", "theirs", "-Z", cipher, "-a", "2", "-f", "key"];
        let _ = ssh_keygen(&sandbox, words).good();
        assert_eq!(key(&sandbox.run("keygen", ["-y", "-P", "theirs", "-f", "key"]).good()), public, "{cipher}");
        assert!(sandbox.run("keygen", ["-y", "-P", "wrong", "-f", "key"]).fails(2).contains("passphrase"));
        "theirs".clone_into(&mut passphrase);
    }
}

#[test]
#[ignore = "needs the newest OpenSSH: cargo xtask test --all"]
fn openssh_s_own_test_keys_have_their_fingerprints() {
    needs!(CURRENT);
    let data = peers::CURRENT.find().unwrap();
    let data = data.ancestors().nth(2).unwrap().join("usr/lib/openssh/regress/unittests/sshkey/testdata");
    let sandbox = Sandbox::new();
    for name in ["mldsa44_ed25519_1", "mldsa44_ed25519_2"] {
        let fingerprint = fs::read_to_string(data.join(format!("{name}.fp"))).unwrap();
        for file in [name.to_owned(), format!("{name}.pub"), format!("{name}-cert.pub")] {
            let Ok(contents) = fs::read(data.join(&file)) else { continue };
            sandbox.write("key", contents);
            assert_eq!(sandbox.run("pubfp", ["-o", "key"]).good(), fingerprint, "{file}");
        }
    }
    let _ = fs::copy(data.join("mldsa44_ed25519_1_pw"), sandbox.file("encrypted")).unwrap();
    let line = sandbox.run("keygen", ["-y", "-P", "mekmitasdigoat", "-f", "encrypted"]).good();
    assert_eq!(key(&line), key(&fs::read_to_string(data.join("mldsa44_ed25519_1.pub")).unwrap()));
}

/// A server of the newest OpenSSH with these host keys, a key of each type.
struct Host {
    sandbox: Sandbox,
    server: Sshd,
}

impl Host {
    fn start(types: &[&str], more: &str) -> Self {
        let sandbox = Sandbox::new();
        let path = |key_type: &&str| {
            let file = format!("host_{key_type}");
            let _ = ssh_keygen(&sandbox, ["-q", "-t", key_type, "-N", "", "-C", "", "-f", &file]).good();
            sandbox.file(file)
        };
        let paths: Vec<PathBuf> = types.iter().map(path).collect();
        let _ = sandbox.run("keygen", ["-q", "-t", TYPE, "-N", "", "-f", "user"]).good();
        let server =
            Sshd::start_program(&current("sshd"), sandbox.path(), &paths, &sandbox.file("user.pub"), more).unwrap();
        Self { sandbox, server }
    }

    fn name(&self) -> String {
        format!("127.0.0.1:{}", self.server.port)
    }

    fn scan(&self, options: &[&str]) -> Outcome {
        let name = self.name();
        self.sandbox.run("hostfp", options.iter().copied().chain(["--connect", &name]))
    }

    fn keyscan(&self) -> Vec<String> {
        let (scan, show) = (current("ssh-keyscan"), current("ssh-keygen"));
        let line = format!("{} -p {} 127.0.0.1 | {} -lf -", scan.display(), self.server.port, show.display());
        sorted(&self.sandbox.shell(&line).good())
    }
}

const UNLIMITED: &str = "MaxStartups 100";

#[test]
#[ignore = "needs the newest OpenSSH: cargo xtask test --all"]
fn each_key_exchange_alone_proves_a_key_of_each_type() {
    needs!(CURRENT);
    let sandbox = Sandbox::new();
    let all = sandbox.run(current("ssh"), ["-Q", "kex"]).good();
    // Refused by hostfp: a group of 1024 bits, and a group of the host's choice with SHA-1.
    let left_out = ["diffie-hellman-group1-sha1", "diffie-hellman-group-exchange-sha1"];
    let mut count = 0;
    for exchange in all.lines().filter(|name| !left_out.contains(name)) {
        count += 1;
        let key_type = ["ed25519", "ecdsa", "rsa", TYPE][count % 4];
        let host = Host::start(&[key_type], &format!("{UNLIMITED}\nKexAlgorithms {exchange}"));
        let line = host.scan(&["--json"]).good();
        let object: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(object["key_exchange"], exchange);
        let is_post_quantum = exchange.contains("mlkem") || exchange.contains("sntrup");
        assert_eq!(object["post_quantum"], is_post_quantum, "{exchange}");
        let stderr = host.scan(&[]).stderr;
        let note = match (is_post_quantum, exchange.ends_with("-sha1")) {
            (true, _) => "",
            (_, true) => "it offers only key exchanges with SHA-1",
            (false, false) => "it offers no post-quantum key exchange",
        };
        assert_eq!((stderr.contains(note), stderr.is_empty()), (true, is_post_quantum), "{exchange}: {stderr}");
        assert_eq!(host.scan(&["-q"]).stderr, "");
        // A public value other than the signed one is refused.
        let reply = if exchange.contains("group-exchange") { 33 } else { 31 };
        let middle = tamper::before(host.server.port, reply, |[_, half, _]| *half.last_mut().unwrap() ^= 1).unwrap();
        let outcome = host.sandbox.run("hostfp", ["--connect", &format!("127.0.0.1:{}", middle.port)]);
        assert_eq!(outcome.stdout, "", "{exchange}");
        assert!(matches!(outcome.status, Some(1 | 2)), "{exchange}: {outcome:?}");
        if exchange.contains("mlkem") || exchange.contains("sntrup") {
            // So is a changed ciphertext: the KEM derives another secret from it.
            let middle = tamper::before(host.server.port, reply, |[_, half, _]| half[500] ^= 1).unwrap();
            let outcome = host.sandbox.run("hostfp", ["--connect", &format!("127.0.0.1:{}", middle.port)]);
            assert!(outcome.fails(1).contains("the signature is wrong"), "{exchange}");
        }
    }
    assert_eq!(count, 14);
}

#[test]
#[ignore = "needs the newest OpenSSH: cargo xtask test --all"]
fn one_wrong_bit_in_either_half_of_a_composite_signature_is_caught() {
    needs!(CURRENT);
    let host = Host::start(&[TYPE], UNLIMITED);
    let line = host.scan(&["-v"]);
    assert!(line.stderr.contains("MLDSA44-ED25519: key exchange mlkem768x25519-sha256, signature ssh-mldsa44-ed25519"));
    assert!(line.good().contains("(MLDSA44-ED25519)\n"));
    let header = 4 + "ssh-mldsa44-ed25519".len() + 4;
    for at in [0, 31, 32, 1200, 2419, 2420, 2451, 2452, 2483] {
        let change = move |fields: &mut tamper::Fields| {
            assert_eq!(fields[2].len(), header + 2484);
            fields[2][header + at] ^= 1;
        };
        let middle = tamper::before(host.server.port, 31, change).unwrap();
        let outcome = host.sandbox.run("hostfp", ["--connect", &format!("127.0.0.1:{}", middle.port)]);
        assert_eq!(outcome.stdout, "", "{at}");
        assert!(outcome.fails(1).contains("the signature is wrong"), "{at}");
    }
}

#[test]
#[ignore = "needs the newest OpenSSH: cargo xtask test --all"]
fn a_host_with_only_a_certificate_shows_the_certified_key() {
    needs!(CURRENT);
    let sandbox = Sandbox::new();
    let _ = ssh_keygen(&sandbox, ["-q", "-t", "ed25519", "-N", "", "-f", "authority"]).good();
    let _ = ssh_keygen(&sandbox, ["-q", "-t", TYPE, "-N", "", "-f", "key"]).good();
    let _ = ssh_keygen(&sandbox, ["-q", "-s", "authority", "-I", "id", "-h", "-n", "vm", "key.pub"]).good();
    let more = format!(
        "{UNLIMITED}\nHostCertificate {}\nHostKeyAlgorithms ssh-mldsa44-ed25519-cert",
        sandbox.file("key-cert.pub").display()
    );
    let keys = [sandbox.file("key")];
    let server = Sshd::start_program(&current("sshd"), sandbox.path(), &keys, &sandbox.file("none"), &more).unwrap();
    let name = format!("127.0.0.1:{}", server.port);
    let shown = sandbox.run("hostfp", ["-o", "--connect", &name]).good();
    assert_eq!(shown, sandbox.run("pubfp", ["-o", "key.pub"]).good());
}

/// The types that `ssh-keygen -A` makes.
const TYPES: [&str; 4] = ["rsa", "ecdsa", "ed25519", TYPE];

#[test]
#[ignore = "needs the newest OpenSSH: cargo xtask test --all"]
fn a_scan_of_four_types_agrees_with_ssh_keyscan_and_meets_no_penalty() {
    needs!(CURRENT);
    // By sshd's default limits a client is refused after about 15 connections without a login.
    let host = Host::start(&TYPES, "PerSourcePenalties yes");
    let shown = host.scan(&[]).good();
    assert_eq!(shown.lines().count(), 4);
    assert_eq!(host.scan(&[]).good(), shown);
    let host = Host::start(&TYPES, UNLIMITED);
    assert_eq!(sorted(&host.scan(&[]).good()), host.keyscan());
}

#[test]
#[ignore = "needs the newest OpenSSH: cargo xtask test --all"]
fn ssh_connects_without_a_question_by_the_key_of_each_type() {
    needs!(CURRENT);
    let host = Host::start(&TYPES, UNLIMITED);
    let port = host.server.port.to_string();
    let connect = |ssh: &Path, expect: &str, options: &[&str]| {
        let hostfp = support::binaries::tool("hostfp");
        let command =
            format!("KnownHostsCommand={} --expect {expect} --answer-ssh -p %p %I %H %t %K %f", hostfp.display());
        let fixed = ["-F", "none", "-p", &port, "-i", "user", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes"];
        let files = ["-o", "UserKnownHostsFile=none", "-o", "GlobalKnownHostsFile=none", "-o", &command];
        let words = ["127.0.0.1", "echo connected"];
        host.sandbox.run(ssh, fixed.iter().chain(&files).chain(options).chain(&words))
    };
    let ssh = current("ssh");
    host.sandbox.write("all", host.scan(&[]).good());
    host.sandbox.write("all.jsonl", host.scan(&["--json"]).good());
    assert_eq!(connect(&ssh, "all", &[]).good(), "connected\n");
    for key_type in TYPES {
        let public = format!("host_{key_type}.pub");
        // ssh asks for the type of the one fingerprint, though it prefers another.
        assert_eq!(connect(&ssh, &public, &[]).good(), "connected\n", "{key_type}");
        let bare = host.sandbox.run("pubfp", ["-o", &public]).good();
        assert_eq!(connect(&ssh, bare.trim_end(), &[]).good(), "connected\n", "{key_type}");
        let line = host.sandbox.run("pubfp", [&public]).good();
        host.sandbox.write("line", line);
        assert_eq!(connect(&ssh, "line", &[]).good(), "connected\n", "{key_type}");
        let only = host.scan(&["--expect", &public]).good();
        assert_eq!((only.lines().count(), only.contains(&key(&host.sandbox.read(&public)))), (1, true), "{only}");
    }
    // Another key of the type is another machine, whatever ssh prefers.
    let _ = ssh_keygen(&host.sandbox, ["-q", "-t", TYPE, "-N", "", "-f", "other"]).good();
    assert!(connect(&ssh, "other.pub", &[]).fails(255).contains("this is not your VM"));
    assert!(host.scan(&["--expect", "other.pub"]).fails(1).contains("this is not your VM"));
    // ssh reads the known_hosts that hostfp wrote.
    let name = host.name();
    for words in [&["--expect", "all"][..], &["--expect", "all.jsonl"]] {
        let words = words.iter().copied().chain(["--known-hosts", "known", "--connect", &name]);
        let _ = host.sandbox.run("hostfp", words).good();
        let found = ssh_keygen(&host.sandbox, ["-F", &format!("[127.0.0.1]:{port}"), "-f", "known"]).good();
        assert_eq!(found.matches(" found: ").count(), 4, "{found}");
        fs::remove_file(host.sandbox.file("known")).unwrap();
    }
}

/// The system's ssh may be older than the type: it skips unknown types.
#[test]
#[ignore = "needs the newest OpenSSH: cargo xtask test --all"]
fn an_older_ssh_connects_by_the_types_that_it_knows() {
    needs!(CURRENT, SSH);
    let host = Host::start(&TYPES, UNLIMITED);
    host.sandbox.write("all", host.scan(&[]).good());
    let _ = host.sandbox.run("keygen", ["-q", "-N", "", "-f", "ed25519"]).good();
    let hostfp = support::binaries::tool("hostfp");
    let command = format!("KnownHostsCommand={} --expect all --answer-ssh -p %p %I %H %t %K %f", hostfp.display());
    let port = host.server.port.to_string();
    let words = ["-F", "none", "-p", &port, "-i", "ed25519", "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes"];
    let files = ["-o", "UserKnownHostsFile=none", "-o", "GlobalKnownHostsFile=none", "-o", &command, "127.0.0.1"];
    // No user can log in; a client that is refused has accepted the host.
    let refused = host.sandbox.run(peers::SSH.find().unwrap(), words.iter().chain(&files)).fails(255);
    assert!(refused.contains("Permission denied"), "{refused}");
}

#[test]
#[ignore = "needs the newest OpenSSH: cargo xtask test --all"]
fn the_host_keys_of_a_machine_are_listed_with_the_new_one() {
    needs!(CURRENT);
    let sandbox = Sandbox::new();
    fs::create_dir_all(sandbox.file("root/etc/ssh")).unwrap();
    let _ = ssh_keygen(&sandbox, ["-A", "-f", "root"]).good();
    let listed = sandbox.run("hostfp", ["--sysroot", "root"]).good();
    let folder = fs::read_dir(sandbox.file("root/etc/ssh")).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<PathBuf> = folder.filter(|path| path.extension().is_some_and(|end| end == "pub")).collect();
    assert_eq!(files.len(), 4);
    let theirs: String =
        files.iter().map(|file| ssh_keygen(&sandbox, ["-lf".as_ref(), file.as_os_str()]).good()).collect();
    assert_eq!(sorted(&listed), sorted(&theirs));
    // DNS has no number for the type.
    let words = ["--sshfp", "vm", "root/etc/ssh/ssh_host_mldsa44_ed25519_key.pub"];
    assert!(sandbox.run("pubfp", words).fails(1).contains("DNS has no record for a key of type MLDSA44-ED25519"));
}
