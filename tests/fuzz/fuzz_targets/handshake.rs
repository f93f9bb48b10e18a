//! Any bytes of a host: no key is proven, since the host cannot sign a hash of numbers that it could not foresee.
#![no_main]

use fuzz::said;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| hostfp::fuzzing::handshake(&said(data)));
