//! Compares each tool's option table with its parser, help and exit statuses: options in the table are accepted, others
//! are refused.

use common::cli::{Options, Tool, Values, table::STANDARD};
use support::Sandbox;

/// A row of a table, without the type of its flags.
struct Row {
    short: Option<char>,
    long: &'static str,
    value: Option<&'static str>,
    help: &'static str,
    /// Whether it may be repeated.
    again: bool,
}

fn rows<F>(tool: &'static Tool<F>) -> (&'static str, Vec<Row>, Vec<char>) {
    let sample = |values: &Values| match values {
        Values::OneOf(words) => words[0],
        Values::File | Values::Files | Values::Folder => ".",
        Values::Any | Values::Passphrase(_) => "2048",
    };
    let rows = tool
        .options
        .iter()
        .map(|option| Row {
            short: option.short,
            long: option.long,
            value: option.value.as_ref().map(|value| sample(&value.values)),
            help: option.help,
            again: option.value.as_ref().is_some_and(|value| matches!(value.values, Values::Files)),
        })
        .collect();
    (tool.name, rows, tool.foreign.iter().map(|foreign| foreign.letter).collect())
}

/// Each tool's name, its options, and the options of other programs that it answers.
fn tables() -> [(&'static str, Vec<Row>, Vec<char>); 4] {
    [rows(keygen::Args::TOOL), rows(keycheck::Args::TOOL), rows(pubfp::Args::TOOL), rows(hostfp::Args::TOOL)]
}

#[test]
fn every_option_of_the_table_is_taken_and_every_value_asked_for() {
    let sandbox = Sandbox::new();
    for (tool, rows, _) in tables() {
        for row in rows {
            let long = format!("--{}", row.long);
            let names: Vec<String> =
                row.short.map(|letter| format!("-{letter}")).into_iter().chain([long.clone()]).collect();
            for name in names {
                // --version ends the run before any work is done, and after the option was parsed.
                let arguments: Vec<&str> = [name.as_str()].into_iter().chain(row.value).chain(["--version"]).collect();
                let outcome = sandbox.run(tool, &arguments);
                assert_eq!(outcome.status, Some(0), "{tool} {arguments:?}: {outcome:?}");
                if row.value.is_some() {
                    let words = sandbox.run(tool, [&name]).fails(2);
                    assert!(words.contains(&format!("option '{name}' needs a value")), "{words}");
                }
            }
            let words = match row.value {
                Some(value) => sandbox.run(tool, [&long, value, &long, value]).fails(2),
                None => sandbox.run(tool, [format!("{long}=x")]).fails(2),
            };
            let expected = match row.value {
                Some(_) if row.again => "is a folder",
                Some(_) => "is given twice",
                None => "takes no value",
            };
            assert!(words.contains(expected), "{tool} {long}: {words}");
        }
    }
}

#[test]
fn every_option_outside_the_table_is_refused() {
    let sandbox = Sandbox::new();
    for (tool, rows, foreign) in tables() {
        for letter in ('a'..='z').chain('A'..='Z').chain('0'..='9') {
            let known = rows
                .iter()
                .filter_map(|row| row.short)
                .chain(STANDARD.map(|(short, ..)| short))
                .any(|short| short == letter);
            assert!(!known || !foreign.contains(&letter), "{tool} -{letter}");
            let known = known || foreign.contains(&letter);
            let outcome = sandbox.run(tool, [format!("-{letter}"), "--version".to_owned()]);
            let unknown = outcome.stderr.contains(&format!("{tool}: unknown option '-{letter}'\n"));
            assert_eq!(unknown, !known, "{tool} -{letter}: {outcome:?}");
            assert!(known || outcome.status == Some(2));
        }
        let words = sandbox.run(tool, ["--unheard-of"]).fails(2);
        assert_eq!(words, format!("{tool}: unknown option '--unheard-of'\n{tool}: hint: try '{tool} --help'\n"));
    }
}

#[test]
fn the_table_names_each_option_once_and_the_help_tells_them_all() {
    let sandbox = Sandbox::new();
    for (tool, rows, _) in tables() {
        let help = sandbox.run(tool, ["--help"]);
        assert_eq!(help.stderr, "");
        let help = help.good();
        assert!(help.lines().all(|line| line.chars().count() <= 100), "{help}");
        for (index, row) in rows.iter().enumerate() {
            assert!(help.contains(&format!("--{}", row.long)), "{help}");
            assert!(!row.help.is_empty() && !row.help.ends_with('.'), "{tool} --{}", row.long);
            assert!(
                rows[..index]
                    .iter()
                    .all(|other| other.long != row.long && (row.short.is_none() || other.short != row.short))
            );
        }
    }
}

/// The headings of an option table, each with the option that follows it; or the former names of options.
type Names = &'static [(&'static str, &'static str)];

#[test]
fn headings_precede_options_and_former_names_are_of_options() {
    let sandbox = Sandbox::new();
    let names: [(&str, Names, Names); 4] = [
        ("keygen", keygen::Args::TOOL.groups, keygen::Args::TOOL.renamed),
        ("keycheck", keycheck::Args::TOOL.groups, keycheck::Args::TOOL.renamed),
        ("pubfp", pubfp::Args::TOOL.groups, pubfp::Args::TOOL.renamed),
        ("hostfp", hostfp::Args::TOOL.groups, hostfp::Args::TOOL.renamed),
    ];
    for (index, (tool, groups, renamed)) in names.into_iter().enumerate() {
        let (_, rows, _) = &tables()[index];
        let at = |long: &str| rows.iter().position(|row| row.long == long);
        let places: Vec<usize> = groups.iter().map(|(_, first)| at(first).unwrap()).collect();
        assert!(places[0] == 0 && places.is_sorted_by(|one, next| one < next), "{tool}: {places:?}");
        let help = sandbox.run(tool, ["--help"]).good();
        for (heading, _) in groups {
            assert!(help.contains(&format!("\n{heading}:\n")), "{help}");
        }
        for (former, today) in renamed {
            assert!(at(former).is_none() && at(today).is_some());
            assert!(help.replace('\n', " ").contains(&format!("(formerly --{former})")), "{help}");
        }
    }
}

#[test]
fn the_short_help_fits_a_screen_with_examples_and_every_option() {
    let sandbox = Sandbox::new();
    for (tool, rows, _) in tables() {
        let help = sandbox.run(tool, ["-h"]).good();
        let lines = help.lines().count();
        assert!(lines <= 36 && help.lines().all(|line| line.chars().count() <= 100), "{lines} {help}");
        assert!(help.contains("\nExamples:\n") && help.ends_with("everything.\n"), "{help}");
        for row in rows {
            let name = row.short.map_or_else(|| format!("--{}", row.long), |letter| format!("-{letter}"));
            assert!(help.contains(&format!(" {name} ")) || help.contains(&format!(" {name}\n")), "{name}: {help}");
        }
        assert!(sandbox.run(tool, ["--help"]).good().starts_with(help.split("\n\nExamples").next().unwrap()));
    }
}

#[test]
fn help_and_version_go_to_standard_output() {
    let sandbox = Sandbox::new();
    for (tool, ..) in tables() {
        for option in ["-h", "--help", "-V", "--version"] {
            let outcome = sandbox.run(tool, [option]);
            assert_eq!((outcome.status, outcome.stderr.as_str()), (Some(0), ""));
            assert!(outcome.stdout.starts_with(tool));
        }
    }
}
