//! Prints DNS records with the fingerprints of a host's keys: SSHFP (RFC 4255), with ECDSA and SHA-256 (RFC 6594) and Ed25519
//! (RFC 7479). ssh's `VerifyHostKeyDNS` uses them, through a resolver that the clients trust.

use std::ffi::OsStr;

use common::error::Error;
use common::key::{Hash, Kind, PublicKey, hex};
use common::keyfile::Item;

/// The hashes and their numbers: RFC 4255 section 3.1.2, RFC 6594 section 4.
const HASHES: [(u8, Hash); 2] = [(1, Hash::Sha1), (2, Hash::Sha256)];

/// Checks the host of the records.
///
/// # Errors
/// It cannot be a name in a zone file.
pub(crate) fn host(name: &OsStr) -> Result<&str, Error> {
    name.to_str().filter(|host| is_name(host)).ok_or_else(|| {
        Error::failure("--sshfp needs a host name").hint("as in `pubfp --sshfp vm.example /etc/ssh/*.pub`")
    })
}

/// Whether it has only letters, digits, `-`, `_` and dots, or is `@` for the zone itself.
fn is_name(host: &str) -> bool {
    host == "@" || !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// The number of a key's algorithm: RFC 4255 section 3.1.1, RFC 6594 section 4, RFC 7479 section 2.
const fn algorithm(key: &PublicKey<'_>) -> Option<u8> {
    if key.is_certificate() {
        return None;
    }
    match key.kind() {
        Kind::Rsa => Some(1),
        Kind::Dsa => Some(2),
        Kind::Ecdsa(_) => Some(3),
        Kind::Ed25519 => Some(4),
        Kind::SkEcdsa | Kind::SkEd25519 | Kind::MlDsa44Ed25519 | Kind::Unknown => None,
    }
}

/// Returns the records of a key.
///
/// # Errors
/// There are none for keys of its type.
pub(crate) fn records(host: &str, item: &Item<'_>) -> Result<Vec<String>, Error> {
    let algorithm = algorithm(&item.key)
        .ok_or_else(|| Error::no(format!("DNS has no record for a key of type {}", item.key.label())))?;
    let record = |(number, hash)| {
        let fingerprint = item.key.fingerprint(hash);
        let digits = hex::encode(fingerprint.digest());
        format!("{host} IN SSHFP {algorithm} {number} {digits}")
    };
    Ok(HASHES.map(record).to_vec())
}
