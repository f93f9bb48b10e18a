//! Searches for the primes of an RSA key, on all cores at once.
//!
//! This is FIPS 186-5, appendix A.1.3 (probable primes), with one change: instead of a new random integer for every test, a
//! random start is drawn, and the odd integers after it are tested in order. A sieve can then discard most of them at almost
//! no cost, which leaves few for the expensive test:
//!
//! | step | module | what remains of 1,000 odd integers of 1024 bits |
//! |---|---|---|
//! | no small factor, p − 1 coprime to 65537 | [`common::sieve`] | 85 |
//! | Fermat's test for the base 2 | [`common::simd::FermatTest`] | 2.8, all but surely primes |
//! | Miller–Rabin with random bases, as often as FIPS 186-5 asks | [`primality`] | 2.8 |
//!
//! # Is a prime after a random start random enough?
//! It is not quite uniform: a prime after a long gap is found more often. Brandt and Damgård ("On generation of probable
//! primes by incremental search", CRYPTO '92) show that its entropy is almost the maximum (with gaps as they are expected,
//! 0.6 bits less), and no known attack benefits from the difference. A window is bounded: four odd integers for each bit,
//! some 11.5 times the mean gap, so no prime is more than 11.5 times as likely as the mean. A window without a prime, one in
//! 100,000, is replaced by one with a new start. Each prime has a start of its own: p and q share nothing.
//!
//! # What the timing may reveal
//! All integers of a window share their upper bits with the prime that is found in it, so even a discarded composite is
//! secret: every power is computed in constant time. The number of tests, and so the duration of the search, reveals the gap
//! before a prime, as in every such search. Integers are wiped after use; safe code cannot reach copies that the compiler
//! leaves on a thread's stack.

mod primality;
mod search;
mod start;

use std::fmt::Display;

use common::error::Error;
use crypto_bigint::{BoxedUint, U1024, U1536, U2048, U4096, U8192};
use rand_core::TryRng;
use rsa::PrivateKey;
use rsa::traits::PrivateKeyParts as _;
use zeroize::Zeroizing;

use search::{Found, PUBLIC_EXPONENT, search};

/// Makes an RSA key with a modulus of exactly that many bits. Both primes have half the bits and their two upper bits set, so
/// the product is never a bit short. For an odd size, p has the additional bit.
///
/// # Errors
/// The source of randomness fails, or the size exceeds what OpenSSH reads.
pub(crate) fn rsa_key<R>(bits: u32, random: R) -> Result<PrivateKey, Error>
where
    R: TryRng<Error: Display + Send> + Copy + Send + Sync,
{
    loop {
        let mut primes = pair(bits, random)?;
        let (Some(q), Some(p)) = (primes.pop(), primes.pop()) else { continue };
        let (p, q) = (Zeroizing::new(p), Zeroizing::new(q));
        if too_close(&p, &q, bits) {
            continue;
        }
        let key = PrivateKey::from_p_q((*p).clone(), (*q).clone(), BoxedUint::from(PUBLIC_EXPONENT))
            .map_err(|error| Error::failure(format!("cannot make the RSA key: {error}")))?;
        // FIPS 186-5, A.1.1, 3(a): d > 2^(nlen/2). As d is odd, one bit more is enough. This never happens by chance.
        if key.d().bit_width() > bits.div_ceil(2) {
            return Ok(key);
        }
    }
}

/// Finds p and q, in one search if they have the same size.
fn pair<R>(bits: u32, random: R) -> Result<Found, Error>
where
    R: TryRng<Error: Display + Send> + Copy + Send + Sync,
{
    let (p_bits, q_bits) = (bits.div_ceil(2), bits / 2);
    if p_bits == q_bits {
        return of_size(p_bits, 2, random);
    }
    let mut primes = of_size(p_bits, 1, random)?;
    primes.append(&mut *of_size(q_bits, 1, random)?);
    Ok(primes)
}

/// Searches with the next larger of some integer sizes that are fixed at compile time, which is faster than with variable
/// sizes: those of the usual keys, and two more. Each adds some 40 KiB to the program.
fn of_size<R>(bits: u32, count: usize, random: R) -> Result<Found, Error>
where
    R: TryRng<Error: Display + Send> + Copy + Send + Sync,
{
    match bits {
        0..=1024 => search::<{ U1024::LIMBS }, R>(bits, count, random),
        1025..=1536 => search::<{ U1536::LIMBS }, R>(bits, count, random),
        1537..=2048 => search::<{ U2048::LIMBS }, R>(bits, count, random),
        2049..=4096 => search::<{ U4096::LIMBS }, R>(bits, count, random),
        4097..=8192 => search::<{ U8192::LIMBS }, R>(bits, count, random),
        _ => Err(Error::failure(format!("primes of {bits} bits are more than OpenSSH reads"))),
    }
}

/// Whether |p − q| ≤ 2^(nlen/2 − 100), FIPS 186-5, A.1.3, 5.4: then Fermat's method would find them.
fn too_close(p: &BoxedUint, q: &BoxedUint, bits: u32) -> bool {
    let (larger, smaller) = if p > q { (p, q) } else { (q, p) };
    let distance = Zeroizing::new(larger.wrapping_sub(smaller));
    // An integer of so few bits is at most 2^(nlen/2 − 100) − 1. The power of two itself is refused together with larger
    // ones.
    distance.bit_width() <= bits / 2 - 100 + 1
}

#[cfg(test)]
mod tests {
    use getrandom::SysRng;
    use rsa::traits::PublicKeyParts as _;

    use super::*;

    #[test]
    fn a_modulus_has_exactly_the_bits_asked_for() {
        for bits in [2048, 2049, 2050, 2559, 3071, 3072, 4096] {
            let key = rsa_key(bits, SysRng).unwrap();
            assert_eq!(key.n().bit_width(), bits, "{bits}");
            let sizes: Vec<u32> = key.primes().iter().map(|prime| prime.bit_width()).collect();
            assert_eq!(sizes, [bits.div_ceil(2), bits / 2], "{bits}");
            assert!(key.d().bit_width() > bits.div_ceil(2), "{bits}");
            key.validate().unwrap();
        }
    }

    #[test]
    fn primes_are_distinct_and_have_their_two_upper_bits_set() {
        let mut seen = Vec::new();
        for _ in 0..10 {
            for prime in pair(2048, SysRng).unwrap().drain(..) {
                assert_eq!(prime.bit_width(), 1024);
                assert!(prime.bit_vartime(1023) && prime.bit_vartime(1022) && prime.bit_vartime(0));
                assert!(!seen.contains(&prime));
                seen.push(prime);
            }
        }
        // Each of the 20 upper bits below the fixed ones is set sometimes, but not always.
        for bit in 1002..1022 {
            let set = seen.iter().filter(|prime| prime.bit_vartime(bit)).count();
            assert!(set > 0 && set < seen.len(), "bit {bit} is the same in {} primes", seen.len());
        }
    }

    #[test]
    fn a_failing_source_of_randomness_is_an_error() {
        for good in [0, 1, 2, 3] {
            let calls = std::sync::atomic::AtomicU32::new(good);
            let error = rsa_key(2048, start::tests::Failing(&calls)).unwrap_err();
            assert_eq!(error.message(), "cannot read system randomness: broken for this test");
        }
    }

    #[test]
    fn close_primes_are_refused() {
        let p = BoxedUint::one_with_precision(1024).shl_vartime(1023).unwrap();
        let plus = |bit: u32| p.wrapping_add(BoxedUint::one_with_precision(1024).shl_vartime(bit).unwrap());
        assert!(too_close(&p, &p, 2048));
        assert!(too_close(&p, &plus(923), 2048));
        assert!(too_close(&plus(924), &p, 2048));
        assert!(!too_close(&p, &plus(925), 2048));
        assert!(!too_close(&plus(925), &p, 2048));
    }

    #[test]
    fn a_size_that_is_not_made_is_refused() {
        assert!(of_size(8193, 1, SysRng).is_err());
    }
}
