//! May this key be used? Knows keys and policies, nothing of files or printing.

pub(crate) mod form;
pub(crate) mod policy;
pub(crate) mod private;

use std::path::Path;

use common::error::Error;
use common::forms::Item;
pub use policy::{AZURE, Accepted, Policy};

use crate::blocklist::Blocklist;
use crate::checks::{Finding, Settings, Severity, weaknesses};

/// What a key is judged by.
#[derive(Debug)]
pub struct Terms {
    /// The rules of the key's consumer.
    pub policy: &'static Policy,
    /// Only public keys may pass.
    pub public_only: bool,
    /// Warnings count like errors.
    pub strict: bool,
    /// How weaknesses are looked for.
    pub settings: Settings,
    /// Compromised keys.
    pub blocklist: Option<Blocklist>,
}

/// A key's verdict and what led to it.
#[derive(Debug)]
pub struct Judgement {
    /// Whether the key passes.
    pub passes: bool,
    /// What was found, in the order of the checks.
    pub findings: Vec<Finding>,
}

impl Terms {
    /// Whether a key with these findings passes. Notes never fail a key.
    #[must_use]
    pub fn pass(&self, findings: &[Finding]) -> bool {
        let least = if self.strict { Severity::Warning } else { Severity::Error };
        findings.iter().all(|finding| finding.check.severity < least)
    }
}

/// Judges a key. `path` is the file it stands in, if that is one.
///
/// # Errors
/// The blocklist cannot be read.
pub fn judge(terms: &Terms, path: Option<&Path>, item: &Item<'_>) -> Result<Judgement, Error> {
    let mut findings = private::check(terms.public_only, path, item);
    findings.extend(form::check(item));
    findings.extend(terms.policy.check(&item.key));
    if let Some(blocklist) = &terms.blocklist {
        findings.extend(blocklist.check(&item.key)?);
    }
    findings.retain(|finding| terms.settings.wants(finding.check));
    findings.extend(weaknesses(&terms.settings, &item.key));
    Ok(Judgement { passes: terms.pass(&findings), findings })
}
