//! `PUBLIC KEY`: SubjectPublicKeyInfo, RFC 5280 section 4.1, as OpenSSL and `ssh-keygen -e -m PKCS8` write it.

use spki::SubjectPublicKeyInfoRef;
use spki::der::Decode as _;
use spki::der::asn1::AnyRef;

use super::oid::{self, EC, ED25519, RSA};
use super::{Form, Found, Refusal, pem, pkcs1};
use crate::keys::{Curve, PublicKey};

pub(super) fn read(block: &pem::Block<'_>) -> Result<Found, Refusal> {
    let damaged = || Refusal::new("the public key's data is damaged");
    let info = SubjectPublicKeyInfoRef::from_der(&block.contents).map_err(|_| damaged())?;
    let key = info.subject_public_key.as_bytes().ok_or_else(damaged)?;
    let key = match info.algorithm.oid {
        RSA => pkcs1::public(key)?,
        ED25519 => PublicKey::ed25519(key)?,
        EC => PublicKey::ecdsa(curve(info.algorithm.parameters)?, key)?,
        _ => return Err(Refusal::new("a public key of a kind that is not read here")),
    };
    Ok(Found { form: Form::Spki, key, comment: None, private: None })
}

/// The curve that the parameters of an EC key name, RFC 5480 section 2.1.1.1.
pub(super) fn curve(parameters: Option<AnyRef<'_>>) -> Result<Curve, Refusal> {
    let named = parameters.and_then(|parameters| parameters.decode_as().ok()).and_then(oid::curve);
    named.ok_or_else(|| Refusal::new("an EC key on a curve that SSH does not use"))
}
