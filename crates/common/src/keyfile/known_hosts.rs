//! A key behind host names, as sshd(8) has them in `known_hosts`: names, patterns, `[host]:port`, hashed names
//! (`|1|salt|hash`), and before them perhaps `@cert-authority` or `@revoked`.

use super::located_key::{Located, LocatedKey, skip_blanks, word};

/// The key behind hosts; `None` if there is no key. A field with quotes names no hosts: see `authorized_keys`, which
/// comes before this.
pub(super) fn find<'a>(text: &'a [u8], blob: &mut Vec<u8>) -> Option<(Located<'a>, Option<&'a [u8]>)> {
    let (first, after) = word(text);
    let after = match first {
        b"@cert-authority" | b"@revoked" => word(skip_blanks(after)).1,
        _ if first.contains(&b'"') => return None,
        _ => after,
    };
    Some((LocatedKey::at(skip_blanks(after), blob)?, text.get(..text.len() - after.len())))
}
