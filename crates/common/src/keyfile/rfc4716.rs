//! `---- BEGIN SSH2 PUBLIC KEY ----`: RFC 4716, what `ssh-keygen -e` and PuTTYgen's "Save public key" write.

use super::{Form, Found, Refusal, pem};
use crate::key::PublicKey;

pub(super) fn read(block: &pem::Block<'_>) -> Result<Found, Refusal> {
    let key = PublicKey::from_blob(block.contents.to_vec())?;
    // Section 3.3.2: the comment may be quoted, and the quotes are not part of it.
    let comment = block.header("Comment").map(|comment| {
        let inner = comment.strip_prefix(b"\"").and_then(|comment| comment.strip_suffix(b"\""));
        inner.unwrap_or(comment).to_vec()
    });
    Ok(Found { form: Form::Rfc4716, key, comment: comment.filter(|comment| !comment.is_empty()), private: None })
}
