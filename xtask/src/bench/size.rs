//! Prints the sizes of the packaged programs, with those of ssh-keygen and the libraries that it loads.
//!
//! Sizes by which the release profile was chosen: stripped, static with musl on x86_64, in KiB. Each row includes the
//! changes of the rows above it.
//!
//! | | pubfp | hostfp | keygen | keycheck |
//! |---|---|---|---|---|
//! | optimised for size, hot code for speed; a panic unwinds | 1,015 | 1,469 | 2,378 | 1,937 |
//! | a panic ends the process | 915 | 1,303 | | |
//! | no tables for unwinding; one implementation of each cipher and curve | 755 | 1,193 | 1,912 | 1,536 |
//! | equal functions folded, relocations packed by the linker | 734 | | | |
//! | each tool optimises its own hot code for speed | 710 | 1,052 | 1,797 | |
//! | hostfp for size (`"z"`), keygen (`"s"`) with five sizes of primes instead of eight | | 962 | | |
//! | products to compare keys with, SIMD over eight integers, threads that may fail to start | 715 | 975 | 1,225 | 1,534 |
//! | **now**: `common` without Cargo features, and one build and level for all four tools | 932 | 1,499 | 1,317 | 1,670 |
//! | the limit | 900 | 1,434 | 1,536 | 2,048 |
//!
//! Debian 12's ssh-keygen has 647 KiB, and loads 7,500 KiB in five libraries, libcrypto the largest.
//!
//! Other measurements:
//!
//! - pubfp and hostfp exceed their limits: all tools now have the code that opens encrypted keys, and pubfp also the
//!   arithmetic for the public half of an EC key whose file lacks it.
//! - OpenSSH 10.6's key type and key exchanges: verifying ML-DSA-44 takes about 15 KiB in addition to ML-KEM (hostfp),
//!   deriving the public half from its seed about 15 (keygen, keycheck; pubfp needs only its length), and sntrup761
//!   about 19 (hostfp), measured by small programs with and without each.
//! - Measured before that: `common`, which reads lists, is 100 KiB larger for speed than for size (606 in all), and
//!   takes 6 to 8 % less time for 300,000 lines; with `opt-level = 2` it is 28 KiB smaller and takes 3 to 4 % more. Of
//!   the remaining size, a fifth opens encrypted keys (PKCS#8 with its ciphers and derivations, the prompt), and a
//!   quarter is Rust's library and musl. The next step would be a separate crate, optimised for size, for the code in
//!   `common` that opens keys.
//! - Optimising all but hot code for size (`"z"`) makes pubfp larger (738 instead of 716): small functions are no
//!   longer inlined. pkcs8 and der in keygen behave the same. hostfp's own code, which is long, shrinks by 90 KiB; a
//!   lookup among 100,000 lines of known_hosts then takes 19 ms of processor time instead of 16.
//! - keygen for size (`"z"`) takes 1.4 to 1.7 times as long for an RSA key; with `"s"` it is as fast as with 3 if the
//!   processor has no AVX-512, and 0 to 5 % slower if it has (250 keys of 2048 and 3072 bits each).
//! - A Rust library that aborts without a message at a panic (`panic=immediate-abort`) makes pubfp 51 KiB smaller, but
//!   bug reports useless. With it, `common` for size, and no DSA in PKCS#8 (35 KiB of arithmetic), pubfp would by these
//!   figures still be 20 KiB above its limit.
//! - Rust's library with `optimize_for_size` saves 20 KiB in hostfp, by slower sorting, and 1 in pubfp.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::binaries;
use support::peers::SSH_KEYGEN;

use crate::Failure;
use crate::dist;
use crate::toolchain::TARGETS;

/// The size limit of each program, in bytes, with musl on x86_64.
const LIMITS: [(&str, u64); 4] =
    [("keygen", MIB * 15 / 10), ("keycheck", 2 * MIB), ("pubfp", 900 * KIB), ("hostfp", MIB * 14 / 10)];

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// Prints the sizes of the programs of `cargo xtask dist`.
pub(super) fn bench() -> Result<(), Failure> {
    let built = TARGETS.iter().filter(|target| dist::folder().join(target.triple).exists());
    let built: Vec<_> = built.collect();
    if built.is_empty() {
        return Err("no packages: run `cargo xtask dist` first".into());
    }
    for target in built {
        println!("{}", target.triple);
        for tool in binaries::TOOLS {
            let size = size(&dist::folder().join(target.triple).join(target.file_name(tool)))?;
            let limit = LIMITS.iter().find(|(name, _)| *name == tool).map_or(0, |(_, limit)| *limit);
            println!("  {tool:8} {:5} KiB, limit {} KiB with musl", size.div_ceil(KIB), limit / KIB);
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

/// The libraries that the loader would load, as ldd(1) prints them: `NAME => PATH (ADDRESS)`, and the loader itself.
fn libraries(program: &Path) -> Result<BTreeSet<PathBuf>, Failure> {
    let output = Command::new("ldd").arg(program).output()?;
    let text = String::from_utf8(output.stdout)?;
    Ok(text
        .lines()
        .filter_map(|line| line.split_whitespace().find(|word| word.starts_with('/')))
        .map(PathBuf::from)
        .collect())
}
