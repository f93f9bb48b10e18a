//! Building the tools.

use std::env;
use std::process::Command;

use support::binaries;

use crate::Failure;

/// Runs cargo in the workspace's root.
pub(crate) fn cargo(arguments: &[&str], variables: &[(&str, &str)]) -> Result<(), Failure> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status =
        Command::new(cargo).current_dir(binaries::root()).args(arguments).envs(variables.iter().copied()).status()?;
    if status.success() { Ok(()) } else { Err(format!("cargo {} failed", arguments.join(" ")).into()) }
}

/// Release binaries. Each is built by itself, since cargo gives tools that are built together each other's features.
pub(crate) fn release() -> Result<(), Failure> {
    for tool in binaries::TOOLS {
        cargo(&["build", "--locked", "--release", "--package", tool], &[])?;
    }
    Ok(())
}
