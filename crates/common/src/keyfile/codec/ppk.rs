//! Decodes and encodes PuTTY's format of private keys, versions 2 and 3: appendix C of the PuTTY manual. Its public half is
//! never encrypted.

use argon2::Algorithm;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::parts::{Randomness, cannot_encode, random};
use crate::error::Error;
use crate::key::hex;
use crate::key::wire::{self, Bad, Reader};
use crate::key::{Kind, PublicKey};
use crate::keyfile::encryption::ppk::{Argon, CIPHER, Envelope, NO_CIPHER};
use crate::keyfile::encryption::{DecryptError, Derivation, Protection};
use crate::keyfile::key_material::{KeyMaterial, RsaComponents, bytes};
use crate::keyfile::{DecodedBlock, Form, PrivateKey, Quirk, Refusal, pem};
use crate::secret::{Secret, append};

pub use crate::keyfile::form::PpkVersion as Version;

/// The prefix of the first line.
const BEGIN: &str = "PuTTY-User-Key-File-";

// The names of the lines.
const ENCRYPTION: &str = "Encryption";
const COMMENT: &str = "Comment";
const PUBLIC: &str = "Public-Lines";
const DERIVATION: &str = "Key-Derivation";
const MEMORY: &str = "Argon2-Memory";
const PASSES: &str = "Argon2-Passes";
const LANES: &str = "Argon2-Parallelism";
const SALT: &str = "Argon2-Salt";
const PRIVATE: &str = "Private-Lines";
const MAC: &str = "Private-MAC";

/// The key derivations of version 3.
const ALGORITHMS: [(&str, Algorithm); 3] =
    [("Argon2id", Algorithm::Argon2id), ("Argon2i", Algorithm::Argon2i), ("Argon2d", Algorithm::Argon2d)];

/// Whether this line begins such a file.
pub(in super::super) fn is_begin(line: &[u8]) -> bool {
    line.starts_with(BEGIN.as_bytes())
}

/// Whether this line ends such a file, which may be indented.
pub(in super::super) fn is_end(line: &[u8]) -> bool {
    line.trim_ascii_start().strip_prefix(MAC.as_bytes()).is_some_and(|value| value.starts_with(b":"))
}

/// Whether this line precedes the lines of the public half.
pub(in super::super) fn is_public_lines(line: &[u8]) -> bool {
    line.strip_prefix(PUBLIC.as_bytes()).is_some_and(|value| value.starts_with(b":"))
}

/// A file of this format, split into its parts; none is verified yet.
struct File<'a> {
    version: Version,
    /// The lines `Name: value`, in their order; the first one names the format.
    headers: Vec<(&'a [u8], &'a [u8])>,
    /// The public key's blob.
    public: Vec<u8>,
    /// The private half, perhaps encrypted.
    private: Zeroizing<Vec<u8>>,
}

impl<'a> File<'a> {
    /// Parses the text of a file, from its first line to its last.
    fn parse(text: &'a [u8]) -> Result<Self, Refusal> {
        let damaged = || Refusal::new("the PPK file is damaged");
        let mut lines = text.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        let mut headers = Vec::new();
        let (mut public, mut private) = (None, None);
        while let Some(line) = lines.next() {
            if line.is_empty() {
                continue;
            }
            let (name, value) = header(line).ok_or_else(damaged)?;
            if name == PUBLIC.as_bytes() && public.is_none() {
                public = Some(blob(value, &mut lines).ok_or_else(damaged)?);
            } else if name == PRIVATE.as_bytes() && private.is_none() {
                private = Some(blob(value, &mut lines).ok_or_else(damaged)?);
            } else {
                headers.push((name, value));
            }
        }
        let unread = Refusal::new("a PPK file of an unsupported version");
        let version = match headers.first().and_then(|(name, _)| name.strip_prefix(BEGIN.as_bytes())) {
            Some(b"2") => Version::Two,
            Some(b"3") => Version::Three,
            Some([b'1', ..]) => return Err(unread.hint("a newer PuTTYgen can load and save it again")),
            _ => return Err(unread.hint("PuTTYgen can save it as version 3 or 2")),
        };
        let public = public.ok_or_else(damaged)?.to_vec();
        Ok(Self { version, headers, public, private: private.ok_or_else(damaged)? })
    }

    /// Returns the type of the key, as SSH names it.
    fn type_name(&self) -> &'a [u8] {
        self.headers.first().map(|(_, value)| *value).unwrap_or_default()
    }

    /// Returns the value of a line.
    fn header(&self, name: &str) -> Option<&'a [u8]> {
        self.headers.iter().find(|(known, _)| *known == name.as_bytes()).map(|(_, value)| *value)
    }

    /// Whether there are lines that are not about this key, or duplicate lines.
    fn has_other_headers(&self) -> bool {
        const ALWAYS: [&str; 3] = [ENCRYPTION, COMMENT, MAC];
        const DERIVED: [&str; 5] = [DERIVATION, MEMORY, PASSES, LANES, SALT];
        let is_derived = self.version == Version::Three && self.is_encrypted();
        let derived = if is_derived { &DERIVED[..] } else { &[] };
        let known: Vec<&str> = ALWAYS.iter().chain(derived).copied().collect();
        let names = self.headers.iter().skip(1).map(|(name, _)| *name);
        let is_known = |name: &[u8]| known.iter().any(|known| known.as_bytes() == name);
        names
            .clone()
            .enumerate()
            .any(|(index, name)| !is_known(name) || names.clone().take(index).any(|other| other == name))
    }

    fn number(&self, name: &str) -> Option<u32> {
        std::str::from_utf8(self.header(name)?).ok()?.parse().ok()
    }

    /// Whether the private half needs a passphrase.
    fn is_encrypted(&self) -> bool {
        self.header(ENCRYPTION) != Some(NO_CIPHER.as_bytes())
    }

    /// Returns the comment; empty if there is none.
    fn comment(&self) -> &'a [u8] {
        self.header(COMMENT).unwrap_or_default()
    }

    /// Returns how the cipher's key is derived from the passphrase.
    fn derivation(&self) -> Derivation {
        match (self.version, self.number(MEMORY), self.number(PASSES)) {
            (Version::Two, ..) => Derivation::Sha1,
            (_, Some(memory), Some(passes)) => Derivation::Argon2 { work: u64::from(memory) * u64::from(passes) },
            _ => Derivation::Unknown,
        }
    }

    fn argon(&self) -> Option<Argon> {
        let name = self.header(DERIVATION)?;
        let (_, algorithm) = ALGORITHMS.into_iter().find(|(known, _)| known.as_bytes() == name)?;
        Some(Argon {
            algorithm,
            memory: self.number(MEMORY)?,
            passes: self.number(PASSES)?,
            parallelism: self.number(LANES)?,
            salt: self.header(SALT).and_then(hex::decode)?,
        })
    }

    /// Decrypts the private key, and verifies that nothing in the file was changed. None for an unknown type.
    fn decrypt(&self, public: &PublicKey<'static>, passphrase: &Secret) -> Result<Option<PrivateKey>, DecryptError> {
        if self.is_encrypted() && self.header(ENCRYPTION) != Some(CIPHER.as_bytes()) {
            return Err(DecryptError::Unknown);
        }
        let envelope = Envelope {
            version: self.version,
            is_encrypted: self.is_encrypted(),
            argon: self.argon(),
            type_name: public.type_name(),
            comment: self.comment(),
            public: &self.public,
        };
        let mac = self.header(MAC).and_then(hex::decode).ok_or(DecryptError::Damaged)?;
        let private = envelope.decrypt(&self.private, &mac, passphrase)?;
        let material = decode(public, &private).map_err(|Bad| DecryptError::Damaged)?;
        Ok(material.map(|material| PrivateKey::new(public.clone(), material)))
    }
}

fn header(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, value) = line.split_at_checked(colon)?;
    let value = value.get(1..)?;
    Some((name, value.strip_prefix(b" ").unwrap_or(value)))
}

/// Decodes the base64 in the next `count` lines.
fn blob<'a>(count: &[u8], lines: &mut impl Iterator<Item = &'a [u8]>) -> Option<Zeroizing<Vec<u8>>> {
    let count: usize = std::str::from_utf8(count).ok()?.parse().ok()?;
    let mut base64 = Zeroizing::new(Vec::with_capacity(4096));
    for _ in 0..count {
        append(&mut base64, lines.next()?);
    }
    pem::decode(&base64)
}

pub(in super::super) fn read(text: &[u8]) -> Result<DecodedBlock, Refusal> {
    let file = File::parse(text)?;
    let public = PublicKey::from_blob(file.public.clone())?;
    if public.type_name().as_bytes() != file.type_name() {
        return Err(Refusal::new("the PPK file names another type than its key has"));
    }
    let form = Form::PpkPrivate(file.version);
    let mut found = if file.is_encrypted() {
        DecodedBlock::encrypted(form, public, Protection::Encrypted(file.derivation()))
    } else {
        let key = file.decrypt(&public, &Secret::new(Vec::new()));
        DecodedBlock::plain(form, public, None).with_decrypted(key)
    };
    found.comment = Some(file.comment().to_vec()).filter(|comment| !comment.is_empty());
    Ok(found.with_quirk(Quirk::OtherHeaders, file.has_other_headers()))
}

/// Decrypts the private key of a parsed file; `public` is its public half.
///
/// # Errors
/// With a passphrase, a wrong one and a changed file look alike: the MAC's key is derived from it.
pub(in super::super) fn decrypt(
    text: &[u8],
    public: &PublicKey<'static>,
    passphrase: &Secret,
) -> Result<Option<PrivateKey>, DecryptError> {
    File::parse(text).map_err(|_| DecryptError::Damaged)?.decrypt(public, passphrase)
}

/// Decodes the private half, in the order of the manual. Padding may follow it.
fn decode(public: &PublicKey<'_>, private: &[u8]) -> Result<Option<KeyMaterial>, Bad> {
    let mut reader = Reader::new(private);
    Ok(Some(match public.kind() {
        Kind::Rsa => {
            let mut next = || reader.unsigned().map(bytes);
            let (d, p, q, coefficient) = (next()?, next()?, next()?, next()?);
            KeyMaterial::Rsa(RsaComponents { d, p, q, coefficient, exponents: None })
        }
        Kind::Dsa => KeyMaterial::Dsa(bytes(reader.unsigned()?)),
        Kind::Ecdsa(curve) => KeyMaterial::Ecdsa(curve, bytes(reader.unsigned()?)),
        Kind::Ed25519 => KeyMaterial::Ed25519(bytes(reader.string()?)),
        Kind::MlDsa44Ed25519 | Kind::SkEcdsa | Kind::SkEd25519 | Kind::Unknown => return Ok(None),
    }))
}

/// Encodes the private half.
fn encode(material: &KeyMaterial) -> Result<Zeroizing<Vec<u8>>, Error> {
    let mut blob = Zeroizing::new(Vec::with_capacity(8192));
    match material {
        KeyMaterial::Rsa(private) => {
            let numbers = [&private.d, &private.p, &private.q, &private.coefficient];
            numbers.iter().for_each(|number| wire::put_unsigned(&mut blob, number));
        }
        KeyMaterial::Dsa(number) | KeyMaterial::Ecdsa(_, number) => wire::put_unsigned(&mut blob, number),
        KeyMaterial::Ed25519(seed) => wire::put_string(&mut blob, seed),
        KeyMaterial::MlDsa44Ed25519(_) => return Err(cannot_encode("PuTTY has no format for ML-DSA-44 with Ed25519")),
    }
    Ok(blob)
}

/// Writes a private key as a file; encrypted unless the passphrase is empty. The comment is one line.
///
/// # Errors
/// Those of the source of randomness.
pub fn write(
    key: &PrivateKey,
    comment: &str,
    passphrase: &Secret,
    version: Version,
    randomness: Randomness<'_>,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    let (type_name, public, is_encrypted) = (key.public.type_name(), key.public.blob(), !passphrase.is_empty());
    let argon = if version == Version::Three && is_encrypted { Some(Argon::usual(random(randomness)?)) } else { None };
    let envelope = Envelope { version, is_encrypted, argon, type_name, comment: comment.as_bytes(), public };
    let (private, mac) = envelope.encrypt(encode(&key.material)?, passphrase).map_err(cannot_encode)?;
    let mut text = Zeroizing::new(Vec::with_capacity(4 * (public.len() + private.len()) + 1024));
    let number = if version == Version::Two { 2 } else { 3 };
    put(&mut text, &format!("{BEGIN}{number}"), type_name);
    put(&mut text, ENCRYPTION, if is_encrypted { CIPHER } else { NO_CIPHER });
    put(&mut text, COMMENT, comment);
    put_blob(&mut text, PUBLIC, public);
    if let Some(argon) = &envelope.argon {
        put(&mut text, DERIVATION, ALGORITHMS[0].0);
        put(&mut text, MEMORY, &argon.memory.to_string());
        put(&mut text, PASSES, &argon.passes.to_string());
        put(&mut text, LANES, &argon.parallelism.to_string());
        put(&mut text, SALT, &hex::encode(&argon.salt));
    }
    put_blob(&mut text, PRIVATE, &private);
    put(&mut text, MAC, &hex::encode(&mac));
    Ok(text)
}

/// Writes a line.
fn put(text: &mut Zeroizing<Vec<u8>>, name: &str, value: &str) {
    append(text, format!("{name}: {value}\n").as_bytes());
}

/// Writes the number of base64 lines of a blob, and the lines.
fn put_blob(text: &mut Zeroizing<Vec<u8>>, name: &str, blob: &[u8]) {
    let base64 = Zeroizing::new(STANDARD.encode(blob));
    let chunks = base64.as_bytes().chunks(pem::LINE);
    put(text, name, &chunks.len().to_string());
    for chunk in chunks {
        append(text, chunk);
        append(text, b"\n");
    }
}
