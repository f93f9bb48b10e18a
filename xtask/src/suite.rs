//! `cargo xtask test`: all that must hold, and all that CI checks.

use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use support::binaries;
use support::peers::{self, Peer};

use crate::build::cargo;
use crate::{Failure, demo, documents, windows};

/// Runs everything; the first step that fails ends it.
pub(crate) fn test() -> Result<(), Failure> {
    install_missing_peers();
    step("formatting", || cargo(&["fmt", "--all", "--check"], &[]))?;
    step("lints", || {
        cargo(&["clippy", "--locked", "--workspace", "--all-targets", "--quiet", "--", "--deny", "warnings"], &[])
    })?;
    step("documentation", || {
        cargo(
            &["doc", "--locked", "--workspace", "--no-deps", "--document-private-items", "--quiet"],
            &[("RUSTDOCFLAGS", "--deny warnings")],
        )
    })?;
    documents::write("man", &documents::man_pages())?;
    documents::write("completions", &documents::completions())?;
    step("demo", demo::demo)?;
    step("tools for Windows", windows::build)?;
    let skipped = binaries::root().join("target/skipped");
    if skipped.exists() {
        fs::remove_file(&skipped)?;
    }
    let folder = binaries::folder().display().to_string();
    let skipped_name = skipped.display().to_string();
    step("tests", || {
        cargo(
            &["test", "--locked", "--workspace", "--no-fail-fast"],
            &[(binaries::BIN_DIR, &folder), (peers::SKIPPED, &skipped_name)],
        )
    })?;
    let notes = fs::read_to_string(&skipped).unwrap_or_default();
    println!("\n{} skipped{}", notes.lines().count(), if notes.is_empty() { "" } else { ":" });
    notes.lines().for_each(|note| println!("  {note}"));
    Ok(())
}

fn step(name: &str, run: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    println!("== {name}");
    run()
}

/// Installs what is missing where that is possible without asking: Debian's packages as root, Python's into a folder
/// of ours. What stays missing is named by the tests that are skipped for it.
fn install_missing_peers() {
    let missing: Vec<Peer> = peers::ALL.into_iter().filter(|peer| peer.find().is_none()).collect();
    if missing.is_empty() {
        return;
    }
    let mut packages: Vec<&str> = missing.iter().filter_map(|peer| peer.package).collect();
    packages.sort_unstable();
    packages.dedup();
    if !packages.is_empty() {
        println!("== installing {}", packages.join(" "));
        let install = |packages: &[&str]| {
            attempt("apt-get", &[&["install", "--yes", "--no-install-recommends"], packages].concat())
        };
        if attempt("apt-get", &["update"]) && install(&packages) {
            packages.clear();
        }
        // One that this system has not must not keep the others away.
        packages.retain(|package| !install(&[package]));
        if !packages.is_empty() {
            println!("not to be had: {}; the tests that need them are skipped", packages.join(" "));
        }
    }
    if missing.contains(&peers::OPENSSH_TESTS) {
        println!("== unpacking openssh-tests into target/peers");
        let folder = binaries::root().join("target/peers/openssh-tests");
        let unpacked = fs::create_dir_all(&folder).is_ok()
            && attempt_in(&folder, "apt-get", &["download", "openssh-tests"])
            && attempt_in(&folder, "sh", &["-c", "dpkg -x openssh-tests_*.deb ."]);
        if !unpacked {
            println!("it could not be unpacked; the tests that need it are skipped");
        }
    }
    if missing.contains(&peers::AZURE_CLI) {
        // Without its dependencies, which are many; knack is the one that is needed.
        python("azure", &[&["knack"], &["--no-deps", "azure-cli-core"]]);
    }
    if missing.contains(&peers::ASYNCSSH) {
        python("asyncssh", &[&["asyncssh"]]);
    }
}

/// Makes an environment of Python with packages: the arguments of one `pip install` after another.
fn python(name: &str, packages: &[&[&str]]) {
    println!("== installing {name} into target/peers");
    let environment = binaries::root().join("target/peers").join(name);
    let path = environment.to_string_lossy();
    let pip = format!("{path}/bin/pip");
    let install =
        |packages: &[&str]| attempt(&pip, &[&["install", "--quiet", "--disable-pip-version-check"], packages].concat());
    if !(attempt("python3", &["-m", "venv", &path]) && packages.iter().all(|packages| install(packages))) {
        // Half an environment would look like a whole one next time.
        let _ = fs::remove_dir_all(&environment);
        println!("it could not be installed; the tests that need it are skipped");
    }
}

fn attempt(program: &str, arguments: &[&str]) -> bool {
    attempt_in(Path::new("."), program, arguments)
}

fn attempt_in(folder: &Path, program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command
        .current_dir(folder)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .env("DEBIAN_FRONTEND", "noninteractive");
    if env::var_os("CI").is_none() {
        command.stderr(Stdio::null());
    }
    command.status().is_ok_and(|status| status.success())
}
