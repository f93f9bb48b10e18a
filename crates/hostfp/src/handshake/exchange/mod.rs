//! The key exchanges, one file for each method, and the exchange hash that the host signs.
//!
//! The shared secret encrypts nothing here. It is part of the exchange hash, which the host signs.

mod curve25519;
mod dh;
mod ecdh;
mod group_exchange;
pub(super) mod groups;
mod half;
mod methods;
mod mlkem;
mod sntrup761;

use std::io::{Read, Write};

use common::key::Curve;
use common::key::wire::{Reader, put_string};

use super::failure::Failure;
use super::packet::Packets;
use methods::Method;
pub(super) use methods::{KEY_EXCHANGES, KeyExchange, weakness};
pub(crate) use methods::{Weakness, is_key_exchange};

/// The messages of both sides before the exchange.
pub(super) struct Transcript<'a> {
    /// Without CR and LF.
    pub(super) client_banner: &'a [u8],
    /// Without CR and LF.
    pub(super) server_banner: &'a [u8],
    /// The payload.
    pub(super) client_kexinit: &'a [u8],
    /// The payload.
    pub(super) server_kexinit: &'a [u8],
}

/// The host's reply.
pub(super) struct Reply {
    /// The blob of its key or certificate.
    pub(super) host_key: Vec<u8>,
    /// Its signature over `hash`.
    pub(super) signature: Vec<u8>,
    /// The exchange hash.
    pub(super) hash: Vec<u8>,
}

/// The message numbers of the halves: SSH_MSG_KEXDH_INIT and similar ones.
const INIT: u8 = 30;
const REPLY: u8 = 31;

/// Performs the key exchange.
pub(super) fn run<S: Read + Write>(
    exchange: &KeyExchange,
    packets: &mut Packets<S>,
    transcript: &Transcript<'_>,
) -> Result<Reply, Failure> {
    // The fields that RFC 4419 adds to the hash between the host key and the halves.
    let mut group = Vec::new();
    let (half, init, reply) = match exchange.method {
        Method::Mlkem768X25519 => (mlkem::kem()?.with(curve25519::half()?, exchange.hash), INIT, REPLY),
        Method::Mlkem768Nistp256 => (mlkem::kem()?.with(ecdh::half(Curve::Nistp256)?, exchange.hash), INIT, REPLY),
        Method::Sntrup761X25519 => (sntrup761::kem()?.with(curve25519::half()?, exchange.hash), INIT, REPLY),
        Method::Curve25519 => (curve25519::half()?.alone(), INIT, REPLY),
        Method::Ecdh(curve) => (ecdh::half(curve)?.alone(), INIT, REPLY),
        Method::Dh(known) => (dh::half(known.prime, &known.generator)?, INIT, REPLY),
        Method::GroupExchange => (group_exchange::half(packets, &mut group)?, 32, 33),
    };
    let mut message = vec![init];
    put_string(&mut message, &half.public);
    packets.send(&message)?;
    let message = packets.receive(reply)?;
    let (host_key, theirs, signature) =
        read_reply(&message).ok_or(Failure::Protocol("its reply to the key exchange is damaged"))?;
    let secret = (half.agree)(theirs).map_err(Failure::Protocol)?;

    let mut hashed = Vec::new();
    for part in [
        transcript.client_banner,
        transcript.server_banner,
        transcript.client_kexinit,
        transcript.server_kexinit,
        host_key,
    ] {
        put_string(&mut hashed, part);
    }
    hashed.extend_from_slice(&group);
    put_string(&mut hashed, &half.public);
    put_string(&mut hashed, theirs);
    hashed.extend_from_slice(&secret);
    Ok(Reply { host_key: host_key.to_vec(), signature: signature.to_vec(), hash: exchange.hash.digest(&hashed) })
}

/// Reads the host key, the host's half and the signature. An `mpint` is encoded like a `string`.
fn read_reply(message: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let mut reader = Reader::new(message);
    reader.bytes(1).ok()?;
    let fields = (reader.string().ok()?, reader.string().ok()?, reader.string().ok()?);
    reader.is_empty().then_some(fields)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reply_has_three_fields_and_no_more() {
        let mut message = vec![REPLY];
        for field in [b"key", b"pub", b"sig"] {
            put_string(&mut message, field);
        }
        assert_eq!(read_reply(&message), Some((&b"key"[..], &b"pub"[..], &b"sig"[..])));
        for end in 0..message.len() {
            assert_eq!(read_reply(&message[..end]), None);
        }
        message.push(0);
        assert_eq!(read_reply(&message), None);
    }
}
