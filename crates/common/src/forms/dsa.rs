//! `DSA PRIVATE KEY`: a version and p, q, g, y, x, as OpenSSL and `ssh-keygen -m PEM` write it; no standard defines it.
//! And what RFC 3279 section 2.3.2 has for DSA in `PUBLIC KEY`.

use spki::der::asn1::{AnyRef, UintRef};
use spki::der::{Decode as _, Error, SliceReader};

use super::{Form, Found, Protection, Refusal, pem};
use crate::keys::PublicKey;

pub(super) fn read(block: &pem::Block<'_>) -> Result<Found, Refusal> {
    if block.is_encrypted() {
        return Err(Refusal::encrypted());
    }
    let [_, p, q, g, y, _] = integers(&block.contents).map_err(damaged)?;
    let key = PublicKey::dsa([p, q, g, y])?;
    Ok(Found { form: Form::DsaPrivate, key, comment: None, private: Some(Protection::Plain) })
}

/// A DSA key in SubjectPublicKeyInfo: y, and p, q and g in the parameters.
pub(super) fn public(y: &[u8], parameters: Option<AnyRef<'_>>) -> Result<PublicKey<'static>, Refusal> {
    let parameters = parameters.ok_or_else(|| Refusal::new("a DSA key without its parameters"))?;
    let [p, q, g] = parameters.sequence(numbers).map_err(damaged)?;
    let y = UintRef::from_der(y).map_err(damaged)?;
    Ok(PublicKey::dsa([p, q, g, y.as_bytes()])?)
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
