//! Defines RSA moduli and their owners.

use common::key::Fingerprint;
use dashu_int::UBig;
use dashu_int::ops::BitTest as _;

use super::places::{PlaceId, Places};
use crate::finding::Other;

/// A key that has a modulus.
#[derive(Debug)]
pub(super) struct Owner {
    /// Its ordinal in the run, from 0.
    pub(super) ordinal: u32,
    /// Its place.
    pub(super) place: PlaceId,
    /// Its SHA-256 fingerprint.
    pub(super) fingerprint: Fingerprint,
    /// Whether it passed before it was compared.
    pub(super) passes: bool,
}

/// A modulus and the keys that have it.
#[derive(Debug)]
pub(super) struct Modulus {
    /// The modulus.
    pub(super) n: UBig,
    /// The keys, in the order of the input.
    pub(super) owners: Vec<Owner>,
}

impl Modulus {
    /// Returns the length of the modulus in bytes.
    pub(super) fn bytes(&self) -> usize {
        self.n.bit_len().div_ceil(8)
    }

    /// Returns the first of its keys, as the findings of others name it.
    pub(super) fn other(&self, places: &Places) -> Option<Other> {
        self.owners.first().map(|owner| Other { place: places.at(owner.place), fingerprint: owner.fingerprint })
    }
}
