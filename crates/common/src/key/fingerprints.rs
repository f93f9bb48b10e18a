//! Many fingerprints, whose base64 is written together: a vector engine encodes thousands of bytes in the time that it
//! needs for two times 32.

use super::base64::encode_into;
use super::{Fingerprint, Hash};

/// How many digests are encoded together.
const TOGETHER: usize = 64;

/// The length of a SHA-256 digest in base64 without its padding.
const LETTERS: usize = 43;

/// Fingerprints that were put into a text, and of which the text has only the room for their base64 so far.
#[derive(Debug, Default)]
pub struct Fingerprints {
    /// The digests, each with a zero byte behind it, so that its base64 needs no padding: 44 letters.
    digests: Vec<u8>,
    /// Where the base64 of each begins in the text.
    places: Vec<usize>,
    /// Room for the base64.
    encoded: Vec<u8>,
}

impl Fingerprints {
    /// Puts a fingerprint behind what `to` holds, or as much room as it needs; see [`complete`](Self::complete).
    pub fn put(&mut self, fingerprint: &Fingerprint, to: &mut Vec<u8>) {
        if fingerprint.hash() != Hash::Sha256 {
            return fingerprint.put(to);
        }
        to.extend_from_slice(b"SHA256:");
        self.places.push(to.len());
        to.extend_from_slice(&[0; LETTERS]);
        self.digests.extend_from_slice(fingerprint.digest());
        self.digests.push(0);
        if self.places.len() == TOGETHER {
            self.complete(to);
        }
    }

    /// Writes the base64 that the text, to which [`put`](Self::put) added, does not have yet.
    pub fn complete(&mut self, text: &mut [u8]) {
        encode_into(&self.digests, &mut self.encoded);
        let (encoded, _) = self.encoded.as_chunks::<{ LETTERS + 1 }>();
        for (at, letters) in self.places.drain(..).zip(encoded) {
            if let (Some(room), Some(letters)) = (text.get_mut(at..at + LETTERS), letters.get(..LETTERS)) {
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
