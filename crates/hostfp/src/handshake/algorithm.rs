//! The names of the algorithms, as data; in both tables the preferred ones stand first.

use common::key::{Curve, Hash, Kind};

use super::exchange::Method;
use super::exchange::groups::{GROUP_14, GROUP_16, GROUP_18};

/// How a host signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scheme {
    /// RFC 8709.
    Ed25519,
    /// RFC 5656 section 3.1.
    Ecdsa(Curve),
    /// RFC 8332, and with SHA-1 RFC 4253 section 6.6: RSASSA-PKCS1-v1_5.
    Rsa(Hash),
    /// RFC 4253 section 6.6.
    Dsa,
}

/// A host key algorithm.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct HostKeyAlgorithm {
    /// Its name in the negotiation.
    pub(crate) name: &'static str,
    /// The type name that begins the host's key blob.
    pub(crate) key_type: &'static str,
    /// The name that begins the signature.
    pub(crate) signature: &'static str,
    /// The kind of key; of a certificate, of the certified key.
    pub(crate) kind: Kind,
    /// How it signs.
    pub(crate) scheme: Scheme,
}

const fn plain(name: &'static str, kind: Kind, scheme: Scheme) -> HostKeyAlgorithm {
    HostKeyAlgorithm { name, key_type: name, signature: name, kind, scheme }
}

const fn rsa(name: &'static str, hash: Hash) -> HostKeyAlgorithm {
    HostKeyAlgorithm { name, key_type: "ssh-rsa", signature: name, kind: Kind::Rsa, scheme: Scheme::Rsa(hash) }
}

const fn certificate(
    name: &'static str,
    key_type: &'static str,
    signature: &'static str,
    kind: Kind,
    scheme: Scheme,
) -> HostKeyAlgorithm {
    HostKeyAlgorithm { name, key_type, signature, kind, scheme }
}

const P256: Curve = Curve::Nistp256;
const P384: Curve = Curve::Nistp384;
const P521: Curve = Curve::Nistp521;
const RSA_CERTIFICATE: &str = "ssh-rsa-cert-v01@openssh.com";

/// The host key algorithms. A certificate is only asked for where a host has no plain form of its key; then come those
/// that sign with SHA-1.
pub(crate) static HOST_KEYS: [HostKeyAlgorithm; 15] = [
    plain("ssh-ed25519", Kind::Ed25519, Scheme::Ed25519),
    plain("ecdsa-sha2-nistp256", Kind::Ecdsa(P256), Scheme::Ecdsa(P256)),
    plain("ecdsa-sha2-nistp384", Kind::Ecdsa(P384), Scheme::Ecdsa(P384)),
    plain("ecdsa-sha2-nistp521", Kind::Ecdsa(P521), Scheme::Ecdsa(P521)),
    rsa("rsa-sha2-512", Hash::Sha512),
    rsa("rsa-sha2-256", Hash::Sha256),
    certificate(
        "ssh-ed25519-cert-v01@openssh.com",
        "ssh-ed25519-cert-v01@openssh.com",
        "ssh-ed25519",
        Kind::Ed25519,
        Scheme::Ed25519,
    ),
    certificate(
        "ecdsa-sha2-nistp256-cert-v01@openssh.com",
        "ecdsa-sha2-nistp256-cert-v01@openssh.com",
        "ecdsa-sha2-nistp256",
        Kind::Ecdsa(P256),
        Scheme::Ecdsa(P256),
    ),
    certificate(
        "ecdsa-sha2-nistp384-cert-v01@openssh.com",
        "ecdsa-sha2-nistp384-cert-v01@openssh.com",
        "ecdsa-sha2-nistp384",
        Kind::Ecdsa(P384),
        Scheme::Ecdsa(P384),
    ),
    certificate(
        "ecdsa-sha2-nistp521-cert-v01@openssh.com",
        "ecdsa-sha2-nistp521-cert-v01@openssh.com",
        "ecdsa-sha2-nistp521",
        Kind::Ecdsa(P521),
        Scheme::Ecdsa(P521),
    ),
    certificate(
        "rsa-sha2-512-cert-v01@openssh.com",
        RSA_CERTIFICATE,
        "rsa-sha2-512",
        Kind::Rsa,
        Scheme::Rsa(Hash::Sha512),
    ),
    certificate(
        "rsa-sha2-256-cert-v01@openssh.com",
        RSA_CERTIFICATE,
        "rsa-sha2-256",
        Kind::Rsa,
        Scheme::Rsa(Hash::Sha256),
    ),
    rsa("ssh-rsa", Hash::Sha1),
    certificate(RSA_CERTIFICATE, RSA_CERTIFICATE, "ssh-rsa", Kind::Rsa, Scheme::Rsa(Hash::Sha1)),
    plain("ssh-dss", Kind::Dsa, Scheme::Dsa),
];

/// A key exchange.
#[derive(Debug)]
pub(crate) struct KeyExchange {
    /// Its name in the negotiation.
    pub(crate) name: &'static str,
    /// What is computed.
    pub(crate) method: Method,
    /// The hash of the exchange.
    pub(crate) hash: Hash,
}

const fn exchange(name: &'static str, method: Method, hash: Hash) -> KeyExchange {
    KeyExchange { name, method, hash }
}

/// The key exchanges. sntrup761x25519-sha512, OpenSSH's first choice from 9.0 to 9.9, is not among them: hosts that have
/// it have curve25519-sha256 beside it unless somebody took that away, and in November 2026 its one crate in Rust alone
/// (sntrup761 0.4) is one person's, not audited, and brings 4,900 lines with vector code that is `unsafe`, and rand. It
/// would protect nothing here, since nothing is encrypted.
///
/// The one with SHA-1 stands last, for servers that have no other (before OpenSSH 7.3): what the host signs
/// is that hash, but forging it takes a second preimage of a hash that both sides have a part in, and not a collision.
pub(crate) static KEY_EXCHANGES: [KeyExchange; 11] = [
    exchange("mlkem768x25519-sha256", Method::Mlkem768X25519, Hash::Sha256),
    exchange("curve25519-sha256", Method::Curve25519, Hash::Sha256),
    exchange("curve25519-sha256@libssh.org", Method::Curve25519, Hash::Sha256),
    exchange("ecdh-sha2-nistp256", Method::Ecdh(P256), Hash::Sha256),
    exchange("ecdh-sha2-nistp384", Method::Ecdh(P384), Hash::Sha384),
    exchange("ecdh-sha2-nistp521", Method::Ecdh(P521), Hash::Sha512),
    exchange("diffie-hellman-group14-sha256", Method::Dh(&GROUP_14), Hash::Sha256),
    exchange("diffie-hellman-group16-sha512", Method::Dh(&GROUP_16), Hash::Sha512),
    exchange("diffie-hellman-group-exchange-sha256", Method::GroupExchange, Hash::Sha256),
    exchange("diffie-hellman-group18-sha512", Method::Dh(&GROUP_18), Hash::Sha512),
    exchange("diffie-hellman-group14-sha1", Method::Dh(&GROUP_14), Hash::Sha1),
];

/// Every kind of host key that can be asked for, preferred first.
pub(crate) fn kinds() -> Vec<Kind> {
    let mut kinds: Vec<Kind> = Vec::new();
    for algorithm in &HOST_KEYS {
        if !kinds.contains(&algorithm.kind) {
            kinds.push(algorithm.kind);
        }
    }
    kinds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_once_and_types_are_those_of_their_kind() {
        for (index, algorithm) in HOST_KEYS.iter().enumerate() {
            assert!(HOST_KEYS[..index].iter().all(|other| other.name != algorithm.name));
            assert_eq!(Kind::of_name(algorithm.key_type.as_bytes()).0, algorithm.kind, "{}", algorithm.name);
            assert!(algorithm.name.starts_with(algorithm.signature));
        }
        for (index, exchange) in KEY_EXCHANGES.iter().enumerate() {
            assert!(KEY_EXCHANGES[..index].iter().all(|other| other.name != exchange.name));
        }
    }
}
