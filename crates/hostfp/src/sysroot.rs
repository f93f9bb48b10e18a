//! A machine's files, when its root is a folder of this one: the mounted disk of a VM, or `/` itself.

use std::fs;
use std::path::{Path, PathBuf};

use common::error::{Error, Place};
use glob::{MatchOptions, Pattern};

/// The folder that sshd's relative names start from.
const FOLDER: &str = "etc/ssh";

/// How sshd's glob(3) matches: a leading dot is not matched by a wildcard.
const LIKE_SSHD: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: true };

/// The root of a machine.
pub(crate) struct Sysroot(PathBuf);

impl Sysroot {
    /// The machine whose root this folder is.
    ///
    /// # Errors
    /// It is no folder.
    pub(crate) fn new(root: &Path) -> Result<Self, Error> {
        match root.canonicalize() {
            Ok(canonical) if canonical.is_dir() => Ok(Self(root.to_owned())),
            _ => Err(Error::trouble("is no folder").at(Place::file(root))),
        }
    }

    /// Where a file that the machine calls `name` is, be it there or not.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        match name.strip_prefix('/') {
            Some(relative) => self.0.join(relative),
            None => self.0.join(FOLDER).join(name),
        }
    }

    /// Refuses a file whose links lead to another machine's: an absolute link in a mounted disk means the disk's own
    /// root, but here it leads into this machine's.
    ///
    /// # Errors
    /// It lies outside of the root.
    pub(crate) fn owns(&self, path: &Path) -> Result<(), Error> {
        match (self.0.canonicalize(), path.canonicalize()) {
            (Ok(root), Ok(target)) if !target.starts_with(&root) => {
                Err(Error::trouble("is a link that leads out of the folder given by --sysroot").at(Place::file(path)))
            }
            // What is not there is told when it is opened.
            _ => Ok(()),
        }
    }

    /// The files that the machine calls by a glob(7) pattern, sorted; one without wildcards names itself if it is there.
    pub(crate) fn matching(&self, pattern: &str) -> Vec<PathBuf> {
        let base = if pattern.starts_with('/') { self.0.clone() } else { self.0.join(FOLDER) };
        let mut found = vec![base];
        for part in pattern.split('/').filter(|part| !part.is_empty()) {
            let Ok(part) = Pattern::new(part) else { return Vec::new() };
            found = found.iter().flat_map(|folder| entries(folder, &part)).collect();
        }
        found
    }
}

/// The entries of a folder that match, sorted. `.` and `..` are not among what a folder lists.
fn entries(folder: &Path, part: &Pattern) -> Vec<PathBuf> {
    if matches!(part.as_str(), "." | "..") {
        return vec![folder.join(part.as_str())];
    }
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let names = entries.flatten().map(|entry| entry.file_name());
    let mut matching: Vec<_> = names.filter(|name| part.matches_with(&name.to_string_lossy(), LIKE_SSHD)).collect();
    matching.sort();
    matching.into_iter().map(|name| folder.join(name)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_sshd() {
        let root = std::env::temp_dir().join(format!("sysroot-[x]-{}", std::process::id()));
        let folder = root.join("etc/ssh/d");
        fs::create_dir_all(&folder).unwrap();
        for name in ["b.conf", "a.conf", ".hidden.conf", "a.conf.bak"] {
            fs::write(folder.join(name), "").unwrap();
        }
        let sysroot = Sysroot::new(&root).unwrap();
        let expected = [folder.join("a.conf"), folder.join("b.conf")];
        assert_eq!(sysroot.matching("d/*.conf"), expected);
        assert_eq!(sysroot.matching("/etc/s*/d/[ab].conf"), expected);
        assert_eq!(sysroot.matching("d/a.conf"), [folder.join("a.conf")]);
        assert!(sysroot.matching("d/none").is_empty());
        fs::remove_dir_all(&root).unwrap();
    }
}
