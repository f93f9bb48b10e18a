//! Strong keys and their primes, for the tests of all checks.

use dashu_int::UBig;

use super::super::prime_modulus::is_probably_prime;
use super::super::small_factor::smallest_factor;
use super::{Numbers, words};

/// A pseudorandom integer of `bits` bits (a multiple of 64), with its two highest bits set.
pub(crate) fn number(seed: u64, bits: usize) -> UBig {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut bytes: Vec<u8> = (0..bits / 64)
        .flat_map(|_| {
            // xorshift64*
            state ^= state >> 12;
            state ^= state << 25;
            state ^= state >> 27;
            state.wrapping_mul(0x2545_f491_4f6c_dd1d).to_be_bytes()
        })
        .collect();
    bytes[0] |= 0xc0;
    UBig::from_be_bytes(&bytes)
}

/// The first prime from `from` on.
pub(crate) fn next_prime(from: UBig) -> UBig {
    let mut candidate = from | UBig::ONE;
    while has_small_factor(&candidate) || !is_probably_prime(&candidate) {
        candidate += 2u32;
    }
    candidate
}

fn has_small_factor(candidate: &UBig) -> bool {
    let factor = smallest_factor(&words(&candidate.to_be_bytes()), 65537);
    factor.is_some_and(|factor| UBig::from(factor) != *candidate)
}

/// A strong key of 1024 bits for each seed.
pub(crate) fn strong_key(seed: u64) -> Numbers {
    let p = next_prime(number(2 * seed + 1, 512));
    let q = next_prime(number(2 * seed + 2, 512));
    Numbers::new(p * q, UBig::from(65537u32))
}
