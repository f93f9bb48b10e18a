//! The names of the key formats.

/// The version of PuTTY's format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PpkVersion {
    /// SHA-1 for everything; PuTTY before 0.75 reads no other.
    Two,
    /// Argon2 and SHA-256.
    Three,
}

/// The format of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `type base64 comment`, as in an `id_*.pub` file.
    PublicLine,
    /// The same after options, as in `authorized_keys`; sshd(8).
    AuthorizedKeys,
    /// The same after host names, as in `known_hosts`; sshd(8).
    KnownHosts,
    /// `OPENSSH PRIVATE KEY`; OpenSSH's PROTOCOL.key.
    OpenSshPrivate,
    /// `RSA PRIVATE KEY`; RFC 8017 appendix A.1.2.
    Pkcs1Private,
    /// `RSA PUBLIC KEY`; RFC 8017 appendix A.1.1.
    Pkcs1Public,
    /// `EC PRIVATE KEY`; RFC 5915.
    Sec1Private,
    /// `DSA PRIVATE KEY`; OpenSSL's own.
    DsaPrivate,
    /// `PRIVATE KEY`; RFC 5958.
    Pkcs8Private,
    /// `PUBLIC KEY`; RFC 5280 section 4.1.
    Spki,
    /// `SSH2 PUBLIC KEY`; RFC 4716.
    Rfc4716,
    /// `CERTIFICATE`, of which only the key is read; RFC 5280 section 4.1.
    X509,
    /// `SSH2 ENCRYPTED PRIVATE KEY`; SSH.COM's own.
    SshComPrivate,
    /// `PuTTY-User-Key-File-2` and `-3`; appendix C of the PuTTY manual.
    PpkPrivate(PpkVersion),
}

impl Form {
    /// Returns the name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::PublicLine => "openssh-public",
            Self::AuthorizedKeys => "authorized_keys",
            Self::KnownHosts => "known_hosts",
            Self::OpenSshPrivate => "openssh-private",
            Self::Pkcs1Private => "pkcs1-private",
            Self::Pkcs1Public => "pkcs1-public",
            Self::Sec1Private => "sec1-private",
            Self::DsaPrivate => "dsa-private",
            Self::Pkcs8Private => "pkcs8-private",
            Self::Spki => "spki",
            Self::Rfc4716 => "rfc4716",
            Self::X509 => "x509-certificate",
            Self::SshComPrivate => "ssh.com-private",
            Self::PpkPrivate(_) => "ppk-private",
        }
    }
}
