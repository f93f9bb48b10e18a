//! Keeps consecutive lines without a key until it is clear what they are: text before a BEGIN line, a key in an envelope,
//! or no key at all.

use zeroize::Zeroizing;

use super::Refusal;
use super::envelope::{MAX_TEXT, is_fence};
use crate::input::Line;
use crate::secret::append;

/// The maximum number of lines before a BEGIN line if their text is not kept. `openssl rsa -text` prints some 400 for 16384
/// bits.
const MAX_LINES: usize = 1000;

/// The lines. Their text is wiped: it may be a private key.
#[derive(Default)]
pub(super) struct Region {
    /// The line numbers of those that hold no key, and the damage to one that begins as a key's line; the others are blank,
    /// comments, or part of a document.
    pub(super) without_key: Vec<(usize, Option<Box<Refusal>>)>,
    /// The line number of the first one.
    pub(super) first: usize,
    /// Whether one of them begins with an sshd option, in whose value no key is accepted.
    pub(super) has_options: bool,
    /// Their text, with the line ends; empty if it is not kept.
    pub(super) text: Zeroizing<Vec<u8>>,
}

impl Region {
    /// Whether it has no line without a key.
    pub(super) const fn is_empty(&self) -> bool {
        self.without_key.is_empty()
    }

    /// Whether nothing is kept.
    pub(super) fn keeps_nothing(&self) -> bool {
        self.is_empty() && self.text.is_empty()
    }

    /// Adds a line that holds no key.
    pub(super) fn add(&mut self, line: &Line<'_>, refusal: Option<Box<Refusal>>, keeps_text: bool) {
        self.without_key.push((line.number, refusal));
        self.keep(line, keeps_text);
    }

    /// Whether a line in it begins as a key's line.
    pub(super) fn has_damaged_keys(&self) -> bool {
        self.without_key.iter().any(|(_, refusal)| refusal.is_some())
    }

    /// Adds a line that is not reported.
    pub(super) fn keep(&mut self, line: &Line<'_>, keeps_text: bool) {
        if keeps_text {
            if self.text.is_empty() {
                self.first = line.number;
            }
            append(&mut self.text, line.raw);
        }
    }

    /// Whether it has its maximum size.
    pub(super) fn is_full(&self) -> bool {
        self.text.len() > MAX_TEXT || self.text.is_empty() && self.without_key.len() > MAX_LINES
    }

    /// Whether it is one line without a key.
    pub(super) fn has_one_line(&self) -> bool {
        self.without_key.len() == 1
    }

    /// Whether it is the start of the input and looks like DER: a sequence with its length in binary.
    pub(super) fn is_der(&self) -> bool {
        self.first == 1 && matches!(self.text[..], [0x30, 0x80..=0x84, ..] | [0x30, _, 2 | 0x30, ..])
    }
}

/// Whether a line begins lines that belong together: a code block in Markdown or AsciiDoc, or a here-document of a shell or
/// HCL.
pub(super) fn begins_a_fence(line: &[u8]) -> bool {
    is_fence(line) || memchr::memmem::find(line, b"<<").is_some()
}

/// Whether a line ends them. The delimiter of a here-document is in uppercase by convention; PHP ends the statement after
/// it.
pub(super) fn ends_a_fence(line: &[u8]) -> bool {
    /// The longest such delimiter.
    const MAX_WORD: usize = 16;
    let line = line.trim_ascii();
    let line = line.strip_suffix(b";").unwrap_or(line);
    is_fence(line)
        || (1..=MAX_WORD).contains(&line.len()) && line.iter().all(|byte| byte.is_ascii_uppercase() || *byte == b'_')
}
