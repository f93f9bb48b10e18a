//! This machine's host keys, and the certificates that it shows for them.

use std::path::Path;

use common::cli::Env;
use common::error::{Error, ExitStatus, Place};
use common::keyfile::{self, Item, Sink};
use common::report::{Printer, Style};

use crate::sshd_config;
use crate::sysroot::Sysroot;

/// Where host keys are when sshd_config names none.
const DEFAULT: &str = "/etc/ssh/ssh_host_*_key.pub";

/// Prints the host keys of the machine whose root is `root`.
///
/// A key that is named but cannot be read is reported, and the others are printed, as sshd goes on with the others. The
/// certificates come last; their fingerprints are those of their keys.
///
/// # Errors
/// There is no host key at all.
pub(crate) fn print(root: &Path, style: Style, env: &mut Env<'_>) -> Result<ExitStatus, Error> {
    let sysroot = Sysroot::new(root)?;
    let mut printer = Printer::new(style, &mut env.output, &mut env.messages);
    // Some systems let only root read the configuration.
    let named = match sshd_config::named(&sysroot) {
        Ok(named) => named,
        Err(error) => {
            printer.refused(error.hint("what follows are the keys at the usual place, which sshd may not use"))?;
            sshd_config::Named::default()
        }
    };
    let paths = if named.keys.is_empty() { sysroot.matching(DEFAULT) } else { named.keys };
    if paths.is_empty() {
        return Err(Error::failure("this machine has no SSH host keys").hint(
            "run hostfp on the VM, or `hostfp --connect HOST` from outside; on a server, `ssh-keygen -A` makes host keys",
        ));
    }
    for path in paths {
        print_one(&sysroot, &path, &mut printer)?;
    }
    for path in named.certificates {
        let mut certificate = Candidate { printer: &mut printer, found: false, refused: Vec::new() };
        certificate.read(&sysroot, &path)?;
        certificate.refused.into_iter().try_for_each(|error| printer.refused(error))?;
    }
    printer.finish()
}

/// Prints the key in a host key's own file, or else in the public one beside it: an ordinary user reads no private host
/// key, and not every form of one is known here. Where there is none in either, the own file is complained of.
fn print_one(sysroot: &Sysroot, path: &Path, printer: &mut Printer<'_, '_>) -> Result<(), Error> {
    let mut public = path.as_os_str().to_owned();
    public.push(".pub");
    let mut own = Candidate { printer, found: false, refused: Vec::new() };
    own.read(sysroot, path)?;
    let Candidate { found, refused, .. } = own;
    if found {
        return refused.into_iter().try_for_each(|error| printer.refused(error));
    }
    let mut beside = Candidate { printer, found: false, refused: Vec::new() };
    beside.read(sysroot, Path::new(&public))?;
    if beside.found {
        return Ok(());
    }
    refused.into_iter().try_for_each(|error| printer.refused(error))
}

/// Prints the keys of a file that may hold none, and keeps the complaints until it is known whether they matter.
struct Candidate<'p, 'e, 'w> {
    printer: &'p mut Printer<'e, 'w>,
    found: bool,
    refused: Vec<Error>,
}

/// More complaints of one file are not kept.
const MAX_COMPLAINTS: usize = 100;

impl Candidate<'_, '_, '_> {
    fn read(&mut self, sysroot: &Sysroot, path: &Path) -> Result<(), Error> {
        match sysroot.open(path) {
            Ok(source) => keyfile::read(source, self),
            Err(error) => self.refused(error),
        }
    }
}

impl Sink for Candidate<'_, '_, '_> {
    fn item(&mut self, file: &Place, item: &Item<'_>) -> Result<(), Error> {
        self.found = true;
        self.printer.item(file, item)
    }

    fn refused(&mut self, error: Error) -> Result<(), Error> {
        if self.refused.len() < MAX_COMPLAINTS {
            self.refused.push(error);
        }
        Ok(())
    }
}
