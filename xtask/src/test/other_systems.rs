//! Checks that all sources, including the tests, compile for systems whose programs cannot be run here.

use std::path::Path;

use support::{binaries, peers};

use crate::Failure;
use crate::build::run;
use crate::toolchain::Compiler;

const TARGETS: [&str; 2] = ["x86_64-pc-windows-msvc", "aarch64-apple-darwin"];

/// Checks all sources for each system. A system without a compiler is noted as skipped. One cargo call checks all
/// systems of one compiler, so macros and build scripts are built once.
pub(super) fn check(skipped: &Path) -> Result<(), Failure> {
    let mut left = Vec::new();
    for target in TARGETS {
        match Compiler::find(target) {
            Ok(compiler) => left.push((compiler, target)),
            Err(missing) => {
                peers::skip_noted(&format!("the sources for {target}"), &missing, Some(skipped.as_ref()));
            }
        }
    }
    while let Some((compiler, _)) = left.first().copied() {
        let (its, others): (Vec<_>, Vec<_>) = left.into_iter().partition(|(other, _)| *other == compiler);
        let targets: Vec<&str> = its.iter().map(|(_, target)| *target).collect();
        println!("checking for {}", targets.join(" and "));
        let mut cargo = compiler.cargo(&["check", "--tests"], &targets, &binaries::root().join("target/cross/sources"));
        // clippy sees only what is compiled for this system.
        run(cargo.arg("--workspace").env("RUSTFLAGS", "--deny warnings"))?;
        left = others;
    }
    Ok(())
}
