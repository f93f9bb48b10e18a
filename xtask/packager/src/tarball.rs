//! Writes tar archives, and compresses with gzip.

use std::collections::BTreeSet;
use std::io::{self, Write as _};
use std::path::Path;

use flate2::{Compression, GzBuilder};
use tar::{EntryType, Header};

use crate::manifest::{Entry, Manifest};

/// Makes a tar of these files and the folders above them, each folder before its contents.
pub(crate) fn tar(manifest: &Manifest, files: &[Entry]) -> io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(Vec::new());
    let mut known = BTreeSet::new();
    for file in files {
        let mut folders: Vec<&Path> = Path::new(&file.path).ancestors().skip(1).collect();
        folders.reverse();
        for folder in folders {
            if folder != Path::new("") && known.insert(folder.to_owned()) {
                let mut header = header(manifest, EntryType::Directory, 0o755, 0);
                archive.append_data(&mut header, format!("./{}/", folder.display()), io::empty())?;
            }
        }
        let mut header = header(manifest, EntryType::Regular, file.mode, file.bytes.len());
        archive.append_data(&mut header, format!("./{}", file.path), file.bytes.as_slice())?;
    }
    archive.into_inner()
}

fn header(manifest: &Manifest, kind: EntryType, mode: u16, length: usize) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(u32::from(mode));
    header.set_size(length as u64);
    header.set_mtime(u64::from(manifest.date));
    header.set_uid(0);
    header.set_gid(0);
    // Names of at most 32 bytes fit.
    let _ = header.set_username("root");
    let _ = header.set_groupname("root");
    header
}

/// Compresses without a name or a date in the header, as `gzip -n` does.
pub(crate) fn gzip(bytes: &[u8]) -> io::Result<Vec<u8>> {
    // As in `gzip -9`, the extra flags are 2; operating system 3 is Unix (RFC 1952 section 2.3.1).
    let mut writer = GzBuilder::new().mtime(0).operating_system(3).write(Vec::new(), Compression::best());
    writer.write_all(bytes)?;
    writer.finish()
}
