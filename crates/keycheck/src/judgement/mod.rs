//! May this key be used? Knows keys and policies, nothing of files or printing.

mod policy;
mod private;

use common::forms::Item;
pub use policy::{AZURE, Accepted, Policy};

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
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
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Something that a check found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The check's stable name.
    pub check: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// What was found and which rule it breaks.
    pub message: String,
}

/// What a key is judged by.
#[derive(Clone, Copy, Debug)]
pub struct Terms {
    /// The rules of the key's consumer.
    pub policy: &'static Policy,
    /// Only public keys may pass.
    pub public_only: bool,
    /// Warnings count like errors.
    pub strict: bool,
}

/// A key's verdict and what led to it.
#[derive(Debug)]
pub struct Judgement {
    /// Whether the key passes.
    pub passes: bool,
    /// What was found, in the order of the checks.
    pub findings: Vec<Finding>,
}

/// Judges a key.
#[must_use]
pub fn judge(terms: &Terms, item: &Item<'_>) -> Judgement {
    let findings: Vec<Finding> =
        [private::check(terms.public_only, item), terms.policy.check(&item.key)].into_iter().flatten().collect();
    let passes = !findings.iter().any(|finding| terms.strict || finding.severity == Severity::Error);
    Judgement { passes, findings }
}
