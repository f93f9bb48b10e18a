//! Checks that a test fails when code that decides trust is changed: cargo-mutants changes it, one place at a time.

use std::fs;

use support::binaries;

use crate::Failure;
use crate::build;

/// Code that decides which hosts to trust.
const FILES: [&str; 9] = [
    "crates/hostfp/src/answer.rs",
    "crates/hostfp/src/expected/*.rs",
    "crates/hostfp/src/hosts/**",
    "crates/hostfp/src/judgement.rs",
    "crates/hostfp/src/refusal.rs",
    "crates/hostfp/src/report.rs",
    "crates/hostfp/src/trusted/**",
    "crates/hostfp/src/known_hosts/**",
    "crates/hostfp/src/handshake/**",
];

/// A file that only fuzzing uses.
const NOT_TESTED: &str = "crates/hostfp/src/known_hosts/fuzzing.rs";

/// The exit statuses of a complete run: no mutant survives, some do, some take too long.
const TESTED: [Option<i32>; 3] = [Some(0), Some(2), Some(3)];

/// Runs the tests of hostfp's library with each change, or with those of one shard, `K/N`. Prints the changes that no
/// test notices.
pub(super) fn run(shard: Option<&str>) -> Result<(), Failure> {
    let output = binaries::root().join("target/mutants");
    let mut mutants = build::command();
    mutants.args(["mutants", "--package", "hostfp", "--timeout", "120", "--no-shuffle", "--output"]).arg(&output);
    mutants.args(FILES.iter().flat_map(|file| ["--file", file])).args(["--exclude", NOT_TESTED]);
    mutants.args(shard.iter().flat_map(|shard| ["--shard", shard]));
    mutants.args(["--", "--lib"]);
    if !TESTED.contains(&mutants.status()?.code()) {
        return Err("cargo mutants failed; `cargo install cargo-mutants` installs it".into());
    }
    let list = |name: &str| fs::read_to_string(output.join("mutants.out").join(name)).unwrap_or_default();
    let count = |name: &str| list(name).lines().count();
    let (caught, missed, slow) = (count("caught.txt"), count("missed.txt"), count("timeout.txt"));
    println!("{}", list("missed.txt"));
    println!("{caught} noticed by a test, {slow} by taking too long, {missed} not noticed");
    Ok(())
}
