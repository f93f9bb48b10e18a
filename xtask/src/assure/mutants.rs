//! Whether a test fails when the code on which trust rests is changed: cargo-mutants changes it, one place at a time.

use std::fs;
use std::path::PathBuf;

use support::binaries;

use crate::Failure;
use crate::build;

/// The code that decides whom to trust.
const FILES: [&str; 4] = [
    "crates/hostfp/src/judgement.rs",
    "crates/hostfp/src/trusted/**",
    "crates/hostfp/src/known_hosts/**",
    "crates/hostfp/src/handshake/**",
];

/// Runs the tests of hostfp's library with each change, or with those of one shard, `K/N`; prints what no test notices.
pub(super) fn run(shard: Option<&str>) -> Result<(), Failure> {
    let mut mutants = build::command();
    mutants
        .args(["mutants", "--package", "hostfp", "--timeout", "120", "--no-shuffle", "--output"])
        .arg(folder().parent().unwrap_or(binaries::root()));
    mutants.args(FILES.iter().flat_map(|file| ["--file", file]));
    mutants.args(shard.iter().flat_map(|shard| ["--shard", shard]));
    mutants.args(["--", "--lib"]);
    // It ends with a status of its own where mutants survive; what counts is what it wrote.
    let _ = mutants
        .status()
        .map_err(|error| format!("cargo mutants: {error}; `cargo install cargo-mutants` installs it"))?;
    let list = |name: &str| fs::read_to_string(folder().join(name)).unwrap_or_default();
    let count = |name: &str| list(name).lines().count();
    let (caught, missed, slow) = (count("caught.txt"), count("missed.txt"), count("timeout.txt"));
    println!("{}", list("missed.txt"));
    println!("{caught} noticed by a test, {slow} by taking too long, {missed} not noticed");
    Ok(())
}

/// Where cargo-mutants writes what came of it.
fn folder() -> PathBuf {
    binaries::root().join("target/mutants/mutants.out")
}
