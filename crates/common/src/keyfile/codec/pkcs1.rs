//! Decodes and encodes `RSA PRIVATE KEY` and `RSA PUBLIC KEY`: RFC 8017 appendix A.1, the article's `-m PEM`.

use pkcs1::der::asn1::{AnyRef, UintRef};
use pkcs1::der::{Decode as _, Encode as _, Tag, Tagged as _};
use pkcs1::{RsaPrivateKeyRef, RsaPublicKeyRef};
use zeroize::Zeroizing;

use super::parts::{Randomness, cannot_encode, fields, traditional_pem};
use crate::error::Error;
use crate::key::PublicKey;
use crate::keyfile::asn1::{self, Sequence};
use crate::keyfile::key_material::{KeyMaterial, RsaComponents, bytes};
use crate::keyfile::{DecodedBlock, Form, PrivateKey, Refusal, pem};
use crate::secret::Secret;

pub(in super::super) fn read_private(block: &pem::Block<'_>) -> Result<DecodedBlock, Refusal> {
    let (public, key) = decode(&block.contents)?;
    Ok(DecodedBlock::plain(Form::Pkcs1Private, public, key))
}

pub(in super::super) fn read_public(block: &pem::Block<'_>) -> Result<DecodedBlock, Refusal> {
    Ok(DecodedBlock::public(Form::Pkcs1Public, decode_public(&block.contents)?))
}

/// The longest public exponent that is recognised without a label, in bytes. DSA and ECDSA signatures and Diffie-Hellman
/// parameters are two integers too; the second is longer in a signature, and 2 or 5 in parameters.
const MAX_EXPONENT: usize = 8;

/// Whether a sequence is a modulus and a public exponent.
pub(super) fn is_public(sequence: &Sequence<'_>) -> bool {
    let Some([modulus, exponent]) = sequence.array() else { return false };
    sequence.shape == "II"
        && modulus.value().len() > MAX_EXPONENT
        && asn1::unsigned(exponent).is_some_and(|e| {
            e.len() <= MAX_EXPONENT && !matches!(e, [1 | 5]) && e.last().is_some_and(|last| last & 1 == 1)
        })
}

/// Decodes a PKCS#1 private key; only its public half if it has more than two primes.
pub(super) fn decode(der: &[u8]) -> Result<(PublicKey<'static>, Option<PrivateKey>), Refusal> {
    let key = RsaPrivateKeyRef::from_der(der).map_err(|_| damaged(der))?;
    let public = PublicKey::rsa(key.public_exponent.as_bytes(), key.modulus.as_bytes())?;
    let private = key.other_prime_infos.is_none().then(|| {
        let components = RsaComponents {
            d: bytes(key.private_exponent.as_bytes()),
            p: bytes(key.prime1.as_bytes()),
            q: bytes(key.prime2.as_bytes()),
            coefficient: bytes(key.coefficient.as_bytes()),
            exponents: Some([bytes(key.exponent1.as_bytes()), bytes(key.exponent2.as_bytes())]),
        };
        PrivateKey::new(public.clone(), KeyMaterial::Rsa(components))
    });
    Ok((public, private))
}

/// Decodes a PKCS#1 public key.
pub(super) fn decode_public(der: &[u8]) -> Result<PublicKey<'static>, Refusal> {
    let key = RsaPublicKeyRef::from_der(der).map_err(|_| damaged(der))?;
    Ok(PublicKey::rsa(key.public_exponent.as_bytes(), key.modulus.as_bytes())?)
}

/// The reason why DER is not a key. A program that omits the zero byte before an integer whose first bit is set writes a
/// negative one.
fn damaged(der: &[u8]) -> Refusal {
    let is_negative =
        |value: &AnyRef<'_>| value.tag() == Tag::Integer && value.value().first().is_some_and(|byte| byte & 0x80 != 0);
    match Sequence::parse(der) {
        Some(sequence) if sequence.values.iter().any(is_negative) => {
            Refusal::new("the RSA key's data is damaged: it has a negative integer").hint("make a new key")
        }
        _ => Refusal::new("the RSA key's data is damaged"),
    }
}

/// Encodes an RSA private key of two primes as DER.
pub(super) fn encode(public: &PublicKey<'_>, private: &RsaComponents) -> Result<Zeroizing<Vec<u8>>, Error> {
    let [e, n] = fields(public)?;
    let [exponent1, exponent2] = private.crt_exponents().map_err(cannot_encode)?;
    let key = RsaPrivateKeyRef {
        modulus: number(n)?,
        public_exponent: number(e)?,
        private_exponent: number(&private.d)?,
        prime1: number(&private.p)?,
        prime2: number(&private.q)?,
        exponent1: number(&exponent1)?,
        exponent2: number(&exponent2)?,
        coefficient: number(&private.coefficient)?,
        other_prime_infos: None,
    };
    key.to_der().map(Zeroizing::new).map_err(cannot_encode)
}

/// Encodes an RSA public key as DER.
pub(super) fn encode_public(key: &PublicKey<'_>) -> Result<Vec<u8>, Error> {
    let [e, n] = fields(key)?;
    RsaPublicKeyRef { modulus: number(n)?, public_exponent: number(e)? }.to_der().map_err(cannot_encode)
}

fn number(bytes: &[u8]) -> Result<UintRef<'_>, Error> {
    UintRef::new(bytes).map_err(cannot_encode)
}

/// Writes an RSA private key as a file; encrypted unless the passphrase is empty.
///
/// # Errors
/// Those of the source of randomness.
pub fn write(
    public: &PublicKey<'_>,
    private: &RsaComponents,
    passphrase: &Secret,
    randomness: Randomness<'_>,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    traditional_pem("RSA PRIVATE KEY", &encode(public, private)?, passphrase, randomness)
}

/// Writes an RSA public key as a file.
///
/// # Errors
/// Its integers are too large for DER.
pub fn write_public(key: &PublicKey<'_>) -> Result<String, Error> {
    Ok(pem::public_armour("RSA PUBLIC KEY", &encode_public(key)?))
}
