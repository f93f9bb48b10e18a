//! A key written anew: the one clean line that every consumer takes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::forms::Item;
use common::lines::escape;

/// `type base64 comment`, with a newline: the public half alone, its numbers written the one right way, without options
/// or hosts, the comment without control characters and without blanks around it.
pub(crate) fn line(item: &Item<'_>) -> Vec<u8> {
    let blob = if item.key.is_certificate() { item.key.blob() } else { item.key.plain_blob() };
    let mut line = format!("{} {}", item.key.type_name(), STANDARD.encode(blob));
    let comment = item.comment.as_deref().map(escape::without_unsafe).unwrap_or_default();
    if !comment.trim().is_empty() {
        line.push(' ');
        line.push_str(comment.trim());
    }
    line.push('\n');
    line.into_bytes()
}
