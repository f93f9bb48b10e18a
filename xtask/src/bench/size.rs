//! How large the packaged programs are, beside ssh-keygen and the libraries that it loads.
//!
//! What was measured when the release profile was chosen: pubfp, stripped, static with musl on x86_64, in KiB, and its
//! time for 300,000 Ed25519 lines.
//!
//! | | KiB | time |
//! |---|---|---|
//! | everything for speed (`opt-level = 3`), Rust's library as rustup brings it, glibc | 1,270 | 1.0 |
//! | the same, the library built along, without the names in backtraces | 1,086 | 1.0 |
//! | everything for size (`"s"`) | 775 | 1.2 |
//! | everything for size (`"z"`) but base64, memchr and sha2, ciphers without vectors | 741 | 1.5 |
//! | size, and speed for what is hot; this is the profile, with an address of its own choosing for every run | 987 | 1.0 |
//!
//! All have `lto = "fat"` and one codegen unit, and unwind. `panic = "abort"` was not measured: secrets are wiped and
//! temporary files are removed by drops. Half of what is left of pubfp opens encrypted keys and runs threads; keygen is
//! large by its arithmetic for eight sizes of primes, each unrolled.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::binaries;
use support::peers::SSH_KEYGEN;

use crate::Failure;
use crate::dist;
use crate::toolchain::TARGETS;

/// What each program may have, in bytes, with musl on x86_64.
const BARS: [(&str, u64); 4] =
    [("keygen", MIB * 12 / 10), ("keycheck", MIB * 15 / 10), ("pubfp", 500 * KIB), ("hostfp", MIB)];

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// Prints the sizes of what `cargo xtask dist` has made.
pub(super) fn bench() -> Result<(), Failure> {
    let built = TARGETS.iter().filter(|target| dist::folder().join(target.triple).exists());
    let built: Vec<_> = built.collect();
    if built.is_empty() {
        return Err("nothing is packaged yet: cargo xtask dist".into());
    }
    for target in built {
        println!("{}", target.triple);
        for tool in binaries::TOOLS {
            let size = size(&dist::folder().join(target.triple).join(target.file_name(tool)))?;
            let bar = BARS.iter().find(|(name, _)| *name == tool).map_or(0, |(_, bar)| *bar);
            println!("  {tool:8} {:5} KiB, of {} KiB with musl", size.div_ceil(KIB), bar / KIB);
        }
    }
    if let Some(ssh_keygen) = SSH_KEYGEN.find() {
        let libraries = libraries(&ssh_keygen)?;
        let loaded: u64 = libraries.iter().map(|library| size(library)).sum::<Result<_, _>>()?;
        println!("{}", ssh_keygen.display());
        println!("  alone    {:5} KiB", size(&ssh_keygen)?.div_ceil(KIB));
        println!("  loads    {:5} KiB in {} libraries", loaded.div_ceil(KIB), libraries.len());
    }
    Ok(())
}

fn size(file: &Path) -> Result<u64, Failure> {
    Ok(fs::metadata(file).map_err(|error| format!("{}: {error}", file.display()))?.len())
}

/// What the loader would load, as ldd(1) tells it: `NAME => PATH (ADDRESS)`, and the loader itself.
fn libraries(program: &Path) -> Result<BTreeSet<PathBuf>, Failure> {
    let output = Command::new("ldd").arg(program).output()?;
    let text = String::from_utf8(output.stdout)?;
    Ok(text
        .lines()
        .filter_map(|line| line.split_whitespace().find(|word| word.starts_with('/')))
        .map(PathBuf::from)
        .collect())
}
