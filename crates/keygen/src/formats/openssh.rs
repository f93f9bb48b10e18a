//! `OPENSSH PRIVATE KEY`: OpenSSH's PROTOCOL.key. Encrypted with AES-256 in counter mode under a key derived by
//! bcrypt with 16 rounds, which is what ssh-keygen 9.2 does.

use common::error::Error;
use common::secret::Secret;
use getrandom::SysRng;
use rsa::traits::{PrivateKeyParts as _, PublicKeyParts as _};
use ssh_key::private::{Ed25519Keypair, KeypairData, RsaKeypair, RsaPrivateKey};
use ssh_key::public::RsaPublicKey;
use ssh_key::{LineEnding, Mpint, PrivateKey};
use zeroize::{Zeroize as _, Zeroizing};

use crate::generate::KeyPair;

pub(super) fn write(pair: &KeyPair, comment: &str, passphrase: &Secret) -> Result<Zeroizing<Vec<u8>>, Error> {
    encode(pair, comment, passphrase).map_err(|error| Error::trouble(format!("cannot write the key: {error}")))
}

fn encode(pair: &KeyPair, comment: &str, passphrase: &Secret) -> ssh_key::Result<Zeroizing<Vec<u8>>> {
    let data = match pair {
        KeyPair::Ed25519(key) => KeypairData::Ed25519(Ed25519Keypair::from_seed(key.as_bytes())),
        KeyPair::Rsa(key) => KeypairData::Rsa(numbers(key)?),
    };
    let mut key = PrivateKey::new(data, comment)?;
    if !passphrase.is_empty() {
        key = key.encrypt(&mut SysRng, passphrase.expose())?;
    }
    let mut text = key.to_openssh(LineEnding::LF)?;
    Ok(Zeroizing::new(std::mem::take(&mut *text).into_bytes()))
}

/// The rsa crate's numbers in ssh-key's type. (ssh-key's own conversion needs another release of rsa.)
fn numbers(key: &rsa::RsaPrivateKey) -> ssh_key::Result<RsaKeypair> {
    let mpint = |number: &rsa::BoxedUint| {
        let mut bytes = number.to_be_bytes();
        let mpint = Mpint::from_positive_bytes(&bytes);
        bytes.zeroize();
        mpint
    };
    let (Some(p), Some(q)) = (key.primes().first(), key.primes().get(1)) else { return Err(ssh_key::Error::Crypto) };
    let coefficient = key.crt_coefficient().ok_or(ssh_key::Error::Crypto)?;
    let public = RsaPublicKey::new(mpint(key.e()), mpint(key.n()))?;
    RsaKeypair::new(public, RsaPrivateKey::new(mpint(key.d()), mpint(&coefficient), mpint(p), mpint(q))?)
}
