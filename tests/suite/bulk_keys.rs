//! Tests many keys of keygen, ssh-keygen and OpenSSL: all are distinct, and keycheck finds nothing in them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use common::keyfile::codec::public_line;
use keygen::generate::{Recipe, Type};
use support::{Sandbox, needs};

fn are_distinct_and_pass(recipe: &Recipe, count: usize) {
    let mut lines = BTreeSet::new();
    for _ in 0..count {
        let _ = lines.insert(public_line::write(&recipe.generate().unwrap().public, ""));
    }
    assert_eq!(lines.len(), count, "two keys are the same");
    let all = lines.iter().fold(String::new(), |mut all, line| {
        let _ = write!(all, "{line}");
        all
    });
    let sandbox = Sandbox::new();
    assert_eq!(findings(&sandbox.run_with("keycheck", ["--json"], all).good()), vec![Vec::<String>::new(); count]);
}

/// The names of the findings for each key.
fn findings(json: &str) -> Vec<Vec<String>> {
    let name = |finding: &serde_json::Value| finding["check"].as_str().unwrap().to_owned();
    json.lines()
        .map(|line| {
            let object: serde_json::Value = serde_json::from_str(line).unwrap();
            object["findings"].as_array().unwrap().iter().map(name).collect()
        })
        .collect()
}

#[test]
fn ten_thousand_ed25519_keys_are_distinct_and_pass() {
    are_distinct_and_pass(&Recipe::new(Type::Ed25519, None).unwrap(), 10_000);
}

#[test]
#[ignore = "takes long: cargo xtask test --all"]
fn a_thousand_rsa_keys_are_distinct_and_pass() {
    are_distinct_and_pass(&Recipe::new(Type::Rsa, Some(2048)).unwrap(), 1000);
}

/// One process makes one key, so these are fewer: 1000 Ed25519 and 60 RSA keys of each program.
#[test]
#[ignore = "takes long: cargo xtask test --all"]
fn keys_of_ssh_keygen_and_openssl_raise_no_finding() {
    needs!(SSH_KEYGEN, OPENSSL);
    let sandbox = Sandbox::new();
    let _ = sandbox
        .shell(
            "seq 1000 | xargs -P 2 -I @ ssh-keygen -q -t ed25519 -N '' -f a@
             seq 60 | xargs -P 2 -I @ ssh-keygen -q -t rsa -b 2048 -N '' -f b@
             seq 1000 | xargs -P 2 -I @ openssl genpkey -algorithm ed25519 -out c@
             seq 60 | xargs -P 2 -I @ openssl genpkey -quiet -algorithm rsa -pkeyopt rsa_keygen_bits:2048 -out d@",
        )
        .good();
    let public = findings(&sandbox.shell("cat *.pub | keycheck --json").good());
    assert_eq!(public, vec![Vec::<String>::new(); 1060]);
    // OpenSSL's are private keys, and OpenSSH does not read its Ed25519 format; there are no other findings.
    for (files, count, said) in [("c*", 1000, &["unencrypted", "pkcs8-ed25519"][..]), ("d*", 60, &["unencrypted"])] {
        let private = findings(&sandbox.shell(&format!("cat {files} | keycheck --json")).good());
        assert_eq!(private, vec![said.to_vec(); count]);
    }
}
