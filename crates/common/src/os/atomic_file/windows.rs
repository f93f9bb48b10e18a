//! Opens files safely where another user may have put something else in their place. The folder decides who may read and
//! write a file: a new file inherits the folder's access list.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::os::windows::fs::OpenOptionsExt as _;
use std::path::Path;

use super::Access;

/// `FILE_FLAG_OPEN_REPARSE_POINT` of CreateFileW: a link is not followed.
const OPEN_REPARSE_POINT: u32 = 0x0020_0000;

/// Opens a file with these options, but follows no link.
///
/// # Errors
/// It cannot be opened.
pub fn open_no_follow(path: &Path, options: &mut OpenOptions) -> io::Result<File> {
    options.custom_flags(OPEN_REPARSE_POINT).open(path)
}

/// Creates a file that must not exist yet, and opens it for writing.
///
/// # Errors
/// The name exists, even as a dangling link.
pub fn create_new(path: &Path, _mode: u32) -> io::Result<File> {
    open_no_follow(path, File::options().write(true).create_new(true))
}

/// Whether a file belongs to the user of this process. Its folder's access list has decided who could create it.
#[must_use]
pub const fn is_ours(_metadata: &Metadata) -> bool {
    true
}

/// Windows has no modes.
pub(super) const fn mode(_access: Access<'_>) -> u32 {
    0
}

/// Windows has no modes.
pub(super) const fn set_access(_file: &File, _like: &Metadata) -> io::Result<()> {
    Ok(())
}

/// A rename needs no sync.
pub(super) const fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// A new file is owned by the user that creates it.
///
/// # Errors
/// None.
pub fn set_owner(_file: &File, _like: &Metadata) -> io::Result<bool> {
    Ok(true)
}
