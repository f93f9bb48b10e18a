//! The client's side of an SSH-2 handshake (RFC 4253) as far as the proof: it ends as soon as the host's signature over
//! the exchange hash is verified. Nothing is encrypted and there is no login.
//!
//! ```text
//! connect ──► banner ──► kexinit ──► exchange ──► signature ──► the host's key
//! names,      4.2        7.1         one file     RFC 8332,     proven, not only
//! addresses,                         a method     8709, 5656    shown
//! deadline
//! ```
//!
//! - [`target`]: the host as the command line names it. [`connect`]: names, addresses, and the one deadline of a connection,
//!   however slowly the host sends.
//! - [`banner`], [`packet`], [`kexinit`]: RFC 4253 sections 4.2, 6 and 7.1. [`algorithm`]: the names, as data.
//! - [`exchange`]: the key exchanges and the exchange hash. [`signature`]: the host's proof; [`composite`]: a proof of two
//!   signatures.
//! - [`scan`]: all keys of one host, with as few connections as it has types. [`which`]: the key that has a given
//!   fingerprint. [`limiter`]: the limits of connections at once. [`failure`]: errors and their messages.

pub(crate) mod algorithm;
mod banner;
mod composite;
pub(crate) mod connect;
pub(crate) mod exchange;
pub(crate) mod failure;
mod kexinit;
pub(crate) mod limiter;
mod packet;
mod random;
pub(crate) mod scan;
mod signature;
pub(crate) mod target;
#[cfg(test)]
mod vectors;
pub(crate) mod which;

use std::io::{Read, Write};

use common::key::{Kind, PublicKey};

use algorithm::HostKeyAlgorithm;
use exchange::{Transcript, Weakness};
use failure::{Failure, Forgery, Stage};
use kexinit::{Chosen, KexInit};
use packet::Packets;

/// A key that a host has proven to hold.
#[derive(Debug)]
pub(crate) struct Proven {
    /// The key; for a certificate the certified key.
    pub(crate) key: PublicKey<'static>,
    /// How it was proven.
    pub(crate) agreed: Agreed,
}

/// What both sides agreed on for a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Agreed {
    /// The key exchange.
    pub(crate) key_exchange: &'static str,
    /// The signature algorithm.
    pub(crate) signature: &'static str,
}

/// A handshake up to both sides' offers: the host's algorithms are known, and nothing is proven yet.
pub(crate) struct Greeted<'a, S: Read + Write> {
    packets: Packets<S>,
    our_banner: String,
    host_banner: Vec<u8>,
    our_kexinit: Vec<u8>,
    host_kexinit: Vec<u8>,
    chosen: Chosen<'a>,
    /// The host key algorithms that the host offers, so it can be asked for these only.
    pub(crate) offered: Vec<String>,
    /// The weakness of the key exchanges that the host offers.
    pub(crate) weakness: Option<Weakness>,
}

/// Exchanges banners and offers with the host at the other end of `stream`.
///
/// # Errors
/// It does not speak SSH 2, or has none of `algorithms`.
pub(crate) fn greet<'a, S: Read + Write>(
    stream: S,
    algorithms: &[&'a HostKeyAlgorithm],
) -> Result<Greeted<'a, S>, Failure> {
    let mut packets = Packets::new(stream);
    let our_banner = banner::ours();
    packets.write(format!("{our_banner}\r\n").as_bytes())?;
    let host_banner = banner::read(&mut packets)?;

    let our_kexinit = kexinit::ours(algorithms)?;
    packets.send(&our_kexinit)?;
    packets.expect_stage(Stage::KexInit);
    let host_kexinit = packets.receive(kexinit::MESSAGE)?;
    let offer = KexInit::parse(&host_kexinit)?;
    let chosen = offer.choose(algorithms)?;
    let weakness = exchange::weakness(&offer.key_exchanges);
    Ok(Greeted {
        packets,
        our_banner,
        host_banner,
        our_kexinit,
        host_kexinit,
        chosen,
        offered: offer.host_keys,
        weakness,
    })
}

impl<S: Read + Write> Greeted<'_, S> {
    /// The kind of the key that the host will show.
    pub(crate) const fn kind(&self) -> Kind {
        self.chosen.host_key.kind
    }

    /// Makes the host prove that it holds the key that it shows.
    ///
    /// # Errors
    /// It did not prove it.
    pub(crate) fn prove(mut self) -> Result<Proven, Failure> {
        self.packets.expect_stage(Stage::KeyExchange);
        if self.chosen.host_guessed_wrong {
            self.packets.skip_one()?;
        }
        let transcript = Transcript {
            client_banner: self.our_banner.as_bytes(),
            server_banner: &self.host_banner,
            client_kexinit: &self.our_kexinit,
            server_kexinit: &self.host_kexinit,
        };
        let reply = exchange::run(self.chosen.key_exchange, &mut self.packets, &transcript)?;
        let key = PublicKey::from_blob(reply.host_key).map_err(Failure::HostKey)?;
        if key.type_name() != self.chosen.host_key.key_type {
            return Err(Failure::Protocol("it showed a key of another type than was agreed on"));
        }
        if signature::verify(self.chosen.host_key, &key, &reply.signature, &reply.hash).is_err() {
            return Err(Failure::Forged(Box::new(Forgery::of(&key))));
        }
        let plain = PublicKey::from_blob(key.plain_blob().to_vec()).map_err(Failure::HostKey)?;
        let (key_exchange, signature) = (self.chosen.key_exchange.name, self.chosen.host_key.signature);
        Ok(Proven { key: plain, agreed: Agreed { key_exchange, signature } })
    }
}

#[cfg(test)]
mod tests;
