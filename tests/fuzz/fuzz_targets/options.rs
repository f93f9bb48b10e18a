//! Any arguments of each tool: they are accepted, or refused with a message.
#![no_main]

use std::ffi::OsString;
use std::os::unix::ffi::OsStringExt as _;

use common::cli::{Options, parse};
use fuzz::pieces;
use libfuzzer_sys::fuzz_target;

fn take<P: Options>(arguments: &[OsString]) {
    let mut args = P::default();
    if let Err(error) = parse(P::TOOL, arguments, |word| args.accept(word)) {
        assert!(!error.message().is_empty());
        assert!(!error.message().contains(|c: char| c.is_control()), "{:?}", error.message());
    }
}

fuzz_target!(|data: &[u8]| {
    let arguments: Vec<OsString> = pieces(data).map(|piece| OsString::from_vec(piece.to_vec())).collect();
    take::<keygen::Args>(&arguments);
    take::<keycheck::Args>(&arguments);
    take::<pubfp::Args>(&arguments);
    take::<hostfp::Args>(&arguments);
});
