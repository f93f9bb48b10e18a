//! Compares keycheck with badkeys: keycheck finds all that badkeys finds.

use std::fs;
use std::path::PathBuf;

use support::peers::{BADKEYS, BADKEYS_SOURCE};
use support::{Sandbox, binaries, needs};

use crate::checks::weak;

/// badkeys' default checks of RSA keys, and keycheck's checks for the same. rsainvalid is left out: the library with
/// which badkeys reads keys refuses those with such an exponent.
const SAME: [(&str, &str); 6] = [
    ("fermat", "rsa-close-primes"),
    ("roca", "roca"),
    ("rsapoly", "rsa-pattern"),
    ("sharedprimes", "rsa-listed-prime"),
    ("smalld", "rsa-small-private-exponent"),
    ("smallfactors", "rsa-small-factor"),
];

/// badkeys' findings in each of these files that it can read.
fn theirs(files: &[PathBuf]) -> Vec<(PathBuf, Vec<String>)> {
    let script = binaries::root().join("tests/fixtures/verdicts_of_badkeys.py");
    let python = BADKEYS.find().unwrap();
    let printed = Sandbox::new().run(python, [&[script], files].concat()).good();
    let line = |line: &str| {
        let mut words = line.split(' ').map(str::to_owned);
        (words.next().unwrap().into(), words.collect())
    };
    printed.lines().map(line).collect()
}

/// The lists of primes that come with badkeys, as options.
fn lists() -> Vec<PathBuf> {
    let folder = BADKEYS_SOURCE.find().unwrap().join("badkeys/keydata");
    let lists = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    lists
        .filter(|path| path.extension().is_some_and(|end| end == "dat"))
        .flat_map(|path| ["--primes".into(), path])
        .collect()
}

/// Checks the files with both, and returns for each its name, badkeys' findings, and keycheck's findings of the same
/// kinds.
fn side_by_side(files: &[PathBuf]) -> Vec<(String, Vec<String>, Vec<String>)> {
    let judged = |(file, theirs): (PathBuf, Vec<String>)| {
        let options = [vec!["--json".into()], lists(), vec![file.clone()]].concat();
        let printed = Sandbox::new().run("keycheck", options).stdout;
        let found = SAME.iter().filter(|(_, ours)| printed.contains(&format!("\"check\":\"{ours}\"")));
        let ours = found.map(|(theirs, _)| (*theirs).to_owned()).collect();
        (file.file_name().unwrap().to_string_lossy().into_owned(), theirs, ours)
    };
    theirs(files).into_iter().map(judged).collect()
}

#[test]
#[ignore = "needs badkeys: cargo xtask test --all"]
fn both_find_the_same_in_the_keys_of_badkeys_own_tests() {
    needs!(BADKEYS, BADKEYS_SOURCE);
    let folder = BADKEYS_SOURCE.find().unwrap().join("tests/data");
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|end| end == "key" || end == "crt")).collect();
    let found = side_by_side(&files);
    for (file, theirs, ours) in &found {
        assert!(theirs.iter().all(|check| ours.contains(check)), "{file}: {theirs:?} {ours:?}");
        // rsa-pattern finds more: badkeys reports these by rsabias, which is not a default check.
        assert!(ours.iter().all(|check| theirs.contains(check) || check == "rsapoly"), "{file}: {theirs:?} {ours:?}");
    }
    for (check, _) in SAME {
        assert!(found.iter().any(|(_, theirs, _)| theirs.iter().any(|found| found == check)), "{check}: {found:?}");
    }
}

/// keycheck searches further: for primes that are less close, and for larger factors.
#[test]
#[ignore = "needs badkeys: cargo xtask test --all"]
fn what_badkeys_finds_in_the_weak_keys_of_each_check_is_found() {
    needs!(BADKEYS, BADKEYS_SOURCE);
    let names = weak().names().into_iter().filter(|name| name.ends_with(".pub"));
    let found = side_by_side(&names.map(|name| weak().file(name)).collect::<Vec<_>>());
    for (file, theirs, ours) in &found {
        assert!(theirs.iter().all(|check| ours.contains(check)), "{file}: {theirs:?} {ours:?}");
    }
    assert!(found.iter().filter(|(_, theirs, _)| !theirs.is_empty()).count() > 10, "{found:?}");
}
