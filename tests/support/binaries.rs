//! Finds the binaries under test: those in the folder `VMKEYS_BIN_DIR`, so packaged binaries pass the same suite, or
//! freshly built ones.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// The four tools.
pub const TOOLS: [&str; 4] = ["keygen", "keycheck", "pubfp", "hostfp"];

/// The variable that names the folder of the binaries.
pub const BIN_DIR: &str = "VMKEYS_BIN_DIR";

/// The variable that names a folder of peers that take precedence over the system's.
pub const PEERS_DIR: &str = "VMKEYS_PEERS_DIR";

/// The root of the workspace.
#[must_use]
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// The folder that holds the binaries.
///
/// # Panics
/// They cannot be built.
pub fn folder() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| match env::var_os(BIN_DIR) {
        Some(folder) => folder.into(),
        None => build(),
    })
}

/// The path of a tool.
#[must_use]
pub fn tool(name: &str) -> PathBuf {
    folder().join(format!("{name}{}", env::consts::EXE_SUFFIX))
}

/// `PATH` with the binaries first, then the folder of peers.
#[must_use]
pub fn search_path() -> OsString {
    let system = env::var_os("PATH").unwrap_or_default();
    // sshd and other peers are in folders that are not on every user's `PATH`.
    let peers = ["/usr/sbin", "/sbin"].map(PathBuf::from);
    let named = env::var_os(PEERS_DIR).map(PathBuf::from);
    let folders = std::iter::once(folder().to_owned()).chain(named).chain(env::split_paths(&system)).chain(peers);
    env::join_paths(folders).unwrap_or(system)
}

#[expect(clippy::panic, reason = "without binaries there is nothing to test")]
fn build() -> PathBuf {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(root()).args(["build", "--quiet", "--locked"]);
    // By --bin and not by --package: so they share dependencies, with the same features, with the tests.
    command.args(TOOLS.iter().flat_map(|tool| ["--bin", tool]));
    match command.status() {
        Ok(status) if status.success() => {}
        other => panic!("the binaries cannot be built: {other:?}"),
    }
    let target = env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir));
    target.join("debug")
}
