//! Diffie-Hellman in a group that the host chooses (RFC 4419).

use std::io::{Read, Write};

use common::key::wire::{self, Reader, put_string};

use super::super::failure::Failure;
use super::super::packet::Packets;
use super::dh;
use super::half::Half;

/// SSH_MSG_KEX_DH_GEX_REQUEST and _GROUP.
const REQUEST: u8 = 34;
const GROUP: u8 = 31;

/// The sizes to ask for, in bits: minimum (RFC 8270), preferred, maximum.
const MIN: u32 = 2048;
const BEST: u32 = 3072;
const MAX: u32 = 8192;

/// Asks for a group and makes our half in it. Appends to `hashed` the part of the exchange hash that this adds.
pub(super) fn half<S: Read + Write>(packets: &mut Packets<S>, hashed: &mut Vec<u8>) -> Result<Half, Failure> {
    let sizes = [MIN, BEST, MAX].map(u32::to_be_bytes).concat();
    packets.send(&[&[REQUEST], &sizes[..]].concat())?;
    let message = packets.receive(GROUP)?;
    let (prime, generator) =
        read_group(&message).ok_or(Failure::Protocol("the group that it chose for the key exchange is damaged"))?;
    check(prime, generator).map_err(Failure::Protocol)?;
    hashed.extend_from_slice(&sizes);
    put_string(hashed, prime);
    put_string(hashed, generator);
    let number = |mpint| dh::unsigned(mpint).unwrap_or_default();
    dh::half(number(prime), number(generator))
}

/// The contents of the two `mpint`s.
fn read_group(message: &[u8]) -> Option<(&[u8], &[u8])> {
    let mut reader = Reader::new(message);
    reader.bytes(1).ok()?;
    let group = (reader.string().ok()?, reader.string().ok()?);
    reader.is_empty().then_some(group)
}

/// Checks the group (RFC 4419 section 3, RFC 8270): its size, and 1 < g < p - 1. p is not checked to be a prime: a host that
/// chooses a bad group only reveals its own secret, and its signature covers the group.
fn check(prime: &[u8], generator: &[u8]) -> Result<(), &'static str> {
    let wrong = "the group that it chose for the key exchange is not encoded correctly";
    let (prime, generator) = (dh::unsigned(prime).ok_or(wrong)?, dh::unsigned(generator).ok_or(wrong)?);
    let bits = u32::try_from(wire::bits(prime)).unwrap_or(u32::MAX);
    if !(MIN..=MAX).contains(&bits) {
        return Err("the group that it chose for the key exchange is too small or too large");
    }
    let odd = prime.last().is_some_and(|last| last & 1 == 1);
    // For an odd p, g < p - 1 unless g is not smaller, or they differ only in the last bit.
    let shorter = generator.len() < prime.len();
    let smaller =
        shorter || (generator.len() == prime.len() && generator < prime && differs_before_the_last(prime, generator));
    if odd && smaller && wire::bits(generator) > 1 {
        Ok(())
    } else {
        Err("the group that it chose for the key exchange is not valid")
    }
}

fn differs_before_the_last(one: &[u8], other: &[u8]) -> bool {
    let cut = |number: &[u8]| number.split_last().map(|(last, rest)| (last & !1, rest.to_vec()));
    cut(one) != cut(other)
}

#[cfg(test)]
mod tests {
    use super::super::groups::GROUP_14;
    use super::*;

    #[test]
    fn only_groups_of_the_size_that_was_asked_for_are_taken() {
        let prime = [&[0], GROUP_14.prime].concat();
        assert_eq!(check(&prime, &[2]), Ok(()));
        let mut even = prime.clone();
        *even.last_mut().unwrap() -= 1;
        let mut huge = vec![1; 1100];
        huge[0] = 0x7f;
        for (prime, generator) in [
            (&prime[..], &[1][..]),
            (&prime, &[]),
            (&prime, &[0, 2]),
            (&prime, &prime),
            (&prime, &even),
            (&even, &[2]),
            (&prime[..200], &[2]),
            (&prime[1..], &[2]),
            (&[0x7f; 255], &[2]),
            (&huge, &[2]),
            (&[], &[]),
        ] {
            assert!(check(prime, generator).is_err(), "{} {generator:?}", prime.len());
        }
        let mut below = even;
        *below.last_mut().unwrap() -= 1;
        assert_eq!(check(&prime, &below), Ok(()));
    }
}
