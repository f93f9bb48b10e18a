//! Private keys in DER: PKCS#1 (RFC 8017 appendix A.1.2) and SEC 1 (RFC 5915).

use common::error::Error;
use common::keys::Curve;
use pkcs8::ObjectIdentifier;
use rsa::pkcs1::EncodeRsaPrivateKey as _;
use sec1::der::Encode as _;
use sec1::{EcParameters, EcPrivateKey};
use ssh_key::private::EcdsaKeypair;
use zeroize::Zeroizing;

use super::cannot_write;
use crate::generate::curve_of;

/// An RSA private key.
pub(super) fn rsa(key: &rsa::RsaPrivateKey) -> Result<Zeroizing<Vec<u8>>, Error> {
    Ok(Zeroizing::new(key.to_pkcs1_der().map_err(cannot_write)?.as_bytes().to_vec()))
}

/// An EC private key with its public half, and with the name of its curve where nothing around it tells that.
pub(super) fn ec(key: &EcdsaKeypair, with_curve: bool) -> Result<Zeroizing<Vec<u8>>, Error> {
    let key = EcPrivateKey {
        private_key: key.private_key_bytes(),
        parameters: with_curve.then(|| EcParameters::NamedCurve(curve_oid(curve_of(key)))),
        public_key: Some(key.public_key_bytes()),
    };
    Ok(Zeroizing::new(key.to_der().map_err(cannot_write)?))
}

/// The name of a curve, RFC 5480 section 2.1.1.1.
pub(super) const fn curve_oid(curve: Curve) -> ObjectIdentifier {
    ObjectIdentifier::new_unwrap(match curve {
        Curve::Nistp256 => "1.2.840.10045.3.1.7",
        Curve::Nistp384 => "1.3.132.0.34",
        Curve::Nistp521 => "1.3.132.0.35",
    })
}
