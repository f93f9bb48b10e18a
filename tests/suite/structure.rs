//! Tests the dependencies of each program, some rules for the sources, and that a whole run needs no process.

use std::process::Command;

use common::error::ExitStatus;
use support::binaries;

use crate::in_process::run;

fn tree(arguments: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").unwrap();
    let output = Command::new(cargo)
        .current_dir(binaries::root())
        .args(["tree", "--locked", "--offline", "--edges", "normal", "--prefix", "none"])
        .args(arguments)
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn the_filters_carry_only_what_they_need() {
    for (tool, absent) in [
        // They open keys and make no keys.
        ("pubfp", &["rsa ", "ssh-key ", "getrandom ", "rpassword ", "tempfile ", "tokio "][..]),
        ("keycheck", &["rsa ", "ssh-key ", "getrandom ", "rpassword ", "tempfile ", "tokio "]),
        // It verifies signatures and exchanges keys.
        ("hostfp", &["ssh-key ", "rpassword ", "tempfile ", "tokio "]),
    ] {
        let tree = tree(&["--package", tool]);
        assert!(tree.contains("sha2 "), "{tree}");
        for package in absent {
            assert!(!tree.lines().any(|line| line.starts_with(package)), "{tool} has {package}");
        }
    }
}

/// Dependencies of macros are not in a program.
#[test]
fn there_is_one_copy_of_each_crate() {
    let duplicates = tree(&[
        "--duplicates",
        "--edges",
        "no-proc-macro",
        "--package",
        "keygen",
        "--package",
        "keycheck",
        "--package",
        "pubfp",
        "--package",
        "hostfp",
    ]);
    assert_eq!(duplicates.trim(), "");
}

/// The sources of a crate use each of its dependencies.
#[cfg(unix)]
#[test]
fn every_dependency_is_used() {
    let mut looked_at = 0;
    for package in ["common", "keygen", "keycheck", "pubfp", "hostfp"] {
        let folder = binaries::root().join("crates").join(package);
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        let (_, dependencies) = manifest.split_once("[dependencies]\n").unwrap();
        for line in dependencies.lines().filter(|line| line.contains("workspace")) {
            let name = line.split([' ', '.']).next().unwrap().replace('-', "_");
            // md-5's library has another name.
            let library = if name == "md_5" { "md5" } else { &name };
            let found = Command::new("grep")
                .args(["-rqE", &format!("(^|[^-])\\b{library}\\b([^-]|$)")])
                .arg(folder.join("src"))
                .status();
            assert!(found.unwrap().success(), "{package} does not use {name}");
            looked_at += 1;
        }
    }
    assert!(looked_at > 50, "{looked_at}");
}

/// The lint that denies unsafe code can be allowed anywhere; only one module allows it.
#[cfg(unix)]
#[test]
fn unsafe_code_is_in_one_module() {
    let found = Command::new("grep")
        .current_dir(binaries::root())
        .args(["-rlE", "unsafe( \\{| fn|_code)", "--include=*.rs", "crates", "xtask", "tests"])
        .output()
        .unwrap();
    let mut files: Vec<_> = str::from_utf8(&found.stdout).unwrap().lines().collect();
    files.retain(|file| *file != "tests/suite/structure.rs");
    assert_eq!(files, ["crates/common/src/os/access_list.rs"]);
}

/// rustfmt leaves comments as they are.
#[cfg(unix)]
#[test]
fn no_line_of_a_comment_is_longer_than_130_characters() {
    let found = Command::new("grep")
        .current_dir(binaries::root())
        .env("LC_ALL", "C.UTF-8")
        .args(["-rnE", "^.{131}", "--include=*.rs", "--exclude-dir=target", "crates", "xtask", "tests"])
        .output()
        .unwrap();
    let lines = str::from_utf8(&found.stdout).unwrap().lines();
    let is_comment = |line: &&str| line.splitn(3, ':').nth(2).is_some_and(|text| text.trim_start().starts_with("//"));
    let long: Vec<_> = lines.filter(is_comment).collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

/// ssh-keyscan prints what a host showed, so comparing its output with the host proves nothing.
#[cfg(unix)]
#[test]
fn no_hint_of_hostfp_proposes_ssh_keyscan() {
    let found = Command::new("find")
        .current_dir(binaries::root())
        .args(["crates/hostfp/src", "-name", "*.rs"])
        .output()
        .unwrap();
    // An option of ssh-keyscan may be answered by ssh-keyscan, unless a user may trust what it prints.
    let mut hints = 0;
    for file in str::from_utf8(&found.stdout).unwrap().lines() {
        let text = std::fs::read_to_string(binaries::root().join(file)).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap();
        let hints_of = |start: &'static str| text.split(start).skip(1);
        for hint in hints_of(".hint(").chain(hints_of("hint: ")).chain(hints_of("Foreign::elsewhere(")) {
            // Up to the end of the call or of the field.
            let words = hint.split([';', '}']).next().unwrap_or_default();
            let is_of_certificates = words.contains("\"asks for certificates\"");
            assert!(!words.contains("ssh-keyscan") || is_of_certificates, "{file}: {words}");
            hints += 1;
        }
    }
    assert!(hints > 100, "{hints}");
}

#[test]
fn a_whole_run_of_each_tool_fits_in_this_process() {
    let (status, key, complaint) = run::<keygen::Args>(["-q", "-f", "-", "-N", "", "-C", "c"], b"");
    assert_eq!((status, complaint.as_str()), (ExitStatus::Yes, ""));
    let (status, line, _) = run::<pubfp::Args>([""; 0], key.as_bytes());
    assert!(status == ExitStatus::Yes && line.ends_with(" c (ED25519)\n"), "{line}");
    let (status, same, _) = run::<hostfp::Args>(["-"], key.as_bytes());
    assert_eq!((status, &same), (ExitStatus::Yes, &line));
    let (status, verdict, _) = run::<keycheck::Args>(["--public-only"], key.as_bytes());
    assert!(status == ExitStatus::No && verdict.contains("error: private-key"), "{verdict}");
    // Without a terminal and at the end of standard input no question can be answered.
    let (status, _, complaint) = run::<keygen::Args>(["-q", "-f", "-"], b"");
    assert!(status == ExitStatus::Error && complaint.contains("no passphrase"), "{complaint}");
}
