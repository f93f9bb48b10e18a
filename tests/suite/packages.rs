//! Tests the packages of `cargo xtask dist`. `cargo xtask test --all` makes them before the tests run, and passes their
//! folder.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use support::{Outcome, Sandbox, binaries, needs, peers};

/// The folder of the packages.
pub(crate) fn folder() -> PathBuf {
    std::env::var_os("VMKEYS_DIST_DIR").map_or_else(|| binaries::root().join("target/dist"), PathBuf::from)
}

/// The packages with this ending; if there are none, a skip is noted.
fn packages(test: &str, end: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder()) else {
        peers::skip(test, "without packages: cargo xtask dist --all");
        return Vec::new();
    };
    let mut found: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    found.retain(|path| path.to_str().unwrap().ends_with(end));
    found.sort();
    if found.is_empty() {
        peers::skip(test, &format!("without a package {end}"));
    }
    found
}

/// Whether this is root, who may change the root folder.
fn is_root(test: &str) -> bool {
    peers::is_root(test, "only root may change the root")
}

/// Runs a shell command in another root folder.
fn inside(root: &Path, line: &str) -> Outcome {
    Sandbox::new().run("chroot", [root.as_os_str(), "/bin/sh".as_ref(), "-c".as_ref(), line.as_ref()])
}

fn listing(root: &Path) -> BTreeSet<String> {
    let found = Sandbox::new().run("find", [root.join("usr").as_os_str(), root.join("etc").as_os_str()]).good();
    found.lines().map(str::to_owned).collect()
}

#[test]
#[ignore = "needs packages: cargo xtask test --all"]
fn every_file_has_the_sum_that_is_listed() {
    let test = "every_file_has_the_sum_that_is_listed";
    if packages(test, "SHA256SUMS").is_empty() {
        return;
    }
    let sandbox = Sandbox::new();
    let check = sandbox.shell(&format!("cd '{}' && sha256sum --check --strict SHA256SUMS", folder().display())).good();
    let found = sandbox.shell(&format!("cd '{}' && find . -type f | wc -l", folder().display())).good();
    assert_eq!(check.lines().count() + 1, found.trim().parse::<usize>().unwrap());
}

#[test]
#[ignore = "needs packages: cargo xtask test --all"]
fn the_deb_installs_in_a_bare_debian_and_leaves_no_trace() {
    let test = "the_deb_installs_in_a_bare_debian_and_leaves_no_trace";
    needs!(DEBIAN, MAN);
    let debs = packages(test, "_amd64.deb");
    let ([deb], true) = (debs.as_slice(), is_root(test)) else { return };
    let sandbox = Sandbox::new();
    let root = sandbox.file("debian");
    let bare = binaries::root().join("target/peers/debian");
    let _ = sandbox.run("cp", ["-a".into(), bare.into_os_string(), root.clone().into_os_string()]).good();
    let before = listing(&root);
    fs::copy(deb, root.join("tmp/vmkeys.deb")).unwrap();
    // dpkg alone installs nothing else, and reports missing dependencies.
    let installed = inside(&root, "dpkg --install /tmp/vmkeys.deb");
    assert_eq!(installed.stderr, "");
    let _ = installed.good();
    let walk = "set -e; cd /tmp; for tool in keygen keycheck pubfp hostfp; do $tool --version; done
        keygen -q -N '' -f id; keycheck id.pub >&2; pubfp id.pub; mkdir -p /etc/ssh
        cp id.pub /etc/ssh/ssh_host_ed25519_key.pub; hostfp; rm -r /etc/ssh id id.pub";
    let printed = inside(&root, walk).good();
    let lines: Vec<&str> = printed.lines().collect();
    assert_eq!(lines.len(), 6, "{printed}");
    assert!(lines[0].starts_with("keygen ") && lines[4].ends_with("(ED25519)"), "{printed}");
    assert_eq!(lines[4], lines[5]);
    let pages = root.join("usr/share/man");
    for tool in binaries::TOOLS {
        let page = sandbox.command("man").arg("-M").arg(&pages).arg(tool).output().unwrap();
        assert!(page.status.success() && page.stderr.is_empty(), "{page:?}");
        assert!(str::from_utf8(&page.stdout).unwrap().contains("EXIT STATUS"), "{tool}");
    }
    let _ = inside(&root, "dpkg --purge vmkeys").good();
    fs::remove_file(root.join("tmp/vmkeys.deb")).unwrap();
    let after = listing(&root);
    assert_eq!(after.symmetric_difference(&before).collect::<Vec<_>>(), Vec::<&String>::new());
}

#[test]
#[ignore = "needs packages: cargo xtask test --all"]
fn lintian_finds_no_error_in_the_debs() {
    needs!(LINTIAN);
    for deb in packages("lintian_finds_no_error_in_the_debs", ".deb") {
        let arguments: [OsString; 4] = ["--fail-on".into(), "error".into(), "--allow-root".into(), deb.into()];
        let found = Sandbox::new().run("lintian", arguments);
        assert!(found.status == Some(0) && !found.stdout.contains("E: "), "{found:?}");
    }
}

#[test]
#[ignore = "needs packages: cargo xtask test --all"]
fn rpmlint_finds_nothing_in_the_rpms() {
    needs!(RPMLINT);
    let config = binaries::root().join("tests/fixtures/rpmlint.toml");
    for rpm in packages("rpmlint_finds_nothing_in_the_rpms", ".rpm") {
        let arguments: [OsString; 4] = ["--strict".into(), "--config".into(), config.clone().into(), rpm.into()];
        let found = Sandbox::new().run("rpmlint", arguments).good();
        assert!(found.contains("; 0 errors, 0 warnings"), "{found}");
    }
}

#[test]
#[ignore = "needs packages: cargo xtask test --all"]
fn a_program_needs_nothing_but_itself() {
    let test = "a_program_needs_nothing_but_itself";
    let native = folder().join(format!("{}-unknown-linux-musl", std::env::consts::ARCH));
    if !native.exists() {
        peers::skip(test, &format!("without {}", native.display()));
        return;
    }
    if !is_root(test) {
        return;
    }
    for tool in binaries::TOOLS {
        // A root folder with nothing but the program.
        let sandbox = Sandbox::new();
        let _ = sandbox.copy_program(native.join(tool), tool);
        let run = |arguments: &[&str], stdin: &str| {
            let root = [sandbox.path().as_os_str(), format!("/{tool}").as_ref()].map(OsString::from);
            sandbox.run_with("chroot", root.into_iter().chain(arguments.iter().map(OsString::from)), stdin)
        };
        assert!(run(&["--version"], "").good().starts_with(tool));
        match tool {
            "keygen" => assert!(run(&["-q", "-N", "", "-f", "-"], "").good().starts_with("-----BEGIN")),
            _ => {
                let key = include_str!("../fixtures/sk-ed25519.pub");
                let outcome = run(&["-"], key);
                assert!(outcome.stdout.contains("SHA256:"), "{outcome:?}");
            }
        }
    }
}

/// The guide's command for Run Command, on images that hold nothing but Debian's tools, or BusyBox's.
#[test]
#[ignore = "needs packages: cargo xtask test --all"]
fn a_minimal_image_prints_its_fingerprints_and_keeps_nothing() {
    let test = "a_minimal_image_prints_its_fingerprints_and_keeps_nothing";
    needs!(BUSYBOX, CURL, DASH);
    let hostfp = format!("{}-unknown-linux-musl/hostfp", std::env::consts::ARCH);
    let sums = packages(test, "SHA256SUMS");
    let ([sums], true) = (sums.as_slice(), is_root(test)) else { return };
    let sums = fs::read_to_string(sums).unwrap();
    let Some(sum) = sums.lines().find_map(|line| line.strip_suffix(&hostfp)) else {
        return peers::skip(test, &format!("without {hostfp}"));
    };
    let guide = include_str!("../../docs/first-connection.md");
    let line = guide.lines().map(str::trim).find(|line| line.starts_with("f=$(mktemp)")).unwrap();
    let line = line.replace("URL", "file:///served/hostfp");
    // Each program with the libraries that it loads.
    let tools = "mktemp sha256sum chmod rm";
    let copied = |programs: &str| {
        format!(
            "for program in {programs} curl; do path=$(command -v $program)
            cp -L --parents $path $(ldd $path | grep -o '/[^ ]*') vm; done"
        )
    };
    let busybox =
        format!("{}; for tool in sh {tools}; do ln -s $(command -v busybox) vm/bin/$tool; done", copied("busybox"));
    let debian = format!("{}; ln -s $(command -v dash) vm/bin/sh", copied(&format!("dash {tools}")));
    for programs in [busybox, debian] {
        let sandbox = Sandbox::new();
        let made = "mkdir -p vm/bin vm/dev vm/tmp vm/served vm/etc/ssh && mknod -m 666 vm/dev/null c 1 3
            keygen -q -N '' -f key && mv key.pub vm/etc/ssh/ssh_host_ed25519_key.pub";
        let _ = sandbox.shell(&format!("{made}; {programs}")).good();
        let root = sandbox.file("vm");
        fs::copy(folder().join(&hostfp), root.join("served/hostfp")).unwrap();
        let printed = inside(&root, &line.replace("SUM", sum.trim_end())).good();
        assert!(printed.starts_with("256 SHA256:") && printed.lines().count() == 1, "{printed}");
        // A file with another SHA-256 is not run.
        let refused = inside(&root, &line.replace("SUM", &"0".repeat(64)));
        assert_eq!(refused.stdout, "");
        assert_eq!(sandbox.shell("ls -A vm/tmp").good(), "");
    }
}

#[test]
#[ignore = "needs packages: cargo xtask test --all"]
fn the_parts_are_listed_with_their_sums_and_licences() {
    for bill in packages("the_parts_are_listed_with_their_sums_and_licences", ".cdx.json") {
        let bill: Value = serde_json::from_slice(&fs::read(bill).unwrap()).unwrap();
        assert_eq!((&bill["bomFormat"], &bill["specVersion"]), (&"CycloneDX".into(), &"1.5".into()));
        let components = bill["components"].as_array().unwrap();
        let references: BTreeSet<&str> = components.iter().map(|part| part["bom-ref"].as_str().unwrap()).collect();
        assert_eq!(references.len(), components.len(), "each once");
        let named = |name: &str| components.iter().find(|part| part["name"] == name);
        for (name, hashed) in [("sha2", true), ("rsa", true), ("rust-std", false), ("keygen", false)] {
            let part = named(name).unwrap_or_else(|| panic!("{name} is in the programs"));
            assert!(part["licenses"][0]["expression"].is_string());
            assert_eq!(part["hashes"][0]["content"].as_str().map(str::len), hashed.then_some(64), "{name}");
        }
        assert!(named("rexpect").is_none() && named("roff").is_none(), "what only tests and builds is in no program");
        for dependency in bill["dependencies"].as_array().unwrap() {
            let needs = dependency["dependsOn"].as_array().unwrap().iter().chain([&dependency["ref"]]);
            assert!(needs.into_iter().all(|part| references.contains(part.as_str().unwrap())), "{dependency}");
        }
    }
}

/// The names in an archive or package, as the system's own tools list them.
fn names(sandbox: &Sandbox, command: &str, package: &Path) -> BTreeSet<String> {
    let listed = sandbox.shell(&format!("{command} '{}'", package.display())).good();
    listed.lines().map(|line| line.trim_start_matches("./").trim_start_matches('/').to_owned()).collect()
}

#[test]
#[ignore = "needs packages: cargo xtask test --all"]
fn archives_hold_all_that_belongs_to_the_programs() {
    let test = "archives_hold_all_that_belongs_to_the_programs";
    needs!(PYTHON);
    let sandbox = Sandbox::new();
    let archives = packages(test, "-linux-musl.tar.gz").into_iter().map(|archive| ("tar -tzf", archive, ""));
    let zips = packages(test, ".zip").into_iter().map(|archive| {
        (
            "python3 -c 'import sys, zipfile; print(*zipfile.ZipFile(sys.argv[1]).namelist(), sep=\"\\n\")'",
            archive,
            ".exe",
        )
    });
    for (command, archive, suffix) in archives.chain(zips) {
        let root = archive.file_name().unwrap().to_str().unwrap();
        let root = root.trim_end_matches(".tar.gz").trim_end_matches(".zip").to_owned();
        let names = names(&sandbox, command, &archive);
        for tool in binaries::TOOLS {
            for part in [
                format!("{tool}{suffix}"),
                format!("man/{tool}.1"),
                format!("completions/bash/{tool}"),
                format!("completions/powershell/{tool}.ps1"),
            ] {
                assert!(names.contains(&format!("{root}/{part}")), "{part} in {names:?}");
            }
        }
        for part in ["LICENSE-MIT", "LICENSE-APACHE", "THIRD-PARTY.txt", "README.md"] {
            assert!(names.contains(&format!("{root}/{part}")), "{part} in {names:?}");
        }
        assert!(names.iter().all(|name| name.starts_with(&root)), "nothing is strewn about: {names:?}");
        // All links of the README lead to files in the archive.
        let readme = include_str!("../../README.md");
        for (_, target) in crate::guides::links(readme).iter().filter(|(_, target)| !target.starts_with("https:")) {
            let file = target.split('#').next().unwrap();
            assert!(names.contains(&format!("{root}/{file}")), "{file} in {names:?}");
        }
    }
}

#[test]
#[ignore = "needs packages: cargo xtask test --all"]
fn rpm_finds_the_packages_whole_and_the_programs_in_them() {
    needs!(RPM);
    let sandbox = Sandbox::new();
    for package in packages("rpm_finds_the_packages_whole_and_the_programs_in_them", ".rpm") {
        let checked = sandbox.shell(&format!("rpm --checksig --nosignature '{}'", package.display())).good();
        assert!(checked.contains("digests OK"), "{checked}");
        let names = names(&sandbox, "rpm -qlp", &package);
        for tool in binaries::TOOLS {
            assert!(names.contains(&format!("usr/bin/{tool}")), "{names:?}");
            assert!(names.contains(&format!("usr/share/man/man1/{tool}.1.gz")), "{names:?}");
        }
        let needs = sandbox.shell(&format!("rpm -qp --requires '{}'", package.display())).good();
        assert!(needs.lines().all(|line| line.starts_with("rpmlib(")), "nothing else is needed: {needs}");
    }
}

/// A package does not depend on the clock, the machine or the order of the names in a folder.
#[test]
#[ignore = "needs packages: cargo xtask test --all"]
fn packages_of_the_same_files_are_the_same() {
    let test = "packages_of_the_same_files_are_the_same";
    let manifest = binaries::root().join("target/packing/manifest.json");
    if !manifest.exists() {
        peers::skip(test, "without target/packing");
        return;
    }
    let sandbox = Sandbox::new();
    let mut manifest: Value = serde_json::from_slice(&fs::read(manifest).unwrap()).unwrap();
    let mut pairs = Vec::new();
    for package in manifest["packages"].as_array_mut().unwrap() {
        let first = PathBuf::from(package["path"].as_str().unwrap());
        let again = sandbox.file(first.file_name().unwrap());
        package["path"] = again.to_str().unwrap().into();
        pairs.push((first, again));
    }
    let path = sandbox.write("manifest.json", manifest.to_string());
    let cargo = std::env::var_os("CARGO").unwrap();
    let made = std::process::Command::new(cargo)
        .current_dir(binaries::root())
        .args(["run", "--quiet", "--locked", "--bin", "packager", "--"])
        .arg(path)
        .status();
    assert!(made.unwrap().success());
    assert!(!pairs.is_empty());
    for (first, again) in pairs {
        assert!(fs::read(&first).unwrap() == fs::read(again).unwrap(), "{}", first.display());
    }
}

/// Installs below a prefix that does not exist yet.
#[test]
fn what_is_installed_works_and_is_taken_away_again() {
    let sandbox = Sandbox::new();
    let prefix = sandbox.file("a prefix");
    let xtask = |command: &str| {
        let cargo = std::env::var_os("CARGO").unwrap();
        let mut xtask = std::process::Command::new(cargo);
        xtask.current_dir(binaries::root()).args(["xtask", command, "--prefix"]).arg(&prefix);
        // The test is about the places of the files, so any build of the programs will do.
        let done = xtask.env("VMKEYS_BIN_DIR", binaries::folder()).output().unwrap();
        assert!(done.status.success(), "{done:?}");
    };
    xtask("install");
    for tool in binaries::TOOLS {
        assert!(sandbox.run(prefix.join("bin").join(tool), ["--version"]).good().starts_with(tool));
        assert!(prefix.join(format!("share/man/man1/{tool}.1")).is_file());
        assert!(prefix.join(format!("share/bash-completion/completions/{tool}")).is_file());
    }
    // Again, over the old files.
    xtask("install");
    xtask("uninstall");
    let left = sandbox.run("find", [prefix.as_os_str(), "-type".as_ref(), "f".as_ref()]).good();
    assert_eq!(left, "");
}
