//! The object identifiers of key types and curves in DER.

use spki::der::Decode as _;
use spki::der::asn1::ObjectIdentifier as Oid;

use crate::key::Curve;
use crate::keyfile::Refusal;
use crate::keyfile::asn1::Sequence;

/// rsaEncryption, RFC 8017 appendix C.
pub(super) const RSA: Oid = Oid::new_unwrap("1.2.840.113549.1.1.1");
/// id-ecPublicKey, RFC 5480 section 2.1.1.
pub(super) const EC: Oid = Oid::new_unwrap("1.2.840.10045.2.1");
/// id-Ed25519, RFC 8410 section 3.
pub(super) const ED25519: Oid = Oid::new_unwrap("1.3.101.112");

/// prime-field, RFC 3279 section 2.3.5.
pub(super) const PRIME_FIELD: Oid = Oid::new_unwrap("1.2.840.10045.1.1");
/// characteristic-two-field, RFC 3279 section 2.3.5.
pub(super) const BINARY_FIELD: Oid = Oid::new_unwrap("1.2.840.10045.1.2");
/// id-dsa, RFC 3279 section 2.3.2.
pub(super) const DSA: Oid = Oid::new_unwrap("1.2.840.10040.4.1");

/// Returns the name of a curve, RFC 5480 section 2.1.1.1.
pub(super) const fn of_curve(curve: Curve) -> Oid {
    Oid::new_unwrap(match curve {
        Curve::Nistp256 => "1.2.840.10045.3.1.7",
        Curve::Nistp384 => "1.3.132.0.34",
        Curve::Nistp521 => "1.3.132.0.35",
    })
}

/// Returns the curve of that name; `None` if SSH does not use it.
pub(super) fn curve(oid: Oid) -> Option<Curve> {
    Curve::ALL.into_iter().find(|curve| of_curve(*curve) == oid)
}

/// The refusal of a curve that OpenSSH does not use.
pub(super) fn unsupported_curve(oid: Oid) -> Refusal {
    let curve = name(oid, &CURVES);
    unread(format!("an EC key on the curve {curve}, which OpenSSH does not use"))
}

/// The refusal of a key ("a private key") of a type that is not supported.
pub(super) fn unsupported_type(key: &str, oid: Oid) -> Refusal {
    let kind = name(oid, &TYPES);
    unread(format!("{key} of type {kind}, which OpenSSH does not use"))
}

/// The refusal of a key that is not for SSH, with what to do about it.
pub(super) fn unread(why: impl Into<String>) -> Refusal {
    Refusal::new(why).hint("make a key for SSH: `keygen -t ed25519`")
}

fn name(oid: Oid, names: &[(Oid, &'static str)]) -> String {
    let known = names.iter().find(|(known, _)| *known == oid);
    known.map_or_else(|| oid.to_string(), |(_, name)| (*name).to_owned())
}

/// Key types of other programs: RFC 8410 section 3, RFC 8017 appendix C, RFC 3279, RFC 9881, RFC 9935.
static TYPES: [(Oid, &str); 13] = [
    (Oid::new_unwrap("1.3.101.110"), "X25519"),
    (Oid::new_unwrap("1.3.101.111"), "X448"),
    (Oid::new_unwrap("1.3.101.113"), "Ed448"),
    (Oid::new_unwrap("1.2.840.113549.1.1.7"), "RSA-OAEP"),
    (Oid::new_unwrap("1.2.840.113549.1.1.10"), "RSA-PSS"),
    (Oid::new_unwrap("1.2.840.113549.1.3.1"), "DH"),
    (Oid::new_unwrap("1.2.840.10046.2.1"), "DHX"),
    (Oid::new_unwrap("2.16.840.1.101.3.4.3.17"), "ML-DSA-44"),
    (Oid::new_unwrap("2.16.840.1.101.3.4.3.18"), "ML-DSA-65"),
    (Oid::new_unwrap("2.16.840.1.101.3.4.3.19"), "ML-DSA-87"),
    (Oid::new_unwrap("2.16.840.1.101.3.4.4.1"), "ML-KEM-512"),
    (Oid::new_unwrap("2.16.840.1.101.3.4.4.2"), "ML-KEM-768"),
    (Oid::new_unwrap("2.16.840.1.101.3.4.4.3"), "ML-KEM-1024"),
];

/// Curves of other programs: SEC 2, RFC 5639, GM/T 0006.
static CURVES: [(Oid, &str); 31] = [
    (Oid::new_unwrap("1.3.132.0.10"), "secp256k1"),
    (Oid::new_unwrap("1.3.132.0.33"), "secp224r1"),
    (Oid::new_unwrap("1.3.132.0.32"), "secp224k1"),
    (Oid::new_unwrap("1.3.132.0.31"), "secp192k1"),
    (Oid::new_unwrap("1.3.132.0.8"), "secp160r1"),
    (Oid::new_unwrap("1.2.840.10045.3.1.1"), "secp192r1"),
    (Oid::new_unwrap("1.2.840.10045.3.1.2"), "prime192v2"),
    (Oid::new_unwrap("1.2.840.10045.3.1.3"), "prime192v3"),
    (Oid::new_unwrap("1.2.840.10045.3.1.4"), "prime239v1"),
    (Oid::new_unwrap("1.2.840.10045.3.1.5"), "prime239v2"),
    (Oid::new_unwrap("1.2.840.10045.3.1.6"), "prime239v3"),
    (Oid::new_unwrap("1.3.36.3.3.2.8.1.1.1"), "brainpoolP160r1"),
    (Oid::new_unwrap("1.3.36.3.3.2.8.1.1.3"), "brainpoolP192r1"),
    (Oid::new_unwrap("1.3.36.3.3.2.8.1.1.5"), "brainpoolP224r1"),
    (Oid::new_unwrap("1.3.36.3.3.2.8.1.1.7"), "brainpoolP256r1"),
    (Oid::new_unwrap("1.3.36.3.3.2.8.1.1.8"), "brainpoolP256t1"),
    (Oid::new_unwrap("1.3.36.3.3.2.8.1.1.9"), "brainpoolP320r1"),
    (Oid::new_unwrap("1.3.36.3.3.2.8.1.1.10"), "brainpoolP320t1"),
    (Oid::new_unwrap("1.3.36.3.3.2.8.1.1.11"), "brainpoolP384r1"),
    (Oid::new_unwrap("1.3.36.3.3.2.8.1.1.12"), "brainpoolP384t1"),
    (Oid::new_unwrap("1.3.36.3.3.2.8.1.1.13"), "brainpoolP512r1"),
    (Oid::new_unwrap("1.3.36.3.3.2.8.1.1.14"), "brainpoolP512t1"),
    (Oid::new_unwrap("1.3.132.0.26"), "sect233k1"),
    (Oid::new_unwrap("1.3.132.0.27"), "sect233r1"),
    (Oid::new_unwrap("1.3.132.0.16"), "sect283k1"),
    (Oid::new_unwrap("1.3.132.0.17"), "sect283r1"),
    (Oid::new_unwrap("1.3.132.0.36"), "sect409k1"),
    (Oid::new_unwrap("1.3.132.0.37"), "sect409r1"),
    (Oid::new_unwrap("1.3.132.0.38"), "sect571k1"),
    (Oid::new_unwrap("1.3.132.0.39"), "sect571r1"),
    (Oid::new_unwrap("1.2.156.10197.1.301"), "SM2"),
];

/// Whether this is exactly the name of a curve, or its parameters, which OpenSSL writes with `-param_enc explicit`.
pub(in super::super) fn is_curve(der: &[u8]) -> bool {
    <Oid>::from_der(der).is_ok() || Sequence::parse(der).is_some_and(|sequence| sequence.shape.starts_with("ISSOI"))
}
