//! Parses public keys: the blob of RFC 4253 section 6.6 and its properties.

use std::borrow::Cow;
use std::fmt;

use super::wire::{self, Reader};
use super::{Curve, Fingerprint, Hash, Kind};
use crate::escape;

/// A public key or certificate: a blob whose shape has been checked.
///
/// It promises no strength: whether a point lies on its curve, or a modulus is the product of two primes, is left to
/// keycheck.
#[derive(Clone, Debug)]
pub struct PublicKey<'a> {
    blob: Cow<'a, [u8]>,
    kind: Kind,
    certificate: bool,
    bits: Option<u32>,
    /// The blob of the plain key, where it differs from `blob`: the key within a certificate, or integers written with more
    /// leading zeros than RFC 4251 allows.
    canonical: Option<Vec<u8>>,
}

/// The length of an ML-DSA-44 public key in bytes, FIPS 204 table 2.
const MLDSA44: usize = 1312;

/// The length of an Ed25519 public key in bytes, RFC 8032 section 5.1.5.
const ED25519: usize = 32;

/// The start of the blob of an Ed25519 key, RFC 8709 section 4: the rest is the public key.
const ED25519_START: &[u8] = b"\0\0\0\x0bssh-ed25519\0\0\0\x20";

/// The reason why a blob is not a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// It ends early, or an integer in it is negative.
    Shape,
    /// The key is followed by more bytes.
    Trailing,
    /// The curve in it is not that of its type.
    Curve,
    /// Its two keys, ML-DSA-44's and Ed25519's, are together not 1344 bytes long.
    Halves,
    /// Its point is not uncompressed, as RFC 5656 requires, or does not have the curve's length.
    Point,
    /// It does not begin with a type name.
    Name,
    /// It is a certificate of an unknown key type, so its key cannot be located.
    Certificate,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Shape => "the key data ends early or is damaged",
            Self::Trailing => "there is more data after the end of the key",
            Self::Curve => "the curve named in the key data does not match the key type",
            Self::Point => "the point in the key data has the wrong length or form",
            Self::Halves => "the key data of ML-DSA-44 and Ed25519 has the wrong length",
            Self::Name => "the key data does not begin with a key type",
            Self::Certificate => "a certificate of an unknown key type",
        })
    }
}

impl From<wire::Bad> for Malformed {
    fn from(_: wire::Bad) -> Self {
        Self::Shape
    }
}

impl<'a> PublicKey<'a> {
    /// Parses a blob.
    ///
    /// # Errors
    /// It does not have the shape that its type requires. An unknown type may have any shape.
    #[inline]
    pub fn from_blob(blob: impl Into<Cow<'a, [u8]>>) -> Result<Self, Malformed> {
        let blob = blob.into();
        // Lists consist of them, and parsing takes a tenth of the time of a list.
        if blob.len() == ED25519_START.len() + ED25519 && blob.starts_with(ED25519_START) {
            return Ok(Self { blob, kind: Kind::Ed25519, certificate: false, bits: Some(256), canonical: None });
        }
        Self::parse(blob)
    }

    /// Parses a blob of any type.
    fn parse(blob: Cow<'a, [u8]>) -> Result<Self, Malformed> {
        let mut reader = Reader::new(&blob);
        let name = reader.string().map_err(|_| Malformed::Name)?;
        let (kind, certificate) = Kind::of_name(name);
        if kind == Kind::Unknown {
            if !is_type_name(name) {
                return Err(Malformed::Name);
            }
            // Its fingerprint is that of the certified key, whose position is unknown.
            if is_certificate_name(name) {
                return Err(Malformed::Certificate);
            }
            return Ok(Self { blob, kind, certificate, bits: None, canonical: None });
        }
        if certificate {
            reader.string()?; // the nonce
        }
        let own = reader;
        let mut right = !certificate;
        let bits = fields(kind, &mut reader, |field| right &= field.is_canonical())?;
        if certificate {
            certification(&mut reader)?;
        }
        if !reader.is_empty() {
            return Err(Malformed::Trailing);
        }
        let canonical = if right { None } else { Some(plain(kind, Kind::plain_name(name), own)?) };
        Ok(Self { kind, certificate, bits: Some(bits), canonical, blob })
    }

    /// Parses the key at the start of a blob that may go on after it.
    ///
    /// # Errors
    /// It does not begin with a key of a known type.
    pub fn from_start_of(blob: &'a [u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(blob);
        let (kind, certificate) = Kind::of_name(reader.string().map_err(|_| Malformed::Name)?);
        if certificate {
            reader.string()?; // the nonce
        }
        fields(kind, &mut reader, |_| {})?;
        if certificate {
            certification(&mut reader)?;
        }
        Self::from_blob(blob.get(..blob.len() - reader.rest().len()).unwrap_or_default())
    }

    /// Encodes an RSA key from its big-endian integers.
    ///
    /// # Errors
    /// None for integers of realistic size.
    pub fn rsa(e: &[u8], n: &[u8]) -> Result<PublicKey<'static>, Malformed> {
        build(Kind::Rsa, |blob| {
            wire::put_unsigned(blob, e);
            wire::put_unsigned(blob, n);
        })
    }

    /// Encodes a DSA key from its big-endian integers: the primes p and q, the generator g, and y.
    ///
    /// # Errors
    /// None for integers of realistic size.
    pub fn dsa(numbers: [&[u8]; 4]) -> Result<PublicKey<'static>, Malformed> {
        build(Kind::Dsa, |blob| {
            for number in numbers {
                wire::put_unsigned(blob, number);
            }
        })
    }

    /// Encodes an Ed25519 key.
    ///
    /// # Errors
    /// The point is not 32 bytes long.
    pub fn ed25519(point: &[u8]) -> Result<PublicKey<'static>, Malformed> {
        build(Kind::Ed25519, |blob| wire::put_string(blob, point))
    }

    /// Encodes a key of ML-DSA-44 and Ed25519 under one of the names of this type, from the 1312 bytes of the one (FIPS
    /// 204) and the 32 of the other.
    ///
    /// # Errors
    /// The name belongs to another type, or the length is wrong.
    pub fn mldsa44_ed25519(name: &str, halves: &[u8]) -> Result<PublicKey<'static>, Malformed> {
        let mut blob = Vec::with_capacity(halves.len() + 64);
        wire::put_string(&mut blob, name.as_bytes());
        wire::put_string(&mut blob, halves);
        let is_of_type = Kind::of_name(name.as_bytes()) == (Kind::MlDsa44Ed25519, false);
        if is_of_type { PublicKey::from_blob(blob) } else { Err(Malformed::Name) }
    }

    /// Returns the ML-DSA-44 key (1312 bytes, FIPS 204) and the Ed25519 key (32 bytes) of a composite key; `None` for other
    /// kinds.
    #[must_use]
    pub fn mldsa44_and_ed25519(&self) -> Option<(&[u8; MLDSA44], &[u8; ED25519])> {
        if self.kind != Kind::MlDsa44Ed25519 {
            return None;
        }
        let mut reader = Reader::new(self.plain_blob());
        reader.string().ok()?; // the type
        let (mldsa44, ed25519) = reader.string().ok()?.split_first_chunk()?;
        Some((mldsa44, ed25519.try_into().ok()?))
    }

    /// Encodes an ECDSA key with an uncompressed point.
    ///
    /// # Errors
    /// The point does not have the curve's length or is not uncompressed.
    pub fn ecdsa(curve: Curve, point: &[u8]) -> Result<PublicKey<'static>, Malformed> {
        build(Kind::Ecdsa(curve), |blob| {
            wire::put_string(blob, curve.name().as_bytes());
            wire::put_string(blob, point);
        })
    }

    /// Returns the kind of key, for a certificate that of the certified key.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether this is an OpenSSH certificate (OpenSSH's PROTOCOL.certkeys).
    #[must_use]
    pub const fn is_certificate(&self) -> bool {
        self.certificate
    }

    /// Returns the size in bits that ssh-keygen prints: of the modulus (RSA, DSA) or of the curve, and 512 for ML-DSA-44
    /// with Ed25519; `None` if the type is unknown.
    #[must_use]
    pub const fn bits(&self) -> Option<u32> {
        self.bits
    }

    /// Returns the blob as it was given.
    #[must_use]
    pub fn blob(&self) -> &[u8] {
        &self.blob
    }

    /// Returns the blob of the plain key with canonical integers, from which the fingerprint is computed.
    #[must_use]
    pub fn plain_blob(&self) -> &[u8] {
        self.canonical.as_deref().unwrap_or(&self.blob)
    }

    /// Returns the blob of the authority's key that signed a certificate; none for a plain key.
    #[must_use]
    pub fn authority_blob(&self) -> Option<&[u8]> {
        if !self.certificate {
            return None;
        }
        let mut reader = Reader::new(&self.blob);
        for _ in 0..2 {
            reader.string().ok()?; // the type, the nonce
        }
        fields(self.kind, &mut reader, |_| {}).ok()?;
        certification(&mut reader).ok()
    }

    /// Returns the type name that begins the blob, such as `ssh-ed25519`.
    #[must_use]
    pub fn type_name(&self) -> &str {
        let name = Reader::new(&self.blob).string().unwrap_or_default();
        std::str::from_utf8(name).unwrap_or_default()
    }

    /// Returns ssh-keygen's label for the type, such as `ED25519` or `RSA-CERT`; for an unknown type its name.
    #[must_use]
    pub fn label(&self) -> Cow<'_, str> {
        match (self.kind, self.certificate) {
            (Kind::Unknown, _) => escape::text(self.type_name().as_bytes()).into(),
            (kind, false) => kind.label().into(),
            (kind, true) => format!("{}-CERT", kind.label()).into(),
        }
    }

    /// Returns the fingerprint that OpenSSH prints: that of the plain key, also for a certificate, with canonical integers.
    #[must_use]
    pub fn fingerprint(&self, hash: Hash) -> Fingerprint {
        Fingerprint::of_blob(hash, self.plain_blob())
    }

    /// Returns the plain key, with canonical integers.
    #[must_use]
    pub fn into_plain(self) -> Self {
        match self.canonical {
            Some(blob) => Self { blob: blob.into(), certificate: false, canonical: None, ..self },
            None => self,
        }
    }

    /// Returns the same key with a blob of its own.
    #[must_use]
    pub fn into_owned(self) -> PublicKey<'static> {
        PublicKey { blob: Cow::Owned(self.blob.into_owned()), ..self }
    }
}

fn build(kind: Kind, fields: impl FnOnce(&mut Vec<u8>)) -> Result<PublicKey<'static>, Malformed> {
    let mut blob = Vec::new();
    wire::put_string(&mut blob, kind.name().as_bytes());
    fields(&mut blob);
    PublicKey::from_blob(blob)
}

/// Whether this is a possible name of a key type: RFC 4251 section 6 allows 64 printable US-ASCII characters without commas
/// and spaces.
pub(crate) fn is_type_name(name: &[u8]) -> bool {
    (1..=64).contains(&name.len()) && name.iter().all(|byte| byte.is_ascii_graphic() && *byte != b',')
}

/// Whether a type's name is that of a certificate: `X-cert-v01@openssh.com` (OpenSSH's PROTOCOL.certkeys), or `X-cert`,
/// as OpenSSH 10.6 names its newest.
fn is_certificate_name(name: &[u8]) -> bool {
    let plain = name.split(|byte| *byte == b'@').next().unwrap_or_default();
    let version = plain.iter().rposition(|byte| !byte.is_ascii_digit()).map_or(0, |last| last + 1);
    let unversioned = plain.get(..version).and_then(|start| start.strip_suffix(b"-v")).unwrap_or(plain);
    unversioned.ends_with(b"-cert")
}

/// A field of a public key.
enum Field<'a> {
    /// A `string`.
    String(&'a [u8]),
    /// An `mpint` that is not negative, as it is written.
    Number(&'a [u8]),
}

impl Field<'_> {
    fn is_canonical(&self) -> bool {
        match self {
            Self::String(_) => true,
            Self::Number(number) => wire::is_canonical(number),
        }
    }

    fn put(&self, to: &mut Vec<u8>) {
        match self {
            Self::String(string) => wire::put_string(to, string),
            Self::Number(number) => wire::put_unsigned(to, number),
        }
    }
}

/// Returns the blob of the plain key with canonical fields.
fn plain(kind: Kind, name: &str, mut from: Reader<'_>) -> Result<Vec<u8>, Malformed> {
    let mut blob = Vec::with_capacity(from.rest().len() + 64);
    wire::put_string(&mut blob, name.as_bytes());
    fields(kind, &mut from, |field| field.put(&mut blob))?;
    Ok(blob)
}

/// Passes the fields of a public key to `show`, and returns its size in bits.
fn fields<'a>(kind: Kind, from: &mut Reader<'a>, mut show: impl FnMut(Field<'a>)) -> Result<u32, Malformed> {
    let mut number = |from: &mut Reader<'a>| {
        let number = from.written_unsigned()?;
        show(Field::Number(number));
        u32::try_from(wire::bits(number)).map_err(|_| Malformed::Shape)
    };
    match kind {
        Kind::Rsa => {
            number(from)?; // e
            number(from)
        }
        Kind::Dsa => {
            let bits = number(from)?;
            for _ in 0..3 {
                number(from)?; // q, g, y
            }
            Ok(bits)
        }
        Kind::Ecdsa(curve) => point(curve, from, &mut show),
        Kind::SkEcdsa => {
            let bits = point(Curve::Nistp256, from, &mut show)?;
            show(Field::String(from.string()?)); // the application
            Ok(bits)
        }
        Kind::Ed25519 => edwards(from, &mut show),
        Kind::SkEd25519 => {
            let bits = edwards(from, &mut show)?;
            show(Field::String(from.string()?)); // the application
            Ok(bits)
        }
        Kind::MlDsa44Ed25519 => {
            let halves = from.string()?;
            if halves.len() != MLDSA44 + ED25519 {
                return Err(Malformed::Halves);
            }
            show(Field::String(halves));
            Ok(512)
        }
        Kind::Unknown => Ok(0),
    }
}

fn point<'a>(curve: Curve, from: &mut Reader<'a>, show: &mut impl FnMut(Field<'a>)) -> Result<u32, Malformed> {
    let name = from.string()?;
    if name != curve.name().as_bytes() {
        return Err(Malformed::Curve);
    }
    let point = from.string()?;
    if point.len() != curve.point_length() || point.first() != Some(&4) {
        return Err(Malformed::Point);
    }
    show(Field::String(name));
    show(Field::String(point));
    Ok(curve.bits())
}

fn edwards<'a>(from: &mut Reader<'a>, show: &mut impl FnMut(Field<'a>)) -> Result<u32, Malformed> {
    let point = from.string()?;
    if point.len() != ED25519 {
        return Err(Malformed::Point);
    }
    show(Field::String(point));
    Ok(256)
}

/// Reads the other fields of a certificate: serial, type, key id, principals, validity, critical options, extensions, a
/// reserved field, the authority's key, which is returned, and the signature.
fn certification<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], Malformed> {
    reader.bytes(8 + 4)?;
    reader.string()?;
    reader.string()?;
    reader.bytes(8 + 8)?;
    for _ in 0..3 {
        reader.string()?;
    }
    let authority = reader.string()?;
    reader.string()?;
    Ok(authority)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blob(parts: &[&[u8]]) -> Vec<u8> {
        let mut blob = Vec::new();
        for part in parts {
            wire::put_string(&mut blob, part);
        }
        blob
    }

    #[test]
    fn over_padded_integers_have_the_fingerprint_of_the_canonical_key() {
        let padded = PublicKey::from_blob(blob(&[b"ssh-rsa", b"\0\0\x03", b"\0\0\0\xc5"])).unwrap();
        let right = PublicKey::rsa(b"\x03", b"\xc5").unwrap();
        assert_ne!(padded.blob(), right.blob());
        assert_eq!(padded.fingerprint(Hash::Sha256), right.fingerprint(Hash::Sha256));
        assert_eq!((padded.bits(), right.bits()), (Some(8), Some(8)));
    }

    #[test]
    fn an_ed25519_key_is_the_same_when_it_is_parsed() {
        let whole = blob(&[b"ssh-ed25519", &[7; ED25519]]);
        let read =
            |blob: &[u8]| [PublicKey::from_blob(blob), PublicKey::parse(blob.into())].map(|key| format!("{key:?}"));
        let (mut changed, mut keys) = (vec![whole.clone(), whole[..50].to_vec(), [&whole[..], b"x"].concat()], 0);
        for (at, byte) in (0..whole.len()).flat_map(|at| [0, 1, 10, 31, 32, 33, b's', 255].map(|byte| (at, byte))) {
            let mut other = whole.clone();
            other[at] = byte;
            changed.push(other);
        }
        for blob in changed {
            let [key, parsed] = read(&blob);
            assert_eq!(key, parsed);
            keys += usize::from(key.starts_with("Ok(PublicKey { ") && key.contains("kind: Ed25519"));
        }
        assert!(keys > 200, "{keys}");
    }

    #[test]
    fn an_unknown_type_keeps_its_name_and_has_no_size() {
        let key = PublicKey::from_blob(blob(&[b"ssh-ed448-next@example.com", b"x"])).unwrap();
        assert_eq!((key.kind(), key.bits()), (Kind::Unknown, None));
        assert_eq!(key.label(), "ssh-ed448-next@example.com");
    }

    #[test]
    fn a_certificate_of_an_unknown_type_is_not_a_key_of_an_unknown_type() {
        for (name, certificate) in [
            ("ssh-ed448-next-cert-v01@example.com", true),
            ("ssh-ed448-next-cert", true),
            ("x-cert-v2@example.com", true),
            ("x-certificate@example.com", false),
            ("x-v01@example-cert", false),
        ] {
            let read = PublicKey::from_blob(blob(&[name.as_bytes(), b"nonce", b"x"]));
            assert_eq!(read.err(), certificate.then_some(Malformed::Certificate), "{name}");
        }
    }

    #[test]
    fn a_key_of_ml_dsa_and_ed25519_has_one_size_and_keeps_its_name() {
        let halves = [&[1; MLDSA44][..], &[2; ED25519]].concat();
        for (name, certificate) in [
            ("ssh-mldsa44-ed25519", "ssh-mldsa44-ed25519-cert"),
            ("ssh-mldsa44-ed25519@openssh.com", "ssh-mldsa44-ed25519-cert-v01@openssh.com"),
        ] {
            let key = PublicKey::mldsa44_ed25519(name, &halves).unwrap();
            assert_eq!((key.kind(), key.bits(), key.type_name()), (Kind::MlDsa44Ed25519, Some(512), name));
            assert_eq!(key.blob(), blob(&[name.as_bytes(), &halves]));
            assert_eq!(key.mldsa44_and_ed25519(), Some((&[1; MLDSA44], &[2; ED25519])));
            // Nonce, key, serial and type, id, principals, validity, options, extensions, reserved, authority, signature.
            let mut certified = blob(&[certificate.as_bytes(), b"nonce", &halves]);
            certified.extend([[0; 12].to_vec(), blob(&[b"id", b""]), [0; 16].to_vec()].concat());
            certified.extend(blob(&[b"", b"", b"", b"authority", b"signature"]));
            let certified = PublicKey::from_blob(certified).unwrap();
            assert_eq!((certified.is_certificate(), certified.plain_blob()), (true, key.blob()));
            assert_eq!(certified.label(), "MLDSA44-ED25519-CERT");
        }
        for (name, halves, why) in [
            ("ssh-mldsa44-ed25519", &halves[1..], Malformed::Halves),
            ("ssh-mldsa44-ed25519", &[], Malformed::Halves),
            ("ssh-mldsa44-ed25519-cert", &halves, Malformed::Name),
            ("ssh-ed25519", &halves[..32], Malformed::Name),
        ] {
            assert_eq!(PublicKey::mldsa44_ed25519(name, halves).unwrap_err(), why, "{name}");
        }
    }

    #[test]
    fn wrong_shapes_are_distinguished() {
        let wrong = |parts: &[&[u8]]| PublicKey::from_blob(blob(parts)).unwrap_err();
        assert_eq!(wrong(&[b"ssh-ed25519", &[0; 31]]), Malformed::Point);
        assert_eq!(wrong(&[b"ssh-ed25519", &[0; 32], b""]), Malformed::Trailing);
        let longer = blob(&[b"ssh-ed25519", &[0; 32], b"x"]);
        assert_eq!(PublicKey::from_start_of(&longer).unwrap().blob(), blob(&[b"ssh-ed25519", &[0; 32]]));
        assert_eq!(wrong(&[b"ssh-rsa", b"\x03"]), Malformed::Shape);
        assert_eq!(wrong(&[b"ssh-rsa", b"\x83", b"\x05"]), Malformed::Shape);
        assert_eq!(wrong(&[b"ecdsa-sha2-nistp256", b"nistp384", &[4; 97]]), Malformed::Curve);
        assert_eq!(wrong(&[b"ecdsa-sha2-nistp256", b"nistp256", b"\0"]), Malformed::Point);
        assert_eq!(wrong(&[b"not a name"]), Malformed::Name);
        assert_eq!(PublicKey::from_blob(Vec::new()).unwrap_err(), Malformed::Name);
    }
}
