//! Any `known_hosts`: after a change the host has its new key and no other of that type, a second change changes
//! nothing, and every line for other hosts is kept.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|old: &[u8]| hostfp::fuzzing::known_hosts(old));
