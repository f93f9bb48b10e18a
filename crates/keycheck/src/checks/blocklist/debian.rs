//! Reads the lists of Debian's package openssh-blacklist: lines of 20 hexadecimal digits, which are the last 80 bits of a key's
//! MD5 fingerprint (of its blob, as `ssh-keygen -l -E md5` prints it), and comments that begin with #.
//!
//! Two keys have the same 80 bits by chance once in 2^80 pairs, and a key that was made to have listed bits harms only its
//! owner.

use std::fs::File;
use std::io::Read as _;

use common::error::{Error, Place};
use common::key::{Hash, PublicKey, hex};

use super::sorted::Sorted;

/// The number of bytes that show whether a file is such a list.
pub(super) const START: u64 = 4096;

/// The longest list in bytes. Debian's have a few megabytes.
const MOST: u64 = 256 << 20;

/// How many bytes of a fingerprint are listed.
const BYTES: usize = 10;

/// Whether a file with this start is such a list: its first line that is not a comment has 20 hexadecimal digits.
pub(super) fn is_start(start: &[u8]) -> bool {
    let line = start.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).find(|line| !is_beside(line));
    match line {
        Some(line) => record(line).is_some(),
        // Only comments so far.
        None => start.first() == Some(&b'#'),
    }
}

/// The records.
#[derive(Debug)]
pub(super) struct Records(Sorted<BYTES>);

impl Records {
    /// Reads a file.
    ///
    /// # Errors
    /// It cannot be read, is too long, or has any other line.
    pub(super) fn read(file: File, place: &Place) -> Result<Self, Error> {
        let mut text = Vec::new();
        file.take(MOST + 1)
            .read_to_end(&mut text)
            .map_err(|error| Error::io("cannot read", &error).at(place.clone()))?;
        if text.len() as u64 > MOST {
            return Err(Error::failure("is too long for a blocklist: it has more than 256 MiB").at(place.clone()));
        }
        let lines = text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).zip(1..);
        let mut records = lines
            .filter(|(line, _)| !is_beside(line))
            .map(|(line, number)| {
                record(line).ok_or_else(|| {
                    Error::failure("is not a line of a blocklist, which has 20 hexadecimal digits")
                        .at(place.at(number))
                        .hint("fetch the list again")
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        records.sort_unstable();
        Ok(Self(Sorted::new(records)))
    }

    /// Whether a key is listed.
    pub(super) fn holds(&self, key: &PublicKey<'_>) -> bool {
        let fingerprint = key.fingerprint(Hash::Md5);
        fingerprint.digest().last_chunk::<BYTES>().is_some_and(|end| self.0.find(end).is_some())
    }
}

/// Whether a line is a comment or blank.
fn is_beside(line: &[u8]) -> bool {
    line.is_empty() || line.starts_with(b"#")
}

fn record(line: &[u8]) -> Option<[u8; BYTES]> {
    let (pairs, []) = line.as_chunks::<2>() else { return None };
    let mut record = [0; BYTES];
    if pairs.len() != BYTES {
        return None;
    }
    for (byte, [high, low]) in record.iter_mut().zip(pairs) {
        *byte = hex::byte(*high, *low)?;
    }
    Some(record)
}

#[cfg(test)]
mod tests {
    use super::super::Blocklist;
    use super::*;

    fn open(name: &str, text: &str) -> Result<Blocklist, String> {
        let path = std::env::temp_dir().join(format!("keycheck-{}-debian-{name}", std::process::id()));
        std::fs::write(&path, text).unwrap();
        let list = Blocklist::open(&path).map_err(|error| format!("{error:?}"));
        std::fs::remove_file(&path).unwrap();
        list
    }

    #[test]
    fn keys_are_listed_by_the_end_of_their_fingerprint() {
        let (listed, other) = (PublicKey::rsa(&[3], &[7; 256]).unwrap(), PublicKey::rsa(&[5], &[7; 256]).unwrap());
        let digits: String = hex::encode(&listed.fingerprint(Hash::Md5).digest()[6..]);
        let long = "# a comment\n".repeat(1000);
        for text in [
            format!("{digits}\n"),
            format!("# lines\r\n\r\nffffffffffffffffffff\r\n{digits}\r\n00000000000000000000\r\n"),
            format!("{long}{}", digits.to_uppercase()),
        ] {
            let list = open("good", &text).unwrap();
            let finding = list.check(&listed).unwrap().unwrap();
            assert!(finding.message.starts_with("the key is in "), "{}", finding.message);
            assert!(list.check(&other).unwrap().is_none());
        }
    }

    #[test]
    fn a_line_without_a_fingerprint_is_refused_with_its_number() {
        for line in ["0123456789abcdef012", "0123456789abcdef01234", "0123456789abcdef012g", "MD5:0123"] {
            let error = open("bad", &format!("# one\n0123456789abcdef0123\n{line}\n")).unwrap_err();
            assert!(error.contains("20 hexadecimal digits") && error.contains("line: Some(3)"), "{error}");
        }
        assert!(open("other", "ssh-rsa AAAA\n").unwrap_err().contains("is not a blocklist"));
    }
}
