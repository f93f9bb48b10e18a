//! The ciphers of PEM and of PKCS#8, for decryption only: encryption is in `pem` and `pkcs8`.

use aes::cipher::{
    BlockCipherDecrypt, BlockCipherEncrypt, BlockModeDecrypt as _, KeyInit, KeyIvInit as _, block_padding::Pkcs7,
};
use pkcs8::der::asn1::ObjectIdentifier as Oid;
use zeroize::{Zeroize as _, Zeroizing};

use super::protection::DecryptError;

/// Decrypts contents under a key and an initialisation vector.
type Decrypt = fn(&[u8], &[u8], &[u8]) -> Result<Zeroizing<Vec<u8>>, DecryptError>;

/// A cipher and its mode.
pub(super) struct Cipher {
    /// The name in `DEK-Info`.
    name: &'static str,
    /// The name in PKCS#8.
    oid: Oid,
    /// The length of its key in bytes.
    pub(super) key: usize,
    pub(super) decrypt: Decrypt,
}

impl Cipher {
    const fn new(name: &'static str, oid: &str, key: usize, decrypt: Decrypt) -> Self {
        Self { name, oid: Oid::new_unwrap(oid), key, decrypt }
    }

    pub(super) fn by_name(name: &str) -> Option<&'static Self> {
        CIPHERS.iter().find(|cipher| cipher.name == name)
    }

    pub(super) fn by_oid(oid: Oid) -> Option<&'static Self> {
        CIPHERS.iter().find(|cipher| cipher.oid == oid)
    }
}

/// The first is what ssh-keygen writes in PEM, which before OpenSSH 5.4 was Triple DES; openssl writes the one that its
/// options name.
static CIPHERS: [Cipher; 14] = [
    Cipher::new("AES-128-CBC", "2.16.840.1.101.3.4.1.2", 16, cbc::<aes::Aes128>),
    Cipher::new("AES-192-CBC", "2.16.840.1.101.3.4.1.22", 24, cbc::<aes::Aes192>),
    Cipher::new("AES-256-CBC", "2.16.840.1.101.3.4.1.42", 32, cbc::<aes::Aes256>),
    Cipher::new("DES-EDE3-CBC", "1.2.840.113549.3.7", 24, cbc::<des::TdesEde3>),
    Cipher::new("DES-CBC", "1.3.14.3.2.7", 8, cbc::<des::Des>),
    Cipher::new("CAMELLIA-128-CBC", "1.2.392.200011.61.1.1.1.2", 16, cbc::<camellia::Camellia128>),
    Cipher::new("CAMELLIA-192-CBC", "1.2.392.200011.61.1.1.1.3", 24, cbc::<camellia::Camellia192>),
    Cipher::new("CAMELLIA-256-CBC", "1.2.392.200011.61.1.1.1.4", 32, cbc::<camellia::Camellia256>),
    Cipher::new("AES-128-CFB", "2.16.840.1.101.3.4.1.4", 16, stream::<aes::Aes128, true>),
    Cipher::new("AES-192-CFB", "2.16.840.1.101.3.4.1.24", 24, stream::<aes::Aes192, true>),
    Cipher::new("AES-256-CFB", "2.16.840.1.101.3.4.1.44", 32, stream::<aes::Aes256, true>),
    Cipher::new("AES-128-OFB", "2.16.840.1.101.3.4.1.3", 16, stream::<aes::Aes128, false>),
    Cipher::new("AES-192-OFB", "2.16.840.1.101.3.4.1.23", 24, stream::<aes::Aes192, false>),
    Cipher::new("AES-256-OFB", "2.16.840.1.101.3.4.1.43", 32, stream::<aes::Aes256, false>),
];

/// Decrypts in CBC mode with padding. Under a wrong passphrase the padding is valid only once in some 250 times.
fn cbc<C>(key: &[u8], iv: &[u8], contents: &[u8]) -> Result<Zeroizing<Vec<u8>>, DecryptError>
where
    C: BlockCipherDecrypt + KeyInit,
{
    let decryptor = ::cbc::Decryptor::<C>::new_from_slices(key, iv).map_err(|_| DecryptError::Unknown)?;
    let opened = decryptor.decrypt_padded_vec::<Pkcs7>(contents).map_err(|_| DecryptError::WrongPassphrase)?;
    Ok(Zeroizing::new(opened))
}

/// Decrypts a stream that is XORed with the contents: NIST SP 800-38A, CFB (of whole blocks) or OFB. There is no padding,
/// so a wrong passphrase is not noticed here.
fn stream<C, const CFB: bool>(key: &[u8], iv: &[u8], contents: &[u8]) -> Result<Zeroizing<Vec<u8>>, DecryptError>
where
    C: BlockCipherEncrypt + KeyInit,
{
    let cipher = C::new_from_slice(key).map_err(|_| DecryptError::Unknown)?;
    let mut stream = aes::cipher::Block::<C>::try_from(iv).map_err(|_| DecryptError::Unknown)?;
    let mut opened = Zeroizing::new(Vec::with_capacity(contents.len()));
    for part in contents.chunks(iv.len().max(1)) {
        cipher.encrypt_block(&mut stream);
        opened.extend(part.iter().zip(&stream).map(|(byte, stream)| byte ^ stream));
        if CFB {
            stream.iter_mut().zip(part).for_each(|(stream, byte)| *stream = *byte);
        }
    }
    stream.as_mut_slice().zeroize();
    Ok(opened)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// NIST SP 800-38A, F.3.13 and F.4.1; RFC 3713 appendix A.
    #[test]
    fn ciphers_decrypt_the_vectors_of_their_standards() {
        let hex = |text: &str| crate::key::hex::decode(text.as_bytes()).unwrap();
        let plain = hex("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
        let (key, iv) = (hex("2b7e151628aed2a6abf7158809cf4f3c"), hex("000102030405060708090a0b0c0d0e0f"));
        for (name, encrypted) in [
            ("AES-128-CFB", "3b3fd92eb72dad20333449f8e83cfb4ac8a64537a0b3a93fcde3cdad9f1ce58b"),
            ("AES-128-OFB", "3b3fd92eb72dad20333449f8e83cfb4a7789508d16918f03f53c52dac54ed825"),
        ] {
            let decrypt = Cipher::by_name(name).unwrap().decrypt;
            for length in [0, 1, 16, 31, 32] {
                assert_eq!(*decrypt(&key, &iv, &hex(encrypted)[..length]).unwrap(), plain[..length], "{name}");
            }
            assert_eq!(decrypt(&key, &iv[1..], &plain).err(), Some(DecryptError::Unknown));
        }
    }
}
