//! This machine's host keys.

use std::fs::File;
use std::path::{Path, PathBuf};

use common::bytes::Source;
use common::cli::Env;
use common::error::{Error, Place, Status};
use common::forms;
use common::lines::{Printer, Style};

use crate::sshd_config;

/// Where host keys are when sshd_config names none.
const DEFAULT: &str = "etc/ssh/ssh_host_*_key.pub";

/// Prints the host keys of the machine whose root is `sysroot`.
///
/// A key that is named but not there is reported and left out, as sshd leaves it out.
///
/// # Errors
/// There is no host key.
pub(crate) fn print(sysroot: Option<&Path>, style: Style, env: &mut Env<'_>) -> Result<Status, Error> {
    let root = sysroot.unwrap_or(Path::new("/"));
    if !root.is_dir() {
        return Err(Error::trouble("is no folder").at(Place::file(root)));
    }
    let named = sshd_config::host_keys(root)?;
    let paths = if named.is_empty() { default_keys(root) } else { named };
    let mut status = None;
    for path in paths {
        match Source::file(&readable(&path)) {
            Ok(source) => {
                let mut printer = Printer::new(style, &mut env.output, &mut env.messages);
                forms::read(source, &mut printer)?;
                status = status.max(Some(printer.status()));
            }
            Err(error) => env.messages.report(&error),
        }
    }
    status.ok_or_else(|| {
        Error::trouble("this machine has no SSH host keys")
            .hint("`ssh-keygen -A` makes them; sshd does so at its first start")
    })
}

fn default_keys(root: &Path) -> Vec<PathBuf> {
    let Some(root) = root.to_str() else { return Vec::new() };
    let pattern = format!("{}/{DEFAULT}", glob::Pattern::escape(root.trim_end_matches('/')));
    glob::glob(&pattern).map(|paths| paths.flatten().collect()).unwrap_or_default()
}

/// The host key's own file where it can be read, else the public one beside it.
fn readable(path: &Path) -> PathBuf {
    if File::open(path).is_ok() {
        return path.to_owned();
    }
    let mut public = path.as_os_str().to_owned();
    public.push(".pub");
    let public = PathBuf::from(public);
    if public.exists() { public } else { path.to_owned() }
}
