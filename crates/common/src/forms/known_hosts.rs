//! A key behind host names, as sshd(8) has them in `known_hosts`: names, patterns, `[host]:port`, hashed names
//! (`|1|salt|hash`), and before them perhaps `@cert-authority` or `@revoked`.

use super::authorized_keys::is_options;
use super::public_line::{Key, skip_blanks, word};
use super::{Form, Item, Refusal};

/// The key behind hosts; none where there is no key or the field before it holds options.
pub(super) fn read(text: &[u8], number: usize) -> Option<Result<Item<'_>, Refusal>> {
    let (first, after) = word(text);
    let after = if matches!(first, b"@cert-authority" | b"@revoked") {
        word(skip_blanks(after)).1
    } else if is_options(first) {
        return None;
    } else {
        after
    };
    let lead = text.get(..text.len() - after.len()).unwrap_or_default();
    let key = Key::at(skip_blanks(after))?;
    Some(key.and_then(|key| key.item(number, Form::KnownHosts, Some(lead))))
}
