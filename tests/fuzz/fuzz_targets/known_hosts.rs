//! Whatever a `known_hosts` holds: after a change the host has its new key and no other of that type, a second change
//! changes nothing, and every line that is about others is there still.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|old: &[u8]| hostfp::fuzzing::known_hosts(old));
