//! Finds keys whose private half was published, by their fingerprints.

use std::sync::LazyLock;

use common::key::Fingerprint;

use crate::finding::{Check, Finding, Severity};

/// The private key was published.
pub(crate) static KNOWN_COMPROMISED: Check = Check {
    name: "known-compromised",
    severity: Severity::Error,
    what: "The private half of this key was published: it was part of a device's firmware, an appliance, or a \
           development image, the same in all of them.",
    why: "Anyone can log in as its owner, or impersonate its host.",
    remedy: "Remove the key wherever it is accepted, and generate a new one; on a device, have it generate \
             new host keys.",
    source: "The collection rapid7/ssh-badkeys; among them CVE-2012-1493, CVE-2013-0137, CVE-2015-0936, CVE-2016-1561",
};

/// The fingerprints, each with the product that its key was shipped in. build.rs generates them from known_compromised.tsv.
static KNOWN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/known_compromised.rs"));

/// Their digests, sorted.
static BY_DIGEST: LazyLock<Vec<(Fingerprint, &str)>> = LazyLock::new(|| {
    let known = KNOWN.iter().filter_map(|(text, shipped_in)| Some((text.parse::<Fingerprint>().ok()?, *shipped_in)));
    let mut known: Vec<(Fingerprint, &str)> = known.collect();
    known.sort_unstable_by(|(one, _), (other, _)| one.digest().cmp(other.digest()));
    known
});

/// Returns the finding for a SHA-256 fingerprint.
pub(super) fn check(fingerprint: &Fingerprint) -> Option<Finding> {
    let shipped_in = find(fingerprint)?;
    Some(KNOWN_COMPROMISED.found(format!("the private key is public: it was shipped as {shipped_in}")))
}

fn find(fingerprint: &Fingerprint) -> Option<&'static str> {
    let index = BY_DIGEST.binary_search_by(|(known, _)| known.digest().cmp(fingerprint.digest())).ok()?;
    BY_DIGEST.get(index).map(|(_, shipped_in)| *shipped_in)
}

#[cfg(test)]
mod tests {
    use common::key::{Hash, PublicKey};

    use super::super::numbers::samples::strong_key;
    use super::*;

    #[test]
    fn every_fingerprint_of_the_list_is_one_and_is_found() {
        let text = include_str!("known_compromised.tsv");
        let mut rows = 0;
        for row in text.lines().filter(|line| !line.starts_with('#')) {
            let fields: Vec<&str> = row.split('\t').collect();
            assert_eq!(find(&fields[0].parse().unwrap()), Some(fields[3]), "{row}");
            rows += 1;
        }
        assert!(rows > 60 && rows == BY_DIGEST.len());
    }

    /// Vagrant's key, which every Vagrant box accepted.
    #[test]
    fn a_published_key_is_found_and_another_is_not() {
        let vagrant = "\
            AAAAB3NzaC1yc2EAAAABIwAAAQEA6NF8iallvQVp22WDkTkyrtvp9eWW6A8YVr+kz4TjGYe7gHzIw+niNltGEFHzD8+v1I2YJ6oX\
            evct1YeS0o9HZyN1Q9qgCgzUFtdOKLv6IedplqoPkcmF0aYet2PkEDo3MlTBckFXPITAMzF8dJSIFo9D8HfdOV0IAdx4O7PtixWK\
            n5y2hMNG0zQPyUecp4pzC6kivAIhyfHilFR61RGL+GPXQ2MWZWFYbAGjyiYJnAmCP3NOTd0jMZEnDkbUvxhMmBYSdETk1rRgm+R4\
            LOzFUGaHqHDLKLX+FIPKcF96hrucXzcWyLbIbEgE98OHlnVYCzRdK8jlqm8tehUc9c9WhQ==";
        let blob = base64_of(vagrant);
        let found = |key: PublicKey<'_>| check(&key.fingerprint(Hash::Sha256));
        let finding = found(PublicKey::from_blob(blob).unwrap()).unwrap();
        assert!(finding.message.ends_with("vagrant-default"), "{}", finding.message);
        let numbers = strong_key(1);
        assert!(found(PublicKey::rsa(&numbers.e.to_be_bytes(), &numbers.bytes).unwrap()).is_none());
    }

    fn base64_of(text: &str) -> Vec<u8> {
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        let digits: Vec<u32> = text
            .bytes()
            .filter_map(|character| alphabet.iter().position(|known| *known == character))
            .map(|digit| u32::try_from(digit).unwrap())
            .collect();
        let bytes = digits.chunks(4).flat_map(|chunk| {
            let word = chunk.iter().fold(0, |word, digit| word << 6 | digit) << (6 * (4 - chunk.len()));
            word.to_be_bytes()[1..chunk.len()].to_vec()
        });
        bytes.collect()
    }
}
