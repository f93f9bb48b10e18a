//! Tests keycheck's search for weak keys, on keys that a script makes with every weakness, and on strong ones.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use common::cli::Options as _;
use support::{Sandbox, binaries, needs};

/// The keys of `tests/fixtures/weak_keys.py`.
pub(crate) fn weak() -> &'static Sandbox {
    static WEAK: OnceLock<Sandbox> = OnceLock::new();
    WEAK.get_or_init(|| {
        let sandbox = Sandbox::new();
        let script = binaries::root().join("tests/fixtures/weak_keys.py");
        let _ = sandbox.run("python3", [script.as_os_str(), sandbox.path().as_os_str()]).good();
        sandbox
    })
}

/// The names of the findings for one file, checked alone.
fn found(arguments: &[&str]) -> Vec<String> {
    let outcome = weak().run("keycheck", [&["--json"], arguments].concat());
    assert!(outcome.status.is_some_and(|status| status < 2), "{outcome:?}");
    outcome
        .stdout
        .lines()
        .flat_map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap()["findings"].as_array().cloned().unwrap_or_default()
        })
        .map(|finding| finding["check"].as_str().unwrap().to_owned())
        .collect()
}

/// The check that a file belongs to: the file's name without the number at its end.
fn check_of(name: &str) -> Option<&'static str> {
    keycheck::registry::ALL
        .iter()
        .map(|check| check.name)
        .filter(|check| name.starts_with(check))
        .max_by_key(|c| c.len())
}

#[test]
fn every_weakness_of_a_single_key_is_found_by_its_name() {
    needs!(PYTHON);
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for file in weak().names().iter().filter(|name| name.ends_with(".pub")) {
        let deep = if file.ends_with("-deep.pub") { &["--deep"][..] } else { &[] };
        let lists = ["--blocklist", "blocklist.dat", "--blocklist", "blacklist.RSA-2048", "--primes", "primes2048.dat"];
        let findings = found(&[deep, &lists, &["--fermat-rounds", "1000000", file]].concat());
        let Some(check) = check_of(file) else {
            assert_eq!((file.as_str(), findings), ("sound.pub", vec![]));
            continue;
        };
        *seen.entry(check).or_default() += 1;
        if !["rsa-shared-prime", "rsa-shared-modulus", "rsa-common-divisor", "duplicate"].contains(&check) {
            assert!(findings.iter().any(|finding| finding == check), "{file}: {findings:?}");
        }
    }
    // Private keys, refused types and encodings have tests of their own.
    let elsewhere = [
        "type-refused",
        "private-key",
        "readable-by-others",
        "unencrypted",
        "public-file-differs",
        "byte-order-mark",
        "utf-16",
        "wrapped",
        "type-missing",
        "among-other-text",
        "access-not-seen",
        "another-key",
        "block-layout",
        "carriage-returns",
        "cert-authority",
        "host-names",
        "no-final-newline",
        "comment-left-out",
        "encoded",
        "expired",
        "false-label",
        "new-type",
        "newlines-lost",
        "not-opened",
        "not-plain",
        "options",
        "options-after-key",
        "passphrase-encoding",
        "pem",
        "pkcs8-ed25519",
        "private-numbers-disagree",
        "public-half",
        "revoked",
        "rfc-4716",
        "rsa-exponent-refused",
        "rsa-size-not-listed",
        "rsa-size-refused",
        "rsa-weak-size",
        "several-keys",
        "ppk",
        "ssh-com",
        "trailing-data",
        "type-false",
        "user-name",
        "weak-protection",
    ];
    for check in keycheck::registry::ALL.iter().filter(|check| !elsewhere.contains(&check.name)) {
        assert!(seen.contains_key(check.name), "no key with {}", check.name);
    }
}

#[test]
fn close_primes_are_found_as_far_as_the_rounds_go() {
    needs!(PYTHON);
    for (file, rounds, is_found) in [
        ("rsa-close-primes-2.pub", None, true),
        ("rsa-close-primes-2.pub", Some("100"), false),
        ("rsa-close-primes-3.pub", None, false),
        ("rsa-close-primes-3.pub", Some("1000000"), true),
    ] {
        let rounds: Vec<&str> = rounds.map(|rounds| ["--fermat-rounds", rounds]).into_iter().flatten().collect();
        let findings = found(&[&rounds[..], &[file]].concat());
        assert_eq!(findings == ["rsa-close-primes"], is_found, "{file} {rounds:?}: {findings:?}");
    }
}

#[test]
fn small_factors_are_found_as_far_as_is_asked() {
    needs!(PYTHON);
    for (file, to, is_found) in [
        ("rsa-small-factor-3.pub", Some("65537"), true),
        ("rsa-small-factor-4.pub", Some("65537"), false),
        ("rsa-small-factor-5.pub", Some("999982"), false),
        ("rsa-small-factor-5.pub", None, true),
    ] {
        let to: Vec<&str> = to.map(|to| ["--factors-to", to]).into_iter().flatten().collect();
        let findings = found(&[&to[..], &[file]].concat());
        assert_eq!(findings == ["rsa-small-factor"], is_found, "{file} {to:?}: {findings:?}");
    }
    let words = weak().run("keycheck", ["--factors-to", "1000001", "sound.pub"]).fails(2);
    assert!(words.contains("'1000001' is not a number up to 1000000"), "{words}");
}

/// Keys that are checked together change neither each other's findings nor their order.
#[test]
fn many_weak_keys_in_one_list_have_the_findings_of_each_alone() {
    needs!(PYTHON);
    let cross_key = "rsa-shared-prime,rsa-shared-modulus,duplicate";
    let files: Vec<String> = weak().names().into_iter().filter(|name| name.ends_with(".pub")).collect();
    let mut alone = String::new();
    let mut list = String::new();
    for file in &files {
        alone += &weak().run("keycheck", ["--skip", cross_key, file]).stdout.replace(&format!("{file}:1:"), "(stdin):");
        list += &weak().read(file);
    }
    let times = 20;
    let outcome = weak().run_with("keycheck", ["--skip", cross_key], list.repeat(times));
    let places = (1..=files.len() * times).map(|line| format!("(stdin):{line}:"));
    let mut lines: Vec<&str> = Vec::new();
    let mut place = String::new();
    let mut next = places.into_iter();
    for line in outcome.stdout.lines() {
        if !line.starts_with(&place) || place.is_empty() || line.contains(": ok: ") || line.contains(": fail: ") {
            place = next.next().unwrap();
        }
        lines.push(line.strip_prefix(place.as_str()).unwrap());
    }
    assert!(next.next().is_none());
    let alone: Vec<&str> = alone.lines().map(|line| line.strip_prefix("(stdin):").unwrap()).collect();
    assert_eq!(lines.len(), alone.len() * times);
    for (together, alone) in lines.iter().zip(alone.iter().cycle()) {
        assert_eq!(together, alone);
    }
}

#[test]
fn a_key_that_was_printed_ok_gets_a_later_verdict_that_says_fail() {
    needs!(PYTHON);
    let files = ["sound.pub", "rsa-shared-prime-1.pub"];
    let outcome = weak().run("keycheck", files);
    assert_eq!(outcome.status, Some(1));
    let of_sound: Vec<&str> = outcome.stdout.lines().filter(|line| line.starts_with("sound.pub:1: ")).collect();
    let [first, second, finding] = of_sound.as_slice() else { panic!("{outcome:?}") };
    assert!(first.starts_with("sound.pub:1: ok: ssh-rsa 2048 SHA256:"), "{first}");
    // The same key, without its comment.
    assert_eq!(format!("{second} sound"), first.replace(": ok: ", ": fail: "));
    assert_eq!(*finding, "sound.pub:1: error: rsa-shared-prime: shares a prime with rsa-shared-prime-1.pub:1");
    let quiet = weak().run("keycheck", [&["-q"], &files[..]].concat());
    assert!(quiet.stdout.starts_with("sound.pub:1: fail: ") && quiet.stdout.lines().count() == 4, "{quiet:?}");
    let json = weak().run("keycheck", [&["--json"], &files[..]].concat());
    let mut objects: Vec<serde_json::Value> =
        json.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let totals = objects.pop().unwrap();
    assert_eq!(
        (totals["schema"].as_u64(), totals["keys"].as_u64(), totals["failed"].as_u64()),
        (Some(1), Some(2), Some(2))
    );
    let verdicts: Vec<_> =
        objects.iter().map(|object| (object["late"].as_bool(), object["verdict"].as_str())).collect();
    let (first, late) = ((None, Some("ok")), (Some(true), Some("fail")));
    assert_eq!(verdicts, [first, first, late, late]);
    for field in ["file", "line", "type", "bits", "fingerprint"] {
        assert_eq!(objects[0][field], objects[2][field], "{field}");
    }
}

#[test]
fn shared_primes_are_reported_with_both_places() {
    needs!(PYTHON);
    let files =
        ["sound.pub", "duplicate.pub", "rsa-shared-prime-1.pub", "rsa-shared-prime-2.pub", "rsa-shared-modulus.pub"];
    let outcome = weak().run("keycheck", files);
    assert_eq!(outcome.status, Some(1));
    for line in [
        "duplicate.pub:1: note: duplicate: the same key as sound.pub:1",
        "sound.pub:1: error: rsa-shared-prime: shares its primes with rsa-shared-prime-1.pub:1 and \
         rsa-shared-prime-2.pub:1",
        "rsa-shared-prime-1.pub:1: error: rsa-shared-prime: shares its primes with sound.pub:1 and \
         rsa-shared-prime-2.pub:1",
        "rsa-shared-modulus.pub:1: error: rsa-shared-modulus: the same modulus as sound.pub:1",
    ] {
        assert!(outcome.stdout.lines().any(|printed| printed == line), "{line}\n{}", outcome.stdout);
    }
    let left_out = weak().run("keycheck", [&["--skip", "rsa-shared-prime,duplicate"], &files[..]].concat());
    assert_eq!((left_out.status, left_out.stdout.contains("error")), (Some(0), false), "{left_out:?}");
}

#[test]
fn a_common_divisor_of_moduli_less_one_is_found_with_both_places() {
    needs!(PYTHON);
    let files = ["rsa-common-divisor-1.pub", "sound.pub", "rsa-common-divisor-2.pub"];
    let outcome = weak().run("keycheck", files);
    assert_eq!(outcome.status, Some(1));
    for (file, other) in [(files[0], files[2]), (files[2], files[0])] {
        let start = format!("{file}:1: error: rsa-common-divisor: the modulus minus one has a divisor of ");
        let end = format!(" bits in common with that of {other}:1");
        let is_it = |line: &str| line.starts_with(&start) && line.ends_with(&end);
        assert_eq!(outcome.stdout.lines().filter(|line| is_it(line)).count(), 1, "{}", outcome.stdout);
    }
    assert!(!outcome.stdout.contains("sound.pub:1: fail"), "{}", outcome.stdout);
    let skipped = weak().run("keycheck", [&["--skip", "rsa-common-divisor"], &files[..]].concat());
    assert!(!skipped.stdout.contains("rsa-common-divisor:"), "{}", skipped.stdout);
}

/// Slow checks run only on request.
#[test]
fn slow_checks_are_those_of_deep() {
    needs!(PYTHON);
    for (file, check) in [("rsa-keypair-deep.pub", "rsa-keypair"), ("rsa-smooth-prime-deep.pub", "rsa-smooth-prime")] {
        let is_found = |arguments: &[&str]| found(arguments).iter().any(|found| found == check);
        assert!(!is_found(&[file]) && is_found(&["--deep", file]), "{file}");
        assert!(!is_found(&["--deep", "--skip", check, file]), "{file}");
    }
}

#[test]
fn sound_keys_of_the_real_programs_raise_no_finding() {
    needs!(SSH_KEYGEN, OPENSSL);
    let sandbox = Sandbox::new();
    let _ = sandbox
        .shell(
            "for i in 1 2 3 4 5 6 7 8; do
                 ssh-keygen -q -t rsa -b 2048 -N '' -f a$i && ssh-keygen -q -t ed25519 -N '' -f b$i
                 openssl genrsa 2048 2>/dev/null | openssl rsa -pubout -out c$i.pem 2>/dev/null
                 ssh-keygen -i -m PKCS8 -f c$i.pem > c$i.pub
                 keygen -q -t rsa -b 3072 -N '' -f d$i
             done",
        )
        .good();
    let verdicts = sandbox.shell("keycheck --strict *.pub").good();
    assert_eq!(verdicts.lines().count(), 32, "{verdicts}");
    assert!(verdicts.lines().all(|line| line.contains(": ok: ")), "{verdicts}");
}

#[test]
fn a_private_key_readable_by_others_fails_and_a_wrong_public_file_is_reported() {
    needs!(SSH_KEYGEN);
    let sandbox = Sandbox::new();
    let _ = sandbox.shell("ssh-keygen -q -t ed25519 -N '' -f a; ssh-keygen -q -t ed25519 -N '' -f b").good();
    let good = sandbox.run("keycheck", ["a"]).good();
    assert!(!good.contains("public-file-differs") && !good.contains("readable-by-others"), "{good}");
    let _ = sandbox.shell("cp b.pub a.pub").good();
    let words = sandbox.run("keycheck", ["a"]).good();
    assert!(
        words.contains("a:1: warning: public-file-differs: the public key beside it is another one, SHA256:"),
        "{words}"
    );
    if cfg!(unix) {
        let outcome = sandbox.shell("chmod 640 b && keycheck b");
        assert!(outcome.stdout.contains("b:1: error: readable-by-others: the file's mode is 0640"), "{outcome:?}");
        assert_eq!(outcome.status, Some(1));
    }
}

#[test]
fn every_finding_is_explained() {
    let sandbox = Sandbox::new();
    for check in keycheck::registry::ALL {
        let text = sandbox.run("keycheck", ["--explain", check.name]).good();
        for part in [check.name, check.severity.name(), check.what, check.why, check.remedy, check.source] {
            assert!(text.contains(part), "{text}");
        }
    }
    let words = sandbox.run("keycheck", ["--explain", "nothing"]).fails(2);
    assert!(
        words.contains("there is no check 'nothing'") && words.contains("`keycheck --list-checks` lists all"),
        "{words}"
    );
    for more in [["--json", "-q"], ["-q", "key.pub"], ["-q", "--list-checks"]] {
        let words = sandbox.run("keycheck", ["--explain", "roca", more[0], more[1]]).fails(2);
        assert!(words.contains("--explain cannot be used with --list-checks, --json or a FILE"), "{more:?}: {words}");
    }
    let words = sandbox.run("keycheck", ["--list-checks", "key.pub"]).fails(2);
    assert!(words.contains("--list-checks takes no FILE"), "{words}");
    assert!(keycheck::Args::TOOL.synopsis.iter().any(|form| form.contains("--explain")));
}

#[test]
fn lists_that_are_read_into_memory_find_what_lists_in_files_find() {
    needs!(PYTHON);
    let line = std::fs::read_to_string(weak().file("blocklisted.pub")).unwrap();
    let sandbox = Sandbox::new();
    sandbox.write("many", line.repeat(600));
    let report = sandbox.run(
        "keycheck",
        [
            "--skip".as_ref(),
            "duplicate,rsa-prime-modulus".as_ref(),
            "--blocklist".as_ref(),
            weak().file("blocklist.dat").as_os_str(),
            "many".as_ref(),
        ],
    );
    assert_eq!(report.status, Some(1));
    assert_eq!(report.stdout.matches("blocklisted: the key is in ").count(), 600);
}

#[test]
fn a_damaged_list_of_primes_is_an_error() {
    let sandbox = Sandbox::new();
    for (bytes, words) in [(&b"\x01\x01"[..], "is not a list of primes"), (b"12345", "is not a list of primes")] {
        sandbox.write("list", bytes);
        let complaint = sandbox.run("keycheck", ["--primes", "list"]).fails(2);
        assert!(complaint.contains(words) && complaint.contains("primes2048.dat"), "{complaint}");
    }
    let complaint = sandbox.run("keycheck", ["--skip", "rsa-listed-prime", "--primes", "list"]).fails(2);
    assert!(complaint.contains("--skip leaves out"), "{complaint}");
    sandbox.write("blacklist", "# Debian's\n0123456789abcdef0123\n0123\n");
    let complaint = sandbox.run("keycheck", ["--blocklist", "blacklist"]).fails(2);
    assert!(complaint.contains("blacklist:3") && complaint.contains("20 hexadecimal digits"), "{complaint}");
}

#[test]
fn a_damaged_blocklist_is_an_error() {
    needs!(PYTHON);
    let sandbox = Sandbox::new();
    let list = std::fs::read(weak().file("blocklist.dat")).unwrap();
    let backwards: Vec<u8> = list.chunks(16).rev().flatten().copied().collect();
    for (bytes, words) in [(&list[..100], "is cut short"), (&backwards[..], "not sorted"), (&[][..], "is cut short")] {
        sandbox.write("list", bytes);
        let complaint = sandbox.run("keycheck", ["--blocklist", "list"]).fails(2);
        assert!(complaint.contains(words), "{complaint}");
    }
}
