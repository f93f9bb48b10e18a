//! Decides what is given away of a key, and whether it may be: the file before an upload (`--public-only`), unchanged lines
//! (`--filter`), or a rewritten line (`--rewrite`).

use std::path::Path;

use common::error::{Error, ExitStatus, Place};
use common::escape;
use common::key::Fingerprint;
use common::keyfile::{Aside, GIVE_PUBLIC_KEY, Item};

use super::terms::Terms;
use crate::allow_list::{self, Budget, Cleared, Measure, Refusal};
use crate::finding::{Check, Finding, Severity};
use crate::pending::KindOfText;
use crate::repair;

/// More than a public key and plain words would be given away.
pub(crate) static NOT_PLAIN: Check = Check {
    name: "not-plain",
    severity: Severity::Error,
    what: "What would be given away (--public-only, --filter, --rewrite) is not one public key with a few plain \
           words: its comment, options, headers or a comment line could hold a private key.",
    why: "There are more ways to write a private key than any list can hold: encoded, split, packed, after other \
          words. So what may be given away is limited instead: type, base64 of the whole public key, and printable \
          text that carries less information than the 256 bits of the smallest private key. A SHA-256 fingerprint has \
          that size, and does not pass.",
    remedy: "Shorten the comment to a few words, such as user@host and a date, and remove comment lines that \
             are more than that. keycheck --rewrite prints the key alone. Long options stay in authorized_keys on the \
             server.",
    source: "RFC 8032, section 5.1.5 (32 bytes); L. Kraft, A device for quantizing, grouping, and coding \
             amplitude-modulated pulses, 1949",
};

/// The comment is neither shown nor written.
pub(crate) static COMMENT_LEFT_OUT: Check = Check {
    name: "comment-left-out",
    severity: Severity::Note,
    what: "The comment is more than a few plain words, and could hold a private key. It is not repeated in the \
           report, and --rewrite prints the key without it.",
    why: "Reports are kept in logs, and what --rewrite prints is given away.",
    remedy: "Nothing, unless the comment matters: then shorten it.",
    source: "keycheck --explain not-plain",
};

/// Returns the bytes of a key that are given away, or why they may not be.
pub(crate) fn clear(terms: &Terms, item: &mut Item<'static>) -> (Option<Cleared>, Option<Refusal>) {
    let cleared = if terms.rewrites() {
        repair::line(item, repair::comment(item).as_deref(), terms.keeps_options())
    } else if terms.public_only && item.private.is_none() {
        unchanged(item)
    } else {
        return (None, None);
    };
    match cleared {
        Ok(cleared) => (Some(cleared), None),
        Err(refusal) => (None, Some(refusal)),
    }
}

/// Takes the bytes of the key in its file out of the item. Decoded text is refused: it is not what would be given away.
fn unchanged(item: &mut Item<'static>) -> Result<Cleared, Refusal> {
    if item.quirks.was_decoded() {
        return Err(Refusal::Form);
    }
    Cleared::of(std::mem::take(&mut item.text).into_owned())
}

/// Returns the finding for a key that may not be given away. If the key fails already, other findings describe a wrong format
/// in more detail.
pub(crate) fn refused(refusal: Refusal, fails_already: bool) -> Option<Finding> {
    let is_reported = fails_already && matches!(refusal, Refusal::Form | Refusal::Key);
    (!is_reported).then(|| NOT_PLAIN.found(refusal.to_string()))
}

/// Returns the finding for a comment that is not shown, or not written.
pub(crate) fn left_out(shows: bool, terms: &Terms, item: &Item<'_>) -> Option<Finding> {
    let comment = item.comment.as_deref()?;
    let is_lost = || repair::comment(item).is_none() && !escape::without_unsafe(comment).trim().is_empty();
    (!shows || terms.rewrites() && is_lost())
        .then(|| COMMENT_LEFT_OUT.found("the comment is more than a few plain words, and is left out"))
}

/// Classifies a text beside the keys, and measures the information in it.
///
/// # Errors
/// It may not be given away; the error has its place.
pub(crate) fn aside(place: &Place, aside: Aside, text: &[u8]) -> Result<(KindOfText, Measure), Error> {
    let result = match aside {
        Aside::Comment | Aside::Blank => match allow_list::commented_out(text) {
            Some((key, measure)) => Ok((KindOfText::Key(Box::new(key)), measure + Measure::LINE)),
            None => allow_list::prose(text).map(|measure| (KindOfText::Line, measure + Measure::LINE)),
        },
        Aside::Json | Aside::Parameters => Err(Refusal::Form),
    };
    result.map_err(|refusal| error(place.clone(), aside, refusal))
}

/// The error for a commented-out key that may not be given away.
pub(crate) fn commented_out(place: &Place, findings: &[Finding]) -> Error {
    let reasons: Vec<String> =
        findings.iter().map(|finding| format!("{}: {}", finding.check.name, finding.message)).collect();
    let why = format!("the key that is commented out here does not pass: {}", reasons.join("; "));
    Error::no(why).at(place.clone()).hint("remove the line, or give away what `keycheck --rewrite` prints")
}

/// The kind of file or folder whose name is given away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// A file with keys, or a folder that contains one.
    Keys,
    /// An empty file, or a folder without a file near it.
    Nothing,
}

impl Named {
    /// Classifies a folder by its first file that is not empty. Nested folders carry as much information as lines of words.
    pub(crate) fn folder(folder: &Path, file: &Path) -> Self {
        const NEAR: usize = 4;
        match file.strip_prefix(folder) {
            Ok(below) if below.components().count() <= NEAR => Self::Keys,
            _ => Self::Nothing,
        }
    }
}

/// Measures the information in the name of a file or folder that is given away with its folder. For files with keys, words and
/// short numbers are free: each file has a name. Other names count as comment lines do.
///
/// # Errors
/// It may not be given away.
pub(crate) fn name(path: &Path, name: &[u8], of: Named) -> Result<Measure, Error> {
    let measure = allow_list::words(name).map_err(|refusal| name_error(Place::file(path), refusal))?;
    Ok(if of == Named::Keys { measure.of_name() } else { measure + Measure::LINE })
}

/// The error for the name of a file or folder that may not be given away.
pub(crate) fn name_error(place: Place, refusal: Refusal) -> Error {
    let why = match refusal {
        Refusal::TooMuchInformationTogether => {
            "the names of the files and the texts in them so far could hold a private key together, a piece in each"
        }
        _ => {
            "its name would be given away with the folder, and is more than a few plain words: it could hold a private key"
        }
    };
    Error::no(why).at(place).hint("rename it, or name the files of keys instead of the folder")
}

/// The error for a part of a private key. Its hint never asks for the remaining parts.
pub(crate) fn part_of_private_key(error: &Error) -> Error {
    let why = match error.message() {
        known if ["a private key", "the private key"].iter().any(|start| known.starts_with(start)) => known.to_owned(),
        other => format!("this is a private key, or a part of one, which must not be given away: {other}"),
    };
    let place = error.place().cloned();
    let of_kind = if error.status() == ExitStatus::Error { Error::failure(why) } else { Error::no(why) };
    let error = of_kind.hint(GIVE_PUBLIC_KEY);
    match place {
        Some(place) => error.at(place),
        None => error,
    }
}

/// The error for a text beside the keys that may not be given away.
pub(crate) fn error(place: Place, aside: Aside, refusal: Refusal) -> Error {
    let why = match (aside, refusal) {
        (Aside::Json, _) => "a JSON document is given away with everything in it".to_owned(),
        (Aside::Parameters, _) => "parameters of a key are given away with it".to_owned(),
        (Aside::Comment | Aside::Blank, Refusal::Marked(words)) => {
            format!("a comment line contains the words '{words}', as files of private keys do")
        }
        (Aside::Comment | Aside::Blank, Refusal::NotPrintable { .. }) => {
            format!("a comment line holds {}", refusal.unprintable())
        }
        (Aside::Comment | Aside::Blank, Refusal::TooMuchInformation(bits)) => format!(
            "a comment line could hold a private key: {bits} bits, and at most {} may be given away",
            allow_list::MOST_BITS
        ),
        (Aside::Comment | Aside::Blank, Refusal::TooMuchInformationTogether) => {
            "the comment lines and blank lines so far could hold a private key together, a piece in each".to_owned()
        }
        (Aside::Comment | Aside::Blank, _) => "a comment line is more than a few plain words".to_owned(),
    };
    Error::no(why).at(place).hint("remove the line, or give away what `keycheck --rewrite` prints")
}

/// Counts the text around a key that passes towards the limit for all text. A rewritten line loses its comment if the limit is
/// exceeded.
///
/// # Errors
/// The key may not be given away.
pub(crate) fn count(
    terms: &Terms,
    budget: &mut Budget,
    input: usize,
    place: &Place,
    fingerprint: &Fingerprint,
    item: &Item<'_>,
    cleared: &mut Cleared,
) -> Result<Option<Finding>, Finding> {
    let Err(refusal) = budget.key(input, fingerprint, allow_list::identity(cleared.text()), cleared.measure) else {
        return Ok(None);
    };
    let longest = budget.longest_text().map(|place| format!(". {place} adds most: remove it")).unwrap_or_default();
    let refused = || NOT_PLAIN.found(format!("{refusal}{longest}"));
    if !terms.rewrites() {
        return Err(refused());
    }
    *cleared = repair::line(item, None, terms.keeps_options()).map_err(|_| refused())?;
    budget.text(input, place, allow_list::identity(cleared.text()), cleared.measure).map_err(|_| refused())?;
    Ok(Some(COMMENT_LEFT_OUT.found(refusal.to_string())))
}
