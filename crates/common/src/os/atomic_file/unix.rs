//! Opens files safely where another user may have put something else in their place.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, fchown};
use std::path::Path;

use rustix::fs::OFlags;
use rustix::process::geteuid;

use super::Access;
use crate::error::{Error, Place};

/// Opens a file with these options; follows no link, waits for no pipe and acquires no terminal.
///
/// # Errors
/// It cannot be opened, or is a link.
pub fn open_no_follow(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    let flags = OFlags::NOFOLLOW.union(OFlags::NONBLOCK).union(OFlags::NOCTTY);
    options.custom_flags(flags.bits().cast_signed()).open(path)
}

/// Creates a file that must not exist yet, and opens it for writing. The umask applies to the mode.
///
/// Its owner is not checked: this call has just made it, and network and FAT disks assign owners of their own.
///
/// # Errors
/// The name exists, even as a dangling link; or another process has already given the file a second name.
pub fn create_new(path: &Path, mode: u32) -> io::Result<File> {
    let file = open_no_follow(path, File::options().write(true).create_new(true).mode(mode))?;
    let checked = file.metadata().and_then(|metadata| match metadata.is_file() && metadata.nlink() <= 1 {
        true => Ok(file),
        false => Err(io::Error::other("another program has linked to the new file")),
    });
    checked.inspect_err(|_| drop(fs::remove_file(path)))
}

/// Opens, for writing, a file that only processes of this user open, such as a lock; none if it does not exist.
///
/// # Errors
/// It cannot be opened; or it belongs to another user, is a link, has several names, or is not a regular file, so an
/// attacker may have put it there. The message names it, and the hint tells how to continue.
pub fn open_own(path: &Path) -> Result<Option<File>, Error> {
    let checked = |metadata: &Metadata| why_not_own(metadata).map_or(Ok(()), |why| Err(in_the_way(path, &why)));
    let opened = || -> io::Result<Result<File, Error>> {
        // Its type can be checked without opening it.
        if let Err(error) = checked(&fs::symlink_metadata(path)?) {
            return Ok(Err(error));
        }
        let file = open_no_follow(path, File::options().write(true))?;
        // It may have been replaced since.
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
        // With no name at all, it was removed meanwhile.
        _ if metadata.nlink() > 1 => Some("has another name (hard link)".to_owned()),
        _ => None,
    }
}

/// Whether a file belongs to the user of this process.
#[must_use]
pub fn is_ours(metadata: &Metadata) -> bool {
    metadata.uid() == geteuid().as_raw()
}

/// Returns the mode for creating a new file. One that gets the access of another stays private until it has its owner.
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
        // The old group's permissions are not for our group.
        mode &= !0o070;
    }
    file.set_permissions(fs::Permissions::from_mode(mode))
}

/// Gives a new file the owner and group of another, and returns whether it has them. Only root can change owners.
///
/// # Errors
/// The file cannot be examined.
pub fn set_owner(file: &File, like: &Metadata) -> io::Result<bool> {
    let new = file.metadata()?;
    let is_same = (like.uid(), like.gid()) == (new.uid(), new.gid());
    Ok(is_same || fchown(file, Some(like.uid()), Some(like.gid())).is_ok())
}

/// Makes the last rename survive a power failure.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}
