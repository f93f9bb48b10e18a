//! PuTTY's form of private keys, versions 2 and 3: appendix C of the PuTTY manual. Its public half is never encrypted.

pub mod keys;
mod open;

use zeroize::Zeroizing;

use super::{Derivation, Form, Found, Private, Protection, Refusal, pem};
use crate::key::PublicKey;
use crate::secret::append;
use {
    super::{DecryptError, Numbers},
    crate::secret::Secret,
};

/// How the first line begins.
const BEGIN: &[u8] = b"PuTTY-User-Key-File-";

/// How the last line begins.
const END: &[u8] = b"Private-MAC:";

/// A file of this form, taken apart; nothing in it is verified yet.
pub struct File<'a> {
    /// The version of the form: 2 or 3.
    pub version: u8,
    /// The lines `Name: value`, in their order; the first is the one that names the form.
    headers: Vec<(&'a [u8], &'a [u8])>,
    /// The public key's blob.
    pub public: Vec<u8>,
    /// The private numbers, perhaps encrypted.
    pub private: Zeroizing<Vec<u8>>,
}

/// Whether this line begins such a file.
#[must_use]
pub fn is_begin(line: &[u8]) -> bool {
    line.starts_with(BEGIN)
}

/// Whether this line ends such a file.
pub(super) fn is_end(line: &[u8]) -> bool {
    line.starts_with(END)
}

impl<'a> File<'a> {
    /// Takes the text of a file apart, from its first line to its last.
    ///
    /// # Errors
    /// It is of another version, a line that must be there is not, or its base64 is damaged; in words.
    pub fn parse(text: &'a [u8]) -> Result<Self, String> {
        let damaged = || "the PPK file is damaged".to_owned();
        let mut lines = text.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
        let mut headers = Vec::new();
        let (mut public, mut private) = (None, None);
        while let Some(line) = lines.next() {
            if line.is_empty() {
                continue;
            }
            let (name, value) = header(line).ok_or_else(damaged)?;
            match name {
                b"Public-Lines" => public = Some(blob(value, &mut lines).ok_or_else(damaged)?),
                b"Private-Lines" => private = Some(blob(value, &mut lines).ok_or_else(damaged)?),
                _ => headers.push((name, value)),
            }
        }
        let version = match headers.first().and_then(|(name, _)| name.strip_prefix(BEGIN)) {
            Some(b"2") => 2,
            Some(b"3") => 3,
            _ => return Err("a PPK file of a version that is not read here".to_owned()),
        };
        let public = public.ok_or_else(damaged)?.to_vec();
        Ok(Self { version, headers, public, private: private.ok_or_else(damaged)? })
    }

    /// The type of the key, as SSH names it.
    #[must_use]
    pub fn type_name(&self) -> &'a [u8] {
        self.headers.first().map(|(_, value)| *value).unwrap_or_default()
    }

    /// The value of a line.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&'a [u8]> {
        self.headers.iter().find(|(known, _)| *known == name.as_bytes()).map(|(_, value)| *value)
    }

    /// Whether the private numbers need a passphrase.
    #[must_use]
    pub fn is_encrypted(&self) -> bool {
        self.header("Encryption") != Some(b"none")
    }

    /// The comment; empty where there is none.
    #[must_use]
    pub fn comment(&self) -> &'a [u8] {
        self.header("Comment").unwrap_or_default()
    }
}

fn header(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, value) = line.split_at_checked(colon)?;
    let value = value.get(1..)?;
    Some((name, value.strip_prefix(b" ").unwrap_or(value)))
}

/// The base64 in the next so many lines.
fn blob<'a>(count: &[u8], lines: &mut impl Iterator<Item = &'a [u8]>) -> Option<Zeroizing<Vec<u8>>> {
    let count: usize = std::str::from_utf8(count).ok()?.parse().ok()?;
    let mut base64 = Zeroizing::new(Vec::with_capacity(4096));
    for _ in 0..count {
        append(&mut base64, lines.next()?);
    }
    pem::decode(&base64)
}

pub(super) fn read(text: &[u8]) -> Result<Found, Refusal> {
    let file = File::parse(text).map_err(|why| match text.strip_prefix(BEGIN) {
        Some([b'1', ..]) => Refusal::new(why).hint("a newer PuTTYgen can load it and save it anew"),
        _ => Refusal::new(why),
    })?;
    let key = PublicKey::from_blob(file.public.clone())?;
    if key.type_name().as_bytes() != file.type_name() {
        return Err(Refusal::new("the PPK file names another type than its key has"));
    }
    let comment = Some(file.comment().to_vec()).filter(|comment| !comment.is_empty());
    let protection = if file.is_encrypted() { Protection::Encrypted(derivation(&file)) } else { Protection::Plain };
    let private = Private { protection, numbers: None, closed: None };
    let found = Found { form: Form::PpkPrivate, key, comment, private: Some(private) };
    let found = with_plain_numbers(found, &file);
    Ok(found)
}

/// How the cipher's key is made of the passphrase.
fn derivation(file: &File<'_>) -> Derivation {
    let number = |name| std::str::from_utf8(file.header(name)?).ok()?.parse::<u32>().ok().map(u64::from);
    match (file.version, number("Argon2-Memory"), number("Argon2-Passes")) {
        (2, ..) => Derivation::Sha1,
        (_, Some(memory), Some(passes)) => Derivation::Argon2 { work: memory * passes },
        _ => Derivation::Unknown,
    }
}

/// The key with its numbers, where no passphrase is needed for them.
fn with_plain_numbers(mut found: Found, file: &File<'_>) -> Found {
    if let Some(private) = found.private.as_mut().filter(|private| private.protection == Protection::Plain) {
        match numbers(file, &found.key, &Secret::new(Vec::new())) {
            Ok(numbers) => private.numbers = numbers.map(std::sync::Arc::new),
            Err(closed) => private.closed = Some(closed),
        }
    }
    found
}

/// Decrypts a file's numbers.
///
/// # Errors
/// Those of [`File::open`].
pub(super) fn open_numbers(
    text: &[u8],
    key: &PublicKey<'_>,
    passphrase: &Secret,
) -> Result<Option<Numbers>, DecryptError> {
    let file = File::parse(text).map_err(|_| DecryptError::Damaged)?;
    numbers(&file, key, passphrase)
}

fn numbers(file: &File<'_>, key: &PublicKey<'_>, passphrase: &Secret) -> Result<Option<Numbers>, DecryptError> {
    Numbers::of_ppk(key, &file.open(passphrase)?).map_err(|_| DecryptError::Damaged)
}
