//! `EC PRIVATE KEY`: RFC 5915, what OpenSSL and `ssh-keygen -m PEM` write for ECDSA.

use ::sec1::der::Decode as _;
use ::sec1::{EcParameters, EcPrivateKey};

use super::numbers::{Numbers, OfType, bytes};
use super::{Form, Found, Refusal, oid, pem};
use crate::key::{Curve, PublicKey};

pub(super) fn read(block: &pem::Block<'_>) -> Result<Found, Refusal> {
    if block.is_encrypted() {
        return Err(Refusal::encrypted());
    }
    let (key, numbers) = private(&block.contents, None)?;
    Ok(Found::plain(Form::Sec1Private, key, Some(numbers)))
}

/// Both halves of an EC private key. The curve stands in it or around it (in PKCS#8).
pub(super) fn private(der: &[u8], curve: Option<Curve>) -> Result<(PublicKey<'static>, Numbers), Refusal> {
    let key = EcPrivateKey::from_der(der).map_err(|_| Refusal::new("the EC key's data is damaged"))?;
    let curve = match (curve, key.parameters.and_then(EcParameters::named_curve)) {
        (Some(curve), _) => curve,
        (None, Some(name)) => oid::curve(name).ok_or_else(|| Refusal::new(oid::unread_curve(name)))?,
        (None, None) => return Err(oid::no_curve()),
    };
    let point = key.public_key.ok_or_else(|| Refusal::new("the private key does not hold its public half"))?;
    Ok((PublicKey::ecdsa(curve, point)?, Numbers::new(OfType::Ecdsa(curve, bytes(key.private_key)))))
}
