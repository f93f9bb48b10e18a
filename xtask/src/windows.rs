//! The programs for Windows beside what Wine needs to run them, in one folder.

use std::fs;
use std::path::Path;
use std::process::Command;

use support::binaries;
use support::peers::{MINGW, WINDOWS_TOOLS};

use crate::build::run;
use crate::toolchain::Library;
use crate::{Failure, dist};

/// What the tests run beside the tools: a library that Wine 8 lacks, and a look at a file's access list.
const SUPPORT: [(&str, &str, &[&str]); 2] = [
    ("bcryptprimitives.c", "bcryptprimitives.dll", &["-shared", "-lbcrypt"]),
    ("who_may_read.c", "who_may_read.exe", &["-municode", "-ladvapi32"]),
];

/// Fills the folder where the programs were built; else the tests say that they are missing.
pub(crate) fn prepare() -> Result<(), Failure> {
    let tool = binaries::root().join(WINDOWS_TOOLS.program);
    let folder = tool.parent().unwrap_or(Path::new(""));
    if folder.exists() {
        // What was built before may be of other sources.
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
