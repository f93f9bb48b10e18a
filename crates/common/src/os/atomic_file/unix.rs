//! Opening files so that nothing that another user has put in their place is opened.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, fchown};
use std::path::Path;

use rustix::fs::OFlags;
use rustix::process::geteuid;

use super::Access;
use crate::error::{Error, Place};

/// Opens a file with these options, but follows no link, waits for no pipe and takes no terminal.
///
/// # Errors
/// It cannot be opened, or is a link.
pub fn open_no_follow(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW.union(OFlags::NONBLOCK).union(OFlags::NOCTTY);
    options.custom_flags(flags.bits().cast_signed()).open(path)
}

/// Makes a file that must not be there yet, and opens it for writing. The mode is less what the umask takes away.
///
/// Its owner is not looked at: it was made by this very call, and network and FAT disks have owners of their own.
///
/// # Errors
/// The name exists, even as a link that leads nowhere; or another process has given the file a second name already.
pub fn create_new(path: &Path, mode: u32) -> io::Result<File> {
    let file = open_no_follow(path, File::options().write(true).create_new(true).mode(mode))?;
    let checked = file.metadata().and_then(|metadata| match metadata.is_file() && metadata.nlink() <= 1 {
        true => Ok(file),
        false => Err(io::Error::other("another program has linked to the new file")),
    });
    checked.inspect_err(|_| drop(fs::remove_file(path)))
}

/// Opens, for writing, a file that only processes of this user open, such as a lock; none if it is not there.
///
/// # Errors
/// It cannot be opened; or it is another user's, a link, one of several names of a file, or no file at all, so that an
/// attacker may have put it there. The message names it, and the hint says how to go on.
pub fn open_own(path: &Path) -> Result<Option<File>, Error> {
    let checked = |metadata: &Metadata| why_not_own(metadata).map_or(Ok(()), |why| Err(in_the_way(path, &why)));
    let opened = || -> io::Result<Result<File, Error>> {
        // What it is can be seen without opening it.
        if let Err(error) = checked(&fs::symlink_metadata(path)?) {
            return Ok(Err(error));
        }
        let file = open_no_follow(path, File::options().write(true))?;
        // It may be another file by now.
        let checked = checked(&file.metadata()?);
        Ok(checked.map(|()| file))
    };
    match opened() {
        Ok(file) => file.map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Error::io(&format!("cannot open {}", Place::file(path)), &error)),
    }
}

fn in_the_way(path: &Path, why: &str) -> Error {
    let path = Place::file(path);
    Error::failure(format!("cannot use {path}, which {why}"))
        .hint(format!("remove {path}, or use a folder in which only you can write"))
}

fn why_not_own(metadata: &Metadata) -> Option<String> {
    match metadata.file_type() {
        kind if kind.is_symlink() => Some("is a symbolic link".to_owned()),
        kind if !kind.is_file() => Some("is not a regular file".to_owned()),
        _ if !is_ours(metadata) => Some(format!("belongs to another user (uid {})", metadata.uid())),
        // None at all: it was removed meanwhile.
        _ if metadata.nlink() > 1 => Some("has another name (hard link)".to_owned()),
        _ => None,
    }
}

/// Whether a file belongs to the user of this process.
#[must_use]
pub fn is_ours(metadata: &Metadata) -> bool {
    metadata.uid() == geteuid().as_raw()
}

/// The mode with which a new file is made. One that is to be like another is closed until it is that one's owner's.
pub(super) const fn mode(access: Access<'_>) -> u32 {
    match access {
        Access::Umask => 0o666,
        Access::Owner | Access::Like(_) => 0o600,
    }
}

/// Gives a new file the owner and mode of another.
pub(super) fn set_access(file: &File, like: &Metadata) -> io::Result<()> {
    let mut mode = like.mode() & 0o777;
    if !set_owner(file, like)? {
        // What the old group might do is not for ours.
        mode &= !0o070;
    }
    file.set_permissions(fs::Permissions::from_mode(mode))
}

/// Gives a new file the owner and group of another; whether it has them. Only root gives files away.
///
/// # Errors
/// The file cannot be examined.
pub fn set_owner(file: &File, like: &Metadata) -> io::Result<bool> {
    let new = file.metadata()?;
    let is_same = (like.uid(), like.gid()) == (new.uid(), new.gid());
    Ok(is_same || fchown(file, Some(like.uid()), Some(like.gid())).is_ok())
}

/// Has what was renamed last through a power failure.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
