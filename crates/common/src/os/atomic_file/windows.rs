//! Opening files so that nothing that another user has put in their place is opened. Who may read and write them is
//! their folder's business: a new file has the access list that the folder hands down.

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

/// Makes a file that must not be there yet, and opens it for writing.
///
/// # Errors
/// The name exists, even as a link that leads nowhere.
pub fn create_new(path: &Path, _mode: u32) -> io::Result<File> {
    open_no_follow(path, File::options().write(true).create_new(true))
}

/// Whether a file belongs to the user of this process. Its folder's access list has decided who could make it.
#[must_use]
pub const fn is_ours(_metadata: &Metadata) -> bool {
    true
}

/// There are no modes.
pub(super) const fn mode(_access: Access<'_>) -> u32 {
    0
}

/// There are no modes.
pub(super) const fn set_access(_file: &File, _like: &Metadata) -> io::Result<()> {
    Ok(())
}

/// A rename lasts by itself.
pub(super) const fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

/// The owner of a new file is who made it.
///
/// # Errors
/// None.
pub fn set_owner(_file: &File, _like: &Metadata) -> io::Result<bool> {
    Ok(true)
}
