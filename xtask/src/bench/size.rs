//! How large the packaged programs are, beside ssh-keygen and the libraries that it loads.
//!
//! What was measured when the release profile was chosen, stripped, static with musl on x86_64, in KiB. Each row has what
//! those above it have.
//!
//! | | pubfp | hostfp | keygen | keycheck |
//! |---|---|---|---|---|
//! | size, and speed for what is hot; a panic unwinds | 1,015 | 1,469 | 2,378 | 1,937 |
//! | a panic ends the process | 915 | 1,303 | | |
//! | no tables for unwinding; one implementation of each cipher and curve | 755 | 1,193 | 1,912 | 1,536 |
//! | equal functions folded, relocations packed by the linker | 734 | | | |
//! | hot is what is hot in that tool | 710 | 1,052 | 1,797 | |
//! | hostfp for size (`"z"`), keygen (`"s"`) with five sizes of primes for eight | | 962 | | |
//! | with products to compare keys with, eight numbers at a time and threads that may be missing | 715 | 975 | 1,225 | 1,534 |
//! | **now**: `common` without Cargo features, and one build and level for all four tools | 932 | 1,499 | 1,317 | 1,670 |
//! | the limit | 900 | 1,434 | 1,536 | 2,048 |
//!
//! Debian 12's ssh-keygen has 647 KiB, and loads 7,500 KiB in five libraries, libcrypto the largest.
//!
//! What else was tried:
//!
//! - pubfp and hostfp exceed their limits: all tools now hold what opens encrypted keys, and pubfp also the arithmetic
//!   for the public half of an EC key whose file lacks it.
//! - OpenSSH 10.6's key type and key exchanges: verifying ML-DSA-44 takes about 15 KiB beside ML-KEM (hostfp), making the
//!   public half of its seed about 15 (keygen, keycheck; pubfp needs only its length), and sntrup761 about 19 (hostfp), by
//!   small programs with and without each.
//! - Measured before that: what reads lists, `common`, is 100 KiB larger for speed than for size (606 in all), and takes 6 to
//!   8 % less time for 300,000 lines; with `opt-level = 2` it is 28 KiB smaller and takes 3 to 4 % more. Of what is left
//!   even then, a fifth opens encrypted keys (PKCS#8 with its ciphers and derivations, the prompt), and a quarter is
//!   Rust's library and musl. The way on is a crate of its own, for size, for what in `common` opens keys.
//! - Everything for size (`"z"`) but what is hot makes pubfp larger (738 for 716): what is small is no longer inlined. For
//!   pkcs8 and der in keygen it is the same. hostfp's own code, which is much and long, shrinks by 90 KiB; a
//!   lookup among 100,000 lines of known_hosts then takes 19 ms of the processor instead of 16.
//! - keygen for size (`"z"`) takes 1.4 to 1.7 times as long for an RSA key; with `"s"` it is as fast as with 3 where
//!   the processor has no AVX-512, and where it has, 0 to 5 % slower (250 keys of 2048 and 3072 bits each).
//! - A library of Rust's that ends at a panic without a word (`panic=immediate-abort`) takes 51 KiB off pubfp, and
//!   from bug reports all that could be said. With it, `common` for size, and no DSA in PKCS#8 (35 KiB
//!   of arithmetic), pubfp would by these figures still be 20 KiB above its bar.
//! - Rust's library with `optimize_for_size` saves hostfp 20 KiB by slower sorting, pubfp 1.

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
    [("keygen", MIB * 15 / 10), ("keycheck", 2 * MIB), ("pubfp", 900 * KIB), ("hostfp", MIB * 14 / 10)];

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
