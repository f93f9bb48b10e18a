//! Compares keycheck with badkeys and gmpy2.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use keycheck::registry::ALL;
use support::binaries;
use support::peers::BADKEYS;

use super::Programs;
use super::table::{Asked, Limit, Measure};
use super::time::{Time, milliseconds, ratio};
use crate::assure::fresh_keys::ed25519_lines;
use crate::{Failure, install_peers};

/// The script that runs badkeys and gmpy2.
const SCRIPT: &str = "xtask/src/bench/keycheck.py";

/// keycheck's checks that badkeys has, too.
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

/// badkeys' names for these checks.
const BADKEYS_NAMES: &str = "fermat,roca,rsainvalid,rsapoly,smalld,smallfactors,rsawarnings,rsabias,pattern";

/// The largest number of rounds on each side.
const ROUNDS: usize = 5;

/// After this time no further round begins.
const ENOUGH: Duration = Duration::from_secs(15);

/// The number of lines of a long authorized_keys, and how many of them have RSA keys.
const LINES: [usize; 2] = [100_000, 20_000];

/// Makes keys, and has each side check the same files.
pub(super) fn bench(programs: &Programs) -> Result<Vec<Measure>, Failure> {
    let python = python()?;
    let folder = tempfile::tempdir()?;
    other(&python, "make", folder.path())?;
    let mut measures = vec![single_keys(programs, &python, &folder.path().join("keys.pub"))?];
    let mut times = Vec::new();
    let moduli = |count: u32| folder.path().join(format!("moduli-{count}.pub"));
    for count in [10_000u32, 50_000] {
        let moduli = moduli(count);
        let theirs = Time::once(Duration::from_secs_f64(other(&python, "gcd", &moduli)?.parse()?));
        let run = |checks: &[&str]| keycheck(programs, &Checks::These(checks), &[], &moduli);
        let ours = Time::once(run(&["rsa-shared-prime"])?.saturating_sub(run(&[])?));
        println!("shared primes of {count} moduli: keycheck {ours}, gmpy2 {theirs} ({})", ratio(ours, theirs));
        times.push((f64::from(count), ours.median.as_secs_f64()));
        let (what, asked) = (format!("shared primes of {count} RSA-2048 moduli"), Asked::Part(0.5));
        measures.push(Measure { what, tool: "keycheck", ours, peer: "gmpy2", theirs, asked, limit: None });
    }
    if let [(few, short), (many, long)] = times.as_slice() {
        println!("growth: n^{:.2}", (long / short).ln() / (many / few).ln());
    }
    measures.push(authorized_keys(programs, &python, folder.path(), &moduli(50_000))?);
    Ok(measures)
}

/// Checks a long list with keycheck's default checks, and with those of badkeys without its list of compromised keys,
/// which is fetched separately.
fn authorized_keys(programs: &Programs, python: &Path, folder: &Path, rsa: &Path) -> Result<Measure, Failure> {
    let [lines, rsa_lines] = LINES;
    let file = folder.join("authorized_keys");
    let mut text = Vec::new();
    ed25519_lines(lines - rsa_lines, &mut text)?;
    let rsa = fs::read_to_string(rsa)?;
    text.extend(rsa.split_inclusive('\n').take(rsa_lines).flat_map(str::bytes));
    fs::write(&file, text)?;
    let ours = median(|| keycheck(programs, &Checks::Default, &[], &file))?;
    let theirs = Time::once(badkeys(python, &["--checks", BADKEYS_NAMES], &file)?);
    println!("{lines} lines, {rsa_lines} of them RSA, default checks: keycheck {ours}, badkeys' own {theirs}");
    let what = format!("{lines} lines of authorized_keys, {rsa_lines} of them RSA, all default checks");
    Ok(Measure { what, tool: "keycheck", ours, peer: "badkeys", theirs, asked: Asked::Nothing, limit: None })
}

/// Measures the checks of single keys: those that both have, the parts of their time, and all of keycheck's.
fn single_keys(programs: &Programs, python: &Path, keys: &Path) -> Result<Measure, Failure> {
    let to_65537 = ["--factors-to", "65537"];
    let checked =
        |checks: &[&str], options: &[&str]| median(|| keycheck(programs, &Checks::These(checks), options, keys));
    // badkeys: the checks alone, without the start of Python and the reading, and the whole program.
    let theirs = median(|| Ok(Duration::from_secs_f64(other(python, "badkeys", keys)?.parse()?)))?;
    let called = median(|| badkeys(python, &["--checks", BADKEYS_NAMES], keys))?;
    let ours = checked(&BADKEYS_CHECKS, &to_65537)?;
    println!("20000 RSA-2048 keys, the checks of both:");
    println!("  keycheck, the whole program  {ours}");
    println!("  badkeys, the checks alone    {theirs} ({})", ratio(ours, theirs));
    println!("  badkeys, the whole program   {called} ({})", ratio(ours, called));
    let nothing = checked(&[], &[])?.median;
    let factors = checked(&["rsa-small-factor"], &to_65537)?.median;
    let floor = factors.saturating_sub(nothing);
    println!("of keycheck's time:");
    println!("  reading, fingerprints, printing {}", milliseconds(nothing));
    println!("  factors to 65537                {}", milliseconds(floor));
    println!("  the other checks                {}", milliseconds(ours.median.saturating_sub(factors)));
    println!("factors to a million instead: {}", checked(&BADKEYS_CHECKS, &[])?);
    let single: Vec<&str> = ALL.iter().map(|check| check.name).filter(|name| *name != "rsa-shared-prime").collect();
    println!("every check of single keys:   {}", checked(&single, &[])?);
    let what = "20000 RSA-2048 keys, the checks of both".to_owned();
    let cores = thread::available_parallelism()?;
    let limit = Limit { time: floor, what: format!("dividing by the primes to 65,537, on {cores} cores") };
    let asked = Asked::Part(0.01);
    Ok(Measure { what, tool: "keycheck", ours, peer: "badkeys", theirs, asked, limit: Some(limit) })
}

fn median(run: impl Fn() -> Result<Duration, Failure>) -> Result<Time, Failure> {
    let mut times = Vec::new();
    while times.len() < ROUNDS && times.iter().sum::<Duration>() < ENOUGH {
        times.push(run()?);
    }
    Ok(Time::of(times))
}

/// The time of badkeys' own program for a list.
fn badkeys(python: &Path, options: &[&str], keys: &Path) -> Result<Duration, Failure> {
    let mut command = Command::new(python.with_file_name("badkeys"));
    command.arg("--ssh-lines").args(options).arg(keys).stdin(Stdio::null()).stdout(Stdio::null());
    let start = Instant::now();
    if command.status()?.success() { Ok(start.elapsed()) } else { Err(format!("{command:?} failed").into()) }
}

/// The checks of a run.
enum Checks<'a> {
    Default,
    These(&'a [&'a str]),
}

/// The time of a run that does these checks.
fn keycheck(programs: &Programs, checks: &Checks<'_>, options: &[&str], file: &Path) -> Result<Duration, Failure> {
    let mut command = programs.command("keycheck");
    if let Checks::These(checks) = checks {
        let left_out: Vec<&str> = ALL.iter().map(|check| check.name).filter(|name| !checks.contains(name)).collect();
        command.args(["--skip", &left_out.join(",")]);
    }
    command.args(options).arg(file).stdin(Stdio::null()).stdout(Stdio::null());
    let start = Instant::now();
    let status = command.status()?;
    // Keys that fail are not a failure of the bench.
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
