//! Completes the verdict of each key: adds what depends on the keys before it to what was found in the key alone. A verdict is
//! complete before any of it is printed.

use common::error::{Error, ExitStatus};
use common::key::{Fingerprint, Hash};
use common::keyfile::Aside;

use crate::allow_list::{Budget, Cleared};
use crate::cross_key::{CrossKeyChecks, DeferredFindings};
use crate::finding::Finding;
use crate::judge::JudgedKey;
use crate::pending::{KindOfText, PendingKey, TextBeside};
use crate::policy::terms::{Mode, Terms, is_repairable};
use crate::policy::{form, leaving};
use crate::repair::PUBLIC_HALF;

/// The outcome of a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The key passes.
    Ok,
    /// The key passes in its rewritten form.
    Fixed,
    /// The key does not pass.
    Fail,
}

impl Outcome {
    /// Returns its name in reports.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Fixed => "fixed",
            Self::Fail => "fail",
        }
    }

    /// Returns the exit status that it leads to.
    const fn status(self) -> ExitStatus {
        match self {
            Self::Ok | Self::Fixed => ExitStatus::Yes,
            Self::Fail => ExitStatus::No,
        }
    }
}

/// The report on a key, and the text that is written for it.
pub(crate) struct Verdict {
    /// The key; its comment only if it may be repeated.
    pub key: Box<PendingKey>,
    /// Its SHA-256 fingerprint.
    pub fingerprint: Fingerprint,
    /// Whether it passes.
    pub outcome: Outcome,
    /// All findings.
    pub findings: Vec<Finding>,
    /// Whether what is written lacks the options of the line.
    pub loses_options: bool,
    /// What is written for `--rewrite` or `--filter`.
    pub written: Option<Cleared>,
}

/// A verdict that replaces an earlier one.
pub(crate) struct DeferredVerdict {
    /// The key, and what was found about it now.
    pub key: DeferredFindings,
    /// Whether it passes.
    pub outcome: Outcome,
}

/// Completes the verdicts of a run, in the order of the input.
pub(crate) struct Verdicts<'t> {
    terms: &'t Terms,
    cross_key: CrossKeyChecks,
    /// The information that may still be given away, in all inputs or in the output.
    budget: Budget,
    /// The exit status so far.
    status: ExitStatus,
    /// Whether all input could be read.
    is_whole: bool,
}

impl<'t> Verdicts<'t> {
    /// Begins a run without verdicts.
    pub(crate) fn new(terms: &'t Terms, cross_key: CrossKeyChecks) -> Self {
        let budget = Budget::default();
        Self { terms, cross_key, budget, status: ExitStatus::Yes, is_whole: true }
    }

    /// Completes the verdict of a key.
    pub(crate) fn key(&mut self, judged: JudgedKey) -> Verdict {
        let JudgedKey { mut key, fingerprint, numbers, mut findings, mut passes, mut cleared } = judged;
        if passes && let Some(cleared) = &mut cleared {
            let input = self.given_away_with(key.input);
            match leaving::count(self.terms, &mut self.budget, input, &key.place, &fingerprint, &key.item, cleared) {
                Ok(finding) => findings.extend(finding),
                Err(finding) => {
                    findings.push(finding);
                    passes = false;
                    key.item.comment = None;
                }
            }
        }
        // This finding is a note, which fails no key.
        findings.extend(self.cross_key.insert(key.ordinal, &key.place, &fingerprint, numbers, passes));
        let is_private = key.item.private.is_some();
        if passes && self.terms.rewrites() && is_private {
            findings.push(PUBLIC_HALF.found("its public half was printed, and no more"));
        }
        let outcome = match passes {
            false => Outcome::Fail,
            true if self.terms.rewrites() && (is_private || findings.iter().any(is_repairable)) => Outcome::Fixed,
            true => Outcome::Ok,
        };
        self.status = self.status.max(outcome.status());
        let written = cleared.filter(|_| passes && self.terms.mode != Mode::Report);
        let loses_options = self.terms.rewrites() && written.is_some() && form::lost_options(&findings);
        Verdict { key, fingerprint, outcome, findings, loses_options, written }
    }

    /// Counts text beside the keys.
    ///
    /// # Errors
    /// It may not be given away together with the earlier text.
    pub(crate) fn text(&mut self, text: &TextBeside) -> Result<(), Error> {
        let input = self.given_away_with(text.input);
        let place = || text.place.clone();
        match &text.kind {
            KindOfText::Key(key) => {
                let fingerprint = Fingerprint::of_blob(Hash::Sha256, key.plain_blob());
                self.budget.key(input, &fingerprint, text.identity, text.measure)
            }
            _ => self.budget.text(input, &text.place, text.identity, text.measure),
        }
        .map_err(|refusal| match text.kind {
            KindOfText::Name => leaving::name_error(place(), refusal),
            _ => leaving::error(place(), Aside::Comment, refusal),
        })
    }

    /// Records an error that was reported.
    pub(crate) fn refused(&mut self, error: &Error) {
        self.status = self.status.max(error.status());
        self.is_whole &= error.status() != ExitStatus::Error;
    }

    /// Whether all input could be read so far.
    pub(crate) const fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// Compares all keys. Returns the verdicts that replace earlier ones, in the order of the keys, the errors, and the exit
    /// status of the run. `announce` is called before long work.
    pub(crate) fn finish(self, announce: &mut dyn FnMut(&str)) -> (Vec<DeferredVerdict>, Vec<Error>, ExitStatus) {
        let Self { terms, cross_key, mut status, is_whole, .. } = self;
        let (deferred, errors) = cross_key.finish(is_whole, announce);
        let complete = |mut key: DeferredFindings| {
            key.findings.retain(|finding| terms.settings.wants(finding.check));
            let outcome = if key.passed && terms.pass(&key.findings) { Outcome::Ok } else { Outcome::Fail };
            (!key.findings.is_empty()).then_some(DeferredVerdict { key, outcome })
        };
        let verdicts: Vec<DeferredVerdict> = deferred.into_iter().filter_map(complete).collect();
        let of_verdicts = verdicts.iter().map(|verdict| verdict.outcome.status());
        status = of_verdicts.chain(errors.iter().map(Error::status)).fold(status, ExitStatus::max);
        (verdicts, errors, status)
    }

    /// Returns the index of the file that this input ends up in: the output is one file.
    fn given_away_with(&self, input: usize) -> usize {
        if self.terms.mode == Mode::Report { input } else { 0 }
    }
}
