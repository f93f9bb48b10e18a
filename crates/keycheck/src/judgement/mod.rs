//! May this key be used? Knows keys and policies, nothing of printing.

pub mod consumers;
pub(crate) mod form;
pub(crate) mod leaving;
pub mod policies;
pub mod policy;
pub(crate) mod private;

use std::path::Path;

use common::error::Error;
use common::keyfile::Item;
use consumers::Consumer;
pub use policies::AZURE;
pub use policy::Policy;

use crate::allow_list::{self, Cleared};
use crate::blocklist::Blocklist;
use crate::checks::{Finding, Settings, Severity, encoding};

/// What a key is judged by.
#[derive(Debug)]
pub struct Terms {
    /// The rules of the key's consumers; all of them must take it.
    pub policies: Vec<&'static Policy>,
    /// Only public keys may pass.
    pub public_only: bool,
    /// Warnings count like errors.
    pub strict: bool,
    /// What is judged is to be uploaded as one key, so that a second one is one too many.
    pub one_key: bool,
    /// The key is written anew: what that does away with does not count.
    pub repairing: bool,
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
    /// Whether the comment may be repeated in a report.
    pub shows_comment: bool,
    /// What leaves, where something does and may.
    pub(crate) cleared: Option<Cleared>,
}

impl Terms {
    /// Whether a key with these findings passes. Notes never fail a key.
    #[must_use]
    pub fn pass(&self, findings: &[Finding]) -> bool {
        let least = if self.strict { Severity::Warning } else { Severity::Error };
        let counts = |finding: &Finding| !(self.repairing && is_repairable(finding));
        findings.iter().filter(|finding| counts(finding)).all(|finding| finding.check.severity < least)
    }

    /// Who reads the key on its way to its consumers.
    fn readers(&self) -> Vec<&'static Consumer> {
        let mut readers: Vec<&'static Consumer> = Vec::new();
        for reader in self.policies.iter().flat_map(|policy| policy.readers) {
            if !readers.iter().any(|known| std::ptr::eq(*known, *reader)) {
                readers.push(reader);
            }
        }
        readers
    }

    /// The finding for the second key of a file, where it is one too many.
    #[must_use]
    pub fn several_keys(&self) -> Option<Finding> {
        let finding = form::several_keys(&self.readers()).filter(|_| self.one_key);
        finding.filter(|finding| self.settings.wants(finding.check))
    }
}

/// Whether writing the key anew does away with what was found.
#[must_use]
pub fn is_repairable(finding: &Finding) -> bool {
    form::is_repairable(finding.check) || std::ptr::eq(finding.check, &encoding::ENCODING)
}

/// Judges a key of which the weaknesses are known. `path` is the file it stands in, if that is one.
///
/// # Errors
/// The blocklist cannot be read.
pub fn judge(
    terms: &Terms,
    path: Option<&Path>,
    item: &Item<'_>,
    weaknesses: Vec<Finding>,
) -> Result<Judgement, Error> {
    let mut findings = private::check(terms.public_only, path, item);
    findings.extend(form::check(&terms.readers(), terms.repairing, item));
    findings.extend(policy::check(&terms.policies, &item.key));
    if let Some(blocklist) = &terms.blocklist {
        findings.extend(blocklist.check(&item.key)?);
    }
    let leaving = leaving::check(terms, item);
    // The gate stays shut, whatever is skipped.
    let is_gate = |finding: &Finding| terms.public_only && std::ptr::eq(finding.check, &private::PRIVATE_KEY);
    findings.retain(|finding| terms.settings.wants(finding.check) || is_gate(finding));
    findings.extend(weaknesses);
    let fails_already = !terms.pass(&findings);
    findings.extend(leaving.finding.filter(|finding| !(fails_already && leaving::is_of_form(finding))));
    let is_told = |finding: &Finding| {
        [&private::PRIVATE_KEY, &leaving::NOT_PLAIN].into_iter().any(|check| std::ptr::eq(finding.check, check))
    };
    // A comment that holds a private key is not repeated.
    let suspect = item.private.is_none() && findings.iter().any(is_told);
    let shows_comment = !suspect && item.comment.as_deref().is_none_or(allow_list::may_be_shown);
    if !suspect {
        findings.extend(leaving::left_out(shows_comment, terms, item));
    }
    Ok(Judgement { passes: terms.pass(&findings), findings, shows_comment, cleared: leaving.cleared })
}
