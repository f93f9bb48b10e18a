//! Tests hostfp with a host of our own, which runs on any system, without OpenSSH.

use common::key::PublicKey;
use common::keyfile::codec::public_line;
use ed25519_dalek::SigningKey;
use support::{Listener, Sandbox, ssh_host, tamper};

/// A host with a key, and the key's line in `host.pub`.
fn host(sandbox: &Sandbox) -> Listener {
    let seed = [0x5d; 32];
    let key = PublicKey::ed25519(SigningKey::from_bytes(&seed).verifying_key().as_bytes()).unwrap();
    sandbox.write("host.pub", public_line::write(&key, "root@vm"));
    ssh_host::start(seed).unwrap()
}

#[test]
fn a_host_that_proves_to_hold_the_expected_key_is_added_to_known_hosts() {
    let sandbox = Sandbox::new();
    let host = host(&sandbox);
    let name = format!("127.0.0.1:{}", host.port);
    let hash = sandbox.run("pubfp", ["-o", "host.pub"]).good();
    assert_eq!(sandbox.run("hostfp", ["-o", "--connect", &name]).good(), hash);
    let expecting = ["--expect", "host.pub", "--known-hosts", "known_hosts", "--connect", &name];
    let outcome = sandbox.run("hostfp", expecting);
    assert!(outcome.stderr.contains("this is your VM"), "{outcome:?}");
    let _ = outcome.good();
    let key = sandbox.read("host.pub");
    let line = format!("[127.0.0.1]:{} {}\n", host.port, key.trim_end().trim_end_matches(" root@vm"));
    assert_eq!(sandbox.read("known_hosts"), line);
}

#[test]
fn a_host_with_another_key_than_the_expected_one_is_refused_and_added_nowhere() {
    let sandbox = Sandbox::new();
    let host = host(&sandbox);
    let _ = sandbox.run("keygen", ["-q", "-N", "", "-f", "other"]).good();
    let name = format!("127.0.0.1:{}", host.port);
    let expecting = ["--expect", "other.pub", "--known-hosts", "known_hosts", "--connect", &name];
    let words = sandbox.run("hostfp", expecting).fails(1);
    assert!(words.contains("this is not your VM"), "{words}");
    assert!(!sandbox.file("known_hosts").exists());
}

#[test]
fn a_host_whose_signature_has_a_wrong_bit_is_refused() {
    let sandbox = Sandbox::new();
    let host = host(&sandbox);
    let middle = tamper::before(host.port, 31, |[_, _, signature]| *signature.last_mut().unwrap() ^= 1).unwrap();
    let outcome = sandbox.run("hostfp", ["--connect", &format!("127.0.0.1:{}", middle.port)]);
    assert_eq!(outcome.stdout, "");
    let words = outcome.fails(1);
    assert!(words.contains("did not prove"), "{words}");
}
