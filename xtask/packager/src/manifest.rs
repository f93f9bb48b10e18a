//! What to write.

use std::fs;
use std::path::PathBuf;

use serde::Deserialize;

use crate::Failure;

/// What all packages say, and the packages.
#[derive(Deserialize)]
pub(crate) struct Manifest {
    /// The name of the software.
    pub(crate) name: String,
    /// Its version.
    pub(crate) version: String,
    /// The number of the packages of this version.
    pub(crate) revision: String,
    /// What it is, in one line.
    pub(crate) summary: String,
    /// What it is, in paragraphs.
    pub(crate) description: Vec<String>,
    /// Its licence, as SPDX writes it.
    pub(crate) license: String,
    /// Who answers for the package: a name and an address in angle brackets.
    pub(crate) maintainer: String,
    /// The time that everything in the packages has, in seconds since 1970.
    pub(crate) date: u32,
    /// What to write.
    pub(crate) packages: Vec<Package>,
}

/// One package.
#[derive(Deserialize)]
pub(crate) struct Package {
    /// Its form.
    pub(crate) kind: Kind,
    /// Where it goes.
    pub(crate) path: PathBuf,
    /// The machine it is for, in the words of its form; tar.gz and zip do not ask.
    #[serde(default)]
    pub(crate) architecture: String,
    /// What is in it, in this order.
    files: Vec<File>,
}

/// The forms of packages.
#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Kind {
    /// A compressed tar.
    TarGz,
    /// What Windows unpacks.
    Zip,
    /// Debian's.
    Deb,
    /// Of Red Hat's and SUSE's systems.
    Rpm,
}

#[derive(Deserialize)]
struct File {
    /// Its place in the package, without a slash in front.
    to: String,
    /// Where it is now.
    from: PathBuf,
    /// Whether it is a program.
    #[serde(default)]
    program: bool,
    /// Whether it is to be compressed, and its place then ends in `.gz`.
    #[serde(default)]
    gzip: bool,
}

/// A file of a package.
pub(crate) struct Entry {
    /// Its place in the package, without a slash in front.
    pub(crate) path: String,
    /// Its permissions.
    pub(crate) mode: u16,
    /// What it holds.
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
