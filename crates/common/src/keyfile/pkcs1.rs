//! `RSA PRIVATE KEY` and `RSA PUBLIC KEY`: RFC 8017 appendix A.1, the article's `-m PEM`.

use pkcs1::der::Decode as _;

use super::numbers::{Numbers, OfType, Rsa, bytes};
use super::{Form, Found, Refusal, pem};
use crate::key::PublicKey;

pub(super) fn read_private(block: &pem::Block<'_>) -> Result<Found, Refusal> {
    if block.is_encrypted() {
        return Err(Refusal::encrypted());
    }
    let (key, numbers) = private(&block.contents)?;
    Ok(Found::plain(Form::Pkcs1Private, key, numbers))
}

pub(super) fn read_public(block: &pem::Block<'_>) -> Result<Found, Refusal> {
    Ok(Found::public(Form::Pkcs1Public, public(&block.contents)?))
}

/// Both halves of a PKCS#1 private key; the private one only if it has two primes.
pub(super) fn private(der: &[u8]) -> Result<(PublicKey<'static>, Option<Numbers>), Refusal> {
    let key = pkcs1::RsaPrivateKeyRef::from_der(der).map_err(damaged)?;
    let public = PublicKey::rsa(key.public_exponent.as_bytes(), key.modulus.as_bytes())?;
    let numbers = key.other_prime_infos.is_none().then(|| {
        Numbers::new(OfType::Rsa(Rsa {
            d: bytes(key.private_exponent.as_bytes()),
            p: bytes(key.prime1.as_bytes()),
            q: bytes(key.prime2.as_bytes()),
            coefficient: bytes(key.coefficient.as_bytes()),
            exponents: Some([bytes(key.exponent1.as_bytes()), bytes(key.exponent2.as_bytes())]),
        }))
    });
    Ok((public, numbers))
}

/// A PKCS#1 public key.
pub(super) fn public(der: &[u8]) -> Result<PublicKey<'static>, Refusal> {
    let key = pkcs1::RsaPublicKeyRef::from_der(der).map_err(damaged)?;
    Ok(PublicKey::rsa(key.public_exponent.as_bytes(), key.modulus.as_bytes())?)
}

fn damaged(_: pkcs1::der::Error) -> Refusal {
    Refusal::new("the RSA key's data is damaged")
}
