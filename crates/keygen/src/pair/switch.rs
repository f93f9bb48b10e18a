//! Switches two file names to their new files in one step.
//!
//! No system renames two files at once, but one rename can redirect a link that both names lead through. keygen creates a
//! folder beside the pair:
//!
//! ```text
//! .keygen-unfinished-a1b2c3/new/id  id.pub   the new files, synced
//!                         /old/id  id.pub   what stood in their places: second names of the same files
//!                         /now -> old       which of the two counts
//! ```
//!
//! 1. `id` and `id.pub` become links to `…/now/id` and `…/now/id.pub`, which are still the old files. If there was none, the
//!    links are dangling, and opening them finds no file.
//! 2. One rename makes `now` lead to `new`: both names change at once.
//! 3. The new files are renamed over the links, and the folder is removed.
//!
//! So every program that opens the two names finds both old or both new files, at every moment, even if the process dies
//! between any two steps or the power fails: each step is synced before the next. Only if there was no old file are the links
//! of the first step synced together with their targets, since without these they are dangling, which is correct. The next
//! keygen in that folder completes the work of a dead process by the same function that ends a successful one: forward if
//! `now` leads to `new`, otherwise back.

use std::borrow::Cow;
use std::ffi::{OsStr, OsString};
use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{DirBuilderExt as _, symlink};
use std::panic::resume_unwind;
use std::path::{Component, Path, PathBuf};
use std::thread;

use common::error::Error;
use common::os::interrupt;

use super::new::{New, cannot_write, is_leftover, sync_folder};
use super::staged::LEFTOVER;
use super::staged::{create, fill, mode};

/// A change of several files: the pair's folder, and the folder in it in which the change is prepared.
pub(super) struct Switch<'a> {
    folder: &'a Path,
    path: PathBuf,
}

/// Which files are current.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Old,
    New,
}

/// A file or folder that was written, and may not be synced yet.
enum Unsynced<'a> {
    File(File),
    Folder(Cow<'a, Path>),
}

impl Unsynced<'_> {
    fn sync(&self) -> io::Result<()> {
        match self {
            Self::File(file) => file.sync_all(),
            Self::Folder(folder) => sync_folder(folder),
        }
    }
}

/// Syncs all of them at the same time: a file system with a journal writes it once for all that wait.
fn sync_together(unsynced: &[Unsynced<'_>]) -> io::Result<()> {
    let Some((first, others)) = unsynced.split_first() else { return Ok(()) };
    thread::scope(|scope| {
        let others: Vec<_> =
            others.iter().map(|other| (other, thread::Builder::new().spawn_scoped(scope, || other.sync()))).collect();
        others.into_iter().fold(first.sync(), |before, (other, thread)| {
            let synced = match thread {
                Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
                // If spawning fails, this thread syncs it.
                Err(_) => other.sync(),
            };
            before.and(synced)
        })
    })
}

/// Puts all files in place at once. Returns false if this file system does not support the links.
///
/// # Errors
/// They cannot be put in place; then everything is as it was.
pub(super) fn place(folder: &Path, files: &[New<'_>]) -> Result<bool, Error> {
    let Some(switch) = Switch::make(folder).map_err(|error| cannot_write(folder, &error))? else {
        return Ok(false);
    };
    let (below, path) = (folder.to_owned(), switch.path.clone());
    let _undo = interrupt::on_end(move || {
        let _ = Switch { folder: &below, path: path.clone() }.settle();
    });
    let turned = switch.turn(files);
    // Tried again if it fails: stopping here would be the worst outcome.
    let settled = switch.settle().or_else(|_| switch.settle());
    match (turned, settled) {
        (Ok(()), Ok(_)) => Ok(true),
        (Err(error), Ok(Side::New)) => Err(error.hint("both files are in place, but a power failure may undo them")),
        (Err(error), _) => Err(error),
        (Ok(()), Err(error)) => Err(cannot_write(folder, &error)
            .hint("both files can be read, as links into a folder beside them; the next keygen here completes this")),
    }
}

impl<'a> Switch<'a> {
    fn make(folder: &'a Path) -> io::Result<Option<Self>> {
        // The files inside have their own modes, which they keep in their places.
        let make = |path: &Path| DirBuilder::new().mode(0o755).create(path);
        let made = tempfile::Builder::new().prefix(LEFTOVER).make_in(folder, make)?;
        // From here on, only `settle` removes the folder, after checking its contents.
        let path = made.into_temp_path().keep()?;
        let switch = Self { folder, path };
        let begun = make(&switch.in_new(""))
            .and_then(|()| make(&switch.in_old("")))
            .and_then(|()| symlink("old", switch.now()));
        match begun {
            Ok(()) => Ok(Some(switch)),
            Err(error) => {
                switch.remove()?;
                match error.kind() {
                    io::ErrorKind::PermissionDenied | io::ErrorKind::Unsupported => Ok(None),
                    _ => Err(error),
                }
            }
        }
    }

    fn now(&self) -> PathBuf {
        self.path.join("now")
    }

    fn in_new(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path.join("new").join(name)
    }

    fn in_old(&self, name: impl AsRef<Path>) -> PathBuf {
        self.path.join("old").join(name)
    }

    /// The target of the link in a file's place, as seen from there.
    fn target(&self, name: &OsStr) -> PathBuf {
        Path::new(self.path.file_name().unwrap_or_default()).join("now").join(name)
    }

    /// Performs all steps before the files can be settled.
    fn turn(&self, files: &[New<'_>]) -> Result<(), Error> {
        let failed = |file: &New<'_>| {
            let path = self.folder.join(file.name);
            move |error: io::Error| cannot_write(&path, &error)
        };
        let failed_here = |error| cannot_write(self.folder, &error);
        let mut unsynced = vec![Unsynced::Folder(self.path.as_path().into()), Unsynced::Folder(self.in_new("").into())];
        let mut keeps_old = false;
        for file in files {
            let new = self.in_new(file.name);
            let old = fs::metadata(self.folder.join(file.name)).ok();
            let written = create(&new, file.mode)
                .and_then(|new| fill(new, file.contents, file.mode, old.as_ref()))
                .map_err(failed(file))?;
            unsynced.push(Unsynced::File(written));
            keeps_old |= file.replace && self.keep(file.name).map_err(failed(file))?;
        }
        if keeps_old {
            unsynced.push(Unsynced::Folder(self.in_old("").into()));
            sync_together(&unsynced).map_err(failed_here)?;
            unsynced.clear();
        }
        for file in files {
            self.point(file).map_err(failed(file))?;
        }
        unsynced.push(Unsynced::Folder(self.folder.into()));
        sync_together(&unsynced).and_then(|()| self.flip()).map_err(failed_here)
    }

    /// Keeps the old file under a second name, which the link finds as before. Returns false if there is no old file.
    fn keep(&self, name: &OsStr) -> io::Result<bool> {
        let (place, kept) = (self.folder.join(name), self.in_old(name));
        let metadata = match place.symlink_metadata() {
            Ok(metadata) => metadata,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(error),
        };
        if metadata.is_symlink() {
            return symlink(from_below(&fs::read_link(place)?), kept).map(|()| true);
        }
        let copied = fs::hard_link(&place, &kept).or_else(|_| {
            // Some file systems allow only one name, and Linux refuses a second one for another user's file.
            let contents = fs::read(&place).map(zeroize::Zeroizing::new)?;
            let copy = create(&kept, mode(&metadata))?;
            fill(copy, &contents, mode(&metadata), Some(&metadata))?.sync_all()
        });
        copied.map(|()| true)
    }

    /// Makes the name in the folder lead through `now`. A file that may not be replaced, and has appeared there, is kept.
    fn point(&self, file: &New<'_>) -> io::Result<()> {
        let place = self.folder.join(file.name);
        if !file.replace {
            return symlink(self.target(file.name), place);
        }
        let link = self.path.join("link");
        symlink(self.target(file.name), &link)?;
        fs::rename(link, place)
    }

    /// Makes the new files current, in one step.
    fn flip(&self) -> io::Result<()> {
        let next = self.path.join("next");
        symlink("new", &next)?;
        fs::rename(next, self.now())?;
        sync_folder(&self.path)
    }

    /// Ends the change from any step: forward if the new files are already current, otherwise back.
    fn settle(&self) -> io::Result<Side> {
        let now = match fs::read_link(self.now()) {
            Ok(target) => target,
            // It had not begun, or only the folder is left.
            Err(error) if error.kind() == io::ErrorKind::NotFound => return self.remove().map(|()| Side::Old),
            Err(error) => return Err(error),
        };
        let side = if now == Path::new("new") { Side::New } else { Side::Old };
        for name in names(&self.in_new(""))? {
            let place = self.folder.join(&name);
            if self.leads_here(&name, &place)? {
                match side {
                    Side::New => fs::rename(self.in_new(&name), place)?,
                    Side::Old => self.restore(&name, &place)?,
                }
            }
        }
        sync_folder(self.folder)?;
        self.remove().map(|()| side)
    }

    /// Whether the name in the folder leads through `now`. If not, it has been settled, was never begun, or now belongs to
    /// another program.
    fn leads_here(&self, name: &OsStr, place: &Path) -> io::Result<bool> {
        match fs::read_link(place) {
            Ok(target) => Ok(target == self.target(name)),
            // There is nothing, or no link.
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::InvalidInput) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Restores the old file in its place.
    fn restore(&self, name: &OsStr, place: &Path) -> io::Result<()> {
        let kept = self.in_old(name);
        match kept.symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => fs::remove_file(place),
            Err(error) => Err(error),
            Ok(metadata) if metadata.is_symlink() => {
                let link = self.path.join("back");
                // A keygen that was killed here may have left one.
                let _ = fs::remove_file(&link);
                symlink(from_above(&fs::read_link(kept)?), &link)?;
                fs::rename(link, place)
            }
            Ok(_) => fs::rename(kept, place),
        }
    }

    /// Removes the folder, which no link leads to any more.
    fn remove(&self) -> io::Result<()> {
        fs::remove_dir_all(&self.path)
    }
}

/// The names in a folder; none if it no longer exists.
fn names(folder: &Path) -> io::Result<Vec<OsString>> {
    match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| entry.map(|entry| entry.file_name())).collect(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// The relative path from a kept link to its original place.
const UP: &str = "../../";

/// The target that a link needs in `old` to lead where it led from the folder.
fn from_below(target: &Path) -> PathBuf {
    if target.is_absolute() {
        return target.to_owned();
    }
    let mut from_below = OsString::from(UP);
    from_below.push(target);
    from_below.into()
}

/// The inverse of `from_below`, byte for byte.
fn from_above(target: &Path) -> PathBuf {
    let target = target.as_os_str().as_bytes();
    OsStr::from_bytes(target.strip_prefix(UP.as_bytes()).unwrap_or(target)).into()
}

/// Settles the leftovers of a killed keygen in the folder, given by the folder's name. The caller has locked the folder, so
/// no other keygen is at work.
pub(super) fn recover(folder: &Path, path: PathBuf) -> io::Result<()> {
    const OURS: [&str; 6] = ["new", "old", "now", "link", "next", "back"];
    if names(&path)?.iter().all(|name| OURS.iter().any(|ours| name == ours)) {
        Switch { folder, path }.settle()?;
    }
    Ok(())
}

/// Removes the link in a pair's place that leads through a folder that no longer exists, or was not yet synced when the power
/// failed: the pair was never completed. The caller has locked the folder.
pub(super) fn remove_lost_link(folder: &Path, name: &OsStr) -> io::Result<()> {
    let place = folder.join(name);
    let target = fs::read_link(&place)?;
    let mut parts = target.components().map(Component::as_os_str);
    let (Some(through), Some(now), Some(file), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Ok(());
    };
    let is_gone =
        || folder.join(through).symlink_metadata().is_err_and(|error| error.kind() == io::ErrorKind::NotFound);
    if is_leftover(through) && now == "now" && file == name && is_gone() { fs::remove_file(place) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new<'a>(name: &'a str, contents: &'a [u8], replace: bool) -> New<'a> {
        New { name: OsStr::new(name), contents, mode: 0o600, replace }
    }

    #[test]
    fn the_old_files_are_found_through_the_links_and_restored() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let at = |name: &str| folder.join(name);
        fs::create_dir(at("vault")).unwrap();
        fs::write(at("vault/key"), "linked").unwrap();
        symlink("vault/../vault/key", at("id")).unwrap();
        symlink("nowhere", at("lost")).unwrap();
        fs::write(at("id.pub"), "file").unwrap();
        let names = ["id", "id.pub", "lost", "none"];
        let before = || ["id", "id.pub", "lost", "none"].map(|name| fs::read(at(name)).ok());
        let was = before();
        let switch = Switch::make(folder).unwrap().unwrap();
        for file in names.map(|name| new(name, b"new", true)) {
            fs::write(switch.in_new(file.name), "new").unwrap();
            switch.keep(file.name).unwrap();
            switch.point(&file).unwrap();
            assert!(at(file.name.to_str().unwrap()).is_symlink());
            assert_eq!(before(), was, "{:?}", file.name);
        }
        assert_eq!(switch.settle().unwrap(), Side::Old);
        assert_eq!(before(), was);
        assert_eq!(fs::read_link(at("id")).unwrap(), Path::new("vault/../vault/key"));
        assert_eq!(fs::read_link(at("lost")).unwrap(), Path::new("nowhere"));
        assert!(!at("id.pub").is_symlink());
        assert!(at("none").symlink_metadata().is_err());
        assert!(!switch.path.exists());
    }

    #[test]
    fn links_that_a_power_failure_left_without_their_folder_are_removed_and_no_others() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        // The folder was synced, but nothing in it.
        fs::create_dir(at(".keygen-unfinished-a1B2c3")).unwrap();
        symlink(".keygen-unfinished-a1B2c3/now/id", at("id")).unwrap();
        symlink(".keygen-unfinished-000000/now/id.pub", at("id.pub")).unwrap();
        for (name, target) in [
            ("other", ".keygen-unfinished-000000/now/id"),
            ("old", ".keygen-unfinished-000000/old/old"),
            ("mine", "/nowhere/.keygen-unfinished-000000/now/mine"),
            ("nowhere", "nowhere/now/nowhere"),
        ] {
            symlink(target, at(name)).unwrap();
        }
        super::super::Pair::at(at("id")).check().unwrap();
        let mut left = names(folder.path()).unwrap();
        left.sort();
        assert_eq!(left, ["mine", "nowhere", "old", "other"]);
    }

    #[test]
    fn a_link_is_replaced_by_the_new_file_and_what_it_led_to_stays() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("elsewhere"), "old").unwrap();
        symlink("elsewhere", at("id")).unwrap();
        assert!(place(folder.path(), &[new("id", b"new", true)]).unwrap());
        assert_eq!(fs::read(at("id")).unwrap(), b"new");
        assert!(!at("id").is_symlink());
        assert_eq!(fs::read(at("elsewhere")).unwrap(), b"old");
    }
}
