//! Finds points of the curve of Ed25519 that are outside the group of its generator.
//!
//! A point is in the group if the group's order times the point is the neutral element. Computing that takes four times as long
//! as all other checks of a key. For many points, sums of some of them are tested instead: if a point is outside, a sum of
//! randomly chosen points is outside in half of all choices, whatever the others are. So with 64 sums a point outside is missed
//! with a probability of at most 2^-64. A hash of all points chooses those in each sum: the choice is reproducible, and points
//! cannot be made to fit it. If a sum is outside, each point is tested by itself.

use curve25519_dalek::traits::Identity as _;
use curve25519_dalek::{EdwardsPoint, Scalar};
use ed25519_dalek::VerifyingKey;
use sha2::{Digest as _, Sha512};

/// The number of sums that are tested.
const SUMS: usize = 64;

/// Fewer points are tested one by one.
const MANY: usize = 2 * SUMS;

/// The number of points whose sums are in one table.
const GROUP: usize = 6;

/// Returns for each key whether its point is outside the group.
pub(super) fn are_outside(keys: &[VerifyingKey]) -> Vec<bool> {
    if keys.len() >= MANY && sums(keys).iter().all(is_multiple_of_generator) {
        return vec![false; keys.len()];
    }
    keys.iter().map(|key| !is_multiple_of_generator(&key.to_edwards())).collect()
}

/// Whether the order of the generator times the point is the neutral element. The test is (order - 1) · P = -P, with
/// variable-time arithmetic, since nothing is secret.
fn is_multiple_of_generator(point: &EdwardsPoint) -> bool {
    EdwardsPoint::vartime_double_scalar_mul_basepoint(&-Scalar::ONE, point, &Scalar::ZERO) == -point
}

/// Returns sums of points. A bit of the hash decides whether a point is in a sum.
fn sums(keys: &[VerifyingKey]) -> [EdwardsPoint; SUMS] {
    let seed = keys.iter().fold(Sha512::new(), |hash, key| hash.chain_update(key.as_bytes())).finalize();
    let mut sums = [EdwardsPoint::identity(); SUMS];
    for (number, group) in keys.chunks(GROUP).enumerate() {
        let mut table = vec![EdwardsPoint::identity()];
        for key in group {
            let point = key.to_edwards();
            let with_it: Vec<_> = table.iter().map(|sum| sum + point).collect();
            table.extend(with_it);
        }
        // One byte for each sum, of which the lower bits count.
        let bits = Sha512::new().chain_update(seed).chain_update(number.to_le_bytes()).finalize();
        for (sum, bits) in sums.iter_mut().zip(bits) {
            if let Some(chosen) = table.get(usize::from(bits) % table.len()) {
                *sum += chosen;
            }
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::SigningKey;

    use super::*;

    fn valid_keys(count: u32) -> Vec<VerifyingKey> {
        let seed = |number: u32| [number.to_le_bytes(); 8].concat().try_into().unwrap();
        (0..count).map(|number| SigningKey::from_bytes(&seed(number)).verifying_key()).collect()
    }

    /// The key whose point differs from a valid one's by this multiple of a point of order 8.
    fn outside(key: &VerifyingKey, times: usize) -> VerifyingKey {
        let point = key.to_edwards() + curve25519_dalek::constants::EIGHT_TORSION[times];
        VerifyingKey::from_bytes(point.compress().as_bytes()).unwrap()
    }

    #[test]
    fn no_valid_key_is_outside_however_many_there_are() {
        for count in [0, 1, 5, 127, 128, 129, 500] {
            assert_eq!(are_outside(&valid_keys(count)), vec![false; count as usize]);
        }
    }

    #[test]
    fn one_outside_is_found_alone_and_among_many_at_any_place() {
        for count in [1, 130, 300] {
            let valid_keys = valid_keys(count);
            for (times, place) in
                (1..8).flat_map(|times| [0, count / 2, count - 1].map(|place| (times, place as usize)))
            {
                let mut keys = valid_keys.clone();
                keys[place] = outside(&keys[place], times);
                let expected: Vec<bool> = (0..keys.len()).map(|index| index == place).collect();
                assert_eq!(are_outside(&keys), expected, "{count} {times} {place}");
            }
        }
    }

    /// Two of them cancel each other out in the sum of all.
    #[test]
    fn several_outside_do_not_hide_each_other() {
        let mut keys = valid_keys(200);
        for (place, times) in [(3, 4), (4, 4), (100, 1), (199, 7)] {
            keys[place] = outside(&keys[place], times);
        }
        let outside: Vec<usize> = (0..200).filter(|index| are_outside(&keys)[*index]).collect();
        assert_eq!(outside, [3, 4, 100, 199]);
    }
}
