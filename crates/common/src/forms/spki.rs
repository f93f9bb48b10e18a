//! `PUBLIC KEY`: SubjectPublicKeyInfo, RFC 5280 section 4.1, as OpenSSL and `ssh-keygen -e -m PKCS8` write it.

use spki::SubjectPublicKeyInfoRef;
use spki::der::Decode as _;
use spki::der::asn1::{AnyRef, ObjectIdentifier as Oid};

use super::{Form, Found, Refusal, pem, pkcs1};
use crate::keys::{Curve, PublicKey};

/// rsaEncryption, RFC 8017 appendix C.
pub(super) const RSA: Oid = Oid::new_unwrap("1.2.840.113549.1.1.1");
/// id-ecPublicKey, RFC 5480 section 2.1.1.
pub(super) const EC: Oid = Oid::new_unwrap("1.2.840.10045.2.1");
/// id-Ed25519, RFC 8410 section 3.
pub(super) const ED25519: Oid = Oid::new_unwrap("1.3.101.112");

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
    const NISTP256: Oid = Oid::new_unwrap("1.2.840.10045.3.1.7");
    const NISTP384: Oid = Oid::new_unwrap("1.3.132.0.34");
    const NISTP521: Oid = Oid::new_unwrap("1.3.132.0.35");
    match parameters.and_then(|parameters| parameters.decode_as::<Oid>().ok()) {
        Some(NISTP256) => Ok(Curve::Nistp256),
        Some(NISTP384) => Ok(Curve::Nistp384),
        Some(NISTP521) => Ok(Curve::Nistp521),
        _ => Err(Refusal::new("an EC key on a curve that SSH does not use")),
    }
}
