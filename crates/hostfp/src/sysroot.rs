//! Reads the files of a machine whose root is a folder here: the mounted disk of a VM, or `/` itself.

use std::ffi::OsString;
use std::fs;
use std::path::{Component, Path, PathBuf};

use common::error::{Error, Place};
use common::input::Source;
use glob::{MatchOptions, Pattern};

/// How many links are followed on the way to a file, as by Linux.
const MAX_LINKS: usize = 40;

/// sshd's folder: the relative names of Include start from it.
const FOLDER: &str = "etc/ssh";

/// sshd's folder on Windows, below the drive.
const WINDOWS_FOLDER: &str = "ProgramData/ssh";

/// The names that a Windows configuration has for the folder above that one.
const PROGRAM_DATA: [&str; 2] = ["__PROGRAMDATA__", "%PROGRAMDATA%"];

/// How sshd's glob(3) matches: a wildcard does not match a leading dot.
const LIKE_SSHD: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: true };

/// The root of a machine, and sshd's folder below it.
pub(crate) struct Sysroot(PathBuf, &'static str);

impl Sysroot {
    /// Opens the machine whose root is this folder.
    ///
    /// # Errors
    /// It is not a folder.
    pub(crate) fn new(root: &Path) -> Result<Self, Error> {
        if cfg!(windows) && root == Path::new("/") {
            // The drive on which Windows keeps program data.
            let data = std::env::var_os("ProgramData").map(PathBuf::from);
            let drive = data.as_deref().and_then(Path::parent).unwrap_or(Path::new("C:\\"));
            return Ok(Self(drive.to_owned(), WINDOWS_FOLDER));
        }
        let is_windows = !root.join(FOLDER).is_dir() && root.join(WINDOWS_FOLDER).is_dir();
        match root.canonicalize() {
            Ok(canonical) if canonical.is_dir() => {
                Ok(Self(root.to_owned(), if is_windows { WINDOWS_FOLDER } else { FOLDER }))
            }
            _ => Err(Error::failure("is not a folder").at(Place::file(root))),
        }
    }

    /// The path of a file in sshd's folder, as the machine names it.
    pub(crate) fn in_folder(&self, name: &str) -> String {
        format!("/{}/{name}", self.1)
    }

    /// A path of the machine's configuration, relative to the root: on Windows, without its drive.
    fn below_root(&self, name: &str) -> String {
        if self.1 != WINDOWS_FOLDER {
            return name.to_owned();
        }
        let name = name.replace('\\', "/");
        let begins = |start: &&&str| name.get(..start.len()).is_some_and(|part| part.eq_ignore_ascii_case(start));
        if let Some(rest) = PROGRAM_DATA.iter().find(begins).and_then(|start| name.get(start.len()..)) {
            return format!("/ProgramData{rest}");
        }
        match name.split_once(':') {
            Some((drive, rest)) if drive.len() == 1 && rest.starts_with('/') => rest.to_owned(),
            _ => name,
        }
    }

    /// The path here of a file that the machine calls `name`, even if it does not exist. A relative name starts at the root,
    /// where sshd itself is started.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.join(self.below_root(name).trim_start_matches('/'))
    }

    /// Opens a file of the machine, given by [`path`](Self::path) or [`matching`](Self::matching). Its links start at the
    /// machine's own root, as they will when it runs.
    ///
    /// # Errors
    /// It cannot be opened, or is not a regular file: a disk image may contain anything, and a pipe would never end.
    pub(crate) fn open(&self, path: &Path) -> Result<Source<'static>, Error> {
        let place = Place::file(path);
        let real = self.resolve(path).map_err(|error| error.at(place.clone()))?;
        if fs::metadata(&real).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir()) {
            return Err(Error::failure("cannot read: is not a regular file").at(place));
        }
        match Source::file(&real) {
            Ok(source) => Ok(Source { place, ..source }),
            Err(error) => Err(error.at(place)),
        }
    }

    /// Whether a file of the machine exists and is empty.
    pub(crate) fn is_empty_file(&self, path: &Path) -> bool {
        let metadata = self.resolve(path).ok().and_then(|real| fs::metadata(real).ok());
        metadata.is_some_and(|metadata| metadata.is_file() && metadata.len() == 0)
    }

    /// Whether a file of the machine exists.
    pub(crate) fn has(&self, path: &Path) -> bool {
        self.resolve(path).is_ok_and(|real| real.exists())
    }

    /// Follows all links in a path. Links that begin with `/` or climb by `..` stay below the machine's root. Missing names
    /// are kept.
    fn resolve(&self, path: &Path) -> Result<PathBuf, Error> {
        // On Windows, a name with a drive of its own.
        let Ok(inside) = path.strip_prefix(&self.0) else {
            return Err(Error::failure("cannot read: is not in the folder given by --sysroot"));
        };
        if self.0 == Path::new("/") {
            return Ok(path.to_owned());
        }
        let parts = |path: &Path| -> Vec<OsString> {
            let names = path.components().filter(|part| matches!(part, Component::Normal(_) | Component::ParentDir));
            names.map(|part| part.as_os_str().to_owned()).collect()
        };
        let mut ahead = parts(inside);
        ahead.reverse();
        let mut real: Vec<OsString> = Vec::new();
        let mut links = 0;
        while let Some(part) = ahead.pop() {
            if part == ".." {
                real.pop();
                continue;
            }
            real.push(part);
            if let Ok(target) = fs::read_link(self.0.join(real.iter().collect::<PathBuf>())) {
                links += 1;
                if links > MAX_LINKS {
                    return Err(Error::failure("cannot read: too many symbolic links"));
                }
                real.pop();
                if target.has_root() {
                    real.clear();
                }
                ahead.extend(parts(&target).into_iter().rev());
            }
        }
        Ok(self.0.join(real.iter().collect::<PathBuf>()))
    }

    /// The files that match a glob(7) pattern of the machine, sorted. A pattern without wildcards matches itself if it
    /// exists.
    pub(crate) fn matching(&self, pattern: &str) -> Vec<PathBuf> {
        let pattern = self.below_root(pattern);
        let base = if pattern.starts_with('/') { self.0.clone() } else { self.0.join(self.1) };
        let mut found = vec![base];
        for part in pattern.split('/').filter(|part| !part.is_empty()) {
            // sshd treats two stars as one.
            let mut part = part.to_owned();
            while part.contains("**") {
                part = part.replace("**", "*");
            }
            let Ok(part) = Pattern::new(&part) else { return Vec::new() };
            found = found.iter().flat_map(|folder| self.entries(folder, &part)).collect();
        }
        found
    }

    /// The matching entries of a folder, sorted. A folder listing does not include `.` and `..`.
    fn entries(&self, folder: &Path, part: &Pattern) -> Vec<PathBuf> {
        if matches!(part.as_str(), "." | "..") {
            return vec![folder.join(part.as_str())];
        }
        let Some(entries) = self.resolve(folder).ok().and_then(|folder| fs::read_dir(folder).ok()) else {
            return Vec::new();
        };
        let names = entries.flatten().map(|entry| entry.file_name());
        let mut matching: Vec<_> = names.filter(|name| part.matches_with(&name.to_string_lossy(), LIKE_SSHD)).collect();
        matching.sort();
        matching.into_iter().map(|name| folder.join(name)).collect()
    }
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
        assert_eq!(
            sysroot.matching("/etc/s**/./d/[!x].conf"),
            expected.clone().map(|path| { folder.parent().unwrap().join("./d").join(path.file_name().unwrap()) })
        );
        assert_eq!(sysroot.matching("d/a.conf"), [folder.join("a.conf")]);
        assert!(sysroot.matching("d/none").is_empty());
        fs::remove_dir_all(&root).unwrap();
    }
}
