//! Private keys in every format, with a passphrase: the work is bounded; a key that keygen opens is one that the reader
//! found; written in every format and read back, it is the same key.
#![no_main]

use common::error::Place;
use common::secret::Secret;
use fuzz::{PASSPHRASE, decrypted_keys, keys};
use keygen::formats::{Format, Hardening, open};
use libfuzzer_sys::fuzz_target;

const FORMATS: [Format; 5] = [Format::OpenSsh, Format::Pem, Format::Pkcs8, Format::Ppk, Format::Ppk2];

fuzz_target!(|text: &[u8]| {
    let Some(items) = decrypted_keys(text, PASSPHRASE) else { return };
    let place = Place { file: "id".to_owned(), line: None };
    let open = |text: &[u8], passphrase: &str| open(text, &place, &mut || Ok(Secret::new(passphrase.into())));
    let Ok(opened) = open(text, PASSPHRASE) else { return };
    let public = opened.key.public.blob();
    assert!(items.iter().any(|item| item.key.plain_blob() == public), "a key that the reader did not find");
    // One format for each input: verifying RSA keys takes long.
    let format = FORMATS[text.len() % FORMATS.len()];
    if format.holds(opened.key_type).is_ok() {
        let empty = Secret::new(Vec::new());
        let written = format.write(&opened.key, &opened.comment, &empty, Hardening::default()).expect("it is written");
        assert_eq!(open(&written, "").expect("what we write we read").key.public.blob(), public);
        let [item] = &keys(&written)[..] else { panic!("one key was written") };
        assert_eq!(item.key.blob(), public);
    }
});
