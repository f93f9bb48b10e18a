//! Lists the files in a folder and its subfolders for `-r`, in the order of their names. Symbolic links are not followed; named
//! pipes and other special files are skipped.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use common::error::{Error, Place};
use common::input::Source;
use common::os::atomic_file::open_no_follow;

/// The greatest depth of nested folders.
const MAX_DEPTH: usize = 256;

/// The most entries in one folder.
const MAX_ENTRIES: usize = 1_000_000;

/// The hint for a file that must not be given away with its folder.
pub(crate) const NAME_FILES_INSTEAD: &str = "name the files of keys instead of the folder, or remove it";

/// A file or folder that was found in a folder or its subfolders.
pub(crate) enum FolderEntry {
    /// A file.
    File(PathBuf),
    /// A folder, whose files follow.
    Folder(PathBuf),
}

/// An entry of a folder.
enum Entry {
    File(PathBuf),
    Folder(PathBuf),
    /// It cannot be read.
    Error(Error),
}

/// Iterates over the files and folders in a folder. A folder is read when its files are needed.
pub(crate) struct Files {
    /// The remaining entries of each folder on the current path, in reverse order.
    folders: Vec<Vec<Entry>>,
    are_given_away: bool,
}

impl Files {
    /// Lists the files in this folder, which may itself be a symbolic link to one.
    ///
    /// If the files are to be given away, anything but a file or folder is an error: a link may lead to a private key.
    pub(crate) fn of(folder: &Path, are_given_away: bool) -> Self {
        Self { folders: vec![entries(folder, are_given_away)], are_given_away }
    }
}

impl Iterator for Files {
    type Item = Result<FolderEntry, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            match self.folders.last_mut()?.pop() {
                None => {
                    self.folders.pop();
                }
                Some(Entry::File(path)) => return Some(Ok(FolderEntry::File(path))),
                Some(Entry::Error(error)) => return Some(Err(error)),
                Some(Entry::Folder(path)) if self.folders.len() == MAX_DEPTH => {
                    let why = format!("cannot read: folders are nested more than {MAX_DEPTH} deep");
                    return Some(Err(Error::failure(why).at(Place::file(&path))));
                }
                Some(Entry::Folder(path)) => {
                    self.folders.push(entries(&path, self.are_given_away));
                    return Some(Ok(FolderEntry::Folder(path)));
                }
            }
        }
    }
}

/// Returns the entries of a folder, the last name first.
fn entries(folder: &Path, are_given_away: bool) -> Vec<Entry> {
    let failure = |error: &io::Error| Entry::Error(Error::io("cannot read", error).at(Place::file(folder)));
    let listing = match fs::read_dir(folder) {
        Ok(listing) => listing,
        Err(error) => return vec![failure(&error)],
    };
    let mut names = Vec::new();
    let mut errors = Vec::new();
    for entry in listing {
        let found = entry.and_then(|entry| Ok((entry.file_name(), entry.file_type()?)));
        match found {
            // The target of a link is found at its own place, or is outside this folder.
            Ok((name, kind)) if kind.is_dir() || kind.is_file() => names.push((name, kind.is_dir())),
            Ok((name, _)) if are_given_away => errors.push(Entry::Error(not_a_file(&path(folder, &name)))),
            Ok(_) => {}
            Err(error) => errors.push(failure(&error)),
        }
        if names.len() + errors.len() > MAX_ENTRIES {
            let why = format!("cannot read: more than {MAX_ENTRIES} files are in this folder");
            return vec![Entry::Error(Error::failure(why).at(Place::file(folder)))];
        }
    }
    names.sort_unstable_by(|(one, _), (other, _)| other.cmp(one));
    let entry = |(name, is_folder): (OsString, bool)| {
        let path = path(folder, &name);
        if is_folder { Entry::Folder(path) } else { Entry::File(path) }
    };
    errors.extend(names.into_iter().map(entry));
    errors
}

fn not_a_file(path: &Path) -> Error {
    Error::no("would be given away with the folder, and is a link or not a file")
        .at(Place::file(path))
        .hint(NAME_FILES_INSTEAD)
}

/// Returns the path of a file in a folder; the folder `.` is left out.
fn path(folder: &Path, name: &OsStr) -> PathBuf {
    if folder == Path::new(".") { PathBuf::from(name) } else { folder.join(name) }
}

/// Opens a file that was found. Returns `None` if it is empty or no longer a file. The files of /proc have the length 0, too;
/// some of them never end.
///
/// # Errors
/// It cannot be opened.
pub(crate) fn open(path: &Path) -> Result<Option<Source<'static>>, Error> {
    let opened = open_no_follow(path, File::options().read(true)).and_then(|file| Ok((file.metadata()?, file)));
    let place = Place::file(path);
    match opened {
        Ok((metadata, file)) => Ok((metadata.is_file() && metadata.len() > 0).then(|| Source::of_file(place, file))),
        // It was removed, or replaced by a link, in the meantime.
        Err(_) if !path.symlink_metadata().is_ok_and(|metadata| metadata.is_file()) => Ok(None),
        Err(error) => Err(Error::io("cannot read", &error).at(place)),
    }
}
