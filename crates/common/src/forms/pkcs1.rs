//! `RSA PRIVATE KEY` and `RSA PUBLIC KEY`: RFC 8017 appendix A.1, the article's `-m PEM`.

use pkcs1::der::Decode as _;

use super::{Form, Found, Protection, Refusal, pem};
use crate::keys::PublicKey;

pub(super) fn read_private(block: &pem::Block<'_>) -> Result<Found, Refusal> {
    if block.is_encrypted() {
        return Err(Refusal::encrypted());
    }
    Ok(Found {
        form: Form::Pkcs1Private,
        key: public_half(&block.contents)?,
        comment: None,
        private: Some(Protection::Plain),
    })
}

pub(super) fn read_public(block: &pem::Block<'_>) -> Result<Found, Refusal> {
    Ok(Found { form: Form::Pkcs1Public, key: public(&block.contents)?, comment: None, private: None })
}

/// The public half of a PKCS#1 private key.
pub(super) fn public_half(der: &[u8]) -> Result<PublicKey<'static>, Refusal> {
    let key = pkcs1::RsaPrivateKeyRef::from_der(der).map_err(damaged)?;
    Ok(PublicKey::rsa(key.public_exponent.as_bytes(), key.modulus.as_bytes())?)
}

/// A PKCS#1 public key.
pub(super) fn public(der: &[u8]) -> Result<PublicKey<'static>, Refusal> {
    let key = pkcs1::RsaPublicKeyRef::from_der(der).map_err(damaged)?;
    Ok(PublicKey::rsa(key.public_exponent.as_bytes(), key.modulus.as_bytes())?)
}

fn damaged(_: pkcs1::der::Error) -> Refusal {
    Refusal::new("the RSA key's data is damaged")
}
