//! `PRIVATE KEY` and `ENCRYPTED PRIVATE KEY`: PKCS#8, RFC 5958.

use pkcs8::PrivateKeyInfoRef;
use pkcs8::der::Decode as _;
use zeroize::Zeroizing;

use super::numbers::{self, Numbers, OfType, bytes};
use super::oid::{self, DSA, EC, ED25519, RSA};
use super::{Form, Found, Refusal, dsa, pem, pkcs1, sec1};
use crate::key::PublicKey;

pub(super) fn read(block: &pem::Block<'_>) -> Result<Found, Refusal> {
    let info = PrivateKeyInfoRef::from_der(&block.contents).map_err(|_| damaged())?;
    let private = info.private_key.as_bytes();
    let (key, numbers) = match info.algorithm.oid {
        RSA => pkcs1::private(private)?,
        ED25519 => {
            // RFC 5958 section 2: the second version may hold the public half too.
            let (key, seed) = ed25519(private)?;
            let again = info.public_key.and_then(|again| PublicKey::ed25519(again.as_bytes()?).ok());
            let public_agrees = again.is_none_or(|again| again.blob() == key.blob());
            (key, Some(Numbers { public_agrees, ..Numbers::new(OfType::Ed25519(seed)) }))
        }
        EC => {
            let (key, numbers) = sec1::private(private, Some(oid::named_curve(info.algorithm.parameters)?))?;
            (key, Some(numbers))
        }
        // Its public half is computed, and so agrees.
        DSA => (dsa::public_half(private, info.algorithm.parameters)?, None),
        other => return Err(Refusal::new(oid::unread_type("a private key", other))),
    };
    Ok(Found::plain(Form::Pkcs8Private, key, numbers))
}

pub(super) fn read_encrypted(_: &pem::Block<'_>) -> Result<Found, Refusal> {
    Err(Refusal::encrypted())
}

/// The public half of an Ed25519 key is computed from its seed (RFC 8410 section 7, RFC 8032 section 5.1.5).
fn ed25519(private: &[u8]) -> Result<(PublicKey<'static>, numbers::Bytes), Refusal> {
    let seed = private.strip_prefix(&[4, 32]).ok_or_else(damaged)?;
    let seed = Zeroizing::new(<[u8; 32]>::try_from(seed).map_err(|_| damaged())?);
    let key = ed25519_dalek::SigningKey::from_bytes(&seed);
    Ok((PublicKey::ed25519(key.verifying_key().as_bytes())?, bytes(&*seed)))
}

fn damaged() -> Refusal {
    Refusal::new("the private key's data is damaged")
}
