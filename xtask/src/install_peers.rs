//! What the tests need beside us, installed where that is possible without asking.

use std::env;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use support::binaries;
use support::peers::{self, Peer};

/// Installs what is missing where that is possible without asking: Debian's packages as root, Python's into a folder
/// of ours. What stays missing is named by the tests that are skipped for it.
pub(crate) fn install_missing() {
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
    if missing.contains(&peers::ZIG) {
        python("zig", &[&["ziglang==0.17.1"]]);
    }
    if missing.contains(&peers::PYSPARK) {
        // The one large download: 450 MB, half a minute.
        python("pyspark", &[&["pyspark"]]);
    }
    if missing.contains(&peers::DEBIAN) {
        debian();
    }
}

/// Makes a bare Debian, of the newest release that this system knows, from where this system has its packages.
fn debian() {
    println!("== making a bare Debian in target/peers");
    let folder = binaries::root().join("target/peers/debian");
    let path = folder.to_string_lossy();
    let script = "set -e; set -- $(apt-get indextargets --format '$(CODENAME) $(SITE)' 'Created-By: Packages' \
                  'Label: Debian' | head -1); debootstrap --variant=minbase \"$1\" \"$DEBIAN\" \"$2\"";
    let mut make = Command::new("sh");
    make.args(["-c", script]).env("DEBIAN", &*path).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    if !make.status().is_ok_and(|status| status.success()) {
        // Half a system would look like a whole one next time.
        let _ = fs::remove_dir_all(&folder);
        println!("it could not be made (that needs to be root, and debootstrap); the tests that need it are skipped");
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
