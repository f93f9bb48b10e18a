//! Reading a PPK file, PuTTY's or our own.

use common::error::Error;
use common::forms::Closed;
use common::forms::ppk::{File, is_begin};
use common::keys::{Curve, PublicKey, wire};
use common::secret::Secret;
use rsa::BoxedUint;
use zeroize::Zeroizing;

use super::super::Format;
use super::super::read::damaged;
use super::Version;
use crate::generate::{KeyPair, ecdsa_of_scalar};

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
        Ok(Self { file: File::parse(text).map_err(Error::trouble)? })
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
            Closed::WrongPassphrase => Error::trouble("the passphrase is wrong, or the file was changed"),
            Closed::Damaged => Error::trouble("the private key is damaged: its Private-MAC does not fit"),
            closed => Error::trouble(closed.to_string()),
        })?;
        let type_name = std::str::from_utf8(self.file.type_name()).map_err(damaged)?;
        let pair = key_pair(type_name, &self.file.public, &private).ok_or_else(|| damaged(()))?;
        // Who wrote the file could put any two keys side by side.
        let public = PublicKey::from_blob(self.file.public.clone()).map_err(damaged)?;
        match pair.public() {
            Ok(own) if own.blob() == public.blob() => Ok(pair),
            _ => Err(Error::trouble("the private key's two halves do not belong together")),
        }
    }
}

/// The key in the two blobs; none if they hold none. Past the private numbers there may be padding.
fn key_pair(type_name: &str, public: &[u8], private: &[u8]) -> Option<KeyPair> {
    let mut numbers = wire::Reader::new(private);
    if type_name == "ssh-ed25519" {
        let seed: &[u8; 32] = numbers.string().ok()?.try_into().ok()?;
        return Some(KeyPair::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(seed))));
    }
    if let Some(curve) = Curve::ALL.into_iter().find(|curve| type_name == format!("ecdsa-sha2-{}", curve.name())) {
        let scalar = numbers.unsigned().ok()?;
        let mut padded = Zeroizing::new(vec![0; (curve.bits().div_ceil(8) as usize).checked_sub(scalar.len())?]);
        padded.extend_from_slice(scalar);
        return Some(KeyPair::Ecdsa(Box::new(ecdsa_of_scalar(curve, &padded)?)));
    }
    if type_name != "ssh-rsa" {
        return None;
    }
    let mut blob = wire::Reader::new(public);
    let _ = blob.string().ok()?;
    let number = |bytes: &[u8]| BoxedUint::from_be_slice_vartime(bytes);
    let (e, n) = (number(blob.unsigned().ok()?), number(blob.unsigned().ok()?));
    let (d, p, q) = (numbers.unsigned().ok()?, numbers.unsigned().ok()?, numbers.unsigned().ok()?);
    let key = rsa::RsaPrivateKey::from_components(n, e, number(d), vec![number(p), number(q)]).ok()?;
    key.validate().ok()?;
    Some(KeyPair::Rsa(Box::new(key)))
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
