//! Builds the tools.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use support::binaries;

use crate::Failure;

/// A cargo command in the workspace's root.
pub(crate) fn command() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(binaries::root());
    cargo
}

/// Runs cargo in the workspace's root.
pub(crate) fn cargo(arguments: &[&str], variables: &[(&str, &str)]) -> Result<(), Failure> {
    let status = command().args(arguments).envs(variables.iter().copied()).status()?;
    if status.success() { Ok(()) } else { Err(format!("cargo {} failed", arguments.join(" ")).into()) }
}

/// Builds the release binaries.
pub(crate) fn release() -> Result<(), Failure> {
    let packages = binaries::TOOLS.iter().flat_map(|tool| ["--package", tool]);
    cargo(&["build", "--locked", "--release"].into_iter().chain(packages).collect::<Vec<_>>(), &[])
}

/// The folder of the release binaries.
pub(crate) fn released() -> PathBuf {
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), PathBuf::from);
    binaries::root().join(target).join("release")
}

/// Runs a command that must succeed.
pub(crate) fn run(command: &mut Command) -> Result<(), Failure> {
    let status = command.status().map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    if status.success() { Ok(()) } else { Err(format!("{command:?} failed").into()) }
}
