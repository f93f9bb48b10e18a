//! DNS records with the fingerprints of a host's keys: SSHFP, RFC 4255, for ECDSA and SHA-256 RFC 6594, for Ed25519
//! RFC 7479. A resolver that the host's visitors trust makes ssh's `VerifyHostKeyDNS` possible.

use std::ffi::OsStr;
use std::io::Write as _;

use common::cli::{Messages, Output};
use common::error::{Error, ExitStatus, Place};
use common::key::{Hash, Kind, PublicKey};
use common::keyfile::{Budget, Item, Sink};
use common::report::AskPassphrase;
use common::secret::Secret;

/// The hashes and their numbers: RFC 4255 section 3.1.2, RFC 6594 section 4.
const HASHES: [(u8, Hash); 2] = [(1, Hash::Sha1), (2, Hash::Sha256)];

/// Prints the records of each key as it comes.
pub(crate) struct Records<'e, 'w> {
    host: String,
    output: &'e mut Output<'w>,
    messages: &'e mut Messages<'w>,
    passphrase: &'e mut AskPassphrase<'e>,
    budget: Budget,
    pub(crate) status: ExitStatus,
}

impl<'e, 'w> Records<'e, 'w> {
    /// Records of that host.
    ///
    /// # Errors
    /// It is no name that can stand in a zone file.
    pub(crate) fn new(
        host: &OsStr,
        output: &'e mut Output<'w>,
        messages: &'e mut Messages<'w>,
        passphrase: &'e mut AskPassphrase<'e>,
    ) -> Result<Self, Error> {
        let host = host.to_str().filter(|host| is_name(host)).ok_or_else(|| {
            Error::failure("--sshfp wants the name of a host").hint("as in `pubfp --sshfp vm.example /etc/ssh/*.pub`")
        })?;
        Ok(Self {
            host: host.to_owned(),
            output,
            messages,
            passphrase,
            budget: Budget::default(),
            status: ExitStatus::Yes,
        })
    }
}

/// Letters, digits, `-`, `_` and dots, and `@` for the zone itself.
fn is_name(host: &str) -> bool {
    host == "@" || !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// The number of a key's algorithm: RFC 4255 section 3.1.1, RFC 6594 section 4, RFC 7479 section 2.
const fn algorithm(key: &PublicKey<'_>) -> Option<u8> {
    if key.is_certificate() {
        return None;
    }
    match key.kind() {
        Kind::Rsa => Some(1),
        Kind::Dsa => Some(2),
        Kind::Ecdsa(_) => Some(3),
        Kind::Ed25519 => Some(4),
        Kind::SkEcdsa | Kind::SkEd25519 | Kind::MlDsa44Ed25519 | Kind::Unknown => None,
    }
}

impl Sink for Records<'_, '_> {
    fn recovers(&self) -> bool {
        true
    }

    fn item(&mut self, file: &Place, item: &Item<'_>) -> Result<(), Error> {
        let Some(algorithm) = algorithm(&item.key) else {
            let why = format!("DNS has no record for a key of type {}", item.key.label());
            return self.refused(Error::no(why).at(file.at(item.line)));
        };
        for (number, hash) in HASHES {
            let fingerprint = item.key.fingerprint(hash);
            let digits: String = fingerprint.digest().iter().map(|byte| format!("{byte:02x}")).collect();
            writeln!(self.output, "{} IN SSHFP {algorithm} {number} {digits}", self.host).map_err(Error::output)?;
        }
        Ok(())
    }

    fn refused(&mut self, error: Error) -> Result<(), Error> {
        self.pause()?;
        self.status = self.status.max(error.status());
        self.messages.report_and_go_on(&error)
    }

    fn budget(&self) -> Option<&Budget> {
        Some(&self.budget)
    }

    fn passphrase(&mut self, place: &Place) -> Result<Option<Secret>, Error> {
        self.pause()?;
        (self.passphrase)(place)
    }

    fn pause(&mut self) -> Result<(), Error> {
        self.output.flush().map_err(Error::output)
    }
}
