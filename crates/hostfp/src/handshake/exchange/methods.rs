//! The key exchanges, as data; the preferred ones stand first.

use common::key::{Curve, Hash};

use super::groups::{GROUP_14, GROUP_16, GROUP_18, Group};

/// What is computed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Method {
    /// draft-ietf-sshm-mlkem-hybrid-kex.
    Mlkem768X25519,
    /// RFC 8731.
    Curve25519,
    /// RFC 5656 section 4.
    Ecdh(Curve),
    /// RFC 4253 section 8 with a group of RFC 3526 (RFC 8268).
    Dh(&'static Group),
    /// RFC 4419.
    GroupExchange,
}

/// A key exchange.
#[derive(Debug)]
pub(in super::super) struct KeyExchange {
    /// Its name in the negotiation.
    pub(in super::super) name: &'static str,
    /// What is computed.
    pub(in super::super) method: Method,
    /// The hash of the exchange.
    pub(in super::super) hash: Hash,
}

const fn exchange(name: &'static str, method: Method, hash: Hash) -> KeyExchange {
    KeyExchange { name, method, hash }
}

/// The key exchanges. sntrup761x25519-sha512, OpenSSH's first choice from 9.0 to 9.9, is not among them: hosts that have
/// it have curve25519-sha256 beside it unless it was taken out of their configuration, and in November 2026 its one crate in Rust alone
/// (sntrup761 0.4) is one person's, not audited, and brings 4,900 lines with vector code that is `unsafe`, and rand. It
/// would protect nothing here, since nothing is encrypted.
///
/// The one with SHA-1 stands last, for servers that have no other (before OpenSSH 7.3): what the host signs
/// is that hash, but forging it takes a second preimage of a hash that both sides have a part in, and not a collision.
pub(in super::super) static KEY_EXCHANGES: [KeyExchange; 11] = [
    exchange("mlkem768x25519-sha256", Method::Mlkem768X25519, Hash::Sha256),
    exchange("curve25519-sha256", Method::Curve25519, Hash::Sha256),
    exchange("curve25519-sha256@libssh.org", Method::Curve25519, Hash::Sha256),
    exchange("ecdh-sha2-nistp256", Method::Ecdh(Curve::Nistp256), Hash::Sha256),
    exchange("ecdh-sha2-nistp384", Method::Ecdh(Curve::Nistp384), Hash::Sha384),
    exchange("ecdh-sha2-nistp521", Method::Ecdh(Curve::Nistp521), Hash::Sha512),
    exchange("diffie-hellman-group14-sha256", Method::Dh(&GROUP_14), Hash::Sha256),
    exchange("diffie-hellman-group16-sha512", Method::Dh(&GROUP_16), Hash::Sha512),
    exchange("diffie-hellman-group-exchange-sha256", Method::GroupExchange, Hash::Sha256),
    exchange("diffie-hellman-group18-sha512", Method::Dh(&GROUP_18), Hash::Sha512),
    exchange("diffie-hellman-group14-sha1", Method::Dh(&GROUP_14), Hash::Sha1),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_once() {
        for (index, exchange) in KEY_EXCHANGES.iter().enumerate() {
            assert!(KEY_EXCHANGES[..index].iter().all(|other| other.name != exchange.name));
        }
    }
}
