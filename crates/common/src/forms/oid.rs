//! The names that DER gives to kinds of keys and to curves.

use spki::der::Decode as _;
use spki::der::asn1::{AnyRef, ObjectIdentifier as Oid};

use super::Refusal;
use crate::keys::Curve;

/// rsaEncryption, RFC 8017 appendix C.
pub const RSA: Oid = Oid::new_unwrap("1.2.840.113549.1.1.1");
/// id-ecPublicKey, RFC 5480 section 2.1.1.
pub const EC: Oid = Oid::new_unwrap("1.2.840.10045.2.1");
/// id-Ed25519, RFC 8410 section 3.
pub const ED25519: Oid = Oid::new_unwrap("1.3.101.112");

/// id-dsa, RFC 3279 section 2.3.2.
pub const DSA: Oid = Oid::new_unwrap("1.2.840.10040.4.1");

/// The name of a curve, RFC 5480 section 2.1.1.1.
#[must_use]
pub const fn of_curve(curve: Curve) -> Oid {
    Oid::new_unwrap(match curve {
        Curve::Nistp256 => "1.2.840.10045.3.1.7",
        Curve::Nistp384 => "1.3.132.0.34",
        Curve::Nistp521 => "1.3.132.0.35",
    })
}

/// The curve of that name; none where SSH does not use it.
#[must_use]
pub fn curve(oid: Oid) -> Option<Curve> {
    Curve::ALL.into_iter().find(|curve| of_curve(*curve) == oid)
}

/// The curve that the parameters of an EC key name, RFC 5480 section 2.1.1.1.
pub(super) fn named_curve(parameters: Option<AnyRef<'_>>) -> Result<Curve, Refusal> {
    parameters.and_then(|parameters| parameters.decode_as().ok()).and_then(curve).ok_or_else(no_curve)
}

pub(super) fn no_curve() -> Refusal {
    Refusal::new("an EC key on a curve that SSH does not use")
}

/// Whether this is a name and nothing else.
pub(super) fn is_name(der: &[u8]) -> bool {
    <Oid>::from_der(der).is_ok()
}
