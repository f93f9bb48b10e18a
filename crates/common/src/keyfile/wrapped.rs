//! Joins a key's line that editors, mail or terminals broke into several.

use zeroize::Zeroizing;

use super::block::Taken;
use super::{Quirk, Quirks, Refusal};
use super::{codec::public_line, located_key};
use crate::input::Line;
use crate::key::Kind;
use crate::key::base64::is_digit;
use crate::secret::append;

/// The longest key that is joined from several lines, in bytes.
const MAX_WRAPPED: usize = 64 * 1024;

/// The longest key for which each line may be the last one: it is read again for each, and certificates are shorter.
const MAX_KEY: usize = 8 * 1024;

/// A line that is being joined. It is wiped: pieces of a private key look like those of a public one.
pub(super) struct Wrapped {
    /// The text so far.
    pub(super) text: Zeroizing<Vec<u8>>,
    /// Its lines, unchanged.
    pub(super) raw: Zeroizing<Vec<u8>>,
    /// The line number of its first line.
    pub(super) line: usize,
    pub(super) quirks: Quirks,
    /// The error for the first line alone.
    pub(super) refusal: Refusal,
    /// Whether the previous line ended with a backslash.
    continues: bool,
    /// The key is complete, and only its comment may follow.
    is_whole: bool,
    /// The last line ended within the comment, at the width of the lines before it.
    in_comment: bool,
    /// The length of the previous line; none for the first, which may have any length.
    width: Option<usize>,
}

impl Wrapped {
    /// Starts with a line that ends early.
    pub(super) fn new(text: &[u8], line: &Line<'_>, quirks: Quirks, refusal: Refusal) -> Self {
        let mut text = Zeroizing::new(without_continuation(text.trim_ascii_end()).to_vec());
        // Broken after the type.
        if !text.contains(&b' ') && !text.starts_with(b"AAAA") {
            append(&mut text, b" ");
        }
        let raw = Zeroizing::new(line.raw.to_vec());
        let continues = is_continued(line.bytes);
        Self {
            continues,
            text,
            raw,
            line: line.number,
            quirks,
            refusal,
            is_whole: false,
            in_comment: false,
            width: None,
        }
    }

    /// Whether it is one line so far.
    pub(super) const fn is_of_one(&self) -> bool {
        self.width.is_none()
    }

    /// Adds a line that may continue it: base64, after which only the last line has a comment or is shorter. None for a
    /// line that is something else.
    pub(super) fn take(&mut self, line: &Line<'_>, room: &mut Vec<u8>) -> Option<Taken> {
        let text = without_continuation(line.bytes.trim_ascii());
        // Broken within the comment.
        if self.in_comment {
            let is_piece = self.width.is_some_and(|width| text.len() < width)
                && !text.is_empty()
                && !text.contains(&b' ')
                && Kind::of_name(text).0 == Kind::Unknown
                && !located_key::holds_a_key(text);
            return is_piece.then(|| {
                append(&mut self.text, text);
                append(&mut self.raw, line.raw);
                Taken::Last
            });
        }
        // Broken before the comment.
        if self.is_whole {
            // It ends the key-string of a Cisco router.
            if matches!(text, b"exit" | b"quit" | b"end") {
                return None;
            }
            let follows = self.continues || line.bytes.starts_with(b" ");
            let is_comment = follows && !text.is_empty() && !located_key::holds_a_key(text);
            return is_comment.then(|| self.take_comment(text, line));
        }
        // Mail and word processors insert empty lines.
        if text.is_empty() && self.raw.len() < MAX_WRAPPED {
            append(&mut self.raw, line.raw);
            return Some(Taken::More);
        }
        let (base64, rest) = located_key::word(text);
        let continues = std::mem::replace(&mut self.continues, is_continued(line.bytes));
        let digits = base64.iter().rposition(|byte| *byte != b'=').map_or(0, |last| last + 1);
        if digits == 0
            || !base64.get(..digits).unwrap_or_default().iter().copied().all(is_digit)
            || self.text.len() + text.len() > MAX_WRAPPED
            || (!self.text.ends_with(b" ") && located_key::begins_a_blob(base64, room))
            || public_line::is_for_sshd(text, room)
        {
            // The comment, on a line of its own.
            let is_comment = continues && self.width.is_some() && !text.is_empty() && !located_key::holds_a_key(text);
            if !is_comment || self.text.len() + text.len() > MAX_WRAPPED {
                return None;
            }
            return Some(self.take_comment(text, line));
        }
        self.quirks = self.quirks.with(Quirk::Crlf, line.crlf);
        append(&mut self.text, text);
        append(&mut self.raw, line.raw);
        let is_end = digits < base64.len() || self.width.is_some_and(|width| text.len() < width);
        self.is_whole =
            self.text.len() <= MAX_KEY && matches!(public_line::read(&self.text, self.line, room), Ok(Some(_)));
        self.in_comment = !self.continues && !rest.is_empty() && self.is_whole && self.width == Some(text.len());
        let last = !self.continues && !self.in_comment && (!rest.is_empty() || is_end && !self.is_whole);
        self.width = Some(text.len());
        Some(if last { Taken::Last } else { Taken::More })
    }

    fn take_comment(&mut self, text: &[u8], line: &Line<'_>) -> Taken {
        append(&mut self.text, b" ");
        append(&mut self.text, text);
        append(&mut self.raw, line.raw);
        Taken::Last
    }
}

fn is_continued(line: &[u8]) -> bool {
    line.trim_ascii_end().ends_with(b"\\")
}

/// Removes the backslash by which a shell joins a line with the next.
fn without_continuation(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\\").unwrap_or(line).trim_ascii_end()
}
