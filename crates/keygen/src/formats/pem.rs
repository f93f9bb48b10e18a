//! `RSA PRIVATE KEY`: PKCS#1 (RFC 8017 appendix A.1.2) in PEM, what the article's `-m PEM` asks for.
//!
//! With a passphrase it is encrypted as OpenSSL's traditional format has it, since that is what readers of this form
//! expect: AES-128-CBC under a key that one round of MD5 over passphrase and salt gives (EVP_BytesToKey(3)). Guessing
//! passphrases is cheap then.

use aes::cipher::{BlockModeEncrypt as _, KeyIvInit as _, block_padding::Pkcs7};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use common::error::Error;
use common::secret::Secret;
use getrandom::SysRng;
use md5::Digest as _;
use rand_core::TryRng as _;
use rsa::pkcs1::EncodeRsaPrivateKey as _;
use zeroize::{Zeroize as _, Zeroizing};

/// Base64 characters a line, RFC 7468 section 2.
const LINE: usize = 64;

pub(super) fn write(key: &rsa::RsaPrivateKey, passphrase: &Secret) -> Result<Zeroizing<Vec<u8>>, Error> {
    let der = key.to_pkcs1_der().map_err(|error| Error::trouble(format!("cannot write the key: {error}")))?;
    if passphrase.is_empty() {
        return Ok(armour("", der.as_bytes()));
    }
    let mut iv = [0; 16];
    SysRng
        .try_fill_bytes(&mut iv)
        .map_err(|error| Error::trouble(format!("the operating system gives no randomness: {error}")))?;
    let ciphertext = encrypt(der.as_bytes(), passphrase, &iv);
    let hex: String = iv.iter().map(|byte| format!("{byte:02X}")).collect();
    Ok(armour(&format!("Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,{hex}\n\n"), &ciphertext))
}

fn encrypt(der: &[u8], passphrase: &Secret, iv: &[u8; 16]) -> Vec<u8> {
    let (salt, _) = iv.split_at(8);
    let mut key = md5::Md5::new().chain_update(passphrase.expose()).chain_update(salt).finalize();
    let ciphertext = cbc::Encryptor::<aes::Aes128>::new(&key, iv.into()).encrypt_padded_vec::<Pkcs7>(der);
    key.as_mut_slice().zeroize();
    ciphertext
}

/// The contents between their BEGIN and END lines. Room for all is made first, so that growing leaves no copy behind.
fn armour(headers: &str, contents: &[u8]) -> Zeroizing<Vec<u8>> {
    let base64 = Zeroizing::new(STANDARD.encode(contents));
    let mut text = Zeroizing::new(Vec::with_capacity(headers.len() + base64.len() + base64.len() / LINE + 128));
    text.extend_from_slice(b"-----BEGIN RSA PRIVATE KEY-----\n");
    text.extend_from_slice(headers.as_bytes());
    for line in base64.as_bytes().chunks(LINE) {
        text.extend_from_slice(line);
        text.push(b'\n');
    }
    text.extend_from_slice(b"-----END RSA PRIVATE KEY-----\n");
    text
}
