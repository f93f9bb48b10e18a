//! The files in a folder and in the folders in it, for `-r`: in the order of their names, without following symbolic links,
//! and without what is no file, such as a named pipe.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use common::error::{Error, Place};
use common::input::Source;
use common::os::atomic_file::open_no_follow;

/// How deep folders may be in one another.
const MAX_DEPTH: usize = 256;

/// The most entries of one folder.
const MAX_ENTRIES: usize = 1_000_000;

/// What to do about what may not leave with a folder.
pub(crate) const GIVE_FILES: &str = "name the files of keys instead of the folder, or remove it";

/// What was found in a folder, or in a folder in it.
pub(crate) enum FolderEntry {
    /// A file.
    File(PathBuf),
    /// A folder, whose files follow.
    Folder(PathBuf),
}

/// What is in a folder.
enum Entry {
    File(PathBuf),
    Folder(PathBuf),
    /// It cannot be read.
    Error(Error),
}

/// The files in a folder, and the folders in it. Folders are read when their files are needed.
pub(crate) struct Files {
    /// What is left of each folder on the way, the last first.
    folders: Vec<Vec<Entry>>,
    are_given_away: bool,
}

impl Files {
    /// The files in this folder, which may itself be a symbolic link to one.
    ///
    /// Where they are to be given away, what is no file is an error: a link may lead to a private key.
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
                    let why = format!("cannot read: more than {MAX_DEPTH} folders are in one another");
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

/// What is in a folder, the last name first.
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
            // What a link leads to is found where it is, or is not in this folder.
            Ok((name, kind)) if kind.is_dir() || kind.is_file() => names.push((name, kind.is_dir())),
            Ok((name, _)) if are_given_away => errors.push(Entry::Error(no_file(&path(folder, &name)))),
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

fn no_file(path: &Path) -> Error {
    Error::no("leaves with the folder, and is a link or no file at all").at(Place::file(path)).hint(GIVE_FILES)
}

/// The path of a file in a folder; those of the folder `.` are shown without it.
fn path(folder: &Path, name: &OsStr) -> PathBuf {
    if folder == Path::new(".") { PathBuf::from(name) } else { folder.join(name) }
}

/// Opens a file that was found; none if it is empty or no longer a file. The files of /proc seem empty too; some of them
/// would never end.
///
/// # Errors
/// It cannot be opened.
pub(crate) fn open(path: &Path) -> Result<Option<Source<'static>>, Error> {
    let opened = open_no_follow(path, File::options().read(true)).and_then(|file| Ok((file.metadata()?, file)));
    let place = Place::file(path);
    match opened {
        Ok((metadata, file)) => Ok((metadata.is_file() && metadata.len() > 0).then(|| Source::of_file(place, file))),
        // It was removed, or replaced by a link, meanwhile.
        Err(_) if !path.symlink_metadata().is_ok_and(|metadata| metadata.is_file()) => Ok(None),
        Err(error) => Err(Error::io("cannot read", &error).at(place)),
    }
}
