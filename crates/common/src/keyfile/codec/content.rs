//! Recognises the format of a block or a binary file by its structure: a block's label is sometimes that of another format.
//!
//! To add a format: a row in [`FORMATS`].

use super::{dropbear, dsa, oid, openssh, pkcs1, pkcs8, rfc4716, sec1, spki, sshcom, x509};
use crate::keyfile::asn1::Sequence;
use crate::keyfile::{DecodedBlock, Refusal, pem};

/// A format of the bytes between BEGIN and END, or of a binary file.
struct Format {
    /// The labels of its blocks.
    labels: &'static [&'static str],
    /// Whether contents have its structure.
    is: fn(&Contents<'_>) -> bool,
    /// Decodes it, or returns why it is not a key.
    read: fn(&pem::Block<'_>) -> Result<DecodedBlock, Refusal>,
}

/// The properties by which formats are recognised.
struct Contents<'a> {
    bytes: &'a [u8],
    /// None if they are not one whole DER sequence.
    sequence: Option<Sequence<'a>>,
}

impl Contents<'_> {
    /// Returns the types of a sequence's values.
    fn shape(&self) -> &str {
        self.sequence.as_ref().map_or("", |sequence| &sequence.shape)
    }
}

/// No two of them have the same structure.
static FORMATS: [Format; 15] = [
    Format { labels: &["OPENSSH PRIVATE KEY"], is: |is| openssh::is(is.bytes), read: openssh::read },
    Format {
        labels: &["SSH2 ENCRYPTED PRIVATE KEY", "SSH2 PRIVATE KEY"],
        is: |is| sshcom::is(is.bytes),
        read: sshcom::read,
    },
    Format { labels: &[], is: |is| dropbear::is(is.bytes), read: |_| Err(dropbear::named()) },
    Format { labels: &["SSH2 PUBLIC KEY"], is: |is| rfc4716::is(is.bytes), read: rfc4716::read },
    Format {
        labels: &["RSA PRIVATE KEY"],
        is: |is| matches!(is.shape(), "IIIIIIIII" | "IIIIIIIIIS"),
        read: pkcs1::read_private,
    },
    Format {
        labels: &["RSA PUBLIC KEY"],
        is: |is| is.sequence.as_ref().is_some_and(pkcs1::is_public),
        read: pkcs1::read_public,
    },
    Format {
        labels: &["EC PRIVATE KEY"],
        is: |is| matches!(is.shape(), "IO" | "IO0" | "IO1" | "IO01"),
        read: sec1::read,
    },
    Format { labels: &["DSA PRIVATE KEY"], is: |is| is.shape() == "IIIIII", read: dsa::read },
    Format {
        labels: &["PRIVATE KEY"],
        is: |is| matches!(is.shape(), "ISO" | "ISO0" | "ISO1" | "ISO01"),
        read: pkcs8::read,
    },
    Format { labels: &["ENCRYPTED PRIVATE KEY"], is: |is| is.shape() == "SO", read: pkcs8::read_encrypted },
    Format { labels: &["PUBLIC KEY"], is: |is| is.shape() == "SB", read: spki::read },
    Format {
        labels: &["CERTIFICATE", "X509 CERTIFICATE"],
        is: |is| is.sequence.as_ref().is_some_and(x509::is_certificate),
        read: x509::read,
    },
    Format {
        labels: &["CERTIFICATE REQUEST", "NEW CERTIFICATE REQUEST"],
        is: |is| is.sequence.as_ref().is_some_and(x509::is_request),
        read: |_| Err(x509::request()),
    },
    Format {
        labels: &["PKCS7", "CMS"],
        is: |is| is.shape() == "N0" || is.bytes.starts_with(&[0x30, 0x80, 0x06, 0x09]),
        read: |_| Err(x509::pkcs7()),
    },
    Format {
        labels: &["PKCS12"],
        is: |is| {
            is.bytes.starts_with(&[0x30, 0x80, 2, 1, 3, 0x30])
                || is.sequence.as_ref().is_some_and(|sequence| x509::is_pkcs12(sequence))
        },
        read: |block| Err(x509::pkcs12(block)),
    },
];

/// Whether bytes are what a label promises.
type IsContents = fn(&[u8]) -> bool;

/// Blocks that belong to a key but hold none; OpenSSL writes them before a private key.
static PARAMETERS: [(&str, IsContents); 2] = [("EC PARAMETERS", oid::is_curve), ("DSA PARAMETERS", dsa::is_domain)];

/// Labels of blocks that are never keys, so their contents need not be decoded, and their descriptions.
static NAMED: [(&str, &str, &str); 8] = [
    (
        "PGP PUBLIC KEY BLOCK",
        "an OpenPGP public key, not an SSH key",
        "`gpg --export-ssh-key KEY-ID` prints the SSH public key of its authentication subkey",
    ),
    (
        "PGP PRIVATE KEY BLOCK",
        "an OpenPGP private key, not an SSH key",
        "`gpg --import` imports it, and `gpg --export-ssh-key KEY-ID` prints the SSH public key of its authentication subkey",
    ),
    ("PGP MESSAGE", "an OpenPGP message, not a key", "`gpg --decrypt FILE` prints its contents"),
    (
        "AGE ENCRYPTED FILE",
        "a file encrypted with age, not a key",
        "`age --decrypt FILE` prints its contents; for a SOPS file, `sops decrypt FILE` does",
    ),
    ("SSH SIGNATURE", "a signature, not a key", "give the file of the key that made it"),
    ("PGP SIGNATURE", "an OpenPGP signature, not a key", "give the file of an SSH key"),
    (
        "TRUSTED CERTIFICATE",
        "a certificate in OpenSSL's own format",
        "`openssl x509 -in FILE` converts it to a supported format",
    ),
    ("X509 CRL", "a certificate revocation list (CRL), not a key", "give the file of a key or of a certificate"),
];

/// The refusal of a block whose label names something other than a key.
pub(in super::super) fn named(label: &str) -> Option<Refusal> {
    let (_, why, hint) = NAMED.iter().find(|(name, ..)| *name == label)?;
    Some(Refusal::new(*why).hint(*hint))
}

/// The same, also for the label of a format that holds no key.
pub(in super::super) fn foreign(label: &str) -> Option<Refusal> {
    let is_request = matches!(label, "CERTIFICATE REQUEST" | "NEW CERTIFICATE REQUEST");
    named(label).or_else(|| is_request.then(x509::request))
}

fn of(bytes: &[u8]) -> Option<&'static Format> {
    let contents = Contents { bytes, sequence: Sequence::parse(bytes) };
    FORMATS.iter().find(|format| (format.is)(&contents))
}

/// Whether bytes have the structure of a format.
pub(in super::super) fn is_known(bytes: &[u8]) -> bool {
    of(bytes).is_some()
}

/// Whether bytes have the structure of a public key's format in DER.
pub(in super::super) fn is_public_der(bytes: &[u8]) -> bool {
    bytes.first() == Some(&0x30) && is_known(bytes) && !is_private(bytes)
}

/// Whether bytes have the structure of a private key's format.
pub(in super::super) fn is_private(bytes: &[u8]) -> bool {
    of(bytes).is_some_and(|format| format.labels.iter().any(|label| label.ends_with("PRIVATE KEY")))
}

/// Whether a label is unknown, or names another format than that of the contents.
pub(in super::super) fn is_false(label: &str, bytes: &[u8]) -> bool {
    of(bytes).is_some_and(|format| !format.labels.contains(&label))
}

/// Whether a label belongs to any format.
pub(in super::super) fn is_label(label: &str) -> bool {
    FORMATS.iter().any(|format| format.labels.contains(&label))
}

/// Decodes contents by their structure; if that is unknown, by the label, so that the error tells what is missing. `None`
/// if the label is unknown, too.
pub(in super::super) fn read(label: Option<&str>, block: &pem::Block<'_>) -> Option<Result<DecodedBlock, Refusal>> {
    let by_label = || FORMATS.iter().find(|format| label.is_some_and(|label| format.labels.contains(&label)));
    of(&block.contents).or_else(by_label).map(|format| (format.read)(block))
}

/// Whether a block belongs to a key but holds none.
pub(in super::super) fn is_parameters(label: &str, block: &pem::Block<'_>) -> bool {
    PARAMETERS.iter().any(|(name, is)| *name == label && is(&block.contents))
}
