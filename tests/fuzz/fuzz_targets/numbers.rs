//! Any RSA components, and points of any curve: keycheck's checks end soon, repeat their findings, and find the same in
//! a key alone and among others.
#![no_main]

use common::key::{Curve, PublicKey};
use keycheck::checks::{Settings, examine};
use libfuzzer_sys::fuzz_target;

/// The longest modulus, in bytes: longer ones take seconds with coverage counters.
const MOST: usize = 400;

/// Reads the input: two bytes of length, the exponent, and the rest as modulus or point.
fn read(data: &[u8]) -> Option<Vec<PublicKey<'static>>> {
    let (length, rest) = data.split_first_chunk()?;
    let (e, n) = rest.split_at(usize::from(u16::from_be_bytes(*length) % 2048).min(rest.len()));
    let n = n.get(..MOST).unwrap_or(n);
    let mut keys = vec![PublicKey::rsa(e, n).ok()?];
    keys.extend(PublicKey::ed25519(n.first_chunk::<32>().unwrap_or(&[0; 32])).ok());
    for (curve, length) in [(Curve::Nistp256, 64), (Curve::Nistp384, 96), (Curve::Nistp521, 132)] {
        let point = [&[4], n.get(..length).unwrap_or_default()].concat();
        keys.extend(PublicKey::ecdsa(curve, &point).ok());
    }
    Some(keys)
}

fuzz_target!(|data: &[u8]| {
    let Some(keys) = read(data) else { return };
    // The cheapest settings of the checks, for many rounds.
    let settings = Settings { fermat_rounds: 4, factors_to: 1000, ..Settings::default() };
    let all: Vec<&PublicKey<'_>> = keys.iter().collect();
    let names = |keys: &[&PublicKey<'_>]| -> Vec<Vec<&str>> {
        let examined = examine(&settings, keys);
        examined.iter().map(|one| one.findings.iter().map(|finding| finding.check.name).collect()).collect()
    };
    let together = names(&[&all[..], &all[..1]].concat());
    assert_eq!(together.first(), together.last());
    for (key, found) in all.iter().zip(&together) {
        assert_eq!(names(&[key]).first(), Some(found));
    }
});
