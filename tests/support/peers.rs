//! The programs with which the tools are tested. A test whose peer is missing is counted and listed as skipped; in CI
//! (`CI` is set, and not to `false`) it fails.

use std::env;
use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::PathBuf;

/// The variable that names the file in which skipped tests are noted.
pub const SKIPPED: &str = "VMKEYS_SKIPPED";

/// A peer, and its Debian package.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer {
    /// The program's name, or its path below the workspace's root.
    pub program: &'static str,
    /// The Debian package; none for one that is not Debian's.
    pub package: Option<&'static str>,
}

/// OpenSSH's key tool.
pub const SSH_KEYGEN: Peer = Peer { program: "ssh-keygen", package: Some("openssh-client") };
/// OpenSSH's client.
pub const SSH: Peer = Peer { program: "ssh", package: Some("openssh-client") };
/// OpenSSH's agent.
pub const SSH_AGENT: Peer = Peer { program: "ssh-agent", package: Some("openssh-client") };
/// OpenSSH's server.
pub const SSHD: Peer = Peer { program: "sshd", package: Some("openssh-server") };
/// OpenSSH's scanner of host keys.
pub const SSH_KEYSCAN: Peer = Peer { program: "ssh-keyscan", package: Some("openssh-client") };
/// Another SSH server.
pub const DROPBEAR: Peer = Peer { program: "dropbear", package: Some("dropbear-bin") };
/// An SSH server with Ed25519 and Curve25519 only.
pub const TINYSSHD: Peer = Peer { program: "tinysshd", package: Some("tinysshd") };
/// A Python with AsyncSSH, whose server has ML-KEM; made by `cargo xtask test`.
pub const ASYNCSSH: Peer = Peer { program: "target/peers/asyncssh/bin/python", package: None };
/// OpenSSL.
pub const OPENSSL: Peer = Peer { program: "openssl", package: Some("openssl") };
/// Makes weak keys; its standard library is enough.
pub const PYTHON: Peer = Peer { program: "python3", package: Some("python3") };
/// PuTTY's command-line client.
pub const PLINK: Peer = Peer { program: "plink", package: Some("putty-tools") };
/// PuTTY's key tool.
pub const PUTTYGEN: Peer = Peer { program: "puttygen", package: Some("putty-tools") };
/// Kills a program at a system call, or fails the call.
pub const STRACE: Peer = Peer { program: "strace", package: Some("strace") };
/// A shell. A system without it is not a Unix.
pub const BASH: Peer = Peer { program: "bash", package: Some("bash") };
/// Ends a program after a time limit.
pub const TIMEOUT: Peer = Peer { program: "timeout", package: Some("coreutils") };
/// A shell that runs the scripts of Run Command.
pub const DASH: Peer = Peer { program: "dash", package: Some("dash") };
/// A shell and the tools of a minimal image.
pub const BUSYBOX: Peer = Peer { program: "busybox", package: Some("busybox") };
/// Downloads hostfp for Run Command.
pub const CURL: Peer = Peer { program: "curl", package: Some("curl") };
/// Reads JSON on the command line.
pub const JQ: Peer = Peer { program: "jq", package: Some("jq") };
/// Lints shell scripts.
pub const SHELLCHECK: Peer = Peer { program: "shellcheck", package: Some("shellcheck") };
/// Runs a program as another user.
pub const SETPRIV: Peer = Peer { program: "setpriv", package: Some("util-linux") };
/// Formats and lints manual pages.
pub const MANDOC: Peer = Peer { program: "mandoc", package: Some("mandoc") };
/// A shell with completions of ours.
pub const ZSH: Peer = Peer { program: "zsh", package: Some("zsh") };
/// A shell with completions of ours.
pub const FISH: Peer = Peer { program: "fish", package: Some("fish") };
/// A Python with azure-cli's package `azure-cli-core`, made by `cargo xtask test`.
pub const AZURE_CLI: Peer = Peer { program: "target/peers/azure/bin/python", package: None };

/// OpenSSH's own regress tests; Debian's package, unpacked by `cargo xtask test` and not installed.
pub const OPENSSH_TESTS: Peer =
    Peer { program: "target/peers/openssh-tests/usr/lib/openssh/regress/keygen-change.sh", package: None };
/// cloud-init's script that writes host keys to a machine's console; Debian's package, unpacked by `cargo xtask test`
/// and not installed.
pub const CLOUD_INIT: Peer =
    Peer { program: "target/peers/cloud-init/usr/lib/cloud-init/write-ssh-key-fingerprints", package: None };

/// Runs programs for Windows.
pub const WINE: Peer = Peer { program: "wine", package: Some("wine") };
/// A C compiler and linker for Windows.
pub const MINGW: Peer = Peer { program: "x86_64-w64-mingw32-gcc", package: Some("gcc-mingw-w64-x86-64") };
/// A C compiler and linker for another processor; for building without musl.
pub const AARCH64_GCC: Peer = Peer { program: "aarch64-linux-gnu-gcc", package: None };
/// A Python with zig, which links with musl for every processor; made by `cargo xtask test`.
pub const ZIG: Peer = Peer { program: "target/peers/zig/bin/python", package: None };
/// Runs programs for another processor.
pub const QEMU: Peer = Peer { program: "qemu-aarch64-static", package: Some("qemu-user-static") };
/// Lints Debian packages.
pub const LINTIAN: Peer = Peer { program: "lintian", package: Some("lintian") };
/// Lints RPM packages.
pub const RPMLINT: Peer = Peer { program: "rpmlint", package: Some("rpmlint") };
/// Makes a bare Debian system in a folder.
pub const DEBOOTSTRAP: Peer = Peer { program: "debootstrap", package: Some("debootstrap") };
/// A bare Debian system, made by `cargo xtask test`.
pub const DEBIAN: Peer = Peer { program: "target/peers/debian/usr/bin/dpkg", package: None };
/// The newest OpenSSH, PuTTY, Dropbear and tinysshd that Debian has, in its suite sid; made by `cargo xtask test`. The
/// programs next to it have the names of the system's.
pub const CURRENT: Peer = Peer { program: "target/peers/sid/peers/ssh-keygen", package: None };
/// Reads and installs RPM packages.
pub const RPM: Peer = Peer { program: "rpm", package: Some("rpm") };
/// Shows manual pages.
pub const MAN: Peer = Peer { program: "man", package: Some("man-db") };
/// Debian's newest Rust, next to the one that builds the project.
pub const DEBIAN_CARGO: Peer = Peer { program: "/usr/bin/cargo", package: Some("cargo-web") };
/// The source of its standard library, from which one for Windows is built.
pub const DEBIAN_LIBRARY: Peer =
    Peer { program: "/usr/lib/rustlib/src/rust/library/std/Cargo.toml", package: Some("rust-web-src") };
/// The tools for Windows, with the files that Wine needs, put there by `cargo xtask test`.
pub const WINDOWS_TOOLS: Peer = Peer { program: "target/windows/bin/keygen.exe", package: None };

/// Runs many commands in parallel.
pub const PARALLEL: Peer = Peer { program: "parallel", package: Some("parallel") };
/// An engine for distributed data, made by `cargo xtask test`; it needs a Java.
pub const PYSPARK: Peer =
    Peer { program: "target/peers/pyspark/bin/spark-submit", package: Some("openjdk-17-jre-headless") };

/// A compiler for C++, in which the fuzzer is written.
pub const CXX: Peer = Peer { program: "c++", package: Some("g++") };

/// Lints workflows; made by `cargo xtask test`.
pub const ACTIONLINT: Peer = Peer { program: "target/peers/workflows/bin/actionlint", package: None };
/// Lints workflows for security; made by `cargo xtask test`.
pub const ZIZMOR: Peer = Peer { program: "target/peers/workflows/bin/zizmor", package: None };

/// Lists the files of a repository.
pub const GIT: Peer = Peer { program: "git", package: Some("git") };
/// Runs playbooks; made by `cargo xtask test`.
pub const ANSIBLE: Peer = Peer { program: "target/peers/ansible/bin/ansible-playbook", package: None };
/// Formats Terraform's files; optional.
pub const TERRAFORM: Peer = Peer { program: "terraform", package: None };
/// Parses Homebrew's formula; optional.
pub const RUBY: Peer = Peer { program: "ruby", package: None };
/// Makes a book from docs/; optional, since `cargo install mdbook` takes minutes.
pub const MDBOOK: Peer = Peer { program: "mdbook", package: None };
/// A JSON Schema validator (Python); made by `cargo xtask test`.
pub const JSON_SCHEMA: Peer = Peer { program: "target/peers/json-schema/bin/python", package: None };
/// The SARIF schema that OASIS publishes; made by `cargo xtask test`.
pub const SARIF_SCHEMA: Peer = Peer { program: "target/peers/sarif-schema/schema.json", package: None };

/// A Python with badkeys, and gmpy2 for the benches; made by `cargo xtask test --all`.
pub const BADKEYS: Peer = Peer { program: "target/peers/badkeys/bin/python", package: None };
/// badkeys' source, with the keys of its tests; unpacked by `cargo xtask test --all`.
pub const BADKEYS_SOURCE: Peer = Peer { program: "target/peers/badkeys/source", package: None };

/// The peers that `cargo xtask test` needs.
pub const SUITE: [Peer; 34] = [
    BASH,
    TIMEOUT,
    SSH_KEYGEN,
    SSH,
    SSH_AGENT,
    SSHD,
    SSH_KEYSCAN,
    DROPBEAR,
    TINYSSHD,
    ASYNCSSH,
    OPENSSL,
    PYTHON,
    PLINK,
    PUTTYGEN,
    STRACE,
    DASH,
    BUSYBOX,
    CURL,
    GIT,
    JQ,
    SHELLCHECK,
    SETPRIV,
    MANDOC,
    MAN,
    ZSH,
    FISH,
    AZURE_CLI,
    OPENSSH_TESTS,
    CLOUD_INIT,
    PARALLEL,
    ACTIONLINT,
    ZIZMOR,
    JSON_SCHEMA,
    SARIF_SCHEMA,
];

/// The further peers that `cargo xtask test --all` needs.
pub const ALL_BESIDES: [Peer; 18] = [
    ANSIBLE,
    BADKEYS,
    BADKEYS_SOURCE,
    WINE,
    MINGW,
    DEBIAN_CARGO,
    DEBIAN_LIBRARY,
    WINDOWS_TOOLS,
    ZIG,
    QEMU,
    LINTIAN,
    RPMLINT,
    DEBOOTSTRAP,
    DEBIAN,
    CURRENT,
    RPM,
    PYSPARK,
    CXX,
];

impl Peer {
    /// Its path; `None` if it is missing.
    #[must_use]
    pub fn find(self) -> Option<PathBuf> {
        if self.program.contains('/') {
            return Some(super::binaries::root().join(self.program)).filter(|path| path.exists());
        }
        let path = super::binaries::search_path();
        env::split_paths(&path).map(|folder| folder.join(self.program)).find(|path| path.is_file())
    }
}

/// Whether all these peers exist. If not, notes that the test is skipped.
///
/// # Panics
/// One is missing in CI, where a skip is a failure.
#[must_use]
pub fn present(test: &str, peers: &[Peer]) -> bool {
    super::times::start();
    present_or_noted(test, peers, env::var_os(SKIPPED).as_deref())
}

/// Like the function above, with the file in which skips are noted.
///
/// # Panics
/// One is missing in CI, where a skip is a failure.
#[must_use]
pub fn present_or_noted(test: &str, peers: &[Peer], file: Option<&OsStr>) -> bool {
    let missing: Vec<&str> = peers.iter().filter(|peer| peer.find().is_none()).map(|peer| peer.program).collect();
    if missing.is_empty() {
        return true;
    }
    note(&format!("{test}: without {}", missing.join(", ")), file);
    false
}

/// Notes that a test, or a part of it, is skipped.
///
/// # Panics
/// In CI, where a skip is a failure.
pub fn skip(test: &str, why: &str) {
    skip_noted(test, why, env::var_os(SKIPPED).as_deref());
}

/// Whether the tests run as root; if not, notes that the test is skipped, with this reason.
///
/// # Panics
/// In CI, where a skip is a failure.
#[must_use]
pub fn is_root(test: &str, why: &str) -> bool {
    let root = std::process::Command::new("id").arg("-u").output().is_ok_and(|printed| printed.stdout == b"0\n");
    if !root {
        skip(test, why);
    }
    root
}

/// Like the function above, with the file in which skips are noted.
///
/// # Panics
/// In CI, where a skip is a failure.
pub fn skip_noted(test: &str, why: &str, file: Option<&OsStr>) {
    note(&format!("{test}: {why}"), file);
}

/// Whether a skip is a failure: `CI` is set, and not to `false`.
#[must_use]
pub fn in_ci() -> bool {
    env::var_os("CI").is_some_and(|value| value != "false")
}

/// Finds a peer that is installed nowhere by itself. Where it is missing, the skip is noted, but is not a failure in CI.
#[must_use]
pub fn optional(peer: &Peer) -> Option<PathBuf> {
    let found = peer.find();
    if found.is_none() {
        let test = std::thread::current().name().unwrap_or("a test").to_owned();
        record(&format!("{test}: without {}, which is optional", peer.program), env::var_os(SKIPPED).as_deref());
    }
    found
}

fn note(skipped: &str, file: Option<&OsStr>) {
    assert!(!in_ci(), "skipped in CI: {skipped}");
    record(skipped, file);
}

fn record(skipped: &str, file: Option<&OsStr>) {
    eprintln!("skipped: {skipped}");
    if let Some(file) = file {
        // In one write, since tests run in parallel.
        let line = format!("{skipped}\n");
        let file = OpenOptions::new().append(true).create(true).open(file);
        let written = file.and_then(|mut file| file.write_all(line.as_bytes()));
        assert!(written.is_ok(), "the skip cannot be noted: {written:?}");
    }
}

/// Ends the test, and notes it as skipped, unless all named peers exist: `needs!(SSH_KEYGEN, OPENSSL)`.
#[macro_export]
macro_rules! needs {
    ($($peer:ident),+) => {
        let test = std::thread::current().name().unwrap_or("a test").to_owned();
        if !$crate::peers::present(&test, &[$($crate::peers::$peer),+]) {
            return;
        }
    };
}
