//! `DSA PRIVATE KEY`: a version and p, q, g, y, x, as OpenSSL and `ssh-keygen -m PEM` write it; no standard defines it.
//! And what stands for DSA in `PUBLIC KEY` (RFC 3279 section 2.3.2) and in `PRIVATE KEY`.

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};
use spki::der::asn1::{AnyRef, UintRef};
use spki::der::{Decode as _, Error, SliceReader};

use zeroize::Zeroizing;

use super::numbers::{Numbers, OfType, bytes};
use super::{Form, Found, Refusal, pem};
use crate::key::PublicKey;

pub(super) fn read(block: &pem::Block<'_>) -> Result<Found, Refusal> {
    if block.is_encrypted() {
        return Err(Refusal::encrypted());
    }
    let [_, p, q, g, y, x] = integers(&block.contents).map_err(damaged)?;
    let key = PublicKey::dsa([p, q, g, y])?;
    Ok(Found::plain(Form::DsaPrivate, key, Some(Numbers::new(OfType::Dsa(bytes(x))))))
}

/// A DSA key in SubjectPublicKeyInfo: y, and p, q and g in the parameters.
pub(super) fn public(y: &[u8], parameters: Option<AnyRef<'_>>) -> Result<PublicKey<'static>, Refusal> {
    let [p, q, g] = domain(parameters)?;
    let y = UintRef::from_der(y).map_err(damaged)?;
    Ok(PublicKey::dsa([p, q, g, y.as_bytes()])?)
}

/// The longest p whose powers are computed, in bytes: 10,000 bits, as OpenSSL has it.
const MAX_P: usize = 1250;

/// A DSA private key in PKCS#8 is x alone, and y = g^x mod p.
pub(super) fn public_half(x: &[u8], parameters: Option<AnyRef<'_>>) -> Result<PublicKey<'static>, Refusal> {
    let [p, q, g] = domain(parameters)?;
    let x = UintRef::from_der(x).map_err(damaged)?.as_bytes();
    if p.len() > MAX_P || x.len() > p.len() || g.len() > p.len() {
        return Err(Refusal::new("the DSA key's numbers are too large"));
    }
    let number = |bytes: &[u8]| BoxedUint::from_be_slice(bytes, (p.len() * 8) as u32);
    let (Ok(modulus), Ok(g_number), Ok(x)) = (number(p), number(g), number(x).map(Zeroizing::new)) else {
        return Err(Refusal::new("the DSA key's numbers are too large"));
    };
    let modulus: Option<Odd<BoxedUint>> = Odd::new(modulus).into();
    let modulus = modulus.ok_or_else(|| Refusal::new("the DSA key's p is no prime"))?;
    let y = BoxedMontyForm::new(g_number, &BoxedMontyParams::new(modulus)).pow(&x).retrieve();
    Ok(PublicKey::dsa([p, q, g, &y.to_be_bytes()])?)
}

/// p, q and g.
fn domain(parameters: Option<AnyRef<'_>>) -> Result<[&[u8]; 3], Refusal> {
    let parameters = parameters.ok_or_else(|| Refusal::new("a DSA key without its parameters"))?;
    parameters.sequence(numbers).map_err(damaged)
}

/// Whether this is p, q and g and nothing else.
pub(super) fn is_domain(der: &[u8]) -> bool {
    integers::<3>(der).is_ok()
}

/// The numbers in a sequence.
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
