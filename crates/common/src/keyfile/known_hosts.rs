//! A key behind host names, as sshd(8) has them in `known_hosts`: names, patterns, `[host]:port`, hashed names
//! (`|1|salt|hash`), and before them perhaps `@cert-authority` or `@revoked`.

use super::located_key::{Located, LocatedKey, begins_a_blob, skip_blanks, word};

/// The key behind hosts; `None` if there is no key.
pub(super) fn find<'a>(text: &'a [u8], blob: &mut Vec<u8>) -> Option<(Located<'a>, Option<&'a [u8]>)> {
    let (first, after) = word(text);
    let after = match first {
        b"@cert-authority" | b"@revoked" => word(skip_blanks(after)).1,
        _ if !may_name_hosts(first) => return None,
        _ => after,
    };
    let spot = LocatedKey::at(skip_blanks(after), blob)?;
    // The words are in reverse, `base64 type`: the base64 names no host.
    if spot.is_err() && begins_a_blob(first, blob) {
        return None;
    }
    Some((spot, text.get(..text.len() - after.len())))
}

/// Whether a field may name hosts. One with quotes is of `authorized_keys`, which comes before this; `key:`, `KEY=` and
/// `-` are of configuration files, and `>` is of mail.
fn may_name_hosts(field: &[u8]) -> bool {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'*' | b'?' | 0x80..);
    let is_hashed = field.starts_with(b"|");
    let has_colon_at_end_alone = field.iter().position(|byte| *byte == b':') == Some(field.len().saturating_sub(1));
    is_hashed
        || field.iter().any(is_name) && !field.iter().any(|byte| matches!(byte, b'"' | b'=')) && !has_colon_at_end_alone
}
