//! Checks a single key for weaknesses. Each check is one file, with its source, and with good and bad samples in its tests.
//!
//! A check is a pure function of a key (only [`blocklist`] and `listed_prime` read files), so many keys are checked in
//! parallel. Three checks take many keys at once, since that is faster: `small_factor`, `prime_modulus` and `mixed_order`.
//! Checks of several keys are in `crate::cross_key`.
//!
//! To add a check, add a file here with its `Check`, a row in [`crate::registry::ALL`], and a line in [`examine`].

pub mod blocklist;
pub(crate) mod close_primes;
pub(crate) mod continued_fraction;
pub(crate) mod ecdsa_point;
pub(crate) mod edwards_point;
pub(crate) mod encoding;
pub(crate) mod equal_ends;
mod euclid;
pub(crate) mod exponent;
pub(crate) mod keypair;
pub(crate) mod known_compromised;
pub(crate) mod known_seed;
mod lattice;
pub(crate) mod listed_prime;
pub(crate) mod low_weight;
mod mixed_order;
mod near_guess;
pub(crate) mod numbers;
pub(crate) mod pattern;
pub(crate) mod perfect_power;
pub(crate) mod prime_difference;
pub(crate) mod prime_modulus;
pub(crate) mod prime_pattern;
mod primes;
#[cfg(target_arch = "x86_64")]
mod remainders;
mod residues;
pub(crate) mod roca;
pub(crate) mod roca_variant;
pub(crate) mod size;
pub(crate) mod small_factor;
pub(crate) mod small_private_exponent;
pub(crate) mod smooth_prime;
pub(crate) mod unseeded;

use common::key::{Fingerprint, Hash, Kind, PublicKey};

pub use close_primes::DEFAULT_ROUNDS;
pub use numbers::Numbers;
pub use small_factor::MOST as MOST_FACTOR;

use crate::finding::{Check, Finding};

/// The settings of the checks.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The number of candidates that Fermat's method tries.
    pub fermat_rounds: u64,
    /// The largest prime factor that is looked for; at most [`MOST_FACTOR`].
    pub factors_to: u32,
    /// Whether slow checks are done, too.
    pub deep: bool,
    /// Checks that are left out.
    pub skipped: Vec<&'static Check>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { fermat_rounds: DEFAULT_ROUNDS, factors_to: MOST_FACTOR, deep: false, skipped: Vec::new() }
    }
}

impl Settings {
    /// Whether this check is enabled.
    #[must_use]
    pub fn wants(&self, check: &'static Check) -> bool {
        !self.skipped.iter().any(|skipped| std::ptr::eq(*skipped, check))
    }
}

/// The result of the checks of a key.
#[derive(Debug)]
pub struct Examined {
    /// Its SHA-256 fingerprint.
    pub fingerprint: Fingerprint,
    /// For an RSA key, its modulus and exponent.
    pub numbers: Option<Numbers>,
    /// Its weaknesses, in the order of the checks.
    pub findings: Vec<Finding>,
}

/// Checks public keys, each by itself, but all in one call.
#[must_use]
pub fn examine(settings: &Settings, keys: &[&PublicKey<'_>]) -> Vec<Examined> {
    let points = edwards_point::points(keys, settings.wants(&edwards_point::MIXED_ORDER));
    let mut all: Vec<Examined> = keys
        .iter()
        .zip(&points)
        .map(|(key, point)| {
            let (fingerprint, numbers) = (key.fingerprint(Hash::Sha256), Numbers::of(key));
            let mut findings = Vec::new();
            findings.extend(known_compromised::check(&fingerprint));
            findings.extend(encoding::check(key));
            if let Some(point) = point {
                findings.extend(edwards_point::check(point));
                findings.extend(known_seed::check(&point.bytes));
            }
            if matches!(key.kind(), Kind::Ecdsa(_) | Kind::SkEcdsa) {
                findings.extend(ecdsa_point::check(key));
            }
            Examined { fingerprint, numbers, findings }
        })
        .collect();
    let rsa: Vec<(&Numbers, &mut Vec<Finding>)> =
        all.iter_mut().filter_map(|examined| Some((examined.numbers.as_ref()?, &mut examined.findings))).collect();
    examine_rsa(settings, rsa);
    for examined in &mut all {
        examined.findings.retain(|finding| settings.wants(finding.check));
    }
    all
}

/// An RSA key that is being checked.
struct Rsa<'k> {
    numbers: &'k Numbers,
    findings: &'k mut Vec<Finding>,
    /// Whether a factor of the modulus is known. Then it is not a prime, and no further factors are searched for.
    factored: bool,
}

/// A check of one RSA key.
type OfOne = (&'static Check, fn(&Numbers) -> Option<Finding>);

/// The checks of the modulus itself.
static OF_THE_MODULUS: [OfOne; 4] = [
    (&pattern::PATTERN, pattern::check),
    (&roca::ROCA, roca::check),
    (&roca_variant::ROCA_VARIANT, roca_variant::check),
    (&continued_fraction::CONTINUED_FRACTION, continued_fraction::check),
];

/// The checks that compute the primes of one key.
static OF_THE_PRIMES: [OfOne; 6] = [
    (&perfect_power::PERFECT_POWER, perfect_power::check),
    (&small_private_exponent::SMALL_PRIVATE_EXPONENT, small_private_exponent::check),
    (&prime_difference::PRIME_DIFFERENCE, prime_difference::check),
    (&equal_ends::EQUAL_ENDS, equal_ends::check),
    (&prime_pattern::PRIME_PATTERN, prime_pattern::check),
    (&unseeded::UNSEEDED, unseeded::check),
];

/// Runs the checks of RSA keys. Each takes bounded time: those whose cost grows faster than the size skip keys that OpenSSH
/// refuses for their size.
fn examine_rsa<'k>(settings: &Settings, keys: Vec<(&'k Numbers, &'k mut Vec<Finding>)>) {
    let mut keys: Vec<Rsa<'k>> = keys
        .into_iter()
        .filter_map(|(numbers, findings)| {
            if let Some(finding) = size::no_modulus(numbers) {
                findings.push(finding);
                return None;
            }
            findings.extend(size::too_long(numbers));
            findings.extend(exponent::check(numbers));
            for (check, run) in OF_THE_MODULUS {
                findings.extend(settings.wants(check).then(|| run(numbers)).flatten());
            }
            Some(Rsa { numbers, findings, factored: false })
        })
        .collect();
    let mut factor = |check: &'static Check, run: &dyn Fn(&[&Numbers]) -> Vec<Option<Finding>>| {
        if !settings.wants(check) {
            return;
        }
        let mut concerned: Vec<&mut Rsa<'k>> = keys.iter_mut().filter(|key| !key.factored).collect();
        let found = run(&concerned.iter().map(|key| key.numbers).collect::<Vec<_>>());
        for (key, finding) in concerned.iter_mut().zip(found) {
            key.factored = finding.is_some();
            key.findings.extend(finding);
        }
    };
    factor(&small_factor::SMALL_FACTOR, &|all| small_factor::check(all, settings.factors_to));
    factor(&close_primes::CLOSE_PRIMES, &|all| each(all, |key| close_primes::check(key, settings.fermat_rounds)));
    for (check, run) in &OF_THE_PRIMES {
        factor(check, &|all| each(all, run));
    }
    factor(&low_weight::LOW_WEIGHT, &|all| each(all, |key| low_weight::check(key, settings.deep)));
    factor(&keypair::KEYPAIR, &|all| each(all, |key| keypair::check(key, settings.deep)));
    factor(&smooth_prime::SMOOTH_PRIME, &|all| each(all, |key| smooth_prime::check(key, settings.deep)));
    factor(&prime_modulus::PRIME_MODULUS, &prime_modulus::check);
}

/// Runs a check of single keys for many keys.
fn each(all: &[&Numbers], check: impl Fn(&Numbers) -> Option<Finding>) -> Vec<Option<Finding>> {
    all.iter().map(|numbers| check(numbers)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_without_sense_give_findings_not_panics() {
        let (mut power, mut huge) = (vec![1], vec![0xa5; 12_500]);
        power.resize(1 + 16384 / 8, 0);
        huge[12_499] |= 1;
        for (n, e) in [
            (&b""[..], &b"\x01\0\x01"[..]),
            (b"\x01", b"\x01\0\x01"),
            (b"\x02", b"\x03"),
            (b"\x04", b"\x03"),
            (b"\x0f", b""),
            (b"\x0f", b"\x01"),
            (b"\x0f", b"\xff\xff\xff"),
            (&power, b"\x01\0\x01"),
            (&huge, b"\x01\0\x01"),
            (&huge, &huge),
            (&power, &huge),
        ] {
            let key = PublicKey::rsa(e, n).unwrap();
            let examined = examine(&Settings::default(), &[&key]);
            assert!(!examined[0].findings.is_empty(), "{n:x?} {e:x?}");
        }
    }
}
