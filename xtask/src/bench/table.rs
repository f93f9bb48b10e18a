//! What all benches have measured, as one table and one chart.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::milliseconds;
use crate::Failure;

/// Something that one of ours and a peer have both done.
pub(super) struct Measure {
    /// What was done.
    pub(super) what: String,
    pub(super) tool: &'static str,
    pub(super) ours: Duration,
    pub(super) peer: &'static str,
    pub(super) theirs: Duration,
    /// The most that ours may be of theirs, where that is asked.
    pub(super) most: Option<f64>,
    /// The least time that any program could need.
    pub(super) limit: Option<Duration>,
}

impl Measure {
    /// How many times as fast ours is.
    fn speed(&self) -> f64 {
        self.theirs.as_secs_f64() / self.ours.as_secs_f64()
    }

    fn is_good(&self) -> bool {
        self.most.is_none_or(|most| self.ours.as_secs_f64() <= most * self.theirs.as_secs_f64())
    }
}

/// Writes the table and the chart into the folder.
pub(super) fn write(folder: &Path, measures: &[Measure]) -> Result<(), Failure> {
    fs::create_dir_all(folder)?;
    fs::write(folder.join("bench.md"), page(measures, &machine()?))?;
    fs::write(folder.join("bench.svg"), chart(measures))?;
    Ok(())
}

/// Fails where ours took more of a peer's time than it may.
pub(super) fn check(measures: &[Measure]) -> Result<(), Failure> {
    let missed: Vec<&str> =
        measures.iter().filter(|measure| !measure.is_good()).map(|measure| measure.what.as_str()).collect();
    if missed.is_empty() { Ok(()) } else { Err(format!("missed: {}", missed.join("; ")).into()) }
}

fn page(measures: &[Measure], machine: &str) -> String {
    let mut page = format!(
        "# How fast\n\nWritten by `cargo xtask bench`: each pair side by side, in turn, in one run. Ratios are worth more \
         than times. Asked is what the project wants of itself; where it is missed, it says so.\n\n{machine}\n\
         ![How many times as fast as its peer](bench.svg)\n\n\
         | | tool | time | peer | its time | ratio | asked | met | limit |\n|---|---|---|---|---|---|---|---|---|\n"
    );
    for measure in measures {
        let Measure { what, tool, ours, peer, theirs, most, limit } = measure;
        let _ = writeln!(
            page,
            "| {what} | {tool} | {} | {peer} | {} | {} | {} | {} | {} |",
            milliseconds(*ours),
            milliseconds(*theirs),
            part(measure.speed()),
            most.map_or_else(String::new, |most| part(1.0 / most)),
            if most.is_none() {
                ""
            } else if measure.is_good() {
                "yes"
            } else {
                "**no**"
            },
            limit.map_or_else(String::new, milliseconds),
        );
    }
    page.push_str(
        "\nThe limit of keygen is the expected number of modular powers times OpenSSL's time for one, over the cores; \
         that of pubfp is decoding base64 and hashing with SHA-256 alone, on one core. keygen may come below its own, \
         since it tests eight or four numbers at a time where the processor can.\n",
    );
    page
}

/// A ratio of times, ours to theirs.
fn part(speed: f64) -> String {
    if speed < 1.0 { format!("{:.1}", 1.0 / speed) } else { format!("1/{speed:.1}") }
}

/// The machine, and who was asked to race.
fn machine() -> Result<String, Failure> {
    let about = fs::read_to_string("/proc/cpuinfo")?;
    let processor = about.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("an unnamed processor");
    let processor = processor.trim_start_matches([':', '\t', ' ']);
    let cores = std::thread::available_parallelism()?;
    let vectors = if about.contains("avx512ifma") { "with" } else { "without" };
    let mut words = format!("The machine: {processor}, {cores} cores, {vectors} AVX-512 IFMA. The peers: ");
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

/// Bars on a logarithmic scale: to the right of the line ours is faster, to the left slower. A mark shows what is asked.
fn chart(measures: &[Measure]) -> String {
    let speeds = || measures.iter().flat_map(|measure| [measure.speed(), 1.0 / measure.most.unwrap_or(1.0)]);
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
        let asked = x(1.0 / measure.most.unwrap_or(1.0));
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
        let most = Some(most);
        let what = format!("a < b in {ours}");
        let [ours, theirs] = [ours, theirs].map(Duration::from_millis);
        Measure { what, tool: "ours", ours, peer: "theirs", theirs, most, limit: None }
    }

    #[test]
    fn what_is_missed_is_said_in_the_table_and_by_the_check() {
        let measures = [measure(10, 100, 0.2), measure(300, 100, 1.0), measure(50, 100, 0.25)];
        let page = page(&measures, "");
        assert!(page.contains("| 10.0 ms | theirs | 100.0 ms | 1/10.0 | 1/5.0 | yes |"), "{page}");
        assert!(page.contains("| 300.0 ms | theirs | 100.0 ms | 3.0 | 1/1.0 | **no** |"), "{page}");
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
