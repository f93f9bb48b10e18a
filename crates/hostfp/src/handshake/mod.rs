//! The client's side of an SSH-2 handshake (RFC 4253) as far as the proof: it ends as soon as the host's signature over
//! the exchange hash is verified. Nothing is encrypted and nobody logs in.
//!
//! ```text
//! connect ──► banner ──► kexinit ──► exchange ──► signature ──► the host's key
//! names,      4.2        7.1         one file     RFC 8332,     proven, not only
//! addresses,                         a method     8709, 5656    shown
//! deadline
//! ```
//!
//! - [`target`]: the host as the command line names it. [`connect`]: names, addresses, and the one deadline that all
//!   of a connection keeps, however slowly the host drips.
//! - [`banner`], [`packet`], [`kexinit`]: RFC 4253 sections 4.2, 6 and 7.1. [`algorithm`]: the names, as data.
//! - [`exchange`]: the key exchanges and the exchange hash. [`signature`]: the host's proof.
//! - [`scan`]: all keys of one host, with as few connections as it has types. [`which`]: the one that has a fingerprint.
//!   [`failure`]: what went wrong, in words.

pub(crate) mod algorithm;
mod banner;
pub(crate) mod connect;
mod exchange;
pub(crate) mod failure;
mod kexinit;
mod packet;
pub(crate) mod scan;
mod signature;
pub(crate) mod target;
pub(crate) mod which;

use std::io::{Read, Write};

use common::keys::PublicKey;

use algorithm::HostKeyAlgorithm;
use exchange::Transcript;
use failure::{Failure, Forgery, Stage};
use kexinit::KexInit;
use packet::Packets;

/// A key that a host has proven to hold.
#[derive(Debug)]
pub(crate) struct Proven {
    /// The key; for a certificate the certified key.
    pub(crate) key: PublicKey<'static>,
    /// The host key algorithms that the host offers, so that it is asked for nothing else next time.
    pub(crate) offered: Vec<String>,
}

/// Has the host at the other end of `stream` prove that it holds a key for the first of `algorithms` that it knows.
///
/// # Errors
/// It did not.
pub(crate) fn handshake<S: Read + Write>(stream: S, algorithms: &[&HostKeyAlgorithm]) -> Result<Proven, Failure> {
    let mut packets = Packets::new(stream);
    let ours = banner::ours();
    packets.write(format!("{ours}\r\n").as_bytes())?;
    let theirs = banner::read(&mut packets)?;

    let client_kexinit = kexinit::ours(algorithms)?;
    packets.send(&client_kexinit)?;
    packets.expect_stage(Stage::KexInit);
    let server_kexinit = packets.receive(kexinit::MESSAGE)?;
    let offer = KexInit::parse(&server_kexinit)?;
    let chosen = offer.choose(algorithms)?;
    packets.expect_stage(Stage::KeyExchange);
    if chosen.host_guessed_wrong {
        packets.skip_one()?;
    }

    let transcript = Transcript {
        client_banner: ours.as_bytes(),
        server_banner: &theirs,
        client_kexinit: &client_kexinit,
        server_kexinit: &server_kexinit,
    };
    let reply = exchange::run(chosen.key_exchange, &mut packets, &transcript)?;
    let key = PublicKey::from_blob(reply.host_key).map_err(Failure::HostKey)?;
    if key.type_name() != chosen.host_key.key_type {
        return Err(Failure::Protocol("it showed a key of another type than was agreed on"));
    }
    if signature::verify(chosen.host_key, &key, &reply.signature, &reply.hash).is_err() {
        return Err(Failure::Forged(Box::new(Forgery::of(&key))));
    }
    let plain = PublicKey::from_blob(key.plain_blob().to_vec()).map_err(Failure::HostKey)?;
    Ok(Proven { key: plain, offered: offer.host_keys })
}

/// Bytes that nobody can foresee.
fn random<const N: usize>() -> Result<[u8; N], Failure> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| Failure::NoRandomness)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests;
