//! The questions, in ssh-keygen's words.

use std::path::{Path, PathBuf};

use common::cli::Env;
use common::error::{Error, Place};
use common::lines::escape;

/// The file for the private key: the default, unless another is typed.
///
/// # Errors
/// Nobody answers.
pub(crate) fn file(env: &mut Env<'_>, default: PathBuf) -> Result<PathBuf, Error> {
    let question = format!("Enter file in which to save the key ({}): ", escape::path(&default));
    match env.ask(&question)? {
        Some(answer) if answer.is_empty() => Ok(default),
        Some(answer) => Ok(path(answer)),
        None => Err(Error::trouble("no file: standard input has ended").hint("-f names the file")),
    }
}

/// A typed path, in whatever bytes the system's paths are.
#[cfg(unix)]
fn path(typed: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt as _;
    std::ffi::OsString::from_vec(typed).into()
}

#[cfg(not(unix))]
fn path(typed: Vec<u8>) -> PathBuf {
    String::from_utf8_lossy(&typed).into_owned().into()
}

/// Whether an existing file may be replaced.
///
/// # Errors
/// Nobody answers.
pub(crate) fn overwrite(env: &mut Env<'_>, path: &Path) -> Result<bool, Error> {
    match env.ask(&format!("{} already exists.\nOverwrite (y/n)? ", escape::path(path)))? {
        Some(answer) => Ok(matches!(answer.first(), Some(b'y' | b'Y'))),
        None => {
            env.messages.raw("\n");
            Err(Error::trouble("already exists").at(Place::file(path)).hint("--force replaces it"))
        }
    }
}
