//! The result of a diagnosis, and the part of a text that is searched.

use std::borrow::Cow;

use crate::keyfile::Refusal;

/// The reason why a text is not a key, and the line that shows it, counted from 0.
pub(in super::super) struct Diagnosis {
    pub(in super::super) refusal: Refusal,
    pub(in super::super) line: usize,
    /// Whether it is not text, so its lines mean nothing.
    pub(in super::super) is_binary: bool,
}

impl Diagnosis {
    pub(super) fn new(why: impl Into<String>, hint: impl Into<Cow<'static, str>>) -> Self {
        Self { refusal: Refusal::new(why).hint(hint), line: 0, is_binary: false }
    }

    pub(super) fn on_line(self, line: usize) -> Self {
        Self { line, ..self }
    }
}

/// The number of bytes of a text that are searched.
pub(super) const MAX_LOOK: usize = 64 * 1024;

/// Whether a text contains this string.
pub(super) fn holds(text: &[u8], what: &str) -> bool {
    memchr::memmem::find(text, what.as_bytes()).is_some()
}

/// Iterates over the lines of a text without the whitespace around them.
pub(super) fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii)
}
