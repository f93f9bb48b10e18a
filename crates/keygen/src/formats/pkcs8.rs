//! `PRIVATE KEY` and `ENCRYPTED PRIVATE KEY`: PKCS#8 (RFC 5958), encrypted by PBES2 (RFC 8018) with scrypt (RFC 7914)
//! and AES-256-CBC. Version 1, without the public key as a field of its own: OpenSSL 3.0 reads no other.

use common::error::Error;
use common::keyfile::oid::{self, EC, ED25519, RSA};
use common::secret::Secret;
use getrandom::SysRng;
use pkcs8::der::Encode as _;
use pkcs8::der::asn1::{AnyRef, Null, OctetStringRef};
use pkcs8::spki::AlgorithmIdentifierRef;
use pkcs8::{ObjectIdentifier, PrivateKeyInfoRef};
use zeroize::Zeroizing;

use super::assemble::ed25519;
use super::read::damaged;
use super::{cannot_write, der, pem};
use crate::generate::{KeyPair, curve_of};

pub(super) fn write(pair: &KeyPair, passphrase: &Secret) -> Result<Zeroizing<Vec<u8>>, Error> {
    match pair {
        KeyPair::Rsa(key) => wrap(RSA, Some(Null.into()), &der::rsa(key)?, passphrase),
        KeyPair::Ecdsa(key) => {
            let curve = oid::of_curve(curve_of(key));
            wrap(EC, Some((&curve).into()), &der::ec(key, false)?, passphrase)
        }
        // RFC 8410 section 7: an OCTET STRING within the OCTET STRING.
        KeyPair::Ed25519(key) => {
            let seed = Zeroizing::new([&[4, 32], key.as_bytes().as_slice()].concat());
            wrap(ED25519, None, &seed, passphrase)
        }
    }
}

/// Reads an opened PKCS#8 key.
pub(super) fn read(info: &PrivateKeyInfoRef<'_>) -> Result<KeyPair, Error> {
    let key = info.private_key.as_bytes();
    match info.algorithm.oid {
        RSA => der::read_rsa(key),
        EC => {
            let curve = info.algorithm.parameters.and_then(|parameters| parameters.decode_as().ok());
            der::read_ec(key, curve)
        }
        ED25519 => {
            let seed = key.strip_prefix(&[4, 32]).and_then(|seed| seed.get(..32)).ok_or_else(|| damaged(()))?;
            ed25519(seed)
        }
        other => Err(Error::failure(oid::unread_type("a private key", other))),
    }
}

fn wrap(
    oid: ObjectIdentifier,
    parameters: Option<AnyRef<'_>>,
    key: &[u8],
    passphrase: &Secret,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let key = OctetStringRef::new(key).map_err(cannot_write)?;
    let info = PrivateKeyInfoRef::new(AlgorithmIdentifierRef { oid, parameters }, key);
    if passphrase.is_empty() {
        let der = Zeroizing::new(info.to_der().map_err(cannot_write)?);
        return Ok(pem::armour("PRIVATE KEY", "", &der));
    }
    let encrypted = info.encrypt_with_rng(&mut SysRng, passphrase.expose()).map_err(cannot_write)?;
    Ok(pem::armour("ENCRYPTED PRIVATE KEY", "", encrypted.as_bytes()))
}
