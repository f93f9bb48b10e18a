//! keycheck beside badkeys and gmpy2.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use keycheck::checks::ALL;
use support::binaries;

use crate::Failure;
use crate::build::cargo;

/// What runs on the other side.
const SCRIPT: &str = "xtask/src/bench/keycheck.py";

/// The checks that badkeys has, too.
const BADKEYS_CHECKS: [&str; 10] = [
    "rsa-too-short",
    "rsa-bad-exponent",
    "rsa-small-exponent",
    "rsa-unusual-exponent",
    "rsa-no-modulus",
    "rsa-small-factor",
    "rsa-close-primes",
    "roca",
    "rsa-small-private-exponent",
    "rsa-pattern",
];

/// Makes keys, and has each side judge the same files.
pub(super) fn bench() -> Result<(), Failure> {
    cargo(&["build", "--locked", "--release", "--package", "keycheck"], &[])?;
    let python = python()?;
    let folder = tempfile::tempdir()?;
    other(&python, "make", folder.path())?;
    let keys = folder.path().join("keys.pub");
    let theirs: f64 = other(&python, "badkeys", &keys)?.parse()?;
    let ours = keycheck(&BADKEYS_CHECKS, &keys)?.as_secs_f64();
    let all =
        keycheck(&ALL.map(|check| check.name).map(|name| if name == "rsa-shared-prime" { "" } else { name }), &keys)?;
    println!(
        "20000 RSA-2048 keys, the checks of both: keycheck {ours:.2} s, badkeys {theirs:.2} s, {:.1} times",
        theirs / ours
    );
    println!("the same keys, every check of single keys: keycheck {:.2} s", all.as_secs_f64());
    let mut times = Vec::new();
    for count in [10_000u32, 50_000] {
        let moduli = folder.path().join(format!("moduli-{count}.pub"));
        let theirs: f64 = other(&python, "gcd", &moduli)?.parse()?;
        let ours = (keycheck(&["rsa-shared-prime"], &moduli)? - keycheck(&[], &moduli)?).as_secs_f64();
        println!(
            "shared primes of {count} moduli: keycheck {ours:.2} s, gmpy2 {theirs:.2} s, {:.2} of its time",
            ours / theirs
        );
        times.push((f64::from(count), ours));
    }
    if let [(few, short), (many, long)] = times.as_slice() {
        println!("growth: n^{:.2}", (long / short).ln() / (many / few).ln());
    }
    Ok(())
}

/// The time of a run that does these checks alone.
fn keycheck(checks: &[&str], file: &Path) -> Result<Duration, Failure> {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
    let left_out: Vec<&str> = ALL.iter().map(|check| check.name).filter(|name| !checks.contains(name)).collect();
    let mut command = Command::new(binaries::root().join(target).join("release/keycheck"));
    command.args(["--skip", &left_out.join(",")]).arg(file).stdin(Stdio::null()).stdout(Stdio::null());
    let start = Instant::now();
    let status = command.status()?;
    // Keys that fail are no failure of the bench.
    if status.code() == Some(2) { Err(format!("{command:?} failed").into()) } else { Ok(start.elapsed()) }
}

/// A Python with badkeys and gmpy2, in a folder of ours.
fn python() -> Result<PathBuf, Failure> {
    let environment = binaries::root().join("target/peers/badkeys");
    let python = environment.join("bin/python");
    if python.exists() {
        return Ok(python);
    }
    let run = |command: &mut Command| command.status().is_ok_and(|status| status.success());
    let installed = run(Command::new("python3").args(["-m", "venv"]).arg(&environment))
        && run(Command::new(environment.join("bin/pip")).args(["install", "--quiet", "badkeys", "gmpy2"]));
    if installed {
        return Ok(python);
    }
    // Half an environment would look like a whole one next time.
    let _ = fs::remove_dir_all(&environment);
    Err("badkeys and gmpy2 could not be installed".into())
}

fn other(python: &Path, command: &str, path: &Path) -> Result<String, Failure> {
    let output = Command::new(python)
        .arg(binaries::root().join(SCRIPT))
        .arg(command)
        .arg(path)
        .stderr(Stdio::inherit())
        .output()?;
    if output.status.success() {
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    } else {
        Err(format!("{SCRIPT} {command} failed").into())
    }
}
