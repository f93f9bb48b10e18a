//! The forms in which keys are written: one file a form.

mod assemble;
pub(crate) mod der;
mod openssh;
mod pem;
mod pkcs8;
mod ppk;
mod public_line;
mod read;

use std::ffi::OsStr;

use common::error::Error;
use common::escape;
use common::secret::Secret;
pub use openssh::Hardening;
pub(crate) use pem::armour;
pub use ppk::Ppk;
use ppk::Version;
pub use public_line::public_line;
pub use read::{Opened, Sealed};
use zeroize::Zeroizing;

use crate::generate::{KeyPair, Type};

/// The forms of a private key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// `OPENSSH PRIVATE KEY`.
    #[default]
    OpenSsh,
    /// `RSA PRIVATE KEY` or `EC PRIVATE KEY`.
    Pem,
    /// `PRIVATE KEY` or `ENCRYPTED PRIVATE KEY`.
    Pkcs8,
    /// PuTTY's form, version 3.
    Ppk,
    /// PuTTY's form, version 2, for PuTTY before 0.75.
    Ppk2,
    /// RFC 4716, a form of public keys; for a private one ssh-keygen and we take it to mean OpenSSH's own.
    Rfc4716,
}

impl Format {
    /// The names that `-m` takes.
    pub const NAMES: &'static [&'static str] = &["OpenSSH", "PEM", "PKCS8", "PPK", "PPK2", "RFC4716"];

    const ALL: [Self; 6] = [Self::OpenSsh, Self::Pem, Self::Pkcs8, Self::Ppk, Self::Ppk2, Self::Rfc4716];

    pub(crate) fn of_option(value: &OsStr) -> Result<Self, Error> {
        let name = escape::text(value.as_encoded_bytes());
        let known = Self::NAMES.iter().position(|known| known.eq_ignore_ascii_case(&name));
        known.and_then(|index| Self::ALL.get(index).copied()).ok_or_else(|| {
            Error::failure(format!("keygen writes no form '{name}'")).hint(format!("one of {}", Self::NAMES.join(", ")))
        })
    }

    /// Refuses what this form cannot hold, before anybody is asked for anything.
    ///
    /// # Errors
    /// PEM with an Ed25519 key.
    pub fn holds(self, key_type: Type) -> Result<(), Error> {
        match (self, key_type) {
            (Self::Pem, Type::Ed25519) => Err(Error::failure("an Ed25519 key has no PEM form that ssh reads")
                .hint("leave out -m PEM for an Ed25519 key, or add -t rsa for PEM")),
            _ => Ok(()),
        }
    }

    /// Refuses a passphrase that this form's readers would not take.
    ///
    /// # Errors
    /// PEM and PKCS#8 with a passphrase of fewer than five characters: ssh-keygen, which has OpenSSL ask for it, does
    /// not take it.
    pub fn takes(self, passphrase: &Secret) -> Result<(), Error> {
        const LEAST: usize = 5;
        let length = passphrase.expose().len();
        if matches!(self, Self::Pem | Self::Pkcs8) && (1..LEAST).contains(&length) {
            return Err(Error::failure(format!(
                "the passphrase of a key in this form needs {LEAST} characters or more"
            )));
        }
        Ok(())
    }

    /// The private key's file; encrypted unless the passphrase is empty.
    ///
    /// # Errors
    /// The operating system gives no randomness for the encryption.
    pub fn write(
        self,
        pair: &KeyPair,
        comment: &str,
        passphrase: &Secret,
        hardening: Hardening,
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        match self {
            Self::OpenSsh | Self::Rfc4716 => openssh::write(pair, comment, passphrase, hardening),
            Self::Pem => pem::write(pair, passphrase),
            Self::Pkcs8 => pkcs8::write(pair, passphrase),
            Self::Ppk => ppk::write(pair, comment, passphrase, Version::Three),
            Self::Ppk2 => ppk::write(pair, comment, passphrase, Version::Two),
        }
    }
}

/// What could not be written, in words; the causes are failures of randomness or of a library.
pub(crate) fn cannot_write(error: impl std::fmt::Display) -> Error {
    Error::failure(format!("cannot write the key: {error}"))
}

/// Random bytes: a salt, an initialisation vector.
fn random<const N: usize>() -> Result<[u8; N], Error> {
    use rand_core::TryRng as _;
    let mut bytes = [0; N];
    getrandom::SysRng.try_fill_bytes(&mut bytes).map_err(cannot_write)?;
    Ok(bytes)
}
