//! Judgements as lines.

use std::io::{self, Write};

use common::error::{Error, Place};
use common::escape;
use common::key::{Hash, Kind};
use common::keyfile::Item;
use common::report::Object;

use crate::across::Late;
use crate::allow_list;
use crate::checks::{Check, Finding, Other, Severity};
use crate::judgement::Judgement;
use crate::outlet::Style;

/// What is said of a key in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It passes.
    Ok,
    /// It passes as it was written anew.
    Fixed,
    /// It does not pass.
    Fail,
}

impl Verdict {
    const fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Fixed => "fixed",
            Self::Fail => "fail",
        }
    }

    const fn colour(self) -> &'static str {
        match self {
            Self::Ok => GREEN,
            Self::Fixed => YELLOW,
            Self::Fail => RED,
        }
    }
}

// ECMA-48 section 8.3.117, SGR: bold, and a colour.
const RED: &str = "\x1b[1;31m";
const GREEN: &str = "\x1b[1;32m";
const YELLOW: &str = "\x1b[1;33m";
const CYAN: &str = "\x1b[1;36m";
const PLAIN: &str = "\x1b[0m";

/// A word in its colour, if there is to be any.
fn word(word: &'static str, colour: &'static str, coloured: bool) -> [&'static str; 3] {
    if coloured { [colour, word, PLAIN] } else { ["", word, ""] }
}

/// One line a key, then one a finding, each with its place.
pub(crate) fn text(
    to: &mut dyn Write,
    coloured: bool,
    file: &Place,
    item: &Item<'_>,
    verdict: Verdict,
    judgement: &Judgement,
) -> io::Result<()> {
    let place = file.at(item.line);
    let key = &item.key;
    let bits = key.bits().map_or_else(|| "?".to_owned(), |bits| bits.to_string());
    let name = allow_list::type_name(key);
    let verdict = word(verdict.name(), verdict.colour(), coloured).concat();
    write!(to, "{place}: {verdict}: {name} {bits} {}", key.fingerprint(Hash::Sha256))?;
    if let Some(comment) = &item.comment {
        write!(to, " {}", escape::text(comment))?;
    }
    writeln!(to)?;
    judgement.findings.iter().try_for_each(|finding| line(to, coloured, &place, finding))
}

/// One object a key.
pub(crate) fn json(
    mut to: &mut dyn Write,
    file: &Place,
    item: &Item<'_>,
    verdict: Verdict,
    judgement: &Judgement,
) -> io::Result<()> {
    Object::of_place(&file.at(item.line))
        .field("form", item.form.name())
        .field("type", allow_list::type_name(&item.key))
        .field("bits", item.key.bits())
        .field("fingerprint", item.key.fingerprint(Hash::Sha256).to_string())
        .field("comment", item.comment.as_ref().map(|comment| String::from_utf8_lossy(comment).into_owned()))
        .field("verdict", verdict.name())
        .field("findings", values(&judgement.findings))
        .write(&mut to)
}

/// What shows only now about a key that was reported before: its verdict once more, which takes the place of the first,
/// and the findings.
pub(crate) fn late(mut to: &mut dyn Write, late: &Late, passes: bool, style: Style) -> io::Result<()> {
    let Late { place, bits, fingerprint, findings, .. } = late;
    let verdict = if passes { Verdict::Ok } else { Verdict::Fail };
    let name = Kind::Rsa.name();
    if style.json {
        return Object::of_place(place)
            .field("type", name)
            .field("bits", *bits)
            .field("fingerprint", fingerprint.to_string())
            .field("verdict", verdict.name())
            .field("findings", values(findings))
            .field("late", true)
            .write(&mut to);
    }
    let verdict = word(verdict.name(), verdict.colour(), style.colour).concat();
    writeln!(to, "{place}: {verdict}: {name} {bits} {fingerprint}")?;
    findings.iter().try_for_each(|finding| line(to, style.colour, place, finding))
}

/// All that there is to say about a check.
pub(crate) fn explanation(check: &Check) -> String {
    let Check { name, severity, what, why, remedy, source } = check;
    format!("{name} ({})\n\n{what}\n\nwhy: {why}\ndo: {remedy}\nsource: {source}\n", severity.name())
}

fn line(to: &mut dyn Write, coloured: bool, place: &Place, finding: &Finding) -> io::Result<()> {
    let severity = finding.check.severity;
    let colour = match severity {
        Severity::Error => RED,
        Severity::Warning => YELLOW,
        Severity::Note => CYAN,
    };
    let severity = word(severity.name(), colour, coloured).concat();
    writeln!(to, "{place}: {severity}: {}: {}", finding.check.name, finding.message)
}

fn values(findings: &[Finding]) -> Vec<serde_json::Value> {
    let other = |Other { place, fingerprint }: &Other| serde_json::json!({ "file": place.file, "line": place.line, "fingerprint": fingerprint.to_string() });
    let value = |finding: &Finding| {
        let mut value = serde_json::json!({
            "check": finding.check.name,
            "severity": finding.check.severity.name(),
            "message": finding.message,
        });
        if !finding.with.is_empty() {
            value["with"] = finding.with.iter().map(other).collect();
        }
        value
    };
    findings.iter().map(value).collect()
}

/// What could not be judged, so that a reader of the objects alone misses nothing.
pub(crate) fn json_error(mut to: &mut dyn Write, error: &Error) -> io::Result<()> {
    let object = error.place().map_or_else(Object::new, Object::of_place);
    object.field("verdict", Verdict::Fail.name()).field("error", error.message()).write(&mut to)
}
