//! Writes the tables in hand-written pages.

use std::fmt::Write as _;

use common::cli::table::Answer;
use common::cli::{Options, Tool};

use super::manual::{objects, statuses};
use super::markdown::cell;

/// The exit statuses of each tool.
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

/// The options of ssh-keygen that keygen does not have, with the program that does the same.
pub(super) fn letters() -> String {
    let mut table = "\n| option | what it does in ssh-keygen | instead |\n|---|---|---|\n".to_owned();
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
