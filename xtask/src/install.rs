//! `cargo xtask install` and `uninstall`: installs the four programs on this machine, and removes them.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use support::binaries;

use crate::dist::contents::{self, Place};
use crate::{Failure, build, documents};

/// The folder in which zsh looks, in /usr and in /usr/local.
const ZSH: &str = "zsh/site-functions";

/// Parses the prefix.
pub(crate) fn prefix(mut arguments: lexopt::Parser) -> Result<PathBuf, Failure> {
    let mut prefix = None;
    while let Some(argument) = arguments.next()? {
        match argument {
            lexopt::Arg::Long("prefix") if prefix.is_none() => prefix = Some(PathBuf::from(arguments.value()?)),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(env::current_dir()?.join(prefix.unwrap_or_else(|| "/usr/local".into())))
}

/// Installs the programs, their manual pages and completions below a prefix. Builds them first, unless `VMKEYS_BIN_DIR`
/// names a folder that has them.
///
/// A running program is not disturbed: each file replaces the old one atomically.
pub(crate) fn install(prefix: &Path) -> Result<(), Failure> {
    // Existing programs, such as packaged ones, or else new ones.
    let programs = match env::var_os(binaries::BIN_DIR) {
        Some(folder) => folder.into(),
        None => {
            build::release()?;
            build::released()
        }
    };
    documents::write("man", &documents::man_pages())?;
    documents::write("completions", &documents::completions())?;
    for file in contents::installed(&programs, ZSH) {
        let to = prefix.join(&file.to);
        put(&file, &to).map_err(|error| format!("{}: {error}", to.display()))?;
        println!("{}", to.display());
    }
    Ok(())
}

fn put(file: &Place, to: &Path) -> Result<(), Failure> {
    let folder = to.parent().unwrap_or(to);
    fs::create_dir_all(folder)?;
    let mut new = tempfile::Builder::new().prefix(".vmkeys-").tempfile_in(folder)?;
    std::io::copy(&mut fs::File::open(&file.from)?, &mut new)?;
    #[cfg(unix)]
    {
        let mode = if file.program { 0o755 } else { 0o644 };
        fs::set_permissions(new.path(), std::os::unix::fs::PermissionsExt::from_mode(mode))?;
    }
    new.persist(to)?;
    Ok(())
}

/// Removes the files of [`install`]; a missing file is not an error. Folders stay: other programs may use them.
pub(crate) fn uninstall(prefix: &Path) -> Result<(), Failure> {
    for file in contents::installed(Path::new(""), ZSH) {
        let path = prefix.join(&file.to);
        match fs::remove_file(&path) {
            Ok(()) => println!("removed {}", path.display()),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(format!("{}: {error}", path.display()).into()),
        }
    }
    Ok(())
}
