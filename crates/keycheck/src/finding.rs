//! Defines checks and findings. The list of all checks is in [`crate::registry`].

use common::error::Place;
use common::key::Fingerprint;

/// The severity of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; the key passes.
    Note,
    /// The key passes, except with `--strict`.
    Warning,
    /// The key fails.
    Error,
}

impl Severity {
    /// Returns its name in reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A check, as `--explain` prints it.
#[derive(Debug)]
pub struct Check {
    /// The stable name.
    pub name: &'static str,
    /// The severity of its findings.
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
    /// Returns a finding of this check.
    #[must_use]
    pub fn found(&'static self, message: impl Into<String>) -> Finding {
        Finding { check: self, severity: self.severity, message: message.into(), with: Vec::new() }
    }
}

/// Something that a check found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// The check.
    pub check: &'static Check,
    /// Its severity: that of the check, unless the consumers of the key give it more weight.
    pub severity: Severity,
    /// What was found and which rule it breaks.
    pub message: String,
    /// The other keys that it concerns.
    pub with: Vec<Other>,
}

impl Finding {
    /// Whether it is a finding of this check.
    #[must_use]
    pub fn is_of(&self, check: &'static Check) -> bool {
        std::ptr::eq(self.check, check)
    }

    /// Adds the other keys that it concerns.
    #[must_use]
    pub fn with(self, with: impl IntoIterator<Item = Other>) -> Self {
        Self { with: with.into_iter().collect(), ..self }
    }
}

/// Another key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Other {
    /// Its place.
    pub place: Place,
    /// Its SHA-256 fingerprint.
    pub fingerprint: Fingerprint,
}
