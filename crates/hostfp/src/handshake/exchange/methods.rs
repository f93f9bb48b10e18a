//! The key exchanges, as a table in order of preference.

use common::key::{Curve, Hash};

use super::groups::{GROUP_14, GROUP_16, GROUP_18, Group};

/// The method of a key exchange.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Method {
    /// RFC 10042.
    Mlkem768X25519,
    /// RFC 10042.
    Mlkem768Nistp256,
    /// RFC 9941.
    Sntrup761X25519,
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
    /// Its method.
    pub(in super::super) method: Method,
    /// The hash of the exchange.
    pub(in super::super) hash: Hash,
}

const fn exchange(name: &'static str, method: Method, hash: Hash) -> KeyExchange {
    KeyExchange { name, method, hash }
}

/// The key exchanges. One post-quantum exchange comes first; the others follow the faster ones. Post-quantum
/// exchanges protect nothing here, since nothing is encrypted, and serve hosts that offer no other.
///
/// The one with SHA-1 comes last, for servers that offer no other (before OpenSSH 7.3). The host signs that hash, but a
/// forgery takes a second preimage, not only a collision, since both sides contribute to the hash.
pub(in super::super) static KEY_EXCHANGES: [KeyExchange; 14] = [
    exchange("mlkem768x25519-sha256", Method::Mlkem768X25519, Hash::Sha256),
    exchange("curve25519-sha256", Method::Curve25519, Hash::Sha256),
    exchange("curve25519-sha256@libssh.org", Method::Curve25519, Hash::Sha256),
    exchange("ecdh-sha2-nistp256", Method::Ecdh(Curve::Nistp256), Hash::Sha256),
    exchange("ecdh-sha2-nistp384", Method::Ecdh(Curve::Nistp384), Hash::Sha384),
    exchange("ecdh-sha2-nistp521", Method::Ecdh(Curve::Nistp521), Hash::Sha512),
    exchange("mlkem768nistp256-sha256", Method::Mlkem768Nistp256, Hash::Sha256),
    exchange("sntrup761x25519-sha512", Method::Sntrup761X25519, Hash::Sha512),
    exchange("sntrup761x25519-sha512@openssh.com", Method::Sntrup761X25519, Hash::Sha512),
    exchange("diffie-hellman-group14-sha256", Method::Dh(&GROUP_14), Hash::Sha256),
    exchange("diffie-hellman-group16-sha512", Method::Dh(&GROUP_16), Hash::Sha512),
    exchange("diffie-hellman-group-exchange-sha256", Method::GroupExchange, Hash::Sha256),
    exchange("diffie-hellman-group18-sha512", Method::Dh(&GROUP_18), Hash::Sha512),
    exchange("diffie-hellman-group14-sha1", Method::Dh(&GROUP_14), Hash::Sha1),
];

/// Whether a key exchange of this name is known.
pub(crate) fn is_key_exchange(name: &str) -> bool {
    KEY_EXCHANGES.iter().any(|known| known.name == name)
}

/// A weakness of the key exchanges that a host offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Weakness {
    /// None of them is post-quantum.
    NoPostQuantum,
    /// All of them use SHA-1.
    Sha1Only,
}

/// Finds the weakness of the key exchanges with these names.
pub(in super::super) fn weakness(offered: &[String]) -> Option<Weakness> {
    // RFC 8308 section 2.1 and OpenSSH's PROTOCOL, 1.10, put extension markers among the names.
    let is_marker = |name: &&String| name.starts_with("ext-info-") || name.starts_with("kex-strict-");
    let mut names = offered.iter().filter(|name| !is_marker(name));
    if names.clone().all(|name| name.ends_with("-sha1")) {
        return Some(Weakness::Sha1Only);
    }
    let is_post_quantum = |name: &String| ["mlkem", "sntrup", "kyber"].iter().any(|kem| name.contains(kem));
    if names.any(is_post_quantum) { None } else { Some(Weakness::NoPostQuantum) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weaknesses_of_an_offer_are_reported() {
        let of = |names: &[&str]| weakness(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
        for strong in ["mlkem768x25519-sha256", "sntrup761x25519-sha512@openssh.com", "mlkem1024nistp384-sha384"] {
            assert_eq!(of(&["curve25519-sha256", strong]), None);
        }
        assert_eq!(of(&["curve25519-sha256", "diffie-hellman-group14-sha1"]), Some(Weakness::NoPostQuantum));
        let sha1 = ["diffie-hellman-group14-sha1", "diffie-hellman-group1-sha1", "kex-strict-s-v00@openssh.com"];
        assert_eq!(of(&sha1), Some(Weakness::Sha1Only));
    }

    #[test]
    fn names_are_unique() {
        for (index, exchange) in KEY_EXCHANGES.iter().enumerate() {
            assert!(KEY_EXCHANGES[..index].iter().all(|other| other.name != exchange.name));
        }
    }
}
