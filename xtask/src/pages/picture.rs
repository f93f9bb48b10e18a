//! Draws docs/demo.svg: a terminal with a run of the demo.
//!
//! Each row has its own position and width, so the picture looks the same with any monospaced font.

use std::env;
use std::fmt::Write as _;
use std::process::Command;

use support::binaries;

use crate::Failure;

/// The steps of the demo that are shown: how the command begins, and how many lines of its output.
const SHOWN: [(&str, usize); 6] = [
    ("keygen -m PEM -t rsa -b 2048", 3),
    ("keycheck --public-only azure_key.pub", 1),
    ("keycheck --public-only azure_key", 2),
    ("hostfp --sysroot vm", 3),
    ("ssh -F ssh_config vm", 1),
    ("ssh -F other_config vm", 2),
];

/// The widest row, in characters.
const COLUMNS: usize = 100;
/// The width of a character, in pixels.
const WIDTH: f64 = 8.0;
/// The height of a row.
const HEIGHT: usize = 20;
/// The margin around the text.
const MARGIN: usize = 16;
/// The height of the window's title bar.
const BAR: usize = 34;

/// Runs the demo and draws it.
pub(super) fn draw() -> Result<String, Failure> {
    let mut demo = Command::new(env::current_exe()?);
    let output = demo.current_dir(binaries::root()).arg("demo").output()?;
    if !output.status.success() {
        return Err(format!("the demo fails: {}", String::from_utf8_lossy(&output.stderr)).into());
    }
    let run = String::from_utf8(output.stdout)?;
    let mut rows = Vec::new();
    for (command, lines) in SHOWN {
        rows.extend(step(&run, command, lines).ok_or_else(|| format!("the demo does not run `{command}`"))?);
    }
    Ok(svg(&rows))
}

/// A row of text and its colour.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Row {
    text: String,
    class: &'static str,
}

/// A command of the run and the first lines of its output. `command` must be followed by nothing or a space, since
/// another command may begin with it.
fn step(run: &str, command: &str, lines: usize) -> Option<Vec<Row>> {
    let begins = |line: &str| {
        let more = line.strip_prefix("$ ").and_then(|line| line.strip_prefix(command));
        more.is_some_and(|more| more.is_empty() || more.starts_with(' '))
    };
    let mut from = run.lines().skip_while(|line| !begins(line));
    let mut rows = vec![Row { text: from.next()?.to_owned(), class: "command" }];
    let printed: Vec<&str> =
        from.take_while(|line| !line.starts_with("$ ") && !line.is_empty() && !line.starts_with("(exit")).collect();
    for line in printed.iter().take(lines) {
        let class = if line.contains(": error: ") || line.contains(": fail: ") || line.contains("this is not your VM") {
            "no"
        } else if line.contains(": ok: ") || line.starts_with("Hello") {
            "yes"
        } else {
            "text"
        };
        rows.extend(wrapped(line).map(|text| Row { text, class }));
    }
    if printed.len() > lines {
        rows.push(Row { text: "…".to_owned(), class: "text" });
    }
    Some(rows)
}

/// Breaks a line as a terminal does.
fn wrapped(line: &str) -> impl Iterator<Item = String> {
    let characters: Vec<char> = line.chars().collect();
    characters.chunks(COLUMNS).map(|row| row.iter().collect()).collect::<Vec<String>>().into_iter()
}

const STYLE: &str = "\
text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; white-space: pre }
.text { fill: #c9d1d9 } .command { fill: #ffffff; font-weight: 600 } .yes { fill: #7ee787 } .no { fill: #ff7b72 }";

fn svg(rows: &[Row]) -> String {
    let width = COLUMNS * 8 + 2 * MARGIN;
    let height = BAR + rows.len() * HEIGHT + MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         role=\"img\">\n<title>cargo xtask demo</title>\n<style>\n{STYLE}\n</style>\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"#0d1117\"/>\n"
    );
    for (index, colour) in ["#ff5f56", "#ffbd2e", "#27c93f"].iter().enumerate() {
        let _ = writeln!(svg, "<circle cx=\"{}\" cy=\"16\" r=\"5\" fill=\"{colour}\"/>", 20 + 18 * index);
    }
    for (index, row) in rows.iter().enumerate() {
        let (y, length) = (BAR + index * HEIGHT + 14, WIDTH * row.text.chars().count() as f64);
        let _ = writeln!(
            svg,
            "<text x=\"{MARGIN}\" y=\"{y}\" textLength=\"{length}\" class=\"{}\" xml:space=\"preserve\">{}</text>",
            row.class,
            escaped(&row.text)
        );
    }
    svg + "</svg>\n"
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The words in a picture, without those that differ between runs: fingerprints and the port.
pub(super) fn words(svg: &str) -> Vec<String> {
    let rows = svg.lines().filter_map(|line| line.strip_prefix("<text ")?.split_once('>'));
    let text: String = rows.map(|(_, text)| text.trim_end_matches("</text>")).collect::<Vec<_>>().join("\n");
    let mut words = Vec::new();
    // A fingerprint may continue in the next row.
    for word in text.replace('\n', "").split(' ') {
        words.push(match word.split_once("SHA256:").or_else(|| word.split_once("]:")) {
            Some((before, _)) => before.to_owned(),
            None => word.to_owned(),
        });
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: &str = "# 1. A key\n$ make a.pub\na\n\n$ make a\nb\nc\n(exit status 1)\n$ end\n";

    #[test]
    fn a_step_is_its_command_and_the_first_lines_of_its_output() {
        let texts = |rows: Vec<Row>| rows.into_iter().map(|row| row.text).collect::<Vec<_>>();
        assert_eq!(texts(step(RUN, "make a", 1).unwrap()), ["$ make a", "b", "…"]);
        assert_eq!(texts(step(RUN, "make a", 2).unwrap()), ["$ make a", "b", "c"]);
        assert_eq!(texts(step(RUN, "make", 5).unwrap()), ["$ make a.pub", "a"]);
        assert_eq!(step(RUN, "absent", 1), None);
    }

    #[test]
    fn rows_have_a_place_and_a_width_and_no_markup_of_their_own() {
        let svg = svg(&[Row { text: "a < b".to_owned(), class: "text" }]);
        assert!(svg.contains("y=\"48\" textLength=\"40\""), "{svg}");
        assert!(svg.contains(">a &lt; b</text>"), "{svg}");
        assert_eq!(wrapped(&"x".repeat(COLUMNS + 1)).map(|row| row.len()).collect::<Vec<_>>(), [COLUMNS, 1]);
    }

    #[test]
    fn fingerprints_and_ports_are_not_words_of_a_picture() {
        let picture = |port: u16, fingerprint: &str| {
            svg(&[Row { text: format!("[127.0.0.1]:{port}: the key SHA256:{fingerprint} is"), class: "no" }])
        };
        assert_eq!(words(&picture(1, "abc")), words(&picture(2, "de+")));
        assert_eq!(words(&picture(1, "abc")), ["[127.0.0.1", "the", "key", "", "is"]);
    }
}
