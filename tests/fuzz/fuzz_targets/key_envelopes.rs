//! Any text: reading with envelopes finds the keys that strict reading finds, and the gate passes no other keys.
#![no_main]

use common::error::ExitStatus;
use fuzz::{keys, run, strict_keys};
use libfuzzer_sys::fuzz_target;

/// Leaves out slow checks that do not concern the encoding of a key.
const QUICK: [&str; 2] = ["--skip", "rsa-prime-modulus,rsa-close-primes,rsa-small-private-exponent,rsa-small-factor"];

fuzz_target!(|text: &[u8]| {
    let ((strict, has_more), all) = (strict_keys(text), keys(text));
    if !has_more {
        assert_eq!(all.len(), strict.len());
    }
    for item in &strict {
        assert!(all.iter().any(|other| other.key.blob() == item.key.blob()), "a key is lost");
    }
    for gate in ["--public-only", "--filter"] {
        let ran = run::<keycheck::Args>(&[&[gate], &QUICK[..]].concat(), text);
        if ran.status == ExitStatus::Yes {
            assert!(
                all.len() == strict.len() && all.iter().all(|item| item.private.is_none()),
                "{gate} lets more pass"
            );
        }
    }
});
