//! The objects that `--json` prints.

use common::error::Error;
use common::json_object;
use common::key::{Fingerprint, Kind};
use common::report::KeyObject;
use serde::Serialize;

use crate::allow_list;
use crate::cross_key::DeferredFindings;
use crate::finding::{Check, Finding, Other};
use crate::verdict::{DeferredVerdict, Outcome, Verdict};

json_object! {
    /// A key:
    pub(crate) struct VerdictObject<'a> {
        ..key: KeyObject<'a>,
        /// `ok`, `fail`, or with `--rewrite` `fixed` for a key that passes after it was rewritten
        verdict: &'static str,
        /// what was found, an array of the objects below
        findings: Vec<FindingObject<'a>>,
    }
}

json_object! {
    /// A second object for a key, for findings after the last key; its verdict replaces the first:
    pub(crate) struct DeferredObject<'a> {
        /// the file's name, as before
        file: &'a str,
        /// the line on which the key begins, as before
        #[serde(skip_serializing_if = "Option::is_none")]
        line: Option<usize>,
        /// the key's type, as before
        r#type: &'static str,
        /// the key's size in bits, as before
        bits: usize,
        /// the fingerprint, as before
        fingerprint: &'a Fingerprint,
        /// the new verdict
        verdict: &'static str,
        /// what was found after the last key
        findings: Vec<FindingObject<'a>>,
        /// `true`
        late: bool,
    }
}

json_object! {
    /// A finding, in `findings`:
    pub(crate) struct FindingObject<'a> {
        /// the check's name
        check: &'static str,
        /// `error`, `warning` or `note`
        severity: &'static str,
        /// what was found and which rule it breaks
        message: &'a str,
        /// the other keys that it concerns, if any: an array of objects with `file`, `line` and `fingerprint`
        #[serde(skip_serializing_if = "Vec::is_empty")]
        with: Vec<OtherObject<'a>>,
    }
}

json_object! {
    /// Another key, in `with`:
    pub(crate) struct OtherObject<'a> {
        /// the file's name
        file: &'a str,
        /// the line on which that key begins
        line: Option<usize>,
        /// its SHA-256 fingerprint
        fingerprint: &'a Fingerprint,
    }
}

json_object! {
    /// At the end of a run over several files, the totals:
    pub(crate) struct SummaryObject {
        /// the version of the fields of all these objects: 1
        schema: u32,
        /// the number of keys
        keys: u64,
        /// keys that pass
        passed: u64,
        /// keys that fail
        failed: u64,
        /// files that contain keys
        files: u64,
        /// lines or files without a key
        without_key: u64,
        /// files that could not be read
        unread: u64,
    }
}

json_object! {
    /// With --list-checks, a check:
    pub(crate) struct CheckObject {
        /// its name
        check: &'static str,
        /// `error`, `warning` or `note`
        severity: &'static str,
        /// what it finds
        what: &'static str,
        /// why that matters
        why: &'static str,
        /// what to do about it
        r#do: &'static str,
        /// where it was published
        source: &'static str,
    }
}

json_object! {
    /// A line or file without a key:
    pub(crate) struct ErrorObject<'a> {
        /// the file's name
        #[serde(skip_serializing_if = "Option::is_none")]
        file: Option<&'a str>,
        /// the line
        #[serde(skip_serializing_if = "Option::is_none")]
        line: Option<usize>,
        /// `fail`
        verdict: &'static str,
        /// why it contains no key
        error: &'a str,
    }
}

impl<'a> VerdictObject<'a> {
    pub(crate) fn new(verdict: &'a Verdict) -> Self {
        let Verdict { key, fingerprint, outcome, findings, .. } = verdict;
        let (place, item) = (&key.place, &key.item);
        let named = KeyObject::new(item, &place.file, place.line, *fingerprint);
        Self {
            key: KeyObject { r#type: allow_list::type_name(&item.key).into(), ..named },
            verdict: outcome.name(),
            findings: objects(findings),
        }
    }
}

impl<'a> DeferredObject<'a> {
    pub(crate) fn new(verdict: &'a DeferredVerdict) -> Self {
        let DeferredVerdict { key, outcome } = verdict;
        let DeferredFindings { place, bits, fingerprint, findings, .. } = key;
        Self {
            file: &place.file,
            line: place.line,
            r#type: Kind::Rsa.name(),
            bits: *bits,
            fingerprint,
            verdict: outcome.name(),
            findings: objects(findings),
            late: true,
        }
    }
}

impl CheckObject {
    pub(crate) fn new(check: &Check) -> Self {
        let Check { name, severity, what, why, remedy, source } = check;
        Self { check: name, severity: severity.name(), what, why, r#do: remedy, source }
    }
}

impl<'a> ErrorObject<'a> {
    pub(crate) fn new(error: &'a Error) -> Self {
        let place = error.place();
        Self {
            file: place.map(|place| place.file.as_str()),
            line: place.and_then(|place| place.line),
            verdict: Outcome::Fail.name(),
            error: error.message(),
        }
    }
}

fn objects(findings: &[Finding]) -> Vec<FindingObject<'_>> {
    findings.iter().map(FindingObject::new).collect()
}

impl<'a> FindingObject<'a> {
    fn new(finding: &'a Finding) -> Self {
        Self {
            check: finding.check.name,
            severity: finding.severity.name(),
            message: &finding.message,
            with: finding.with.iter().map(OtherObject::new).collect(),
        }
    }
}

impl<'a> OtherObject<'a> {
    fn new(Other { place, fingerprint }: &'a Other) -> Self {
        Self { file: &place.file, line: place.line, fingerprint }
    }
}
