//! A key behind host names, as sshd(8) has them in `known_hosts`: names, patterns, `[host]:port`, hashed names
//! (`|1|salt|hash`), and before them perhaps `@cert-authority` or `@revoked`.

use super::authorized_keys::is_options;
use super::public_line::{Located, Spot, skip_blanks, word};

/// The key behind hosts; none where there is no key or the field before it holds options.
pub(super) fn find<'a>(text: &'a [u8], blob: &mut Vec<u8>) -> Option<(Located<'a>, Option<&'a [u8]>)> {
    let (first, after) = word(text);
    let after = if matches!(first, b"@cert-authority" | b"@revoked") {
        word(skip_blanks(after)).1
    } else if is_options(first) {
        return None;
    } else {
        after
    };
    Some((Spot::at(skip_blanks(after), blob)?, text.get(..text.len() - after.len())))
}
