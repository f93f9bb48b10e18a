//! Tests the handshake with real servers: every type of host key, every key exchange, and a man in the middle.

use std::fs::{self, File};
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use support::tamper::{self, Fields};
use support::{Listener, Sandbox, Sshd, needs, peers};

use crate::key_fixtures::sample_keys;

/// An sshd with these sample keys as host keys, and more lines of its configuration.
pub(crate) struct Host {
    pub(crate) sandbox: Sandbox,
    pub(crate) server: Sshd,
}

impl Host {
    pub(crate) fn start(keys: &[&str], more: &str) -> Self {
        let sandbox = Sandbox::new();
        let paths: Vec<PathBuf> = keys
            .iter()
            .map(|key| sandbox.write(format!("host_{key}"), fs::read(sample_keys().file(key)).unwrap()))
            .collect();
        let _ = sandbox.shell("chmod 600 host_*").good();
        // Tests connect as often as they like.
        let more = format!("MaxStartups 100\n{more}");
        let server = Sshd::start_with(sandbox.path(), &paths, &sandbox.file("none"), &more).unwrap();
        Self { sandbox, server }
    }

    pub(crate) fn name(&self) -> String {
        format!("127.0.0.1:{}", self.server.port)
    }

    fn lines(&self) -> Vec<String> {
        sorted(&self.sandbox.run("hostfp", ["--connect", &self.name()]).good())
    }

    /// The lines that ssh-keyscan prints for the same host.
    fn keyscan(&self, options: &str) -> Vec<String> {
        let port = self.server.port;
        sorted(&self.sandbox.shell(&format!("ssh-keyscan {options} -p {port} 127.0.0.1 | ssh-keygen -lf -")).good())
    }
}

fn sorted(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}

/// The line that hostfp prints for a sample key at a port of 127.0.0.1.
fn line_of(key: &str, port: u16) -> String {
    let line = sample_keys().run("ssh-keygen", ["-lf", &format!("{key}.pub")]).good();
    line.replace(&format!("{key}@zoo"), &format!("[127.0.0.1]:{port}"))
}

const HOST_KEYS: [&str; 6] = ["ed25519", "ecdsa256", "ecdsa384", "ecdsa521", "rsa2048", "rsa4096"];

#[test]
fn every_type_of_host_key_alone_and_all_together_agree_with_ssh_keyscan() {
    needs!(SSHD, SSH_KEYGEN, SSH_KEYSCAN);
    for key in HOST_KEYS {
        let host = Host::start(&[key], "");
        assert_eq!(host.lines(), sorted(&line_of(key, host.server.port)));
        assert_eq!(host.lines(), host.keyscan(""));
    }
    let host = Host::start(&["rsa2048", "ed25519", "ecdsa256"], "");
    assert_eq!(host.lines().len(), 3);
    assert_eq!(host.lines(), host.keyscan(""));
}

#[test]
fn every_signature_of_an_rsa_key_is_verified() {
    needs!(SSHD, SSH_KEYGEN);
    for algorithm in ["rsa-sha2-512", "rsa-sha2-256", "ssh-rsa"] {
        let host = Host::start(&["rsa2048"], &format!("HostKeyAlgorithms {algorithm}"));
        assert_eq!(host.lines(), sorted(&line_of("rsa2048", host.server.port)), "{algorithm}");
    }
}

/// A host with a DSA key, if ssh-keygen still makes one.
fn dsa_host(test: &str) -> Option<Host> {
    let host = Sandbox::new();
    if host.run("ssh-keygen", ["-q", "-t", "dsa", "-N", "", "-f", "host_dsa"]).status != Some(0) {
        peers::skip(test, "ssh-keygen makes no DSA keys any more");
        return None;
    }
    let more = "MaxStartups 100\nHostKeyAlgorithms ssh-dss,ssh-ed25519";
    let server = Sshd::start_with(host.path(), &[host.file("host_dsa")], &host.file("none"), more).unwrap();
    Some(Host { sandbox: host, server })
}

#[test]
fn a_dsa_key_is_shown_where_there_is_no_other() {
    needs!(SSHD, SSH_KEYGEN, SSH_KEYSCAN);
    if let Some(host) = dsa_host("a_dsa_key_is_shown_where_there_is_no_other") {
        assert_eq!(host.lines(), host.keyscan("-t dsa"));
        assert!(host.lines()[0].ends_with("(DSA)"));
    }
    let host = Host::start(&["ed25519"], "HostKeyAlgorithms ssh-ed25519,ssh-dss");
    assert_eq!(host.lines().len(), 1);
}

#[test]
fn a_host_with_only_certificates_shows_the_certified_keys() {
    needs!(SSHD, SSH_KEYGEN);
    for (key, algorithm) in [
        ("ed25519", "ssh-ed25519-cert-v01@openssh.com"),
        ("ecdsa384", "ecdsa-sha2-nistp384-cert-v01@openssh.com"),
        ("rsa2048", "rsa-sha2-512-cert-v01@openssh.com"),
        ("rsa2048", "rsa-sha2-256-cert-v01@openssh.com"),
        ("rsa2048", "ssh-rsa-cert-v01@openssh.com"),
    ] {
        let certificates = Sandbox::new();
        let public = certificates.write("key.pub", sample_keys().read(format!("{key}.pub")));
        let authority = sample_keys().file("ecdsa256");
        let _ = certificates
            .run("ssh-keygen", ["-q", "-h", "-I", "host", "-s", authority.to_str().unwrap(), public.to_str().unwrap()])
            .good();
        let certificate = certificates.file("key-cert.pub");
        let more = format!("HostCertificate {}\nHostKeyAlgorithms {algorithm}", certificate.display());
        let host = Host::start(&[key], &more);
        assert_eq!(host.lines(), sorted(&line_of(key, host.server.port)), "{algorithm}");
    }
}

#[test]
fn every_key_exchange_alone_leads_to_the_proof() {
    needs!(SSHD, SSH_KEYGEN);
    for exchange in [
        "curve25519-sha256",
        "curve25519-sha256@libssh.org",
        "ecdh-sha2-nistp256",
        "ecdh-sha2-nistp384",
        "ecdh-sha2-nistp521",
        "diffie-hellman-group14-sha256",
        "diffie-hellman-group16-sha512",
        "diffie-hellman-group18-sha512",
        "diffie-hellman-group-exchange-sha256",
        "diffie-hellman-group14-sha1",
    ] {
        let host = Host::start(&["ed25519"], &format!("KexAlgorithms {exchange}"));
        assert_eq!(host.lines(), sorted(&line_of("ed25519", host.server.port)), "{exchange}");
    }
}

#[test]
fn a_host_without_a_common_key_exchange_is_reported_with_its_offer() {
    needs!(SSHD, SSH_KEYGEN);
    let host = Host::start(&["ed25519"], "KexAlgorithms diffie-hellman-group1-sha1,diffie-hellman-group-exchange-sha1");
    let words = host.sandbox.run("hostfp", ["--connect", &host.name()]).fails(2);
    let message = "it has no key exchange that hostfp supports; it offers diffie-hellman-group1-sha1, diffie-hellman-group-exchange-sha1";
    assert!(words.contains(message), "{words}");
}

#[test]
fn a_host_that_allows_only_a_post_quantum_key_exchange_is_verified() {
    needs!(SSHD, SSH_KEYGEN);
    let host = Host::start(&["ed25519"], "KexAlgorithms sntrup761x25519-sha512@openssh.com");
    let outcome = host.sandbox.run("hostfp", ["--connect", "--json", &host.name()]);
    assert_eq!(outcome.stderr, "");
    let object: serde_json::Value = serde_json::from_str(&outcome.good()).unwrap();
    let fields = (&object["key_exchange"], &object["signature"], &object["post_quantum"]);
    assert_eq!(fields, (&"sntrup761x25519-sha512@openssh.com".into(), &"ssh-ed25519".into(), &true.into()));
    for at in [0, 500, 1038, 1039, 1070] {
        let words = tampered(&host, 31, move |[_, half, _]| half[at] ^= 1).fails(1);
        assert!(words.contains("the signature is wrong"), "{at}: {words}");
    }
}

/// A child process that is killed when the value is dropped.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn dropbear_shows_the_keys_that_it_printed_when_they_were_made() {
    needs!(DROPBEAR, SSH_KEYSCAN, SSH_KEYGEN);
    let sandbox = Sandbox::new();
    let mut arguments = vec!["-F".to_owned(), "-E".to_owned(), "-P".to_owned(), "pid".to_owned()];
    for (key_type, bits) in [("ed25519", "256"), ("ecdsa", "256"), ("rsa", "2048")] {
        let _ = sandbox.run("dropbearkey", ["-t", key_type, "-s", bits, "-f", key_type]).good();
        arguments.extend(["-r".to_owned(), key_type.to_owned()]);
    }
    let port = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port();
    arguments.extend(["-p".to_owned(), format!("127.0.0.1:{port}")]);
    let mut dropbear = sandbox.command("dropbear");
    let log = sandbox.file("log");
    dropbear.args(&arguments).stdin(Stdio::null()).stderr(File::create(&log).unwrap());
    let _server = Server(dropbear.spawn().unwrap());
    wait_for(|| fs::read_to_string(&log).unwrap().contains("Not backgrounding"));
    let host = format!("127.0.0.1:{port}");
    let lines = sorted(&sandbox.run("hostfp", ["--connect", &host]).good());
    assert_eq!(lines, sorted(&sandbox.shell(&format!("ssh-keyscan -p {port} 127.0.0.1 | ssh-keygen -lf -")).good()));
    assert_eq!(lines.len(), 3);
    let made = sandbox.shell("dropbearkey -y -f ed25519 | grep ^ssh- | hostfp -o -").good();
    assert!(lines.iter().any(|line| line.contains(made.trim_end())), "{lines:?}");
}

#[track_caller]
fn wait_for(done: impl Fn() -> bool) {
    for _ in 0..100 {
        if done() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("it did not start in five seconds");
}

#[test]
fn tinysshd_which_knows_little_is_understood() {
    needs!(TINYSSHD, SSH_KEYSCAN, SSH_KEYGEN);
    let sandbox = Sandbox::new();
    let _ = sandbox.run("tinysshd-makekey", ["keys"]).good();
    let (program, keys) = (peers::TINYSSHD.find().unwrap(), sandbox.file("keys"));
    let server = Listener::start(move |stream| {
        let (input, output) = (OwnedFd::from(stream.try_clone().unwrap()), OwnedFd::from(stream));
        let mut tinysshd = Command::new(&program);
        tinysshd.arg(&keys).stdin(input).stdout(output).stderr(Stdio::null());
        let _ = tinysshd.status();
    })
    .unwrap();
    let port = server.port;
    let lines = sandbox.run("hostfp", ["--connect", &format!("127.0.0.1:{port}")]).good();
    assert_eq!(lines, sandbox.shell(&format!("ssh-keyscan -p {port} -t ed25519 127.0.0.1 | ssh-keygen -lf -")).good());
    assert!(lines.ends_with("(ED25519)\n"), "{lines}");
}

/// AsyncSSH's server, with one host key and one key exchange; it prints its port.
const ASYNCSSH_SERVER: &str = "
import asyncio, asyncssh, sys
async def main():
    server = await asyncssh.listen('127.0.0.1', 0, server_host_keys=[sys.argv[1]], kex_algs=[sys.argv[2]])
    print(server.get_port(), flush=True)
    await asyncio.sleep(60)
asyncio.run(main())
";

#[test]
fn ml_kem_and_the_others_agree_with_asyncssh() {
    needs!(ASYNCSSH, SSH_KEYGEN);
    for (exchange, key) in [
        ("mlkem768x25519-sha256", "ed25519"),
        ("mlkem768x25519-sha256", "rsa2048"),
        ("curve25519-sha256", "ecdsa521"),
        ("diffie-hellman-group-exchange-sha256", "ecdsa256"),
    ] {
        let sandbox = Sandbox::new();
        let mut python = Command::new(peers::ASYNCSSH.find().unwrap());
        python.args(["-c", ASYNCSSH_SERVER]).arg(sample_keys().file(key)).arg(exchange);
        let mut server =
            Server(python.stdout(Stdio::piped()).stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
        let mut port = String::new();
        BufReader::new(server.0.stdout.take().unwrap()).read_line(&mut port).unwrap();
        let port: u16 = port.trim().parse().unwrap();
        let line = sandbox.run("hostfp", ["--connect", &format!("127.0.0.1:{port}")]).good();
        assert_eq!(line, line_of(key, port), "{exchange}");
    }
}

fn tampered(host: &Host, reply: u8, change: impl Fn(&mut Fields) + Send + Sync + 'static) -> support::Outcome {
    let middle = tamper::before(host.server.port, reply, change).unwrap();
    host.sandbox.run("hostfp", ["--connect", &format!("127.0.0.1:{}", middle.port)])
}

/// The message number of the reply: RFC 4419 has another one.
const REPLIES: [(&str, u8); 5] = [
    ("curve25519-sha256", 31),
    ("sntrup761x25519-sha512@openssh.com", 31),
    ("ecdh-sha2-nistp384", 31),
    ("diffie-hellman-group14-sha256", 31),
    ("diffie-hellman-group-exchange-sha256", 33),
];

#[test]
fn one_wrong_bit_in_a_signature_of_any_type_is_caught() {
    needs!(SSHD, SSH_KEYGEN);
    let mut hosts: Vec<Host> = HOST_KEYS.iter().map(|key| Host::start(&[key], "")).collect();
    hosts.push(Host::start(&["rsa2048"], "HostKeyAlgorithms rsa-sha2-256"));
    hosts.push(Host::start(&["rsa2048"], "HostKeyAlgorithms ssh-rsa"));
    hosts.extend(dsa_host("one_wrong_bit_in_a_signature_of_any_type_is_caught"));
    for host in &hosts {
        // The middle itself changes nothing.
        let line = tampered(host, 31, |_| ()).good();
        assert_eq!(line.lines().count(), 1);
        for part in [1, 2, 3] {
            let outcome = tampered(host, 31, move |[_, _, signature]| {
                let at = signature.len() * part / 3 - 1;
                signature[at] ^= 1;
            });
            assert_eq!(outcome.stdout, "");
            let words = outcome.fails(1);
            assert!(words.contains("but did not prove that it holds this key: the signature is wrong"), "{words}");
            assert!(words.contains("hint: do not connect"), "{words}");
        }
    }
}

#[test]
fn in_every_key_exchange_another_half_or_another_key_than_the_signed_one_is_caught() {
    needs!(SSHD, SSH_KEYGEN);
    let sandbox = Sandbox::new();
    let _ = sandbox.run("keygen", ["-q", "-N", "", "-f", "other"]).good();
    let other = sandbox.shell("cut -d' ' -f2 other.pub | base64 -d | od -An -v -tu1").good();
    let other: Vec<u8> = other.split_whitespace().map(|byte| byte.parse().unwrap()).collect();
    for (exchange, reply) in REPLIES {
        let host = Host::start(&["ed25519"], &format!("KexAlgorithms {exchange}"));
        let shown = other.clone();
        // An attacker who shows the expected key without holding its private half is refused.
        let middle = tamper::before(host.server.port, reply, move |fields| fields[0] = shown.clone()).unwrap();
        let name = format!("127.0.0.1:{}", middle.port);
        let expected = sandbox.file("other.pub");
        let outcome = host
            .sandbox
            .run("hostfp", ["--expect".as_ref(), expected.as_os_str(), "--connect".as_ref(), name.as_ref()]);
        assert_eq!(outcome.stdout, "");
        let words = outcome.fails(1);
        assert!(words.contains("did not prove that it holds this key"), "{exchange}: {words}");
        // A changed public value: another point, or none at all.
        let outcome = tampered(&host, reply, |[_, half, _]| *half.last_mut().unwrap() ^= 1);
        assert_eq!(outcome.stdout, "");
        assert!(matches!(outcome.status, Some(1 | 2)), "{exchange}: {outcome:?}");
    }
}

#[test]
fn a_key_of_another_type_than_was_agreed_on_is_refused() {
    needs!(SSHD, SSH_KEYGEN);
    let host = Host::start(&["ed25519"], "");
    let blob = sample_keys().shell("cut -d' ' -f2 rsa2048.pub | base64 -d | od -An -v -tu1").good();
    let blob: Vec<u8> = blob.split_whitespace().map(|byte| byte.parse().unwrap()).collect();
    let words = tampered(&host, 31, move |fields| fields[0] = blob.clone()).fails(2);
    assert!(words.contains("it showed a key of another type than was agreed on"), "{words}");
}

#[test]
fn a_host_is_connected_to_once_for_each_type_and_no_more() {
    needs!(SSHD, SSH_KEYGEN);
    let host = Host::start(&["rsa2048", "ed25519", "ecdsa256"], "");
    let middle = tamper::before(host.server.port, 31, |_| ()).unwrap();
    let name = format!("127.0.0.1:{}", middle.port);
    assert_eq!(host.sandbox.run("hostfp", ["--connect", &name]).good().lines().count(), 3);
    assert_eq!(middle.connections(), 3);
    for key in ["ed25519", "rsa2048", "ecdsa256"] {
        let before = middle.connections();
        let public = sample_keys().file(format!("{key}.pub"));
        let outcome =
            host.sandbox.run("hostfp", ["--expect".as_ref(), public.as_os_str(), "--connect".as_ref(), name.as_ref()]);
        assert_eq!(outcome.good().lines().count(), 1);
        assert_eq!(middle.connections(), before + 1, "{key}");
    }
}

/// An sshd on ::1 and 127.0.0.1, where this machine has ::1.
fn host_of_both_families(test: &str) -> Option<Host> {
    if let Err(error) = TcpListener::bind(("::1", 0)) {
        peers::skip(test, &format!("this machine has no ::1: {error}"));
        return None;
    }
    Some(Host::start(&["ed25519", "rsa2048"], "ListenAddress ::1"))
}

#[test]
fn hosts_are_asked_over_ipv6_as_over_ipv4() {
    needs!(SSHD, SSH_KEYGEN, SSH_KEYSCAN);
    let Some(host) = host_of_both_families("hosts_are_asked_over_ipv6_as_over_ipv4") else { return };
    let port = host.server.port;
    let run = |arguments: &[&str]| sorted(&host.sandbox.run("hostfp", ["--connect"].iter().chain(arguments)).good());
    let expected: Vec<String> = ["ed25519", "rsa2048"].map(|key| line_of(key, port).trim_end().to_owned()).to_vec();
    let expected = sorted(&expected.join("\n").replace("127.0.0.1", "::1"));
    assert_eq!(expected.len(), 2);
    let (named, digits) = (format!("[::1]:{port}"), port.to_string());
    for arguments in [&[named.as_str()][..], &["-p", &digits, "::1"], &["-6", &named], &["-p", &digits, "[::1]"]] {
        assert_eq!(run(arguments), expected, "{arguments:?}");
    }
    let keyscan = host.sandbox.shell(&format!("ssh-keyscan -p {port} ::1 | ssh-keygen -lf -")).good();
    assert_eq!(sorted(&keyscan), expected);
    for (option, address) in [("-4", &named), ("-6", &host.name())] {
        let words = host.sandbox.run("hostfp", ["--connect", option, address]).fails(2);
        assert!(words.contains("the name has no address: none of that family"), "{words}");
    }
}

#[test]
fn ssh_believes_what_known_hosts_says_of_an_ipv6_address() {
    needs!(SSHD, SSH_KEYGEN, SSH);
    let Some(host) = host_of_both_families("ssh_believes_what_known_hosts_says_of_an_ipv6_address") else { return };
    let port = host.server.port.to_string();
    let name = format!("[::1]:{port}");
    host.sandbox.write("fp", sample_keys().run("hostfp", ["ed25519.pub", "rsa2048.pub"]).good());
    let ssh = |more: &[&str]| {
        let fixed = ["-F", "none", "-p", &port, "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=yes"];
        let words = fixed.iter().chain(&["-o", "GlobalKnownHostsFile=none"]).chain(more).chain(&["::1"]);
        host.sandbox.run("ssh", words).fails(255)
    };
    for hash in [None, Some("--hash")] {
        let words = ["--expect", "fp", "--known-hosts", "known_hosts", "--connect", &name];
        assert_eq!(host.sandbox.run("hostfp", words.into_iter().chain(hash)).good(), "");
        let found = host.sandbox.run("ssh-keygen", ["-F", &name, "-f", "known_hosts"]).good();
        assert_eq!(found.matches(" found: ").count(), 2, "{found}");
        // No user can log in; but a client that is refused has accepted the host.
        let words = ssh(&["-o", "UserKnownHostsFile=known_hosts"]);
        assert!(words.contains("Permission denied"), "{words}");
        fs::remove_file(host.sandbox.file("known_hosts")).unwrap();
    }
    let hostfp = support::binaries::tool("hostfp").display().to_string();
    let bare = sample_keys().run("hostfp", ["-o", "rsa2048.pub"]).good();
    for expect in ["fp", bare.trim_end()] {
        let command = format!("KnownHostsCommand={hostfp} --expect {expect} --answer-ssh -p %p %I %H %t %K %f");
        let words = ssh(&["-o", "UserKnownHostsFile=none", "-o", &command]);
        assert!(words.contains("Permission denied"), "{words}");
    }
}
