//! Checks the dependencies of the programs: cargo-deny checks them by deny.toml, and cargo-auditable writes the list
//! into each program.

use std::fs;

use support::binaries;

use crate::Failure;
use crate::build::{command, run};

/// The section of a program in which cargo-auditable puts the list, which `cargo audit bin` reads.
const SECTION: &[u8] = b".dep-v0";

/// Checks the dependencies, with the advisories that `cargo deny fetch` has fetched, and builds the programs with the
/// list of their dependencies.
pub(super) fn check() -> Result<(), Failure> {
    run(command().args(["deny", "--offline", "check"]))?;
    let folder = binaries::root().join("target/auditable");
    let packages = binaries::TOOLS.iter().flat_map(|tool| ["--package", tool]);
    run(command()
        .args(["auditable", "build", "--locked", "--release"])
        .args(packages)
        .arg("--target-dir")
        .arg(&folder))?;
    for tool in binaries::TOOLS {
        let program = fs::read(folder.join("release").join(tool))?;
        if !program.windows(SECTION.len()).any(|bytes| bytes == SECTION) {
            return Err(format!("{tool} does not hold the list of its dependencies").into());
        }
    }
    println!("each program holds the list of its dependencies");
    Ok(())
}
