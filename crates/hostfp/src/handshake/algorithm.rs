//! The host key algorithms, as a table in order of preference.

use common::key::{Curve, Hash, Kind};

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
    /// draft-miller-sshm-mldsa44-ed25519-composite-sigs.
    MlDsa44Ed25519,
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
    /// The signature scheme.
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
const MLDSA: &str = "ssh-mldsa44-ed25519";
/// OpenSSH 10.5's name.
const FORMER_MLDSA: &str = "ssh-mldsa44-ed25519@openssh.com";
const RSA_CERTIFICATE: &str = "ssh-rsa-cert-v01@openssh.com";

/// The host key algorithms. A certificate is requested only from a host without a plain key. Algorithms that sign with SHA-1
/// come last.
pub(crate) static HOST_KEYS: [HostKeyAlgorithm; 19] = [
    plain("ssh-ed25519", Kind::Ed25519, Scheme::Ed25519),
    plain("ecdsa-sha2-nistp256", Kind::Ecdsa(P256), Scheme::Ecdsa(P256)),
    plain("ecdsa-sha2-nistp384", Kind::Ecdsa(P384), Scheme::Ecdsa(P384)),
    plain("ecdsa-sha2-nistp521", Kind::Ecdsa(P521), Scheme::Ecdsa(P521)),
    rsa("rsa-sha2-512", Hash::Sha512),
    rsa("rsa-sha2-256", Hash::Sha256),
    plain(MLDSA, Kind::MlDsa44Ed25519, Scheme::MlDsa44Ed25519),
    plain(FORMER_MLDSA, Kind::MlDsa44Ed25519, Scheme::MlDsa44Ed25519),
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
    certificate(
        "ssh-mldsa44-ed25519-cert",
        "ssh-mldsa44-ed25519-cert",
        MLDSA,
        Kind::MlDsa44Ed25519,
        Scheme::MlDsa44Ed25519,
    ),
    certificate(
        "ssh-mldsa44-ed25519-cert-v01@openssh.com",
        "ssh-mldsa44-ed25519-cert-v01@openssh.com",
        FORMER_MLDSA,
        Kind::MlDsa44Ed25519,
        Scheme::MlDsa44Ed25519,
    ),
    rsa("ssh-rsa", Hash::Sha1),
    certificate(RSA_CERTIFICATE, RSA_CERTIFICATE, "ssh-rsa", Kind::Rsa, Scheme::Rsa(Hash::Sha1)),
    plain("ssh-dss", Kind::Dsa, Scheme::Dsa),
];

/// Whether this is the name of a known host key algorithm that signs with SHA-1.
pub(crate) fn signs_with_sha1(name: &str) -> bool {
    let known = HOST_KEYS.iter().find(|algorithm| algorithm.name == name);
    known.is_some_and(|algorithm| matches!(algorithm.scheme, Scheme::Rsa(Hash::Sha1) | Scheme::Dsa))
}

/// Whether signatures of this name are known.
pub(crate) fn is_signature(name: &str) -> bool {
    HOST_KEYS.iter().any(|algorithm| algorithm.signature == name)
}

/// Every kind of host key that can be requested, in order of preference.
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
    fn names_are_unique_and_types_are_those_of_their_kind() {
        for (index, algorithm) in HOST_KEYS.iter().enumerate() {
            assert!(HOST_KEYS[..index].iter().all(|other| other.name != algorithm.name));
            assert_eq!(Kind::of_name(algorithm.key_type.as_bytes()).0, algorithm.kind, "{}", algorithm.name);
            assert!(algorithm.name.starts_with(algorithm.signature.split('@').next().unwrap()), "{}", algorithm.name);
        }
    }

    #[test]
    fn only_known_algorithms_of_rsa_and_dsa_sign_with_sha1() {
        for name in ["ssh-rsa", "ssh-rsa-cert-v01@openssh.com", "ssh-dss"] {
            assert!(signs_with_sha1(name), "{name}");
        }
        for name in ["rsa-sha2-256", "rsa-sha2-512-cert-v01@openssh.com", "ssh-ed25519", "ssh-sha1", ""] {
            assert!(!signs_with_sha1(name), "{name}");
        }
    }
}
