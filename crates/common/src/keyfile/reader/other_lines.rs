//! Lines without a key that counts: how some are known, and what is said of them.

use crate::error::{Error, Topic};
use crate::keyfile::located_key::holds_a_key;
use crate::keyfile::{Refusal, diagnosis};

/// An error about a text, which may be a private key or a part of one.
pub(super) fn about(error: Error, text: &[u8]) -> Error {
    if diagnosis::holds_part_of_a_private_key(text) { error.of_private_key() } else { error }
}

/// A line that a diff removes.
pub(super) fn removed_by_a_diff() -> Refusal {
    Refusal::new("this line is removed by a diff: it begins with a minus sign")
        .hint("give the new file, or the lines that begin with a plus sign")
}

/// The two values of a line in a plan of Terraform, the old one and the new one, if the old one holds a key.
pub(super) fn replaced_in_a_plan(line: &[u8]) -> Option<(&[u8], &[u8])> {
    const ARROW: &[u8] = b"\" -> \"";
    let at = memchr::memmem::find(line, ARROW)?;
    let (old, new) = line.split_at_checked(at + ARROW.len() - 1)?;
    holds_a_key(old).then_some((old, new))
}

/// A key in a comment, where there is no other.
pub(super) fn commented_out() -> Refusal {
    Refusal::new("the key is commented out with a #").hint("delete the # if the key is to count")
}

/// The parameters of a key, where there is no key.
pub(super) fn parameters_alone() -> Refusal {
    Refusal::new("these are the parameters of a key (a curve or a group), without the key")
        .hint("copy the file whole: the block of the PRIVATE KEY follows this one")
}

/// The old value of a plan.
pub(super) fn old_value() -> Refusal {
    Refusal::new("a plan replaces this key: it is before the arrow (->)").hint("the new key is after the arrow")
}

/// Whether a string in a line goes on in another line: source code joins them with a sign.
pub(super) fn joins_strings(line: &[u8]) -> bool {
    let is_quote = |byte: Option<&u8>| matches!(byte, Some(b'"' | b'\'' | b'`'));
    let line = line.trim_ascii();
    let goes_on = matches!(line.last(), Some(b'+' | b'.' | b'&' | b'\\'))
        && is_quote(line.get(..line.len() - 1).and_then(|before| before.trim_ascii_end().last()));
    let is_more = matches!(line.first(), Some(b'+' | b'.' | b'&'))
        && is_quote(line.get(1..).and_then(|behind| behind.trim_ascii_start().first()));
    goes_on || is_more
}

/// A key stands among other words.
pub(super) fn among_words() -> Refusal {
    Refusal::new("this line has a key among other words")
        .about(Topic::AmongWords)
        .hint("put the key on a line of its own: TYPE KEY COMMENT")
}

/// Lines of a private key in no form that is read.
pub(super) fn part_of_a_private_key() -> Refusal {
    Refusal::new("these lines look like a private key or a part of one, and cannot be read")
        .hint("copy the lines from BEGIN to END alone, as they are in the key's file")
}
