//! `cargo xtask fuzz`: runs each target in `tests/fuzz` for some time. The installed compiler builds them, as a nightly
//! one does for cargo-fuzz, but without sanitizers: there is no unsafe code of ours.

use std::env;
use std::fs;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use support::binaries;
use support::peers::{CXX, OPENSSL, PUTTYGEN, PYTHON, SSH_KEYGEN, present_or_noted};

use crate::Failure;

/// The default of `--time`, in seconds.
const TIME: u32 = 60;

/// The time of each target in `cargo xtask test`, in seconds.
const MOMENT: u32 = 2;
/// The optimisation level for that: building the targets takes longer than running them.
const QUICKLY_BUILT: Option<&str> = Some("1");

/// LLVM's counters, which show the fuzzer the path of an input and the values that it was compared with.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
                     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
                     -Cllvm-args=-sanitizer-coverage-trace-compares";

/// The limits of each input: time in seconds, memory in MiB, and length in bytes.
const LIMITS: [&str; 3] = ["-timeout=20", "-rss_limit_mb=1024", "-max_len=16384"];

/// Parses the arguments, and fuzzes.
pub(crate) fn command(mut arguments: lexopt::Parser) -> Result<(), Failure> {
    use lexopt::ValueExt as _;
    let (mut seconds, mut wanted) = (TIME, Vec::new());
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("time") => seconds = arguments.value()?.parse()?,
            lexopt::Arg::Value(name) => wanted.push(name.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    fuzz(seconds, None, &wanted)
}

/// Runs each target for a moment, to check that all of them build and pass on their seeds.
pub(crate) fn smoke(skipped: &Path) -> Result<(), Failure> {
    let needed = [CXX, PYTHON, SSH_KEYGEN, OPENSSL, PUTTYGEN];
    if present_or_noted("fuzzing", &needed, Some(skipped.as_ref())) {
        fuzz(MOMENT, QUICKLY_BUILT, &[])?;
    }
    Ok(())
}

/// Runs these targets, or all, each for `seconds`; as many in parallel as there are cores.
fn fuzz(seconds: u32, optimisation: Option<&str>, wanted: &[String]) -> Result<(), Failure> {
    let all = targets()?;
    if let Some(unknown) = wanted.iter().find(|name| !all.contains(name)) {
        return Err(format!("no target '{unknown}'; there are {}", all.join(", ")).into());
    }
    build(optimisation)?;
    let corpora = &folder().join("corpus");
    if !corpora.is_dir() {
        let seeds = binaries::root().join("tests/fuzz/seeds.py");
        run(Command::new("python3").arg(seeds).arg(corpora)).inspect_err(|_| drop(fs::remove_dir_all(corpora)))?;
    }
    let targets: Vec<&String> = all.iter().filter(|name| wanted.is_empty() || wanted.contains(name)).collect();
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    for some in targets.chunks(cores) {
        thread::scope(|scope| {
            let run = |target| (target, scope.spawn(move || one(target, &corpora.join(target), seconds)));
            let running: Vec<_> = some.iter().map(|target| run(*target)).collect();
            running.into_iter().try_for_each(|(target, thread)| {
                let executions = thread.join().unwrap_or_else(|panic| resume_unwind(panic))?;
                println!("{target}: {executions} executions");
                Ok::<_, Failure>(())
            })
        })?;
    }
    Ok(())
}

/// The target triple of this machine. With an explicit target the flags apply to the programs only, not to build
/// scripts.
fn machine() -> String {
    format!("{}-unknown-linux-gnu", env::consts::ARCH)
}

fn folder() -> PathBuf {
    binaries::root().join("target/fuzz")
}

/// The names of the targets.
fn targets() -> Result<Vec<String>, Failure> {
    let mut names = Vec::new();
    for entry in fs::read_dir(binaries::root().join("tests/fuzz/fuzz_targets"))? {
        names.extend(entry?.path().file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    names.sort();
    Ok(names)
}

fn build(optimisation: Option<&str>) -> Result<(), Failure> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.envs(optimisation.map(|level| ("CARGO_PROFILE_RELEASE_OPT_LEVEL", level)));
    cargo.current_dir(binaries::root().join("tests/fuzz")).env("RUSTFLAGS", FLAGS);
    cargo.args(["build", "--quiet", "--locked", "--release", "--target", &machine(), "--target-dir"]).arg(folder());
    run(&mut cargo)
}

/// Fuzzes one target; a failing input is kept.
fn one(target: &str, corpus: &Path, seconds: u32) -> Result<u64, Failure> {
    let failures = folder().join("failures");
    fs::create_dir_all(corpus)?;
    fs::create_dir_all(&failures)?;
    let output = Command::new(folder().join(machine()).join("release").join(target))
        .current_dir(&failures)
        .arg(format!("-max_total_time={seconds}"))
        .arg(format!("-artifact_prefix={target}-"))
        .args(LIMITS)
        .arg("-print_final_stats=1")
        .arg(corpus)
        .output()?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        let last: Vec<&str> = said.lines().rev().take(60).collect();
        last.iter().rev().for_each(|line| eprintln!("{line}"));
        return Err(format!("{target} failed; its input is in {}", failures.display()).into());
    }
    let count = said.lines().find_map(|line| line.strip_prefix("stat::number_of_executed_units:"));
    count.and_then(|count| count.trim().parse().ok()).ok_or_else(|| format!("{target} prints no statistics").into())
}

fn run(command: &mut Command) -> Result<(), Failure> {
    if command.status()?.success() { Ok(()) } else { Err(format!("{command:?} failed").into()) }
}
