//! Recognises lines without a valid key, and has the refusals for them.

use crate::error::{Error, Topic};
use crate::keyfile::located_key::holds_a_key;
use crate::keyfile::{Refusal, diagnosis};

/// Marks an error if its text may be a private key or a part of one.
pub(super) fn about(error: Error, text: &[u8]) -> Error {
    if diagnosis::holds_part_of_a_private_key(text) { error.about_private_key() } else { error }
}

/// The refusal of a line that a diff removes.
pub(super) fn removed_by_a_diff() -> Refusal {
    Refusal::new("this line is removed by a diff: it begins with a minus sign")
        .hint("give the new file, or the lines that begin with a plus sign")
}

/// Returns the two values of a line in a Terraform plan, the old one and the new one, if the old one contains a key.
pub(super) fn replaced_in_a_plan(line: &[u8]) -> Option<(&[u8], &[u8])> {
    const ARROW: &[u8] = b"\" -> \"";
    let at = memchr::memmem::find(line, ARROW)?;
    let (old, new) = line.split_at_checked(at + ARROW.len() - 1)?;
    holds_a_key(old).then_some((old, new))
}

/// The refusal of a key in a comment, if there is no other.
pub(super) fn commented_out() -> Refusal {
    Refusal::new("the key is commented out with a #").hint("delete the # to use the key")
}

/// The refusal of a key's parameters without the key.
pub(super) fn parameters_alone() -> Refusal {
    Refusal::new("these are the parameters of a key (a curve or a group), without the key")
        .hint("copy the whole file: the PRIVATE KEY block follows this one")
}

/// The refusal of the old value of a plan.
pub(super) fn old_value() -> Refusal {
    Refusal::new("a plan replaces this key: it is before the arrow (->)").hint("the new key is after the arrow")
}

/// Whether a string in a line continues on another line: source code joins them with an operator.
pub(super) fn joins_strings(line: &[u8]) -> bool {
    let is_quote = |byte: Option<&u8>| matches!(byte, Some(b'"' | b'\'' | b'`'));
    let line = line.trim_ascii();
    let goes_on = matches!(line.last(), Some(b'+' | b'.' | b'&' | b'\\'))
        && is_quote(line.get(..line.len() - 1).and_then(|before| before.trim_ascii_end().last()));
    let is_more = matches!(line.first(), Some(b'+' | b'.' | b'&'))
        && is_quote(line.get(1..).and_then(|rest| rest.trim_ascii_start().first()));
    goes_on || is_more
}

/// The refusal of a key among other words.
pub(super) fn among_words() -> Refusal {
    Refusal::new("this line has a key among other words")
        .about(Topic::AmongWords)
        .hint("put the key on a line of its own: TYPE KEY COMMENT")
}

/// The refusal of lines of a private key in no supported format.
pub(super) fn private_key_fragment() -> Refusal {
    Refusal::new("these lines look like a private key or a part of one, and cannot be read")
        .hint("copy the lines from BEGIN to END alone, as they are in the key's file")
}
