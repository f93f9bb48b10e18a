//! Checks whether the components of a private key agree with one another and with the public half.

use std::fmt;

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, ConcatenatingMul as _, NonZero, Odd, Resize as _};
use zeroize::Zeroizing;

use super::key_material::{Bytes, RsaComponents};
use super::public_half;
use crate::key::PublicKey;
use crate::key::wire::Reader;

/// A relation that does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disagreement {
    /// The copies of the public half in the file differ.
    PublicCopies,
    /// The public half does not belong to the private half.
    PublicHalf,
    /// A private integer is too small or too large.
    OutOfRange,
    /// n = p·q, RFC 8017 section 3.1.
    Modulus,
    /// p and q are prime.
    Primes,
    /// e·d ≡ 1 modulo p - 1 and q - 1, which holds for both definitions of d: RFC 8017 section 3.2, FIPS 186-5 section
    /// A.1.1.
    PrivateExponent,
    /// The exponents of the Chinese remainder theorem are d modulo p - 1 and q - 1.
    CrtExponent,
    /// The coefficient is q's inverse modulo p.
    Coefficient,
}

impl fmt::Display for Disagreement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PublicCopies => "the file has the public key twice, and the copies differ",
            Self::PublicHalf => "the private half belongs to another key",
            Self::OutOfRange => "a private component is out of range",
            Self::Modulus => "p times q is not the modulus",
            Self::Primes => "p or q is not prime",
            Self::PrivateExponent => "the private exponent is not the public one's inverse",
            Self::CrtExponent => "an exponent for p or q does not match the private exponent",
            Self::Coefficient => "the coefficient is not q's inverse modulo p",
        })
    }
}

/// The longest integers that are computed with, in bytes: RSA of 16384 bits, which is OpenSSH's limit too.
const MAX: usize = 16384 / 8;

/// An integer that is wiped when dropped.
type Number = Zeroizing<BoxedUint>;

fn number(bytes: &[u8]) -> Number {
    Zeroizing::new(BoxedUint::from_be_slice_vartime(bytes))
}

/// Converts an integer that is at least 2 and not too long to compute with.
fn above_one(bytes: &[u8]) -> Result<Number, Disagreement> {
    let number = number(bytes);
    if bytes.len() <= MAX && *number > BoxedUint::one() { Ok(number) } else { Err(Disagreement::OutOfRange) }
}

/// Returns one integer modulo another.
fn modulo(number: &BoxedUint, modulus: &BoxedUint) -> Result<Number, Disagreement> {
    let modulus: Option<NonZero<BoxedUint>> = NonZero::new(modulus.clone()).into();
    let modulus = Zeroizing::new(modulus.ok_or(Disagreement::OutOfRange)?);
    Ok(Zeroizing::new(number.rem_vartime(&*modulus)))
}

fn minus_one(number: &BoxedUint) -> Number {
    Zeroizing::new(number.wrapping_sub(BoxedUint::one()))
}

/// Checks the components of an RSA key. A key of more than 16384 bits is not computed with.
pub(super) fn rsa(key: &PublicKey<'_>, private: &RsaComponents) -> Result<(), Disagreement> {
    let [e, n] = numbers(key)?.map(number);
    if key.bits().is_none_or(|bits| bits as usize > 8 * MAX) {
        return Ok(());
    }
    let (d, p, q) = (above_one(&private.d)?, above_one(&private.p)?, above_one(&private.q)?);
    if *Zeroizing::new(p.concatenating_mul(&*q)) != *n {
        return Err(Disagreement::Modulus);
    }
    let product = Zeroizing::new(d.concatenating_mul(&*e));
    let exponents = private.exponents.as_ref();
    for (prime, exponent) in [(&p, exponents.map(|both| &both[0])), (&q, exponents.map(|both| &both[1]))] {
        if !is_probably_prime(prime) {
            return Err(Disagreement::Primes);
        }
        let below = minus_one(prime);
        if *modulo(&product, &below)? != BoxedUint::one() {
            return Err(Disagreement::PrivateExponent);
        }
        if exponent.is_some_and(|exponent| modulo(&d, &below).is_ok_and(|right| *right != *number(exponent))) {
            return Err(Disagreement::CrtExponent);
        }
    }
    let coefficient = number(&private.coefficient);
    if private.coefficient.len() > MAX
        || *modulo(&Zeroizing::new(coefficient.concatenating_mul(&*q)), &p)? != BoxedUint::one()
    {
        return Err(Disagreement::Coefficient);
    }
    Ok(())
}

/// Checks that y = g^x modulo p.
pub(super) fn dsa(key: &PublicKey<'_>, x: &[u8]) -> Result<(), Disagreement> {
    let [p, q, g, _] = numbers(key)?;
    let own = public_half::dsa([p, q, g], x).ok_or(Disagreement::OutOfRange)?;
    if own.blob() == key.plain_blob() { Ok(()) } else { Err(Disagreement::PublicHalf) }
}

/// Returns the integers of an RSA or DSA key, in the order of its blob.
fn numbers<'k, const N: usize>(key: &'k PublicKey<'_>) -> Result<[&'k [u8]; N], Disagreement> {
    let mut blob = Reader::new(key.plain_blob());
    let mut next = || blob.unsigned().map_err(|_| Disagreement::OutOfRange);
    next()?; // the type
    let mut numbers = [&[][..]; N];
    for number in &mut numbers {
        *number = next()?;
    }
    Ok(numbers)
}

impl RsaComponents {
    /// Returns d modulo p - 1 and q - 1, computed if the format did not have them.
    ///
    /// # Errors
    /// p or q is 1.
    pub fn crt_exponents(&self) -> Result<[Bytes; 2], Disagreement> {
        if let Some(both) = &self.exponents {
            return Ok(both.clone());
        }
        let d = number(&self.d);
        let exponent = |prime: &[u8]| {
            let exponent = modulo(&d, &minus_one(&number(prime)))?;
            Ok(Zeroizing::new(exponent.to_be_bytes().into_vec()))
        };
        Ok([exponent(&self.p)?, exponent(&self.q)?])
    }
}

/// Tests by Fermat's little theorem with base 2. Composite numbers that pass do not occur by chance.
fn is_probably_prime(number: &BoxedUint) -> bool {
    let odd: Option<Odd<BoxedUint>> = Odd::new(number.clone()).into();
    let Some(odd) = odd else { return *number == BoxedUint::from(2u8) };
    let parameters = BoxedMontyParams::new(odd);
    let two = BoxedUint::from(2u8).resize(number.bits_precision());
    let power = Zeroizing::new(BoxedMontyForm::new(two, &parameters).pow(&minus_one(number)).retrieve());
    *power == BoxedUint::one()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primes_are_distinguished_from_other_integers() {
        for (number, prime) in [(2u32, true), (3, true), (4, false), (65537, true), (65535, false), (9, false)] {
            assert_eq!(is_probably_prime(&BoxedUint::from(number)), prime, "{number}");
        }
    }
}
