//! A key pair, put together from the numbers in its file. Who wrote the file could put any two halves side by side, so
//! that they belong together is checked.

use common::error::Error;
use common::key::{Curve, PublicKey, wire};
use common::keyfile::Numbers;
use common::keyfile::numbers::OfType;
use rsa::BoxedUint;
use zeroize::Zeroizing;

use super::read::damaged;
use crate::generate::{KeyPair, ecdsa_of_scalar};

/// The two halves are of different keys.
pub(super) fn mismatch() -> Error {
    Error::failure("the private key's public and private half do not match")
}

/// The pair of a public key and private numbers.
///
/// # Errors
/// They do not belong together, or keygen does not handle keys of this type.
pub(super) fn pair(public: &PublicKey<'_>, numbers: Option<&Numbers>) -> Result<KeyPair, Error> {
    let unhandled = || Error::failure(format!("keygen does not handle {} keys", public.label()));
    let numbers = numbers.ok_or_else(unhandled)?;
    if !numbers.public_agrees {
        return Err(mismatch());
    }
    let pair = match &numbers.of_type {
        OfType::Ed25519(seed) => ed25519(seed)?,
        OfType::Ecdsa(curve, scalar) => ecdsa(*curve, scalar)?,
        OfType::Rsa(private) => {
            let mut blob = wire::Reader::new(public.plain_blob());
            let mut next = || blob.unsigned().map_err(|_| damaged(()));
            let _type = next()?;
            let (e, n) = (next()?, next()?);
            rsa_key([n, e, &private.d, &private.p, &private.q])?
        }
        OfType::Dsa(_) => return Err(unhandled()),
    };
    let own = pair.public().map_err(damaged)?;
    if own.blob() == public.plain_blob() { Ok(pair) } else { Err(mismatch()) }
}

/// The Ed25519 key of a seed.
pub(super) fn ed25519(seed: &[u8]) -> Result<KeyPair, Error> {
    let seed = seed.try_into().map_err(damaged)?;
    Ok(KeyPair::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(seed))))
}

/// The ECDSA key of a number, which may be written with more or fewer zeros before it than its curve has room for.
fn ecdsa(curve: Curve, scalar: &[u8]) -> Result<KeyPair, Error> {
    let zeros = scalar.iter().take_while(|byte| **byte == 0).count();
    let digits = scalar.get(zeros..).unwrap_or_default();
    let missing = (curve.bits().div_ceil(8) as usize).checked_sub(digits.len()).ok_or_else(|| damaged(()))?;
    let mut padded = Zeroizing::new(Vec::with_capacity(missing + digits.len()));
    padded.resize(missing, 0);
    padded.extend_from_slice(digits);
    let key = ecdsa_of_scalar(curve, &padded).ok_or_else(|| damaged(()))?;
    Ok(KeyPair::Ecdsa(Box::new(key)))
}

/// The RSA key of n, e, d, p and q, big-endian. That they agree is checked. The primes may differ in length, as those of
/// some programs do by a bit.
pub(super) fn rsa_key(numbers: [&[u8]; 5]) -> Result<KeyPair, Error> {
    let [n, e, d, p, q] = numbers.map(BoxedUint::from_be_slice_vartime);
    let key = rsa::RsaPrivateKey::from_components_with_wide_primes(n, e, d, vec![p, q]);
    let key = key.map_err(|error| match error {
        rsa::Error::PublicExponentTooLarge | rsa::Error::PublicExponentTooSmall => {
            Error::failure("an RSA key whose public exponent keygen does not handle")
        }
        _ => mismatch(),
    })?;
    Ok(KeyPair::Rsa(Box::new(key)))
}
