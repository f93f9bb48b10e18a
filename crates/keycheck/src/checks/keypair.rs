//! Finds keys of npm's package keypair before 1.0.4, whose generator was hardly seeded.
//!
//! The generator is AES-128, which computes the next key and the next block after each block of output. Its first key is
//! derived by SHA-1 from 32 bytes. The first byte is the time in milliseconds, modulo 256. The others should be random, but
//! were converted to characters twice: each byte becomes 0 unless it is a digit, which becomes 1 to 9. So 97 percent of them
//! are 0. A third of all keys have only zeros there, and 70 percent have at most one other byte.
//!
//! The search for a prime begins at the output of the generator and ends close to it. So the first bits of all these moduli are
//! known without any primality test.

use std::sync::LazyLock;

use aes::Aes128;
use aes::cipher::{BlockCipherEncrypt as _, KeyInit as _};
use dashu_int::UBig;
use sha1::{Digest as _, Sha1};

use super::near_guess::factor_near;
use super::numbers::Numbers;
use crate::finding::{Check, Finding, Severity};

/// The key was made by the package.
pub(crate) static KEYPAIR: Check = Check {
    name: "rsa-keypair",
    severity: Severity::Error,
    what: "The RSA key was made by npm's package keypair before version 1.0.4 (GitKraken 7.6 to 8.0 did so), and its primes \
           were computed. A third of these keys are found, and 70 percent with `--deep`. The finding is a \
           factorization, so it is never wrong.",
    why: "The generator was seeded with little more than a byte. Anyone can compute the private keys, and several users \
          have the same ones.",
    remedy: "Generate a new key with another program, and replace this one wherever it is used.",
    source: "CVE-2021-41117; GitHub Security Lab, GHSL-2021-1012",
};

/// The sizes of keys that are checked, in bits.
const SIZES: [usize; 4] = [1024, 2048, 3072, 4096];

/// The seed of the generator.
type Seed = [u8; 32];

/// The first words of the moduli of seeds, sorted by the words.
type Table = Vec<(u64, Seed)>;

/// The tables of each size, and the larger ones for `--deep`.
static TABLES: [[LazyLock<Table>; 2]; SIZES.len()] = [
    [LazyLock::new(|| table(1024, few())), LazyLock::new(|| table(1024, many()))],
    [LazyLock::new(|| table(2048, few())), LazyLock::new(|| table(2048, many()))],
    [LazyLock::new(|| table(3072, few())), LazyLock::new(|| table(3072, many()))],
    [LazyLock::new(|| table(4096, few())), LazyLock::new(|| table(4096, many()))],
];

pub(super) fn check(numbers: &Numbers, deep: bool) -> Option<Finding> {
    let bits = numbers.bits();
    let [few, many] = TABLES.get(SIZES.iter().position(|size| *size == bits)?)?;
    let word = *numbers.words.last()?;
    let seed = find(few, word).or_else(|| if deep { find(many, word) } else { None })?;
    // Another key could have the same first word.
    primes(bits, seed).iter().any(|prime| factor_near(&numbers.n, prime).is_some()).then(|| {
        KEYPAIR.found("the key was made by npm's keypair before 1.0.4 (CVE-2021-41117); its primes were computed")
    })
}

fn find(table: &Table, word: u64) -> Option<&Seed> {
    let index = table.binary_search_by_key(&word, |(word, _)| *word).ok()?;
    table.get(index).map(|(_, seed)| seed)
}

fn table(bits: usize, seeds: impl Iterator<Item = Seed>) -> Table {
    let first_word = |seed| {
        let [p, q] = primes(bits, &seed);
        let word = (p * q) >> (bits - 64);
        (u64::try_from(word).unwrap_or_default(), seed)
    };
    let mut table: Table = seeds.map(first_word).collect();
    table.sort_unstable();
    table
}

/// All times, with zeros.
fn few() -> impl Iterator<Item = Seed> {
    (0..=u8::MAX).map(|time| {
        let mut seed = [0; 32];
        if let Some(first) = seed.first_mut() {
            *first = time;
        }
        seed
    })
}

/// All times, with one byte that is not 0.
fn many() -> impl Iterator<Item = Seed> {
    few().flat_map(|seed| {
        (1..seed.len()).flat_map(move |place| {
            (1..=9).map(move |digit| {
                let mut seed = seed;
                if let Some(byte) = seed.get_mut(place) {
                    *byte = digit;
                }
                seed
            })
        })
    })
}

/// Returns the integers where the search for the two primes of a key begins. If the modulus is too short, the smaller one is
/// replaced.
fn primes(bits: usize, seed: &Seed) -> [UBig; 2] {
    let mut generator = Generator::seeded(seed);
    let (mut p, mut q) = (generator.start(bits / 2), generator.start(bits / 2));
    let least = UBig::ONE << (bits - 1);
    while &p * &q < least {
        p = p.max(q);
        q = generator.start(bits / 2);
    }
    [p, q]
}

struct Generator {
    key: [u8; 16],
    block: [u8; 16],
}

impl Generator {
    fn seeded(seed: &Seed) -> Self {
        let key = Sha1::digest(Sha1::digest(seed));
        let block = Sha1::digest(key);
        let first = |digest: &[u8]| digest.first_chunk().copied().unwrap_or_default();
        Self { key: first(&key), block: first(&block) }
    }

    /// Returns sixteen bytes, and computes the next key and the next block.
    fn next(&mut self) -> [u8; 16] {
        let encrypt = |key: &[u8; 16], block: [u8; 16]| {
            let mut block = block.into();
            Aes128::new(&(*key).into()).encrypt_block(&mut block);
            <[u8; 16]>::from(block)
        };
        let output = encrypt(&self.key, self.block);
        // The last 32 bits are a counter.
        if let Some(counter) = self.block.last_chunk_mut() {
            *counter = u32::from_be_bytes(*counter).wrapping_add(1).to_be_bytes();
        }
        self.key = encrypt(&self.key, self.block);
        self.block = encrypt(&self.key, self.block);
        output
    }

    /// Returns an integer of `bits` bits, the highest of them set. One extra byte is drawn and dropped, and so is the remainder
    /// of the last block.
    fn start(&mut self, bits: usize) -> UBig {
        let mut bytes = Vec::new();
        while bytes.len() <= bits / 8 {
            bytes.extend(self.next());
        }
        UBig::from_be_bytes(bytes.get(1..=bits / 8).unwrap_or_default()) | UBig::ONE << (bits - 1)
    }
}

#[cfg(test)]
mod tests {
    use super::super::numbers::samples::{next_prime, number, strong_key};
    use super::*;

    fn key(bits: usize, seed: &Seed) -> Numbers {
        let [p, q] = primes(bits, seed).map(next_prime);
        Numbers::new(p * q, UBig::from(65537u32))
    }

    #[test]
    fn keys_of_the_generator_are_found() {
        let zeros: Vec<Seed> = few().collect();
        let one: Vec<Seed> = many().collect();
        assert_eq!((zeros.len(), one.len()), (256, 256 * 31 * 9));
        for seed in [0, 1, 77, 255] {
            assert!(check(&key(1024, &zeros[seed]), false).is_some(), "{seed}");
        }
        for seed in [0, 40_000] {
            let key = key(1024, &one[seed]);
            assert!(check(&key, false).is_none() && check(&key, true).is_some(), "{seed}");
        }
    }

    #[test]
    fn other_keys_are_not() {
        assert!((0..5).all(|seed| check(&strong_key(seed), true).is_none()));
        let word = *key(1024, &[0; 32]).words.last().unwrap();
        let like_it = (UBig::from(word) << 960) + number(1, 896);
        assert!(check(&Numbers::new(like_it, UBig::from(65537u32)), true).is_none());
    }
}
