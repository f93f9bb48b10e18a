//! `OPENSSH PRIVATE KEY`: OpenSSH's PROTOCOL.key. Its public half is always readable; the comment and the private numbers
//! are not when the key is encrypted.

use zeroize::Zeroizing;

use super::{Derivation, Form, Found, Numbers, Private, Protection, Refusal, pem};
use crate::key::wire::{Bad, Reader};
use crate::key::{Kind, PublicKey};
use {super::DecryptError, super::work::MAX_BCRYPT_ROUNDS, crate::secret::Secret};

const MAGIC: &[u8] = b"openssh-key-v1\0";

pub(super) fn read(block: &pem::Block<'_>) -> Result<Found, Refusal> {
    let contents = block.contents.strip_prefix(MAGIC).ok_or_else(damaged)?;
    let file = File::parse(contents).map_err(|Bad| damaged())?;
    let key = PublicKey::from_blob(file.public.to_vec())?;
    if file.cipher == b"none" {
        let (numbers, comment) = section(&key, file.private).map_err(|Bad| damaged())?;
        return Ok(Found { comment, ..Found::plain(Form::OpenSshPrivate, key, numbers) });
    }
    let derivation = file.bcrypt().map_or(Derivation::Unknown, |(_, rounds)| Derivation::Bcrypt { rounds });
    let private = Private { protection: Protection::Encrypted(derivation), numbers: None, closed: None };
    Ok(Found { form: Form::OpenSshPrivate, key, comment: None, private: Some(private) })
}

fn damaged() -> Refusal {
    Refusal::new("the private key's data ends early or is damaged")
}

/// What the file of one key says without a passphrase.
struct File<'a> {
    /// The cipher's name.
    cipher: &'a [u8],
    /// The name of the key derivation.
    derivation: &'a [u8],
    /// Its parameters.
    parameters: &'a [u8],
    /// The public key's blob.
    public: &'a [u8],
    /// The private section, encrypted unless the cipher is `none`.
    private: &'a [u8],
    /// What follows: the tag of a cipher that has one.
    tag: &'a [u8],
}

impl<'a> File<'a> {
    fn parse(contents: &'a [u8]) -> Result<Self, Bad> {
        let mut reader = Reader::new(contents);
        let cipher = reader.string()?;
        let derivation = reader.string()?;
        let parameters = reader.string()?;
        if reader.uint32()? != 1 {
            return Err(Bad); // the format foresees several keys; nobody writes them
        }
        let (public, private) = (reader.string()?, reader.string()?);
        Ok(Self { cipher, derivation, parameters, public, private, tag: reader.rest() })
    }

    /// The salt and the rounds of bcrypt, the one derivation that there is.
    fn bcrypt(&self) -> Option<(&'a [u8], u32)> {
        let mut parameters = Reader::new(self.parameters);
        let salt = parameters.string().ok()?;
        Some((salt, parameters.uint32().ok()?)).filter(|_| self.derivation == b"bcrypt")
    }
}

/// A file of one key, opened.
pub struct Opened {
    /// The public half, as it stands outside the private section.
    pub key: PublicKey<'static>,
    /// The private numbers; none for a key whose private half is elsewhere, for certificates, and for unknown types.
    pub numbers: Option<Numbers>,
    /// The comment; empty where there is none.
    pub comment: Vec<u8>,
}

/// Whether the contents of such a block need a passphrase.
#[must_use]
pub fn is_encrypted(contents: &[u8]) -> bool {
    let file = contents.strip_prefix(MAGIC).and_then(|contents| File::parse(contents).ok());
    file.is_some_and(|file| file.cipher != b"none")
}

/// Opens the contents of such a block. The passphrase does not matter where none is needed.
///
/// # Errors
/// Any.
pub fn open(contents: &[u8], passphrase: &Secret) -> Result<Opened, DecryptError> {
    let file =
        File::parse(contents.strip_prefix(MAGIC).ok_or(DecryptError::Damaged)?).map_err(|Bad| DecryptError::Damaged)?;
    let key = PublicKey::from_blob(file.public.to_vec()).map_err(|_| DecryptError::Damaged)?;
    let (numbers, comment) = if file.cipher == b"none" {
        section(&key, file.private).map_err(|Bad| DecryptError::Damaged)?
    } else {
        let private = file.decrypt(passphrase)?;
        // The two numbers at its start are the same in a section that was opened.
        let mut checks = Reader::new(&private);
        if checks.uint32().map_err(|Bad| DecryptError::Damaged)?
            != checks.uint32().map_err(|Bad| DecryptError::Damaged)?
        {
            return Err(DecryptError::WrongPassphrase);
        }
        section(&key, &private).map_err(|Bad| DecryptError::Damaged)?
    };
    Ok(Opened { key, numbers, comment: comment.unwrap_or_default() })
}

impl File<'_> {
    /// Decrypts the private section. All of it counts: ssh-keygen reads padding of any length.
    fn decrypt(&self, passphrase: &Secret) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
        let name = std::str::from_utf8(self.cipher).map_err(|_| DecryptError::Unknown)?;
        let cipher: ssh_cipher::Cipher = name.parse().map_err(|_| DecryptError::Unknown)?;
        let sizes = cipher.key_and_iv_size();
        let ((salt, rounds), (key_size, iv_size)) = self.bcrypt().zip(sizes).ok_or(DecryptError::Unknown)?;
        if rounds > MAX_BCRYPT_ROUNDS {
            return Err(DecryptError::TooCostly);
        }
        let mut derived = Zeroizing::new(vec![0; key_size + iv_size]);
        bcrypt_pbkdf::bcrypt_pbkdf(passphrase.expose(), salt, rounds, &mut derived)
            .map_err(|_| DecryptError::WrongPassphrase)?;
        let (key, iv) = derived.split_at_checked(key_size).ok_or(DecryptError::Unknown)?;
        // ChaCha20-Poly1305 numbers packets; a file has one, whose number is 0.
        let iv = if cipher == ssh_cipher::Cipher::ChaCha20Poly1305 { &[0; 8] } else { iv };
        let tag = if cipher.has_tag() { Some(self.tag.try_into().map_err(|_| DecryptError::Damaged)?) } else { None };
        let mut private = Zeroizing::new(self.private.to_vec());
        cipher.decrypt(key, iv, &mut private, tag).map_err(|_| DecryptError::WrongPassphrase)?;
        Ok(private)
    }
}

/// The numbers and the comment in the private section; the latter only where it is not empty and the type is known.
fn section(key: &PublicKey<'_>, private: &[u8]) -> Result<(Option<Numbers>, Option<Vec<u8>>), Bad> {
    let mut reader = Reader::new(private);
    if reader.uint32()? != reader.uint32()? {
        return Err(Bad);
    }
    reader.string()?; // the type
    if key.is_certificate() {
        reader.string()?; // the certificate
    }
    // How many strings and numbers (of the same shape) the private key has.
    let fields = match (key.kind(), key.is_certificate()) {
        (Kind::Unknown, _) => return Ok((None, None)),
        (Kind::Rsa, false) => 6,
        (Kind::Rsa, true) => 4,
        (Kind::Dsa, false) => 5,
        (Kind::Dsa, true) => 1,
        (Kind::Ecdsa(_), false) => 3,
        (Kind::Ecdsa(_), true) => 1,
        (Kind::Ed25519, _) => 2,
        (Kind::SkEcdsa, false) => 3,
        (Kind::SkEd25519, false) => 2,
        (Kind::SkEcdsa | Kind::SkEd25519, true) => 1,
    };
    let numbers = if key.is_certificate() { None } else { Numbers::of_openssh(key, &mut reader.clone())? };
    for _ in 0..fields {
        reader.string()?;
    }
    if matches!(key.kind(), Kind::SkEcdsa | Kind::SkEd25519) {
        reader.bytes(1)?; // flags
        reader.string()?; // key handle
        reader.string()?; // reserved
    }
    let comment = reader.string()?;
    Ok((numbers, (!comment.is_empty()).then(|| comment.to_vec())))
}
