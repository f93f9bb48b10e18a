//! Functions that the encoders share.

use std::fmt::Display;

use zeroize::Zeroizing;

use crate::error::Error;
use crate::key::PublicKey;
use crate::key::wire::Reader;
use crate::keyfile::{encryption, pem};
use crate::secret::Secret;

/// Fills a salt or an initialisation vector with random bytes.
pub type Randomness<'a> = &'a mut dyn FnMut(&mut [u8]) -> Result<(), Error>;

/// Returns random bytes.
pub(super) fn random<const N: usize>(randomness: Randomness<'_>) -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    randomness(&mut bytes)?;
    Ok(bytes)
}

/// The error for a library that cannot encode a key.
pub fn cannot_encode(error: impl Display) -> Error {
    Error::failure(format!("cannot write the key: {error}"))
}

/// Returns the integers or points of a public key, in the order of its blob.
pub(super) fn fields<'k, const N: usize>(key: &'k PublicKey<'_>) -> Result<[&'k [u8]; N], Error> {
    let mut reader = Reader::new(key.plain_blob());
    let mut fields = [&[][..]; N];
    let _type = reader.string();
    for field in &mut fields {
        *field = reader.string().map_err(|_| cannot_encode("its data is damaged"))?;
    }
    Ok(fields)
}

/// Writes a block, encrypted as in RFC 1421 unless the passphrase is empty.
pub(super) fn traditional_pem(
    label: &str,
    der: &[u8],
    passphrase: &Secret,
    randomness: Randomness<'_>,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    if passphrase.is_empty() {
        return Ok(pem::armour(label, "", der));
    }
    let (headers, encrypted) = encryption::pem::encrypt(der, passphrase, &random(randomness)?);
    Ok(pem::armour(label, &headers, &encrypted))
}
