//! Private keys read back, whoever wrote them: the file's form by its content, its key, its comment.

use common::error::Error;
use common::keyfile::pem::{Block, first_block};
use common::keyfile::{DecryptError, openssh_private, sealed};
use common::secret::Secret;
use pkcs8::PrivateKeyInfoRef;
use pkcs8::der::Decode as _;

use super::ppk::{Ppk, is_ppk};
use super::{Format, assemble, der, pkcs8 as form};
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
            _ => Err(Error::failure("holds no private key (OpenSSH, PEM, PKCS#8 or PPK)")),
        }
    }

    /// Whether it needs a passphrase.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        match self {
            Self::Ppk(ppk) => ppk.is_encrypted(),
            Self::Block("OPENSSH PRIVATE KEY", block) => openssh_private::is_encrypted(&block.contents),
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
                if !sealed::is_der(&der) {
                    return Err(closed(DecryptError::WrongPassphrase));
                }
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
                // Padding that is right by chance hides a wrong passphrase, once in some 250 times.
                if block.is_encrypted() && !sealed::is_der(der) {
                    return Err(closed(DecryptError::WrongPassphrase));
                }
                if label == "RSA PRIVATE KEY" { der::read_rsa(der) } else { der::read_ec(der, None) }
            }
        };
        Ok(Opened { pair: pair?, comment: String::new() })
    }
}

fn open_openssh(contents: &[u8], passphrase: &Secret) -> Result<Opened, Error> {
    let opened = openssh_private::open(contents, passphrase).map_err(|closed| match closed {
        DecryptError::Damaged => damaged(()),
        closed => Error::failure(closed.to_string()),
    })?;
    let pair = assemble::pair(&opened.key, opened.numbers.as_ref())?;
    let comment = String::from_utf8_lossy(&opened.comment).replace(char::is_control, "");
    Ok(Opened { pair, comment })
}

/// What a library says of a damaged file is in its own words, and may be of no help; that it is damaged is.
pub(super) fn damaged<E>(_: E) -> Error {
    Error::failure("the private key is damaged or of a kind that is not read here")
}

fn closed(closed: DecryptError) -> Error {
    Error::failure(closed.to_string())
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
