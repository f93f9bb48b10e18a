//! The forms in which keys are written: one file a form.

mod openssh;
mod pem;
mod public_line;

use std::ffi::OsStr;

use common::error::Error;
use common::lines::escape;
use common::secret::Secret;
pub use public_line::public_line;
use zeroize::Zeroizing;

use crate::generate::{KeyPair, Type};

/// The forms of a private key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// `OPENSSH PRIVATE KEY`.
    #[default]
    OpenSsh,
    /// `RSA PRIVATE KEY`.
    Pem,
}

impl Format {
    /// The names that `-m` takes.
    pub const NAMES: &'static [&'static str] = &["OpenSSH", "PEM"];

    pub(crate) fn of_option(value: &OsStr) -> Result<Self, Error> {
        let name = escape::text(value.as_encoded_bytes());
        match name.to_ascii_lowercase().as_str() {
            "openssh" => Ok(Self::OpenSsh),
            "pem" => Ok(Self::Pem),
            _ => Err(Error::trouble(format!("keygen writes no form '{name}'")).hint("one of OpenSSH, PEM")),
        }
    }

    /// Refuses what this form cannot hold, before anybody is asked for anything.
    ///
    /// # Errors
    /// PEM (PKCS#1) with a key that is not RSA.
    pub fn holds(self, key_type: Type) -> Result<(), Error> {
        match (self, key_type) {
            (Self::Pem, Type::Ed25519) => Err(Error::trouble("an Ed25519 key has no PEM form that ssh reads")
                .hint("leave out -m PEM for an Ed25519 key, or add -t rsa for PEM")),
            _ => Ok(()),
        }
    }

    /// Refuses a passphrase that this form's readers would not take.
    ///
    /// # Errors
    /// PEM with a passphrase of fewer than five characters: OpenSSL, and so ssh-keygen, does not read it.
    pub fn takes(self, passphrase: &Secret) -> Result<(), Error> {
        const LEAST: usize = 5;
        let length = passphrase.expose().len();
        if self == Self::Pem && (1..LEAST).contains(&length) {
            return Err(Error::trouble(format!("a PEM key's passphrase needs {LEAST} characters or more")));
        }
        Ok(())
    }

    /// The private key's file; encrypted unless the passphrase is empty.
    ///
    /// # Errors
    /// The operating system gives no randomness for the encryption.
    pub fn write(self, pair: &KeyPair, comment: &str, passphrase: &Secret) -> Result<Zeroizing<Vec<u8>>, Error> {
        match (self, pair) {
            (Self::Pem, KeyPair::Rsa(key)) => pem::write(key, passphrase),
            _ => openssh::write(pair, comment, passphrase),
        }
    }
}
