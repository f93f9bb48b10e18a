//! Finds Ed25519 keys of well-known seeds.
//!
//! The first bytes of their public keys are in a table, so a key is computed from a seed only if they match.

use common::key::hex;
use ed25519_dalek::SigningKey;
use sha2::{Digest as _, Sha256};

use crate::finding::{Check, Finding, Severity};

/// The private key is an obvious one.
pub(crate) static KNOWN_SEED: Check = Check {
    name: "ed25519-known-seed",
    severity: Severity::Error,
    what: "The private half of the Ed25519 key is 32 equal bytes, a small number, bytes that count up or down, the SHA-256 of \
           a common word, or one of the test vectors of a standard. The public key was computed from it, so that the \
           finding is never wrong.",
    why: "Anyone who tries these few private keys can log in as the owner.",
    remedy: "Remove the key wherever it is accepted, and generate a new one.",
    source: "RFC 8032, section 7.1; RFC 8410, section 10.3; Project Wycheproof; CWE-321",
};

/// Private keys that were published as examples.
const PUBLISHED: [(&str, &str); 9] = [
    ("a test vector of RFC 8032", "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"),
    ("a test vector of RFC 8032", "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"),
    ("a test vector of RFC 8032", "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7"),
    ("a test vector of RFC 8032", "f5e5767cf153319517630f226876b86c8160cc583bc013744c6bf255f5cc0ee5"),
    ("a test vector of RFC 8032", "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42"),
    ("a test vector of RFC 8032", "0305334e381af78f141cb666f6199f57bc3495335a256a95bd2a55bf546663f6"),
    ("a test vector of RFC 8032", "ab9c2853ce297ddab85c993b3ae14bcad39b2c682beabc27d6d4eb20711d6560"),
    ("the example of RFC 8410", "d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842"),
    ("a test vector of Project Wycheproof", "add4bb8103785baf9ac534258e8aaf65f5f1adb5ef5f3df19bb80ab989c4d64b"),
];

/// Words that people use as a private key: the SHA-256 of the word, or the word itself, padded with zeros.
const WORDS: [&str; 24] = [
    "",
    "a",
    "abc",
    "admin",
    "alice",
    "bob",
    "changeme",
    "default",
    "ed25519",
    "foo",
    "hello",
    "hello world",
    "key",
    "key1",
    "letmein",
    "master",
    "password",
    "private key",
    "root",
    "secret",
    "seed",
    "ssh",
    "test",
    "test key",
];

/// The first eight bytes of the public key of each seed, in the order of the seeds.
static PREFIXES: [u64; 830] = include!("known_seeds.in");

pub(super) fn check(point: &[u8; 32]) -> Option<Finding> {
    let prefix = u64::from_be_bytes(*point.first_chunk()?);
    let index = PREFIXES.iter().position(|known| *known == prefix)?;
    let (name, seed) = seeds().nth(index)?;
    let is_its_key = SigningKey::from_bytes(&seed).verifying_key().to_bytes() == *point;
    is_its_key.then(|| KNOWN_SEED.found(format!("the private key is {name}")))
}

/// Returns the seeds, each with its description.
fn seeds() -> impl Iterator<Item = (String, [u8; 32])> {
    let equal = (0..=u8::MAX).map(|byte| (format!("32 bytes 0x{byte:02x}"), [byte; 32]));
    let lowest_first = (1..=u8::MAX).map(|byte| (format!("the number {byte}"), at(0, byte)));
    let highest_first = (1..=u8::MAX).map(|byte| (format!("the number {byte}"), at(31, byte)));
    let up = [0u8, 1].map(|first| (format!("the bytes from {first} up"), std::array::from_fn(|i| first + i as u8)));
    let down =
        [31u8, 32, 255].map(|first| (format!("the bytes from {first} down"), std::array::from_fn(|i| first - i as u8)));
    let digits =
        ["0123456789abcdef0123456789abcdef", "01234567890123456789012345678901", "12345678901234567890123456789012"];
    let digits = digits.map(|text| (format!("the text {text}"), padded(text)));
    let published = PUBLISHED.map(|(name, digits)| (name.to_owned(), of_digits(digits)));
    let hashed = WORDS.map(|word| (format!("the SHA-256 of \"{word}\""), Sha256::digest(word).into()));
    let words = WORDS.into_iter().skip(1).map(|word| (format!("the text \"{word}\" and zeros"), padded(word)));
    equal
        .chain(lowest_first)
        .chain(highest_first)
        .chain(up)
        .chain(down)
        .chain(digits)
        .chain(published)
        .chain(hashed)
        .chain(words)
}

fn at(place: usize, byte: u8) -> [u8; 32] {
    std::array::from_fn(|index| if index == place { byte } else { 0 })
}

fn padded(text: &str) -> [u8; 32] {
    std::array::from_fn(|index| text.as_bytes().get(index).copied().unwrap_or_default())
}

/// Decodes 64 hexadecimal digits.
fn of_digits(digits: &str) -> [u8; 32] {
    hex::decode(digits.as_bytes()).and_then(|bytes| bytes.try_into().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The table is right; a failure prints what it should be.
    #[test]
    fn the_table_has_the_public_key_of_each_seed() {
        let prefixes = seeds().map(|(_, seed)| {
            let public = SigningKey::from_bytes(&seed).verifying_key().to_bytes();
            u64::from_be_bytes(*public.first_chunk().unwrap())
        });
        let prefixes: Vec<u64> = prefixes.collect();
        let digits: Vec<String> = prefixes.iter().map(|prefix| format!("{prefix:#018x}")).collect();
        assert!(prefixes == PREFIXES, "[{}]", digits.join(", "));
    }

    #[test]
    fn keys_of_known_seeds_are_found_and_others_are_not() {
        let found = |seed: [u8; 32]| {
            let public = SigningKey::from_bytes(&seed).verifying_key().to_bytes();
            check(&public).map(|finding| finding.message)
        };
        assert_eq!(found([0; 32]).unwrap(), "the private key is 32 bytes 0x00");
        assert_eq!(found(at(31, 7)).unwrap(), "the private key is the number 7");
        assert_eq!(found(Sha256::digest("test").into()).unwrap(), "the private key is the SHA-256 of \"test\"");
        // RFC 8032 section 7.1, test 1, by its public key.
        let public = of_digits("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
        let finding = check(&public).unwrap();
        assert_eq!(finding.message, "the private key is a test vector of RFC 8032");
        assert!((0..50u8).all(|word| found(Sha256::digest([word, 1, 2, 3]).into()).is_none()));
        // The first bytes of a known key alone are not enough.
        let mut like_it = public;
        like_it[31] ^= 1;
        assert!(check(&like_it).is_none());
    }
}
