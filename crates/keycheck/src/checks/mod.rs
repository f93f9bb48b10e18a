//! Weaknesses: one file a check, each with its source and with samples good and bad in its tests. A check is a pure
//! function of a key, so many can run side by side; what concerns several keys stands in `crate::across`. Two take many
//! keys at once, since that is faster: `small_factor` and `prime_modulus`.
//!
//! To add a check: a file here with its [`Check`], a row in [`ALL`], and a line in [`examine`].

mod close_primes;
mod ecdsa_point;
mod edwards_point;
pub(crate) mod encoding;
mod exponent;
mod known_compromised;
pub(crate) mod numbers;
mod pattern;
mod perfect_power;
mod prime_modulus;
mod residues;
#[cfg(target_arch = "x86_64")]
mod rests;
mod roca;
mod size;
mod small_factor;
mod small_private_exponent;

use common::error::Place;
use common::key::{Fingerprint, Hash, Kind, PublicKey};

pub use close_primes::DEFAULT_ROUNDS;
pub use numbers::Numbers;
pub use small_factor::MOST as MOST_FACTOR;

use crate::judgement::{form, leaving, policy, private};
use crate::{across, blocklist, outlet};

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; the key passes.
    Note,
    /// The key passes all the same, unless judged strictly.
    Warning,
    /// The key fails.
    Error,
}

impl Severity {
    /// The word in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// What can be found, as data: what `--explain` prints.
#[derive(Debug)]
pub struct Check {
    /// The stable name.
    pub name: &'static str,
    /// How much its finding weighs.
    pub severity: Severity,
    /// What it is.
    pub what: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// What to do.
    pub remedy: &'static str,
    /// Where it was published: a CVE, a paper, a standard.
    pub source: &'static str,
}

impl Check {
    /// A finding of this check.
    #[must_use]
    pub fn found(&'static self, message: impl Into<String>) -> Finding {
        Finding { check: self, message: message.into(), with: Vec::new() }
    }
}

/// Something that a check found. There is none without its check, so whatever is printed can be explained.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The check.
    pub check: &'static Check,
    /// What was found and which rule it breaks.
    pub message: String,
    /// The other keys that it concerns.
    pub with: Vec<Other>,
}

impl Finding {
    /// Says which other keys it concerns.
    #[must_use]
    pub fn with(self, with: impl IntoIterator<Item = Other>) -> Self {
        Self { with: with.into_iter().collect(), ..self }
    }
}

/// Another key: where it stands, and what names it wherever it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    /// Its place.
    pub place: Place,
    /// Its SHA-256 fingerprint.
    pub fingerprint: Fingerprint,
}

/// Everything that can be found, in the order of `--explain`.
pub static ALL: [&Check; 54] = [
    &policy::TYPE_REFUSED,
    &policy::RSA_TOO_SHORT,
    &policy::RSA_SIZE_REFUSED,
    &policy::RSA_EXPONENT_REFUSED,
    &policy::RSA_WEAK_SIZE,
    &private::PRIVATE_KEY,
    &leaving::NOT_PLAIN,
    &leaving::COMMENT_LEFT_OUT,
    &private::READABLE_BY_OTHERS,
    &private::ACCESS_NOT_SEEN,
    &private::PUBLIC_FILE_DIFFERS,
    &private::UNENCRYPTED,
    &private::WEAK_PROTECTION,
    &private::NOT_OPENED,
    &private::NUMBERS_DISAGREE,
    &outlet::PUBLIC_HALF,
    &form::BYTE_ORDER_MARK,
    &form::UTF16,
    &form::CARRIAGE_RETURNS,
    &form::WRAPPED,
    &form::TYPE_MISSING,
    &form::TYPE_FALSE,
    &form::OPTIONS,
    &form::CERT_AUTHORITY,
    &form::REVOKED,
    &form::HOST_NAMES,
    &form::RFC4716,
    &form::PEM,
    &form::AMONG_OTHER_TEXT,
    &form::TRAILING_DATA,
    &form::SEVERAL_KEYS,
    &form::NO_FINAL_NEWLINE,
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
    &small_private_exponent::SMALL_PRIVATE_EXPONENT,
    &pattern::PATTERN,
    &prime_modulus::PRIME_MODULUS,
    &across::shared_primes::SHARED_PRIME,
    &across::shared_primes::SHARED_MODULUS,
    &across::duplicates::DUPLICATE,
    &edwards_point::OFF_CURVE,
    &edwards_point::SMALL_ORDER,
    &edwards_point::NOT_CANONICAL,
    &ecdsa_point::OFF_CURVE,
];

/// Their names, for the option table.
pub(crate) static NAMES: [&str; ALL.len()] = {
    let mut names = [""; ALL.len()];
    let mut index = 0;
    while index < names.len() {
        names[index] = ALL[index].name;
        index += 1;
    }
    names
};

/// The check of that name.
#[must_use]
pub fn of_name(name: &str) -> Option<&'static Check> {
    ALL.into_iter().find(|check| check.name == name)
}

/// How the checks are done.
#[derive(Clone, Debug)]
pub struct Settings {
    /// How many candidates Fermat's method tries.
    pub fermat_rounds: u64,
    /// Up to which number prime factors are looked for; at most [`MOST_FACTOR`].
    pub factors_to: u32,
    /// Checks that are left out.
    pub skipped: Vec<&'static Check>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { fermat_rounds: DEFAULT_ROUNDS, factors_to: MOST_FACTOR, skipped: Vec::new() }
    }
}

impl Settings {
    /// Whether this check is to be done.
    #[must_use]
    pub fn wants(&self, check: &'static Check) -> bool {
        !self.skipped.iter().any(|skipped| std::ptr::eq(*skipped, check))
    }
}

/// What is known of a key when it was looked at.
#[derive(Debug)]
pub struct Examined {
    /// Its SHA-256 fingerprint.
    pub fingerprint: Fingerprint,
    /// For an RSA key, its numbers.
    pub numbers: Option<Numbers>,
    /// Its weaknesses, in the order of the checks.
    pub findings: Vec<Finding>,
}

/// Looks at single public keys, as many at a time as there are.
#[must_use]
pub fn examine(settings: &Settings, keys: &[&PublicKey<'_>]) -> Vec<Examined> {
    let mut all: Vec<Examined> = keys
        .iter()
        .map(|key| {
            let (fingerprint, numbers) = (key.fingerprint(Hash::Sha256), Numbers::of(key));
            let mut findings = Vec::new();
            findings.extend(known_compromised::check(&fingerprint));
            findings.extend(encoding::check(key));
            match key.kind() {
                Kind::Ed25519 | Kind::SkEd25519 => findings.extend(edwards_point::check(key)),
                Kind::Ecdsa(_) | Kind::SkEcdsa => findings.extend(ecdsa_point::check(key)),
                Kind::Rsa | Kind::Dsa | Kind::Unknown => {}
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

/// An RSA key that is looked at.
struct Rsa<'k> {
    numbers: &'k Numbers,
    findings: &'k mut Vec<Finding>,
    /// A modulus with a known factor is neither prime nor worth further search for its factors.
    factored: bool,
}

/// The checks of RSA keys. Each costs bounded time: those that grow faster than the size do not look at keys that
/// OpenSSH refuses for their size.
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
            for (check, run) in [(&pattern::PATTERN, pattern::check as fn(&Numbers) -> _), (&roca::ROCA, roca::check)] {
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
    factor(&perfect_power::PERFECT_POWER, &|all| each(all, perfect_power::check));
    factor(&small_private_exponent::SMALL_PRIVATE_EXPONENT, &|all| each(all, small_private_exponent::check));
    factor(&prime_modulus::PRIME_MODULUS, &prime_modulus::check);
}

/// A check of single keys, for many.
fn each(all: &[&Numbers], check: impl Fn(&Numbers) -> Option<Finding>) -> Vec<Option<Finding>> {
    all.iter().map(|numbers| check(numbers)).collect()
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
