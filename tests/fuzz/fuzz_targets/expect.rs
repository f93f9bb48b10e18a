//! Any text for --expect: a host is trusted only if the text contains its fingerprint or its key.
#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::error::{ExitStatus, Place};
use common::key::{Hash, PublicKey};
use fuzz::run;
use hostfp::trusted::TrustedText;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &[u8]| {
    let place = Place { file: "(stdin)".to_owned(), line: None };
    if let Ok(TrustedText::Host(trusted)) = TrustedText::read(&place, text, None) {
        assert!(!trusted.keys.is_empty());
    }
    // The fixtures' key, and one that no text contains.
    let known = PublicKey::from_blob(STANDARD.decode(fuzz::HOST_KEY).expect("base64")).expect("a key");
    let unknown = PublicKey::ed25519(&[0x42; 32]).expect("a key");
    for key in [known, unknown] {
        let base64 = STANDARD.encode(key.blob());
        let fingerprint = key.fingerprint(Hash::Sha256).to_string();
        let words = ["--expect", "-", "--answer-ssh", "HOSTNAME", "vm", "ssh-ed25519", &base64, &fingerprint];
        let answer = run::<hostfp::Args>(&words, text);
        assert_eq!(answer.status == ExitStatus::Yes, !answer.stdout.is_empty());
        // Left out: characters that JSON escapes, that a terminal does not show or that PowerShell changes, and UTF-16.
        let is_plain = text.iter().all(|byte| matches!(byte, b' '..=b'~') && *byte != b'\\');
        if is_plain && answer.status == ExitStatus::Yes {
            let text = String::from_utf8_lossy(text);
            let hashes = [Hash::Sha256, Hash::Sha384, Hash::Sha512].map(|hash| key.fingerprint(hash).to_string());
            let digest = |hash: &String| text.contains(hash.split_once(':').expect("a name").1);
            assert!(text.contains(&base64) || hashes.iter().any(digest), "no text says so");
        }
    }
    // The ORDER query, which makes no connection, since the host has no name.
    let _ = run::<hostfp::Args>(&["--expect", "-", "--answer-ssh", "ORDER", ":", "NONE", "NONE", "NONE"], text);
});
