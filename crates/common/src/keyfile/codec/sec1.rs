//! Decodes and encodes `EC PRIVATE KEY`: RFC 5915, as OpenSSL and `ssh-keygen -m PEM` write it for ECDSA.

use ::sec1::der::asn1::{AnyRef, BitStringRef};
use ::sec1::der::{Decode as _, Encode as _};
use ::sec1::{EcParameters, EcPrivateKey};
use zeroize::Zeroizing;

use super::parts::{Randomness, cannot_encode, fields, traditional_pem};
use super::{curve, oid};
use crate::error::Error;
use crate::key::{Curve, Kind, PublicKey};
use crate::keyfile::asn1::{self, Sequence};
use crate::keyfile::key_material::{Bytes, KeyMaterial, bytes, padded_scalar};
use crate::keyfile::{DecodedBlock, Form, PrivateKey, Refusal, pem};
use crate::secret::Secret;

pub(in super::super) fn read(block: &pem::Block<'_>) -> Result<DecodedBlock, Refusal> {
    Ok(DecodedBlock::private(Form::Sec1Private, decode(&block.contents, None)?))
}

/// Decodes an EC private key. Its curve is named in it or around it (in PKCS#8). Some programs omit the public half, others
/// the curve, which then follows from the length of the public half.
pub(super) fn decode(der: &[u8], around: Option<AnyRef<'_>>) -> Result<PrivateKey, Refusal> {
    let key = Key::parse(der).ok_or_else(damaged)?;
    let scalar = bytes(key.scalar);
    let curve = match (curve::of_parameters(around)?, curve::of_parameters(key.parameters)?) {
        (Some(around), Some(own)) if around != own => return Err(damaged()),
        (None, None) => return without_curve(key.point, scalar),
        (around, own) => around.or(own).ok_or_else(damaged)?,
    };
    match key.point {
        Some(point) => {
            let public = curve::public_key(Some(curve), point)?;
            Ok(PrivateKey::new(public, KeyMaterial::Ecdsa(curve, scalar)))
        }
        None => PrivateKey::ecdsa(curve, scalar).ok_or_else(damaged),
    }
}

/// Decodes a key without its curve. Other curves have points of the same length, so the halves must agree.
fn without_curve(point: Option<&[u8]>, scalar: Bytes) -> Result<PrivateKey, Refusal> {
    let point = point.ok_or_else(|| Refusal::new("an EC key with neither its curve nor its public half"))?;
    let public = curve::public_key(None, point)?;
    let Kind::Ecdsa(curve) = public.kind() else { return Err(curve::none()) };
    // `PrivateKey::validate` is not used, so that tools which only read keys are not linked with the arithmetic of all
    // types.
    PrivateKey::ecdsa(curve, scalar).filter(|key| key.public.blob() == public.plain_blob()).ok_or_else(curve::none)
}

/// The fields of an EC private key in DER.
struct Key<'a> {
    scalar: &'a [u8],
    parameters: Option<AnyRef<'a>>,
    point: Option<&'a [u8]>,
}

impl<'a> Key<'a> {
    fn parse(der: &'a [u8]) -> Option<Self> {
        let sequence = Sequence::parse(der)?;
        let scalar = sequence.get(1)?.value();
        let inner = |at: usize| AnyRef::from_der(sequence.get(at)?.value()).ok();
        let point = |at: usize| inner(at)?.decode_as::<BitStringRef<'a>>().ok()?.as_bytes().map(Some);
        let (parameters, point) = match sequence.shape.as_str() {
            "IO" => (None, None),
            "IO0" => (Some(inner(2)?), None),
            "IO1" => (None, point(2)?),
            "IO01" => (Some(inner(2)?), point(3)?),
            _ => return None,
        };
        (asn1::unsigned(sequence.get(0)?)? == [1]).then_some(Self { scalar, parameters, point })
    }
}

fn damaged() -> Refusal {
    Refusal::new("the EC key's data is damaged")
}

/// Encodes an EC private key as DER with its public half, and with the name of its curve unless that is given around it.
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

/// Writes an ECDSA private key as a file; encrypted unless the passphrase is empty.
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
