//! Runs the tests, counts those that passed, failed and were skipped, and measures each.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use support::{binaries, peers, times};

use super::steps::table;
use crate::Failure;
use crate::build;

/// The number of slowest tests that are listed.
const LISTED: usize = 20;

/// The tests that have run.
pub(crate) struct Tests {
    /// The file in which tests note that they were skipped.
    pub(crate) skipped: PathBuf,
    /// The file in which they note their times.
    times: PathBuf,
    passed: usize,
    failed: usize,
    left: usize,
}

impl Tests {
    /// Starts with no tests.
    pub(crate) fn new() -> Result<Self, Failure> {
        let note = |name: &str| {
            let path = binaries::root().join("target").join(name);
            if path.exists() { fs::remove_file(&path).map(|()| path) } else { Ok(path) }
        };
        Ok(Self { skipped: note("skipped")?, times: note("times")?, passed: 0, failed: 0, left: 0 })
    }

    /// Runs `cargo test` with the programs in a folder and these environment variables.
    pub(crate) fn run(
        &mut self,
        arguments: &[&str],
        programs: &Path,
        variables: &[(&str, &Path)],
    ) -> Result<(), Failure> {
        let mut cargo = build::command();
        // Many tests wait for a server or a clock.
        let threads = 2 * thread::available_parallelism().map_or(1, NonZero::get);
        cargo.args(["test", "--locked", "--workspace", "--no-fail-fast"]).args(arguments).stdout(Stdio::piped());
        cargo.env(binaries::BIN_DIR, programs).env(peers::SKIPPED, &self.skipped).env(times::TIMES, &self.times);
        cargo.env("RUST_TEST_THREADS", threads.to_string());
        let mut child = cargo.envs(variables.iter().copied()).spawn()?;
        for line in BufReader::new(child.stdout.take().ok_or("no pipe")?).lines() {
            let line = line?;
            println!("{line}");
            self.count(&line);
        }
        if child.wait()?.success() { Ok(()) } else { Err(format!("cargo test {} failed", arguments.join(" ")).into()) }
    }

    /// Adds up the last line of the test harness: `test result: ok. 3 passed; 0 failed; 1 ignored; …`.
    fn count(&mut self, line: &str) {
        let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|line| line.split_once(". ")) else {
            return;
        };
        let of = |kind| counts.split("; ").find_map(|count| count.strip_suffix(kind)?.trim().parse().ok()).unwrap_or(0);
        self.passed += of("passed");
        self.failed += of("failed");
        self.left += of("ignored");
    }

    /// Prints the slowest tests, the skipped ones, and the totals.
    pub(crate) fn report(&self) -> Result<(), Failure> {
        table("test", self.slowest(), LISTED);
        let notes = fs::read_to_string(&self.skipped).unwrap_or_default();
        let mut skipped: Vec<&str> = notes.lines().filter_map(|note| Some(note.split_once(": ")?.0)).collect();
        skipped.sort_unstable();
        skipped.dedup();
        if !notes.is_empty() {
            println!("\nskipped:");
            notes.lines().for_each(|note| println!("  {note}"));
        }
        if self.left > 0 {
            println!("\n{} more tests run with `cargo xtask test --all`", self.left);
        }
        // The harness counts a test that skips itself as passed.
        let passed = self.passed.saturating_sub(skipped.len());
        println!("\n{passed} passed, {} failed, {} skipped", self.failed, skipped.len());
        Ok(())
    }

    /// The times that tests have noted, the slowest first. A test that ran with several programs has its longest.
    fn slowest(&self) -> Vec<(String, Duration)> {
        let notes = fs::read_to_string(&self.times).unwrap_or_default();
        let note = |line: &str| {
            let (time, name) = line.split_once(' ')?;
            Some((name.to_owned(), Duration::from_millis(time.parse().ok()?)))
        };
        let mut times: Vec<(String, Duration)> = notes.lines().filter_map(note).collect();
        times.sort_by(|a, b| b.cmp(a));
        times.dedup_by(|later, earlier| later.0 == earlier.0);
        times
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_harness_counts_is_summed() {
        let none = PathBuf::new();
        let mut tests = Tests { skipped: none.clone(), times: none, passed: 0, failed: 0, left: 0 };
        for line in [
            "test a::b ... ok",
            "test result: ok. 12 passed; 0 failed; 3 ignored; 0 measured; 7 filtered out; finished in 0.10s",
            "test result: FAILED. 1 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s",
        ] {
            tests.count(line);
        }
        assert_eq!((tests.passed, tests.failed, tests.left), (13, 2, 3));
    }
}
