//! `RSA PRIVATE KEY` and `EC PRIVATE KEY`: what the article's `-m PEM` asks for.
//!
//! With a passphrase it is encrypted as OpenSSL's traditional format has it, since that is what readers of this form
//! expect: AES-128-CBC under a key that one round of MD5 over passphrase and salt gives (EVP_BytesToKey(3)). Guessing
//! passphrases is cheap then.

use aes::cipher::{BlockModeEncrypt as _, KeyIvInit as _, block_padding::Pkcs7};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::error::Error;
use common::keyfile::sealed::pem_key;
use common::secret::Secret;
use zeroize::Zeroizing;

use super::{der, random};
use crate::generate::KeyPair;

/// Base64 characters a line, RFC 7468 section 2.
pub(super) const LINE: usize = 64;

pub(super) fn write(pair: &KeyPair, passphrase: &Secret) -> Result<Zeroizing<Vec<u8>>, Error> {
    let (label, der) = match pair {
        KeyPair::Rsa(key) => ("RSA PRIVATE KEY", der::rsa(key)?),
        KeyPair::Ecdsa(key) => ("EC PRIVATE KEY", der::ec(key, true)?),
        // Refused before anything was asked; said once more rather than written in another form.
        KeyPair::Ed25519(_) => return Err(Error::failure("an Ed25519 key has no PEM form that ssh reads")),
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
    let key = pem_key::<16>(passphrase, salt);
    cbc::Encryptor::<aes::Aes128>::new((&*key).into(), iv.into()).encrypt_padded_vec::<Pkcs7>(der)
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
