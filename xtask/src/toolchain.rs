//! Finds the compilers for the machines that the tools are built for.
//!
//! A toolchain is looked for in this order:
//!
//! 1. The installed cargo, if its compiler has the target's library (`rustup target add TARGET`), and the linker.
//! 2. Debian's own cargo and rustc, which build the library from its source (packages `cargo-web`, `rustc-web`,
//!    `rust-web-src`), again with the linker.
//!
//! The linker for musl is zig, which contains musl and an unwinder for every machine. It is on the search path, or
//! where `cargo xtask test` has put it. Only rustup's musl has its own linker.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use support::binaries;
use support::peers::{AARCH64_GCC, DEBIAN_CARGO, DEBIAN_LIBRARY, MINGW, Peer, ZIG};

use crate::Failure;

/// A kind of machine.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Target {
    /// Rust's name for it; its first part is also rpm's name for the processor.
    pub(crate) triple: &'static str,
    /// Debian's name for the processor.
    pub(crate) debian: &'static str,
    /// The C library that is linked in.
    pub(crate) library: Library,
}

/// The C library of a target, which is linked in if the system may lack it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Library {
    /// Linux: small, and the same on every system.
    Musl,
    /// Linux, if nothing can build with musl.
    Glibc,
    /// Windows, whose own libraries are always present.
    Mingw,
    /// macOS, which needs only the system's C library. Nothing here can run such programs.
    Macos,
}

const fn target(triple: &'static str, debian: &'static str, library: Library) -> Target {
    Target { triple, debian, library }
}

/// All targets. Of the two for a processor under Linux the first is preferred.
pub(crate) const TARGETS: [Target; 7] = [
    target("x86_64-unknown-linux-musl", "amd64", Library::Musl),
    target("x86_64-unknown-linux-gnu", "amd64", Library::Glibc),
    target("aarch64-unknown-linux-musl", "arm64", Library::Musl),
    target("aarch64-unknown-linux-gnu", "arm64", Library::Glibc),
    target("x86_64-pc-windows-gnu", "", Library::Mingw),
    target("aarch64-apple-darwin", "", Library::Macos),
    target("x86_64-apple-darwin", "", Library::Macos),
];

impl Purpose {
    /// The profile in Cargo.toml, which is also the name of its folder.
    pub(crate) const fn profile(self) -> &'static str {
        match self {
            Self::Shipped => "release",
            Self::Tried => "tried",
        }
    }
}

impl Target {
    /// The target of this name.
    pub(crate) fn named(triple: &str) -> Result<&'static Self, Failure> {
        TARGETS.iter().find(|target| target.triple == triple).ok_or_else(|| {
            let known: Vec<&str> = TARGETS.iter().map(|target| target.triple).collect();
            format!("there is no target '{triple}', only {}", known.join(", ")).into()
        })
    }

    /// The processor, as Rust and rpm call it.
    pub(crate) fn processor(&self) -> &'static str {
        self.triple.split('-').next().unwrap_or_default()
    }

    /// The name of a tool's file.
    pub(crate) fn file_name(&self, tool: &str) -> String {
        if self.library == Library::Mingw { format!("{tool}.exe") } else { tool.to_owned() }
    }

    /// Whether programs for it run on this machine without an emulator.
    pub(crate) fn is_native(&self) -> bool {
        self.is_linux() && cfg!(target_os = "linux") && self.processor() == env::consts::ARCH
    }

    /// Whether its system is Linux.
    pub(crate) fn is_linux(&self) -> bool {
        matches!(self.library, Library::Musl | Library::Glibc)
    }
}

/// Selects a single portable implementation of ciphers that only process key files or handshakes, and of a curve that
/// is used once for each key or host.
const COMPACT: [&str; 6] = [
    "aes_backend=\"soft\"",
    "aes_backend_soft=\"compact\"",
    "chacha20_backend=\"soft\"",
    "curve25519_dalek_backend=\"serial\"",
    "poly1305_backend=\"soft\"",
    "polyval_backend=\"soft\"",
];

/// The purpose of a target's programs, which decides how they are optimised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// For releases and benches.
    Shipped,
    /// For tests under an emulator: built quickly.
    Tried,
}

/// A compiler and its library for a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Compiler {
    builds_library: bool,
}

impl Compiler {
    /// Finds the compiler for a target; the error names what to install.
    pub(crate) fn find(triple: &str) -> Result<Self, String> {
        if has_library(triple) {
            Ok(Self { builds_library: false })
        } else if DEBIAN_CARGO.find().is_some() && DEBIAN_LIBRARY.find().is_some() {
            Ok(Self { builds_library: true })
        } else {
            Err(format!(
                "no library for {triple}: run `rustup target add {triple}` (or install Debian's cargo-web, rustc-web and rust-web-src)"
            ))
        }
    }

    /// A cargo command for these targets, which builds below `folder`.
    pub(crate) fn cargo(self, arguments: &[&str], triples: &[&str], folder: &Path) -> Command {
        let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        if self.builds_library {
            cargo = Command::new(DEBIAN_CARGO.program);
            // A stable compiler builds its own library only with RUSTC_BOOTSTRAP.
            cargo.env("RUSTC_BOOTSTRAP", "1").env("RUSTC", "/usr/bin/rustc").env("RUSTDOC", "/usr/bin/rustdoc");
            cargo.env_remove("CARGO").env_remove("RUSTUP_TOOLCHAIN");
        }
        cargo.current_dir(binaries::root()).env("CARGO_TARGET_DIR", folder).env_remove("RUSTFLAGS");
        cargo.args(arguments).args(["--locked", "--quiet"]);
        cargo.args(triples.iter().flat_map(|triple| ["--target", triple]));
        if self.builds_library {
            // Without backtraces, since a stripped program has no function names.
            cargo.args(["-Zbuild-std=std,panic_abort", "-Zbuild-std-features="]);
        }
        cargo
    }
}

/// A compiler and a linker for one target.
pub(crate) struct Toolchain {
    target: &'static Target,
    compiler: Compiler,
    linker: Option<PathBuf>,
}

impl Toolchain {
    /// Finds the toolchain for a target; the error names what is missing.
    pub(crate) fn find(target: &'static Target) -> Result<Self, String> {
        let compiler = Compiler::find(target.triple)?;
        let linker = match (target.library, target.processor(), compiler.builds_library) {
            (Library::Glibc, processor, _) if processor == env::consts::ARCH => None,
            (Library::Glibc, ..) => Some(found(AARCH64_GCC)?),
            (Library::Mingw, ..) => Some(found(MINGW)?),
            (Library::Macos, ..) if cfg!(target_os = "macos") => None,
            (Library::Macos, processor, _) => Some(zig_for_macos(processor)?),
            (Library::Musl, processor, false) if processor == env::consts::ARCH => None,
            // rustup's compiler contains a linker, and its musl everything else.
            (Library::Musl, _, false) => Some("rust-lld".into()),
            (Library::Musl, processor, true) => Some(zig(processor)?),
        };
        Ok(Self { target, compiler, linker })
    }

    /// A cargo command that builds the four tools for the target below `folder`.
    ///
    /// The same source and compiler give the same bytes in any folder: no path of this machine and no name of the
    /// registry is included.
    pub(crate) fn cargo(&self, purpose: Purpose, folder: &Path) -> Command {
        let triple = self.target.triple;
        let mut cargo = self.compiler.cargo(&["build", "--profile", purpose.profile()], &[triple], folder);
        cargo.args(binaries::TOOLS.iter().flat_map(|tool| ["--package", tool]));
        cargo.env("CARGO_ENCODED_RUSTFLAGS", self.flags().join("\u{1f}"));
        if self.target.library == Library::Macos {
            // Any folder will do, since zig has its own SDK; without one, rustc warns.
            cargo.env("SDKROOT", binaries::root());
        }
        if let Some(linker) = &self.linker {
            let name = triple.to_uppercase().replace('-', "_");
            cargo.env(format!("CARGO_TARGET_{name}_LINKER"), linker);
        }
        cargo
    }

    /// The compiler's name and version.
    pub(crate) fn compiler(&self) -> Result<String, Failure> {
        let rustc = if self.compiler.builds_library { "/usr/bin/rustc" } else { "rustc" };
        let printed = Command::new(rustc).arg("--version").output().map_err(|error| format!("{rustc}: {error}"))?;
        Ok(String::from_utf8_lossy(&printed.stdout).trim().to_owned())
    }

    fn flags(&self) -> Vec<String> {
        let mut flags: Vec<String> = sources()
            .into_iter()
            .map(|(folder, name)| format!("--remap-path-prefix={}={name}", folder.display()))
            .collect();
        flags.extend(COMPACT.iter().map(|cfg| format!("--cfg={cfg}")));
        if self.target.is_linux() {
            // No program unwinds.
            flags.push("-Cforce-unwind-tables=no".into());
        }
        let more: &[&str] = match self.target.library {
            // zig has its own startup files. It does not know -static-pie, which rustc passes for a random address in
            // every run.
            Library::Musl if self.compiler.builds_library => &["-Clink-self-contained=no", "-Clink-arg=-pie"],
            Library::Musl => &[],
            Library::Glibc => &["-Ctarget-feature=+crt-static"],
            Library::Mingw => &["-Clink-arg=-Wl,--no-insert-timestamp"],
            // rustc would strip with a program that is not installed; the linker can do it.
            Library::Macos => &["-Cstrip=none", "-Clink-arg=-s"],
        };
        flags.extend(more.iter().map(|flag| (*flag).to_owned()));
        flags
    }
}

/// The paths of sources on this machine, each with its replacement.
fn sources() -> Vec<(PathBuf, &'static str)> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")));
    let registries = home.and_then(|home| fs::read_dir(home.join("registry/src")).ok());
    let mut sources: Vec<(PathBuf, &str)> =
        registries.into_iter().flatten().filter_map(|registry| Some((registry.ok()?.path(), "crates"))).collect();
    sources.push((binaries::root().to_owned(), "vmkeys"));
    sources.push(("/usr/lib/rustlib/src/rust".into(), "rust"));
    sources
}

/// Whether the installed compiler has the library of a target.
fn has_library(triple: &str) -> bool {
    let printed = Command::new("rustc").args(["--print", "target-libdir", "--target", triple]).output();
    let folder = printed.map(|printed| String::from_utf8_lossy(&printed.stdout).trim().to_owned());
    folder.and_then(fs::read_dir).is_ok_and(|mut names| {
        names.any(|name| name.is_ok_and(|name| name.file_name().as_encoded_bytes().starts_with(b"libstd-")))
    })
}

fn found(peer: Peer) -> Result<PathBuf, String> {
    peer.find().ok_or_else(|| format!("no {}: install {}", peer.program, peer.package.unwrap_or_default()))
}

/// Writes a script that links for musl with zig: cargo needs the linker as one argument.
///
/// zig's compiler knows the files to link, and its linker can fold equal functions and pack relocations; but the
/// compiler does not pass on these options. So the script has the compiler print its linker command, and runs that
/// again with the options added. It is the last command printed: with an empty cache, zig links parts of its library
/// before. (It is printed without quotes. If a path has spaces, the second link fails, and the result of the first one
/// is kept.)
fn zig(processor: &str) -> Result<PathBuf, String> {
    zig_script(&format!("zig-{processor}"), |zig| {
        format!(
            "export ZIG_VERBOSE_LINK=1\n\
             said=$({zig} cc -target {processor}-linux-musl \"$@\" 2>&1) || {{ echo \"$said\" >&2; exit 1; }}\n\
             set -f\n\
             {zig} $(echo \"$said\" | grep '^ld.lld ' | tail -n 1) --icf=all --pack-dyn-relocs=relr 2>/dev/null || :\n"
        )
    })
}

/// Writes a script that links for macOS with zig. It leaves out the options that only Apple's linker knows, and the
/// system's libraries, which zig links by default.
fn zig_for_macos(processor: &str) -> Result<PathBuf, String> {
    zig_script(&format!("zig-macos-{processor}"), |zig| {
        format!(
            "value=\n\
             for word; do\n\
             shift\n\
             if [ \"$value\" ]; then value=; continue; fi\n\
             case $word in\n\
             -arch | -isysroot) value=next ;;\n\
             -lSystem | -lc | -lm | -liconv | -nodefaultlibs | -mmacosx-version-min=*) ;;\n\
             *) set -- \"$@\" \"$word\" ;;\n\
             esac\n\
             done\n\
             exec {zig} cc -target {processor}-macos \"$@\"\n"
        )
    })
}

/// Writes a script that calls zig; `script` gets the command.
fn zig_script(name: &str, script: impl Fn(&str) -> String) -> Result<PathBuf, String> {
    let python = ZIG.find().ok_or("no zig to link with: `cargo xtask test` installs it, or `rustup target add`")?;
    let folder = binaries::root().join("target/peers");
    let path = folder.join(name);
    let text = format!(
        "#!/bin/sh\nexport ZIG_GLOBAL_CACHE_DIR='{0}/zig-cache' ZIG_LOCAL_CACHE_DIR='{0}/zig-cache'\n{1}",
        folder.display(),
        script(&format!("'{}' -m ziglang", python.display()))
    );
    write_program(&path, &text).map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(path)
}

/// Writes an executable script.
pub(crate) fn write_program(path: &Path, text: &str) -> std::io::Result<()> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    fs::write(path, text)?;
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    Ok(())
}
