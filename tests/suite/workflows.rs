//! Tests the workflows for every change and every release with linters for their language and for attacks on it.

use std::fs;
use std::path::PathBuf;

use support::{Outcome, Sandbox, binaries, needs, peers};

fn folder() -> PathBuf {
    binaries::root().join(".github/workflows")
}

fn workflows() -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    assert!(
        found.iter().any(|path| path.ends_with("ci.yml")) && found.iter().any(|path| path.ends_with("release.yml"))
    );
    found
}

fn actionlint(files: &[PathBuf]) -> Outcome {
    Sandbox::new().run(peers::ACTIONLINT.find().unwrap(), files)
}

fn zizmor(files: &[PathBuf]) -> Outcome {
    let options = ["--offline", "--no-progress", "--pedantic"].map(PathBuf::from);
    Sandbox::new().run(peers::ZIZMOR.find().unwrap(), options.iter().chain(files))
}

#[test]
fn actionlint_and_zizmor_find_nothing_in_the_workflows() {
    needs!(ACTIONLINT, ZIZMOR, SHELLCHECK);
    let found = actionlint(&workflows());
    assert_eq!((found.status, found.stdout.as_str()), (Some(0), ""), "{found:?}");
    let found = zizmor(&workflows());
    assert!(found.status == Some(0) && found.stdout.contains("No findings"), "{found:?}");
}

/// Errors that a linter must find.
#[test]
fn actionlint_and_zizmor_find_what_is_wrong() {
    needs!(ACTIONLINT, ZIZMOR, SHELLCHECK);
    let ci = fs::read_to_string(folder().join("ci.yml")).unwrap();
    let sandbox = Sandbox::new();
    let changed = |name: &str, from: &str, to: &str| {
        assert!(ci.contains(from), "{from}");
        vec![sandbox.write(format!(".github/workflows/{name}.yml"), ci.replace(from, to))]
    };
    let found = actionlint(&changed("key", "runs-on: ubuntu-24.04", "run-on: ubuntu-24.04"));
    assert!(found.status == Some(1) && found.stdout.contains("run-on"), "{found:?}");
    let found = zizmor(&changed("credentials", "        with:\n          persist-credentials: false\n", ""));
    assert!(found.status != Some(0) && found.stdout.contains("artipacked"), "{found:?}");
    let (start, end) = ci.split_once("actions/checkout@").map(|(_, end)| (end, end.find(' ').unwrap())).unwrap();
    let found = zizmor(&changed("tag", &start[..end], "v7"));
    assert!(found.status != Some(0) && found.stdout.contains("unpinned-uses"), "{found:?}");
}

#[test]
fn the_workflows_build_with_the_oldest_compiler_that_the_project_promises() {
    let manifest = fs::read_to_string(binaries::root().join("Cargo.toml")).unwrap();
    let version = manifest.lines().find_map(|line| line.strip_prefix("rust-version = ")).unwrap();
    for workflow in workflows() {
        assert!(
            fs::read_to_string(&workflow).unwrap().contains(&format!("RUST: {version}\n")),
            "{}",
            workflow.display()
        );
    }
}
