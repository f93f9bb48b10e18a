//! Diffie-Hellman on the NIST curves, alone (RFC 5656 section 4) or combined with a KEM.

use common::key::Curve;
use getrandom::SysRng;

use super::super::failure::Failure;
use super::half::{Half, Raw};

pub(super) fn half(curve: Curve) -> Result<Raw, Failure> {
    macro_rules! on {
        ($curve:ident) => {{
            use $curve::elliptic_curve::{Generate as _, sec1::ToSec1Point as _};
            let secret =
                $curve::ecdh::EphemeralSecret::try_generate_from_rng(&mut SysRng).map_err(|_| Failure::NoRandomness)?;
            let public = secret.public_key().to_sec1_point(false).as_bytes().to_vec();
            let agree = move |theirs: &[u8]| {
                let theirs = uncompressed(curve, theirs)
                    // The point is checked to be on the curve.
                    .and_then(|point| $curve::PublicKey::from_sec1_bytes(point).ok())
                    .ok_or("its half of the key exchange is not a point of the curve")?;
                Ok(secret.diffie_hellman(&theirs).raw_secret_bytes().to_vec())
            };
            Ok(Raw(Half { public, agree: Box::new(agree) }))
        }};
    }
    match curve {
        Curve::Nistp256 => on!(p256),
        Curve::Nistp384 => on!(p384),
        Curve::Nistp521 => on!(p521),
    }
}

/// Returns the point if it is uncompressed, the only encoding that every implementation supports (RFC 5656 section 4 makes
/// the other optional).
fn uncompressed(curve: Curve, point: &[u8]) -> Option<&[u8]> {
    (point.len() == curve.point_length() && point.first() == Some(&4)).then_some(point)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_halves_agree_on_every_curve() {
        for curve in Curve::ALL {
            let new = || half(curve).unwrap().alone();
            let (ours, theirs) = (new(), new());
            assert_eq!(ours.public.len(), curve.point_length());
            let (public, other) = (ours.public.clone(), theirs.public.clone());
            assert_eq!((ours.agree)(&other).unwrap(), (theirs.agree)(&public).unwrap());
        }
    }

    #[test]
    fn an_invalid_point_is_refused() {
        for curve in Curve::ALL {
            let good = half(curve).unwrap().0.public;
            let mut off = good.clone();
            *off.last_mut().unwrap() ^= 1;
            let mut compressed = good[..=good.len() / 2].to_vec();
            compressed[0] = 2;
            for point in [&off[..], &compressed, &good[1..], &[0], &[], &[good.clone(), vec![0]].concat()] {
                assert!((half(curve).unwrap().0.agree)(point).is_err(), "{point:?}");
            }
        }
    }
}
