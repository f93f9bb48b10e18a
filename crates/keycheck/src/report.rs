//! Judgements as lines.

use std::io::{self, Write};

use common::error::{Error, Place};
use common::forms::Item;
use common::keys::Hash;
use common::lines::{Object, escape};

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
    for finding in &judgement.findings {
        writeln!(to, "{place}: {}: {}: {}", finding.severity.name(), finding.check, finding.message)?;
    }
    Ok(())
}

/// One object a key.
pub(crate) fn json(to: &mut impl Write, file: &Place, item: &Item<'_>, judgement: &Judgement) -> io::Result<()> {
    let findings: Vec<serde_json::Value> = judgement
        .findings
        .iter()
        .map(|finding| {
            serde_json::json!({
                "check": finding.check,
                "severity": finding.severity.name(),
                "message": finding.message,
            })
        })
        .collect();
    Object::of_item(item, file, Hash::Sha256)
        .field("verdict", verdict(judgement.passes))
        .field("findings", findings)
        .write(to)
}

/// What could not be judged, so that a reader of the objects alone misses nothing.
pub(crate) fn json_error(to: &mut impl Write, error: &Error) -> io::Result<()> {
    let object = error.place().map_or_else(Object::new, Object::of_place);
    object.field("verdict", verdict(false)).field("error", error.message()).write(to)
}

const fn verdict(passes: bool) -> &'static str {
    if passes { "ok" } else { "fail" }
}
