//! Determines the curve of an EC key in DER, which is named, given by all its parameters, or omitted. Reads points in all
//! their forms.

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Integer, Odd};
use spki::der::asn1::{AnyRef, ObjectIdentifier as Oid};
use spki::der::{Tag, Tagged as _};

use super::oid;
use crate::key::hex;
use crate::key::{Curve, PublicKey};
use crate::keyfile::Refusal;
use crate::keyfile::asn1::{Sequence, unsigned};
use crate::keyfile::public_half;

/// The parameters of a NIST curve, FIPS 186-4 section D.1.2, in hexadecimal without leading zeros. Its a is p - 3.
struct Parameters {
    p: &'static str,
    b: &'static str,
    order: &'static str,
    seed: &'static str,
}

const fn standard_parameters(curve: Curve) -> Parameters {
    match curve {
        Curve::Nistp256 => Parameters {
            p: "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
            b: "5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b",
            order: "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
            seed: "c49d360886e704936a6678e1139d26b7819f7e90",
        },
        Curve::Nistp384 => Parameters {
            p: "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe\
                ffffffff0000000000000000ffffffff",
            b: "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875a\
                c656398d8a2ed19d2a85c8edd3ec2aef",
            order: "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf\
                    581a0db248b0a77aecec196accc52973",
            seed: "a335926aa319a27a1d00896a6773a4827acdac73",
        },
        Curve::Nistp521 => Parameters {
            p: "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\
                ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\
                ffff",
            b: "51953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109\
                e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f\
                00",
            order: "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\
                    fffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e9138\
                    6409",
            seed: "d09e8800291cb85396cc6717393284aaa0da64ba",
        },
    }
}

/// A curve that OpenSSH does not use but other programs do: SEC 2, RFC 5639, GM/T 0003.5.
struct Other {
    /// The end of its order, which identifies it where only parameters are given.
    order: [u8; 8],
    name: &'static str,
    /// The curve of the same order whose a is p - 3.
    twisted: Option<&'static str>,
}

impl Other {
    const fn new(order: [u8; 8], name: &'static str) -> Self {
        Self { order, name, twisted: None }
    }

    const fn pair(order: [u8; 8], name: &'static str, twisted: &'static str) -> Self {
        Self { order, name, twisted: Some(twisted) }
    }
}

static OTHERS: [Other; 8] = [
    Other::new([0xbf, 0xd2, 0x5e, 0x8c, 0xd0, 0x36, 0x41, 0x41], "secp256k1"),
    Other::new([0x13, 0xdd, 0x29, 0x45, 0x5c, 0x5c, 0x2a, 0x3d], "secp224r1"),
    Other::new([0x14, 0x6b, 0xc9, 0xb1, 0xb4, 0xd2, 0x28, 0x31], "secp192r1"),
    Other::pair([0x90, 0x1e, 0x0e, 0x82, 0x97, 0x48, 0x56, 0xa7], "brainpoolP256r1", "brainpoolP256t1"),
    Other::pair([0x86, 0x91, 0x55, 0x5b, 0x44, 0xc5, 0x93, 0x11], "brainpoolP320r1", "brainpoolP320t1"),
    Other::pair([0x3b, 0x88, 0x32, 0x02, 0xe9, 0x04, 0x65, 0x65], "brainpoolP384r1", "brainpoolP384t1"),
    Other::pair([0xb5, 0x87, 0x96, 0x82, 0x9c, 0xa9, 0x00, 0x69], "brainpoolP512r1", "brainpoolP512t1"),
    Other::new([0x53, 0xbb, 0xf4, 0x09, 0x39, 0xd5, 0x41, 0x23], "SM2"),
];

/// Returns the curve of an EC key's parameters; none if they are omitted.
pub(super) fn of_parameters(parameters: Option<AnyRef<'_>>) -> Result<Option<Curve>, Refusal> {
    let Some(parameters) = parameters.filter(|parameters| !parameters.is_null()) else { return Ok(None) };
    if parameters.tag() != Tag::ObjectIdentifier {
        return of_explicit(parameters).map(Some);
    }
    let name = parameters.decode_as::<Oid>().map_err(|_| damaged())?;
    oid::curve(name).map(Some).ok_or_else(|| oid::unsupported_curve(name))
}

/// The refusal of a key that does not name its curve.
pub(super) fn none() -> Refusal {
    Refusal::new("an EC key without a curve name, whose point is on no curve that OpenSSH uses")
}

fn damaged() -> Refusal {
    Refusal::new("the parameters of the EC key's curve are damaged")
}

/// Returns the curve that has exactly these parameters: RFC 3279 section 2.3.5. With another generator than the curve's,
/// anyone could make a private key for a given public one (CVE-2020-0601).
fn of_explicit(parameters: AnyRef<'_>) -> Result<Curve, Refusal> {
    let field = Sequence::of(parameters).and_then(|sequence| Sequence::of(sequence.get(1)?)?.get(0)?.decode_as().ok());
    if field == Some(oid::BINARY_FIELD) {
        return Err(oid::unread("an EC key on a curve over a binary field, which OpenSSH does not use"));
    }
    let explicit = Explicit::parse(parameters).ok_or_else(damaged)?;
    if let Some(curve) = Curve::ALL.into_iter().find(|curve| explicit.are_of(*curve)) {
        return Ok(curve);
    }
    Err(oid::unread(match OTHERS.iter().find(|other| explicit.order.ends_with(&other.order)) {
        Some(other) => {
            let twisted = other.twisted.filter(|_| minus_three(explicit.p).as_deref() == Some(explicit.a));
            format!("an EC key on the curve {}, which OpenSSH does not use", twisted.unwrap_or(other.name))
        }
        None => "an EC key with custom curve parameters, which match no curve that OpenSSH uses".to_owned(),
    }))
}

/// Returns p - 3, for a p whose last byte is at least 3.
fn minus_three(p: &[u8]) -> Option<Vec<u8>> {
    let (last, before) = p.split_last()?;
    Some([before, &[last.checked_sub(3)?]].concat())
}

/// The explicit parameters of a curve, without leading zeros.
struct Explicit<'a> {
    p: &'a [u8],
    a: &'a [u8],
    b: &'a [u8],
    seed: Option<&'a [u8]>,
    generator: &'a [u8],
    order: &'a [u8],
    cofactor: Option<&'a [u8]>,
}

impl<'a> Explicit<'a> {
    /// Returns `None` if they are damaged, or if the field is not a prime field.
    fn parse(parameters: AnyRef<'a>) -> Option<Self> {
        let sequence = Sequence::of(parameters)?;
        let (field, curve) = (Sequence::of(sequence.get(1)?)?, Sequence::of(sequence.get(2)?)?);
        if !matches!(sequence.shape.as_str(), "ISSOI" | "ISSOII")
            || unsigned(sequence.get(0)?)? != [1]
            || field.shape != "NI"
            || !matches!(curve.shape.as_str(), "OO" | "OOB")
            || field.get(0)?.decode_as::<Oid>().ok()? != oid::PRIME_FIELD
        {
            return None;
        }
        let cofactor = match sequence.get(5) {
            Some(cofactor) => Some(unsigned(cofactor)?),
            None => None,
        };
        Some(Self {
            p: unsigned(field.get(1)?)?,
            a: digits(curve.get(0)?.value()),
            b: digits(curve.get(1)?.value()),
            // A BIT STRING begins with the number of unused bits in the last byte.
            seed: curve.get(2).map(|seed| seed.value().strip_prefix(&[0]).unwrap_or_default()),
            generator: sequence.get(3)?.value(),
            order: unsigned(sequence.get(4)?)?,
            cofactor,
        })
    }

    fn are_of(&self, curve: Curve) -> bool {
        let numbers = standard_parameters(curve);
        let is = |own: &[u8], right: &str| hex::decode(right.as_bytes()).as_deref() == Some(own);
        let generator = public_half::ecdsa(curve, &[1]);
        is(self.p, numbers.p)
            && minus_three(self.p).as_deref() == Some(self.a)
            && is(self.b, numbers.b)
            && is(self.order, numbers.order)
            && self.seed.is_none_or(|seed| is(seed, numbers.seed))
            && self.cofactor.is_none_or(|cofactor| cofactor == [1])
            && generator.is_some_and(|right| {
                public_key(Some(curve), self.generator).is_ok_and(|own| own.blob() == right.blob())
            })
    }
}

/// Strips leading zeros.
fn digits(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    number.get(zeros..).unwrap_or_default()
}

/// Returns the key of a point, in any form. If the curve is not given, the length of the point determines it, provided the
/// point is on it: other curves have points of the same length.
pub(super) fn public_key(curve: Option<Curve>, point: &[u8]) -> Result<PublicKey<'static>, Refusal> {
    let curve = match curve {
        Some(curve) => curve,
        None => Curve::ALL.into_iter().find(|curve| is_on(*curve, point)).ok_or_else(none)?,
    };
    match uncompressed(curve, point) {
        Some(point) => Ok(PublicKey::ecdsa(curve, &point)?),
        // The length or the form is wrong, or it is not on the curve.
        None => Ok(PublicKey::ecdsa(curve, point)?),
    }
}

/// Whether a point has the curve's length and is on the curve.
fn is_on(curve: Curve, point: &[u8]) -> bool {
    match point.split_first() {
        Some((4, rest)) if point.len() == curve.point_length() => {
            let (x, y) = rest.split_at(rest.len() / 2);
            root(curve, x, y.last().is_some_and(|last| last & 1 == 1)).as_deref() == Some(y)
        }
        _ => uncompressed(curve, point).is_some_and(|point| is_on(curve, &point)),
    }
}

/// Converts a compressed or hybrid point to its uncompressed form: SEC 1 section 2.3.4, X9.62 section 4.3.6. `None` if it
/// is in neither form, or not on the curve.
fn uncompressed(curve: Curve, point: &[u8]) -> Option<Vec<u8>> {
    let (form, rest) = point.split_first()?;
    let is_odd = form & 1 == 1;
    let length = curve.point_length() / 2;
    match form {
        2 | 3 if rest.len() == length => {
            let y = root(curve, rest, is_odd)?;
            Some([&[4], rest, &y].concat())
        }
        6 | 7 if rest.len() == 2 * length && rest.last()? & 1 == form & 1 => Some([&[4], rest].concat()),
        _ => None,
    }
}

/// Returns the y, odd or even, of the point at x: y² = x³ - 3x + b modulo p. Each p is 3 modulo 4, so the power (p + 1) / 4
/// of a square is its root.
fn root(curve: Curve, x: &[u8], is_odd: bool) -> Option<Vec<u8>> {
    let length = curve.point_length() / 2;
    let number = |bytes: &[u8]| BoxedUint::from_be_slice(bytes, u32::try_from(length * 8).ok()?).ok();
    let numbers = standard_parameters(curve);
    let p = number(&hex::decode(numbers.p.as_bytes())?)?;
    let x = number(x).filter(|x| *x < p)?;
    let modulus: Option<Odd<BoxedUint>> = Odd::new(p.clone()).into();
    let parameters = BoxedMontyParams::new(modulus?);
    let x = BoxedMontyForm::new(x, &parameters);
    let b = BoxedMontyForm::new(number(&hex::decode(numbers.b.as_bytes())?)?, &parameters);
    let square = x.square().mul(&x).sub(&x.double()).sub(&x).add(&b);
    let exponent = p.shr_vartime(2)?.wrapping_add(BoxedUint::one());
    let root = square.pow(&exponent);
    if root.square().retrieve() != square.retrieve() {
        return None;
    }
    let y = root.retrieve();
    let y = if bool::from(Integer::is_odd(&y)) == is_odd { y } else { p.wrapping_sub(&y) };
    let bytes = y.to_be_bytes();
    bytes.get(bytes.len().checked_sub(length)?..).map(<[u8]>::to_vec)
}
