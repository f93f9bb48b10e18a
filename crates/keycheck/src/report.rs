//! Judgements as lines.

use std::io::{self, Write};

use common::error::{Error, Place};
use common::forms::Item;
use common::keys::Hash;
use common::lines::{Object, escape};

use crate::across::Late;
use crate::checks::{Check, Finding};
use crate::judgement::Judgement;

/// One line a key, then one a finding, each with its place.
pub(crate) fn text(to: &mut impl Write, file: &Place, item: &Item<'_>, judgement: &Judgement) -> io::Result<()> {
    let place = file.at(item.line);
    let key = &item.key;
    let bits = key.bits().map_or_else(|| "?".to_owned(), |bits| bits.to_string());
    let name = escape::text(key.type_name().as_bytes());
    write!(to, "{place}: {}: {name} {bits} {}", verdict(judgement.passes), key.fingerprint(Hash::Sha256))?;
    if let Some(comment) = &item.comment {
        write!(to, " {}", escape::text(comment))?;
    }
    writeln!(to)?;
    judgement.findings.iter().try_for_each(|finding| line(to, &place, finding))
}

/// One object a key.
pub(crate) fn json(to: &mut impl Write, file: &Place, item: &Item<'_>, judgement: &Judgement) -> io::Result<()> {
    Object::of_item(item, file, Hash::Sha256)
        .field("verdict", verdict(judgement.passes))
        .field("findings", values(&judgement.findings))
        .write(to)
}

/// A finding about a key that was reported before: a line, or an object, of its own.
pub(crate) fn late(to: &mut impl Write, late: &Late, passes: bool, json: bool) -> io::Result<()> {
    if !json {
        return line(to, &late.place, &late.finding);
    }
    Object::of_place(&late.place)
        .field("fingerprint", late.fingerprint.as_str())
        .field("verdict", verdict(passes))
        .field("findings", values(std::slice::from_ref(&late.finding)))
        .write(to)
}

/// All that there is to say about a check.
pub(crate) fn explanation(check: &Check) -> String {
    let Check { name, severity, what, why, remedy, source } = check;
    format!("{name} ({})\n\n{what}\n\nwhy: {why}\ndo: {remedy}\nsource: {source}\n", severity.name())
}

fn line(to: &mut impl Write, place: &Place, finding: &Finding) -> io::Result<()> {
    writeln!(to, "{place}: {}: {}: {}", finding.check.severity.name(), finding.check.name, finding.message)
}

fn values(findings: &[Finding]) -> Vec<serde_json::Value> {
    let value = |finding: &Finding| {
        serde_json::json!({
            "check": finding.check.name,
            "severity": finding.check.severity.name(),
            "message": finding.message,
        })
    };
    findings.iter().map(value).collect()
}

/// What could not be judged, so that a reader of the objects alone misses nothing.
pub(crate) fn json_error(to: &mut impl Write, error: &Error) -> io::Result<()> {
    let object = error.place().map_or_else(Object::new, Object::of_place);
    object.field("verdict", verdict(false)).field("error", error.message()).write(to)
}

const fn verdict(passes: bool) -> &'static str {
    if passes { "ok" } else { "fail" }
}
