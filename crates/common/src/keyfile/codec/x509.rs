//! Reads the key of X.509 certificates, RFC 5280 section 4.1; nothing in them is verified. Recognises other containers of
//! keys and certificates, which are named in a refusal.

use spki::der::Encode as _;
use spki::der::asn1::AnyRef;

use super::spki as key_info;
use crate::keyfile::asn1::{Sequence, unsigned};
use crate::keyfile::{DecodedBlock, Form, Refusal, pem};

/// Whether this is a certificate: the certified data, an algorithm and a signature.
pub(super) fn is_certificate(sequence: &Sequence<'_>) -> bool {
    public_key(sequence).is_some()
}

/// Returns the SubjectPublicKeyInfo of a certificate. The version, which version 1 omits, the serial number, the algorithm,
/// the issuer, the validity and the subject precede it.
fn public_key<'a>(sequence: &Sequence<'a>) -> Option<AnyRef<'a>> {
    let certified = certified(sequence)?;
    let at = if certified.shape.starts_with("0ISSSSS") {
        6
    } else if certified.shape.starts_with("ISSSSS") {
        5
    } else {
        return None;
    };
    certified.get(at)
}

/// Returns the signed part of a certificate or of a request.
fn certified<'a>(sequence: &Sequence<'a>) -> Option<Sequence<'a>> {
    if sequence.shape == "SSB" { Sequence::of(sequence.get(0)?) } else { None }
}

/// Whether this is a certificate request, RFC 2986: a version, a name and a key are signed.
pub(super) fn is_request(sequence: &Sequence<'_>) -> bool {
    certified(sequence).is_some_and(|certified| matches!(certified.shape.as_str(), "ISS" | "ISS0"))
}

/// Whether this is a PKCS#12 file, RFC 7292: its version is 3.
pub(super) fn is_pkcs12(sequence: &Sequence<'_>) -> bool {
    let version = sequence.get(0).and_then(unsigned);
    matches!(sequence.shape.as_str(), "IS" | "ISS") && version == Some(&[3])
}

pub(in super::super) fn read(block: &pem::Block<'_>) -> Result<DecodedBlock, Refusal> {
    let damaged = || Refusal::new("the certificate is damaged");
    let sequence = Sequence::parse(&block.contents).ok_or_else(damaged)?;
    let info = public_key(&sequence).and_then(|info| info.to_der().ok()).ok_or_else(damaged)?;
    Ok(DecodedBlock::public(Form::X509, key_info::decode(&info)?))
}

pub(super) fn request() -> Refusal {
    Refusal::new("a certificate request (CSR), not a key")
        .hint("`openssl req -in FILE -noout -pubkey` prints its public key; add `-inform DER` for a binary file")
}

pub(super) fn pkcs7() -> Refusal {
    Refusal::new("a PKCS#7 file of certificates or of encrypted data, not a key")
        .hint("`openssl pkcs7 -in FILE -print_certs` prints its certificates; add `-inform DER` for a binary file")
}

pub(super) fn pkcs12(block: &pem::Block<'_>) -> Refusal {
    let legacy = legacy_option(&block.contents);
    Refusal::new("a PKCS#12 file (.pfx, .p12), which contains a key and certificates, protected by a passphrase")
        .hint(format!("`openssl pkcs12 {legacy}-in FILE -nocerts -out KEY` extracts the private key"))
}

/// Returns the option that OpenSSL 3 needs for a PKCS#12 file, or the beginning of one, that is encrypted with RC2 or RC4.
pub(in super::super) fn legacy_option(contents: &[u8]) -> &'static str {
    /// pkcs-12PbeIds, RFC 7292 appendix C; Triple DES has the numbers 3 and 4.
    const PBE: &[u8] = &[0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x0c, 0x01];
    let is_legacy = |at: usize| matches!(contents.get(at + PBE.len()), Some(1 | 2 | 5 | 6));
    if memchr::memmem::find_iter(contents, PBE).any(is_legacy) { "-legacy " } else { "" }
}
