//! Writes verdicts as text and as JSON.

use std::io::{self, Write};

use common::cli::Colour;
use common::error::{Error, Place};
use common::escape;
use common::key::Kind;
use common::report::write_json;

use crate::allow_list;
use crate::cross_key::DeferredFindings;
use crate::finding::{Check, Finding, Severity};
use crate::object::{CheckObject, DeferredObject, ErrorObject, VerdictObject};
use crate::verdict::{DeferredVerdict, Outcome, Verdict};

/// The format of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Format {
    /// Lines for people.
    #[default]
    Text,
    /// JSON Lines.
    Json,
    /// One document of SARIF.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
}

/// The style of a report.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Style {
    /// The format.
    pub format: Format,
    /// Only keys that fail.
    pub quiet: bool,
    /// With colour.
    pub colour: bool,
}

impl Outcome {
    const fn colour(self) -> Colour {
        match self {
            Self::Ok => Colour::Green,
            Self::Fixed => Colour::Yellow,
            Self::Fail => Colour::Red,
        }
    }
}

/// Writes the first line of a key: its place, the verdict, and the text that follows it.
fn first_line(to: &mut dyn Write, style: Style, place: &Place, outcome: Outcome, words: &str) -> io::Result<()> {
    let outcome = outcome.colour().paint(outcome.name(), style.colour);
    writeln!(to, "{place}: {outcome}: {words}")
}

/// Writes one line per key, then one per finding, each with its place; or one object per key.
pub(crate) fn verdict(to: &mut dyn Write, style: Style, verdict: &Verdict) -> io::Result<()> {
    let Verdict { key, fingerprint, outcome, findings, .. } = verdict;
    let (place, item, name) = (&key.place, &key.item, allow_list::type_name(&key.item.key));
    if style.format == Format::Json {
        return write_json(to, &VerdictObject::new(verdict));
    }
    let bits = item.key.bits().map_or_else(|| "?".to_owned(), |bits| bits.to_string());
    let comment = item.comment.as_ref().map(|comment| format!(" {}", escape::text(comment))).unwrap_or_default();
    first_line(to, style, place, *outcome, &format!("{name} {bits} {fingerprint}{comment}"))?;
    findings.iter().try_for_each(|finding| line(to, style, place, finding))
}

/// Writes the verdict that replaces the first one of a key, and the findings that led to it.
pub(crate) fn deferred(to: &mut dyn Write, style: Style, verdict: &DeferredVerdict) -> io::Result<()> {
    let DeferredVerdict { key, outcome } = verdict;
    let DeferredFindings { place, bits, fingerprint, findings, .. } = key;
    let name = Kind::Rsa.name();
    if style.format == Format::Json {
        return write_json(to, &DeferredObject::new(verdict));
    }
    first_line(to, style, place, *outcome, &format!("{name} {bits} {fingerprint}"))?;
    findings.iter().try_for_each(|finding| line(to, style, place, finding))
}

/// Returns everything about a check, for `--explain`.
pub(crate) fn explanation(check: &Check) -> String {
    let Check { name, severity, what, why, remedy, source } = check;
    format!("{name} ({})\n\n{what}\n\nwhy: {why}\ndo: {remedy}\nsource: {source}\n", severity.name())
}

/// Writes all checks: a line for each, or an object with everything about it.
///
/// # Errors
/// It cannot be written.
pub(crate) fn checks(to: &mut dyn Write, checks: &[&Check], json: bool) -> io::Result<()> {
    let width = checks.iter().map(|check| check.name.len()).max().unwrap_or(0);
    checks.iter().try_for_each(|check| match json {
        true => write_json(to, &CheckObject::new(check)),
        false => writeln!(to, "{:width$}  {:7}  {}", check.name, check.severity.name(), check.what),
    })
}

fn line(to: &mut dyn Write, style: Style, place: &Place, finding: &Finding) -> io::Result<()> {
    let severity = finding.severity;
    let colour = match severity {
        Severity::Error => Colour::Red,
        Severity::Warning => Colour::Yellow,
        Severity::Note => Colour::Cyan,
    };
    let severity = colour.paint(severity.name(), style.colour);
    writeln!(to, "{place}: {severity}: {}: {}", finding.check.name, finding.message)
}

/// Writes an error, so that a reader of the JSON alone misses nothing.
pub(crate) fn json_error(to: &mut dyn Write, error: &Error) -> io::Result<()> {
    write_json(to, &ErrorObject::new(error))
}
