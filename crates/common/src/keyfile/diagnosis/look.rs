//! What the search of a text for a cause gives, and how much of the text is searched.

use std::borrow::Cow;

use crate::keyfile::Refusal;

/// Why a text is no key, and in which of its lines that shows, counted from 0.
pub(in super::super) struct Diagnosis {
    pub(in super::super) refusal: Refusal,
    pub(in super::super) line: usize,
    /// Whether the text is none, so that its lines mean nothing.
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

/// How much of a text is searched, in bytes.
pub(super) const MAX_LOOK: usize = 64 * 1024;

/// Whether a text holds these words.
pub(super) fn holds(text: &[u8], what: &str) -> bool {
    memchr::memmem::find(text, what.as_bytes()).is_some()
}

/// The lines of a text without blanks around them.
pub(super) fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii)
}
