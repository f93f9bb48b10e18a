//! Finds primes that are close together, by Fermat's factorization.
//!
//! With p = a + b and q = a - b, n = a² - b². Beginning with the root of n, each a is tried until a² - n is a square. Close
//! primes are found within the first few rounds.

use std::sync::LazyLock;

use dashu_int::UBig;
use dashu_int::ops::BitTest as _;

use super::numbers::Numbers;
use super::numbers::{is_square, root, words};
use super::residues::Divisor;
use crate::finding::{Check, Finding, Severity};

/// The two primes are close together.
pub(crate) static CLOSE_PRIMES: Check = Check {
    name: "rsa-close-primes",
    severity: Severity::Error,
    what: "The two primes of the RSA modulus are so close together that Fermat's method finds them.",
    why: "Anyone who has the public key can compute the private one in an instant. Printers by Canon and Fujifilm made \
          such keys by a library, Rambus SafeZone, whose two primes lie near each other.",
    remedy: "Generate a new key with another program, and replace this one wherever it is used.",
    source: "CVE-2022-26320; H. Böck, Fermat Factorization in the Wild, ePrint 2023/026",
};

/// The default number of candidates that are tried. Keys of faulty generators were found within the first hundred; strong keys
/// are found with a probability far below 2^-400. A key takes 10 microseconds.
pub const DEFAULT_ROUNDS: u64 = 100_000;

/// Odd moduli that show that a² - n is not a square. The first ones cross out whole rows of candidates; the others test the
/// remaining candidates one by one. With 64, whose pattern is the same in every word of candidates, they leave one candidate in
/// some ten million.
const ROWS: [u64; 5] = [63, 65, 11, 17, 19];
const SINGLY: [u64; 10] = [23, 29, 31, 37, 41, 43, 47, 53, 59, 61];

/// The number of words of candidates that are crossed out at a time.
const WORDS: usize = 256;

/// A modulus, with its squares.
struct Squares {
    modulus: u64,
    /// Bit r is set if r is a square, for r below the modulus.
    squares: u128,
    /// For each residue r of n, the remaining candidates: bit i of word w is that of 64·w + i. The modulus is the period of the
    /// words, which are repeated so that there are at least 64.
    rows: Vec<Vec<u64>>,
}

impl Squares {
    fn modulo(modulus: u64, with_rows: bool) -> Self {
        let squares = (0..modulus).fold(0u128, |squares, k| squares | 1 << (k * k % modulus));
        let mut this = Self { modulus, squares, rows: Vec::new() };
        if with_rows {
            let length = if modulus == 64 { 1 } else { 64u64.next_multiple_of(modulus) };
            this.rows =
                (0..modulus).map(|residue| (0..length).map(|word| this.word(residue, word)).collect()).collect();
        }
        this
    }

    /// Whether a² - n can be a square for this a, by the residues of both.
    const fn allow(&self, a: u64, n: u64) -> bool {
        self.squares >> ((a * a + self.modulus - n) % self.modulus) & 1 == 1
    }

    fn word(&self, n: u64, word: u64) -> u64 {
        (0..64).filter(|i| self.allow((64 * word + i) % self.modulus, n)).fold(0, |bits, i| bits | 1 << i)
    }
}

struct Tables {
    by_64: Squares,
    rows: [Squares; ROWS.len()],
    singly: [Squares; SINGLY.len()],
    /// The products of the odd moduli, with the moduli of each.
    divisors: Vec<(Divisor, Vec<u64>)>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(|| Tables {
    by_64: Squares::modulo(64, true),
    rows: ROWS.map(|modulus| Squares::modulo(modulus, true)),
    singly: SINGLY.map(|modulus| Squares::modulo(modulus, false)),
    divisors: Divisor::of_products(ROWS.into_iter().chain(SINGLY)),
});

impl Tables {
    /// Returns the residues by each odd modulus.
    fn residues(&self, words: &[u64]) -> impl Iterator<Item = u64> {
        self.divisors.iter().flat_map(|(divisor, moduli)| {
            let remainder = divisor.remainder(words);
            moduli.iter().map(move |modulus| remainder % modulus)
        })
    }
}

pub(super) fn check(numbers: &Numbers, rounds: u64) -> Option<Finding> {
    // An even modulus has the factor 2; a² - n is never a square when n is 2 modulo 4.
    if !numbers.is_of_sane_size() || !numbers.n.bit(0) {
        return None;
    }
    let round = search(numbers, rounds)?;
    Some(CLOSE_PRIMES.found(if round == 0 && is_square(&numbers.n) {
        "the two primes are the same: the modulus is a square".to_owned()
    } else {
        format!("Fermat's method finds the primes in round {round}")
    }))
}

/// Returns the round in which the factors are found.
fn search(numbers: &Numbers, rounds: u64) -> Option<u64> {
    let n = &numbers.n;
    let low = root(n);
    let start = if &low * &low == *n { low } else { low + UBig::ONE };
    let start_words = words(&start.to_be_bytes());
    let tables = &*TABLES;
    let (of_n, of_start) = (tables.residues(&numbers.words), tables.residues(&start_words));
    let residues: Vec<(u64, u64)> = of_n.zip(of_start).collect();
    let (for_rows, singly) = residues.split_at_checked(ROWS.len())?;
    // The candidates are counted from a multiple of 64 below the first one.
    let skipped = start_words.first()? % 64;
    let by_64 = tables.by_64.rows.get((numbers.words.first()? % 64) as usize)?.first()?;
    let mut rows: Vec<Row<'_>> =
        tables.rows.iter().zip(for_rows).filter_map(|(m, r)| Row::at(m, *r, skipped)).collect();
    let end = skipped.saturating_add(rounds);
    let mut words = [0; WORDS];
    for block in (0..end).step_by(64 * WORDS) {
        let words = words.get_mut(..usize::try_from((end - block).div_ceil(64)).unwrap_or(WORDS).min(WORDS))?;
        words.fill(*by_64);
        rows.iter_mut().for_each(|row| row.cross_out(words));
        for (index, word) in words.iter().enumerate().filter(|(_, word)| **word != 0) {
            let first = block + 64 * index as u64;
            let candidates = (0..64).filter(|i| word >> i & 1 == 1).map(|i| first + i);
            for candidate in candidates.filter(|candidate| (skipped..end).contains(candidate)) {
                let round = candidate - skipped;
                let allowed = |(m, (n, start)): (&Squares, &(u64, u64))| m.allow((start + round) % m.modulus, *n);
                if tables.singly.iter().zip(singly).all(allowed) && factors(n, &start, round) {
                    return Some(round);
                }
            }
        }
    }
    None
}

/// Whether the candidate of this round gives two factors.
fn factors(n: &UBig, start: &UBig, round: u64) -> bool {
    let a = start + UBig::from(round);
    let difference = &a * &a - n;
    is_square(&difference) && (&a - root(&difference)) > UBig::ONE
}

/// The candidates that a modulus leaves, and the current position in them.
struct Row<'t> {
    words: &'t [u64],
    next: usize,
}

impl<'t> Row<'t> {
    /// Returns the row of a modulus for the residues of n and of the first candidate, beginning `skipped` candidates before it.
    fn at(squares: &'t Squares, (n, start): (u64, u64), skipped: u64) -> Option<Self> {
        let m = squares.modulus;
        let first = (start + m - skipped % m) % m;
        // The word whose first candidate has that residue: the modulus is odd, so there is one.
        let next = (0..m).find(|word| 64 * word % m == first)?;
        Some(Self { words: squares.rows.get(usize::try_from(n).ok()?)?, next: usize::try_from(next).ok()? })
    }

    fn cross_out(&mut self, mut words: &mut [u64]) {
        while !words.is_empty() {
            let row = self.words.get(self.next..).unwrap_or_default();
            let run = row.len().min(words.len());
            if run == 0 {
                self.next = 0;
                continue;
            }
            let (now, later) = words.split_at_mut(run);
            now.iter_mut().zip(row).for_each(|(word, left)| *word &= left);
            words = later;
            self.next += run;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::numbers::samples::{next_prime, number, strong_key};
    use super::*;

    /// The expected result of the sieve, by a plain search.
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
            let numbers = Numbers::new(UBig::from(n), UBig::ONE);
            assert_eq!(search(&numbers, 50), plain(&numbers.n, 50), "{n}");
            found += usize::from(search(&numbers, 50).is_some());
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
            let round = search(&numbers, 2 * rounds + 2).unwrap();
            assert!(round.abs_diff(rounds) <= 1 + rounds / 50, "{rounds}: {round}");
            assert!(check(&numbers, round).is_none() && check(&numbers, round + 1).is_some());
        }
    }

    #[test]
    fn the_square_of_a_prime_is_found_and_a_strong_key_is_not() {
        let p = next_prime(number(5, 512));
        let square = Numbers::new(&p * &p, UBig::from(65537u32));
        assert!(check(&square, 1).unwrap().message.contains("the same"));
        assert!(check(&strong_key(1), 1_000_000).is_none());
    }
}
