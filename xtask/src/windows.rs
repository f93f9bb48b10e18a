//! The tools for Windows, so that the tests can run them under Wine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::binaries;
use support::peers::{DEBIAN_CARGO, DEBIAN_LIBRARY, MINGW, WINDOWS_TOOLS, WINE};

use crate::Failure;

const TARGET: &str = "x86_64-pc-windows-gnu";

/// What the tests run beside the tools: a library that Wine 8 lacks, and a look at a file's access list.
const SUPPORT: [(&str, &str, &[&str]); 2] = [
    ("bcryptprimitives.c", "bcryptprimitives.dll", &["-shared", "-lbcrypt"]),
    ("who_may_read.c", "who_may_read.exe", &["-municode", "-ladvapi32"]),
];

/// Builds the tools where there is a toolchain for Windows and Wine to run them; else the tests say what is missing.
pub(crate) fn build() -> Result<(), Failure> {
    let Some(folder) = binaries::root().join(WINDOWS_TOOLS.program).parent().map(Path::to_owned) else { return Ok(()) };
    if folder.exists() {
        // What was built before may be of other sources.
        fs::remove_dir_all(&folder)?;
    }
    if WINE.find().is_none() || MINGW.find().is_none() {
        return Ok(());
    }
    let Some(mut build) = toolchain() else { return Ok(()) };
    let target_folder = binaries::root().join("target/windows");
    build.current_dir(binaries::root()).env("CARGO_TARGET_DIR", &target_folder);
    build.args(binaries::TOOLS.iter().flat_map(|tool| ["--package", tool]));
    run(&mut build)?;
    fs::create_dir_all(&folder)?;
    for tool in binaries::TOOLS {
        let tool = format!("{tool}.exe");
        fs::copy(target_folder.join(TARGET).join("debug").join(&tool), folder.join(&tool))?;
    }
    for (source, product, options) in SUPPORT {
        let source = binaries::root().join("tests/support/wine").join(source);
        run(Command::new(MINGW.program).arg("-O1").arg("-o").arg(folder.join(product)).arg(source).args(options))?;
    }
    Ok(())
}

/// A cargo that builds for Windows: the one at hand where its toolchain has that target's library (`rustup target add`),
/// else Debian's, which builds the library as well; none where neither is there.
fn toolchain() -> Option<Command> {
    let printed = Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]).output().ok()?;
    let library = PathBuf::from(String::from_utf8_lossy(&printed.stdout).trim());
    let has_library = fs::read_dir(library).is_ok_and(|mut names| {
        names.any(|name| name.is_ok_and(|name| name.file_name().as_encoded_bytes().starts_with(b"libstd-")))
    });
    if has_library {
        let mut cargo = Command::new("cargo");
        cargo.args(["build", "--locked", "--quiet", "--target", TARGET]);
        return Some(cargo);
    }
    let cargo = DEBIAN_CARGO.find()?;
    let _ = DEBIAN_LIBRARY.find()?;
    let mut cargo = Command::new(cargo);
    // A stable compiler builds its own library only if it takes itself for a newer one.
    cargo.env("RUSTC_BOOTSTRAP", "1").env("RUSTC", "/usr/bin/rustc").env("RUSTDOC", "/usr/bin/rustdoc");
    cargo.env_remove("CARGO").env_remove("RUSTUP_TOOLCHAIN");
    cargo.args(["build", "--locked", "--quiet", "--target", TARGET, "-Zbuild-std"]);
    Some(cargo)
}

fn run(command: &mut Command) -> Result<(), Failure> {
    let status = command.status().map_err(|error| format!("{command:?}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{command:?} failed").into()) }
}
