//! Makes the programs for another processor usable in the suite: a script with each program's name runs it under QEMU.

use std::fs;
use std::path::PathBuf;

use support::binaries;
use support::peers::QEMU;

use crate::toolchain::write_program;
use crate::{Failure, dist};

/// The processor that QEMU emulates.
const PROCESSOR: &str = "aarch64";

fn folder() -> PathBuf {
    binaries::root().join("target/emulated")
}

/// Writes the scripts, if the programs were built.
pub(crate) fn prepare() -> Result<(), Failure> {
    if folder().exists() {
        // Programs that were built before may be gone.
        fs::remove_dir_all(folder())?;
    }
    let built = dist::tested_programs(|target| target.is_linux() && target.processor() == PROCESSOR);
    let (Some(built), Some(qemu)) = (built, QEMU.find()) else { return Ok(()) };
    fs::create_dir_all(folder())?;
    for tool in binaries::TOOLS {
        let text = format!("#!/bin/sh\nexec '{}' '{}' \"$@\"\n", qemu.display(), built.join(tool).display());
        write_program(&folder().join(tool), &text)?;
    }
    Ok(())
}

/// The folder of the scripts; `None` without programs or without an emulator.
pub(crate) fn programs() -> Option<PathBuf> {
    Some(folder()).filter(|folder| folder.exists())
}
