//! Computes public halves from private ones.

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};
use ml_dsa::{Keypair as _, MlDsa44, SigningKey};
use p256::elliptic_curve::sec1::ToSec1Point as _;
use zeroize::Zeroizing;

use super::key_material::padded_scalar;
use crate::key::{Curve, PublicKey};
use crate::secret::wipe_stack;

/// Returns the public key of an Ed25519 seed: RFC 8032 section 5.1.5. None unless it has 32 bytes.
pub(super) fn ed25519(seed: &[u8]) -> Option<PublicKey<'static>> {
    let seed = Zeroizing::new(<[u8; 32]>::try_from(seed).ok()?);
    let key = ed25519_dalek::SigningKey::from_bytes(&seed);
    PublicKey::ed25519(key.verifying_key().as_bytes()).ok()
}

/// Returns the public key of the concatenated seeds of ML-DSA-44 (FIPS 204 section 6.1) and Ed25519, under this type name.
/// None unless they have 64 bytes.
pub(super) fn mldsa44_ed25519(name: &str, seeds: &[u8]) -> Option<PublicKey<'static>> {
    let (seed, ed25519_seed) = seeds.split_at_checked(32)?;
    let mut halves = mldsa44(seed)?;
    // The library leaves parts of the private key on the stack.
    wipe_stack();
    halves.extend_from_slice(ed25519(ed25519_seed)?.plain_blob().last_chunk::<32>()?);
    PublicKey::mldsa44_ed25519(name, &halves).ok()
}

#[inline(never)]
fn mldsa44(seed: &[u8]) -> Option<Vec<u8>> {
    let seed = Zeroizing::new(ml_dsa::Seed::try_from(seed).ok()?);
    Some(SigningKey::<MlDsa44>::from_seed(&seed).verifying_key().encode().to_vec())
}

/// Returns the public key of a scalar: SEC 1 section 3.2.1. None unless it is at least 1 and less than the curve's order.
pub(super) fn ecdsa(curve: Curve, scalar: &[u8]) -> Option<PublicKey<'static>> {
    let point = point(curve, &padded_scalar(curve, scalar)?);
    // The libraries leave words of the scalar on the stack.
    wipe_stack();
    PublicKey::ecdsa(curve, &point?).ok()
}

/// Returns the uncompressed point of a padded scalar.
#[inline(never)]
fn point(curve: Curve, scalar: &[u8]) -> Option<Vec<u8>> {
    Some(match curve {
        Curve::Nistp256 => {
            p256::SecretKey::from_slice(scalar).ok()?.public_key().to_sec1_point(false).as_bytes().to_vec()
        }
        Curve::Nistp384 => {
            p384::SecretKey::from_slice(scalar).ok()?.public_key().to_sec1_point(false).as_bytes().to_vec()
        }
        Curve::Nistp521 => {
            p521::SecretKey::from_slice(scalar).ok()?.public_key().to_sec1_point(false).as_bytes().to_vec()
        }
    })
}

/// The longest p of a DSA key that is computed with, in bytes: 10,000 bits, as in OpenSSL.
pub(super) const MAX_DSA_P: usize = 1250;

/// Returns the public key of a DSA key's p, q, g and x: y = g^x modulo p, FIPS 186-4 section 4.1. `None` if they are out of
/// range.
pub(super) fn dsa([p, q, g]: [&[u8]; 3], x: &[u8]) -> Option<PublicKey<'static>> {
    if p.len() > MAX_DSA_P || x.len() > p.len() || g.len() > p.len() {
        return None;
    }
    let number = |bytes: &[u8]| BoxedUint::from_be_slice(bytes, (p.len() * 8) as u32).ok();
    let x = Zeroizing::new(number(x)?);
    let modulus: Option<Odd<BoxedUint>> = Odd::new(number(p)?).into();
    let y = BoxedMontyForm::new(number(g)?, &BoxedMontyParams::new(modulus?)).pow(&x).retrieve();
    PublicKey::dsa([p, q, g, &y.to_be_bytes()]).ok()
}
