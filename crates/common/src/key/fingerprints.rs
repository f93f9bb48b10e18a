//! Encodes the base64 of many fingerprints together: a vector engine encodes thousands of bytes in the time of two times
//! 32.

use super::base64::encode_into;
use super::fingerprint::Sha256;
use super::{Fingerprint, Hash, PublicKey};

/// The number of digests that are encoded together.
const TOGETHER: usize = 64;

/// The length of a SHA-256 digest in base64 without its padding.
const DIGITS: usize = 43;

/// The text of a fingerprint without its base64, for which there are zeros.
const UNFINISHED: [u8; LABEL.len() + DIGITS] = {
    let mut text = [0; LABEL.len() + DIGITS];
    let (label, _) = text.split_at_mut(LABEL.len());
    label.copy_from_slice(LABEL);
    text
};

/// The label of a fingerprint, with a colon.
const LABEL: &[u8] = b"SHA256:";

/// Fingerprints that were put into a text, which has only the space for their base64 so far.
#[derive(Debug, Default)]
pub struct Fingerprints {
    /// The keys whose digests are still to be finished.
    keys: Vec<Sha256>,
    /// The digests before these, each followed by a zero byte, so that its base64 needs no padding: 44 digits.
    digests: Vec<u8>,
    /// The offsets of the fingerprints' base64 in the text.
    places: Vec<usize>,
    /// A buffer for the base64.
    encoded: Vec<u8>,
}

impl Fingerprints {
    /// Appends the fingerprint of a key to `to`, or the space that it needs; see [`complete`](Self::complete).
    pub fn put_key(&mut self, hash: Hash, key: &PublicKey<'_>, to: &mut Vec<u8>) {
        if hash != Hash::Sha256 {
            return key.fingerprint(hash).put(to);
        }
        self.keys.push(Sha256::NEW);
        if let Some(sha256) = self.keys.last_mut() {
            sha256.start(key.plain_blob());
        }
        self.put_space(to);
    }

    /// Appends a fingerprint to `to`, or the space that it needs; see [`complete`](Self::complete).
    pub fn put(&mut self, fingerprint: &Fingerprint, to: &mut Vec<u8>) {
        if fingerprint.hash() != Hash::Sha256 {
            return fingerprint.put(to);
        }
        self.finish_keys();
        self.digests.extend_from_slice(fingerprint.digest());
        self.digests.push(0);
        self.put_space(to);
    }

    /// Appends the space for the last fingerprint.
    fn put_space(&mut self, to: &mut Vec<u8>) {
        self.places.push(to.len() + LABEL.len());
        to.extend_from_slice(&UNFINISHED);
        if self.places.len() == TOGETHER {
            self.complete(to);
        }
    }

    fn finish_keys(&mut self) {
        for key in &self.keys {
            self.digests.extend_from_slice(&key.finish());
            self.digests.push(0);
        }
        self.keys.clear();
    }

    /// Writes the base64 that is still missing from the text to which [`put`](Self::put) appended.
    pub fn complete(&mut self, text: &mut [u8]) {
        self.finish_keys();
        encode_into(&self.digests, &mut self.encoded);
        let (encoded, _) = self.encoded.as_chunks::<{ DIGITS + 1 }>();
        for (at, letters) in self.places.drain(..).zip(encoded) {
            if let (Some(room), Some(letters)) = (text.get_mut(at..at + DIGITS), letters.get(..DIGITS)) {
                room.copy_from_slice(letters);
            }
        }
        self.digests.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_of_many_fingerprints_is_that_of_each() {
        for count in [0, 1, 2, TOGETHER - 1, TOGETHER, TOGETHER + 1, 3 * TOGETHER] {
            for hash in [Hash::Sha256, Hash::Sha512, Hash::Md5] {
                let (mut text, mut expected, mut fingerprints) = (Vec::new(), Vec::new(), Fingerprints::default());
                for number in 0..count {
                    // Blobs of one to six blocks.
                    let key = PublicKey::rsa(b"\x03", &vec![number as u8 | 1; 1 + 31 * number % 300]).unwrap();
                    let fingerprint = key.fingerprint(hash);
                    if number % 5 == 3 {
                        fingerprints.put(&fingerprint, &mut text);
                    } else {
                        fingerprints.put_key(hash, &key, &mut text);
                    }
                    text.push(b'\n');
                    fingerprint.put(&mut expected);
                    expected.push(b'\n');
                }
                fingerprints.complete(&mut text);
                assert_eq!(text, expected, "{count} of {hash:?}");
            }
        }
    }
}
