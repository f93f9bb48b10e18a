//! Asks the user, with ssh-keygen's questions, and proposes answers.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use common::cli::Env;
use common::error::{Error, Place};
use common::escape;

use crate::generate::Type;

/// The path where ssh looks for a key of that type.
pub(crate) fn default_file(env: &Env<'_>, key_type: Type) -> Result<PathBuf, Error> {
    let home = env
        .home
        .as_ref()
        .ok_or_else(|| Error::failure("there is no home folder with a key").hint("-f names the file"))?;
    Ok(home.join(".ssh").join(key_type.file_name()))
}

/// Returns the file of an existing key: the given one, or one that is asked for. The first of ssh's usual files that exists
/// is proposed.
///
/// # Errors
/// No answer came, or there is no home folder for a proposal.
pub(crate) fn existing_file(env: &mut Env<'_>, given: Option<OsString>) -> Result<PathBuf, Error> {
    match given {
        Some(file) => Ok(file.into()),
        None => {
            /// The most likely first, which is keygen's default.
            const USUAL: [Type; 4] = [Type::Ed25519, Type::Rsa, Type::Ecdsa, Type::MlDsa44Ed25519];
            let usual = USUAL.map(|key_type| default_file(env, key_type)).into_iter().collect::<Result<Vec<_>, _>>()?;
            let proposed = usual.iter().find(|file| file.exists()).or(usual.first()).cloned().unwrap_or_default();
            file(env, "in which the key is", proposed)
        }
    }
}

/// Asks for the file of the private key; an empty answer means the default.
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

/// Asks for the new comment.
///
/// # Errors
/// No answer came, or the comment is not valid.
pub(crate) fn comment(env: &mut Env<'_>) -> Result<String, Error> {
    match env.ask("New comment: ")? {
        Some(answer) => one_line(String::from_utf8(answer).ok()),
        None => {
            Err(Error::failure("no input: standard input ended before the comment")
                .hint("-C COMMENT gives the comment"))
        }
    }
}

/// Refuses a comment that is not one line: it ends its line in FILE.pub, and a line break in it could add a second key.
///
/// # Errors
/// It is not UTF-8, or contains a control character.
pub(crate) fn one_line(comment: Option<String>) -> Result<String, Error> {
    match comment {
        Some(comment) if !comment.contains(char::is_control) => Ok(comment),
        Some(_) => {
            Err(Error::failure("the comment contains a control character, such as a tab or a newline")
                .hint("leave it out"))
        }
        None => Err(Error::failure("the comment is not UTF-8")),
    }
}

/// Replaces `~` in a typed path by the home folder, as a shell does.
fn in_home(path: PathBuf, env: &Env<'_>) -> PathBuf {
    match (path.strip_prefix("~"), &env.home) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path,
    }
}

/// A typed path, in the encoding of the system's paths.
#[cfg(unix)]
fn path(typed: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt as _;
    OsString::from_vec(typed).into()
}

#[cfg(not(unix))]
fn path(typed: Vec<u8>) -> PathBuf {
    String::from_utf8_lossy(&typed).into_owned().into()
}

/// Asks whether an existing file may be replaced.
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

/// ssh-keygen's default comment. Parts that the system does not report are left out.
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
