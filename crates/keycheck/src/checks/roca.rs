//! Finds ROCA keys, whose primes Infineon's library made from powers of 65537.
//!
//! Each prime is k·M + (65537^a mod M) with M the product of the first primes, so the modulus is a power of 65537 modulo M. M
//! always contains the primes up to 167. For each of them the residue must be a power of 65537, and one exponent must fit all
//! of them.

use std::sync::LazyLock;

use super::numbers::Numbers;
use super::residues::Divisor;
use crate::finding::{Check, Finding, Severity};

/// The modulus has the fingerprint of ROCA.
pub(crate) static ROCA: Check = Check {
    name: "roca",
    severity: Severity::Error,
    what: "The RSA modulus is a power of 65537 modulo the product of the primes up to 167: the fingerprint of keys \
           made by Infineon's RSALib (smart cards, YubiKey 4, TPMs) before 2017. A strong key has it with a \
           probability below 2^-150.",
    why: "The primes have so little randomness that the private key can be computed from the public one: for 2048 bits \
          in some ten thousand processor-days, for fewer bits in much less.",
    remedy: "Generate a new key with a program, not on that device, or update the device's firmware first; \
             replace this one wherever it is used.",
    source: "CVE-2017-15361; M. Nemec, M. Sys, P. Svenda, D. Klinec, V. Matyas, The Return of Coppersmith's Attack, \
             2017",
};

/// The odd primes whose product is part of M for every size of key.
const PRIMES: [u16; 38] = [
    3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109,
    113, 127, 131, 137, 139, 149, 151, 157, 163, 167,
];

/// The logarithms to the base 65537 modulo a prime.
struct Logarithms {
    prime: u64,
    /// The order of 65537.
    order: u64,
    /// For each residue its logarithm, if it has one.
    of: Vec<Option<u64>>,
}

impl Logarithms {
    fn modulo(prime: u16) -> Self {
        let prime = u64::from(prime);
        let mut powers = vec![1];
        while let Some(next) = powers.last().map(|power| power * 65537 % prime).filter(|next| *next != 1) {
            powers.push(next);
        }
        let logarithm = |residue| powers.iter().position(|power| *power == residue).map(|position| position as u64);
        Self { prime, order: powers.len() as u64, of: (0..prime).map(logarithm).collect() }
    }

    /// Returns how many in a million residues have a logarithm.
    const fn share(&self) -> u64 {
        self.order * 1_000_000 / (self.prime - 1)
    }
}

/// The primes in few divisors; those that exclude most integers come first.
static TABLES: LazyLock<Vec<(Divisor, Vec<Logarithms>)>> = LazyLock::new(|| {
    let mut tables: Vec<Logarithms> = PRIMES.into_iter().map(Logarithms::modulo).collect();
    tables.sort_by_key(Logarithms::share);
    let groups = Divisor::of_products(tables.iter().map(|table| table.prime));
    let mut rest = tables.into_iter();
    groups.into_iter().map(|(divisor, members)| (divisor, rest.by_ref().take(members.len()).collect())).collect()
});

pub(super) fn check(numbers: &Numbers) -> Option<Finding> {
    let mut logarithms: Vec<(u64, u64)> = Vec::new();
    for (divisor, tables) in TABLES.iter() {
        let remainder = divisor.remainder(&numbers.words);
        for table in tables {
            let residue = usize::try_from(remainder % table.prime).ok()?;
            logarithms.push((table.of.get(residue).copied().flatten()?, table.order));
        }
    }
    // By the Chinese remainder theorem there is one exponent for all exactly if there is one for each pair.
    let agree = logarithms.iter().enumerate().all(|(index, (a, order))| {
        logarithms.iter().skip(index + 1).all(|(b, other)| a.abs_diff(*b).is_multiple_of(gcd(*order, *other)))
    });
    agree.then(|| ROCA.found("the modulus has the fingerprint of Infineon's RSALib (CVE-2017-15361)"))
}

const fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use dashu_int::UBig;

    use super::super::numbers::samples::{next_prime, number, strong_key};
    use super::super::prime_modulus::is_probably_prime;
    use super::*;

    fn tables() -> impl Iterator<Item = &'static Logarithms> {
        TABLES.iter().flat_map(|(_, tables)| tables)
    }

    /// A prime as the library makes them: k·M + (65537^a mod M).
    fn prime(seed: u64, a: usize) -> UBig {
        let m = PRIMES.iter().fold(UBig::from(2u32), |m, prime| m * UBig::from(*prime));
        let base = UBig::from(65537u32).pow(a) % &m;
        let mut candidate = number(seed, 512) / &m * &m + base;
        while !is_probably_prime(&candidate) {
            candidate += &m;
        }
        candidate
    }

    #[test]
    fn the_product_of_two_such_primes_is_found() {
        let numbers = Numbers::new(prime(1, 12345) * prime(2, 999), UBig::from(65537u32));
        assert_eq!(check(&numbers).unwrap().check.name, "roca");
    }

    #[test]
    fn one_such_prime_alone_and_strong_keys_are_not() {
        assert!(check(&Numbers::new(prime(1, 12345) * next_prime(number(2, 512)), UBig::from(3u32))).is_none());
        for seed in 0..5 {
            assert!(check(&strong_key(seed)).is_none());
        }
    }

    /// Residues that are powers each, but not with one exponent.
    #[test]
    fn a_number_that_fits_each_prime_but_not_all_is_not() {
        let m = PRIMES.iter().fold(UBig::from(2u32), |m, prime| m * UBig::from(*prime));
        // 1 modulo all primes but the last, and 65537 modulo the last.
        let others = &m / UBig::from(167u32);
        let n = (0..167u32).map(|k| &others * UBig::from(k) + UBig::ONE).find(|n| n % 167u64 == 65537 % 167).unwrap();
        assert!(tables().all(|table| table.of[(&n % table.prime) as usize].is_some()));
        assert!(check(&Numbers::new(n, UBig::from(3u32))).is_none());
    }

    #[test]
    fn a_random_number_has_the_fingerprint_more_rarely_than_two_to_the_minus_150() {
        let lcm = tables().fold(1, |lcm, table| lcm / gcd(lcm, table.order) * table.order);
        let bits: f64 = PRIMES.iter().map(|prime| f64::from(prime - 1).log2()).sum::<f64>() - (lcm as f64).log2();
        assert!(bits > 150.0, "{bits}");
    }
}
