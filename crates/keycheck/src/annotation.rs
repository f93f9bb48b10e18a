//! A finding with its key, for programs that show findings beside the lines of files. Writes it as an annotation of GitHub
//! Actions.

use std::io::{self, Write};

use common::error::{Error, Place};
use common::escape;
use common::key::{Fingerprint, Kind};

use crate::allow_list;
use crate::cross_key::DeferredFindings;
use crate::finding::{Finding, Other, Severity};
use crate::verdict::{DeferredVerdict, Verdict};

/// The name of the check for text without a key.
pub(crate) const NO_KEY: &str = "no-key";

/// A finding and its place.
pub(crate) struct Annotation<'a> {
    /// Where it is.
    pub place: &'a Place,
    /// The check that found it.
    pub check: &'a str,
    /// Its severity.
    pub severity: Severity,
    /// What was found.
    pub message: &'a str,
    /// The key: its type and its size.
    key: Option<String>,
    /// Its fingerprint.
    pub fingerprint: Option<&'a Fingerprint>,
    /// Other keys that it concerns.
    pub with: &'a [Other],
}

impl<'a> Annotation<'a> {
    /// Returns the findings of a key.
    pub(crate) fn of(verdict: &'a Verdict) -> impl Iterator<Item = Self> {
        let key = &verdict.key;
        let bits = key.item.key.bits().map_or_else(|| "?".to_owned(), |bits| bits.to_string());
        let words = format!("{} {bits}", allow_list::type_name(&key.item.key));
        { verdict.findings.iter() }
            .map(move |finding| Self::of_finding(finding, &key.place, &words, &verdict.fingerprint))
    }

    /// Returns the findings of a key that needed all keys.
    pub(crate) fn of_deferred(verdict: &'a DeferredVerdict) -> impl Iterator<Item = Self> {
        let DeferredFindings { place, bits, fingerprint, findings, .. } = &verdict.key;
        let words = format!("{} {bits}", Kind::Rsa.name());
        findings.iter().map(move |finding| Self::of_finding(finding, place, &words, fingerprint))
    }

    /// Returns an error as an annotation; `None` if it has no place.
    pub(crate) fn of_error(error: &'a Error) -> Option<Self> {
        let (severity, message) = (Severity::Error, error.message());
        error.place().map(|place| Self {
            place,
            check: NO_KEY,
            severity,
            message,
            key: None,
            fingerprint: None,
            with: &[],
        })
    }

    fn of_finding(finding: &'a Finding, place: &'a Place, key: &str, fingerprint: &'a Fingerprint) -> Self {
        Self {
            place,
            check: finding.check.name,
            severity: finding.severity,
            message: &finding.message,
            key: Some(key.to_owned()),
            fingerprint: Some(fingerprint),
            with: &finding.with,
        }
    }

    /// Returns the message, with its key.
    pub(crate) fn text(&self) -> String {
        match (&self.key, self.fingerprint) {
            (Some(key), Some(fingerprint)) => format!("{} ({key} {fingerprint})", self.message),
            _ => self.message.to_owned(),
        }
    }

    /// Writes it as a workflow command: `::error file=FILE,line=LINE,title=CHECK::MESSAGE` (GitHub Docs, Workflow
    /// commands for GitHub Actions). No text can begin another command: it holds no newline.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        let level = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let line = self.place.line.map_or_else(String::new, |line| format!(",line={line}"));
        let file = if cfg!(windows) { self.place.file.replace('\\', "/") } else { self.place.file.clone() };
        let file = property(file.strip_prefix("./").unwrap_or(&file));
        writeln!(to, "::{level} file={file}{line},title={}::{}", property(self.check), data(&self.text()))
    }
}

/// Encodes a message for the runner.
fn data(text: &str) -> String {
    escape::text(text.as_bytes()).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Encodes a property, which ends at a comma or colon.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_ends_its_property_or_begins_a_command() {
        let place = Place { file: "./a,b:c%\n::error::x".to_owned(), line: Some(3) };
        let error = Error::no("100 % of\n::set-output::it").at(place);
        let mut line = Vec::new();
        Annotation::of_error(&error).unwrap().write(&mut line).unwrap();
        let line = String::from_utf8(line).unwrap();
        assert_eq!(line.matches('\n').count(), 1);
        assert!(line.starts_with("::error file=a%2Cb%3Ac%25"), "{line}");
        assert!(line.contains(",line=3,title=no-key::100 %25 of"), "{line}");
    }
}
