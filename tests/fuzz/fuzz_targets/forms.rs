//! Any text: a key that is read and written again is the same key; fingerprints are the SHA-256 of the key; if ssh-key
//! reads the key, it reads the same.
#![no_main]

use common::key::{Hash, PublicKey};
use common::keyfile::Form;
use common::keyfile::codec::public_line;
use fuzz::{keys, run};
use libfuzzer_sys::fuzz_target;
use sha2::Digest as _;

fuzz_target!(|text: &[u8]| {
    let found = keys(text);
    for item in &found {
        let key = &item.key;
        assert_eq!(key.fingerprint(Hash::Sha256).digest(), &sha2::Sha256::digest(key.plain_blob())[..]);
        let again = keys(public_line::write(key, "a comment").as_bytes());
        let [again] = &again[..] else { panic!("{} keys in the line of one", again.len()) };
        assert_eq!((again.key.blob(), again.form), (key.blob(), Form::PublicLine));
        assert_eq!(again.comment.as_deref(), Some(&b"a comment"[..]));
        let plain = PublicKey::from_blob(key.plain_blob()).expect("the plain key is a key");
        assert_eq!(plain.plain_blob(), key.plain_blob());
        if let Ok(theirs) = ssh_key::PublicKey::from_bytes(key.plain_blob()) {
            assert_eq!(theirs.algorithm().as_str(), plain.type_name());
            let fingerprint = theirs.fingerprint(ssh_key::HashAlg::Sha256);
            assert_eq!(fingerprint.as_bytes(), key.fingerprint(Hash::Sha256).digest());
        }
    }
    // A blob that ssh-key reads as a plain key is read here, too.
    if let Ok(theirs) = ssh_key::PublicKey::from_bytes(text) {
        let ours = PublicKey::from_blob(text).expect("ssh-key reads it");
        assert_eq!(theirs.algorithm().as_str(), ours.type_name());
    }
    let printed = run::<pubfp::Args>(&[], text);
    assert_eq!(printed.stdout.iter().filter(|byte| **byte == b'\n').count(), found.len());
    assert!(found.is_empty() == printed.stdout.is_empty());
});
