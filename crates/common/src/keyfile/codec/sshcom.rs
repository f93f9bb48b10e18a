//! Decodes `SSH2 ENCRYPTED PRIVATE KEY`: the private keys of SSH.COM's programs, RSA and DSA. Only read, as by PuTTYgen and
//! `ssh-keygen -i`, which are the only descriptions of the format.

use zeroize::Zeroizing;

use crate::key::PublicKey;
use crate::key::wire::{Bad, Reader, put_string};
use crate::keyfile::encryption::{self, DecryptError};
use crate::keyfile::key_material::{KeyMaterial, RsaComponents, bytes};
use crate::keyfile::{DecodedBlock, Form, PrivateKey, Refusal, pem};
use crate::secret::{Secret, append};

const MAGIC: &[u8] = &[0x3f, 0x6f, 0xf9, 0xeb];

/// The prefixes of the RSA and DSA types.
const RSA: &[u8] = b"if-modn";
const DSA: &[u8] = b"dl-modp";

/// The longest integer, in bits.
const MAX_BITS: u32 = 1 << 16;

/// Whether contents have this format.
pub(super) fn is(contents: &[u8]) -> bool {
    contents.starts_with(MAGIC)
}

pub(super) fn read(block: &pem::Block<'_>) -> Result<DecodedBlock, Refusal> {
    let file = File::parse(&block.contents).map_err(|Bad| Refusal::damaged())?;
    if ![RSA, DSA].iter().any(|name| file.name.starts_with(name)) {
        return Err(Refusal::new("a private key in SSH.COM format, of a type that is not read here"));
    }
    match file.cipher {
        b"none" => {}
        encryption::sshcom::CIPHER => return Err(Refusal::encrypted()),
        _ => {
            return Err(Refusal::new("a private key in SSH.COM format under a cipher that is not read here")
                .hint("with the program that made it, save it with Triple DES or without a passphrase"));
        }
    }
    let payload = Reader::new(file.private).string().map_err(|Bad| Refusal::damaged())?;
    let key = private_key(file.name, payload).map_err(|Bad| Refusal::damaged())?;
    Ok(DecodedBlock { comment: block.comment(), ..DecodedBlock::private(Form::SshComPrivate, key) })
}

/// A file, split into its parts.
struct File<'a> {
    /// The type of the key.
    name: &'a [u8],
    cipher: &'a [u8],
    /// The private section, encrypted unless the cipher is `none`.
    private: &'a [u8],
}

impl<'a> File<'a> {
    fn parse(contents: &'a [u8]) -> Result<Self, Bad> {
        let mut reader = Reader::new(contents.strip_prefix(MAGIC).ok_or(Bad)?);
        reader.uint32()?; // the length of all
        Ok(Self { name: reader.string()?, cipher: reader.string()?, private: reader.string()? })
    }
}

/// Whether the contents are such a file with a passphrase.
pub(super) fn is_encrypted(contents: &[u8]) -> bool {
    File::parse(contents).is_ok_and(|file| file.cipher != b"none")
}

/// Returns the contents with the private section decrypted.
///
/// # Errors
/// A wrong passphrase is only noticed by the length at the start of the section; the result may be damaged.
pub(in super::super) fn decrypt(contents: &[u8], passphrase: &Secret) -> Result<Zeroizing<Vec<u8>>, DecryptError> {
    let file = File::parse(contents).map_err(|Bad| DecryptError::Damaged)?;
    let private = encryption::sshcom::decrypt(file.cipher, file.private, passphrase)?;
    if Reader::new(&private).string().is_err() {
        return Err(DecryptError::WrongPassphrase);
    }
    let mut clear = Zeroizing::new(Vec::with_capacity(contents.len() + 16));
    append(&mut clear, MAGIC);
    append(&mut clear, &[0; 4]);
    for part in [file.name, b"none", &private] {
        put_string(&mut clear, part);
    }
    Ok(clear)
}

/// Decodes the key of a decrypted section.
fn private_key(name: &[u8], payload: &[u8]) -> Result<PrivateKey, Bad> {
    let number = |reader: &mut Reader<'_>| number(reader).map(bytes);
    let reader = &mut Reader::new(payload);
    if name.starts_with(RSA) {
        let (e, d, n) = (number(reader)?, number(reader)?, number(reader)?);
        // The coefficient is the inverse of the first prime modulo the second.
        let (coefficient, q, p) = (number(reader)?, number(reader)?, number(reader)?);
        let public = PublicKey::rsa(&e, &n).map_err(|_| Bad)?;
        let components = RsaComponents { d, p, q, coefficient, exponents: None };
        return Ok(PrivateKey::new(public, KeyMaterial::Rsa(components)));
    }
    if reader.uint32()? != 0 {
        return Err(Bad); // p, q and g are given by name
    }
    let (p, g, q) = (number(reader)?, number(reader)?, number(reader)?);
    let (y, x) = (number(reader)?, number(reader)?);
    let public = PublicKey::dsa([&p, &q, &g, &y]).map_err(|_| Bad)?;
    Ok(PrivateKey::new(public, KeyMaterial::Dsa(x)))
}

/// Reads an integer preceded by its length in bits.
fn number<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], Bad> {
    let bits = reader.uint32()?;
    if bits > MAX_BITS {
        return Err(Bad);
    }
    reader.bytes(bits.div_ceil(8) as usize)
}
