//! Decodes and encodes `OPENSSH PRIVATE KEY`: OpenSSH's PROTOCOL.key. Its public half is always readable; the comment and
//! the private half are not when the key is encrypted.
//!
//! The encoder is for the one type that the crate ssh-key does not know. keygen encodes the others with ssh-key. Its
//! decoder is not used: it refuses files that ssh-keygen reads (padding of a whole block, Triple DES), does not bound the
//! rounds of bcrypt, and does not know the fields of security keys, whose private half is elsewhere.

use zeroize::Zeroizing;

use super::parts::{Randomness, cannot_encode, fields, random};
use crate::error::Error;
use crate::key::wire;
use crate::key::wire::{Bad, Reader};
use crate::key::{Kind, PublicKey};
use crate::keyfile::encryption::{self, DecryptError, Derivation, Protection};
use crate::keyfile::key_material::{KeyMaterial, RsaComponents, bytes};
use crate::keyfile::{DecodedBlock, Form, PrivateKey, Quirk, Refusal, pem};
use crate::secret::Secret;

const MAGIC: &[u8] = b"openssh-key-v1\0";

/// Whether contents have this format.
pub(super) fn is(contents: &[u8]) -> bool {
    contents.starts_with(MAGIC)
}

pub(in super::super) fn read(block: &pem::Block<'_>) -> Result<DecodedBlock, Refusal> {
    let file = File::parse(&block.contents).map_err(|Bad| Refusal::damaged())?;
    let public = PublicKey::from_blob(file.public.to_vec())?;
    if file.cipher == b"none" {
        let mut private = Reader::new(file.private);
        let (key, comment) = section(&public, &mut private).map_err(|Bad| Refusal::damaged())?;
        let found = DecodedBlock { comment, ..DecodedBlock::plain(Form::OpenSshPrivate, public, key) };
        return Ok(found.with_quirk(Quirk::Padding, !is_padding(private.rest())));
    }
    let derivation = file.bcrypt().map_or(Derivation::Unknown, |(_, rounds)| Derivation::Bcrypt { rounds });
    Ok(DecodedBlock::encrypted(Form::OpenSshPrivate, public, Protection::Encrypted(derivation)))
}

/// The encrypted part of a file: the private key, if it is in the file and of a known type, and the comment, if there is
/// one.
pub(in super::super) type Section = (Option<PrivateKey>, Option<Vec<u8>>);

/// Decrypts the private section.
///
/// # Errors
/// Any.
pub(in super::super) fn decrypt(contents: &[u8], passphrase: &Secret) -> Result<Section, DecryptError> {
    let damaged = |Bad| DecryptError::Damaged;
    let file = File::parse(contents).map_err(damaged)?;
    let public = PublicKey::from_blob(file.public.to_vec()).map_err(|_| DecryptError::Damaged)?;
    let bcrypt = file.bcrypt().ok_or(DecryptError::Unknown)?;
    let private = encryption::openssh::decrypt(file.cipher, bcrypt, file.private, file.tag, passphrase)?;
    // The two integers at its start are equal if the passphrase is right.
    let mut checks = Reader::new(&private);
    if checks.uint32().map_err(damaged)? != checks.uint32().map_err(damaged)? {
        return Err(DecryptError::WrongPassphrase);
    }
    section(&public, &mut Reader::new(&private)).map_err(damaged)
}

/// Whether bytes are the padding that OpenSSH accepts: 1, 2, 3, and so on.
fn is_padding(bytes: &[u8]) -> bool {
    bytes.iter().zip(1..=u8::MAX).all(|(byte, expected)| *byte == expected)
}

/// The parts of a file with one key, readable without a passphrase.
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
    /// The bytes that follow: the tag of a cipher that has one.
    tag: &'a [u8],
}

impl<'a> File<'a> {
    fn parse(contents: &'a [u8]) -> Result<Self, Bad> {
        let mut reader = Reader::new(contents.strip_prefix(MAGIC).ok_or(Bad)?);
        let cipher = reader.string()?;
        let derivation = reader.string()?;
        let parameters = reader.string()?;
        if reader.uint32()? != 1 {
            return Err(Bad); // the format allows several keys, but no program writes them
        }
        let (public, private) = (reader.string()?, reader.string()?);
        Ok(Self { cipher, derivation, parameters, public, private, tag: reader.rest() })
    }

    /// Returns the salt and the rounds of bcrypt, the only derivation.
    fn bcrypt(&self) -> Option<(&'a [u8], u32)> {
        let mut parameters = Reader::new(self.parameters);
        let salt = parameters.string().ok()?;
        Some((salt, parameters.uint32().ok()?)).filter(|_| self.derivation == b"bcrypt")
    }
}

/// Reads a decrypted private section, up to its padding.
fn section(public: &PublicKey<'_>, reader: &mut Reader<'_>) -> Result<Section, Bad> {
    if reader.uint32()? != reader.uint32()? {
        return Err(Bad);
    }
    reader.string()?; // the type
    if public.is_certificate() {
        reader.string()?; // the certificate
    }
    // The number of strings and integers (of the same shape) in the private key.
    let fields = match (public.kind(), public.is_certificate()) {
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
        (Kind::MlDsa44Ed25519, false) => 2,
        (Kind::MlDsa44Ed25519, true) => 1,
    };
    let key = if public.is_certificate() { None } else { private_key(public, &mut reader.clone())? };
    for _ in 0..fields {
        reader.string()?;
    }
    if matches!(public.kind(), Kind::SkEcdsa | Kind::SkEd25519) {
        reader.bytes(1)?; // flags
        reader.string()?; // key handle
        reader.string()?; // reserved
    }
    let comment = reader.string()?;
    Ok((key, (!comment.is_empty()).then(|| comment.to_vec())))
}

/// Reads the public half again and the private half, which follow the type (`sshkey_private_serialize_opt` of OpenSSH's
/// sshkey.c). None for keys whose private half is in a security key.
fn private_key(public: &PublicKey<'_>, reader: &mut Reader<'_>) -> Result<Option<PrivateKey>, Bad> {
    let again = |made: Result<PublicKey<'_>, _>| made.is_ok_and(|made| made.plain_blob() == public.plain_blob());
    let (material, copies_agree) = match public.kind() {
        Kind::Rsa => {
            let (n, e) = (reader.unsigned()?, reader.unsigned()?);
            let (d, coefficient) = (bytes(reader.unsigned()?), bytes(reader.unsigned()?));
            let (p, q) = (bytes(reader.unsigned()?), bytes(reader.unsigned()?));
            let components = RsaComponents { d, p, q, coefficient, exponents: None };
            (KeyMaterial::Rsa(components), again(PublicKey::rsa(e, n)))
        }
        Kind::Dsa => {
            let numbers = [reader.unsigned()?, reader.unsigned()?, reader.unsigned()?, reader.unsigned()?];
            (KeyMaterial::Dsa(bytes(reader.unsigned()?)), again(PublicKey::dsa(numbers)))
        }
        Kind::Ecdsa(curve) => {
            let (name, point) = (reader.string()?, reader.string()?);
            let same = name == curve.name().as_bytes() && again(PublicKey::ecdsa(curve, point));
            (KeyMaterial::Ecdsa(curve, bytes(reader.unsigned()?)), same)
        }
        Kind::Ed25519 => {
            let own = reader.string()?;
            let (seed, copy) = reader.string()?.split_at_checked(32).ok_or(Bad)?;
            (KeyMaterial::Ed25519(bytes(seed)), own == copy && again(PublicKey::ed25519(own)))
        }
        Kind::MlDsa44Ed25519 => {
            let (halves, seeds) = (reader.string()?, reader.string()?);
            if seeds.len() != 64 {
                return Err(Bad);
            }
            let same = again(PublicKey::mldsa44_ed25519(public.type_name(), halves));
            (KeyMaterial::MlDsa44Ed25519(bytes(seeds)), same)
        }
        Kind::SkEcdsa | Kind::SkEd25519 | Kind::Unknown => return Ok(None),
    };
    let public = public.clone().into_owned();
    Ok(Some(PrivateKey { copies_agree, ..PrivateKey::new(public, material) }))
}

/// The length of base64 lines, as in ssh-keygen.
const LINE: usize = 70;

/// The size of the private section of an RSA key of 16384 bits, the longest, so that the buffer never grows and leaves no
/// copy.
const ROOM: usize = 16 * 1024;

/// Writes a private key of ML-DSA-44 and Ed25519 as a file, which the crate ssh-key cannot do. Unless the passphrase is
/// empty, it is encrypted with this SSH cipher, under a key derived by that many rounds of bcrypt.
///
/// # Errors
/// Those of the source of randomness; an unknown cipher or an unsupported number of rounds; a key of another type.
pub fn write(
    key: &PrivateKey,
    comment: &str,
    passphrase: &Secret,
    (cipher, rounds): (&str, u32),
    randomness: Randomness<'_>,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let (salt, check) = (random::<16>(randomness)?, random::<4>(randomness)?);
    let is_encrypted = !passphrase.is_empty();
    let cipher = if is_encrypted { cipher } else { encryption::openssh::NO_CIPHER };
    let block = encryption::openssh::block(cipher).ok_or_else(|| cannot_encode("unknown cipher"))?;
    let mut private = Zeroizing::new(Vec::with_capacity(ROOM + comment.len()));
    private.extend_from_slice(&check);
    private.extend_from_slice(&check);
    put_private_key(&mut private, key)?;
    wire::put_string(&mut private, comment.as_bytes());
    let length = private.len().next_multiple_of(block);
    let padding = length - private.len();
    private.extend((1..=u8::MAX).take(padding));
    let mut parameters = Vec::new();
    if is_encrypted {
        encryption::openssh::encrypt(cipher, (&salt, rounds), &mut private, passphrase).map_err(cannot_encode)?;
        wire::put_string(&mut parameters, &salt);
        parameters.extend_from_slice(&rounds.to_be_bytes());
    }
    let (private, tag) = private.split_at_checked(length).unwrap_or_default();
    let derivation: &[u8] = if is_encrypted { b"bcrypt" } else { b"none" };
    let mut file = Zeroizing::new(Vec::with_capacity(2 * ROOM + comment.len()));
    file.extend_from_slice(MAGIC);
    for part in [cipher.as_bytes(), derivation, &parameters] {
        wire::put_string(&mut file, part);
    }
    file.extend_from_slice(&1_u32.to_be_bytes());
    wire::put_string(&mut file, key.public.blob());
    wire::put_string(&mut file, private);
    file.extend_from_slice(tag);
    Ok(pem::armour_in_lines("OPENSSH PRIVATE KEY", "", &file, LINE))
}

/// Writes the type, the public half and the private half, in the order in which `private_key` reads them.
fn put_private_key(to: &mut Zeroizing<Vec<u8>>, key: &PrivateKey) -> Result<(), Error> {
    let KeyMaterial::MlDsa44Ed25519(seeds) = &key.material else {
        return Err(cannot_encode("not a key of ML-DSA-44 and Ed25519"));
    };
    let [halves] = fields(&key.public)?;
    for part in [key.public.type_name().as_bytes(), halves, seeds] {
        wire::put_string(to, part);
    }
    Ok(())
}
