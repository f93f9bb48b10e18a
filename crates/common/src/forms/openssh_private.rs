//! `OPENSSH PRIVATE KEY`: OpenSSH's PROTOCOL.key. Its public half is always readable; the comment is not when the key
//! is encrypted.

use super::{Form, Found, Protection, Refusal, pem};
use crate::keys::wire::{Bad, Reader};
use crate::keys::{Kind, PublicKey};

const MAGIC: &[u8] = b"openssh-key-v1\0";

pub(super) fn read(block: &pem::Block<'_>) -> Result<Found, Refusal> {
    let contents = block.contents.strip_prefix(MAGIC).ok_or_else(damaged)?;
    let file = File::parse(contents).map_err(|Bad| damaged())?;
    let key = PublicKey::from_blob(file.public.to_vec())?;
    let (comment, protection) = if file.cipher == b"none" {
        (comment(&key, file.private).map_err(|Bad| damaged())?, Protection::Plain)
    } else {
        (None, Protection::Encrypted)
    };
    Ok(Found { form: Form::OpenSshPrivate, key, comment, private: Some(protection) })
}

fn damaged() -> Refusal {
    Refusal::new("the private key's data ends early or is damaged")
}

/// What the file of one key says without a passphrase.
struct File<'a> {
    /// The cipher's name.
    cipher: &'a [u8],
    /// The public key's blob.
    public: &'a [u8],
    /// The private section, encrypted unless the cipher is `none`.
    private: &'a [u8],
}

impl<'a> File<'a> {
    fn parse(contents: &'a [u8]) -> Result<Self, Bad> {
        let mut reader = Reader::new(contents);
        let cipher = reader.string()?;
        reader.string()?; // the key derivation's name
        reader.string()?; // its options
        if reader.uint32()? != 1 {
            return Err(Bad); // the format foresees several keys; nobody writes them
        }
        Ok(Self { cipher, public: reader.string()?, private: reader.string()? })
    }
}

/// The comment behind the private numbers; none where it is empty or the type is unknown.
fn comment(key: &PublicKey<'_>, private: &[u8]) -> Result<Option<Vec<u8>>, Bad> {
    let mut reader = Reader::new(private);
    if reader.uint32()? != reader.uint32()? {
        return Err(Bad);
    }
    reader.string()?; // the type
    if key.is_certificate() {
        reader.string()?; // the certificate
    }
    // How many strings and numbers (of the same shape) the private key has.
    let fields = match (key.kind(), key.is_certificate()) {
        (Kind::Unknown, _) => return Ok(None),
        (Kind::Rsa, false) => 6,
        (Kind::Rsa, true) => 4,
        (Kind::Dsa, false) => 5,
        (Kind::Dsa, true) => 1,
        (Kind::Ecdsa(_), false) => 3,
        (Kind::Ecdsa(_), true) => 1,
        (Kind::Ed25519, _) => 2,
        (Kind::SkEcdsa, false) => 3,
        (Kind::SkEd25519, false) => 2,
        (Kind::SkEcdsa | Kind::SkEd25519, true) => 1,
    };
    for _ in 0..fields {
        reader.string()?;
    }
    if matches!(key.kind(), Kind::SkEcdsa | Kind::SkEd25519) {
        reader.bytes(1)?; // flags
        reader.string()?; // key handle
        reader.string()?; // reserved
    }
    let comment = reader.string()?;
    Ok((!comment.is_empty()).then(|| comment.to_vec()))
}
