//! Tests properties that hold for any order of keys and any format.

use std::collections::BTreeSet;

use serde_json::Value;
use support::{Sandbox, cases, needs};

use crate::checks::weak;
use crate::reading_formats::corpus;

/// The findings for each key, without `duplicate`, which only the second of two keys has.
fn findings(sandbox: &Sandbox, text: &str) -> BTreeSet<(String, String)> {
    let outcome = sandbox.run_with("keycheck", ["--json", "--skip", "duplicate"], text);
    let objects = outcome.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let mut found = BTreeSet::new();
    for object in objects {
        let fingerprint = object["fingerprint"].as_str().unwrap_or_default().to_owned();
        for finding in object["findings"].as_array().into_iter().flatten() {
            found.insert((fingerprint.clone(), finding["check"].as_str().unwrap().to_owned()));
        }
    }
    found
}

/// Random integers below a bound, the same for each seed (D. Knuth's MMIX generator).
pub(crate) fn random(mut state: usize) -> impl FnMut(usize) -> usize {
    move |below| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % below
    }
}

#[test]
fn the_order_of_keys_changes_no_finding() {
    needs!(PYTHON);
    let weak = weak();
    let text: String = weak.names().iter().filter(|name| name.ends_with(".pub")).map(|name| weak.read(name)).collect();
    let mut lines: Vec<&str> = text.lines().collect();
    let found = findings(weak, &text);
    assert!(found.len() > lines.len(), "{found:?}");
    let mut random = random(1);
    for _ in 0..2 {
        for at in (1..lines.len()).rev() {
            lines.swap(at, random(at + 1));
        }
        assert_eq!(findings(weak, &(lines.join("\n") + "\n")), found);
    }
}

/// Findings of the policy and weaknesses belong to the key; those of its format, its file and its protection do not.
#[test]
fn a_verdict_on_the_key_does_not_depend_on_its_form() {
    needs!(SSH_KEYGEN, OPENSSL, PUTTYGEN);
    const OF_THE_KEY: [&str; 6] = ["type-", "rsa-", "roca", "ed25519-", "ecdsa-", "known-"];
    let corpus = corpus();
    let of_key = |name: &str| -> BTreeSet<String> {
        let found = findings(&corpus, &corpus.read(name));
        let checks = found.into_iter().map(|(_, check)| check);
        checks.filter(|check| OF_THE_KEY.iter().any(|start| check.starts_with(start))).collect()
    };
    let mut compared = 0;
    for (number, name) in corpus.names().into_iter().enumerate() {
        let Some((key, form)) = name.split_once('.').filter(|_| cases::is_tried(number)) else { continue };
        // A certificate is another type; a file that is encrypted as a whole shows no key here.
        if form == "pub" || form.contains("certificate") || corpus.run("pubfp", [&name]).status != Some(0) {
            continue;
        }
        assert_eq!(of_key(&name), of_key(&format!("{key}.pub")), "{name}");
        compared += 1;
    }
    assert!(compared > cases::share(80), "{compared}");
}

/// A private key that was converted through every format, plain and encrypted, in any order, is the same to the bit.
#[test]
fn a_key_stays_the_same_through_every_form_in_any_order() {
    needs!(BASH);
    const FORMS: [&str; 5] = ["OpenSSH", "PKCS8", "PEM", "PPK", "PPK2"];
    let mut random = random(7);
    for kind in ["rsa -b 2048", "ed25519", "ecdsa -b 256", "ecdsa -b 384", "ecdsa -b 521"] {
        let sandbox = Sandbox::new();
        let make = format!("keygen -q -t {kind} -m PKCS8 -f id -N '' -C 'a comment'");
        let _ = sandbox.shell(&make).good();
        // PKCS #8 has no random bytes, so equal files mean equal private keys. Some formats lose the comment.
        let (private, public) = (sandbox.read("id"), sandbox.read("id.pub"));
        let key = |line: &str| line.split_whitespace().take(2).map(str::to_owned).collect::<Vec<_>>();
        let mut passphrase = String::new();
        let mut written = BTreeSet::new();
        let all = 2 * FORMS.len() - if kind == "ed25519" { 2 } else { 0 };
        while written.len() < cases::share(all) {
            let form = FORMS[random(FORMS.len())];
            let new = [String::new(), "correct horse \u{e4}\t".to_owned()][random(2)].clone();
            if kind == "ed25519" && form == "PEM" {
                continue;
            }
            let what = format!("{kind} {form} '{passphrase}' '{new}'");
            let change = ["-q", "-p", "-m", form, "-P", &passphrase, "-N", &new, "-f", "id"];
            assert_eq!(sandbox.run("keygen", change).status, Some(0), "{what}");
            passphrase = new;
            written.insert((form, passphrase.clone()));
            let shown = sandbox.run("keygen", ["-y", "-P", &passphrase, "-f", "id"]).good();
            assert_eq!(key(&shown), key(&public), "{what}");
        }
        let change = ["-q", "-p", "-m", "PKCS8", "-P", &passphrase, "-N", "", "-f", "id"];
        assert_eq!(sandbox.run("keygen", change).status, Some(0));
        assert_eq!(sandbox.read("id"), private, "{kind}");
        assert_eq!(sandbox.read("id.pub"), public, "{kind}");
    }
}
