//! Refuses paths of `known_hosts` at which another user can replace or write the file.
//!
//! The rule is that of sshd's StrictModes for `authorized_keys` (`safe_path()` in OpenSSH's misc.c): the file and every
//! folder above it, up to the home folder or the root, belong to this user or to root, and neither their group nor
//! others can write them. It differs in three points:
//!
//! - A folder with the sticky bit, such as /tmp, may be written by others: they can add names there, but not rename or remove
//!   ours (unlink(2), rename(2)). What they add is refused by its owner.
//! - The names on the way are checked too, not only the folders that they lead to: a symbolic link counts only if it belongs
//!   to this user or to root. Another user's could lead to any file that this user can write.
//! - root may write another user's file in a folder in which only root can write.

use std::env;
use std::ffi::OsString;
use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt as _;
use std::path::{self, Component, Path, PathBuf};

use common::error::{Error, Place};
use common::input::TILDE;
use common::os::atomic_file::is_ours;

use super::{cannot_write, folder};

/// How many links are followed, as by Linux.
const MAX_LINKS: usize = 40;

/// The group or others can write.
const OPEN: u32 = 0o022;
const STICKY: u32 = 0o1000;

/// Resolves all links of a path; its last name need not exist.
///
/// # Errors
/// Other users can change where it leads; a folder is missing; there are too many links.
pub(crate) fn resolve(path: &Path) -> Result<PathBuf, Error> {
    Walk::new(path).and_then(Walk::finish)
}

/// Refuses a file that other users can write.
pub(crate) fn check_file(file: &Path, metadata: &Metadata) -> Result<(), Error> {
    let shared = fs::metadata(folder(file)).map_err(|error| cannot_write(&error))?.mode() & OPEN != 0;
    if !is_trusted(metadata) && (shared || !is_root()) {
        return Err(Error::failure(format!("cannot write: belongs to another user (uid {})", metadata.uid()))
            .hint("use a file of your own"));
    }
    if metadata.mode() & OPEN != 0 {
        return Err(Error::failure("cannot write: its group or other users can write it")
            .hint(format!("chmod go-w {}", shown(file))));
    }
    Ok(())
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Whether only this user and root can change it.
fn is_trusted(metadata: &Metadata) -> bool {
    metadata.uid() == 0 || is_ours(metadata)
}

/// A path for a message or a command: relative if possible.
fn shown(path: &Path) -> Place {
    let here = env::current_dir().ok();
    let relative = here.and_then(|here| path.strip_prefix(here).ok());
    Place::file(relative.filter(|path| !path.as_os_str().is_empty()).unwrap_or(path))
}

/// The state of resolving a path.
struct Walk {
    /// The path so far, without links, since each is replaced by its target.
    at: PathBuf,
    /// The names that follow, in reverse order.
    rest: Vec<OsString>,
    links: usize,
    /// The home folder as the system names it, and where that leads.
    home: Option<[PathBuf; 2]>,
    /// The fault of a folder above the home folder. It counts only if the path leads elsewhere.
    above_home: Option<Error>,
}

impl Walk {
    fn new(path: &Path) -> Result<Self, Error> {
        let path = path::absolute(path).map_err(|error| cannot_write(&error))?;
        let home = env::home_dir().and_then(|home| home.canonicalize().ok().map(|real| [home, real]));
        let mut walk = Self { at: PathBuf::new(), rest: Vec::new(), links: 0, home, above_home: None };
        walk.go_on_with(&path);
        Ok(walk)
    }

    fn go_on_with(&mut self, path: &Path) {
        self.rest.extend(path.components().rev().map(|name| name.as_os_str().to_owned()));
    }

    fn finish(mut self) -> Result<PathBuf, Error> {
        while let Some(name) = self.rest.pop() {
            match Path::new(&name).components().next() {
                Some(Component::RootDir) => {
                    self.at = PathBuf::from("/");
                    self.check_folder(&fs::symlink_metadata("/").map_err(|error| cannot_write(&error))?)?;
                }
                // The path so far has no links.
                Some(Component::ParentDir) => drop(self.at.pop()),
                Some(Component::Normal(name)) => {
                    let next = self.at.join(name);
                    self.step(next)?;
                }
                _ => {}
            }
        }
        let is_in_home = self.home.is_some_and(|[_, home]| self.at.starts_with(home));
        match self.above_home {
            Some(error) if !is_in_home => Err(error),
            _ => Ok(self.at),
        }
    }

    fn step(&mut self, next: PathBuf) -> Result<(), Error> {
        let metadata = match fs::symlink_metadata(&next) {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return self.missing(next, &error),
            Err(error) => return Err(cannot_write(&error)),
        };
        if metadata.is_symlink() {
            return self.follow(&next, &metadata);
        }
        self.at = next;
        // The last name is the file, which `check_file` checks.
        if self.rest.is_empty() { Ok(()) } else { self.check_folder(&metadata) }
    }

    fn missing(&mut self, next: PathBuf, error: &io::Error) -> Result<(), Error> {
        if !self.rest.is_empty() {
            let error = cannot_write(error);
            return Err(match next.file_name() {
                Some(name) if name == "~" => error.hint(TILDE),
                _ => error.hint(format!("the folder is missing: create {} first", shown(&next))),
            });
        }
        self.at = next;
        Ok(())
    }

    fn follow(&mut self, link: &Path, metadata: &Metadata) -> Result<(), Error> {
        let leads_home = self.home.as_ref().is_some_and(|[home, _]| home.starts_with(link));
        if !leads_home && !is_trusted(metadata) {
            let message =
                format!("cannot write: {} is a symbolic link of another user (uid {})", shown(link), metadata.uid());
            return Err(Error::failure(message).hint("name the file directly, without links of other users"));
        }
        self.links += 1;
        if self.links > MAX_LINKS {
            return Err(Error::failure("cannot write: too many levels of symbolic links"));
        }
        let target = fs::read_link(link).map_err(|error| cannot_write(&error))?;
        self.go_on_with(&target);
        Ok(())
    }

    /// Refuses the current folder if other users can rename or remove its entries.
    fn check_folder(&mut self, metadata: &Metadata) -> Result<(), Error> {
        // Something other than a folder has nothing below it, which the next name shows.
        let Some(error) = self.why_unsafe(metadata).filter(|_| metadata.is_dir()) else { return Ok(()) };
        if self.home.as_ref().is_some_and(|[_, home]| home.starts_with(&self.at) && *home != self.at) {
            self.above_home.get_or_insert(error);
            return Ok(());
        }
        Err(error)
    }

    fn why_unsafe(&self, metadata: &Metadata) -> Option<Error> {
        let folder = shown(&self.at);
        if !is_trusted(metadata) {
            let message = format!("cannot write: the folder {folder} belongs to another user (uid {})", metadata.uid());
            return Some(Error::failure(message).hint("use a folder of your own, or run hostfp as that user"));
        }
        if metadata.mode() & OPEN != 0 && metadata.mode() & STICKY == 0 {
            let message = format!("cannot write: the group of the folder {folder}, or other users, can write in it");
            return Some(Error::failure(message).hint(format!("chmod go-w {folder}")));
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::{PermissionsExt as _, symlink};

    use super::*;

    /// A folder for one test, with no link above it.
    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let folder = env::temp_dir().canonicalize().unwrap().join(format!("{name}-{}", std::process::id()));
            let this = Self(folder);
            this.make("", 0o755);
            this
        }

        /// Creates a folder within, or changes its permissions.
        fn make(&self, name: &str, mode: u32) -> PathBuf {
            let folder = self.0.join(name);
            fs::create_dir_all(&folder).unwrap();
            fs::set_permissions(&folder, fs::Permissions::from_mode(mode)).unwrap();
            folder
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn links_and_dots_lead_where_the_system_would_go() {
        let folder = Folder::new("links");
        let file = folder.0.join("known_hosts");
        folder.make("sub", 0o755);
        assert_eq!(resolve(&file).unwrap(), file);
        assert_eq!(resolve(&folder.0.join("sub/.././known_hosts")).unwrap(), file);
        // The first of these links leads to the file, each other one to the one before.
        let link = |number: usize| folder.0.join(format!("link{number}"));
        symlink("known_hosts", link(1)).unwrap();
        for number in 2..=MAX_LINKS + 1 {
            symlink(link(number - 1), link(number)).unwrap();
        }
        assert_eq!(resolve(&link(1)).unwrap(), file);
        assert_eq!(resolve(&link(MAX_LINKS)).unwrap(), file);
        assert!(resolve(&link(MAX_LINKS + 1)).unwrap_err().message().ends_with("too many levels of symbolic links"));
        symlink("sub", folder.0.join("way")).unwrap();
        assert_eq!(resolve(&folder.0.join("way/known_hosts")).unwrap(), folder.0.join("sub/known_hosts"));
        symlink("loop", folder.0.join("loop")).unwrap();
        assert!(resolve(&folder.0.join("loop")).is_err());
        assert!(resolve(&folder.0.join("missing/known_hosts")).is_err());
    }

    /// As in sshd, folders above the home folder are the concern of their owner, but only for files in the home folder.
    #[test]
    fn no_folder_on_the_way_may_be_written_by_others_up_to_the_home_folder() {
        let folder = Folder::new("homes");
        let resolve = |path: &Path, home: &Path| {
            let home = Some([home.to_owned(), home.to_owned()]);
            Walk { home, ..Walk::new(path)? }.finish()
        };
        let (above, home) = (folder.make("above", 0o777), folder.make("above/home", 0o755));
        let inside = home.join("known_hosts");
        assert_eq!(resolve(&inside, &home).unwrap(), inside);
        assert!(resolve(&above.join("known_hosts"), &home).is_err());
        assert!(resolve(&inside, &folder.0).is_err());
        let (open, sticky) = (folder.make("above/home/open", 0o775), folder.make("above/home/sticky", 0o1777));
        assert!(resolve(&open.join("known_hosts"), &home).is_err());
        assert!(resolve(&sticky.join("known_hosts"), &home).is_ok());
        for mode in [0o775, 0o757] {
            folder.make("above/home", mode);
            let error = resolve(&inside, &home).unwrap_err();
            assert!(error.remedy().is_some_and(|hint| hint.starts_with("chmod go-w ")), "{error:?}");
        }
    }

    #[test]
    fn a_file_that_others_can_write_is_refused() {
        let folder = Folder::new("files");
        let file = folder.0.join("known_hosts");
        fs::write(&file, "").unwrap();
        for (mode, is_refused) in [(0o600, false), (0o644, false), (0o664, true), (0o646, true)] {
            fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(check_file(&file, &fs::metadata(&file).unwrap()).is_err(), is_refused, "{mode:o}");
        }
    }

    #[test]
    fn a_path_below_this_folder_is_shown_from_here() {
        let here = env::current_dir().unwrap();
        assert_eq!(shown(&here.join("a/known_hosts")).to_string(), "a/known_hosts");
        assert_eq!(shown(&here).to_string(), Place::file(&here).to_string());
    }
}
