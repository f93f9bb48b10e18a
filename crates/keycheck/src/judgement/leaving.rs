//! What leaves of a key, and whether it may: the file where it is to be uploaded (`--public-only`), its lines where they
//! are copied through (`--pass`), a new line where it is repaired (`--fix`).

use common::error::{Error, Place};
use common::escape;
use common::keyfile::{Aside, Item, Quirk};

use super::Terms;
use crate::allow_list::{self, Budget, Cleared, Measure, Refusal};
use crate::checks::{Check, Finding, Severity};
use crate::repair;

/// Something else than a public key and plain words would leave.
pub(crate) static NOT_PLAIN: Check = Check {
    name: "not-plain",
    severity: Severity::Error,
    what: "What would leave (--public-only, --pass, --fix) is not one public key with a few plain words: its comment, \
           options, headers or a line of comment could hold a private key.",
    why: "There are more ways to write a private key than any list can hold: encoded, split, packed, behind other words. \
          So what may leave is bounded instead: type, base64 of the whole public key, and printable text that tells less \
          than the 256 bits of the smallest private key. A fingerprint of SHA-256 has that size, and is not let through.",
    remedy: "Shorten the comment to a few words, such as user@host and a date, and remove lines of comment that are more \
             than that. keycheck --fix prints the key alone. Long options stay in authorized_keys on the server.",
    source: "RFC 8032, section 5.1.5 (32 bytes); L. Kraft, A device for quantizing, grouping, and coding \
             amplitude-modulated pulses, 1949",
};

/// The comment is neither shown nor written.
pub(crate) static COMMENT_LEFT_OUT: Check = Check {
    name: "comment-left-out",
    severity: Severity::Note,
    what: "The comment is more than a few plain words, and could hold a private key. It is not repeated in the report, and \
           --fix prints the key without it.",
    why: "Reports are kept in logs, and what --fix prints is given away.",
    remedy: "Nothing, unless the comment matters: then shorten it.",
    source: "keycheck --explain not-plain",
};

/// What there is to be said about what leaves.
pub(super) struct Leaving {
    /// What is written, if the key passes.
    pub cleared: Option<Cleared>,
    /// Why it may not leave, or what of it does not.
    pub finding: Option<Finding>,
}

/// What leaves of a key.
pub(super) fn check(terms: &Terms, item: &Item<'_>) -> Leaving {
    let result = if terms.repairing {
        repair::line(item, repair::comment(item).as_deref())
    } else if terms.public_only && item.private.is_none() {
        as_it_stands(item)
    } else {
        return Leaving { cleared: None, finding: None };
    };
    match result {
        Ok(cleared) => Leaving { cleared: Some(cleared), finding: None },
        Err(refusal) => Leaving { cleared: None, finding: Some(NOT_PLAIN.found(refusal.to_string())) },
    }
}

/// The bytes of the key in its file. Text that was decoded first is not what leaves.
fn as_it_stands(item: &Item<'_>) -> Result<Cleared, Refusal> {
    let decoded = [Quirk::Utf16, Quirk::Json, Quirk::Quoted, Quirk::TextBefore];
    if decoded.into_iter().any(|quirk| item.quirks.has(quirk)) {
        return Err(Refusal::Form);
    }
    Cleared::of(item.text.to_vec())
}

/// Whether a finding says only that the key is not in the one right form, which other findings say better.
pub(super) fn is_of_form(finding: &Finding) -> bool {
    let says = |refusal: Refusal| finding.message == refusal.to_string();
    std::ptr::eq(finding.check, &NOT_PLAIN) && (says(Refusal::Form) || says(Refusal::Key))
}

/// The finding for a comment that is not shown, or not written.
pub(super) fn left_out(shows: bool, terms: &Terms, item: &Item<'_>) -> Option<Finding> {
    let comment = item.comment.as_deref()?;
    let is_lost = || repair::comment(item).is_none() && !escape::without_unsafe(comment).trim().is_empty();
    (!shows || terms.repairing && is_lost())
        .then(|| COMMENT_LEFT_OUT.found("the comment is more than a few plain words, and is left out"))
}

/// What a text beside the keys tells.
///
/// # Errors
/// It may not leave; with its place.
pub(crate) fn aside(file: &Place, line: usize, aside: Aside, text: &[u8]) -> Result<Measure, Error> {
    let result = match aside {
        Aside::Comment => allow_list::prose(text),
        Aside::Json | Aside::Parameters => Err(Refusal::Form),
    };
    result.map_err(|refusal| error(file, line, aside, refusal))
}

/// Why a text beside the keys may not leave.
pub(crate) fn error(file: &Place, line: usize, aside: Aside, refusal: Refusal) -> Error {
    let why = match (aside, refusal) {
        (Aside::Json, _) => "a JSON document leaves with all that stands in it".to_owned(),
        (Aside::Parameters, _) => "parameters of a key leave with it".to_owned(),
        (Aside::Comment, Refusal::Marked) => "a line of comment calls itself a private key".to_owned(),
        (Aside::Comment, Refusal::TellsTooMuch(bits)) => format!(
            "a line of comment could hold a private key: {bits} bits, where {} may leave",
            allow_list::MOST_BITS
        ),
        (Aside::Comment, Refusal::TellTooMuchTogether) => {
            "the lines of comment so far could hold a private key together, a piece in each".to_owned()
        }
        (Aside::Comment, _) => "a line of comment is more than a few plain words".to_owned(),
    };
    Error::no(why).at(file.at(line)).hint("remove the line, or give away what `keycheck --fix` prints")
}

impl Terms {
    /// Counts what a key that passes takes along against what all may. A repaired line loses its comment where
    /// that is too much.
    ///
    /// # Errors
    /// The key may not leave.
    pub(crate) fn count(
        &self,
        budget: &mut Budget,
        item: &Item<'_>,
        cleared: &mut Cleared,
    ) -> Result<Option<Finding>, Finding> {
        let Err(refusal) = budget.key(cleared.measure) else { return Ok(None) };
        let refused = || NOT_PLAIN.found(refusal.to_string());
        if !self.repairing {
            return Err(refused());
        }
        *cleared = repair::line(item, None).map_err(|_| refused())?;
        budget.text(cleared.measure).map_err(|_| refused())?;
        Ok(Some(COMMENT_LEFT_OUT.found(refusal.to_string())))
    }
}
