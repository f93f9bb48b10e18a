//! Finds ECDSA points that no key generator makes.

use common::key::wire::Reader;
use common::key::{Curve, Kind, PublicKey};

use crate::finding::{Check, Finding, Severity};

/// The point is not on the curve.
pub(crate) static OFF_CURVE: Check = Check {
    name: "ecdsa-off-curve",
    severity: Severity::Error,
    what: "The point of the ECDSA key is not on its curve, or is the point at infinity.",
    why: "A program that does not check this computes on another, weaker curve; other programs refuse the key. \
          It was damaged in transit, or forged.",
    remedy: "Copy the key again from its source.",
    source: "SEC 1, section 3.2.2.1; NIST SP 800-186, appendix D.1.1; RFC 5656, section 3.1",
};

pub(super) fn check(key: &PublicKey<'_>) -> Option<Finding> {
    let mut reader = Reader::new(key.plain_blob());
    reader.string().and_then(|_| reader.string()).ok()?;
    let point = reader.string().ok()?;
    let curve = match key.kind() {
        Kind::Ecdsa(curve) => curve,
        Kind::SkEcdsa => Curve::Nistp256,
        _ => return None,
    };
    if point.iter().skip(1).all(|byte| *byte == 0) {
        return Some(OFF_CURVE.found("the key is the point at infinity"));
    }
    let lies_on_it = match curve {
        Curve::Nistp256 => p256::PublicKey::from_sec1_bytes(point).is_ok(),
        Curve::Nistp384 => p384::PublicKey::from_sec1_bytes(point).is_ok(),
        Curve::Nistp521 => p521::PublicKey::from_sec1_bytes(point).is_ok(),
    };
    (!lies_on_it).then(|| OFF_CURVE.found(format!("the key's point does not lie on {}", curve.name())))
}

#[cfg(test)]
mod tests {
    use p256::elliptic_curve::sec1::ToSec1Point as _;

    use super::*;

    #[test]
    fn points_on_and_off_each_curve_are_distinguished() {
        let points = [
            p256::PublicKey::from_affine(p256::AffinePoint::GENERATOR)
                .unwrap()
                .to_sec1_point(false)
                .as_bytes()
                .to_vec(),
            p384::PublicKey::from_affine(p384::AffinePoint::GENERATOR)
                .unwrap()
                .to_sec1_point(false)
                .as_bytes()
                .to_vec(),
            p521::PublicKey::from_affine(p521::AffinePoint::GENERATOR)
                .unwrap()
                .to_sec1_point(false)
                .as_bytes()
                .to_vec(),
        ];
        for (curve, point) in Curve::ALL.into_iter().zip(points) {
            let found = |point: &[u8]| {
                check(&PublicKey::ecdsa(curve, point).unwrap()).map(|finding| finding.message).unwrap_or_default()
            };
            assert_eq!(found(&point), "");
            let mut off = point.clone();
            off[curve.point_length() - 1] ^= 1;
            assert_eq!(found(&off), format!("the key's point does not lie on {}", curve.name()));
            // A coordinate that is not below the field's prime.
            let mut large = point.clone();
            large[1..curve.point_length() / 2].fill(0xff);
            assert!(found(&large).contains("does not lie"));
            let mut infinity = vec![0; curve.point_length()];
            infinity[0] = 4;
            assert_eq!(found(&infinity), "the key is the point at infinity");
        }
    }
}
