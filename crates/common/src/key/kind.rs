//! The types of keys and their names.

/// A type of key. A certificate has the kind of its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `ssh-rsa`, RFC 4253 section 6.6.
    Rsa,
    /// `ssh-dss`, RFC 4253 section 6.6.
    Dsa,
    /// `ecdsa-sha2-*`, RFC 5656.
    Ecdsa(Curve),
    /// `ssh-ed25519`, RFC 8709.
    Ed25519,
    /// `sk-ecdsa-sha2-nistp256@openssh.com`, OpenSSH's PROTOCOL.u2f.
    SkEcdsa,
    /// `sk-ssh-ed25519@openssh.com`, OpenSSH's PROTOCOL.u2f.
    SkEd25519,
    /// `ssh-mldsa44-ed25519`, both signatures in one: draft-miller-sshm-mldsa44-ed25519-composite-sigs.
    MlDsa44Ed25519,
    /// An unknown type; its blob still has a fingerprint.
    Unknown,
}

/// A curve of RFC 5656 section 10.1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Curve {
    /// NIST P-256.
    Nistp256,
    /// NIST P-384.
    Nistp384,
    /// NIST P-521.
    Nistp521,
}

impl Curve {
    /// All curves.
    pub const ALL: [Self; 3] = [Self::Nistp256, Self::Nistp384, Self::Nistp521];

    /// Returns the name within an SSH blob.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nistp256 => "nistp256",
            Self::Nistp384 => "nistp384",
            Self::Nistp521 => "nistp521",
        }
    }

    /// Returns the size of the field in bits.
    #[must_use]
    pub const fn bits(self) -> u32 {
        match self {
            Self::Nistp256 => 256,
            Self::Nistp384 => 384,
            Self::Nistp521 => 521,
        }
    }

    /// Returns the length of an uncompressed point in bytes (SEC 1 section 2.3.3).
    #[must_use]
    pub const fn point_length(self) -> usize {
        1 + 2 * self.bits().div_ceil(8) as usize
    }
}

/// One row per name: the kind, the name of the plain key, the name of the certificate, ssh-keygen's label.
static NAMES: [(Kind, &str, &str, &str); 9] = [
    (Kind::Rsa, "ssh-rsa", "ssh-rsa-cert-v01@openssh.com", "RSA"),
    (Kind::Dsa, "ssh-dss", "ssh-dss-cert-v01@openssh.com", "DSA"),
    (Kind::Ecdsa(Curve::Nistp256), "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp256-cert-v01@openssh.com", "ECDSA"),
    (Kind::Ecdsa(Curve::Nistp384), "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp384-cert-v01@openssh.com", "ECDSA"),
    (Kind::Ecdsa(Curve::Nistp521), "ecdsa-sha2-nistp521", "ecdsa-sha2-nistp521-cert-v01@openssh.com", "ECDSA"),
    (Kind::Ed25519, "ssh-ed25519", "ssh-ed25519-cert-v01@openssh.com", "ED25519"),
    (Kind::SkEcdsa, "sk-ecdsa-sha2-nistp256@openssh.com", "sk-ecdsa-sha2-nistp256-cert-v01@openssh.com", "ECDSA-SK"),
    (Kind::SkEd25519, "sk-ssh-ed25519@openssh.com", "sk-ssh-ed25519-cert-v01@openssh.com", "ED25519-SK"),
    (Kind::MlDsa44Ed25519, "ssh-mldsa44-ed25519", "ssh-mldsa44-ed25519-cert", "MLDSA44-ED25519"),
];

/// Former names: the kind, the name of the plain key, the name of the certificate. OpenSSH 10.5 knows these only, and 10.6
/// no longer does.
static FORMER_NAMES: [(Kind, &str, &str); 1] =
    [(Kind::MlDsa44Ed25519, "ssh-mldsa44-ed25519@openssh.com", "ssh-mldsa44-ed25519-cert-v01@openssh.com")];

impl Kind {
    /// Returns the kind of a type name, and whether it names a certificate.
    #[must_use]
    pub fn of_name(name: &[u8]) -> (Self, bool) {
        Self::named(name).map_or((Self::Unknown, false), |(kind, certificate, _)| (kind, certificate))
    }

    /// Returns the plain key's type name for a type name, which may be that of a certificate; empty if unknown.
    #[must_use]
    pub fn plain_name(name: &[u8]) -> &'static str {
        Self::named(name).map_or("", |(_, _, plain)| plain)
    }

    /// Returns the kind of a type name, whether it names a certificate, and the name of the plain key.
    fn named(name: &[u8]) -> Option<(Self, bool, &'static str)> {
        let names = NAMES.iter().map(|(kind, plain, certificate, _)| (*kind, *plain, *certificate));
        names.chain(FORMER_NAMES).find_map(|(kind, plain, certificate)| {
            let is_certificate = name == certificate.as_bytes();
            (is_certificate || name == plain.as_bytes()).then_some((kind, is_certificate, plain))
        })
    }

    /// Whether only OpenSSH 10.5 knows this type name.
    #[must_use]
    pub fn is_former_name(name: &[u8]) -> bool {
        FORMER_NAMES.iter().any(|(_, plain, certificate)| name == plain.as_bytes() || name == certificate.as_bytes())
    }

    /// Iterates over the kinds with that label of ssh-keygen, such as `ECDSA` for all three curves.
    pub fn of_label(label: &str) -> impl Iterator<Item = Self> {
        NAMES.iter().filter(move |(.., word)| *word == label).map(|(kind, ..)| *kind)
    }

    /// Returns the type name of the plain key, such as `ssh-ed25519`; empty if unknown.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.row().map_or("", |row| row.1)
    }

    /// Returns ssh-keygen's label, such as `ED25519`; empty if unknown.
    #[must_use]
    pub fn label(self) -> &'static str {
        self.row().map_or("", |row| row.3)
    }

    /// Returns its row, without a search, since lists ask for it a million times.
    fn row(self) -> Option<&'static (Self, &'static str, &'static str, &'static str)> {
        NAMES.get(match self {
            Self::Rsa => 0,
            Self::Dsa => 1,
            Self::Ecdsa(Curve::Nistp256) => 2,
            Self::Ecdsa(Curve::Nistp384) => 3,
            Self::Ecdsa(Curve::Nistp521) => 4,
            Self::Ed25519 => 5,
            Self::SkEcdsa => 6,
            Self::SkEd25519 => 7,
            Self::MlDsa44Ed25519 => 8,
            Self::Unknown => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_that_of_its_kind() {
        for row in &NAMES {
            assert_eq!(row.0.row(), Some(row));
        }
        assert_eq!(Kind::Unknown.row(), None);
    }
}
