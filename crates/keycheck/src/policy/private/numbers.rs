//! Do a private key's numbers agree with one another, and with its public half?

use common::key::wire::Reader;
use common::key::{Curve, PublicKey};
use common::keyfile::Numbers;
use common::keyfile::numbers::{OfType, Rsa};
use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, ConcatenatingMul as _, NonZero, Odd, Resize as _};
use zeroize::Zeroizing;

use crate::checks::{Check, Finding, Severity};

/// The numbers do not agree.
pub(crate) static NUMBERS_DISAGREE: Check = Check {
    name: "private-numbers-disagree",
    severity: Severity::Error,
    what: "The private key's numbers do not belong to one another or to its public half.",
    why: "It makes no valid signatures, or some that are wrong and give the private number away. It was damaged, or \
          somebody put two keys together.",
    remedy: "Restore the file from a backup, or make a new key.",
    source: "RFC 8017, section 3.2; RFC 8032, section 5.1.5; SEC 1, section 3.2.1; D. Boneh, R. DeMillo, R. Lipton, On the \
             importance of checking cryptographic protocols for faults, 1997",
};

/// The key was not opened though it should have been.
pub(crate) static NOT_OPENED: Check = Check {
    name: "not-opened",
    severity: Severity::Error,
    what: "The private key could not be opened: the passphrase is another one, the file is damaged, or opening it takes \
           more work than a key is worth or one run may do.",
    why: "Who cannot open it cannot log in with it, and whether its numbers agree was not looked at.",
    remedy: "Try another passphrase; restore the file from a backup; give fewer encrypted keys at once.",
    source: "OpenSSH, PROTOCOL.key; the PuTTY manual, appendix C (Private-MAC)",
};

/// The longest numbers that are computed with, in bytes: RSA of 16384 bits, which is OpenSSH's bound too.
const MAX: usize = 16384 / 8;

/// A number that is wiped.
type Number = Zeroizing<BoxedUint>;

/// The finding for private numbers beside a public key.
pub(super) fn check(key: &PublicKey<'_>, numbers: &Numbers) -> Option<Finding> {
    let why = if numbers.public_agrees {
        match &numbers.of_type {
            OfType::Rsa(private) => rsa(key, private).err(),
            OfType::Dsa(x) => dsa(key, x).err(),
            OfType::Ecdsa(curve, scalar) => {
                (ecdsa(*curve, scalar).as_deref() != Some(key.plain_blob())).then_some(HALVES_APART)
            }
            OfType::Ed25519(seed) => (ed25519(seed).as_deref() != Some(key.plain_blob())).then_some(HALVES_APART),
        }
    } else {
        Some("the public half stands in the file twice, and not the same")
    };
    why.map(|why| NUMBERS_DISAGREE.found(why))
}

const HALVES_APART: &str = "the private half is that of another key";
const OUT_OF_RANGE: &str = "a private number is out of range";

fn number(bytes: &[u8]) -> Number {
    Zeroizing::new(BoxedUint::from_be_slice_vartime(bytes))
}

/// A number that is at least 2 and of a size that is computed with.
fn above_one(bytes: &[u8]) -> Result<Number, &'static str> {
    let number = number(bytes);
    if bytes.len() <= MAX && *number > BoxedUint::one() { Ok(number) } else { Err(OUT_OF_RANGE) }
}

/// One number modulo another.
fn modulo(number: &BoxedUint, modulus: &BoxedUint) -> Result<Number, &'static str> {
    let modulus: Option<NonZero<BoxedUint>> = NonZero::new(modulus.clone()).into();
    let modulus = Zeroizing::new(modulus.ok_or(OUT_OF_RANGE)?);
    Ok(Zeroizing::new(number.rem_vartime(&*modulus)))
}

/// n = pq; p and q are prime; d is e's inverse modulo p - 1 and q - 1, and so for both ways in which d is defined (RFC
/// 8017 section 3.2, FIPS 186-5 section A.1.1); so are the exponents; the coefficient is q's inverse modulo p.
fn rsa(key: &PublicKey<'_>, private: &Rsa) -> Result<(), &'static str> {
    let mut public = Reader::new(key.plain_blob());
    let mut next = || public.unsigned().map(number).map_err(|_| OUT_OF_RANGE);
    next()?; // the type
    let (e, n) = (next()?, next()?);
    if key.bits().is_none_or(|bits| bits as usize > 8 * MAX) {
        return Ok(()); // its size is told elsewhere
    }
    let (d, p, q) = (above_one(&private.d)?, above_one(&private.p)?, above_one(&private.q)?);
    if *Zeroizing::new(p.concatenating_mul(&*q)) != *n {
        return Err("p times q is not the modulus");
    }
    let product = Zeroizing::new(d.concatenating_mul(&*e));
    let exponents = private.exponents.as_ref();
    for (prime, exponent) in [(&p, exponents.map(|both| &both[0])), (&q, exponents.map(|both| &both[1]))] {
        if !is_probably_prime(prime) {
            return Err("p or q is not prime");
        }
        let below = Zeroizing::new(prime.wrapping_sub(BoxedUint::one()));
        if *modulo(&product, &below)? != BoxedUint::one() {
            return Err("the private exponent is not the public one's inverse");
        }
        if exponent.is_some_and(|exponent| modulo(&d, &below).is_ok_and(|right| *right != *number(exponent))) {
            return Err("an exponent for p or q is not what the private exponent makes it");
        }
    }
    let coefficient = number(&private.coefficient);
    if private.coefficient.len() > MAX
        || *modulo(&Zeroizing::new(coefficient.concatenating_mul(&*q)), &p)? != BoxedUint::one()
    {
        return Err("the coefficient is not q's inverse modulo p");
    }
    Ok(())
}

/// Fermat's little theorem with base 2. A number that passes and is not prime is not met by chance.
fn is_probably_prime(number: &BoxedUint) -> bool {
    let odd: Option<Odd<BoxedUint>> = Odd::new(number.clone()).into();
    let Some(odd) = odd else { return *number == BoxedUint::from(2u8) };
    let parameters = BoxedMontyParams::new(odd);
    let below = Zeroizing::new(number.wrapping_sub(BoxedUint::one()));
    let two = BoxedUint::from(2u8).resize(number.bits_precision());
    let power = Zeroizing::new(BoxedMontyForm::new(two, &parameters).pow(&below).retrieve());
    *power == BoxedUint::one()
}

/// y = g^x modulo p.
fn dsa(key: &PublicKey<'_>, x: &[u8]) -> Result<(), &'static str> {
    let mut public = Reader::new(key.plain_blob());
    let mut next = || public.unsigned().map_err(|_| OUT_OF_RANGE);
    next()?; // the type
    let (p, _, g, y) = (next()?, next()?, next()?, next()?);
    if p.len() > MAX || g.len() > p.len() || x.len() > p.len() {
        return Err(OUT_OF_RANGE);
    }
    let modulus: Option<Odd<BoxedUint>> = Odd::new(BoxedUint::from_be_slice_vartime(p)).into();
    let parameters = BoxedMontyParams::new(modulus.ok_or(OUT_OF_RANGE)?);
    let g = BoxedUint::from_be_slice_vartime(g).resize(parameters.bits_precision());
    let power = BoxedMontyForm::new(g, &parameters).pow(&number(x)).retrieve();
    if power == *number(y) { Ok(()) } else { Err(HALVES_APART) }
}

/// The blob of the public key of a seed.
fn ed25519(seed: &[u8]) -> Option<Vec<u8>> {
    let seed = Zeroizing::new(<[u8; 32]>::try_from(seed).ok()?);
    let public = ed25519_dalek::SigningKey::from_bytes(&seed).verifying_key();
    Some(PublicKey::ed25519(public.as_bytes()).ok()?.blob().to_vec())
}

/// The blob of the public key of a scalar.
fn ecdsa(curve: Curve, scalar: &[u8]) -> Option<Vec<u8>> {
    use p256::elliptic_curve::sec1::ToSec1Point as _;
    let length = curve.bits().div_ceil(8) as usize;
    let zeros = scalar.iter().take_while(|byte| **byte == 0).count();
    let scalar = scalar.get(zeros..)?;
    let mut padded = Zeroizing::new(vec![0; length.checked_sub(scalar.len())?]);
    padded.extend_from_slice(scalar);
    let point = match curve {
        Curve::Nistp256 => {
            p256::SecretKey::from_slice(&padded).ok()?.public_key().to_sec1_point(false).as_bytes().to_vec()
        }
        Curve::Nistp384 => {
            p384::SecretKey::from_slice(&padded).ok()?.public_key().to_sec1_point(false).as_bytes().to_vec()
        }
        Curve::Nistp521 => {
            p521::SecretKey::from_slice(&padded).ok()?.public_key().to_sec1_point(false).as_bytes().to_vec()
        }
    };
    Some(PublicKey::ecdsa(curve, &point).ok()?.blob().to_vec())
}

#[cfg(test)]
mod tests {
    use dashu_int::ops::{ExtendedGcd as _, Gcd as _};
    use dashu_int::{IBig, UBig};

    use super::*;
    use crate::checks::Numbers as Public;
    use crate::checks::numbers::samples::{next_prime, number};

    fn bytes(number: &UBig) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(number.to_be_bytes().to_vec())
    }

    /// A sound RSA key of 1024 bits; `change` may spoil its numbers d, p, q, coefficient, and the two exponents.
    fn found(change: impl FnOnce(&mut [UBig; 6])) -> Option<String> {
        let inverse = |of: &UBig, modulus: &UBig| {
            let (gcd, x, _) = of.gcd_ext(modulus);
            assert_eq!(gcd, UBig::ONE);
            let modulus = IBig::from(modulus.clone());
            UBig::try_from((x % &modulus + &modulus) % &modulus).unwrap()
        };
        let (p, q) = (next_prime(number(1, 512)), next_prime(number(2, 512)));
        let public = Public::new(&p * &q, UBig::from(65537u32));
        let (below_p, below_q) = (&p - UBig::ONE, &q - UBig::ONE);
        let least = &below_p * &below_q / (&below_p).gcd(&below_q);
        let d = inverse(&public.e, &least);
        let mut numbers = [d.clone(), p.clone(), q.clone(), inverse(&(&q % &p), &p), &d % &below_p, &d % &below_q];
        change(&mut numbers);
        let [d, p, q, coefficient, one, other] = numbers.each_ref().map(bytes);
        let private = Rsa { d, p, q, coefficient, exponents: Some([one, other]) };
        let numbers = Numbers { of_type: OfType::Rsa(private), public_agrees: true };
        let key = PublicKey::rsa(&public.e.to_be_bytes(), &public.bytes).unwrap();
        check(&key, &numbers).map(|finding| finding.message)
    }

    #[test]
    fn an_rsa_key_agrees_until_any_of_its_numbers_is_changed() {
        assert_eq!(found(|_| ()), None);
        // d modulo (p - 1)(q - 1) is as good as d modulo their least common multiple.
        assert_eq!(found(|n| n[0] += (&n[1] - UBig::ONE) * (&n[2] - UBig::ONE)), None);
        for (words, change) in [
            ("not the public one's inverse", (|n| n[0] += 2u32) as fn(&mut [UBig; 6])),
            ("p times q", |n| n[1] += 2u32),
            ("p times q", |n| n.swap(1, 3)),
            ("out of range", |n| n[2] = UBig::ONE),
            ("out of range", |n| n[0] = UBig::ZERO),
            ("out of range", |n| n[0] = UBig::ONE << 20_000),
            ("coefficient", |n| n[3] += 1u32),
            ("coefficient", |n| n[3] = UBig::ZERO),
            ("exponent for p", |n| n[4] += 1u32),
            ("exponent for p", |n| n[5] += 1u32),
        ] {
            let message = found(change).unwrap_or_default();
            assert!(message.contains(words), "{words}: {message}");
        }
    }

    #[test]
    fn primes_are_told_from_other_numbers() {
        for (number, prime) in [(2u32, true), (3, true), (4, false), (65537, true), (65535, false), (9, false)] {
            assert_eq!(is_probably_prime(&BoxedUint::from(number)), prime, "{number}");
        }
    }

    #[test]
    fn the_halves_of_a_key_on_a_curve_belong_together_or_not() {
        let seed = [7; 32];
        let own = PublicKey::ed25519(ed25519_dalek::SigningKey::from_bytes(&seed).verifying_key().as_bytes()).unwrap();
        let of = |byte| Numbers { of_type: OfType::Ed25519(Zeroizing::new(vec![byte; 32])), public_agrees: true };
        assert!(check(&own, &of(7)).is_none());
        assert!(check(&own, &of(8)).is_some_and(|finding| finding.message == HALVES_APART));
        assert!(check(&own, &Numbers { public_agrees: false, ..of(7) }).is_some());
        for curve in Curve::ALL {
            let blob = ecdsa(curve, &[1]).unwrap();
            let generator = PublicKey::from_blob(blob).unwrap();
            let of = |scalar: &[u8]| Numbers {
                of_type: OfType::Ecdsa(curve, Zeroizing::new(scalar.to_vec())),
                public_agrees: true,
            };
            assert!(check(&generator, &of(&[0, 0, 1])).is_none());
            for wrong in [&[2][..], &[], &[0xff; 66], &[0xff; 70]] {
                assert!(check(&generator, &of(wrong)).is_some(), "{curve:?} {wrong:?}");
            }
        }
    }

    #[test]
    fn a_dsa_key_agrees_when_its_power_does() {
        // 2^5 modulo 23 is 9.
        let key = |y: u8| PublicKey::dsa([&[23], &[11], &[2], &[y]]).unwrap();
        let numbers = |x: u8| Numbers { of_type: OfType::Dsa(Zeroizing::new(vec![x])), public_agrees: true };
        assert!(check(&key(9), &numbers(5)).is_none());
        assert!(check(&key(9), &numbers(6)).is_some() && check(&key(10), &numbers(5)).is_some());
    }
}
