//! `RSA PRIVATE KEY` and `EC PRIVATE KEY`: what the article's `-m PEM` asks for.
//!
//! With a passphrase it is encrypted as OpenSSL's traditional format has it, since that is what readers of this form
//! expect: AES-128-CBC under a key that one round of MD5 over passphrase and salt gives (EVP_BytesToKey(3)). Guessing
//! passphrases is cheap then.

use aes::cipher::{
    BlockCipherDecrypt, BlockModeDecrypt as _, BlockModeEncrypt as _, KeyInit, KeyIvInit as _, block_padding::Pkcs7,
};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::error::Error;
use common::forms::pem::Block;
use common::secret::Secret;
use md5::Digest as _;
use zeroize::Zeroizing;

use super::read::wrong_passphrase;
use super::{der, random};
use crate::generate::KeyPair;

/// Base64 characters a line, RFC 7468 section 2.
pub(super) const LINE: usize = 64;

pub(super) fn write(pair: &KeyPair, passphrase: &Secret) -> Result<Zeroizing<Vec<u8>>, Error> {
    let (label, der) = match pair {
        KeyPair::Rsa(key) => ("RSA PRIVATE KEY", der::rsa(key)?),
        KeyPair::Ecdsa(key) => ("EC PRIVATE KEY", der::ec(key, true)?),
        // Refused before anything was asked; said once more rather than written in another form.
        KeyPair::Ed25519(_) => return Err(Error::trouble("an Ed25519 key has no PEM form that ssh reads")),
    };
    if passphrase.is_empty() {
        return Ok(armour(label, "", &der));
    }
    let iv = random()?;
    let ciphertext = encrypt(&der, passphrase, &iv);
    let hex: String = iv.iter().map(|byte| format!("{byte:02X}")).collect();
    Ok(armour(label, &format!("Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,{hex}\n\n"), &ciphertext))
}

fn encrypt(der: &[u8], passphrase: &Secret, iv: &[u8; 16]) -> Vec<u8> {
    let (salt, _) = iv.split_at(8);
    let key = derive::<16>(passphrase, salt);
    cbc::Encryptor::<aes::Aes128>::new((&*key).into(), iv.into()).encrypt_padded_vec::<Pkcs7>(der)
}

/// Decrypts a block by what its header says.
pub(super) fn decrypt(block: &Block<'_>, passphrase: &Secret) -> Result<Zeroizing<Vec<u8>>, Error> {
    let unknown = || Error::trouble("the private key is encrypted in a way that is not read here");
    let header = block.header("DEK-Info").and_then(|header| std::str::from_utf8(header).ok()).unwrap_or_default();
    let (cipher, iv) = header.split_once(',').ok_or_else(unknown)?;
    let bytes = (0..iv.len()).step_by(2).map(|at| u8::from_str_radix(iv.get(at..at + 2)?, 16).ok());
    let iv: Vec<u8> = bytes.collect::<Option<_>>().ok_or_else(unknown)?;
    let contents = &block.contents;
    let plain = match cipher {
        "AES-128-CBC" => decrypt_cbc::<aes::Aes128, 16>(contents, passphrase, &iv),
        "AES-192-CBC" => decrypt_cbc::<aes::Aes192, 24>(contents, passphrase, &iv),
        "AES-256-CBC" => decrypt_cbc::<aes::Aes256, 32>(contents, passphrase, &iv),
        // What ssh-keygen wrote before OpenSSH 5.4, and OpenSSL for longer.
        "DES-EDE3-CBC" => decrypt_cbc::<des::TdesEde3, 24>(contents, passphrase, &iv),
        _ => return Err(unknown()),
    };
    plain.ok_or_else(|| wrong_passphrase(()))
}

/// Decrypts with a cipher whose key has `N` bytes; none if it does not come out right.
fn decrypt_cbc<C, const N: usize>(contents: &[u8], passphrase: &Secret, iv: &[u8]) -> Option<Zeroizing<Vec<u8>>>
where
    C: BlockCipherDecrypt + KeyInit,
{
    let key = derive::<N>(passphrase, iv.get(..8)?);
    let decryptor = cbc::Decryptor::<C>::new_from_slices(&*key, iv).ok()?;
    decryptor.decrypt_padded_vec::<Pkcs7>(contents).ok().map(Zeroizing::new)
}

/// EVP_BytesToKey(3) with MD5 and one round, salted with the first 8 bytes of the initialisation vector.
fn derive<const N: usize>(passphrase: &Secret, salt: &[u8]) -> Zeroizing<[u8; N]> {
    let mut key = Zeroizing::new([0; N]);
    let mut block = Zeroizing::new(Vec::new());
    for part in key.chunks_mut(16) {
        let digest =
            md5::Md5::new().chain_update(&*block).chain_update(passphrase.expose()).chain_update(salt).finalize();
        block = Zeroizing::new(digest.to_vec());
        part.iter_mut().zip(&*block).for_each(|(to, from)| *to = *from);
    }
    key
}

/// The contents between their BEGIN and END lines. Room for all is made first, so that growing leaves no copy behind.
pub(crate) fn armour(label: &str, headers: &str, contents: &[u8]) -> Zeroizing<Vec<u8>> {
    let base64 = Zeroizing::new(STANDARD.encode(contents));
    let mut text = Zeroizing::new(Vec::with_capacity(headers.len() + base64.len() + base64.len() / LINE + 128));
    text.extend_from_slice(format!("-----BEGIN {label}-----\n{headers}").as_bytes());
    for line in base64.as_bytes().chunks(LINE) {
        text.extend_from_slice(line);
        text.push(b'\n');
    }
    text.extend_from_slice(format!("-----END {label}-----\n").as_bytes());
    text
}
