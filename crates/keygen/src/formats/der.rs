//! Private keys in DER: PKCS#1 (RFC 8017 appendix A.1.2) and SEC 1 (RFC 5915).

use common::error::Error;
use common::keyfile::oid;
use pkcs8::ObjectIdentifier;
use rsa::pkcs1::{EncodeRsaPrivateKey as _, RsaPrivateKeyRef};
use sec1::der::{Decode as _, Encode as _};
use sec1::{EcParameters, EcPrivateKey};
use ssh_key::private::EcdsaKeypair;
use zeroize::Zeroizing;

use super::assemble::{mismatch, rsa_key};
use super::cannot_write;
use super::read::damaged;
use crate::generate::{KeyPair, curve_of, ecdsa_of_scalar};

/// An RSA private key.
pub(super) fn rsa(key: &rsa::RsaPrivateKey) -> Result<Zeroizing<Vec<u8>>, Error> {
    Ok(Zeroizing::new(key.to_pkcs1_der().map_err(cannot_write)?.as_bytes().to_vec()))
}

/// An EC private key with its public half, and with the name of its curve where nothing around it tells that.
pub(super) fn ec(key: &EcdsaKeypair, with_curve: bool) -> Result<Zeroizing<Vec<u8>>, Error> {
    let key = EcPrivateKey {
        private_key: key.private_key_bytes(),
        parameters: with_curve.then(|| EcParameters::NamedCurve(oid::of_curve(curve_of(key)))),
        public_key: Some(key.public_key_bytes()),
    };
    Ok(Zeroizing::new(key.to_der().map_err(cannot_write)?))
}

/// Reads an RSA private key of two primes.
pub(super) fn read_rsa(der: &[u8]) -> Result<KeyPair, Error> {
    let key = RsaPrivateKeyRef::from_der(der).map_err(damaged)?;
    if key.other_prime_infos.is_some() {
        return Err(Error::failure("an RSA key of more than two primes, which OpenSSH does not read"));
    }
    let numbers = [key.modulus, key.public_exponent, key.private_exponent, key.prime1, key.prime2];
    rsa_key(numbers.each_ref().map(rsa::pkcs1::UintRef::as_bytes))
}

/// Reads an EC private key, on the curve that is named around it or within it. Its public half is computed; one that is
/// there must be the same.
pub(super) fn read_ec(der: &[u8], around: Option<ObjectIdentifier>) -> Result<KeyPair, Error> {
    let key = EcPrivateKey::from_der(der).map_err(damaged)?;
    let within = key.parameters.map(|EcParameters::NamedCurve(oid)| oid);
    let name = around.or(within).ok_or_else(|| damaged(()))?;
    let curve = oid::curve(name).ok_or_else(|| Error::failure(oid::unread_curve(name)))?;
    let pair = ecdsa_of_scalar(curve, key.private_key).ok_or_else(|| damaged(()))?;
    match key.public_key {
        Some(public) if public != pair.public_key_bytes() => Err(mismatch()),
        _ => Ok(KeyPair::Ecdsa(Box::new(pair))),
    }
}
