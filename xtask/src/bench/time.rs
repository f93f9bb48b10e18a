//! Measures times.

use std::fmt;
use std::fs;
use std::io;
use std::ops::Range;
use std::process::{Command, Stdio};
use std::time::Duration;

/// The time of several rounds: their median and spread.
#[derive(Clone, Copy, Debug)]
pub(super) struct Time {
    pub(super) median: Duration,
    /// Half of the distance between the quartiles, as a part of the median; `None` for few rounds.
    spread: Option<f64>,
}

impl Time {
    /// The time of these rounds.
    pub(super) fn of(mut rounds: Vec<Duration>) -> Self {
        rounds.sort_unstable();
        let at = |quarter: usize| rounds.get(rounds.len() * quarter / 4).copied().unwrap_or_default();
        let (lower, median, upper) = (at(1), at(2), at(3));
        let spread = (rounds.len() >= 4).then(|| (upper - lower).as_secs_f64() / 2.0 / median.as_secs_f64());
        Self { median, spread }
    }

    /// A time that was measured once, or computed from other times.
    pub(super) const fn once(median: Duration) -> Self {
        Self { median, spread: None }
    }

    /// The other time as a multiple of this one.
    pub(super) fn speed(self, other: Self) -> f64 {
        other.median.as_secs_f64() / self.median.as_secs_f64()
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&milliseconds(self.median))?;
        self.spread.map_or(Ok(()), |spread| write!(f, " ± {:.0} %", spread * 100.0))
    }
}

pub(super) fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1e3)
}

/// Formats the ratio of our time to theirs.
pub(super) fn ratio(ours: Time, theirs: Time) -> String {
    part(ours.speed(theirs))
}

/// Formats a speed as a ratio of times: `1/4.0` is a quarter of the time, `4.0` four times as long.
pub(super) fn part(speed: f64) -> String {
    if speed < 1.0 { format!("{:.1}", 1.0 / speed) } else { format!("1/{speed:.1}") }
}

/// The processor time of one run of a command, in user mode and in the kernel. It is the mean of `runs` runs, since the
/// kernel counts hundredths of a second.
pub(super) fn processor_time(command: &mut Command, runs: u32) -> io::Result<Duration> {
    let before = of_children()?;
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    for _ in 0..runs {
        if !command.status()?.success() {
            return Err(io::Error::other(format!("{command:?} failed")));
        }
    }
    Ok((of_children()? - before) / runs)
}

/// The processor time of all processes since the machine was started, in user mode and in the kernel: the fields of
/// proc_stat(5) without waits and guests.
pub(super) fn of_machine() -> io::Result<Duration> {
    let stat = fs::read_to_string("/proc/stat")?;
    let fields: Vec<u32> =
        stat.lines().next().unwrap_or_default().split(' ').filter_map(|field| field.parse().ok()).collect();
    match fields.as_slice() {
        [user, nice, system, _idle, _iowait, irq, softirq, ..] => Ok(ticks(user + nice + system + irq + softirq)),
        _ => Err(io::Error::other("/proc/stat is unknown")),
    }
}

/// The processor time of the children of this process that have ended.
pub(super) fn of_children() -> io::Result<Duration> {
    processor_times("self", 13..15)
}

/// The processor time of a process and of its children that have ended.
pub(super) fn of_process(process: u32) -> io::Result<Duration> {
    processor_times(&process.to_string(), 11..15)
}

/// The sum of some fields of proc_pid_stat(5), counted from the one after the name: user and system time of the
/// process, and of its children.
fn processor_times(process: &str, fields: Range<usize>) -> io::Result<Duration> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let values = stat.rsplit_once(')').map(|(_, values)| values).unwrap_or_default().split_whitespace();
    Ok(ticks(values.skip(fields.start).take(fields.len()).filter_map(|value| value.parse::<u32>().ok()).sum()))
}

/// Converts the kernel's hundredths of a second.
fn ticks(count: u32) -> Duration {
    Duration::from_millis(10) * count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_between_the_quartiles() {
        let rounds = [9, 100, 10, 11, 8, 10, 12, 10].map(Duration::from_millis);
        let time = Time::of(rounds.to_vec());
        assert_eq!(time.to_string(), "10.0 ms ± 10 %");
        assert_eq!(Time::once(Duration::from_millis(5)).to_string(), "5.0 ms");
        assert_eq!(ratio(time, Time::once(Duration::from_millis(5))), "2.0");
        assert_eq!(ratio(Time::once(Duration::from_millis(5)), time), "1/2.0");
    }
}
