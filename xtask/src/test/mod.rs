//! `cargo xtask test`: all that must hold, and all that CI checks.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use support::binaries;
use support::peers;

use crate::build::cargo;
use crate::{Failure, demo, dist, documents, emulated, fuzz, install_peers, windows};

/// The parts of the suite that the programs for other machines pass as well: all that does not look at the process
/// itself, from inside (strace), by its clock or by its memory, does not copy the program, which may be a script that
/// has QEMU run it, and derives no keys by the dozen, which takes QEMU minutes.
const CORE: [&str; 12] = [
    "cases::",
    "connect::",
    "convert::",
    "hostfp::",
    "keycheck::",
    "options::",
    "pubfp::",
    "streams::a_reader",
    "--skip",
    "each_key_file_is_read_once",
    "--skip",
    "an_ordinary_user_gets",
];

/// Reads what is to be tested, and tests it.
pub(crate) fn command(mut arguments: lexopt::Parser) -> Result<(), Failure> {
    let (mut folder, mut names) = (None, Vec::new());
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("bin-dir") if folder.is_none() => folder = Some(PathBuf::from(arguments.value()?)),
            lexopt::Arg::Value(name) => names.push(name.to_string_lossy().into_owned()),
            other => return Err(other.unexpected().into()),
        }
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    match folder {
        Some(folder) => {
            install_peers::install_missing();
            counting_skips(|skipped| suite(&env::current_dir()?.join(folder), &names, skipped))
        }
        None if names.is_empty() => everything(),
        None => Err("names of tests go with --bin-dir".into()),
    }
}

/// Runs everything; the first step that fails ends it.
fn everything() -> Result<(), Failure> {
    install_peers::install_missing();
    step("formatting", || cargo(&["fmt", "--all", "--check"], &[]))?;
    step("lints", || {
        cargo(&["clippy", "--locked", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"], &[])
    })?;
    step("documentation", || {
        cargo(
            &["doc", "--locked", "--workspace", "--no-deps", "--document-private-items", "--quiet"],
            &[("RUSTDOCFLAGS", "--deny warnings")],
        )
    })?;
    documents::write("man", &documents::man_pages())?;
    documents::write("completions", &documents::completions())?;
    step("demo", demo::demo)?;
    step("packages", dist::dist_all)?;
    step("what runs programs for other machines", || windows::prepare().and_then(|()| emulated::prepare()))?;
    counting_skips(|skipped| {
        step("tests", || {
            cargo(
                &["test", "--locked", "--workspace", "--no-fail-fast"],
                &[(binaries::BIN_DIR, &binaries::folder().to_string_lossy()), (peers::SKIPPED, skipped)],
            )
        })?;
        step("fuzzing, for a moment", || fuzz::smoke(skipped))?;
        for (machine, folder) in
            [("this machine", dist::native_programs()), ("another processor", emulated::programs())]
        {
            let name = format!("core of the suite, packaged programs for {machine}");
            match folder {
                Some(folder) => step(&name, || suite(&folder, &CORE, skipped))?,
                // In CI what is skipped must not look like what was passed.
                None if env::var_os("CI").is_some() => return Err(format!("{name}: not built").into()),
                None => println!("== {name}\nskipped: not built"),
            }
        }
        Ok(())
    })
}

/// Runs the suite, or the tests whose names hold one of these, with the binaries in a folder.
fn suite(folder: &Path, names: &[&str], skipped: &str) -> Result<(), Failure> {
    for tool in binaries::TOOLS {
        let tool = folder.join(format!("{tool}{}", env::consts::EXE_SUFFIX));
        if !tool.is_file() {
            return Err(format!("{} is not there", tool.display()).into());
        }
    }
    // Of the whole workspace, so that nothing is built with other features than before.
    let command = ["test", "--locked", "--workspace", "--test", "suite", "--no-fail-fast", "--"];
    let variables = [(binaries::BIN_DIR, &*folder.to_string_lossy()), (peers::SKIPPED, skipped)];
    cargo(&[&command, names].concat(), &variables)
}

/// Hands out the file in which tests note that they were skipped, and lists them at the end.
fn counting_skips(run: impl FnOnce(&str) -> Result<(), Failure>) -> Result<(), Failure> {
    let skipped = binaries::root().join("target/skipped");
    if skipped.exists() {
        fs::remove_file(&skipped)?;
    }
    run(&skipped.to_string_lossy())?;
    let notes = fs::read_to_string(&skipped).unwrap_or_default();
    println!("\n{} skipped{}", notes.lines().count(), if notes.is_empty() { "" } else { ":" });
    notes.lines().for_each(|note| println!("  {note}"));
    Ok(())
}

fn step(name: &str, run: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    println!("== {name}");
    run()
}
