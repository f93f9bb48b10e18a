//! `packager MANIFEST`: writes the packages that a manifest (JSON, see [`manifest`]) describes.
//!
//! The same files and manifest give the same bytes: entries are in the manifest's order, belong to root, and all have
//! the manifest's date. The result does not depend on the machine, the user or the clock.

mod deb;
mod manifest;
mod rpm;
mod tarball;
mod zip;

use std::env;
use std::error::Error;
use std::fs;
use std::process::ExitCode;

use manifest::{Kind, Manifest};

/// An error with its message.
type Failure = Box<dyn Error + Send + Sync>;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("packager: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Failure> {
    let path = env::args_os().nth(1).ok_or("usage: packager MANIFEST")?;
    let manifest: Manifest = serde_json::from_slice(&fs::read(path)?)?;
    for package in &manifest.packages {
        let files = package.read_files()?;
        let bytes = match package.kind {
            Kind::TarGz => tarball::gzip(&tarball::tar(&manifest, &files)?)?,
            Kind::Zip => zip::zip(&files)?,
            Kind::Deb => deb::deb(&manifest, package, &files)?,
            Kind::Rpm => rpm::rpm(&manifest, package, &files)?,
        };
        fs::write(&package.path, bytes).map_err(|error| format!("{}: {error}", package.path.display()))?;
    }
    Ok(())
}
