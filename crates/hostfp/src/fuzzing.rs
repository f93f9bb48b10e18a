//! What only the fuzz targets in `tests/fuzz` see: the inner parts that take what comes from outside.

#![expect(clippy::panic, reason = "that is how a fuzz target tells")]

use std::io::{self, Read, Write};

use common::key::PublicKey;

use crate::handshake::algorithm::HOST_KEYS;
use crate::handshake::greet;
pub use crate::known_hosts::fuzzing::{known_hosts, trusted_by_known_hosts};

/// A host that says what it says, whatever the client sends.
struct Script<'a>(&'a [u8]);

impl Read for Script<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl Write for Script<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A whole handshake with a host that says this. It can prove nothing: part of what it would have to sign is random.
///
/// # Panics
/// It did, or the words for what it did wrong are not fit for a terminal.
pub fn handshake(said: &[u8]) {
    let result = greet(Script(said), &HOST_KEYS.iter().collect::<Vec<_>>()).and_then(|greeted| greeted.prove());
    let Err(failure) = result else { panic!("a host has proven to hold a key") };
    let error = failure.error();
    let words = error.message();
    assert!(!words.is_empty() && words.len() < 40_000, "{}", words.len());
    assert!(!words.contains(|letter: char| letter.is_control()), "{words:?}");
}

/// An Ed25519 key of this byte.
pub(crate) fn key(byte: u8) -> PublicKey<'static> {
    match PublicKey::ed25519(&[byte; 32]) {
        Ok(key) => key,
        Err(malformed) => panic!("{malformed}"),
    }
}
