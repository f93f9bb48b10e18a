//! Decodes `DSA PRIVATE KEY`: a version and p, q, g, y, x, as OpenSSL and `ssh-keygen -m PEM` wrote it (no standard defines
//! it), and DSA keys in `PUBLIC KEY` (RFC 3279 section 2.3.2) and in `PRIVATE KEY`. It does not encode them.

use spki::der::asn1::{AnyRef, UintRef};
use spki::der::{Decode as _, Error, SliceReader};

use crate::key::PublicKey;
use crate::keyfile::key_material::{KeyMaterial, bytes};
use crate::keyfile::{DecodedBlock, Form, PrivateKey, Refusal, pem, public_half};

pub(in super::super) fn read(block: &pem::Block<'_>) -> Result<DecodedBlock, Refusal> {
    let [_, p, q, g, y, x] = integers(&block.contents).map_err(damaged)?;
    let key = PrivateKey::new(PublicKey::dsa([p, q, g, y])?, KeyMaterial::Dsa(bytes(x)));
    Ok(DecodedBlock::private(Form::DsaPrivate, key))
}

/// Decodes a DSA key in SubjectPublicKeyInfo: y, and p, q and g in the parameters.
pub(super) fn public(y: &[u8], parameters: Option<AnyRef<'_>>) -> Result<PublicKey<'static>, Refusal> {
    let [p, q, g] = domain(parameters)?;
    let y = UintRef::from_der(y).map_err(damaged)?;
    Ok(PublicKey::dsa([p, q, g, y.as_bytes()])?)
}

/// Decodes a DSA private key in PKCS#8, which is x alone. The public half is computed, and so always agrees.
pub(super) fn private(x: &[u8], parameters: Option<AnyRef<'_>>) -> Result<PrivateKey, Refusal> {
    let domain = domain(parameters)?;
    let x = UintRef::from_der(x).map_err(damaged)?.as_bytes();
    let public = public_half::dsa(domain, x);
    let public = public.ok_or_else(|| Refusal::new("the DSA key's integers are out of range"))?;
    Ok(PrivateKey::new(public, KeyMaterial::Dsa(bytes(x))))
}

/// Decodes p, q and g.
fn domain(parameters: Option<AnyRef<'_>>) -> Result<[&[u8]; 3], Refusal> {
    let parameters = parameters.ok_or_else(|| Refusal::new("a DSA key without its parameters"))?;
    parameters.sequence(numbers).map_err(damaged)
}

/// Whether this is exactly p, q and g.
pub(in super::super) fn is_domain(der: &[u8]) -> bool {
    integers::<3>(der).is_ok()
}

/// Decodes the integers in a sequence.
fn integers<const N: usize>(der: &[u8]) -> Result<[&[u8]; N], Error> {
    AnyRef::from_der(der)?.sequence(numbers)
}

fn numbers<'a, const N: usize>(reader: &mut SliceReader<'a>) -> Result<[&'a [u8]; N], Error> {
    let mut found = [&[][..]; N];
    for number in &mut found {
        *number = UintRef::decode(reader)?.as_bytes();
    }
    Ok(found)
}

fn damaged(_: Error) -> Refusal {
    Refusal::new("the DSA key's data is damaged")
}
