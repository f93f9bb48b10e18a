//! Writes the results of all benches as one table and one chart.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::time::{Time, milliseconds, part, ratio};
use crate::Failure;

/// A task that one of our tools and a peer have both done.
pub(super) struct Measure {
    /// The task.
    pub(super) what: String,
    pub(super) tool: &'static str,
    pub(super) ours: Time,
    pub(super) peer: &'static str,
    pub(super) theirs: Time,
    pub(super) asked: Asked,
    pub(super) limit: Option<Limit>,
}

/// The project's goal.
#[derive(Clone, Copy, Debug)]
pub(super) enum Asked {
    /// At most this part of the peer's time.
    Part(f64),
    /// At most this time more than the peer's.
    More(Duration),
    Nothing,
}

/// A lower bound: the time of the operations that every program must do.
#[derive(Clone, Debug)]
pub(super) struct Limit {
    pub(super) time: Duration,
    /// The operations, and the number of cores.
    pub(super) what: String,
}

impl Measure {
    /// The speed of our tool, as a multiple of the peer's.
    fn speed(&self) -> f64 {
        self.ours.speed(self.theirs)
    }

    fn is_good(&self) -> bool {
        let (ours, theirs) = (self.ours.median, self.theirs.median);
        match self.asked {
            Asked::Part(most) => ours.as_secs_f64() <= most * theirs.as_secs_f64(),
            Asked::More(most) => ours <= theirs + most,
            Asked::Nothing => true,
        }
    }

    /// The goal as a multiple of the peer's speed.
    fn asked_speed(&self) -> f64 {
        match self.asked {
            Asked::Part(most) => 1.0 / most,
            Asked::More(most) => Time::once(self.theirs.median + most).speed(self.theirs),
            Asked::Nothing => 1.0,
        }
    }
}

/// Writes the table into the folder, and the chart for the programs as released.
pub(super) fn write(folder: &Path, measures: &[Measure], portable: bool) -> Result<(), Failure> {
    let page = page(measures, &machine()?, portable);
    if portable {
        return Ok(fs::write(folder.join("bench-portable.md"), page)?);
    }
    fs::write(folder.join("bench.md"), page)?;
    Ok(fs::write(folder.join("bench.svg"), chart(measures))?)
}

/// Fails if a goal is not met.
pub(super) fn check(measures: &[Measure]) -> Result<(), Failure> {
    let missed: Vec<&str> =
        measures.iter().filter(|measure| !measure.is_good()).map(|measure| measure.what.as_str()).collect();
    if missed.is_empty() { Ok(()) } else { Err(format!("missed: {}", missed.join("; ")).into()) }
}

const ABOUT: &str = "Each pair runs side by side, in turn. A time is the median of the rounds, with half of the distance \
                     between the quartiles; ratios are more reliable than times. *Goal* is the project's target. \
                     *Lower bound* is the measured time of the operations that every program must do.";

const TITLE: &str = "# How fast\n\nWritten by `cargo xtask bench`. `cargo xtask bench --portable` measures [the same \
                     without vector instructions](bench-portable.md).";

const PORTABLE_TITLE: &str = "# How fast without vector instructions\n\nWritten by `cargo xtask bench --portable`: our programs are built without \
     instructions that only some processors have: AVX2, AVX-512 IFMA and SHA extensions. The peers are [the same](bench.md).";

fn page(measures: &[Measure], machine: &str, portable: bool) -> String {
    let (title, picture) =
        if portable { (PORTABLE_TITLE, "") } else { (TITLE, "![How many times as fast as its peer](bench.svg)\n\n") };
    let mut page = format!(
        "{title} {ABOUT}\n\n{machine}\n{picture}\
         | | tool | time | peer | its time | ratio | goal | met | lower bound |\n|---|---|---|---|---|---|---|---|---|\n"
    );
    for measure in measures {
        let Measure { what, tool, ours, peer, theirs, asked, limit } = measure;
        let (asked, met) = match asked {
            Asked::Part(most) => (part(1.0 / most), measure.is_good()),
            Asked::More(most) => (format!("+ {}", milliseconds(*most)), measure.is_good()),
            Asked::Nothing => (String::new(), true),
        };
        let met = match (asked.is_empty(), met) {
            (true, _) => "",
            (false, true) => "yes",
            (false, false) => "**no**",
        };
        let limit = limit.as_ref().map_or_else(String::new, |limit| {
            let times = Time::once(limit.time).speed(*ours);
            format!("{} ({times:.1} times): {}", milliseconds(limit.time), limit.what)
        });
        let ratio = ratio(*ours, *theirs);
        let _ =
            writeln!(page, "| {what} | {tool} | {ours} | {peer} | {theirs} | {ratio} | {asked} | {met} | {limit} |");
    }
    page
}

/// The machine, and the versions of the peers.
fn machine() -> Result<String, Failure> {
    let about = fs::read_to_string("/proc/cpuinfo")?;
    let processor = about.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("an unnamed processor");
    let processor = processor.trim_start_matches([':', '\t', ' ']);
    let cores = std::thread::available_parallelism()?;
    let flags = ["avx2", "avx512ifma", "sha_ni"].map(|flag| about.contains(flag));
    let vectors: Vec<&str> = ["AVX2", "AVX-512 IFMA", "SHA extensions"]
        .into_iter()
        .zip(flags)
        .filter_map(|(name, there)| there.then_some(name))
        .collect();
    let vectors = if vectors.is_empty() { "none of AVX2, IFMA and SHA".to_owned() } else { vectors.join(", ") };
    let mut words = format!("The machine: {processor}, {cores} cores, {vectors}. The peers: ");
    let version = |program: &str, option: &str| -> Result<String, Failure> {
        let output = Command::new(program).arg(option).output()?;
        let text = [output.stdout, output.stderr].concat();
        let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
        Ok(String::from_utf8_lossy(first).into_owned())
    };
    let _ =
        writeln!(words, "{}; {}; badkeys and gmpy2 from PyPI.", version("ssh", "-V")?, version("openssl", "version")?);
    Ok(words)
}

const WIDTH: f64 = 970.0;
const LEFT: f64 = 440.0;
const RIGHT: f64 = 60.0;
const ROW: f64 = 24.0;
const TOP: f64 = 34.0;

/// Draws bars on a logarithmic scale: to the right of the line our tool is faster, to the left slower. A stroke shows
/// the goal.
fn chart(measures: &[Measure]) -> String {
    let speeds = || measures.iter().flat_map(|measure| [measure.speed(), measure.asked_speed()]);
    let (least, most) = (speeds().fold(1.0, f64::min).log10().floor(), speeds().fold(1.0, f64::max).log10().ceil());
    let x = |speed: f64| LEFT + (speed.log10() - least) / (most - least).max(1.0) * (WIDTH - LEFT - RIGHT);
    let height = TOP + ROW * measures.len() as f64 + 10.0;
    let mut chart = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {height}\" font-family=\"sans-serif\" \
         font-size=\"13\">\n<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n"
    );
    for power in least as i32..=most as i32 {
        let speed = 10_f64.powi(power);
        let _ = writeln!(
            chart,
            "<line x1=\"{0:.1}\" y1=\"{TOP}\" x2=\"{0:.1}\" y2=\"{height}\" stroke=\"{1}\"/>\
             <text x=\"{0:.1}\" y=\"20\" text-anchor=\"middle\">{speed} times</text>",
            x(speed),
            if power == 0 { "black" } else { "lightgray" },
        );
    }
    for (row, measure) in measures.iter().enumerate() {
        let y = TOP + ROW * row as f64 + 4.0;
        let (from, to) = (x(measure.speed().min(1.0)), x(measure.speed().max(1.0)));
        let name = format!("{} ({})", measure.what, measure.peer).replace('<', "&lt;");
        let asked = x(measure.asked_speed());
        let _ = writeln!(
            chart,
            "<text x=\"{:.1}\" y=\"{middle:.1}\" text-anchor=\"end\">{name}</text>\
             <rect x=\"{from:.1}\" y=\"{y:.1}\" width=\"{:.1}\" height=\"16\" fill=\"{}\"/>\
             <line x1=\"{asked:.1}\" y1=\"{:.1}\" x2=\"{asked:.1}\" y2=\"{:.1}\" stroke=\"black\" stroke-width=\"2\"/>\
             <text x=\"{:.1}\" y=\"{middle:.1}\">{:.1}</text>",
            LEFT - 8.0,
            to - from,
            if measure.is_good() { "#4c8c4a" } else { "#c0504d" },
            y - 2.0,
            y + 18.0,
            to.max(asked) + 5.0,
            measure.speed(),
            middle = y + 12.0,
        );
    }
    chart.push_str("</svg>\n");
    chart
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measure(ours: u64, theirs: u64, most: f64) -> Measure {
        let what = format!("a < b in {ours}");
        let [ours, theirs] = [ours, theirs].map(|time| Time::once(Duration::from_millis(time)));
        Measure { what, tool: "ours", ours, peer: "theirs", theirs, asked: Asked::Part(most), limit: None }
    }

    #[test]
    fn a_missed_goal_is_in_the_table_and_fails_the_check() {
        let limit = Limit { time: Duration::from_millis(5), what: "reading, 2 cores".to_owned() };
        let more = Asked::More(Duration::from_millis(1));
        let measures = [
            measure(10, 100, 0.2),
            measure(300, 100, 1.0),
            measure(50, 100, 0.25),
            Measure { limit: Some(limit), asked: more, ..measure(101, 100, 0.0) },
        ];
        let page = page(&measures, "", false);
        assert!(page.contains("| 10.0 ms | theirs | 100.0 ms | 1/10.0 | 1/5.0 | yes |  |"), "{page}");
        assert!(page.contains("| 300.0 ms | theirs | 100.0 ms | 3.0 | 1/1.0 | **no** |  |"), "{page}");
        assert!(page.contains("| + 1.0 ms | yes | 5.0 ms (20.2 times): reading, 2 cores |"), "{page}");
        assert_eq!(check(&measures).unwrap_err().to_string(), "missed: a < b in 300; a < b in 50");
        assert!(check(&measures[..1]).is_ok());
    }

    #[test]
    fn the_chart_has_a_bar_for_each() {
        let chart = chart(&[measure(10, 100, 0.2), measure(300, 100, 1.0)]);
        assert_eq!(chart.matches("height=\"16\"").count(), 2);
        assert!(chart.contains("a &lt; b") && chart.ends_with("</svg>\n"));
    }
}
