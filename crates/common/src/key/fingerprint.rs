//! Fingerprints: a hash of a key's blob, written as OpenSSH does.

use std::ffi::OsStr;
use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::{Serialize, Serializer};
use sha2::Digest;
use sha2::block_api::compress256;
use sha2::digest::{FixedOutputReset, Output};

use crate::error::Error;
use crate::escape;
use crate::key::base64::put_unpadded;
use crate::key::hex;

/// The hashes that `ssh-keygen -E` supports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hash {
    /// MD5, written as colon-separated hexadecimal digits.
    Md5,
    /// SHA-1.
    Sha1,
    /// SHA-256, OpenSSH's default.
    #[default]
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
}

impl Hash {
    /// The arguments of `-E`, in the order of the variants.
    pub const NAMES: &'static [&'static str] = &["md5", "sha1", "sha256", "sha384", "sha512"];

    /// All hashes, in that order.
    pub const ALL: [Self; 5] = [Self::Md5, Self::Sha1, Self::Sha256, Self::Sha384, Self::Sha512];

    /// Returns the hash of that name, in upper or lower case.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|hash| hash.label().eq_ignore_ascii_case(name))
    }

    /// Parses the argument of `-E`.
    ///
    /// # Errors
    /// There is no such hash.
    pub fn of_option(value: &OsStr) -> Result<Self, Error> {
        value.to_str().and_then(Self::of_name).ok_or_else(|| {
            Error::failure(format!("unknown hash '{}'", escape::text(value.as_encoded_bytes())))
                .hint(format!("one of {}", Self::NAMES.join(", ")))
        })
    }

    /// Returns the name as it precedes a fingerprint.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Md5 => "MD5",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha384 => "SHA384",
            Self::Sha512 => "SHA512",
        }
    }

    /// Returns the digest of `bytes`.
    #[must_use]
    pub fn digest(self, bytes: &[u8]) -> Vec<u8> {
        Fingerprint::of_blob(self, bytes).digest().to_vec()
    }

    /// Returns the length of a digest in bytes.
    const fn length(self) -> usize {
        match self {
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha384 => 48,
            Self::Sha512 => 64,
        }
    }
}

/// A fingerprint: a hash and its digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint {
    hash: Hash,
    /// The digest, then zeros.
    digest: [u8; 64],
}

impl Fingerprint {
    /// Returns the fingerprint of a plain key's blob.
    #[must_use]
    pub fn of_blob(hash: Hash, blob: &[u8]) -> Self {
        match hash {
            Hash::Md5 => Self::by::<md5::Md5>(hash, blob),
            Hash::Sha1 => Self::by::<sha1::Sha1>(hash, blob),
            Hash::Sha256 => Self::of_sha256(&sha256(blob)),
            Hash::Sha384 => Self::by::<sha2::Sha384>(hash, blob),
            Hash::Sha512 => Self::by::<sha2::Sha512>(hash, blob),
        }
    }

    /// The hasher is not moved: moving it, as `D::digest` does, costs as much as a quarter of a short blob's hash.
    fn by<D: Digest + FixedOutputReset>(hash: Hash, blob: &[u8]) -> Self {
        let mut hasher = D::new();
        Digest::update(&mut hasher, blob);
        let mut digest = Output::<D>::default();
        Digest::finalize_into_reset(&mut hasher, &mut digest);
        Self::new(hash, &digest)
    }

    fn new(hash: Hash, bytes: &[u8]) -> Self {
        let mut digest = [0; 64];
        if let Some(start) = digest.get_mut(..bytes.len()) {
            start.copy_from_slice(bytes);
        }
        Self { hash, digest }
    }

    /// Wraps a SHA-256 digest.
    #[must_use]
    pub fn of_sha256(digest: &[u8; 32]) -> Self {
        Self::new(Hash::Sha256, digest)
    }

    /// Wraps a digest; its length determines the hash.
    #[must_use]
    pub fn of_digest(digest: &[u8]) -> Option<Self> {
        let hash = Hash::ALL.into_iter().find(|hash| hash.length() == digest.len())?;
        Some(Self::new(hash, digest))
    }

    /// Returns its hash.
    #[must_use]
    pub const fn hash(&self) -> Hash {
        self.hash
    }

    /// Returns its digest.
    #[must_use]
    pub fn digest(&self) -> &[u8] {
        self.digest.get(..self.hash.length()).unwrap_or_default()
    }
}

/// Returns the SHA-256 of a whole message.
fn sha256(message: &[u8]) -> [u8; 32] {
    let mut sha256 = Sha256::NEW;
    sha256.start(message);
    sha256.finish()
}

/// The computation of the SHA-256 of a whole message (FIPS 180-4 sections 5.1.1 and 6.2) up to its last block. The streaming
/// hasher takes half as much time again for short messages, and lists of keys consist of them.
///
/// Of many messages, all are best started before the first is finished: the instructions for SHA-256 read more bytes at once
/// than are written here, and a processor waits with such a read until the writes are complete.
#[derive(Clone, Debug)]
pub(super) struct Sha256 {
    state: [u32; 8],
    last: [u8; 64],
}

impl Sha256 {
    /// The state before a message.
    pub(super) const NEW: Self = Self {
        state: [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19],
        last: [0; 64],
    };

    /// Computes all but the last block of a whole message. A bit, zeros, and the length in bits follow the message.
    pub(super) fn start(&mut self, message: &[u8]) {
        let (blocks, end) = message.as_chunks::<64>();
        if !blocks.is_empty() {
            compress256(&mut self.state, blocks);
        }
        if let Some((start, [bit, ..])) = self.last.split_at_mut_checked(end.len()) {
            start.copy_from_slice(end);
            *bit = 0x80;
        }
        if end.len() >= 56 {
            compress256(&mut self.state, &[self.last]);
            self.last = [0; 64];
        }
        if let Some(bits) = self.last.last_chunk_mut() {
            *bits = (8 * message.len() as u64).to_be_bytes();
        }
    }

    /// Computes the last block and returns the digest.
    pub(super) fn finish(&self) -> [u8; 32] {
        let mut state = self.state;
        compress256(&mut state, std::slice::from_ref(&self.last));
        let mut digest = [0; 32];
        digest.as_chunks_mut().0.iter_mut().zip(state).for_each(|(bytes, word)| *bytes = word.to_be_bytes());
        digest
    }
}

impl Fingerprint {
    /// Appends its text to `to`.
    pub fn put(&self, to: &mut Vec<u8>) {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        to.extend_from_slice(self.hash.label().as_bytes());
        if self.hash == Hash::Md5 {
            for byte in self.digest() {
                let digit = |value: u8| HEX.get(usize::from(value)).copied().unwrap_or_default();
                to.extend_from_slice(&[b':', digit(byte >> 4), digit(byte & 15)]);
            }
            return;
        }
        to.push(b':');
        put_unpadded(self.digest(), to);
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(self)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = Vec::with_capacity(96);
        self.put(&mut text);
        f.write_str(std::str::from_utf8(&text).map_err(|_| fmt::Error)?)
    }
}

/// The text is not a fingerprint: cut short, too long, or not in the alphabet of its hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAFingerprint;

impl FromStr for Fingerprint {
    type Err = NotAFingerprint;

    /// Parses `SHA256:` and the like with all of their base64 characters (43 for SHA-256), and MD5 with or without its
    /// label. A digest that was cut short is rejected.
    fn from_str(text: &str) -> Result<Self, NotAFingerprint> {
        let (label, digits) = text.split_once(':').ok_or(NotAFingerprint)?;
        if let Some(hash) = Hash::ALL.into_iter().find(|hash| hash.label() == label && *hash != Hash::Md5) {
            let digits = digits.trim_end_matches('=');
            let digest = STANDARD_NO_PAD.decode(digits).map_err(|_| NotAFingerprint)?;
            return if digest.len() == hash.length() { Ok(Self::new(hash, &digest)) } else { Err(NotAFingerprint) };
        }
        let digits = text.strip_prefix("MD5:").unwrap_or(text);
        let byte = |pair: &str| match pair.as_bytes() {
            [high, low] => hex::byte(*high, *low),
            _ => None,
        };
        let digest: Option<Vec<u8>> = digits.split(':').map(byte).collect();
        match digest {
            Some(digest) if digest.len() == Hash::Md5.length() => Ok(Self::new(Hash::Md5, &digest)),
            _ => Err(NotAFingerprint),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_hash_reads_back_what_it_writes() {
        for (hash, name) in Hash::ALL.into_iter().zip(Hash::NAMES) {
            assert_eq!(Hash::of_name(name), Some(hash));
            let fingerprint = Fingerprint::of_blob(hash, b"blob");
            assert_eq!(fingerprint.to_string().parse(), Ok(fingerprint));
        }
    }

    #[test]
    fn sha_256_is_that_of_the_library() {
        let message: Vec<u8> = (0..1000_usize).map(|at| (at * 7) as u8).collect();
        for length in 0..message.len() {
            let message = &message[..length];
            assert_eq!(sha256(message), *sha2::Sha256::digest(message), "{length}");
        }
    }

    #[test]
    fn a_fingerprint_that_is_cut_short_is_rejected() {
        let whole = Fingerprint::of_blob(Hash::Sha256, b"blob").to_string();
        assert_eq!(whole.len(), "SHA256:".len() + 43);
        assert!(whole.parse::<Fingerprint>().is_ok());
        for end in 0..whole.len() {
            assert_eq!(whole[..end].parse::<Fingerprint>(), Err(NotAFingerprint), "{end}");
        }
        assert_eq!(format!("{whole}A").parse::<Fingerprint>(), Err(NotAFingerprint));
        assert_eq!("MD5:00:11".parse::<Fingerprint>(), Err(NotAFingerprint));
    }

    #[test]
    fn a_plus_sign_is_not_a_digit() {
        let text = |pair: &str| vec![pair; 16].join(":");
        assert!(text("01").parse::<Fingerprint>().is_ok());
        assert_eq!(text("+1").parse::<Fingerprint>(), Err(NotAFingerprint));
    }
}
