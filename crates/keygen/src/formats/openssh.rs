//! Writes `OPENSSH PRIVATE KEY` (OpenSSH's PROTOCOL.key), encoded and encrypted by the crate ssh-key. The writer is here and
//! not beside the decoder in `common`, so the tools that only read keys do not depend on ssh-key. ssh-key does not support
//! ML-DSA; those keys are encoded by the codec in `common`.

use common::error::Error;
use common::keyfile::codec::{self, Randomness, cannot_encode};
use common::keyfile::{KeyMaterial, PrivateKey, padded_scalar};
use common::secret::Secret;
use ssh_key::private::{EcdsaKeypair, EcdsaPrivateKey, Ed25519Keypair, KeypairData, RsaKeypair, RsaPrivateKey};
use ssh_key::public::{EcdsaPublicKey, KeyData};
use ssh_key::{Cipher, Kdf, LineEnding, Mpint};
use zeroize::Zeroizing;

/// Returns a private key's file, encrypted unless the passphrase is empty, with that cipher and a key derived by that many
/// rounds of bcrypt.
///
/// # Errors
/// The source of randomness fails, or keygen does not support the type of key.
pub(super) fn write(
    key: &PrivateKey,
    comment: &str,
    passphrase: &Secret,
    (cipher, rounds): (&str, u32),
    randomness: Randomness<'_>,
) -> Result<Zeroizing<Vec<u8>>, Error> {
    if matches!(key.material, KeyMaterial::MlDsa44Ed25519(_)) {
        return codec::openssh::write(key, comment, passphrase, (cipher, rounds), randomness);
    }
    let mut encoded = keypair(key).and_then(|pair| ssh_key::PrivateKey::new(pair, comment)).map_err(cannot_encode)?;
    if !passphrase.is_empty() {
        let (mut salt, mut check) = (vec![0; 16], [0; 4]);
        randomness(&mut salt)?;
        randomness(&mut check)?;
        let kdf = Kdf::Bcrypt { salt, rounds };
        let cipher = Cipher::new(cipher).map_err(cannot_encode)?;
        let encrypted = encoded.encrypt_with(cipher, kdf, u32::from_ne_bytes(check), passphrase.expose());
        encoded = encrypted.map_err(cannot_encode)?;
    }
    let mut text = encoded.to_openssh(LineEnding::LF).map_err(cannot_encode)?;
    Ok(Zeroizing::new(std::mem::take(&mut *text).into_bytes()))
}

/// Converts the key to ssh-key's types.
fn keypair(key: &PrivateKey) -> ssh_key::Result<KeypairData> {
    let public = ssh_key::PublicKey::from_bytes(key.public.blob())?;
    Ok(match (public.key_data(), &key.material) {
        (KeyData::Ed25519(public), KeyMaterial::Ed25519(seed)) => {
            Ed25519Keypair { public: *public, private: seed.as_slice().try_into()? }.into()
        }
        (KeyData::Ecdsa(public), KeyMaterial::Ecdsa(curve, scalar)) => {
            let scalar = padded_scalar(*curve, scalar).ok_or(ssh_key::Error::Crypto)?;
            match *public {
                EcdsaPublicKey::NistP256(public) => EcdsaKeypair::NistP256 { public, private: private(&scalar)? },
                EcdsaPublicKey::NistP384(public) => EcdsaKeypair::NistP384 { public, private: private(&scalar)? },
                EcdsaPublicKey::NistP521(public) => EcdsaKeypair::NistP521 { public, private: private(&scalar)? },
            }
            .into()
        }
        (KeyData::Rsa(public), KeyMaterial::Rsa(private)) => {
            let [d, coefficient, p, q] = [&private.d, &private.coefficient, &private.p, &private.q]
                .map(|number| Mpint::from_positive_bytes(number));
            RsaKeypair::new(public.clone(), RsaPrivateKey::new(d, coefficient, p, q)?)?.into()
        }
        _ => return Err(ssh_key::Error::AlgorithmUnknown),
    })
}

fn private<const SIZE: usize>(scalar: &[u8]) -> ssh_key::Result<EcdsaPrivateKey<SIZE>> {
    let scalar = <[u8; SIZE]>::try_from(scalar).map_err(|_| ssh_key::Error::Crypto)?;
    Ok((*Zeroizing::new(scalar)).into())
}
