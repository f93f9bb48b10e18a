//! The packages to write.

use std::fs;
use std::path::PathBuf;

use serde::Deserialize;

use crate::Failure;

/// Data for all packages, and the packages.
#[derive(Deserialize)]
pub(crate) struct Manifest {
    /// The name of the software.
    pub(crate) name: String,
    /// Its version.
    pub(crate) version: String,
    /// The package revision of this version.
    pub(crate) revision: String,
    /// A description in one line.
    pub(crate) summary: String,
    /// A description in paragraphs.
    pub(crate) description: Vec<String>,
    /// Its licence, as an SPDX expression.
    pub(crate) license: String,
    /// The maintainer: a name, and an address in angle brackets.
    pub(crate) maintainer: String,
    /// The modification time of all entries, in seconds since 1970.
    pub(crate) date: u32,
    /// The packages to write.
    pub(crate) packages: Vec<Package>,
}

/// One package.
#[derive(Deserialize)]
pub(crate) struct Package {
    /// Its format.
    pub(crate) kind: Kind,
    /// The path to write it to.
    pub(crate) path: PathBuf,
    /// The machine it is for, by the format's name; tar.gz and zip ignore it.
    #[serde(default)]
    pub(crate) architecture: String,
    /// Its files, in this order.
    files: Vec<File>,
}

/// The formats of packages.
#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// A compressed tar.
    TarGz,
    /// A zip, for Windows.
    Zip,
    /// A Debian package.
    Deb,
    /// A package for the systems of Red Hat and SUSE.
    Rpm,
}

#[derive(Deserialize)]
struct File {
    /// Its path in the package, without a leading slash.
    to: String,
    /// Its present path.
    from: PathBuf,
    /// Whether it is a program.
    #[serde(default)]
    program: bool,
    /// Whether to compress it; its path in the package then ends in `.gz`.
    #[serde(default)]
    gzip: bool,
}

/// A file of a package.
pub(crate) struct Entry {
    /// Its path in the package, without a leading slash.
    pub(crate) path: String,
    /// Its permissions.
    pub(crate) mode: u16,
    /// Its contents.
    pub(crate) bytes: Vec<u8>,
}

impl Package {
    /// Reads all files.
    pub(crate) fn read_files(&self) -> Result<Vec<Entry>, Failure> {
        self.files.iter().map(File::read).collect()
    }
}

impl File {
    fn read(&self) -> Result<Entry, Failure> {
        let bytes = fs::read(&self.from).map_err(|error| format!("{}: {error}", self.from.display()))?;
        let mode = if self.program { 0o755 } else { 0o644 };
        Ok(if self.gzip {
            Entry { path: format!("{}.gz", self.to), mode, bytes: crate::tarball::gzip(&bytes)? }
        } else {
            Entry { path: self.to.clone(), mode, bytes }
        })
    }
}
