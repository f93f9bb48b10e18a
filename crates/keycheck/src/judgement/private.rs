//! What is to be said of a private key as such.

use std::ffi::OsString;
use std::path::Path;

use common::bytes::Source;
use common::error::{Error, Place};
use common::forms::{self, Item, Protection, Sink};
use common::keys::{Fingerprint, Hash};

use crate::checks::{Check, Finding, Severity};

/// A private key where only public ones may pass.
pub(crate) static PRIVATE_KEY: Check = Check {
    name: "private-key",
    severity: Severity::Error,
    what: "This is a private key, and only public ones may pass (--public-only).",
    why: "Whoever gets it can log in wherever its public half is accepted.",
    remedy: "Give away the public half only: keygen -y -f FILE prints it. If it was given away already, replace the \
             key.",
    source: "RFC 4251, section 9.4.4; OpenSSH, ssh-keygen(1), FILES",
};

/// Others can read the private key.
pub(crate) static READABLE_BY_OTHERS: Check = Check {
    name: "readable-by-others",
    severity: Severity::Error,
    what: "The private key's file can be read or written by others than its owner.",
    why: "They have the key, and ssh refuses to use it (UNPROTECTED PRIVATE KEY FILE).",
    remedy: "chmod 600 FILE, and replace the key if others may have read it.",
    source: "OpenSSH, ssh(1), FILES; sshkey_perm_ok of its authfile.c",
};

/// The private key has no passphrase.
pub(crate) static UNENCRYPTED: Check = Check {
    name: "unencrypted",
    severity: Severity::Warning,
    what: "The private key has no passphrase.",
    why: "Whoever reads the file, a backup or a stolen disk can use it.",
    remedy: "keygen -p -f FILE sets a passphrase; ssh-agent spares typing it.",
    source: "OpenSSH, ssh-keygen(1), -p; NIST IR 7966",
};

/// The public key beside a private one is another's.
pub(crate) static PUBLIC_FILE_DIFFERS: Check = Check {
    name: "public-file-differs",
    severity: Severity::Warning,
    what: "The .pub file beside the private key holds another key.",
    why: "Whoever uploads it is refused at the login, and ssh offers a key that it cannot sign with.",
    remedy: "keygen -y -f FILE > FILE.pub writes the one that belongs to it.",
    source: "OpenSSH, ssh(1), -i; ssh-keygen(1), -y",
};

/// The findings for a private key: that it stands where only public ones may, or how its file is kept.
pub(super) fn check(public_only: bool, path: Option<&Path>, item: &Item<'_>) -> Vec<Finding> {
    let Some(protection) = item.private else { return Vec::new() };
    if public_only {
        return vec![PRIVATE_KEY.found("this is a private key; only its public half may be given away")];
    }
    let mut findings = Vec::new();
    findings.extend(path.and_then(readable_by_others));
    if protection == Protection::Plain {
        findings.push(UNENCRYPTED.found("the private key has no passphrase: whoever reads the file can use it"));
    }
    // Only a file of one key has a public file of its own; of several keys the first is meant.
    findings.extend(path.filter(|_| item.line == 1).and_then(|path| public_file_differs(path, item)));
    findings
}

#[cfg(unix)]
fn readable_by_others(path: &Path) -> Option<Finding> {
    use std::os::unix::fs::PermissionsExt as _;
    let metadata = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
    let mode = metadata.permissions().mode() & 0o777;
    (mode & 0o077 != 0)
        .then(|| READABLE_BY_OTHERS.found(format!("the file's mode is {mode:04o}; only its owner may read it")))
}

/// Windows has access lists instead, which are not looked at.
#[cfg(not(unix))]
fn readable_by_others(_: &Path) -> Option<Finding> {
    None
}

fn public_file_differs(path: &Path, item: &Item<'_>) -> Option<Finding> {
    let mut name: OsString = path.into();
    name.push(".pub");
    let mut first = First(None);
    forms::read(Source::file(Path::new(&name)).ok()?, &mut first).ok()?;
    let beside = first.0?;
    (beside != item.key.fingerprint(Hash::Sha256))
        .then(|| PUBLIC_FILE_DIFFERS.found(format!("the public key beside it is another one, {beside}")))
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
