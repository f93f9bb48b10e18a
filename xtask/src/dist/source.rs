//! Lists the files of the source archive.

use std::fs;
use std::path::Path;
use std::process::Command;

use support::binaries;

use super::contents::Place;
use crate::Failure;

/// Every file of the source, in a folder of this name.
pub(super) fn archive(name: &str) -> Result<Vec<Place>, Failure> {
    let place = |file: String| {
        let from = binaries::root().join(&file);
        Place { to: format!("{name}/{file}"), program: is_program(&from), from, gzip: false }
    };
    Ok(files()?.into_iter().map(place).collect())
}

/// The files of the source, as git lists them; without git, as in an archive of the source, all files but built ones.
pub(super) fn files() -> Result<Vec<String>, Failure> {
    let mut git = Command::new("git");
    git.current_dir(binaries::root()).args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let names = git.output().map(|output| String::from_utf8(output.stdout)).unwrap_or_else(|_| Ok(String::new()))?;
    let files = names.split_terminator('\0').filter(|name| binaries::root().join(name).is_file());
    let mut files: Vec<String> = files.map(str::to_owned).collect();
    if files.is_empty() {
        list(binaries::root(), Path::new(""), &mut files)?;
    }
    if files.is_empty() { Err("there is no source to build from".into()) } else { Ok(files) }
}

fn list(root: &Path, below: &Path, files: &mut Vec<String>) -> Result<(), Failure> {
    for entry in fs::read_dir(root.join(below))? {
        let entry = entry?;
        let path = below.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            if path != Path::new("target") && path != Path::new(".git") {
                list(root, &path, files)?;
            }
        } else {
            files.push(path.to_string_lossy().replace('\\', "/"));
        }
    }
    Ok(())
}

#[cfg(unix)]
fn is_program(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "sh")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_has_the_files_of_a_build_and_no_built_files() {
        let files = archive("x").unwrap();
        let find = |name: &str| files.iter().find(|place| place.to == format!("x/{name}"));
        for name in ["Cargo.lock", "Cargo.toml", "crates/keygen/src/main.rs", ".cargo/config.toml", "LICENSE-MIT"] {
            assert!(find(name).is_some(), "{name}");
        }
        assert!(files.iter().all(|place| !place.to.starts_with("x/target/")));
        let is_program = |name: &str| find(name).unwrap().program;
        assert!(is_program("examples/ci/check.sh") && !is_program("README.md"));
    }
}
