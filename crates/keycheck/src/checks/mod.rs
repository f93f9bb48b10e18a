//! Weaknesses: one file a check, each with its source and with samples good and bad in its tests. A check is a pure
//! function of a key, so many can run side by side; what concerns several keys stands in `crate::across`.
//!
//! To add a check: a file here with its [`Check`], a row in [`ALL`], and a line in [`weaknesses`].

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
mod roca;
mod size;
mod small_factor;
mod small_private_exponent;

use common::keys::{Kind, PublicKey};

pub use close_primes::DEFAULT_ROUNDS;
pub use numbers::Numbers;

use crate::judgement::{form, policy, private};
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
        Finding { check: self, message: message.into() }
    }
}

/// Something that a check found. There is none without its check, so whatever is printed can be explained.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The check.
    pub check: &'static Check,
    /// What was found and which rule it breaks.
    pub message: String,
}

/// Everything that can be found, in the order of `--explain`.
pub static ALL: [&Check; 52] = [
    &policy::TYPE_REFUSED,
    &policy::RSA_TOO_SHORT,
    &policy::RSA_SIZE_REFUSED,
    &policy::RSA_EXPONENT_REFUSED,
    &policy::RSA_WEAK_SIZE,
    &private::PRIVATE_KEY,
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
    /// Checks that are left out.
    pub skipped: Vec<&'static Check>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { fermat_rounds: DEFAULT_ROUNDS, skipped: Vec::new() }
    }
}

impl Settings {
    /// Whether this check is to be done.
    #[must_use]
    pub fn wants(&self, check: &'static Check) -> bool {
        !self.skipped.iter().any(|skipped| std::ptr::eq(*skipped, check))
    }
}

/// All that can be found in a single public key, in the order of the checks.
#[must_use]
pub fn weaknesses(settings: &Settings, key: &PublicKey<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut put = |check: &'static Check, run: &dyn Fn() -> Option<Finding>| {
        let finding = settings.wants(check).then(run).flatten();
        let found = finding.is_some();
        findings.extend(finding);
        found
    };
    put(&known_compromised::KNOWN_COMPROMISED, &|| known_compromised::check(key));
    put(&encoding::ENCODING, &|| encoding::check(key));
    match key.kind() {
        Kind::Ed25519 | Kind::SkEd25519 => findings.extend(edwards_point::check(key)),
        Kind::Ecdsa(_) | Kind::SkEcdsa => findings.extend(ecdsa_point::check(key)),
        Kind::Rsa => findings.extend(Numbers::of(key).map(|numbers| rsa(settings, &numbers)).unwrap_or_default()),
        Kind::Dsa | Kind::Unknown => {}
    }
    findings.retain(|finding| settings.wants(finding.check));
    findings
}

/// The checks of RSA keys. Each costs bounded time: those that grow faster than the size do not look at keys that
/// OpenSSH refuses for their size.
fn rsa(settings: &Settings, numbers: &Numbers) -> Vec<Finding> {
    if let Some(finding) = size::no_modulus(numbers) {
        return vec![finding];
    }
    let mut findings: Vec<Finding> =
        [size::too_long(numbers), exponent::check(numbers)].into_iter().flatten().collect();
    // A modulus with a known factor is neither prime nor worth further search for its factors.
    let mut factored = false;
    let mut put = |check: &'static Check, factors: bool, run: &dyn Fn() -> Option<Finding>| {
        if (factors && factored) || !settings.wants(check) {
            return;
        }
        if let Some(finding) = run() {
            factored |= factors;
            findings.push(finding);
        }
    };
    put(&pattern::PATTERN, false, &|| pattern::check(numbers));
    put(&roca::ROCA, false, &|| roca::check(numbers));
    put(&small_factor::SMALL_FACTOR, true, &|| small_factor::check(numbers));
    put(&close_primes::CLOSE_PRIMES, true, &|| close_primes::check(numbers, settings.fermat_rounds));
    put(&perfect_power::PERFECT_POWER, true, &|| perfect_power::check(numbers));
    put(&small_private_exponent::SMALL_PRIVATE_EXPONENT, true, &|| small_private_exponent::check(numbers));
    put(&prime_modulus::PRIME_MODULUS, true, &|| prime_modulus::check(numbers));
    findings
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
            assert!(!weaknesses(&Settings::default(), &key).is_empty(), "{n:x?} {e:x?}");
        }
    }
}
