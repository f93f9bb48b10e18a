//! `type base64 comment`, the line of FILE.pub.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::key::PublicKey;

/// The line with its newline.
#[must_use]
pub fn public_line(key: &PublicKey<'_>, comment: &str) -> String {
    let base64 = STANDARD.encode(key.blob());
    let blank = if comment.is_empty() { "" } else { " " };
    format!("{} {base64}{blank}{comment}\n", key.type_name())
}
