//! Measures how keycheck's work grows with the number of keys; docs/planning.md estimates from it.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use keycheck::registry::ALL;
use support::binaries;

use super::Programs;
use super::time::of_process;
use crate::Failure;

/// The numbers of keys, each twice the one before.
const COUNTS: [u32; 4] = [25_000, 50_000, 100_000, 200_000];

/// The interval at which a process's memory is read.
const TICK: Duration = Duration::from_millis(20);

/// The cost of a run.
#[derive(Clone, Copy)]
struct Cost {
    seconds: f64,
    /// Its peak memory, in MiB.
    memory: u64,
}

/// Makes keys, and measures each kind of work on growing numbers of them.
pub(super) fn bench(programs: &Programs) -> Result<(), Failure> {
    let folder = tempfile::tempdir()?;
    let at = |name: &str| folder.path().join(name).display().to_string();
    let (product, other) = (at("product"), at("other"));
    let single = "--skip=rsa-shared-prime";
    let names =
        |left: &str| ALL.iter().map(|check| check.name).filter(|name| *name != left).collect::<Vec<_>>().join(",");
    let (reading, shared) = (format!("--skip={}", names("")), format!("--skip={}", names("rsa-shared-prime")));
    let mut rows: Vec<[Cost; 4]> = Vec::new();
    println!("RSA-2048 keys: each alone; with a prime in common; their product written; and compared with one as long");
    for count in COUNTS {
        make(folder.path(), count)?;
        let (keys, others) = (at("part-000.pub"), at("part-001.pub"));
        keycheck(programs, &[&reading, "--emit-product", &other, &others])?;
        let row = [
            keycheck(programs, &[single, &keys])?,
            keycheck(programs, &[&shared, &keys])?,
            keycheck(programs, &[&reading, "--emit-product", &product, &keys])?,
            keycheck(programs, &["--against", &other, &product])?,
        ];
        let shown: Vec<String> =
            row.iter().map(|cost| format!("{:8.2} s {:6} MiB", cost.seconds, cost.memory)).collect();
        let bytes = fs::metadata(&product)?.len();
        println!("{count:7}: {}; a product of {bytes} bytes", shown.join("; "));
        rows.push(row);
    }
    if let [first, .., last] = rows.as_slice() {
        let doublings = (COUNTS.len() - 1) as f64;
        let growth = |(few, many): (&Cost, &Cost)| format!("n^{:.2}", (many.seconds / few.seconds).log2() / doublings);
        println!("growth: {}", first.iter().zip(last).map(growth).collect::<Vec<_>>().join("; "));
    }
    Ok(())
}

/// Makes two lists of `count` RSA keys each.
fn make(folder: &Path, count: u32) -> Result<(), Failure> {
    let script = binaries::root().join("tests/fixtures/corpus.py");
    let keys = (2 * count).to_string();
    let made = Command::new("python3").arg(script).arg(folder).args([keys.as_str(), "2", "100"]).status()?;
    if made.success() { Ok(()) } else { Err("the keys could not be made".into()) }
}

/// Runs keycheck, and returns its cost. The time is the processor time of all threads, which other work on the machine
/// changes least.
fn keycheck(programs: &Programs, arguments: &[&str]) -> Result<Cost, Failure> {
    let mut run = programs.command("keycheck");
    let mut run = run.arg("-q").args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).spawn()?;
    let mut cost = Cost { seconds: 0.0, memory: 0 };
    loop {
        if let Some(ended) = run.try_wait()? {
            // Keys that fail are not a failure of the bench.
            return if ended.code() == Some(2) {
                Err(format!("keycheck {arguments:?} failed").into())
            } else {
                Ok(cost)
            };
        }
        let status = fs::read_to_string(format!("/proc/{}/status", run.id())).unwrap_or_default();
        let most =
            status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse().ok());
        cost.memory = most.map_or(cost.memory, |most: u64| most >> 10);
        cost.seconds = cost.seconds.max(of_process(run.id()).unwrap_or_default().as_secs_f64());
        thread::sleep(TICK);
    }
}
