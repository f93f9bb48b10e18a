//! Private keys in every form, with a passphrase: bounded work; what is opened, written in every form and read back, is
//! the same key, and both readers that there are say the same of it.
#![no_main]

use common::keyfile::{ppk, sealed};
use common::secret::Secret;
use fuzz::{PASSPHRASE, are_quick, is_quick, keys};
use keygen::formats::{Format, Hardening, Sealed};
use libfuzzer_sys::fuzz_target;

const FORMATS: [Format; 5] = [Format::OpenSsh, Format::Pem, Format::Pkcs8, Format::Ppk, Format::Ppk2];

/// Whether this file is opened soon, or refused.
fn opens_soon(sealed: &Sealed<'_>, text: &[u8]) -> bool {
    match sealed {
        Sealed::Block("ENCRYPTED PRIVATE KEY", block) => is_quick(sealed::derivation(&block.contents)),
        Sealed::Block(..) => are_quick(&keys(text, None)),
        Sealed::Ppk(_) => ppk::File::parse(text).is_ok() && are_quick(&keys(text, None)),
    }
}

fuzz_target!(|text: &[u8]| {
    let Ok(sealed) = Sealed::of(text) else { return };
    if !opens_soon(&sealed, text) {
        return;
    }
    let passphrase = Secret::new(PASSPHRASE.into());
    let items = keys(text, Some(PASSPHRASE));
    let Ok(opened) = sealed.open(&passphrase) else { return };
    let public = opened.pair.public().expect("a pair has a public half");
    if let [item] = &items[..] {
        assert_eq!(item.key.plain_blob(), public.blob(), "two readers, two keys");
    }
    let empty = Secret::new(Vec::new());
    // One form for each input: RSA keys take long to be verified.
    let format = FORMATS[text.len() % FORMATS.len()];
    if format.holds(opened.pair.key_type()).is_ok() {
        let written = format.write(&opened.pair, &opened.comment, &empty, Hardening::default()).expect("it is written");
        let again = Sealed::of(&written).and_then(|again| again.open(&empty)).expect("what we write we read");
        assert_eq!(again.pair.public().expect("a public half").blob(), public.blob());
        let [item] = &keys(&written, None)[..] else { panic!("one key was written") };
        assert_eq!(item.key.blob(), public.blob());
    }
});
