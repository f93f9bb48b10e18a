//! Prints this machine's host keys, and the certificates that it shows for them.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use common::cli::Env;
use common::error::{Error, ExitStatus, Place};
use common::keyfile::{self, Item, Sink};
use common::report::{Printer, Style};
use common::secret::Secret;

use crate::sshd_config;
use crate::sysroot::Sysroot;

/// Which of a key's two files is shown if both hold the same key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Shown {
    /// The one that the configuration names.
    Named,
    /// The public one, which ssh-keygen is usually given.
    Public,
}

/// Prints the host keys of the machine whose root is `root`.
///
/// A key is reported if it cannot be read, or if sshd would not show it as its files suggest. The others are still printed,
/// as sshd continues with the others. A file that was read and is empty, damaged, encrypted or of another key yields No; one
/// that cannot be opened yields Error; No takes precedence over Error. A private key that only its owner may read yields
/// neither, if its public file can be read. The certificates come last; their fingerprints are those of their keys.
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
            printer.refused(error.hint("the following keys are those at the usual place, which sshd may not use"))?;
            sshd_config::Named::default()
        }
    };
    let (paths, shown) = match named.keys {
        keys if keys.is_empty() => (usual(&sysroot), Shown::Public),
        keys => (keys, Shown::Named),
    };
    if paths.is_empty() {
        if root != Path::new("/") {
            return Err(Error::failure("holds no SSH host keys that can be read")
                .at(Place::file(root))
                .hint("is it the root folder of a system, with a readable etc/ssh?"));
        }
        return Err(Error::failure("this machine has no SSH host keys").hint(
            "run hostfp on the VM, or `hostfp --connect HOST` from outside; on a server, `ssh-keygen -A` makes host keys",
        ));
    }
    for path in paths {
        print_one(&sysroot, &path, shown, &mut printer)?;
    }
    for path in named.certificates {
        KeyFile::read(&sysroot, &path)?.print(&mut printer)?;
    }
    printer.finish()
}

/// The private host keys at the usual place. Each has a file there, or a public file beside it.
fn usual(sysroot: &Sysroot) -> Vec<PathBuf> {
    let mut paths = sysroot.matching(&sysroot.in_folder("ssh_host_*_key"));
    paths.extend(sysroot.matching(&sysroot.in_folder("ssh_host_*_key.pub")).iter().map(|path| path.with_extension("")));
    paths.sort();
    paths.dedup();
    paths
}

/// Prints a host key from its own file or the public one beside it. An ordinary user cannot read a private host key, and some
/// formats of one are unknown here. If both can be read, they must hold the same key: sshd shows that of its own file.
fn print_one(sysroot: &Sysroot, path: &Path, shown: Shown, printer: &mut Printer<'_, '_>) -> Result<(), Error> {
    if sysroot.is_empty_file(path) {
        let hint = "sshd does not start with it, or does not show it; `ssh-keygen -A` makes missing keys";
        return printer.refused(Error::no("an empty host key").at(Place::file(path)).hint(hint));
    }
    let own = KeyFile::read(sysroot, path)?;
    let public_path = with_pub(path.as_os_str());
    let has_public = sysroot.has(&public_path);
    let public = if has_public { KeyFile::read(sysroot, &public_path)? } else { KeyFile::default() };
    match (own.items.is_empty(), public.items.is_empty()) {
        (false, false) if !own.shares_a_key_with(&public) => {
            own.print(printer)?;
            let why = "not the public key of the private host key beside it, which sshd shows";
            let hint = "make it again: ssh-keygen -yf KEY > KEY.pub";
            printer.refused(Error::no(why).at(Place::file(&public_path)).hint(hint))
        }
        (false, false) if shown == Shown::Public => public.print(printer),
        (false, true) if shown == Shown::Public => {
            own.print(printer)?;
            public.refused.into_iter().try_for_each(|error| printer.refused(error))
        }
        (false, _) => own.print(printer),
        (true, false) => {
            public.print(printer)?;
            // The file exists, and sshd cannot read it either.
            let damaged = if own.is_closed { Vec::new() } else { own.refused };
            damaged.into_iter().try_for_each(|error| printer.refused(error))
        }
        (true, true) if shown == Shown::Public && has_public => public.print(printer),
        (true, true) => own.print(printer),
    }
}

fn with_pub(path: &OsStr) -> PathBuf {
    let mut public: OsString = path.to_owned();
    public.push(".pub");
    public.into()
}

/// The contents of a host key's file.
#[derive(Default)]
struct KeyFile {
    items: Vec<(Place, Item<'static>)>,
    refused: Vec<Error>,
    /// It cannot be opened, or is encrypted as a whole; its contents are unknown.
    is_closed: bool,
}

/// The most keys or complaints that are kept for one file.
const MAX_KEPT: usize = 100;

impl KeyFile {
    fn read(sysroot: &Sysroot, path: &Path) -> Result<Self, Error> {
        let mut file = Self::default();
        match sysroot.open(path) {
            Ok(source) => keyfile::read(source, &mut file)?,
            Err(error) => {
                file.is_closed = true;
                file.refused(error)?;
            }
        }
        Ok(file)
    }

    fn shares_a_key_with(&self, other: &Self) -> bool {
        let blobs = |file: &'_ Self| -> Vec<Vec<u8>> {
            file.items.iter().map(|(_, item)| item.key.plain_blob().to_vec()).collect()
        };
        let others = blobs(other);
        blobs(self).iter().any(|blob| others.contains(blob))
    }

    fn print(self, printer: &mut Printer<'_, '_>) -> Result<(), Error> {
        self.items.iter().try_for_each(|(place, item)| printer.item(place, item))?;
        self.refused.into_iter().try_for_each(|error| printer.refused(error))
    }
}

impl Sink for KeyFile {
    fn item(&mut self, file: &Place, item: &Item<'_>) -> Result<(), Error> {
        if self.items.len() < MAX_KEPT {
            // Only its public half is shown.
            let private = None;
            let public = Item {
                key: item.key.clone(),
                comment: item.comment.clone(),
                lead: item.lead.clone(),
                text: item.text.clone(),
                quirks: item.quirks,
                private,
                ..*item
            };
            self.items.push((file.clone(), public.to_owned()));
        }
        Ok(())
    }

    fn passphrase(&mut self, _: &Place) -> Result<Option<Secret>, Error> {
        self.is_closed = true;
        Ok(None)
    }

    fn refused(&mut self, error: Error) -> Result<(), Error> {
        if self.refused.len() < MAX_KEPT {
            self.refused.push(error);
        }
        Ok(())
    }
}
