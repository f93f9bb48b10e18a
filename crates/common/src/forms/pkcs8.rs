//! `PRIVATE KEY` and `ENCRYPTED PRIVATE KEY`: PKCS#8, RFC 5958.

use pkcs8::PrivateKeyInfoRef;
use pkcs8::der::Decode as _;
use zeroize::Zeroizing;

use super::oid::{self, DSA, EC, ED25519, RSA};
use super::{Form, Found, Protection, Refusal, dsa, pem, pkcs1, sec1};
use crate::keys::PublicKey;

pub(super) fn read(block: &pem::Block<'_>) -> Result<Found, Refusal> {
    let info = PrivateKeyInfoRef::from_der(&block.contents).map_err(|_| damaged())?;
    let private = info.private_key.as_bytes();
    let key = match info.algorithm.oid {
        RSA => pkcs1::public_half(private)?,
        ED25519 => ed25519(private)?,
        EC => sec1::public_half(private, Some(oid::named_curve(info.algorithm.parameters)?))?,
        DSA => dsa::public_half(private, info.algorithm.parameters)?,
        _ => return Err(Refusal::new("a private key of a kind that is not read here")),
    };
    Ok(Found { form: Form::Pkcs8Private, key, comment: None, private: Some(Protection::Plain) })
}

pub(super) fn read_encrypted(_: &pem::Block<'_>) -> Result<Found, Refusal> {
    Err(Refusal::encrypted())
}

/// The public half of an Ed25519 key is computed from its seed (RFC 8410 section 7, RFC 8032 section 5.1.5).
fn ed25519(private: &[u8]) -> Result<PublicKey<'static>, Refusal> {
    let seed = private.strip_prefix(&[4, 32]).ok_or_else(damaged)?;
    let seed = Zeroizing::new(<[u8; 32]>::try_from(seed).map_err(|_| damaged())?);
    let key = ed25519_dalek::SigningKey::from_bytes(&seed);
    Ok(PublicKey::ed25519(key.verifying_key().as_bytes())?)
}

fn damaged() -> Refusal {
    Refusal::new("the private key's data is damaged")
}
