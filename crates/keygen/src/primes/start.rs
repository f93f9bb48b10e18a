//! Draws random integers from the operating system.

use crypto_bigint::Uint;
use rand_core::TryRng;
use zeroize::{Zeroize as _, Zeroizing};

/// A random integer below 2^`bits`.
pub(super) fn below_power<const L: usize, R: TryRng>(bits: u32, random: &mut R) -> Result<Uint<L>, R::Error> {
    let mut bytes = Zeroizing::new(vec![0; Uint::<L>::BYTES]);
    random.try_fill_bytes(&mut bytes)?;
    let mut all = Uint::<L>::from_le_slice(&bytes);
    let number = all.shr_vartime(Uint::<L>::BITS - bits);
    all.zeroize();
    Ok(number)
}

/// A random odd integer of exactly `bits` bits with its two upper bits set: the product of two such integers has all the bits
/// of both. FIPS 186-5, A.1.3, 4.2 and 4.4 ask for √2·2^(bits − 1) or more; this is 1.5·2^(bits − 1) or more.
pub(super) fn odd<const L: usize, R: TryRng>(bits: u32, random: &mut R) -> Result<Zeroizing<Uint<L>>, R::Error> {
    let mut number = Zeroizing::new(below_power::<L, R>(bits, random)?);
    let fixed = Uint::<L>::ONE | Uint::from(3_u8).shl_vartime(bits - 2);
    *number |= fixed;
    Ok(number)
}

#[cfg(test)]
pub(super) mod tests {
    use std::fmt;
    use std::sync::atomic::{AtomicU32, Ordering};

    use getrandom::SysRng;

    use super::*;

    /// A source of randomness that fails after a number of draws.
    #[derive(Clone, Copy)]
    pub(in crate::primes) struct Failing<'a>(pub(in crate::primes) &'a AtomicU32);

    #[derive(Debug)]
    pub(in crate::primes) struct Dry;

    impl fmt::Display for Dry {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("broken for this test")
        }
    }

    impl std::error::Error for Dry {}

    impl TryRng for Failing<'_> {
        type Error = Dry;

        fn try_next_u32(&mut self) -> Result<u32, Dry> {
            Err(Dry)
        }

        fn try_next_u64(&mut self) -> Result<u64, Dry> {
            Err(Dry)
        }

        fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Dry> {
            self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).map_err(|_| Dry)?;
            SysRng.try_fill_bytes(bytes).map_err(|_| Dry)
        }
    }

    #[test]
    fn a_start_is_odd_and_has_its_size_and_two_upper_bits() {
        for bits in [100, 127, 128] {
            for _ in 0..100 {
                let start = odd::<2, _>(bits, &mut SysRng).unwrap();
                assert_eq!(start.bit_width_vartime(), bits);
                assert!(start.bit_vartime(bits - 2) && start.bit_vartime(0));
            }
        }
    }
}
