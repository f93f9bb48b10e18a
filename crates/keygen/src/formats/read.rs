//! Private keys read back, whoever wrote them: the file's form by its content, its key, its comment.

use common::error::Error;
use common::forms::pem::{Block, first_block};
use common::secret::Secret;
use pkcs8::der::Decode as _;
use pkcs8::{EncryptedPrivateKeyInfoRef, PrivateKeyInfoRef};
use ssh_key::PrivateKey;

use super::{der, pem, pkcs8 as form};
use crate::generate::KeyPair;

/// A key and the comment in its file; an empty one where the form has none.
pub struct Opened {
    /// The key.
    pub pair: KeyPair,
    /// The comment.
    pub comment: String,
}

/// A file that holds a private key, encrypted or not.
pub struct Sealed<'a> {
    label: &'a str,
    block: Block<'a>,
}

impl<'a> Sealed<'a> {
    /// Recognises the file.
    ///
    /// # Errors
    /// It holds no private key in a form that is read here.
    pub fn of(text: &'a [u8]) -> Result<Self, Error> {
        let (label, block) = first_block(text)?;
        match label {
            "OPENSSH PRIVATE KEY" | "RSA PRIVATE KEY" | "EC PRIVATE KEY" | "PRIVATE KEY" | "ENCRYPTED PRIVATE KEY" => {
                Ok(Self { label, block })
            }
            _ => Err(Error::trouble("holds no private key in a form that is read here")),
        }
    }

    /// Whether it needs a passphrase.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        match self.label {
            "OPENSSH PRIVATE KEY" => PrivateKey::from_bytes(&self.block.contents).is_ok_and(|key| key.is_encrypted()),
            "ENCRYPTED PRIVATE KEY" => true,
            _ => self.block.is_encrypted(),
        }
    }

    /// Opens it. The passphrase is not looked at when none is needed.
    ///
    /// # Errors
    /// The passphrase is wrong, or the file is damaged or of an unknown kind.
    pub fn open(&self, passphrase: &Secret) -> Result<Opened, Error> {
        let contents = &self.block.contents;
        let pair = match self.label {
            "OPENSSH PRIVATE KEY" => return open_openssh(contents, passphrase),
            "ENCRYPTED PRIVATE KEY" => {
                let encrypted = EncryptedPrivateKeyInfoRef::from_der(contents).map_err(damaged)?;
                let der = encrypted.decrypt(passphrase.expose()).map_err(wrong_passphrase)?;
                form::read(&PrivateKeyInfoRef::from_der(der.as_bytes()).map_err(damaged)?)
            }
            "PRIVATE KEY" => form::read(&PrivateKeyInfoRef::from_der(contents).map_err(damaged)?),
            label => {
                let decrypted;
                let der = if self.block.is_encrypted() {
                    decrypted = pem::decrypt(&self.block, passphrase)?;
                    &decrypted
                } else {
                    contents
                };
                let pair = if label == "RSA PRIVATE KEY" { der::read_rsa(der) } else { der::read_ec(der, None) };
                // Padding that is right by chance hides a wrong passphrase, once in some 250 times.
                if self.block.is_encrypted() { pair.map_err(|_| wrong_passphrase(())) } else { pair }
            }
        };
        Ok(Opened { pair: pair?, comment: String::new() })
    }
}

fn open_openssh(contents: &[u8], passphrase: &Secret) -> Result<Opened, Error> {
    let mut key = PrivateKey::from_bytes(contents).map_err(damaged)?;
    if key.is_encrypted() {
        key = key.decrypt(passphrase.expose()).map_err(wrong_passphrase)?;
    }
    let comment = key.comment().as_str_lossy().replace(char::is_control, "");
    Ok(Opened { pair: KeyPair::of(key.key_data())?, comment })
}

/// What a library says of a damaged file is in its own words, and may be of no help; that it is damaged is.
pub(super) fn damaged<E>(_: E) -> Error {
    Error::trouble("the private key is damaged or of a kind that is not read here")
}

pub(super) fn wrong_passphrase<E>(_: E) -> Error {
    Error::trouble("the passphrase is wrong")
}
