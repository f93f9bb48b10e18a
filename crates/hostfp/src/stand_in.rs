//! Makes placeholder keys, one for each type, for ssh's question which types to ask a host for.
//!
//! ssh reads that answer as lines of `known_hosts` and uses only their types, but a line needs a key. These keys have no
//! private halves: they are a hash of a phrase, where needed as the x coordinate of a point. They are never an answer to the
//! question whether a host is trusted.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::key::{Curve, Fingerprint, Hash, Kind, PublicKey};

/// A placeholder key of that kind; none for a kind that hosts do not use.
pub(crate) fn stand_in(kind: Kind) -> Option<PublicKey<'static>> {
    let digest = |hash, phrase: &str| Fingerprint::of_blob(hash, phrase.as_bytes()).digest().to_vec();
    match kind {
        Kind::Ed25519 => PublicKey::ed25519(&digest(Hash::Sha256, "vmkeys order ed25519")),
        Kind::Rsa => {
            let mut n: Vec<u8> =
                (0..4).flat_map(|part| digest(Hash::Sha512, &format!("vmkeys order rsa {part}"))).collect();
            n.first_mut().into_iter().for_each(|first| *first |= 0x80); // 2048 bits,
            n.last_mut().into_iter().for_each(|last| *last |= 1); // and odd
            PublicKey::rsa(&[1, 0, 1], &n)
        }
        Kind::MlDsa44Ed25519 => {
            let halves: Vec<u8> = (0..21)
                .flat_map(|part| digest(Hash::Sha512, &format!("vmkeys order mldsa44-ed25519 {part}")))
                .collect();
            PublicKey::mldsa44_ed25519(kind.name(), &halves)
        }
        Kind::Ecdsa(curve) => {
            // The first phrase, counted from 0, whose hash is the x of a point; and the even y for it.
            let (hash, count, y) = match curve {
                Curve::Nistp256 => (Hash::Sha256, 1, "7xe1Wgna6oSfd+GA1kdFEBQ4IAaSA7aumCWmr4apN/Q="),
                Curve::Nistp384 => {
                    (Hash::Sha384, 0, "CACoBY2ePGqXFxVLQRdMxSy8YbWt8lpnh2VMc1uuo0ciyapVNrgkS4xBhMA2zRyK")
                }
                Curve::Nistp521 => (
                    Hash::Sha512,
                    0,
                    "AEnXM9bVGJTTl1sVrUwFvqG6mEbwtpn/2+480asDFzvf9R1X8kNmPYYyDtNhkygQ2HoAy5/464iiWmU809+a17X2",
                ),
            };
            let x = digest(hash, &format!("vmkeys order {} {count}", curve.name()));
            let y = STANDARD.decode(y).ok()?;
            let mut point = vec![4];
            point.resize(1 + y.len() - x.len(), 0);
            point.extend(x);
            point.extend(y);
            PublicKey::ecdsa(curve, &point)
        }
        Kind::Dsa | Kind::SkEcdsa | Kind::SkEd25519 | Kind::Unknown => return None,
    }
    .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_host_key_has_a_stand_in_of_its_kind() {
        let kinds = [Kind::Ed25519, Kind::Rsa, Kind::MlDsa44Ed25519].into_iter().chain(Curve::ALL.map(Kind::Ecdsa));
        for kind in kinds {
            let key = stand_in(kind).unwrap();
            assert_eq!(key.kind(), kind);
            assert!(kind != Kind::Rsa || key.bits() == Some(2048));
        }
    }
}
