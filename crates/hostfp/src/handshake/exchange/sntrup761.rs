//! sntrup761, the Streamlined NTRU Prime KEM that OpenSSH combines with X25519 (RFC 9941): the client's side of "NTRU Prime:
//! round 3" (Bernstein, Brumley, Chen, Chuengsatiansup, Lange, Marotzke, Peng, Tuveri, van Vredendaal, Yang; 2020).
//!
//! We have our own code because no library is suitable: in 2026 its only Rust crate has one author and no audit, and adds
//! thousands of lines, including `unsafe` vector code. The shared secret encrypts nothing here, and knowing it does not help
//! to sign in place of the host, so the code is not constant-time. It is tested with known answers of OpenSSH's
//! implementation.
//!
//! Polynomials have 761 coefficients, the constant one first, and are multiplied modulo x^761 - x - 1; integers modulo q or 3
//! are the representatives closest to 0.

use common::key::Hash;

use super::super::failure::Failure;
use super::super::random::random;
use super::half::{Half, Kem};

/// The degree of the modulus.
const P: usize = 761;
const Q: i32 = 4591;
/// How many coefficients of a short polynomial are 1 or -1; the others are 0.
const WEIGHT: usize = 286;
/// The largest integer modulo q.
const LARGEST: i32 = Q / 2;

/// The lengths in bytes of an encoded small polynomial, of an encoded rounded one, and of the confirmation that follows it.
const SMALL: usize = P.div_ceil(4);
const ROUNDED: usize = 1007;
const CONFIRMATION: usize = 32;

type Polynomial = Vec<i32>;

pub(super) fn kem() -> Result<Kem, Failure> {
    let key = PrivateKey::generate(&mut || random().map(u32::from_le_bytes))?;
    let rho = random::<SMALL>()?;
    let public = key.public.clone();
    let agree = move |ciphertext: &[u8]| {
        key.decapsulate(ciphertext, &rho).ok_or("its sntrup761 ciphertext has the wrong length")
    };
    Ok(Kem { half: Half { public, agree: Box::new(agree) }, ciphertext: ROUNDED + CONFIRMATION })
}

/// The private key, for decapsulation.
struct PrivateKey {
    f: Polynomial,
    /// 1 / g modulo 3.
    inverse_of_g: Polynomial,
    /// g / 3f modulo q.
    h: Polynomial,
    /// The encapsulation key.
    public: Vec<u8>,
}

impl PrivateKey {
    fn generate<E>(random: &mut impl FnMut() -> Result<u32, E>) -> Result<Self, E> {
        let (g, inverse_of_g) = loop {
            let g = small(random)?;
            if let Some(inverse) = inverse::<3>(&g) {
                break (g, inverse);
            }
        };
        let f = short(random)?;
        // 3f has an inverse, since the modulus is irreducible modulo q.
        let inverse_of_3f =
            inverse::<Q>(&f.iter().map(|number| 3 * number).collect::<Polynomial>()).unwrap_or_default();
        let h = product::<Q>(&inverse_of_3f, &g);
        let public = encode(h.iter().map(|number| number + LARGEST), Q as u32);
        Ok(Self { f, inverse_of_g, h, public })
    }

    /// The shared secret. A wrong ciphertext yields a different secret, derived from `rho`. `None` if the length is wrong.
    fn decapsulate(&self, ciphertext: &[u8], rho: &[u8; SMALL]) -> Option<Vec<u8>> {
        let (mut rounded, confirmation) = ciphertext.split_at_checked(ROUNDED)?;
        if confirmation.len() != CONFIRMATION {
            return None;
        }
        let c = decode(&mut rounded, &[ROUNDED_MODULUS; P])?;
        let c: Polynomial = c.iter().map(|number| 3 * *number as i32 - LARGEST).collect();
        let e: Polynomial =
            product::<Q>(&c, &self.f).iter().map(|number| modulo::<3>(modulo::<Q>(3 * number))).collect();
        let mut r = product::<3>(&e, &self.inverse_of_g);
        if r.iter().filter(|number| **number != 0).count() != WEIGHT {
            r = (0..P).map(|at| i32::from(at < WEIGHT)).collect();
        }
        let is_right = self.hide(&r) == ciphertext;
        Some(if is_right { session(1, &encode_small(&r), ciphertext) } else { session(0, rho, ciphertext) })
    }

    /// The ciphertext of a short polynomial, which is unique.
    fn hide(&self, r: &[i32]) -> Vec<u8> {
        let product = product::<Q>(&self.h, r);
        let rounded = product.iter().map(|number| (number - modulo::<3>(*number) + LARGEST) / 3);
        let mut ciphertext = encode(rounded, ROUNDED_MODULUS);
        ciphertext.extend(hash(2, &[hash(3, &encode_small(r)), hash(4, &self.public)].concat()));
        ciphertext
    }
}

/// The number of values that a rounded coefficient can have.
const ROUNDED_MODULUS: u32 = (Q as u32).div_ceil(3);

/// The first half of SHA-512, over a byte for the purpose and then the data.
fn hash(purpose: u8, bytes: &[u8]) -> Vec<u8> {
    let mut digest = Hash::Sha512.digest(&[&[purpose], bytes].concat());
    digest.truncate(32);
    digest
}

fn session(is_right: u8, r: &[u8], ciphertext: &[u8]) -> Vec<u8> {
    hash(is_right, &[&hash(3, r), ciphertext].concat())
}

/// A random polynomial with coefficients -1, 0 and 1.
fn small<E>(random: &mut impl FnMut() -> Result<u32, E>) -> Result<Polynomial, E> {
    (0..P).map(|_| Ok(small_number(random()?))).collect()
}

/// Three times a 30-bit integer, reduced to the two bits above those 30, less 1: -1, 0 or 1.
const fn small_number(random: u32) -> i32 {
    (((random & 0x3fff_ffff) as u64 * 3) >> 30) as i32 - 1
}

/// A random small polynomial in which as many coefficients as the weight are not 0, in random places: random words are sorted
/// by all but their last two bits, which encode the coefficients.
fn short<E>(random: &mut impl FnMut() -> Result<u32, E>) -> Result<Polynomial, E> {
    let word = |at| random().map(|word| if at < WEIGHT { word & !1 } else { word & !3 | 1 });
    let mut words = (0..P).map(word).collect::<Result<Vec<u32>, E>>()?;
    words.sort_unstable();
    Ok(words.iter().map(|word| (word & 3) as i32 - 1).collect())
}

/// The representative modulo M that is closest to 0.
const fn modulo<const M: i32>(number: i32) -> i32 {
    (number + M / 2).rem_euclid(M) - M / 2
}

/// The product of a polynomial and one with small coefficients, or of two modulo 3: no sum exceeds 32 bits.
fn product<const M: i32>(one: &[i32], small: &[i32]) -> Polynomial {
    let mut long = vec![0; 2 * P];
    for (shift, factor) in small.iter().enumerate().filter(|(_, factor)| **factor != 0) {
        long.iter_mut().skip(shift).zip(one).for_each(|(sum, number)| *sum += factor * number);
    }
    // x^(761 + n) = x^(n + 1) + x^n; the highest n is 759.
    let high = long.split_off(P);
    long.iter_mut().zip(&high).for_each(|(sum, number)| *sum += number);
    long.iter_mut().skip(1).zip(&high).for_each(|(sum, number)| *sum += number);
    long.iter().map(|number| modulo::<M>(*number)).collect()
}

/// The inverse of a polynomial modulo the prime M, by division steps (Bernstein and Yang, Fast constant-time gcd computation
/// and modular inversion, 2019, section 7); `None` if it has none. The steps begin with the highest coefficients, so all
/// polynomials in them are reversed.
fn inverse<const M: i32>(of: &[i32]) -> Option<Polynomial> {
    let mut f = vec![0; P + 1];
    f.iter_mut().take(1).for_each(|number| *number = 1);
    f.iter_mut().skip(P - 1).for_each(|number| *number = -1);
    let mut g: Polynomial = of.iter().rev().copied().map(modulo::<M>).chain([0]).collect();
    let (mut v, mut r) = (vec![0; P + 1], vec![0; P + 1]);
    r.iter_mut().take(1).for_each(|number| *number = 1);
    let mut delta = 1;
    for _ in 0..2 * P - 1 {
        v.rotate_right(1);
        v.iter_mut().take(1).for_each(|number| *number = 0);
        if delta > 0 && *g.first()? != 0 {
            std::mem::swap(&mut f, &mut g);
            std::mem::swap(&mut v, &mut r);
            delta = -delta;
        }
        delta += 1;
        let (f_0, g_0) = (*f.first()?, *g.first()?);
        let step = |(of_g, of_f): (&mut i32, &i32)| *of_g = modulo::<M>(f_0 * *of_g - g_0 * *of_f);
        g.iter_mut().zip(&f).for_each(step);
        r.iter_mut().zip(&v).for_each(step);
        // Its first coefficient is 0 now.
        g.rotate_left(1);
    }
    let scale = reciprocal::<M>(*f.first()?);
    let inverse = v.iter().take(P).rev().map(|number| modulo::<M>(scale * number)).collect();
    (delta == 0).then_some(inverse)
}

/// The inverse of an integer modulo the prime M: its power M - 2.
fn reciprocal<const M: i32>(number: i32) -> i32 {
    (0..M - 2).fold(1, |power, _| modulo::<M>(power * number))
}

/// Encodes four coefficients of -1, 0 and 1 in a byte.
fn encode_small(polynomial: &[i32]) -> Vec<u8> {
    let byte = |four: &[i32]| four.iter().rev().fold(0, |byte, number| byte << 2 | (number + 1) as u8);
    polynomial.chunks(4).map(byte).collect()
}

/// If a product of moduli is at least this, its lowest byte is written.
const LIMIT: u32 = 16384;

/// Encodes integers from 0 to below the modulus with little overhead: two of them become one of a larger modulus, until one
/// is left.
fn encode(numbers: impl Iterator<Item = i32>, modulus: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut numbers: Vec<(u32, u32)> = numbers.map(|number| (number as u32, modulus)).collect();
    let mut put = |(mut number, mut modulus): (u32, u32), limit| {
        while modulus >= limit {
            bytes.push(number as u8);
            (number, modulus) = (number >> 8, modulus.div_ceil(256));
        }
        (number, modulus)
    };
    while numbers.len() > 1 {
        let join = |two: &[(u32, u32)]| match two {
            [(low, modulus), (high, next)] => put((low + high * modulus, modulus * next), LIMIT),
            other => other.first().copied().unwrap_or_default(),
        };
        numbers = numbers.chunks(2).map(join).collect();
    }
    for last in numbers {
        let _ = put(last, 2);
    }
    bytes
}

/// Decodes the same; `None` if there are too few bytes. Integers that are too large are reduced by their modulus.
fn decode(bytes: &mut &[u8], moduli: &[u32]) -> Option<Vec<u32>> {
    /// Reads the low bytes of an integer. Returns their value, the weight of the next byte, and the modulus of the part that
    /// is not read yet.
    fn take(bytes: &mut &[u8], mut modulus: u32, limit: u32) -> Option<(u32, u32, u32)> {
        let (mut number, mut worth) = (0, 1);
        while modulus >= limit {
            let (first, others) = bytes.split_first()?;
            *bytes = others;
            (number, worth, modulus) = (number + worth * u32::from(*first), worth * 256, modulus.div_ceil(256));
        }
        Some((number, worth, modulus))
    }
    match moduli {
        [] => return Some(Vec::new()),
        [modulus] => return Some(vec![take(bytes, *modulus, 2)?.0 % modulus]),
        _ => {}
    }
    let mut low = Vec::with_capacity(moduli.len().div_ceil(2));
    for two in moduli.chunks(2) {
        low.push(match two {
            [one, next] => take(bytes, one * next, LIMIT)?,
            other => (0, 1, *other.first()?),
        });
    }
    let joined: Vec<u32> = low.iter().map(|(_, _, modulus)| *modulus).collect();
    let high = decode(bytes, &joined)?;
    let mut numbers = Vec::with_capacity(moduli.len());
    for ((two, (low, worth, _)), high) in moduli.chunks(2).zip(&low).zip(&high) {
        let number = low + worth * high;
        match two {
            [one, next] => numbers.extend([number % one, number / one % next]),
            _ => numbers.push(*high),
        }
    }
    Some(numbers)
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    /// A byte stream derived from a seed: SHA-512 of the seed and a counter.
    struct Stream {
        seed: u32,
        count: u32,
        bytes: Vec<u8>,
    }

    impl Stream {
        fn take<const N: usize>(&mut self) -> [u8; N] {
            while self.bytes.len() < N {
                let block = [b"sntrup761".as_slice(), &self.seed.to_be_bytes(), &self.count.to_be_bytes()].concat();
                self.bytes.extend(Hash::Sha512.digest(&block));
                self.count += 1;
            }
            self.bytes.drain(..N).collect::<Vec<u8>>().try_into().unwrap()
        }

        fn word(&mut self) -> Result<u32, Infallible> {
            Ok(u32::from_le_bytes(self.take()))
        }
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The results of OpenSSH 10.5's implementation (sntrup761.c, from SUPERCOP) for the same random bytes: the SHA-256 of
    /// the encapsulation key and of the ciphertext, the shared secret, and the one for the ciphertext with its last byte
    /// changed.
    const KNOWN: [(u32, [&str; 4]); 3] = [
        (
            1,
            [
                "1522ce7c0219dd7a9ebed1e979dc066b4c56a1974b9bd96c563a7ea9b4ce940d",
                "4e835ed72657d36fcd41768652e07b0f7e6d9c49685e59eea17fadbbe51f42b6",
                "c2995f62b13875fc6b74e14baef7a258e2e10e70fbd465e55af607af772e6574",
                "90bcf3b92f7a4521602adee8c48dd67064670c7cb5fecb587d7e81194431c6f4",
            ],
        ),
        (
            2,
            [
                "7db99689df6307f717a81f85709fbbc210cb0ce1b1800e2e927e466da36de148",
                "89faeb2608c823b00dd2e64d8b75089849c7392e55182a7fd6c1285feb1e0113",
                "fcd3af187ee528840eae2d6e9468a3e0ec2e2c7c704b9d9ffa37fde0e8eecac7",
                "b4cd2ff52fe0834ebb42d3b1dd9f035e9bad05e0d9bb600e7edcfb76c512abbc",
            ],
        ),
        (
            3,
            [
                "b7c8ae123329d9452a4fcfd24eefd87afc82c2f2943f564ed70768c2fd79f321",
                "fa4dcff8b58592f2f8a8e3b43c7bd126d1684f7eaa9a1a570f8f99cb4fde0338",
                "9ea12a859907a031a39bd2b801f22c5a34fe152baba44871d0d948e89f3c9cb4",
                "2cfcf1025025683d379aa44bfa122dae8c7d3b98ad49e9eb6c0362cf6ba4268d",
            ],
        ),
    ];

    #[test]
    fn keys_ciphertexts_and_secrets_are_those_of_openssh() {
        for (seed, [public, ciphertext, secret, other]) in KNOWN {
            let mut stream = Stream { seed, count: 0, bytes: Vec::new() };
            let key = PrivateKey::generate(&mut || stream.word()).unwrap();
            let rho = stream.take();
            assert_eq!(key.public.len(), 1158);
            assert_eq!(hex(&Hash::Sha256.digest(&key.public)), public);
            let r = short(&mut || stream.word()).unwrap();
            let mut hidden = key.hide(&r);
            assert_eq!(hex(&Hash::Sha256.digest(&hidden)), ciphertext);
            assert_eq!(hex(&session(1, &encode_small(&r), &hidden)), secret);
            assert_eq!(hex(&key.decapsulate(&hidden, &rho).unwrap()), secret);
            *hidden.last_mut().unwrap() ^= 1;
            assert_eq!(hex(&key.decapsulate(&hidden, &rho).unwrap()), other);
        }
    }

    #[test]
    fn whatever_a_host_sends_gives_a_secret_or_is_refused_for_its_length() {
        let mut stream = Stream { seed: 9, count: 0, bytes: Vec::new() };
        let key = PrivateKey::generate(&mut || stream.word()).unwrap();
        let right = key.hide(&short(&mut || stream.word()).unwrap());
        let secret = key.decapsulate(&right, &[0; SMALL]).unwrap();
        for ciphertext in [vec![0; right.len()], vec![0xff; right.len()], vec![0x80; right.len()]] {
            assert_ne!(key.decapsulate(&ciphertext, &[0; SMALL]).unwrap(), secret);
        }
        for at in (0..right.len()).step_by(37) {
            let mut changed = right.clone();
            changed[at] ^= 1 << (at % 8);
            assert_ne!(key.decapsulate(&changed, &[0; SMALL]).unwrap(), secret, "{at}");
        }
        for length in [0, ROUNDED - 1, ROUNDED, right.len() - 1, right.len() + 1] {
            assert!(key.decapsulate(&vec![7; length], &[0; SMALL]).is_none(), "{length}");
        }
    }

    #[test]
    fn what_is_encoded_is_decoded() {
        for (modulus, length) in [(Q as u32, 1158), (ROUNDED_MODULUS, ROUNDED)] {
            let numbers: Vec<u32> = (0..P as u32).map(|at| at * 7919 % modulus).collect();
            let bytes = encode(numbers.iter().map(|number| *number as i32), modulus);
            assert_eq!(bytes.len(), length);
            assert_eq!(decode(&mut &bytes[..], &[modulus; P]), Some(numbers));
            assert_eq!(decode(&mut &bytes[..length - 1], &[modulus; P]), None);
        }
    }

    #[test]
    fn a_polynomial_times_its_inverse_is_one_and_not_every_one_has_one() {
        let mut stream = Stream { seed: 5, count: 0, bytes: Vec::new() };
        let one: Polynomial = (0..P).map(|at| i32::from(at == 0)).collect();
        let f = short(&mut || stream.word()).unwrap();
        assert_eq!(product::<Q>(&inverse::<Q>(&f).unwrap(), &f), one);
        let g = small(&mut || stream.word()).unwrap();
        if let Some(inverse) = inverse::<3>(&g) {
            assert_eq!(product::<3>(&inverse, &g), one);
        }
        assert_eq!(inverse::<3>(&[0; P]), None);
        assert_eq!(inverse::<Q>(&[0; P]), None);
    }
}
