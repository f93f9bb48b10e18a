//! `EC PRIVATE KEY`: RFC 5915, what OpenSSL and `ssh-keygen -m PEM` write for ECDSA.

use ::sec1::der::{Decode as _, Encode as _};
use ::sec1::{EcParameters, EcPrivateKey};
use zeroize::Zeroizing;

use super::oid;
use super::parts::{Randomness, cannot_encode, fields, traditional_pem};
use crate::error::Error;
use crate::key::{Curve, PublicKey};
use crate::keyfile::key_material::{KeyMaterial, bytes, padded_scalar};
use crate::keyfile::{Form, Found, PrivateKey, Refusal, pem};
use crate::secret::Secret;

pub(in super::super) fn read(block: &pem::Block<'_>) -> Result<Found, Refusal> {
    if block.is_encrypted() {
        return Err(Refusal::encrypted());
    }
    Ok(Found::private(Form::Sec1Private, decode(&block.contents, None)?))
}

/// An EC private key. The curve stands in it or around it (in PKCS#8). Some programs leave out the public half.
pub(super) fn decode(der: &[u8], curve: Option<Curve>) -> Result<PrivateKey, Refusal> {
    let damaged = || Refusal::new("the EC key's data is damaged");
    let key = EcPrivateKey::from_der(der).map_err(|_| damaged())?;
    let curve = match (curve, key.parameters.and_then(EcParameters::named_curve)) {
        (Some(curve), _) => curve,
        (None, Some(name)) => oid::curve(name).ok_or_else(|| Refusal::new(oid::unread_curve(name)))?,
        (None, None) => return Err(oid::no_curve()),
    };
    let scalar = bytes(key.private_key);
    match key.public_key {
        Some(point) => Ok(PrivateKey::new(PublicKey::ecdsa(curve, point)?, KeyMaterial::Ecdsa(curve, scalar))),
        None => PrivateKey::ecdsa(curve, scalar).ok_or_else(damaged),
    }
}

/// The DER of an EC private key with its public half, and with the name of its curve where nothing around it tells that.
pub(super) fn encode(
    public: &PublicKey<'_>,
    (curve, scalar): (Curve, &[u8]),
    with_curve: bool,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let [_, point] = fields(public)?;
    let scalar = padded_scalar(curve, scalar).ok_or_else(|| cannot_encode("its number is out of range"))?;
    let key = EcPrivateKey {
        private_key: &scalar,
        parameters: with_curve.then(|| EcParameters::NamedCurve(oid::of_curve(curve))),
        public_key: Some(point),
    };
    key.to_der().map(Zeroizing::new).map_err(cannot_encode)
}

/// An ECDSA private key as a file; encrypted unless the passphrase is empty.
///
/// # Errors
/// Those of the source of randomness.
pub fn write(
    public: &PublicKey<'_>,
    private: (Curve, &[u8]),
    passphrase: &Secret,
    randomness: Randomness<'_>,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    traditional_pem("EC PRIVATE KEY", &encode(public, private, true)?, passphrase, randomness)
}
