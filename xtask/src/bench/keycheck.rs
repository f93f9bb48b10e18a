//! keycheck beside badkeys and gmpy2.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use keycheck::registry::ALL;
use support::binaries;
use support::peers::BADKEYS;

use super::table::Measure;
use super::{milliseconds, program, ratio};
use crate::build::cargo;
use crate::{Failure, install_peers};

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

/// How often a time is taken; the best counts, on either side.
const ROUNDS: usize = 3;

/// Makes keys, and has each side judge the same files.
pub(super) fn bench() -> Result<Vec<Measure>, Failure> {
    cargo(&["build", "--locked", "--release", "--package", "keycheck"], &[])?;
    cargo(&["build", "--locked", "--release", "--package", "vmkeys-common", "--example", "limit"], &[])?;
    let python = python()?;
    let folder = tempfile::tempdir()?;
    other(&python, "make", folder.path())?;
    let keys = folder.path().join("keys.pub");
    let mut measures = vec![single_keys(&python, &keys)?];
    let mut times = Vec::new();
    for count in [10_000u32, 50_000] {
        let moduli = folder.path().join(format!("moduli-{count}.pub"));
        let theirs = Duration::from_secs_f64(other(&python, "gcd", &moduli)?.parse()?);
        let ours = keycheck(&["rsa-shared-prime"], &[], &moduli)?.saturating_sub(keycheck(&[], &[], &moduli)?);
        println!(
            "shared primes of {count} moduli: keycheck {:.2} s, gmpy2 {:.2} s, {:.2} of its time",
            ours.as_secs_f64(),
            theirs.as_secs_f64(),
            ours.as_secs_f64() / theirs.as_secs_f64()
        );
        times.push((f64::from(count), ours.as_secs_f64()));
        let what = format!("shared primes of {count} RSA-2048 moduli");
        measures.push(Measure { what, tool: "keycheck", ours, peer: "gmpy2", theirs, most: Some(1.0), limit: None });
    }
    if let [(few, short), (many, long)] = times.as_slice() {
        println!("growth: n^{:.2}", (long / short).ln() / (many / few).ln());
    }
    Ok(measures)
}

/// The checks of single keys: those of both, what their time is made of, and all of ours.
fn single_keys(python: &Path, keys: &Path) -> Result<Measure, Failure> {
    let to_65537 = ["--factors-to", "65537"];
    // Their way: the checks alone, without the start of Python and the reading, and as people call it.
    let theirs = best(|| Ok(Duration::from_secs_f64(other(python, "badkeys", keys)?.parse()?)))?;
    let called = best(|| badkeys(python, keys))?;
    let ours = best(|| keycheck(&BADKEYS_CHECKS, &to_65537, keys))?;
    println!("20000 RSA-2048 keys, the checks of both, the best of {ROUNDS} runs each:");
    println!("  keycheck, the whole program  {}", milliseconds(ours));
    println!("  badkeys, the checks alone    {} ({})", milliseconds(theirs), ratio(ours, theirs));
    println!("  badkeys, the whole program   {} ({})", milliseconds(called), ratio(ours, called));
    let nothing = best(|| keycheck(&[], &[], keys))?;
    let factors = best(|| keycheck(&["rsa-small-factor"], &to_65537, keys))?;
    println!("of keycheck's time:");
    println!("  reading, fingerprints, printing {}", milliseconds(nothing));
    println!("  factors to 65537                {}", milliseconds(factors.saturating_sub(nothing)));
    println!("  the other checks                {}", milliseconds(ours.saturating_sub(factors)));
    let limit = program("examples/limit")
        .arg(keys)
        .args([thread::available_parallelism()?.to_string().as_str(), "5"])
        .output()?;
    let limit = Duration::from_nanos(String::from_utf8(limit.stdout)?.trim().parse()?);
    println!("  base64 and SHA-256 alone take   {}", milliseconds(limit));
    let deeper = best(|| keycheck(&BADKEYS_CHECKS, &[], keys))?;
    println!("factors to a million instead: {}", milliseconds(deeper));
    let single: Vec<&str> = ALL.iter().map(|check| check.name).filter(|name| *name != "rsa-shared-prime").collect();
    println!("every check of single keys:   {}", milliseconds(keycheck(&single, &[], keys)?));
    let what = "20000 RSA-2048 keys, the checks of both".to_owned();
    Ok(Measure { what, tool: "keycheck", ours, peer: "badkeys", theirs, most: Some(0.01), limit: None })
}

fn best(run: impl Fn() -> Result<Duration, Failure>) -> Result<Duration, Failure> {
    let times = (0..ROUNDS).map(|_| run()).collect::<Result<Vec<_>, _>>()?;
    Ok(times.into_iter().min().unwrap_or_default())
}

/// The time of badkeys' own program over a list.
fn badkeys(python: &Path, keys: &Path) -> Result<Duration, Failure> {
    let mut command = Command::new(python.with_file_name("badkeys"));
    command.args([
        "--ssh-lines",
        "--checks",
        "fermat,roca,rsainvalid,rsapoly,smalld,smallfactors,rsawarnings,rsabias,pattern",
    ]);
    command.arg(keys).stdin(Stdio::null()).stdout(Stdio::null());
    let start = Instant::now();
    if command.status()?.success() { Ok(start.elapsed()) } else { Err(format!("{command:?} failed").into()) }
}

/// The time of a run that does these checks alone.
fn keycheck(checks: &[&str], options: &[&str], file: &Path) -> Result<Duration, Failure> {
    let left_out: Vec<&str> = ALL.iter().map(|check| check.name).filter(|name| !checks.contains(name)).collect();
    let mut command = program("keycheck");
    command.args(["--skip", &left_out.join(",")]).args(options).arg(file).stdin(Stdio::null()).stdout(Stdio::null());
    let start = Instant::now();
    let status = command.status()?;
    // Keys that fail are no failure of the bench.
    if status.code() == Some(2) { Err(format!("{command:?} failed").into()) } else { Ok(start.elapsed()) }
}

/// A Python with badkeys and gmpy2.
fn python() -> Result<PathBuf, Failure> {
    install_peers::install_missing(&[BADKEYS]);
    BADKEYS.find().ok_or_else(|| "badkeys and gmpy2 could not be installed".into())
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
