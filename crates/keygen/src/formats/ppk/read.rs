//! Reading a PPK file, PuTTY's or our own.

use common::error::Error;
use common::key::{PublicKey, wire};
use common::keyfile::ppk::{File, is_begin};
use common::keyfile::{DecryptError, Numbers};
use common::secret::Secret;

use super::super::read::damaged;
use super::super::{Format, assemble};
use super::Version;
use crate::generate::KeyPair;

/// A PPK file that is taken apart, and not opened yet.
pub struct Ppk<'a> {
    file: File<'a>,
}

/// Whether a text is of this form: its first line tells.
pub(in super::super) fn is_ppk(text: &[u8]) -> bool {
    is_begin(text)
}

impl<'a> Ppk<'a> {
    /// Takes it apart.
    ///
    /// # Errors
    /// It is damaged, or of a version that is not read.
    pub(in super::super) fn parse(text: &'a [u8]) -> Result<Self, Error> {
        Ok(Self { file: File::parse(text).map_err(Error::failure)? })
    }

    /// The form to write it in again.
    pub(in super::super) const fn format(&self) -> Format {
        match self.file.form() {
            Version::Two => Format::Ppk2,
            Version::Three => Format::Ppk,
        }
    }

    pub(in super::super) fn is_encrypted(&self) -> bool {
        self.file.is_encrypted()
    }

    /// The comment, as text.
    pub(in super::super) fn comment(&self) -> String {
        String::from_utf8_lossy(self.file.comment()).into_owned()
    }

    /// Decrypts it, verifies that nothing in it was changed, and reads the key.
    ///
    /// # Errors
    /// A wrong passphrase and a change cannot be told apart where there is a passphrase: the MAC's key is made of it.
    pub(in super::super) fn open(&self, passphrase: &Secret) -> Result<KeyPair, Error> {
        let private = self.file.open(passphrase).map_err(|closed| match closed {
            DecryptError::WrongPassphrase => Error::failure("the passphrase is wrong, or the file was changed"),
            DecryptError::Damaged => Error::failure("the private key is damaged: its Private-MAC does not fit"),
            closed => Error::failure(closed.to_string()),
        })?;
        let public = PublicKey::from_blob(self.file.public.clone()).map_err(damaged)?;
        if public.type_name().as_bytes() != self.file.type_name() {
            return Err(damaged(()));
        }
        let numbers = Numbers::of_ppk(&public, &private).map_err(|wire::Bad| damaged(()))?;
        assemble::pair(&public, numbers.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::super::write;
    use super::*;

    /// Every byte of a file, changed: the MAC or the form shows it, or it is a byte that means nothing.
    #[test]
    fn a_changed_file_is_refused_or_is_the_same_key() {
        let pair = KeyPair::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(&[7; 32])));
        for (version, passphrase) in [(Version::Two, ""), (Version::Three, ""), (Version::Two, "secret")] {
            let passphrase = Secret::new(passphrase.as_bytes().to_vec());
            let text = write(&pair, "a comment", &passphrase, version).unwrap();
            let public = |text: &[u8]| {
                let opened = Ppk::parse(text).and_then(|ppk| ppk.open(&passphrase))?;
                Ok::<_, Error>(opened.public().unwrap().blob().to_vec())
            };
            let own = public(&text).unwrap();
            let mut refused = 0;
            for (at, change) in (0..text.len()).flat_map(|at| [1, 2, 0x20, 0x80].map(|change| (at, change))) {
                let mut changed = text.to_vec();
                changed[at] ^= change;
                match public(&changed) {
                    Ok(key) => assert_eq!(key, own, "{at}"),
                    Err(_) => refused += 1,
                }
                changed.truncate(at);
                assert!(public(&changed).is_err() || at == text.len() - 1, "cut at {at}");
            }
            assert!(refused > 2 * text.len(), "{refused}");
        }
    }
}
