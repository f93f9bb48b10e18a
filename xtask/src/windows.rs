//! Collects the programs for Windows, and the files that Wine needs to run them, in one folder.

use std::fs;
use std::path::Path;
use std::process::Command;

use support::binaries;
use support::peers::{MINGW, WINDOWS_TOOLS};

use crate::build::run;
use crate::toolchain::Library;
use crate::{Failure, dist};

/// Further files for the tests: a library that Wine 8 lacks, and a program that prints a file's access list.
const SUPPORT: [(&str, &str, &[&str]); 2] = [
    ("bcryptprimitives.c", "bcryptprimitives.dll", &["-shared", "-lbcrypt"]),
    ("who_may_read.c", "who_may_read.exe", &["-municode", "-ladvapi32"]),
];

/// Fills the folder if the programs were built; otherwise the tests report them missing.
pub(crate) fn prepare() -> Result<(), Failure> {
    let tool = binaries::root().join(WINDOWS_TOOLS.program);
    let folder = tool.parent().unwrap_or(Path::new(""));
    if folder.exists() {
        // Older programs may be from other sources.
        fs::remove_dir_all(folder)?;
    }
    let built = dist::tested_programs(|target| target.library == Library::Mingw);
    let (Some(built), Some(_)) = (built, MINGW.find()) else { return Ok(()) };
    fs::create_dir_all(folder)?;
    for tool in binaries::TOOLS {
        let tool = format!("{tool}.exe");
        fs::copy(built.join(&tool), folder.join(&tool))?;
    }
    for (source, product, options) in SUPPORT {
        let source = binaries::root().join("tests/support/wine").join(source);
        run(Command::new(MINGW.program).arg("-O1").arg("-o").arg(folder.join(product)).arg(source).args(options))?;
    }
    Ok(())
}
