//! Formats a line.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::key::PublicKey;

/// A line of `known_hosts`. A certificate's plain key is written: that key is trusted, not the authority that signed it.
pub(crate) fn line(host: &str, key: &PublicKey<'_>) -> String {
    format!("{host} {} {}\n", plain_type(key), STANDARD.encode(key.plain_blob()))
}

/// The type of a key, or of the key within a certificate.
pub(super) fn plain_type<'a>(key: &'a PublicKey<'_>) -> &'a str {
    if key.is_certificate() { key.kind().name() } else { key.type_name() }
}
