//! The `keygen` program; see the library beside it.

use std::process::ExitCode;

fn main() -> ExitCode {
    common::cli::main::<keygen::Args>()
}
