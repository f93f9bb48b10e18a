//! Checks the file of a private key: who may read it, and the public key file beside it.

use std::ffi::OsString;
use std::path::Path;

use common::error::{Error, Place};
use common::input::Source;
use common::key::{Fingerprint, Hash};
use common::keyfile::{self, Item, Sink};

use crate::finding::{Check, Finding, Severity};

/// Others can read the private key.
pub(crate) static READABLE_BY_OTHERS: Check = Check {
    name: "readable-by-others",
    severity: Severity::Error,
    what: "Other users than its owner can read or write the private key's file.",
    why: "They have the key, and ssh refuses to use it (UNPROTECTED PRIVATE KEY FILE).",
    remedy: "keygen --fix-permissions -f FILE; or chmod 600 FILE, on Windows icacls FILE /inheritance:r /grant:r \
             %USERNAME%:F (in PowerShell \"${env:USERNAME}:F\"). Replace the key if others may have read it.",
    source: "OpenSSH, ssh(1), FILES; sshkey_perm_ok of its authfile.c; Win32-OpenSSH, Security protection of various \
             files",
};

/// Who may read the private key could not be determined.
pub(crate) static ACCESS_NOT_SEEN: Check = Check {
    name: "access-not-seen",
    severity: Severity::Note,
    what: "Windows did not report who can read the private key's file.",
    why: "Others who can read it have the key, and OpenSSH for Windows refuses to use it (UNPROTECTED PRIVATE \
          KEY FILE).",
    remedy: "icacls FILE shows who may; keygen writes private keys that only their owner may read.",
    source: "Win32-OpenSSH, Security protection of various files",
};

/// The public key beside a private one is not its public half.
pub(crate) static PUBLIC_FILE_DIFFERS: Check = Check {
    name: "public-file-differs",
    severity: Severity::Warning,
    what: "The .pub file beside the private key holds another key.",
    why: "A login after uploading it fails, and ssh offers a key that it cannot sign with.",
    remedy: "keygen -y -f FILE > FILE.pub writes the one that belongs to it.",
    source: "OpenSSH, ssh(1), -i; ssh-keygen(1), -y",
};

/// Returns the findings for the file. If it holds several keys, the public key file belongs to the first.
pub(super) fn check(path: &Path, item: &Item<'_>) -> Vec<Finding> {
    let beside = || public_file_differs(path, item).filter(|_| item.line == 1);
    readable_by_others(path).into_iter().chain(beside()).collect()
}

#[cfg(unix)]
fn readable_by_others(path: &Path) -> Option<Finding> {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
    let mode = metadata.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then(|| {
        READABLE_BY_OTHERS.found(format!(
            "the file's mode is {mode:04o}; only its owner may read it; keygen --fix-permissions repairs it"
        ))
    })
}

/// OpenSSH for Windows lets the owner, the user, the system and the administrators read a private key.
#[cfg(windows)]
fn readable_by_others(path: &Path) -> Option<Finding> {
    use common::os::access_list::{of_file, own_account};
    std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
    match of_file(path).and_then(|list| Ok(super::access_list::other(&list, &own_account()?))) {
        Ok(other) => other.map(|other| {
            READABLE_BY_OTHERS
                .found(format!("the file's access list lets {other} read or write it; only its owner may"))
        }),
        Err(error) => {
            Some(ACCESS_NOT_SEEN.found(format!("cannot determine whether others may read the file: {error}")))
        }
    }
}

fn public_file_differs(path: &Path, item: &Item<'_>) -> Option<Finding> {
    let mut name: OsString = path.into();
    name.push(".pub");
    let mut first = First(None);
    keyfile::read(Source::file(Path::new(&name)).ok()?, &mut first).ok()?;
    let beside = first.0?;
    (beside != item.key.fingerprint(Hash::Sha256)).then(|| {
        PUBLIC_FILE_DIFFERS.found(format!(
            "the public key beside it is another one, {beside}; `keygen -y -f FILE > FILE.pub` writes its own"
        ))
    })
}

/// The first key of a file.
struct First(Option<Fingerprint>);

impl Sink for First {
    fn item(&mut self, _: &Place, item: &Item<'_>) -> Result<(), Error> {
        self.0.get_or_insert_with(|| item.key.fingerprint(Hash::Sha256));
        Ok(())
    }

    fn refused(&mut self, _: Error) -> Result<(), Error> {
        Ok(())
    }
}
