//! `cargo xtask dist --check-reproducible`: makes everything again in another folder; it must be the same to the byte.

use std::env;
use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::Command;

use support::binaries;

use super::source;
use crate::Failure;
use crate::build::run;

/// Builds and packs again for these targets, from a copy of the source, and compares.
pub(super) fn check(targets: &[&str]) -> Result<(), Failure> {
    let copy = binaries::root().join("target/again/in-a-folder-of-another-length");
    for file in source::files()? {
        let to = copy.join(&file);
        fs::create_dir_all(to.parent().unwrap_or(&copy))?;
        fs::copy(binaries::root().join(&file), to)?;
    }
    peers(&copy.join("target"))?;
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(&copy).env_remove("CARGO_TARGET_DIR").args(["run", "--quiet", "--locked", "--bin", "xtask"]);
    cargo.args(["--", "dist"]).args(targets.iter().flat_map(|target| ["--target", *target]));
    run(&mut cargo)?;
    let sums = |root: &Path| fs::read_to_string(root.join("target/dist/SHA256SUMS"));
    let (first, again) = (sums(binaries::root())?, sums(&copy)?);
    let differing: Vec<&str> = first.lines().filter(|line| !again.lines().any(|other| other == *line)).collect();
    if differing.is_empty() && first.len() == again.len() {
        println!("{} files are the same from both folders", first.lines().count());
        Ok(())
    } else {
        Err(format!("not the same from {}:\n{}", copy.display(), differing.join("\n")).into())
    }
}

/// Gives the copy access to the linker that `cargo xtask test` has fetched.
fn peers(target: &Path) -> Result<(), Failure> {
    let (ours, theirs) = (binaries::root().join("target/peers"), target.join("peers"));
    fs::create_dir_all(&theirs)?;
    let (from, to) = (ours.join("zig"), theirs.join("zig"));
    if !from.exists() || to.symlink_metadata().is_ok() {
        return Ok(());
    }
    run(Command::new("ln").args([OsStr::new("-s"), from.as_os_str(), to.as_os_str()]))
}
