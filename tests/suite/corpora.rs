//! Tests lists of keys that are split over many runs: together they find the same as one run.

use std::collections::BTreeSet;

use serde_json::Value;
use support::{Sandbox, needs};

use crate::checks::weak;

/// A finding that concerns other keys: place, check, and the others' places.
type Row = (String, String, Vec<String>);

fn place(value: &Value) -> String {
    format!("{}:{}", value["file"].as_str().unwrap(), value["line"])
}

/// The findings of JSON Lines that concern other keys.
fn rows(json: &str) -> BTreeSet<Row> {
    let objects = json.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    objects
        .flat_map(|object| {
            let findings = object["findings"].as_array().cloned().unwrap_or_default();
            findings.into_iter().map(move |finding| (place(&object), finding))
        })
        .filter_map(|(here, finding)| {
            let others = finding.get("with")?.as_array().unwrap().iter().map(place).collect();
            Some((here, finding["check"].as_str().unwrap().to_owned(), others))
        })
        .collect()
}

fn row(here: &str, check: &str, others: &[&str]) -> Row {
    (format!("{here}.pub:1"), check.to_owned(), others.iter().map(|other| format!("{other}.pub:1")).collect())
}

/// A folder with the weak keys, and the product of each part, which is a list of their names.
fn parts(parts: &[&[&str]]) -> Sandbox {
    let sandbox = Sandbox::new();
    for (number, names) in parts.iter().enumerate() {
        let files: Vec<String> = names.iter().map(|name| format!("{name}.pub")).collect();
        for file in &files {
            sandbox.write(file, weak().read(file));
        }
        let words = ["-q", "--emit-product"].map(str::to_owned).into_iter().chain([format!("{number}.product")]);
        let outcome = sandbox.run("keycheck", words.chain(files));
        assert!(outcome.status.is_some_and(|status| status < 2), "{outcome:?}");
    }
    sandbox
}

/// The findings for each pair of these products, each in a run of its own.
fn squared(sandbox: &Sandbox, count: usize) -> BTreeSet<Row> {
    let pairs = (0..count).flat_map(|a| (0..count).map(move |b| (a, b))).filter(|(a, b)| a != b);
    pairs
        .flat_map(|(a, b)| {
            let words = ["--json".to_owned(), format!("{a}.product"), format!("--against={b}.product")];
            let outcome = sandbox.run("keycheck", words);
            assert_eq!((outcome.status.is_some_and(|status| status < 2), &*outcome.stderr), (true, ""), "{outcome:?}");
            rows(&outcome.stdout)
        })
        .collect()
}

#[test]
fn primes_that_keys_of_different_parts_share_are_found_with_both_places() {
    needs!(PYTHON);
    // p and q, p and r, q and r: no single divisor is a prime.
    let (pq, pr, qr) = ("sound", "rsa-shared-prime-1", "rsa-shared-prime-2");
    let all = ["duplicate", pq, "blocklisted", pr, qr, "rsa-unusual-exponent", "ed25519-off-curve"];
    let split = parts(&[&[all[0], all[2]], &[pq, "ed25519-off-curve"], &[pr], &[qr, "rsa-unusual-exponent"], &[]]);
    let shared = "rsa-shared-prime";
    let modulus = "rsa-shared-modulus";
    let e = "rsa-unusual-exponent";
    let expected = [
        row(pq, "duplicate", &["duplicate"]),
        row("duplicate", "duplicate", &[pq]),
        row(pq, modulus, &[e]),
        row("duplicate", modulus, &[e]),
        row(e, modulus, &[pq]),
        row(e, modulus, &["duplicate"]),
        row(pq, shared, &[pr]),
        row(pq, shared, &[qr]),
        row("duplicate", shared, &[pr]),
        row("duplicate", shared, &[qr]),
        row(pr, shared, &[pq]),
        row(pr, shared, &["duplicate"]),
        row(pr, shared, &[qr, e]),
        row(qr, shared, &[pr]),
        row(qr, shared, &[pq]),
        row(qr, shared, &["duplicate"]),
        row(e, shared, &[pr]),
    ];
    let found = squared(&split, 5);
    assert_eq!(found, expected.into_iter().collect());
}

#[test]
fn new_keys_are_compared_with_each_other_and_with_products_and_their_verdict_follows() {
    needs!(PYTHON);
    let (pq, pr, qr) = ("sound.pub", "rsa-shared-prime-1.pub", "rsa-shared-prime-2.pub");
    let split = parts(&[&["sound"], &["rsa-shared-prime-1"], &["rsa-shared-prime-2", "rsa-too-short"]]);
    let outcome = split.run("keycheck", ["--against", "0.product", pr, qr, "--against", "1.product"]);
    assert_eq!(outcome.status, Some(1));
    let among = "error: rsa-shared-prime: shares a prime with";
    let late = [
        format!("{pr}:1: {among} {qr}:1"),
        format!("{pr}:1: {among} {pq}:1 (0.product)"),
        // The key is in the product itself.
        format!("{pr}:1: fail: "),
        format!("{qr}:1: {among} {pr}:1"),
        format!("{qr}:1: {among} {pq}:1 (0.product)"),
        format!("{qr}:1: {among} {pr}:1 (1.product)"),
    ];
    for line in &late {
        assert!(outcome.stdout.lines().any(|printed| printed.starts_with(line)), "{line}\n{}", outcome.stdout);
    }
    assert_eq!(outcome.stdout.matches("rsa-shared-prime:").count(), late.len() - 1, "{}", outcome.stdout);
    // A key that is in the product already does not fail for it, and one that failed still fails.
    let again = split.run("keycheck", ["-q", "--json", "--against=2.product", pq, "rsa-too-short.pub"]);
    assert_eq!(again.stdout.matches("\"late\":true").count(), 1, "{again:?}");
    split.write("same.pub", split.read("rsa-too-short.pub"));
    let same = split.run("keycheck", ["--json", "--against=2.product", "same.pub"]);
    let lines: Vec<Value> = same.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((lines.len(), &lines[1]["verdict"]), (2, &"fail".into()), "{same:?}");
    assert_eq!(lines[1]["findings"][0]["check"], "duplicate");
    assert_eq!(lines[1]["findings"][0]["with"][0]["fingerprint"], lines[1]["fingerprint"]);
    split.write("sound-again.pub", split.read(pq));
    let note = split.run("keycheck", ["--against=0.product", "sound-again.pub"]).good();
    assert!(note.ends_with("note: duplicate: the same key as sound.pub:1 (0.product)\n"), "{note}");
    assert_eq!(split.run("keycheck", ["--against=0.product", "0.product"]).good(), "");
    let filter = split.run("keycheck", ["-q", "--filter", "--against=0.product", pr, "ed25519.pub"]);
    // A key that fails decides the status, not the missing file.
    assert_eq!((filter.status, &*filter.stdout), (Some(1), ""), "{filter:?}");
}

#[test]
fn a_copy_of_a_key_that_shares_a_prime_fails_as_well() {
    needs!(PYTHON);
    let sandbox = Sandbox::new();
    for name in ["sound.pub", "duplicate.pub", "rsa-shared-prime-1.pub"] {
        sandbox.write(name, weak().read(name));
    }
    let outcome = sandbox.run("keycheck", ["--filter", "sound.pub", "duplicate.pub", "rsa-shared-prime-1.pub"]);
    assert_eq!((outcome.status, &*outcome.stdout), (Some(1), ""), "{outcome:?}");
    let line = "duplicate.pub:1: error: rsa-shared-prime: shares a prime with rsa-shared-prime-1.pub:1\n";
    assert!(outcome.stderr.contains(line), "{outcome:?}");
    let twice = sandbox.run("keycheck", ["--skip", "duplicate", "sound.pub", "duplicate.pub"]).good();
    assert!(!twice.contains("rsa-shared-modulus"), "{twice}");
}

#[test]
fn a_damaged_product_is_refused_and_other_findings_are_reported() {
    needs!(PYTHON);
    let split = parts(&[&["sound", "rsa-unusual-exponent"], &["rsa-shared-prime-1"]]);
    let run = |product: &str| {
        split.run("keycheck", ["-q", "--against", product, "--against=0.product", "rsa-shared-prime-1.pub"])
    };
    let whole = std::fs::read(split.file("0.product")).unwrap();
    for cut in (0..whole.len()).step_by(97) {
        split.write("bad.product", &whole[..cut]);
        let words = run("bad.product").fails(2);
        let why =
            if cut < 33 { "is not a product of moduli" } else { "is damaged: its length is not the one in its header" };
        assert!(words.starts_with(&format!("keycheck: bad.product: {why}\n")), "{cut}: {words}");
    }
    for place in (0..whole.len()).step_by(7) {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x10;
        split.write("bad.product", bytes);
        let outcome = run("bad.product");
        assert!(outcome.stderr.starts_with("keycheck: bad.product: is "), "{place}: {outcome:?}");
        // Damage after the header shows when all is read; by then the findings of the other product are reported.
        let is_reported = outcome.stdout.contains("shares a prime with sound.pub:1 (0.product)");
        assert_eq!(outcome.status, Some(if is_reported { 1 } else { 2 }), "{place}: {outcome:?}");
        assert_eq!(is_reported, place >= 33, "{place}: {outcome:?}");
    }
    let mut newer = whole;
    newer[15] = b'2';
    split.write("bad.product", newer);
    assert!(run("bad.product").fails(2).contains("is a product of another version"));
    assert!(run("sound.pub").fails(2).contains("sound.pub: is not a product of moduli"));
    let mixed = split.run("keycheck", ["--against=0.product", "1.product", "sound.pub"]).fails(2);
    assert!(mixed.contains("1.product is a product and sound.pub is not"), "{mixed}");
    let skipped = split.run("keycheck", ["--against=0.product", "--skip=rsa-shared-prime", "sound.pub"]).fails(2);
    assert!(skipped.contains("--against looks for rsa-shared-prime"), "{skipped}");
}

#[test]
fn a_product_is_of_all_keys_or_is_not_written() {
    needs!(PYTHON);
    let split = parts(&[&["sound"]]);
    let before = std::fs::read(split.file("0.product")).unwrap();
    let names = split.names();
    let unread = split.run("keycheck", ["-q", "--emit-product=0.product", "sound.pub", "missing.pub"]).fails(2);
    assert!(unread.contains("0.product: no product was written, since not all input could be read"), "{unread}");
    let nowhere = split.run("keycheck", ["--emit-product=nowhere/0.product", "sound.pub"]).fails(2);
    assert!(nowhere.contains("nowhere/0.product: cannot write: no such file or directory"), "{nowhere}");
    assert_eq!((std::fs::read(split.file("0.product")).unwrap(), split.names()), (before.clone(), names));
    // The same keys give the same bytes; a line without a key does not count.
    split.write("sound.pub", split.read("sound.pub") + "nothing\n");
    let lacking = split.run("keycheck", ["-q", "--emit-product=1.product", "sound.pub"]);
    assert_eq!((lacking.status, std::fs::read(split.file("1.product")).unwrap()), (Some(1), before));
}
