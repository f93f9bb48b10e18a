//! Lists all checks, from which `--explain`, `--skip` and the manual page are made.

use crate::checks::{
    blocklist, close_primes, continued_fraction, ecdsa_point, edwards_point, encoding, equal_ends, exponent, keypair,
    known_compromised, known_seed, listed_prime, low_weight, pattern, perfect_power, prime_difference, prime_modulus,
    prime_pattern, roca, roca_variant, size, small_factor, small_private_exponent, smooth_prime, unseeded,
};
use crate::cross_key::{common_divisor, duplicates, shared_primes};
use crate::finding::Check;
use crate::names::names;
use crate::policy::form::checks as form;
use crate::policy::form::text;
use crate::policy::{accepted, expiry, leaving, private};
use crate::repair;

/// Everything that can be found, in the order of `--explain`.
pub static ALL: [&Check; 81] = [
    &accepted::TYPE_REFUSED,
    &accepted::RSA_TOO_SHORT,
    &accepted::RSA_SIZE_REFUSED,
    &accepted::RSA_SIZE_NOT_LISTED,
    &accepted::RSA_EXPONENT_REFUSED,
    &accepted::RSA_WEAK_SIZE,
    &accepted::NEW_TYPE,
    &expiry::EXPIRED,
    &private::PRIVATE_KEY,
    &leaving::NOT_PLAIN,
    &leaving::COMMENT_LEFT_OUT,
    &private::READABLE_BY_OTHERS,
    &private::ACCESS_NOT_SEEN,
    &private::PUBLIC_FILE_DIFFERS,
    &private::UNENCRYPTED,
    &private::WEAK_PROTECTION,
    &private::NOT_OPENED,
    &private::COMPONENTS_DISAGREE,
    &repair::PUBLIC_HALF,
    &form::BYTE_ORDER_MARK,
    &form::UTF16,
    &form::CARRIAGE_RETURNS,
    &form::WRAPPED,
    &form::TYPE_MISSING,
    &form::TYPE_FALSE,
    &form::OPTIONS,
    &form::OPTIONS_AFTER_KEY,
    &form::CERT_AUTHORITY,
    &form::REVOKED,
    &form::HOST_NAMES,
    &form::RFC4716,
    &form::PEM,
    &form::AMONG_OTHER_TEXT,
    &form::TRAILING_DATA,
    &form::SEVERAL_KEYS,
    &form::NO_FINAL_NEWLINE,
    &text::NEWLINES_LOST,
    &text::ENCODED,
    &text::USER_NAME,
    &text::ANOTHER_KEY,
    &text::BLOCK_LAYOUT,
    &text::ED25519_IN_PKCS8,
    &text::FALSE_LABEL,
    &text::SSH_COM,
    &text::PPK,
    &text::PASSPHRASE_ENCODING,
    &known_compromised::KNOWN_COMPROMISED,
    &blocklist::BLOCKLISTED,
    &encoding::ENCODING,
    &size::TOO_LONG,
    &size::NO_MODULUS,
    &exponent::BAD,
    &exponent::SMALL,
    &exponent::UNUSUAL,
    &small_factor::SMALL_FACTOR,
    &perfect_power::PERFECT_POWER,
    &close_primes::CLOSE_PRIMES,
    &roca::ROCA,
    &roca_variant::ROCA_VARIANT,
    &small_private_exponent::SMALL_PRIVATE_EXPONENT,
    &pattern::PATTERN,
    &continued_fraction::CONTINUED_FRACTION,
    &prime_difference::PRIME_DIFFERENCE,
    &equal_ends::EQUAL_ENDS,
    &prime_pattern::PRIME_PATTERN,
    &low_weight::LOW_WEIGHT,
    &unseeded::UNSEEDED,
    &keypair::KEYPAIR,
    &smooth_prime::SMOOTH_PRIME,
    &prime_modulus::PRIME_MODULUS,
    &listed_prime::LISTED_PRIME,
    &shared_primes::SHARED_PRIME,
    &shared_primes::SHARED_MODULUS,
    &common_divisor::COMMON_DIVISOR,
    &duplicates::DUPLICATE,
    &edwards_point::OFF_CURVE,
    &edwards_point::SMALL_ORDER,
    &edwards_point::MIXED_ORDER,
    &edwards_point::NOT_CANONICAL,
    &known_seed::KNOWN_SEED,
    &ecdsa_point::OFF_CURVE,
];

/// Their names, for the option table.
pub(crate) static NAMES: [&str; ALL.len()] = names!(ALL);

/// Returns the check with that name.
#[must_use]
pub fn of_name(name: &str) -> Option<&'static Check> {
    ALL.into_iter().find(|check| check.name == name)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    /// A finding needs a check, and a check is a static of this crate; so every one that the sources declare must be in
    /// the table.
    #[test]
    fn the_table_has_every_check_that_the_sources_declare() {
        fn declared(folder: &Path) -> usize {
            std::fs::read_dir(folder)
                .unwrap()
                .map(|entry| entry.unwrap().path())
                .map(|path| {
                    if path.is_dir() {
                        return declared(&path);
                    }
                    let text = std::fs::read_to_string(&path).unwrap();
                    text.lines().filter(|line| line.starts_with("pub") && line.ends_with(": Check = Check {")).count()
                })
                .sum()
        }
        assert_eq!(declared(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")), ALL.len());
    }

    #[test]
    fn every_check_is_named_once_and_says_all_that_there_is_to_say() {
        for (index, check) in ALL.iter().enumerate() {
            assert!(ALL[..index].iter().all(|other| other.name != check.name), "{}", check.name);
            assert!(check.name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-'));
            for text in [check.what, check.why, check.remedy, check.source] {
                assert!(text.len() > 10, "{}: {text}", check.name);
            }
            assert!(std::ptr::eq(of_name(check.name).unwrap(), *check));
        }
    }
}
