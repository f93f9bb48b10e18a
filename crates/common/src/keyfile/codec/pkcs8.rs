//! Decodes and encodes `PRIVATE KEY` and `ENCRYPTED PRIVATE KEY`: PKCS#8, RFC 5958. Keys are written in version 1, without
//! the public key as a separate field: OpenSSL 3.0 reads no other.

use pkcs8::PrivateKeyInfoRef;
use pkcs8::der::asn1::{AnyRef, Null, OctetStringRef};
use pkcs8::der::{Decode as _, Encode as _};
use pkcs8::spki::AlgorithmIdentifierRef;
use zeroize::Zeroizing;

use super::oid::{self, DSA, EC, ED25519, RSA};
use super::parts::{Randomness, cannot_encode, random};
use super::{dsa, pkcs1, sec1};
use crate::error::Error;
use crate::key::PublicKey;
use crate::keyfile::encryption;
use crate::keyfile::key_material::{KeyMaterial, bytes};
use crate::keyfile::{DecodedBlock, Form, PrivateKey, Refusal, pem};
use crate::secret::Secret;

/// The prefix of an Ed25519 seed: RFC 8410 section 7, an OCTET STRING within the OCTET STRING.
const SEED: [u8; 2] = [4, 32];

pub(in super::super) fn read(block: &pem::Block<'_>) -> Result<DecodedBlock, Refusal> {
    let info = PrivateKeyInfoRef::from_der(&block.contents).map_err(|_| Refusal::damaged())?;
    let private = info.private_key.as_bytes();
    let key = match info.algorithm.oid {
        RSA => {
            let (public, key) = pkcs1::decode(private)?;
            return Ok(DecodedBlock::plain(Form::Pkcs8Private, public, key));
        }
        ED25519 => {
            let seed = private.strip_prefix(&SEED).map(bytes);
            let mut key = seed.and_then(PrivateKey::ed25519).ok_or_else(Refusal::damaged)?;
            // RFC 5958 section 2: the second version may contain the public half too.
            let again = info.public_key.and_then(|again| PublicKey::ed25519(again.as_bytes()?).ok());
            key.copies_agree = again.is_none_or(|again| again.blob() == key.public.blob());
            key
        }
        EC => sec1::decode(private, info.algorithm.parameters)?,
        DSA => dsa::private(private, info.algorithm.parameters)?,
        other => return Err(oid::unsupported_type("a private key", other)),
    };
    Ok(DecodedBlock::private(Form::Pkcs8Private, key))
}

pub(in super::super) fn read_encrypted(_: &pem::Block<'_>) -> Result<DecodedBlock, Refusal> {
    Err(Refusal::encrypted())
}

/// Writes a private key as a file; encrypted unless the passphrase is empty.
///
/// # Errors
/// Those of the source of randomness; a DSA key, or one of ML-DSA-44 and Ed25519.
pub fn write(key: &PrivateKey, passphrase: &Secret, randomness: Randomness<'_>) -> Result<Zeroizing<Vec<u8>>, Error> {
    if passphrase.is_empty() {
        return Ok(pem::armour("PRIVATE KEY", "", &der(key)?));
    }
    with_info(key, |info| {
        let (salt, iv) = (random(randomness)?, random(randomness)?);
        let encrypted = encryption::pkcs8::encrypt(info, passphrase, &salt, iv).map_err(cannot_encode)?;
        Ok(pem::armour("ENCRYPTED PRIVATE KEY", "", encrypted.as_bytes()))
    })
}

/// Encodes a private key as DER, not encrypted.
///
/// # Errors
/// A DSA key.
pub fn der(key: &PrivateKey) -> Result<Zeroizing<Vec<u8>>, Error> {
    with_info(key, |info| info.to_der().map(Zeroizing::new).map_err(cannot_encode))
}

/// Calls `act` with a private key's structure.
fn with_info<T>(key: &PrivateKey, act: impl FnOnce(&PrivateKeyInfoRef<'_>) -> Result<T, Error>) -> Result<T, Error> {
    let curve;
    let (oid, parameters, private): (_, Option<AnyRef<'_>>, _) = match &key.material {
        KeyMaterial::Rsa(private) => (RSA, Some(Null.into()), pkcs1::encode(&key.public, private)?),
        KeyMaterial::Ecdsa(of_key, scalar) => {
            curve = oid::of_curve(*of_key);
            (EC, Some((&curve).into()), sec1::encode(&key.public, (*of_key, scalar), false)?)
        }
        KeyMaterial::Ed25519(seed) => (ED25519, None, Zeroizing::new([&SEED, seed.as_slice()].concat())),
        KeyMaterial::Dsa(_) => return Err(cannot_encode("DSA keys can be read, but not written")),
        KeyMaterial::MlDsa44Ed25519(_) => {
            return Err(cannot_encode("ssh does not read ML-DSA-44 with Ed25519 keys in PKCS#8"));
        }
    };
    let private = OctetStringRef::new(&private).map_err(cannot_encode)?;
    act(&PrivateKeyInfoRef::new(AlgorithmIdentifierRef { oid, parameters }, private))
}
