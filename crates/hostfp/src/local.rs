//! This machine's host keys.

use std::path::{Path, PathBuf};

use common::bytes::Source;
use common::cli::Env;
use common::error::{Error, Place, Status};
use common::forms::{self, Item, Sink};
use common::lines::{Printer, Style};

use crate::sshd_config;
use crate::sysroot::Sysroot;

/// Where host keys are when sshd_config names none.
const DEFAULT: &str = "/etc/ssh/ssh_host_*_key.pub";

/// Prints the host keys of the machine whose root is `root`.
///
/// A key that is named but cannot be read is reported, and the others are printed, as sshd goes on with the others.
///
/// # Errors
/// There is no host key at all.
pub(crate) fn print(root: &Path, style: Style, env: &mut Env<'_>) -> Result<Status, Error> {
    let sysroot = Sysroot::new(root)?;
    let named = sshd_config::host_keys(&sysroot)?;
    let paths = if named.is_empty() { sysroot.matching(DEFAULT) } else { named };
    if paths.is_empty() {
        return Err(Error::trouble("this machine has no SSH host keys")
            .hint("`ssh-keygen -A` makes them; sshd does so at its first start"));
    }
    let mut printer = Printer::new(style, &mut env.output, &mut env.messages);
    for path in paths {
        let path = readable(&path);
        match sysroot.owns(&path).and_then(|()| Source::file(&path)) {
            Ok(source) => forms::read(source, &mut printer)?,
            Err(error) => printer.refused(error)?,
        }
    }
    Ok(printer.status())
}

/// The host key's own file where a key can be read from it, else the public one beside it. An ordinary user reads no
/// private host key, and not every form of one is known here.
fn readable(path: &Path) -> PathBuf {
    let mut public = path.as_os_str().to_owned();
    public.push(".pub");
    let public = PathBuf::from(public);
    if holds_a_key(path) || !holds_a_key(&public) { path.to_owned() } else { public }
}

fn holds_a_key(path: &Path) -> bool {
    struct Found(bool);
    impl Sink for Found {
        fn item(&mut self, _: &Place, _: &Item<'_>) -> Result<(), Error> {
            self.0 = true;
            Ok(())
        }

        fn refused(&mut self, _: Error) -> Result<(), Error> {
            Ok(())
        }
    }
    let mut found = Found(false);
    Source::file(path).and_then(|source| forms::read(source, &mut found)).is_ok() && found.0
}
