//! Reads the host keys that a guest of Google Cloud publishes, as `gcloud compute instances get-guest-attributes VM
//! --query-path=hostkeys/` prints them: a table of NAMESPACE, KEY (the type) and VALUE (the key).
//!
//! Why a stranger cannot write it: guest attributes are written on the VM itself, and every row must be a host key.

use common::error::Error;
use common::key::Hash;

use super::lines::List;
use crate::trusted::grammar::NotTrusted;
use crate::trusted::grammar::line::{self, Line};
use crate::trusted::keys::{MAX_KEYS, TrustedKey};
use crate::trusted::messages::misfits;

/// Returns the keys of such a table; `None` for other texts.
pub(crate) fn in_table(text: &str) -> Option<Result<List, NotTrusted>> {
    let mut rows = text.lines().zip(1..).filter(|(row, _)| !row.trim().is_empty());
    let (names, _) = rows.next()?;
    if names.split_whitespace().ne(["NAMESPACE", "KEY", "VALUE"]) {
        return None;
    }
    let key = |(row, number): (&str, usize)| {
        let words: Vec<&str> = row.split_whitespace().collect();
        let line = match words.as_slice() {
            ["hostkeys", name, key] => format!("{name} {key}"),
            _ => return Err((Some(number), not_host_keys())),
        };
        match line::read(&line) {
            Ok(Line::Key { key, .. }) => Ok(TrustedKey::new(key.fingerprint(Hash::Sha256), vec![key.kind()])),
            _ => Err((Some(number), Error::failure("the host key in this row is cut short or damaged"))),
        }
    };
    let list = rows.map(key).try_fold(List::default(), |mut list, key| {
        list.put(key?);
        if list.keys.len() > MAX_KEYS { Err((None, misfits::too_many())) } else { Ok(list) }
    });
    Some(list)
}

/// Reports a row that is not of a host key.
pub(crate) fn not_host_keys() -> Error {
    Error::failure("a guest attribute that is not a host key").hint("ask only for them: --query-path=hostkeys/")
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;
    use common::key::PublicKey;

    use super::*;

    const TABLE: &str = "NAMESPACE  KEY          VALUE\n\
                         hostkeys   ssh-ed25519  AAAAC3NzaC1lZDI1NTE5AAAAIKPcdDKDGWm3HPZvIOEoJ83at5TXCQhBWMH4oDAa3g75\n";

    #[test]
    fn each_row_is_a_host_key() {
        assert_eq!(in_table(TABLE).unwrap().unwrap().keys.len(), 1);
        for row in ["guest  x  y", "hostkeys ssh-ed25519 AAAA", "hostkeys ssh-ed25519 a b"] {
            assert_eq!(in_table(&format!("{TABLE}{row}\n")).unwrap().unwrap_err().0, Some(3), "{row}");
        }
        assert!(in_table("NAMESPACE x\n").is_none());
    }

    #[test]
    fn each_key_counts_once_and_one_host_has_no_more_than_the_limit() {
        let (names, row) = TABLE.split_at(TABLE.find("hostkeys").unwrap());
        assert_eq!(in_table(&format!("{names}{row}{row}")).unwrap().unwrap().keys.len(), 1);
        let rows = |count: usize| -> String {
            let key = |number: usize| PublicKey::ed25519(&number.to_be_bytes().repeat(4)).unwrap();
            (0..count).map(|number| format!("hostkeys ssh-ed25519 {}\n", STANDARD.encode(key(number).blob()))).collect()
        };
        let in_rows = |count: usize| in_table(&(names.to_owned() + &rows(count))).unwrap();
        assert_eq!(in_rows(MAX_KEYS).unwrap().keys.len(), MAX_KEYS);
        assert_eq!(in_rows(MAX_KEYS + 1).unwrap_err().1.message(), misfits::too_many().message());
    }
}
