//! The questions, in ssh-keygen's words, and the answers that are proposed.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use common::cli::Env;
use common::error::{Error, Place};
use common::escape;

use crate::generate::Type;

/// The place that ssh looks for a key of that type.
pub(crate) fn default_file(env: &Env<'_>, key_type: Type) -> Result<PathBuf, Error> {
    let home = env
        .home
        .as_ref()
        .ok_or_else(|| Error::failure("there is no home folder with a key").hint("-f names the file"))?;
    Ok(home.join(".ssh").join(key_type.file_name()))
}

/// The file of a key that is there: the one that is given, or else one that is asked for; the first of ssh's usual files that
/// is there is proposed.
///
/// # Errors
/// No answer came, or there is no home folder to propose a place in.
pub(crate) fn existing_file(env: &mut Env<'_>, given: Option<OsString>) -> Result<PathBuf, Error> {
    match given {
        Some(file) => Ok(file.into()),
        None => {
            /// In the order of likelihood; the first is what keygen makes.
            const USUAL: [Type; 4] = [Type::Ed25519, Type::Rsa, Type::Ecdsa, Type::MlDsa44Ed25519];
            let usual = USUAL.map(|key_type| default_file(env, key_type)).into_iter().collect::<Result<Vec<_>, _>>()?;
            let proposed = usual.iter().find(|file| file.exists()).or(usual.first()).cloned().unwrap_or_default();
            file(env, "in which the key is", proposed)
        }
    }
}

/// The file of the private key: the default, unless another is typed.
///
/// # Errors
/// No answer came.
pub(crate) fn file(env: &mut Env<'_>, what_for: &str, default: PathBuf) -> Result<PathBuf, Error> {
    let question = format!("Enter file {what_for} ({}): ", escape::path(&default));
    match env.ask(&question)? {
        Some(answer) if answer.is_empty() => Ok(default),
        Some(answer) => Ok(in_home(path(answer), env)),
        None => {
            Err(Error::failure("no input: standard input ended before the file was named")
                .hint("-f FILE names the file"))
        }
    }
}

/// The new comment.
///
/// # Errors
/// No answer came, or the comment holds what would not stay a comment.
pub(crate) fn comment(env: &mut Env<'_>) -> Result<String, Error> {
    match env.ask("New comment: ")? {
        Some(answer) => one_line(String::from_utf8(answer).ok()),
        None => {
            Err(Error::failure("no input: standard input ended before the comment")
                .hint("-C COMMENT gives the comment"))
        }
    }
}

/// A comment ends its line in FILE.pub; one that held a line of its own could hold a second key.
///
/// # Errors
/// It is not UTF-8, or holds a control character.
pub(crate) fn one_line(comment: Option<String>) -> Result<String, Error> {
    match comment {
        Some(comment) if !comment.contains(char::is_control) => Ok(comment),
        Some(_) => {
            Err(Error::failure("the comment holds a control character, such as a tab or a newline")
                .hint("leave it out"))
        }
        None => Err(Error::failure("the comment is not UTF-8")),
    }
}

/// A typed path with the home folder in the place of `~`, as a shell has it.
fn in_home(path: PathBuf, env: &Env<'_>) -> PathBuf {
    match (path.strip_prefix("~"), &env.home) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path,
    }
}

/// A typed path, in whatever bytes the system's paths are.
#[cfg(unix)]
fn path(typed: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt as _;
    OsString::from_vec(typed).into()
}

#[cfg(not(unix))]
fn path(typed: Vec<u8>) -> PathBuf {
    String::from_utf8_lossy(&typed).into_owned().into()
}

/// Whether an existing file may be replaced.
///
/// # Errors
/// No answer came.
pub(crate) fn overwrite(env: &mut Env<'_>, path: &Path) -> Result<bool, Error> {
    match env.ask(&format!("{} already exists.\nOverwrite (y/n)? ", escape::path(path)))? {
        Some(answer) => Ok(matches!(answer.first(), Some(b'y' | b'Y'))),
        None => {
            env.messages.raw("\n");
            Err(Error::failure("already exists").at(Place::file(path)).hint("--force replaces it"))
        }
    }
}

/// ssh-keygen's default comment. What the system does not tell is left out.
pub(crate) fn user_at_host() -> String {
    let [user, host] = names().map(|name| name.unwrap_or_default().replace(char::is_control, ""));
    format!("{user}@{host}")
}

/// The names of the user and of this machine.
#[cfg(unix)]
fn names() -> [Option<String>; 2] {
    let user = uzers::get_current_username().map(|name| name.to_string_lossy().into_owned());
    [user, Some(rustix::system::uname().nodename().to_string_lossy().into_owned())]
}

/// The names of the user and of this machine.
#[cfg(not(unix))]
fn names() -> [Option<String>; 2] {
    [whoami::username().ok(), whoami::hostname().ok()]
}
