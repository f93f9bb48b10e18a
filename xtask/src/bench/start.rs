//! Compares the start of each tool with that of an empty program.

use std::time::Duration;

use support::binaries;

use super::table::{Asked, Measure};
use super::{Programs, race};
use crate::Failure;

/// The most time that each may take in addition to an empty program.
const MORE: Duration = Duration::from_millis(1);

/// Prints how long each tool takes to print its version.
pub(super) fn bench(programs: &Programs, rounds: u32) -> Result<Vec<Measure>, Failure> {
    let mut measures = Vec::new();
    for tool in binaries::TOOLS {
        let mut version = programs.command(tool);
        version.arg("--version");
        let [ours, theirs] = race(&mut [version, programs.command("examples/empty")], rounds, &[])?;
        println!("start of {tool}: {ours}, of an empty program {theirs}");
        let (what, peer) = ("start".to_owned(), "an empty program");
        measures.push(Measure { what, tool, ours, peer, theirs, asked: Asked::More(MORE), limit: None });
    }
    Ok(measures)
}
