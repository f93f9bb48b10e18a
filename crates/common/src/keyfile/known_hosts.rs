//! Finds a key after host names, as in `known_hosts` (sshd(8)): names, patterns, `[host]:port`, hashed names
//! (`|1|salt|hash`), and perhaps `@cert-authority` or `@revoked` before them.

use super::located_key::{Located, LocatedKey, begins_a_blob, skip_spaces_and_tabs, word};

/// Finds the key after hosts; `None` if there is no key.
pub(super) fn find<'a>(text: &'a [u8], blob: &mut Vec<u8>) -> Option<(Located<'a>, Option<&'a [u8]>)> {
    let (first, after) = word(text);
    let after = match first {
        b"@cert-authority" | b"@revoked" => word(skip_spaces_and_tabs(after)).1,
        _ if !may_name_hosts(first) => return None,
        _ => after,
    };
    let spot = LocatedKey::at(skip_spaces_and_tabs(after), blob)?;
    // Type and base64 are in reverse order: the base64 is not a host name.
    if spot.is_err() && begins_a_blob(first, blob) {
        return None;
    }
    Some((spot, text.get(..text.len() - after.len())))
}

/// Whether a field may name hosts. One with quotes belongs to `authorized_keys`, which is tried first; `key:`, `KEY=` and
/// `-` belong to configuration files, and `>` to mail.
fn may_name_hosts(field: &[u8]) -> bool {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'*' | b'?' | 0x80..);
    let is_hashed = field.starts_with(b"|");
    let has_colon_at_end_alone = field.iter().position(|byte| *byte == b':') == Some(field.len().saturating_sub(1));
    is_hashed
        || field.iter().any(is_name) && !field.iter().any(|byte| matches!(byte, b'"' | b'=')) && !has_colon_at_end_alone
}
