//! The tables within pages that people write.

use std::fmt::Write as _;

use common::cli::table::Answer;
use common::cli::{Options, Tool};

use super::manual::{objects, statuses};
use super::markdown::cell;

/// What the exit statuses of each tool mean.
pub(super) fn exit_statuses() -> String {
    fn of<F>(tool: &Tool<F>) -> String {
        format!("\n## {}\n\n{}", tool.name, statuses(tool))
    }
    [of(keygen::Args::TOOL), of(keycheck::Args::TOOL), of(pubfp::Args::TOOL), of(hostfp::Args::TOOL)].concat()
}

/// The fields of each tool's JSON.
pub(super) fn json() -> String {
    fn of<F>(tool: &Tool<F>) -> String {
        format!("\n## {}\n\n{}", tool.name, objects(tool.json))
    }
    [of(pubfp::Args::TOOL), of(keycheck::Args::TOOL), of(hostfp::Args::TOOL), of(keygen::Args::TOOL)].concat()
}

/// The letters of ssh-keygen that keygen does not have, with the program that does what they ask for.
pub(super) fn letters() -> String {
    let mut table = "\n| option | asks for what keygen does not do | instead |\n|---|---|---|\n".to_owned();
    for foreign in keygen::Args::TOOL.foreign {
        let _ = match &foreign.answer {
            Answer::Accepted => writeln!(table, "| `-{}` | nothing: it is accepted | |", foreign.letter),
            Answer::Elsewhere { what, command } => {
                writeln!(table, "| `-{}` | {} | {} |", foreign.letter, cell(what), cell(command))
            }
        };
    }
    table
}
