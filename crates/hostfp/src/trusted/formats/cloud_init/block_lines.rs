//! Recognises the lines around cloud-init's blocks: their beginnings and ends, and the lines that cloud-init prints next to
//! them.

use super::prefix::Prefix;
use crate::trusted::formats::lines::counts;

/// The beginning of a block; `FINGERPRINTS-----` or `KEYS-----` follows.
pub(super) const BEGIN: &str = "-----BEGIN SSH HOST KEY ";
/// The end of a block.
const END: &str = "-----END SSH HOST KEY ";

/// What a block lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BlockKind {
    Fingerprints,
    Keys,
}

/// Returns the text before the beginning of a block in a line, and what the block lists.
pub(super) fn begins_block(line: &str) -> Option<(&str, BlockKind)> {
    let (before, rest) = line.split_once(BEGIN)?;
    match rest.trim_end() {
        "FINGERPRINTS-----" => Some((before, BlockKind::Fingerprints)),
        "KEYS-----" => Some((before, BlockKind::Keys)),
        _ => None,
    }
}

/// Returns the prefix of a line that ends a block.
pub(super) fn ends_block(line: &str) -> Option<Prefix<'_>> {
    let (before, rest) = line.trim_end().split_once(END)?;
    matches!(rest, "FINGERPRINTS-----" | "KEYS-----").then(|| Prefix::at_end_of(before))
}

/// Whether a line may be one of a block in any text, or of what cloud-init prints around it.
pub(super) fn is_in_block(line: &str) -> bool {
    let (prefix, payload) = Prefix::split(line);
    let is_around = || !prefix.is_none() && is_filler(payload);
    let begins = || begins_block(line).is_some_and(|(before, _)| Prefix::split(before).1.trim().is_empty());
    counts(payload) || is_around() || begins() || ends_block(line).is_some()
}

/// Whether cloud-init prints this text around its blocks.
pub(super) fn is_filler(payload: &str) -> bool {
    payload.trim().bytes().all(|byte| byte == b'#')
}
