//! Judges each key by itself: its weaknesses, and the policies of its consumers. Keys are judged in parallel;
//! [`crate::verdict`] adds what depends on earlier keys.

use common::error::Error;
use common::key::Fingerprint;

use crate::allow_list::{self, Cleared};
use crate::checks::{Examined, Numbers, examine};
use crate::finding::Finding;
use crate::pending::{KindOfText, Pending, PendingKey, TextBeside};
use crate::policy::terms::Terms;
use crate::policy::{accepted, expiry, form, leaving, private};

/// A key that was judged by itself.
pub(crate) struct JudgedKey {
    /// The key. A comment that may not be repeated in a report is removed.
    pub key: Box<PendingKey>,
    /// Its SHA-256 fingerprint.
    pub fingerprint: Fingerprint,
    /// For an RSA key, its modulus and exponent.
    pub numbers: Option<Numbers>,
    /// The findings, in the order of the checks.
    pub findings: Vec<Finding>,
    /// Whether it passes so far.
    pub passes: bool,
    /// What is given away of it, if that is requested and allowed.
    pub cleared: Option<Cleared>,
}

/// A judged unit of input.
pub(crate) enum Judged {
    /// A key.
    Key(Box<JudgedKey>),
    /// Text beside the keys.
    Text(TextBeside),
    /// Why a text is not a key, may not be given away, or could not be judged.
    Refused(Error),
}

/// Judges what was read, in its order.
pub(crate) fn judge_all(terms: &Terms, pending: Vec<Pending>) -> Vec<Judged> {
    let keys: Vec<_> = pending.iter().filter_map(Pending::key).collect();
    let mut examined = examine(&terms.settings, &keys).into_iter();
    let mut next = || examined.next().ok_or_else(|| Error::failure("internal error: a key was not judged"));
    pending
        .into_iter()
        .map(|pending| match pending {
            Pending::Key(key) => {
                let judged = next().and_then(|examined| judge(terms, key, examined));
                judged.map_or_else(Judged::Refused, |judged| Judged::Key(Box::new(judged)))
            }
            Pending::Text(text) if matches!(text.kind, KindOfText::Key(_)) => match next() {
                Ok(examined) if terms.pass(&examined.findings) => Judged::Text(text),
                Ok(examined) => Judged::Refused(leaving::commented_out(&text.place, &examined.findings)),
                Err(error) => Judged::Refused(error),
            },
            Pending::Text(text) => Judged::Text(text),
            Pending::Refused(error) => Judged::Refused(error),
        })
        .collect()
}

/// Judges a key whose weaknesses are known.
///
/// # Errors
/// A blocklist cannot be read.
fn judge(terms: &Terms, mut key: Box<PendingKey>, examined: Examined) -> Result<JudgedKey, Error> {
    let Examined { fingerprint, numbers, findings: weaknesses } = examined;
    let item = &mut key.item;
    let readers = terms.readers();
    let mut findings = private::check(terms.public_only, key.path.as_deref(), item);
    if key.is_in_other_file {
        findings.extend(accepted::weak_size(&item.key));
    } else {
        findings.extend(form::check(&readers, terms.rewrites(), item));
        findings.extend(expiry::check(&readers, item));
        findings.extend(accepted::check(&terms.policies, &item.key));
    }
    if terms.are_for_openssh() {
        form::require_that_ssh_loads_it(&mut findings, item);
    }
    for blocklist in &terms.blocklists {
        findings.extend(blocklist.check(&item.key)?);
    }
    if let Some(numbers) = &numbers {
        findings.extend(terms.prime_lists.iter().filter_map(|list| list.check(numbers)));
    }
    // `--skip` cannot disable the gate.
    let is_gate = |finding: &Finding| terms.public_only && finding.is_of(&private::PRIVATE_KEY);
    findings.retain(|finding| terms.settings.wants(finding.check) || is_gate(finding));
    findings.extend(weaknesses);

    let fails_already = !terms.pass(&findings);
    let (cleared, refusal) = leaving::clear(terms, item);
    findings.extend(refusal.and_then(|refusal| leaving::refused(refusal, fails_already)));
    // A comment that holds a private key is not repeated.
    let is_telling = |finding: &Finding| finding.is_of(&private::PRIVATE_KEY) || finding.is_of(&leaving::NOT_PLAIN);
    let is_suspect = item.private.is_none() && findings.iter().any(is_telling);
    let shows_comment = !is_suspect && item.comment.as_deref().is_none_or(allow_list::may_be_shown);
    if !is_suspect {
        findings.extend(leaving::left_out(shows_comment, terms, item));
    }
    if !shows_comment {
        item.comment = None;
    }

    if key.is_second && terms.gives_files_away() {
        findings.extend(form::several_keys(&readers).filter(|finding| terms.settings.wants(finding.check)));
    }
    if !terms.rewrites() {
        let may_be_rewritten = form::may_be_rewritten(&readers, &key.item) && !terms.fails_when_rewritten(&findings);
        form::add_repairs(&mut findings, &key.item, may_be_rewritten, key.beside);
    }
    let passes = terms.pass(&findings);
    Ok(JudgedKey { key, fingerprint, numbers, findings, passes, cleared })
}
