//! Runs the steps of a long run: prints the name and time of each, and a summary of the times at the end.

use std::time::{Duration, Instant};

use crate::Failure;

/// The steps so far, each with its time.
#[derive(Default)]
pub(crate) struct Steps(Vec<(String, Duration)>);

impl Steps {
    /// Runs a step.
    pub(crate) fn step(&mut self, name: &str, run: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
        println!("== {name}");
        let start = Instant::now();
        let result = run();
        let time = start.elapsed();
        println!("== {name}: {}{}", words(time), if result.is_ok() { "" } else { ", failed" });
        self.0.push((name.to_owned(), time));
        result
    }

    /// Prints the slowest steps, and the total time.
    pub(crate) fn report(&self) {
        table("step", self.0.clone(), usize::MAX);
        println!("all: {}", words(self.0.iter().map(|(_, time)| *time).sum()));
    }
}

/// Prints the slowest of these, as a table in Markdown.
pub(super) fn table(what: &str, mut rows: Vec<(String, Duration)>, most: usize) {
    rows.sort_by_key(|(_, time)| std::cmp::Reverse(*time));
    println!("\n| {what} | time |\n|---|--:|");
    rows.iter().take(most).for_each(|(name, time)| println!("| {name} | {} |", words(*time)));
}

/// Formats a time for people.
fn words(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    if seconds < 99.95 {
        format!("{seconds:.1} s")
    } else {
        format!("{} min {:02} s", time.as_secs() / 60, time.as_secs() % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_in_seconds_or_in_minutes() {
        for (milliseconds, text) in
            [(0, "0.0 s"), (99_940, "99.9 s"), (99_960, "1 min 39 s"), (3_601_000, "60 min 01 s")]
        {
            assert_eq!(words(Duration::from_millis(milliseconds)), text);
        }
    }
}
