//! Whether the sources, the tests' among them, fit systems that nothing here runs programs for.

use std::path::Path;

use support::{binaries, peers};

use crate::Failure;
use crate::build::run;
use crate::toolchain::Compiler;

const TARGETS: [&str; 2] = ["x86_64-pc-windows-msvc", "aarch64-apple-darwin"];

/// Checks all sources for each system. A system without a compiler is noted as skipped.
pub(super) fn check(skipped: &Path) -> Result<(), Failure> {
    for target in TARGETS {
        let compiler = match Compiler::find(target) {
            Ok(compiler) => compiler,
            Err(missing) => {
                peers::skip_noted(&format!("the sources for {target}"), &missing, Some(skipped.as_ref()));
                continue;
            }
        };
        println!("checking for {target}");
        let mut cargo =
            compiler.cargo(&["check", "--tests"], target, &binaries::root().join("target/cross").join(target));
        run(cargo.arg("--workspace"))?;
    }
    Ok(())
}
