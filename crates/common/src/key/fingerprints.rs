//! Encodes the base64 of many fingerprints together: a vector engine encodes thousands of bytes in the time of two times
//! 32.

use super::base64::encode_into;
use super::{Fingerprint, Hash};

/// The number of digests that are encoded together.
const TOGETHER: usize = 64;

/// The length of a SHA-256 digest in base64 without its padding.
const DIGITS: usize = 43;

/// Fingerprints that were put into a text, which has only the space for their base64 so far.
#[derive(Debug, Default)]
pub struct Fingerprints {
    /// The digests, each followed by a zero byte, so that its base64 needs no padding: 44 digits.
    digests: Vec<u8>,
    /// The offsets of the fingerprints' base64 in the text.
    places: Vec<usize>,
    /// A buffer for the base64.
    encoded: Vec<u8>,
}

impl Fingerprints {
    /// Appends a fingerprint to `to`, or the space that it needs; see [`complete`](Self::complete).
    pub fn put(&mut self, fingerprint: &Fingerprint, to: &mut Vec<u8>) {
        if fingerprint.hash() != Hash::Sha256 {
            return fingerprint.put(to);
        }
        to.extend_from_slice(b"SHA256:");
        self.places.push(to.len());
        to.extend_from_slice(&[0; DIGITS]);
        self.digests.extend_from_slice(fingerprint.digest());
        self.digests.push(0);
        if self.places.len() == TOGETHER {
            self.complete(to);
        }
    }

    /// Writes the base64 that is still missing from the text to which [`put`](Self::put) appended.
    pub fn complete(&mut self, text: &mut [u8]) {
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
                for key in 0..count {
                    let fingerprint = Fingerprint::of_blob(hash, &key.to_be_bytes());
                    fingerprints.put(&fingerprint, &mut text);
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
