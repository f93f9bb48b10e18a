//! Decodes and encodes `PUBLIC KEY`: SubjectPublicKeyInfo, RFC 5280 section 4.1, as OpenSSL and `ssh-keygen -e -m PKCS8`
//! write it.

use spki::der::asn1::{AnyRef, BitStringRef, Null};
use spki::der::{Decode as _, Encode as _};
use spki::{AlgorithmIdentifierRef, SubjectPublicKeyInfoRef};

use super::oid::{self, DSA, EC, ED25519, RSA};
use super::parts::{cannot_encode, fields};
use super::{curve, dsa, pkcs1};
use crate::error::Error;
use crate::escape;
use crate::key::{Kind, PublicKey};
use crate::keyfile::{DecodedBlock, Form, Refusal, pem};

pub(in super::super) fn read(block: &pem::Block<'_>) -> Result<DecodedBlock, Refusal> {
    Ok(DecodedBlock::public(Form::Spki, decode(&block.contents)?))
}

/// Decodes a public key of any type.
pub(super) fn decode(der: &[u8]) -> Result<PublicKey<'static>, Refusal> {
    let damaged = || Refusal::new("the public key's data is damaged");
    let info = SubjectPublicKeyInfoRef::from_der(der).map_err(|_| damaged())?;
    let key = info.subject_public_key.as_bytes().ok_or_else(damaged)?;
    match info.algorithm.oid {
        RSA => pkcs1::decode_public(key),
        ED25519 => Ok(PublicKey::ed25519(key)?),
        EC => curve::public_key(curve::of_parameters(info.algorithm.parameters)?, key),
        DSA => dsa::public(key, info.algorithm.parameters),
        other => Err(oid::unsupported_type("a public key", other)),
    }
}

/// Writes a public key as a file.
///
/// # Errors
/// Those of [`der`].
pub fn write(key: &PublicKey<'_>) -> Result<String, Error> {
    Ok(pem::public_armour("PUBLIC KEY", &der(key)?))
}

/// Encodes a public key as DER.
///
/// # Errors
/// No name of its type in this format is known here.
pub fn der(key: &PublicKey<'_>) -> Result<Vec<u8>, Error> {
    let pkcs1;
    let curve;
    let (oid, parameters, bits): (_, Option<AnyRef<'_>>, &[u8]) = match key.kind() {
        Kind::Rsa => {
            pkcs1 = pkcs1::encode_public(key)?;
            (RSA, Some(Null.into()), &pkcs1)
        }
        Kind::Ecdsa(of_key) => {
            curve = oid::of_curve(of_key);
            let [_, point] = fields(key)?;
            (EC, Some((&curve).into()), point)
        }
        Kind::Ed25519 => {
            let [point] = fields(key)?;
            (ED25519, None, point)
        }
        _ => {
            let label = escape::text(key.label().as_bytes());
            return Err(Error::failure(format!("this format does not support {label} keys")));
        }
    };
    let info = SubjectPublicKeyInfoRef {
        algorithm: AlgorithmIdentifierRef { oid, parameters },
        subject_public_key: BitStringRef::from_bytes(bits).map_err(cannot_encode)?,
    };
    info.to_der().map_err(cannot_encode)
}
