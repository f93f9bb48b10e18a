//! Diffie-Hellman modulo a prime (RFC 4253 section 8).

use common::key::wire;
use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};

use super::super::failure::Failure;
use super::super::random::random;
use super::half::Half;

/// The length of our exponent in bytes. RFC 4253 section 8 asks for an exponent of the order's size; twice the strength of
/// the strongest hash is enough, and much faster (RFC 4419 section 6.2).
const EXPONENT: usize = 64;

/// Makes our half in the group of this odd modulus and this generator, both big-endian. The generator must be the smaller.
pub(super) fn half(prime: &[u8], generator: &[u8]) -> Result<Half, Failure> {
    let group = Modulus::new(prime).ok_or(Failure::Protocol("the modulus of its group is even"))?;
    let exponent = random::<EXPONENT>()?;
    let ours = group.power(generator, &exponent).ok_or(Failure::Protocol("the generator of its group is too large"))?;
    let agree = move |theirs: &[u8]| {
        let theirs = unsigned(theirs).ok_or("its half of the key exchange is not encoded correctly")?;
        if !group.is_proper(theirs) {
            return Err("its half of the key exchange is out of range");
        }
        let shared = group.power(theirs, &exponent).filter(|shared| wire::bits(shared) > 1);
        let mut number = Vec::new();
        wire::put_unsigned(&mut number, &shared.ok_or("its half of the key exchange is out of range")?);
        Ok(number)
    };
    Ok(Half { public: contents(&ours), agree: Box::new(agree) })
}

/// The integer in the contents of an `mpint`, if it is positive and in its only valid encoding (RFC 4251 section 5), without
/// the leading zero byte.
pub(super) fn unsigned(mpint: &[u8]) -> Option<&[u8]> {
    match mpint {
        [0, number @ ..] if number.first().is_some_and(|first| first & 0x80 != 0) => Some(number),
        [first, ..] if (1..0x80).contains(first) => Some(mpint),
        _ => None,
    }
}

/// Encodes a big-endian integer as the contents of an `mpint`.
fn contents(number: &[u8]) -> Vec<u8> {
    let mut mpint = Vec::new();
    wire::put_unsigned(&mut mpint, number);
    mpint.split_off(4)
}

/// An odd modulus, prepared for exponentiation.
struct Modulus {
    params: BoxedMontyParams,
}

impl Modulus {
    fn new(modulus: &[u8]) -> Option<Self> {
        let modulus = Odd::new(BoxedUint::from_be_slice_vartime(modulus)).into_option()?;
        Some(Self { params: BoxedMontyParams::new_vartime(modulus) })
    }

    /// The integer at the modulus's precision; `None` if it does not fit.
    fn number(&self, bytes: &[u8]) -> Option<BoxedUint> {
        BoxedUint::from_be_slice(bytes, self.params.bits_precision()).ok()
    }

    /// Whether 1 < number < p - 1 (RFC 8268 section 4).
    fn is_proper(&self, number: &[u8]) -> bool {
        let one = BoxedUint::one_with_precision(self.params.bits_precision());
        let last = self.params.modulus().as_ref().wrapping_sub(&one);
        self.number(number).is_some_and(|number| number > one && number < last)
    }

    fn power(&self, base: &[u8], exponent: &[u8]) -> Option<Vec<u8>> {
        let base = self.number(base).filter(|base| base < self.params.modulus().as_ref())?;
        let exponent = BoxedUint::from_be_slice_vartime(exponent);
        Some(BoxedMontyForm::new(base, &self.params).pow(&exponent).retrieve().to_be_bytes().into_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::super::groups::{GROUP_14, GROUP_16, GROUP_18};
    use super::*;

    #[test]
    fn two_halves_agree_in_every_group() {
        for group in [&GROUP_14, &GROUP_16, &GROUP_18] {
            let new = || half(group.prime, &group.generator).unwrap();
            let (ours, theirs) = (new(), new());
            let (public, other) = (ours.public.clone(), theirs.public.clone());
            assert_eq!((ours.agree)(&other).unwrap(), (theirs.agree)(&public).unwrap());
        }
    }

    #[test]
    fn values_out_of_range_or_written_wrong_are_refused() {
        let new = || half(GROUP_14.prime, &GROUP_14.generator).unwrap();
        let prime = contents(GROUP_14.prime);
        let mut last = prime.clone();
        *last.last_mut().unwrap() -= 1;
        let good = new().public;
        assert!((new().agree)(&good).is_ok());
        let longer = [&[1], &good[..]].concat();
        for wrong in
            [&[][..], &[0], &[1], &[0x80], &[0, 2], &last, &prime, &[1; 400], &[&[0], &good[..]].concat(), &longer]
        {
            assert!((new().agree)(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn powers_are_right_in_a_group_that_can_be_checked_by_hand() {
        let seven = Modulus::new(&[0, 23]).unwrap();
        let power = |base: u8, exponent: u8| *seven.power(&[base], &[exponent]).unwrap().last().unwrap();
        assert_eq!((power(5, 6), power(5, 15), power(8, 15), power(19, 6)), (8, 19, 2, 2));
        assert!(seven.power(&[23], &[6]).is_none());
        let proper = (0..=23).filter(|number| seven.is_proper(&[*number]));
        assert!(proper.eq(2..22));
        assert!(Modulus::new(&[22]).is_none());
    }
}
