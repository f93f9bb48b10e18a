//! Private keys read back, whoever wrote them: the file's form by its content, its key, its comment.

use common::error::Error;
use common::forms::pem::{Block, first_block};
use common::forms::{Closed, MAX_BCRYPT_ROUNDS, sealed};
use common::secret::Secret;
use pkcs8::PrivateKeyInfoRef;
use pkcs8::der::Decode as _;
use ssh_key::{Kdf, PrivateKey};

use super::ppk::{Ppk, is_ppk};
use super::{Format, der, pkcs8 as form};
use crate::generate::KeyPair;

/// A key and the comment in its file; an empty one where the form has none.
pub struct Opened {
    /// The key.
    pub pair: KeyPair,
    /// The comment.
    pub comment: String,
}

/// A file that holds a private key, encrypted or not.
pub enum Sealed<'a> {
    /// A block between BEGIN and END, under this label.
    Block(&'a str, Block<'a>),
    /// PuTTY's form.
    Ppk(Box<Ppk<'a>>),
}

impl<'a> Sealed<'a> {
    /// Recognises the file.
    ///
    /// # Errors
    /// It holds no private key in a form that is read here.
    pub fn of(text: &'a [u8]) -> Result<Self, Error> {
        if is_ppk(text) {
            return Ppk::parse(text).map(Box::new).map(Self::Ppk);
        }
        let (label, block) = first_block(text)?;
        match label {
            "OPENSSH PRIVATE KEY" | "RSA PRIVATE KEY" | "EC PRIVATE KEY" | "PRIVATE KEY" | "ENCRYPTED PRIVATE KEY" => {
                Ok(Self::Block(label, block))
            }
            _ => Err(Error::trouble("holds no private key in a form that is read here")),
        }
    }

    /// Whether it needs a passphrase.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        match self {
            Self::Ppk(ppk) => ppk.is_encrypted(),
            Self::Block("OPENSSH PRIVATE KEY", block) => {
                PrivateKey::from_bytes(&block.contents).is_ok_and(|key| key.is_encrypted())
            }
            Self::Block("ENCRYPTED PRIVATE KEY", _) => true,
            Self::Block(_, block) => block.is_encrypted(),
        }
    }

    /// The form that holds a comment: the file's own if it does, else OpenSSH's.
    #[must_use]
    pub fn form_with_comment(&self) -> Format {
        match self {
            Self::Ppk(ppk) => ppk.format(),
            Self::Block(..) => Format::OpenSsh,
        }
    }

    /// Opens it. The passphrase is not looked at when none is needed.
    ///
    /// # Errors
    /// The passphrase is wrong, or the file is damaged or of an unknown kind.
    pub fn open(&self, passphrase: &Secret) -> Result<Opened, Error> {
        let (label, block) = match self {
            Self::Block(label, block) => (*label, block),
            Self::Ppk(ppk) => return Ok(Opened { pair: ppk.open(passphrase)?, comment: ppk.comment() }),
        };
        let contents = &block.contents;
        let pair = match label {
            "OPENSSH PRIVATE KEY" => return open_openssh(contents, passphrase),
            "ENCRYPTED PRIVATE KEY" => {
                let der = sealed::open_pkcs8(contents, passphrase).map_err(closed)?;
                form::read(&PrivateKeyInfoRef::from_der(&der).map_err(damaged)?)
            }
            "PRIVATE KEY" => form::read(&PrivateKeyInfoRef::from_der(contents).map_err(damaged)?),
            label => {
                let decrypted;
                let der = if block.is_encrypted() {
                    decrypted = sealed::open_pem(block, passphrase).map_err(closed)?;
                    &decrypted
                } else {
                    contents
                };
                let pair = if label == "RSA PRIVATE KEY" { der::read_rsa(der) } else { der::read_ec(der, None) };
                // Padding that is right by chance hides a wrong passphrase, once in some 250 times.
                if block.is_encrypted() { pair.map_err(|_| wrong_passphrase(())) } else { pair }
            }
        };
        Ok(Opened { pair: pair?, comment: String::new() })
    }
}

fn open_openssh(contents: &[u8], passphrase: &Secret) -> Result<Opened, Error> {
    let mut key = PrivateKey::from_bytes(contents).map_err(damaged)?;
    if key.is_encrypted() {
        if matches!(key.kdf(), Kdf::Bcrypt { rounds, .. } if *rounds > MAX_BCRYPT_ROUNDS) {
            return Err(closed(Closed::TooCostly));
        }
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
    closed(Closed::WrongPassphrase)
}

fn closed(closed: Closed) -> Error {
    Error::trouble(closed.to_string())
}

#[cfg(test)]
mod tests {
    use super::super::{Hardening, armour};
    use super::*;

    /// Found when it was prepared for fuzzing: keycheck and pubfp had a bound and keygen had none, so that a file could
    /// ask it for a day's work.
    #[test]
    fn a_file_that_asks_for_more_rounds_than_any_key_is_worth_is_refused_at_once() {
        let pair = KeyPair::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(&[7; 32])));
        let passphrase = Secret::new(b"secret".to_vec());
        let hardening = Hardening { rounds: 1, ..Hardening::default() };
        let text = Format::OpenSsh.write(&pair, "", &passphrase, hardening).unwrap();
        let mut contents = first_block(&text).unwrap().1.contents.clone();
        let at = contents.windows(6).position(|bytes| bytes == b"bcrypt").unwrap();
        // The name, then a string of a string (16 bytes of salt) and the number.
        let rounds = at + 6 + 4 + 4 + 16..at + 6 + 4 + 4 + 16 + 4;
        assert_eq!(contents[rounds.clone()], [0, 0, 0, 1]);
        for (number, words) in [(1_u32, None), (4097, Some("more work")), (u32::MAX, Some("more work"))] {
            contents[rounds.clone()].copy_from_slice(&number.to_be_bytes());
            let text = armour("OPENSSH PRIVATE KEY", "", &contents);
            let opened = Sealed::of(&text).and_then(|sealed| sealed.open(&passphrase));
            match (words, opened) {
                (None, opened) => assert!(opened.is_ok()),
                (Some(words), Err(error)) => assert!(error.message().contains(words), "{error:?}"),
                (Some(_), Ok(_)) => panic!("{number} rounds"),
            }
        }
    }
}
