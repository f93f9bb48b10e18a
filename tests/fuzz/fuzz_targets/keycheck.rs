//! Any text: the output of --rewrite passes and is not changed again; --filter and --public-only let no private key
//! through.
#![no_main]

use common::error::ExitStatus;
use fuzz::{keys, run};
use libfuzzer_sys::fuzz_target;

/// Leaves out slow checks that do not concern the encoding of a key.
const QUICK: [&str; 2] = ["--skip", "rsa-prime-modulus,rsa-close-primes,rsa-small-private-exponent,rsa-small-factor"];

fn check(options: &[&str], text: &[u8]) -> fuzz::Ran {
    run::<keycheck::Args>(&[options, &QUICK].concat(), text)
}

fuzz_target!(|text: &[u8]| {
    let rewritten = check(&["--rewrite"], text);
    if !rewritten.stdout.is_empty() {
        assert_eq!(check(&["--rewrite"], &rewritten.stdout).stdout, rewritten.stdout);
        let passed = check(&["--filter"], &rewritten.stdout);
        assert!(passed.status == ExitStatus::Yes && passed.stdout == rewritten.stdout, "{}", passed.stderr);
    }
    let passed = check(&["--filter"], text);
    assert!(keys(&passed.stdout).iter().all(|item| item.private.is_none()), "a private key passed");
    let gate = check(&["--public-only", "--json"], text);
    let private = keys(text).iter().any(|item| item.private.is_some());
    assert!(!private || gate.status != ExitStatus::Yes, "a private key passed");
    let json = gate.stdout.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    json.for_each(|line| assert!(serde_json::from_slice::<serde_json::Value>(line).is_ok()));
});
