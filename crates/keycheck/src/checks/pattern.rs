//! Finds moduli that are not random.
//!
//! The bits of a product of two random primes look random. A random integer of that length passes each of the five tests here
//! with a probability above 1 - 2^-64, so all tests together report one strong key in 2^61 by mistake.

use std::sync::LazyLock;

use super::numbers::Numbers;
use crate::finding::{Check, Finding, Severity};

/// The modulus has a pattern.
pub(crate) static PATTERN: Check = Check {
    name: "rsa-pattern",
    severity: Severity::Error,
    what: "The bits of the RSA modulus are not random: a long run of equal bits, a block that is repeated, few \
           distinct bytes, far more ones than zeros or the reverse, or bits that are the same in every word. Each is \
           so improbable that one strong key in 2^61 is reported by mistake.",
    why: "The primes were not random either, and anyone who knows or guesses the pattern can find them; or the \
          key was damaged in transit.",
    remedy: "Generate a new key with another program, and replace this one wherever it is used.",
    source: "H. Böck, badkeys (pattern, rsabias, rsapoly); W. Hoeffding, Probability inequalities, 1963, for the bound",
};

/// The probability of a false alarm is below 2^-64 for each test.
const BITS: f64 = 64.0;

/// The length of a block that must not occur twice, in bytes: C(2048, 2) / 2^128 is below 2^-106.
const BLOCK: usize = 16;

/// Of a long modulus only the beginning and the end are checked, with this many bytes each.
const MOST_BYTES: usize = 1024;

pub(super) fn check(numbers: &Numbers) -> Option<Finding> {
    let bytes = &numbers.bytes;
    let parts = if bytes.len() > 2 * MOST_BYTES {
        vec![bytes.get(..MOST_BYTES)?, bytes.get(bytes.len() - MOST_BYTES..)?]
    } else {
        vec![bytes.as_slice()]
    };
    // Shorter moduli are skipped; they fail for their length.
    let message = parts.into_iter().filter(|part| part.len() >= 32).find_map(|part| {
        long_run(part)
            .or_else(|| repeated_block(part))
            .or_else(|| bias(part))
            .or_else(|| few_bytes(part))
            .or_else(|| equal_in_words(part))
    })?;
    Some(PATTERN.found(message))
}

/// Finds a long run of equal bits. A run of r bits begins at one of b places with a probability of b / 2^(r - 1).
fn long_run(bytes: &[u8]) -> Option<String> {
    let bits = bytes.len() as f64 * 8.0;
    let most = (BITS + 1.0 + bits.log2()).ceil() as u32;
    // A run that long contains four whole bytes, counted in fours from the beginning or, at the very end, from the end.
    let is_even = |word: &[u8]| matches!(word, [0, 0, 0, 0] | [0xff, 0xff, 0xff, 0xff]);
    if !bytes.chunks_exact(4).any(is_even) && !bytes.rchunks_exact(4).any(is_even) {
        return None;
    }
    let (mut longest, mut run, mut last) = (0, 0, None);
    for bit in bytes.iter().flat_map(|byte| (0..8).rev().map(move |shift| byte >> shift & 1)) {
        run = if last == Some(bit) { run + 1 } else { 1 };
        last = Some(bit);
        longest = longest.max(run);
    }
    (longest >= most).then(|| format!("the modulus has {longest} equal bits in a row"))
}

/// Finds a block that occurs twice, at any two places. Each block contains one of the words that the bytes are divided into,
/// and that word occurs twice as well. Words are first compared by a hash of a few bits.
fn repeated_block(bytes: &[u8]) -> Option<String> {
    const WORD: usize = 8;
    let place = |word: u64| {
        let hash = word.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 52;
        ((hash / 64) as usize, 1u64 << (hash % 64))
    };
    let word = |bytes: &[u8]| bytes.first_chunk().copied().map(u64::from_le_bytes).unwrap_or_default();
    let mut seen = [0u64; 64];
    for word in bytes.chunks_exact(WORD).map(word) {
        let (index, bit) = place(word);
        if let Some(bits) = seen.get_mut(index) {
            *bits |= bit;
        }
    }
    let may_be_known = |(_, word): &(usize, u64)| {
        let (index, bit) = place(*word);
        seen.get(index).is_some_and(|bits| bits & bit != 0)
    };
    let comes_twice = |(start, found): (usize, u64)| {
        bytes.chunks_exact(WORD).map(word).enumerate().any(|(index, word)| word == found && index * WORD != start)
    };
    if !bytes.windows(WORD).map(word).enumerate().filter(may_be_known).any(comes_twice) {
        return None;
    }
    let mut blocks: Vec<&[u8]> = bytes.windows(BLOCK).collect();
    blocks.sort_unstable();
    blocks
        .windows(2)
        .any(|pair| pair.first() == pair.last())
        .then(|| format!("the modulus holds a block of {BLOCK} bytes twice"))
}

/// Finds too few distinct bytes. At most k distinct values among l bytes occur with a probability below C(256, k) · (k /
/// 256)^l.
fn few_bytes(bytes: &[u8]) -> Option<String> {
    /// For each k, the logarithms of C(256, k) and of k / 256.
    static LOGARITHMS: LazyLock<Vec<(f64, f64)>> =
        LazyLock::new(|| (0..=256).map(f64::from).map(|k| (log2_choose(256.0, k), (k / 256.0).log2())).collect());
    let mut seen = [0u8; 256];
    for byte in bytes {
        if let Some(seen) = seen.get_mut(usize::from(*byte)) {
            *seen = 1;
        }
    }
    let distinct: usize = seen.iter().map(|seen| usize::from(*seen)).sum();
    let (choices, share) = LOGARITHMS.get(distinct)?;
    let improbable = choices + bytes.len() as f64 * share < -BITS;
    improbable.then(|| format!("the {} bytes of the modulus have only {distinct} distinct values", bytes.len()))
}

/// Finds a bias. By Hoeffding's inequality the share of ones deviates by t with a probability below 2·exp(-2·t²·bits).
fn bias(bytes: &[u8]) -> Option<String> {
    let bits = bytes.len() as f64 * 8.0;
    let ones: u32 = bytes.iter().map(|byte| byte.count_ones()).sum();
    let share = f64::from(ones) / bits;
    let most = ((BITS + 1.0) * std::f64::consts::LN_2 / (2.0 * bits)).sqrt();
    ((share - 0.5).abs() > most).then(|| format!("{:.0}% of the modulus's bits are ones", share * 100.0))
}

/// Finds bits that are the same in all words, as when integers of fewer bits than a word were joined. The first and the last
/// word are left out: the highest bits may be set, and the lowest is.
fn equal_in_words(bytes: &[u8]) -> Option<String> {
    let word = |bytes: &[u8]| bytes.first_chunk().copied().map_or(0, u32::from_be_bytes).into();
    let double = |bytes: &[u8]| bytes.first_chunk().copied().map_or(0, u64::from_be_bytes).into();
    let quadruple = |bytes: &[u8]| bytes.first_chunk().copied().map_or(0, u128::from_be_bytes);
    equal_in_words_of(4, bytes, word)
        .or_else(|| equal_in_words_of(8, bytes, double))
        .or_else(|| equal_in_words_of(16, bytes, quadruple))
}

fn equal_in_words_of(width: usize, bytes: &[u8], word: impl Fn(&[u8]) -> u128) -> Option<String> {
    let words = (bytes.len() / width).checked_sub(2)?;
    let (ones, zeros) = bytes
        .rchunks_exact(width)
        .skip(1)
        .take(words)
        .map(word)
        .fold((u128::MAX, u128::MAX), |(ones, zeros), word| (ones & word, zeros & !word));
    let mask = u128::MAX >> (128 - 8 * width);
    let equal = f64::from(((ones | zeros) & mask).count_ones());
    if equal == 0.0 {
        return None;
    }
    let columns = width as f64 * 8.0;
    // There are C(columns, m) ways to choose m columns, each constant with a probability of 2 / 2^words; three widths are
    // tried.
    let improbable = log2_choose(columns, equal) - equal * (words as f64 - 1.0) + 2.0 < -BITS;
    improbable.then(|| format!("{equal} bits are the same in all words of {columns} bits of the modulus"))
}

/// Returns the logarithm of a binomial coefficient to base 2.
fn log2_choose(n: f64, k: f64) -> f64 {
    (1..=k as u32).map(|i| ((n - k + f64::from(i)) / f64::from(i)).log2()).sum()
}

#[cfg(test)]
mod tests {
    use dashu_int::UBig;

    use super::super::numbers::samples::{number, strong_key};
    use super::*;

    fn found(bytes: &[u8]) -> Option<String> {
        check(&Numbers::new(UBig::from_be_bytes(bytes), UBig::from(3u32))).map(|finding| finding.message)
    }

    fn random() -> Vec<u8> {
        number(77, 2048).to_be_bytes().to_vec()
    }

    #[test]
    fn each_pattern_is_named() {
        let mut run = random();
        run[100..111].fill(0);
        let mut ones = random();
        ones[100..111].fill(0xff);
        let mut twice = random();
        twice.copy_within(3..19, 200);
        let few: Vec<u8> = random().iter().map(|byte| byte & 0x0f | !byte << 4).collect();
        let digits: Vec<u8> = random()
            .iter()
            .map(|byte| b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP"[usize::from(*byte) % 52])
            .collect();
        let biased: Vec<u8> = random().iter().zip(number(78, 2048).to_be_bytes().iter()).map(|(a, b)| a | b).collect();
        let sparse: Vec<u8> =
            random().iter().enumerate().map(|(i, byte)| if i % 16 < 2 { 0x55 } else { *byte }).collect();
        let columns: Vec<u8> =
            random().iter().enumerate().map(|(i, byte)| if i % 4 == 2 { byte & 0x3f } else { *byte }).collect();
        for (bytes, words) in [
            (&run, "equal bits in a row"),
            (&ones, "equal bits in a row"),
            (&twice, "16 bytes twice"),
            (&few, "distinct values"),
            (&digits, "distinct values"),
            (&biased, "are ones"),
            (&sparse, "the same in all words"),
            (&columns, "the same in all words of 32 bits"),
        ] {
            let message = found(bytes).unwrap_or_default();
            assert!(message.contains(words), "{words}: {message}");
        }
    }

    /// Runs are counted within bytes and across them.
    #[test]
    fn a_run_is_as_long_as_it_is() {
        for (bytes, run) in [(vec![0x0f; 40], 4), ([vec![0xf0, 0, 0, 0x0f], vec![0x5a; 40]].concat(), 24)] {
            let bits: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
            let longest = ["0", "1"].map(|bit| (1..400).take_while(|n| bits.contains(&bit.repeat(*n))).count());
            assert_eq!(longest.iter().max(), Some(&run));
            assert!(long_run(&bytes).is_none());
        }
        for start in 0..8u32 {
            let mut bytes = vec![0x55; 64];
            let zeros = u128::MAX << 44 >> start;
            for (byte, mask) in bytes[10..].iter_mut().zip(zeros.to_be_bytes()) {
                *byte |= mask;
            }
            let bits: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
            let longest = (1..400).take_while(|n| bits.contains(&"1".repeat(*n))).count();
            assert_eq!(long_run(&bytes).unwrap(), format!("the modulus has {longest} equal bits in a row"), "{start}");
        }
    }

    #[test]
    fn random_numbers_of_all_lengths_have_none() {
        assert!(check(&strong_key(6)).is_none());
        for bits in [256, 512, 1024, 2048, 3072, 4096, 16384, 99_968] {
            for seed in 0..200 {
                assert_eq!(found(&number(seed + 1000, bits).to_be_bytes()), None, "{bits} {seed}");
            }
        }
    }
}
