//! Fermat's factorization: primes that lie close together.
//!
//! With p = a + b and q = a - b, n = a² - b². Beginning with the root of n, each a is tried until a² - n is a square.
//! Close primes are found within the first few.

use std::sync::LazyLock;

use dashu_int::UBig;
use dashu_int::ops::BitTest as _;

use super::numbers::{is_square, root};
use super::{Check, Finding, Numbers, Severity};

/// The two primes lie close together.
pub(super) static CLOSE_PRIMES: Check = Check {
    name: "rsa-close-primes",
    severity: Severity::Error,
    what: "The two primes of the RSA modulus lie so close together that Fermat's method finds them.",
    why: "Whoever has the public key can compute the private one in an instant. Printers by Canon, Fuji Xerox and \
          others made such keys: their library took the next prime after the first for the second.",
    remedy: "Make a new key with another program, and replace this one wherever it is used.",
    source: "CVE-2022-26320; H. Böck, Fermat Factorization in the Wild, 2023",
};

/// How many candidates are tried when nothing else is said. Faulty generators were found within the first hundred;
/// sound keys are found with a probability far below 2^-400.
pub const DEFAULT_ROUNDS: u64 = 10_000;

/// Moduli by which a number that is no square shows it. Each is below 66, so that the squares by one of them, repeated
/// once so that any 64 consecutive ones can be cut out, fit into 128 bits.
const MODULI: [u8; 16] = [64, 63, 65, 11, 17, 19, 23, 31, 29, 37, 41, 43, 47, 53, 59, 61];

/// For each modulus m and each residue r: bit k says whether k² - r is a square modulo m.
static PATTERNS: LazyLock<Vec<Vec<u128>>> =
    LazyLock::new(|| MODULI.iter().map(|m| (0..*m).map(|residue| pattern(*m, residue)).collect()).collect());

fn pattern(m: u8, residue: u8) -> u128 {
    let m = u32::from(m);
    let squares = (0..m).fold(0u128, |squares, k| squares | 1 << (k * k % m));
    (0..128).fold(0, |bits, k| {
        let difference = (k * k + m - u32::from(residue)) % m;
        bits | (squares >> difference & 1) << k
    })
}

pub(super) fn check(numbers: &Numbers, rounds: u64) -> Option<Finding> {
    // An even modulus has the factor 2; a² - n is never a square when n is 2 modulo 4.
    if !numbers.is_of_sane_size() || !numbers.n.bit(0) {
        return None;
    }
    let round = search(&numbers.n, rounds)?;
    Some(CLOSE_PRIMES.found(if round == 0 && is_square(&numbers.n) {
        "the two primes are the same: the modulus is a square".to_owned()
    } else {
        format!("Fermat's method finds the primes in round {round}")
    }))
}

/// The round in which the factors are found. 64 rounds at a time are sieved by the moduli; what is left is tried.
fn search(n: &UBig, rounds: u64) -> Option<u64> {
    let low = root(n);
    let start = if &low * &low == *n { low } else { low + UBig::ONE };
    let rows: Vec<(u128, u64, u64)> = MODULI
        .iter()
        .zip(PATTERNS.iter())
        .filter_map(|(m, patterns)| {
            let m = u64::from(*m);
            let residue = usize::try_from(n % m).ok()?;
            Some((*patterns.get(residue)?, &start % m, m))
        })
        .collect();
    for block in (0..rounds).step_by(64) {
        let mut left = rows.iter().try_fold(u64::MAX, |left, (pattern, start, m)| {
            let left = left & (pattern >> ((start + block % m) % m)) as u64;
            (left != 0).then_some(left)
        });
        while let Some(bits) = left.filter(|bits| *bits != 0) {
            let round = block + u64::from(bits.trailing_zeros());
            if round >= rounds {
                break;
            }
            let a = &start + UBig::from(round);
            let difference = &a * &a - n;
            if is_square(&difference) && (&a - root(&difference)) > UBig::ONE {
                return Some(round);
            }
            left = Some(bits & (bits - 1));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::super::numbers::samples::{next_prime, number, sound};
    use super::*;

    /// What the sieve must find, by the plainest search.
    fn plain(n: &UBig, rounds: u64) -> Option<u64> {
        let low = root(n);
        let start = if &low * &low == *n { low } else { low + UBig::ONE };
        (0..rounds).find(|round| {
            let a = &start + UBig::from(*round);
            let difference = &a * &a - n;
            is_square(&difference) && (&a - root(&difference)) > UBig::ONE
        })
    }

    #[test]
    fn the_sieve_finds_what_the_plain_search_finds() {
        let mut found = 0;
        for n in (9u64..20_000).step_by(2) {
            let n = UBig::from(n);
            assert_eq!(search(&n, 50), plain(&n, 50), "{n}");
            found += usize::from(search(&n, 50).is_some());
        }
        assert!(found > 1000);
    }

    #[test]
    fn primes_at_a_distance_of_many_rounds_are_found_in_that_round() {
        let p = next_prime(number(5, 512));
        // In round r the primes differ by about √(8r·√n).
        for rounds in [1u64, 50, 999, 100_000] {
            let distance = root(&(root(&(&p * &p)) * UBig::from(8 * rounds)));
            let q = next_prime(&p + distance);
            let numbers = Numbers::new(&p * q, UBig::from(65537u32));
            let round = search(&numbers.n, 2 * rounds + 2).unwrap();
            assert!(round.abs_diff(rounds) <= 1 + rounds / 50, "{rounds}: {round}");
            assert!(check(&numbers, round).is_none() && check(&numbers, round + 1).is_some());
        }
    }

    #[test]
    fn the_square_of_a_prime_is_found_and_a_sound_key_is_not() {
        let p = next_prime(number(5, 512));
        let square = Numbers::new(&p * &p, UBig::from(65537u32));
        assert!(check(&square, 1).unwrap().message.contains("the same"));
        assert!(check(&sound(1), 1_000_000).is_none());
    }
}
