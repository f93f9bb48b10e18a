//! Lists the files and their places in archives, in packages, and below the prefix of an installation.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use support::binaries;

use super::source;
use crate::Failure;
use crate::toolchain::Target;

/// A file and its place.
pub(crate) struct Place {
    /// Its place, without a leading slash.
    pub(crate) to: String,
    /// Its present path.
    pub(crate) from: PathBuf,
    /// Whether it is a program.
    pub(crate) program: bool,
    /// Whether it is compressed.
    pub(crate) gzip: bool,
}

/// Our own documents.
const DOCUMENTS: [&str; 4] = ["README.md", "CHANGELOG.md", "SECURITY.md", "CONTRIBUTING.md"];
const LICENSES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

fn place(to: String, from: PathBuf) -> Place {
    Place { to, from, program: false, gzip: false }
}

fn target_folder(kind: &str) -> PathBuf {
    binaries::root().join("target").join(kind)
}

/// The files for the packager, always in the same order.
pub(super) fn listed(mut files: Vec<Place>) -> Value {
    files.sort_by(|a, b| a.to.cmp(&b.to));
    let row = |file: &Place| json!({ "to": file.to, "from": file.from, "program": file.program, "gzip": file.gzip });
    files.iter().map(row).collect()
}

/// The programs of a folder, their manual pages, and completions where bash, zsh and fish look for them, below a prefix
/// such as `/usr/local`.
pub(crate) fn installed(programs: &Path, zsh: &str) -> Vec<Place> {
    let (man, completions) = (target_folder("man"), target_folder("completions"));
    let mut files = Vec::new();
    for tool in binaries::TOOLS {
        let program = place(format!("bin/{tool}"), programs.join(tool));
        files.push(Place { program: true, ..program });
        files.push(place(format!("share/man/man1/{tool}.1"), man.join(format!("{tool}.1"))));
        for (folder, name, made) in [
            ("bash-completion/completions", tool.to_owned(), format!("bash/{tool}")),
            (zsh, format!("_{tool}"), format!("zsh/_{tool}")),
            ("fish/vendor_completions.d", format!("{tool}.fish"), format!("fish/{tool}.fish")),
        ] {
            files.push(place(format!("share/{folder}/{name}"), completions.join(made)));
        }
    }
    files
}

/// The common files of packages for a whole system.
fn system(programs: &Path, zsh: &str) -> Vec<Place> {
    let mut files = installed(programs, zsh);
    for file in &mut files {
        file.gzip = file.to.contains("/man/");
        file.to = format!("usr/{}", file.to);
    }
    files
}

/// The targets of the README's links: the pages and the examples, below a folder.
fn guides(folder: &str) -> Result<Vec<Place>, Failure> {
    let mut places = source::archive(folder)?;
    places.retain(|place| {
        let file = place.to.strip_prefix(folder).unwrap_or_default();
        file.starts_with("/docs/") || file.starts_with("/examples/")
    });
    Ok(places)
}

/// The files of a Debian package, by Debian's policy.
pub(super) fn deb(programs: &Path, parts: &Path) -> Result<Vec<Place>, Failure> {
    let mut files = system(programs, "zsh/vendor-completions");
    let doc = "usr/share/doc/vmkeys";
    files.push(place(format!("{doc}/copyright"), parts.join("copyright")));
    files.push(place("usr/share/lintian/overrides/vmkeys".to_owned(), parts.join("overrides")));
    let mut zipped = vec![
        place(format!("{doc}/changelog.Debian"), parts.join("changelog.Debian")),
        place(format!("{doc}/changelog"), binaries::root().join("CHANGELOG.md")),
        place(format!("{doc}/THIRD-PARTY.txt"), parts.join("THIRD-PARTY.txt")),
    ];
    zipped.iter_mut().for_each(|file| file.gzip = true);
    files.extend(zipped);
    for name in ["README.md", "SECURITY.md", "CONTRIBUTING.md"] {
        files.push(place(format!("{doc}/{name}"), binaries::root().join(name)));
    }
    files.extend(guides(doc)?);
    Ok(files)
}

/// The files of a package for the systems of Red Hat and SUSE.
pub(super) fn rpm(programs: &Path, parts: &Path) -> Result<Vec<Place>, Failure> {
    let mut files = system(programs, "zsh/site-functions");
    files.push(place("usr/share/doc/vmkeys/THIRD-PARTY.txt".to_owned(), parts.join("THIRD-PARTY.txt")));
    for name in DOCUMENTS.iter().chain(&LICENSES) {
        files.push(place(format!("usr/share/doc/vmkeys/{name}"), binaries::root().join(name)));
    }
    files.extend(guides("usr/share/doc/vmkeys")?);
    Ok(files)
}

/// The files of an archive to unpack anywhere, all in one folder.
pub(super) fn archive(target: &Target, programs: &Path, name: &str, parts: &Path) -> Result<Vec<Place>, Failure> {
    let mut files = Vec::new();
    for tool in binaries::TOOLS {
        let file = target.file_name(tool);
        let program = place(format!("{name}/{file}"), programs.join(&file));
        files.push(Place { program: true, ..program });
        files.push(place(format!("{name}/man/{tool}.1"), target_folder("man").join(format!("{tool}.1"))));
        for file in [
            format!("bash/{tool}"),
            format!("zsh/_{tool}"),
            format!("fish/{tool}.fish"),
            format!("powershell/{tool}.ps1"),
        ] {
            let from = target_folder("completions").join(&file);
            files.push(place(format!("{name}/completions/{file}"), from));
        }
    }
    files.push(place(format!("{name}/THIRD-PARTY.txt"), parts.join("THIRD-PARTY.txt")));
    for document in DOCUMENTS.iter().chain(&LICENSES) {
        files.push(place(format!("{name}/{document}"), binaries::root().join(document)));
    }
    files.extend(guides(name)?);
    Ok(files)
}
