//! Gives the fuzz targets in `tests/fuzz` access to the inner functions that parse untrusted input.

#![expect(clippy::panic, reason = "that is how a fuzz target tells")]

use std::io::{self, Read, Write};

use common::key::PublicKey;

use crate::handshake::algorithm::HOST_KEYS;
use crate::handshake::greet;
pub use crate::known_hosts::fuzzing::{known_hosts, trusted_by_known_hosts};

/// A host that sends this, whatever the client sends.
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

/// Performs a whole handshake with a host that sends these bytes. The host can prove nothing, since part of what it would
/// have to sign is random.
///
/// # Panics
/// It proved something, or its error message is not safe for a terminal.
pub fn handshake(said: &[u8]) {
    let result = greet(Script(said), &HOST_KEYS.iter().collect::<Vec<_>>()).and_then(|greeted| greeted.prove());
    let Err(failure) = result else { panic!("a host has proven to hold a key") };
    let error = failure.error();
    let text = error.message();
    assert!(!text.is_empty() && text.len() < 40_000, "{}", text.len());
    assert!(!text.contains(|character: char| character.is_control()), "{text:?}");
}

/// An Ed25519 key whose bytes are all this one.
pub(crate) fn key(byte: u8) -> PublicKey<'static> {
    match PublicKey::ed25519(&[byte; 32]) {
        Ok(key) => key,
        Err(malformed) => panic!("{malformed}"),
    }
}
