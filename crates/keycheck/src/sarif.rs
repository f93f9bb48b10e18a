//! Writes findings as SARIF, the Static Analysis Results Interchange Format, which code scanning services read (OASIS, SARIF
//! version 2.1.0). Each run writes one document, one line per result, while the keys are judged.

use std::io::{self, Write};

use common::error::{Error, ExitStatus, Place};
use common::key::Fingerprint;
use common::report::write_json;
use serde::Serialize;

use crate::annotation::{Annotation, NO_KEY};
use crate::finding::Severity;
use crate::registry;

/// The schema of the documents.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// The most errors that a document lists.
const MAX_ERRORS: usize = 1000;

/// A document, with the errors that are written at its end.
#[derive(Debug, Default)]
pub(crate) struct Document {
    has_results: bool,
    /// The inputs that could not be read.
    errors: Vec<Notification>,
}

impl Document {
    /// Writes the beginning: the program and its checks.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn begin(to: &mut dyn Write) -> io::Result<()> {
        let of_check = registry::ALL.iter().map(|check| {
            let help = format!("Why: {}\n\nDo: {}\n\nSource: {}", check.why, check.remedy, check.source);
            Rule::new(check.name, check.severity, check.what, help)
        });
        let help = "Do: see the message.".to_owned();
        let no_key = Rule::new(NO_KEY, Severity::Error, "A line or file holds no key that can be read.", help);
        let rules = of_check.chain([no_key]).collect();
        let driver = Driver { name: "keycheck", version: env!("CARGO_PKG_VERSION"), rules };
        write!(to, "{{\"$schema\":\"{SCHEMA}\",\"version\":\"2.1.0\",\"runs\":[{{\"tool\":{{\"driver\":")?;
        write_json(to, &driver)?;
        writeln!(to, "}},\"columnKind\":\"utf16CodeUnits\",\"results\":[")
    }

    /// Writes a result.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn result(&mut self, to: &mut dyn Write, annotation: &Annotation<'_>) -> io::Result<()> {
        if std::mem::replace(&mut self.has_results, true) {
            to.write_all(b",")?;
        }
        let index = registry::ALL.iter().position(|check| check.name == annotation.check);
        let result = SarifResult {
            rule_id: annotation.check,
            // The last rule is the one for text without a key.
            rule_index: index.unwrap_or(registry::ALL.len()),
            level: annotation.severity.name(),
            message: Text { text: annotation.text() },
            locations: [Location::of(annotation.place)],
            related_locations: annotation.with.iter().map(|other| Location::of(&other.place)).collect(),
            partial_fingerprints: annotation.fingerprint.map(|key| PartialFingerprints { key }),
        };
        write_json(to, &result)
    }

    /// Records an input that could not be read.
    pub(crate) fn error(&mut self, error: &Error) {
        if self.errors.len() < MAX_ERRORS {
            let message = Text { text: error.message().to_owned() };
            let locations = error.place().map(Location::of).into_iter().collect();
            self.errors.push(Notification { level: "error", message, locations });
        }
    }

    /// Writes the end.
    ///
    /// # Errors
    /// It cannot be written.
    pub(crate) fn end(&mut self, to: &mut dyn Write, status: ExitStatus) -> io::Result<()> {
        let errors = std::mem::take(&mut self.errors);
        let invocation = Invocation {
            execution_successful: errors.is_empty(),
            exit_code: status.code(),
            tool_execution_notifications: errors,
        };
        write!(to, "],\"invocations\":[")?;
        write_json(to, &invocation)?;
        writeln!(to, "]}}]}}")
    }
}

/// The program (SARIF section 3.19).
#[derive(Serialize)]
struct Driver {
    name: &'static str,
    version: &'static str,
    rules: Vec<Rule>,
}

/// A check (section 3.49).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Text,
    help: Text,
    default_configuration: Configuration,
}

impl Rule {
    fn new(id: &'static str, severity: Severity, what: &str, help: String) -> Self {
        Self {
            id,
            short_description: Text { text: what.to_owned() },
            help: Text { text: help },
            default_configuration: Configuration { level: severity.name() },
        }
    }
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Debug, Serialize)]
struct Text {
    text: String,
}

/// A finding (section 3.27).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SarifResult<'a> {
    rule_id: &'a str,
    rule_index: usize,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    #[serde(skip_serializing_if = "Option::is_none")]
    partial_fingerprints: Option<PartialFingerprints<'a>>,
}

/// Identifies a finding when lines move (section 3.27.17).
#[derive(Serialize)]
struct PartialFingerprints<'a> {
    #[serde(rename = "sshKey/v1")]
    key: &'a Fingerprint,
}

/// The outcome of the run (section 3.20).
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation {
    execution_successful: bool,
    exit_code: u8,
    tool_execution_notifications: Vec<Notification>,
}

/// An error of the run (section 3.58).
#[derive(Debug, Serialize)]
struct Notification {
    level: &'static str,
    message: Text,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Location>,
}

/// A place (section 3.28).
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    physical_location: PhysicalLocation,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: ArtifactLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<Region>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactLocation {
    uri: String,
    /// The name of the folder that the reference is relative to.
    #[serde(skip_serializing_if = "Option::is_none")]
    uri_base_id: Option<&'static str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
}

impl Location {
    fn of(place: &Place) -> Self {
        let has_drive = place.file.get(1..3).is_some_and(|start| start.starts_with(':'));
        let is_absolute = place.file.starts_with(['/', '\\']) || cfg!(windows) && has_drive;
        let uri_base_id = (!is_absolute).then_some("%SRCROOT%");
        let artifact_location = ArtifactLocation { uri: uri(&place.file, is_absolute), uri_base_id };
        let region = place.line.map(|start_line| Region { start_line });
        Self { physical_location: PhysicalLocation { artifact_location, region } }
    }
}

/// Returns the name of a file as a URI reference (RFC 3986, sections 2.3 and 4.2; RFC 8089 for absolute ones).
fn uri(file: &str, is_absolute: bool) -> String {
    let file = if cfg!(windows) { file.replace('\\', "/") } else { file.to_owned() };
    let file = file.strip_prefix("./").unwrap_or(&file);
    let mut uri = match (is_absolute, file.starts_with('/')) {
        (true, true) => "file://".to_owned(),
        (true, false) => "file:///".to_owned(),
        (false, _) => String::new(),
    };
    for byte in file.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(char::from(byte)),
            _ => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_by_references_that_hold_nothing_else() {
        for (file, expected) in [
            ("a/b.pub", "a/b.pub"),
            ("./id rsa.pub", "id%20rsa.pub"),
            ("/etc/ssh/k\u{e4}y", "file:///etc/ssh/k%C3%A4y"),
            ("(stdin)", "%28stdin%29"),
            ("a:b?c#d%e", "a%3Ab%3Fc%23d%25e"),
        ] {
            let location = Location::of(&Place { file: file.to_owned(), line: None });
            let artifact = location.physical_location.artifact_location;
            assert_eq!(artifact.uri, expected);
            assert_eq!(artifact.uri_base_id.is_none(), file.starts_with('/'));
        }
    }
}
