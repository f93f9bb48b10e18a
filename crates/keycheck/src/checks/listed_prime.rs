//! Finds primes that are in a list: badkeys' check for shared primes comes with the product of the primes of keys that were
//! found on the Internet, one file for each size of modulus.
//!
//! The file is one integer as gmpy2 writes it: two bytes 1, for an integer above 0, and its bytes, the lowest first.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use common::error::{Error, Place};
use dashu_int::UBig;
use dashu_int::ops::{BitTest as _, Gcd as _};

use super::numbers::Numbers;
use crate::finding::{Check, Finding, Severity};

/// The key has a prime of a list that `--primes` names.
pub(crate) static LISTED_PRIME: Check = Check {
    name: "rsa-listed-prime",
    severity: Severity::Error,
    what: "The RSA modulus has a prime of the list that --primes names.",
    why: "The primes in the list are those of keys that shared them with others: anyone who has the list can compute the \
          private key in an instant.",
    remedy: "Generate a new key on a system with good randomness, and replace this one wherever it is used.",
    source: "H. Böck, badkeys (sharedprimes), https://badkeys.info; N. Heninger, Z. Durumeric, E. Wustrow, J. \
             Halderman, Mining Your Ps and Qs, 2012",
};

/// The first bytes of the file.
const START: [u8; 2] = [1, 1];

/// The longest list in bytes: sixty times the longest published one. The time for a key is proportional to it.
const MOST: u64 = 16 << 20;

/// The product of the primes in a list.
#[derive(Debug)]
pub(crate) struct PrimeList {
    place: Place,
    product: UBig,
}

impl PrimeList {
    /// Reads a list.
    ///
    /// # Errors
    /// It cannot be read, is not a list, or is too long.
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let place = Place::file(path);
        let failure = |error: std::io::Error| Error::io("cannot read", &error).at(place.clone());
        let file = File::open(path).map_err(failure)?;
        if file.metadata().map_err(failure)?.is_dir() {
            return Err(Error::failure("cannot read: is a folder").at(place));
        }
        let mut bytes = Vec::new();
        file.take(MOST + 1).read_to_end(&mut bytes).map_err(failure)?;
        if bytes.len() as u64 > MOST {
            return Err(Error::failure("is too long for a list of primes: it has more than 16 MiB").at(place));
        }
        let product = bytes.strip_prefix(&START).map(UBig::from_le_bytes).filter(|product| *product > UBig::ONE);
        match product {
            Some(product) => Ok(Self { place, product }),
            None => Err(Error::failure("is not a list of primes")
                .at(place)
                .hint("badkeys has them in its folder keydata: primes2048.dat for RSA keys of 2048 bits")),
        }
    }

    /// Returns the finding for a key with one of the primes.
    pub(crate) fn check(&self, numbers: &Numbers) -> Option<Finding> {
        if !numbers.is_of_sane_size() || numbers.n <= UBig::ONE {
            return None;
        }
        let divisor = (&numbers.n).gcd(&self.product % &numbers.n);
        (divisor != UBig::ONE)
            .then(|| LISTED_PRIME.found(format!("shares a factor of {} bits with {}", divisor.bit_len(), self.place)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::numbers::samples::{next_prime, number, strong_key};
    use super::*;

    fn open(bytes: &[u8]) -> Result<PrimeList, String> {
        let path = std::env::temp_dir().join(format!("keycheck-{}-primes", std::process::id()));
        std::fs::write(&path, bytes).unwrap();
        let list = PrimeList::open(&path).map_err(|error| error.message().to_owned());
        std::fs::remove_file(&path).unwrap();
        list
    }

    #[test]
    fn a_prime_of_the_list_is_found_and_a_strong_key_is_not() {
        let primes: Vec<UBig> = (101..120).map(|seed| next_prime(number(seed, 512))).collect();
        let product: UBig = primes.iter().product();
        let list = open(&[&START, &*product.to_le_bytes()].concat()).unwrap();
        let e = || UBig::from(65537_u32);
        for prime in &primes {
            let finding = list.check(&Numbers::new(prime * next_prime(number(77, 512)), e())).unwrap();
            assert!(finding.message.starts_with("shares a factor of 512 bits with "), "{}", finding.message);
        }
        let both = Numbers::new(&primes[0] * &primes[1], e());
        assert!(list.check(&both).unwrap().message.contains("1024 bits"));
        assert!(list.check(&strong_key(1)).is_none());
        for n in [0_u8, 1] {
            assert!(list.check(&Numbers::new(UBig::from(n), e())).is_none());
        }
    }

    #[test]
    fn other_files_are_refused() {
        for bytes in [&b""[..], b"\x01", b"\x01\x01", b"\x01\x01\x01", b"\x01\x02\x07", b"1234567\n"] {
            assert_eq!(open(bytes).unwrap_err(), "is not a list of primes", "{bytes:?}");
        }
    }
}
