//! Finds Ed25519 points that no key generator makes.

use common::key::wire::Reader;
use common::key::{Kind, PublicKey};
use ed25519_dalek::VerifyingKey;

use super::mixed_order;
use crate::finding::{Check, Finding, Severity};

/// The point is not on the curve.
pub(crate) static OFF_CURVE: Check = Check {
    name: "ed25519-off-curve",
    severity: Severity::Error,
    what: "The 32 bytes of the Ed25519 key are not a point of the curve.",
    why: "No signature by this key can be verified: it was damaged in transit, or forged.",
    remedy: "Copy the key again from its source.",
    source: "RFC 8032, section 5.1.3; RFC 8709",
};

/// The point's order is small.
pub(crate) static SMALL_ORDER: Check = Check {
    name: "ed25519-small-order",
    severity: Severity::Error,
    what: "The point of the Ed25519 key is one of the eight whose order divides 8.",
    why: "A signature can be made that this key verifies for many messages: a server that accepts it lets others in.",
    remedy: "Remove the key, and ask where it came from: no program generates it by chance.",
    source: "K. Chalkias, F. Garillot, V. Nikolaenko, Taming the Many EdDSAs, 2020; J. Brendel, C. Cremers, \
             D. Jackson, M. Zhao, The Provable Security of Ed25519: Theory and Practice, 2021",
};

/// The point is the sum of a point of small order and another one.
pub(crate) static MIXED_ORDER: Check = Check {
    name: "ed25519-mixed-order",
    severity: Severity::Error,
    what: "The point of the Ed25519 key is outside the group of the generator: it is the sum of a point of that \
           group and one whose order divides 8.",
    why: "Some programs accept signatures by this key that others refuse, and it may act for another key that differs from \
          it by a point of small order.",
    remedy: "Remove the key, and ask where it came from: no program generates it.",
    source: "RFC 8032, section 5.1.5; K. Chalkias, F. Garillot, V. Nikolaenko, Taming the Many EdDSAs, 2020",
};

/// The point is not in canonical form.
pub(crate) static NOT_CANONICAL: Check = Check {
    name: "ed25519-not-canonical",
    severity: Severity::Error,
    what: "The point of the Ed25519 key is not encoded in the canonical form.",
    why: "Some programs accept it and others refuse it, and the same key has two fingerprints. No program writes \
          it like this.",
    remedy: "Remove the key, and ask where it came from.",
    source: "RFC 8032, section 5.1.3; H. de Valence, It's 255:19AM. Do you know what your validation criteria are?, \
             2020",
};

/// The point of a key, with its order.
pub(super) struct Point {
    /// Its encoding.
    pub(super) bytes: [u8; 32],
    order: Order,
}

/// The kind of a point.
enum Order {
    /// Not a point of the curve.
    OffCurve,
    /// A point whose order divides 8.
    Small,
    /// The sum of such a point and a multiple of the generator.
    Mixed,
    /// A multiple of the generator; points of mixed order, too, if these are not looked for.
    Large,
}

/// Returns the points of the keys that have one.
pub(super) fn points(keys: &[&PublicKey<'_>], finds_mixed_order: bool) -> Vec<Option<Point>> {
    let mut large = Vec::new();
    let read = |key: &&PublicKey<'_>| {
        let bytes = point(key)?;
        let order = match VerifyingKey::from_bytes(&bytes) {
            Err(_) => Order::OffCurve,
            Ok(key) if key.is_weak() => Order::Small,
            Ok(key) => {
                large.push(key);
                Order::Large
            }
        };
        Some(Point { bytes, order })
    };
    let mut points: Vec<Option<Point>> = keys.iter().map(read).collect();
    if finds_mixed_order {
        let orders = points.iter_mut().flatten().map(|point| &mut point.order);
        let orders = orders.filter(|order| matches!(order, Order::Large));
        for (order, _) in orders.zip(mixed_order::are_outside(&large)).filter(|(_, is_outside)| *is_outside) {
            *order = Order::Mixed;
        }
    }
    points
}

/// Returns the findings.
pub(super) fn check(point: &Point) -> Vec<Finding> {
    let mut findings = Vec::new();
    match point.order {
        Order::OffCurve => return vec![OFF_CURVE.found("the key is not a point of the curve")],
        Order::Small => findings.push(SMALL_ORDER.found("the key is a point of small order")),
        Order::Mixed => findings.push(MIXED_ORDER.found("the key's point is not a multiple of the generator")),
        Order::Large => {}
    }
    if !is_canonical(&point.bytes) {
        findings.push(NOT_CANONICAL.found("the key's point is not in canonical form"));
    }
    findings
}

/// Whether a point has its canonical encoding (RFC 8032, section 5.1.2): y is below the field's prime 2^255 - 19, and if x is
/// 0, so is its sign.
fn is_canonical(bytes: &[u8; 32]) -> bool {
    let mut y = *bytes;
    let [lowest, middle @ .., highest] = &mut y;
    let sign = *highest >> 7;
    *highest &= 0x7f;
    let all = |byte: u8| middle.iter().all(|other| *other == byte);
    let is_long = all(0xff) && *highest == 0x7f;
    // y is 1 or -1.
    let has_no_x = *lowest == 1 && all(0) && *highest == 0 || *lowest == 0xec && is_long;
    !(is_long && *lowest >= 0xed || sign == 1 && has_no_x)
}

/// Returns the bytes of the point; in a key of ML-DSA-44 and Ed25519 they are the second half. The first half needs no check:
/// each of its integers fills its bits, so any 1312 bytes are a key (FIPS 204, section 7.2).
fn point(key: &PublicKey<'_>) -> Option<[u8; 32]> {
    if !matches!(key.kind(), Kind::Ed25519 | Kind::SkEd25519 | Kind::MlDsa44Ed25519) {
        return None;
    }
    if let Some((_, ed25519)) = key.mldsa44_and_ed25519() {
        return Some(*ed25519);
    }
    let mut reader = Reader::new(key.plain_blob());
    reader.string().and_then(|_| reader.string()).ok()?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;

    use super::*;

    fn found(key: &PublicKey<'_>) -> Vec<&'static str> {
        let points = points(&[key], true);
        check(points[0].as_ref().unwrap()).iter().map(|finding| finding.check.name).collect()
    }

    fn names(point: &[u8]) -> Vec<&'static str> {
        found(&PublicKey::ed25519(point).unwrap())
    }

    /// A little-endian y of its lowest byte, a byte that is repeated, and its highest byte, whose highest bit is the sign of x.
    fn y(low: u8, rest: u8, high: u8) -> [u8; 32] {
        let mut bytes = [rest; 32];
        bytes[0] = low;
        bytes[31] = high;
        bytes
    }

    #[test]
    fn the_ed25519_half_of_a_key_of_two_is_judged() {
        let names = |point: &[u8]| -> Vec<_> {
            let halves = [&[0xff; 1312][..], point].concat();
            let key = PublicKey::mldsa44_ed25519("ssh-mldsa44-ed25519", &halves).unwrap();
            found(&key)
        };
        assert_eq!(names(&y(2, 0, 0)), ["ed25519-off-curve"]);
        assert_eq!(names(&y(1, 0, 0)), ["ed25519-small-order"]);
        assert_eq!(names(&y(0xf0, 0xff, 0x7f)), ["ed25519-mixed-order", "ed25519-not-canonical"]);
        assert_eq!(names(&y(3, 0, 0)), ["ed25519-mixed-order"]);
    }

    /// A point that is decoded and encoded again has the canonical encoding.
    #[test]
    fn what_is_canonical_is_what_comes_back() {
        for low in 0..=255 {
            for (rest, high) in [(0, 0), (0, 0x80), (0xff, 0x7f), (0xff, 0xff), (0x55, 0x55)] {
                let bytes = y(low, rest, high);
                let Ok(key) = VerifyingKey::from_bytes(&bytes) else { continue };
                assert_eq!(is_canonical(&bytes), key.to_edwards().compress().to_bytes() == bytes, "{bytes:x?}");
            }
        }
    }

    #[test]
    fn points_are_judged() {
        // RFC 8032 section 7.1, test 1.
        let good = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
        let good: Vec<u8> = (0..32).map(|i| u8::from_str_radix(&good[2 * i..2 * i + 2], 16).unwrap()).collect();
        assert_eq!(names(&good), [""; 0]);
        // y = 2 has no x.
        assert_eq!(names(&y(2, 0, 0)), ["ed25519-off-curve"]);
        // The neutral element, the point of order 2 (y = p - 1), and one of order 4 (y = 0).
        for point in [y(1, 0, 0), y(0xec, 0xff, 0x7f), y(0, 0, 0)] {
            assert_eq!(names(&point), ["ed25519-small-order"], "{point:x?}");
        }
        // y = p and y = p + 1 for 0 and 1, and x = -0.
        for point in [y(0xed, 0xff, 0x7f), y(0xee, 0xff, 0x7f), y(1, 0, 0x80)] {
            assert_eq!(names(&point), ["ed25519-small-order", "ed25519-not-canonical"], "{point:x?}");
        }
        // y = p + 3: a valid point, except for its encoding.
        assert!(names(&y(0xf0, 0xff, 0x7f)).contains(&"ed25519-not-canonical"));
    }

    /// The eight points of small order, and their sums with the generator.
    #[test]
    fn points_of_small_and_of_mixed_order_are_all_named() {
        let generator = SigningKey::from_bytes(&[1; 32]).verifying_key().to_edwards();
        // A point of order 8: the doubled point has y = 0.
        let bytes = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a";
        let bytes: Vec<u8> = (0..32).map(|i| u8::from_str_radix(&bytes[2 * i..2 * i + 2], 16).unwrap()).collect();
        let eighth = VerifyingKey::from_bytes(&bytes.try_into().unwrap()).unwrap().to_edwards();
        let mut small = eighth;
        for times in 1..=8 {
            assert!(names(&small.compress().to_bytes()).contains(&"ed25519-small-order"), "{times}");
            let mixed = names(&(generator + small).compress().to_bytes());
            assert_eq!(mixed, if times == 8 { &[][..] } else { &["ed25519-mixed-order"] }, "{times}");
            small += eighth;
        }
    }
}
