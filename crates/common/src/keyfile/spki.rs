//! `PUBLIC KEY`: SubjectPublicKeyInfo, RFC 5280 section 4.1, as OpenSSL and `ssh-keygen -e -m PKCS8` write it.

use spki::SubjectPublicKeyInfoRef;
use spki::der::Decode as _;

use super::oid::{self, DSA, EC, ED25519, RSA};
use super::{Form, Found, Refusal, dsa, pem, pkcs1};
use crate::key::PublicKey;

pub(super) fn read(block: &pem::Block<'_>) -> Result<Found, Refusal> {
    let damaged = || Refusal::new("the public key's data is damaged");
    let info = SubjectPublicKeyInfoRef::from_der(&block.contents).map_err(|_| damaged())?;
    let key = info.subject_public_key.as_bytes().ok_or_else(damaged)?;
    let key = match info.algorithm.oid {
        RSA => pkcs1::public(key)?,
        ED25519 => PublicKey::ed25519(key)?,
        EC => PublicKey::ecdsa(oid::named_curve(info.algorithm.parameters)?, key)?,
        DSA => dsa::public(key, info.algorithm.parameters)?,
        other => return Err(Refusal::new(oid::unread_type("a public key", other))),
    };
    Ok(Found::public(Form::Spki, key))
}
