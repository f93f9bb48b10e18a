//! Computes the fingerprints that Amazon EC2 shows of key pairs. For RSA they differ from OpenSSH's: for an imported pair,
//! EC2 shows the MD5 of the public key in SPKI, and for a pair that it created, the SHA-1 of the private key in PKCS#8.
//! Source: Amazon EC2 User Guide, Verify the fingerprint of your key pair.

use common::error::Error;
use common::escape;
use common::key::{Hash, Kind};
use common::keyfile::{Item, codec};

/// Returns the lines of a key: one for each way in which EC2 may have received it.
///
/// # Errors
/// EC2 does not support keys of its type.
pub(crate) fn lines(item: &Item<'_>) -> Result<Vec<String>, Error> {
    let key = &item.key;
    let comment = escape::text(item.comment.as_deref().unwrap_or(b"no comment"));
    if key.is_certificate() || !matches!(key.kind(), Kind::Rsa | Kind::Ed25519) {
        let why = format!("EC2 does not support keys of type {}", key.label());
        return Err(Error::no(why).hint("it takes RSA and Ed25519"));
    }
    if key.kind() == Kind::Ed25519 {
        return Ok(vec![format!("{} {comment} (ED25519)", key.fingerprint(Hash::Sha256))]);
    }
    let mut lines = Vec::new();
    if let Some(private) = item.private.as_ref().and_then(|private| private.key.as_deref()) {
        let digest = Hash::Sha1.digest(&codec::pkcs8::der(private)?);
        lines.push(format!("{} {comment} (RSA, created by EC2)", pairs(&digest)));
    }
    let digest = Hash::Md5.digest(&codec::spki::der(key)?);
    lines.push(format!("{} {comment} (RSA, imported into EC2)", pairs(&digest)));
    Ok(lines)
}

/// Pairs of hexadecimal digits with colons between them.
fn pairs(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(":")
}
