//! Checks whether the lines of a PEM block are where OpenSSL's reader, and so ssh, expects them. Measured with OpenSSH 9.2
//! and OpenSSL 3.0; `tests/suite/private_keys.rs` repeats the measurement.

use super::{Quirk, Quirks};

/// The part of a block that the last line belongs to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Nothing.
    Nothing,
    /// A blank line; the base64 must follow.
    Blank,
    /// Headers; a blank line must follow.
    Headers,
    /// The blank line after headers.
    BlankAfterHeaders,
    /// Base64; more of it must follow, or the END line.
    Base64,
}

/// Follows the lines of a block.
pub(super) struct Layout {
    part: Part,
    has_headers: bool,
    quirks: Quirks,
}

/// Whether a line begins with a space or tab.
fn is_indented(line: &[u8]) -> bool {
    line.first().is_some_and(u8::is_ascii_whitespace)
}

/// Returns the quirks of a BEGIN or END line.
fn of_marker(line: &[u8]) -> Quirks {
    let is_padded = line.last().is_some_and(u8::is_ascii_whitespace);
    Quirks::default().with(Quirk::IndentedMarker, is_indented(line)).with(Quirk::PaddedMarker, is_padded)
}

/// Whether a line is a header of encryption in another case: OpenSSL compares the names exactly, and readers of the key here
/// do not.
fn is_misspelt_header(line: &[u8]) -> bool {
    const HEADERS: [&[u8]; 2] = [b"Proc-Type", b"DEK-Info"];
    let name = line.split(|byte| *byte == b':').next().unwrap_or_default();
    HEADERS.iter().any(|header| header.eq_ignore_ascii_case(name) && *header != name)
}

impl Layout {
    /// Starts a block with this BEGIN line.
    pub(super) fn of_begin(line: &[u8]) -> Self {
        let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
        Self { part: Part::Nothing, has_headers: false, quirks: of_marker(line) }
    }

    /// Adds a line between BEGIN and END.
    pub(super) fn line(&mut self, line: &[u8]) {
        let is_blank = line.trim_ascii().is_empty();
        let is_header = line.contains(&b':');
        let next = match (self.part, is_blank, is_header) {
            (Part::Nothing, true, _) => Some(Part::Blank),
            (Part::Nothing | Part::Headers, false, true) => Some(Part::Headers),
            (Part::Headers, true, _) => Some(Part::BlankAfterHeaders),
            (Part::Nothing | Part::Blank | Part::BlankAfterHeaders | Part::Base64, false, false) => Some(Part::Base64),
            _ => None,
        };
        self.part = next.unwrap_or(Part::Base64);
        self.has_headers |= self.part == Part::Headers;
        let begins_wrong = match line.first() {
            Some(b' ' | b'\t') => self.has_headers,
            Some(first) => first.is_ascii_whitespace(),
            None => false,
        };
        let begins_wrong = begins_wrong && !is_blank;
        let is_broken = next.is_none() || begins_wrong || is_header && is_misspelt_header(line);
        self.quirks = self.quirks.with(Quirk::BrokenBody, is_broken);
    }

    /// Adds the END line, and returns the quirks of the whole block.
    pub(super) fn end(&self, line: &[u8]) -> Quirks {
        self.quirks.and(of_marker(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_broken(lines: &[&str]) -> bool {
        let mut layout = Layout::of_begin(b"-----BEGIN X-----");
        lines.iter().for_each(|line| layout.line(line.as_bytes()));
        layout.end(b"-----END X-----").has(Quirk::BrokenBody)
    }

    #[test]
    fn blank_lines_are_allowed_where_openssl_allows_them() {
        for lines in [
            &["AA", "BB"][..],
            &["", "AA"],
            &["  ", "AA"],
            &["  AA", "\tBB"],
            &["Proc-Type: 4,ENCRYPTED", "DEK-Info: X,00", "", "AA"],
        ] {
            assert!(!is_broken(lines), "{lines:?}");
        }
        for lines in [
            &["AA", "", "BB"][..],
            &["AA", ""],
            &["", "", "AA"],
            &["\u{c}AA"],
            &["DEK-Info: X,00", "AA"],
            &["DEK-Info: X,00", "", "", "AA"],
            &["", "DEK-Info: X,00", "", "AA"],
            &["DEK-Info: X,00", "", " AA"],
            &["Proc-Type: 4,ENCRYPTED", "dek-info: X,00", "", "AA"],
        ] {
            assert!(is_broken(lines), "{lines:?}");
        }
    }

    #[test]
    fn spaces_around_the_markers_are_reported() {
        for (begin, end, indented, padded) in [
            ("-----BEGIN X-----", "-----END X-----", false, false),
            ("\u{feff}-----BEGIN X-----", "-----END X-----", false, false),
            (" -----BEGIN X-----", "-----END X-----", true, false),
            ("-----BEGIN X-----", "\t-----END X-----", true, false),
            ("-----BEGIN X----- ", "-----END X-----", false, true),
            ("-----BEGIN X-----", "-----END X----- ", false, true),
        ] {
            let quirks = Layout::of_begin(begin.as_bytes()).end(end.as_bytes());
            assert_eq!(
                (quirks.has(Quirk::IndentedMarker), quirks.has(Quirk::PaddedMarker)),
                (indented, padded),
                "{begin}"
            );
        }
    }
}
