//! The terms by which the keys of a run are judged.

use super::accepted::Policy;
use super::consumers::Consumer;
use super::{form, policies};
use crate::checks::blocklist::Blocklist;
use crate::checks::listed_prime::PrimeList;
use crate::checks::{Settings, encoding};
use crate::finding::{Finding, Severity};

/// The contents of standard output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The report.
    #[default]
    Report,
    /// Each key that passes, rewritten as one clean line.
    Rewrite,
    /// The lines of each key that passes, unchanged.
    Filter,
}

/// The terms by which the keys of a run are judged.
#[derive(Debug)]
pub(crate) struct Terms {
    /// The contents of standard output.
    pub mode: Mode,
    /// The rules of the keys' consumers; all of them must accept a key.
    pub policies: Vec<&'static Policy>,
    /// Only public keys may pass.
    pub public_only: bool,
    /// Warnings fail a key, too.
    pub strict: bool,
    /// The settings of the checks.
    pub settings: Settings,
    /// Lists of compromised keys.
    pub blocklists: Vec<Blocklist>,
    /// Lists of primes that keys shared.
    pub prime_lists: Vec<PrimeList>,
}

impl Terms {
    /// Whether a key with these findings passes. Notes never fail a key.
    #[must_use]
    pub(crate) fn pass(&self, findings: &[Finding]) -> bool {
        let least = self.least();
        let counts = |finding: &Finding| !(self.rewrites() && is_repairable(finding));
        findings.iter().filter(|finding| counts(finding)).all(|finding| finding.severity < least)
    }

    /// Returns the lowest severity that fails a key.
    const fn least(&self) -> Severity {
        if self.strict { Severity::Warning } else { Severity::Error }
    }

    /// Whether a key fails whatever rewriting repairs.
    #[must_use]
    pub(crate) fn fails_when_rewritten(&self, findings: &[Finding]) -> bool {
        findings.iter().any(|finding| finding.severity >= self.least() && !is_repairable(finding))
    }

    /// Whether the keys are for OpenSSH itself, so that its client must load a private key.
    #[must_use]
    pub(crate) fn are_for_openssh(&self) -> bool {
        self.policies.iter().any(|policy| policy.name == policies::OPENSSH.name)
    }

    /// Whether keyrings that `-r` finds and that are no service's, such as `known_hosts`, are not judged as files for services.
    #[must_use]
    pub(crate) fn spares_other_files(&self) -> bool {
        self.mode == Mode::Report && !self.public_only
    }

    /// Whether keys are rewritten: findings that this repairs do not count.
    #[must_use]
    pub(crate) fn rewrites(&self) -> bool {
        self.mode == Mode::Rewrite
    }

    /// Whether a rewritten line keeps the options of `authorized_keys`: every program that reads it acts on them.
    #[must_use]
    pub(crate) fn keeps_options(&self) -> bool {
        let consumers = self.policies.iter().flat_map(|policy| policy.readers);
        self.rewrites() && form::read_options(consumers.copied())
    }

    /// Whether the input files themselves are given away, as before an upload: then everything in them counts, and of
    /// several keys all but one are too many.
    #[must_use]
    pub(crate) fn gives_files_away(&self) -> bool {
        self.public_only && self.mode == Mode::Report
    }

    /// Returns the programs that read the key on its way to its consumers.
    #[must_use]
    pub(crate) fn readers(&self) -> Vec<&'static Consumer> {
        let mut readers: Vec<&'static Consumer> = Vec::new();
        for reader in self.policies.iter().flat_map(|policy| policy.readers) {
            if !readers.iter().any(|known| std::ptr::eq(*known, *reader)) {
                readers.push(reader);
            }
        }
        readers
    }
}

/// Whether rewriting the key repairs what was found.
#[must_use]
pub(crate) fn is_repairable(finding: &Finding) -> bool {
    form::is_repairable(finding.check) || std::ptr::eq(finding.check, &encoding::ENCODING)
}
