//! Computes the first integers of generators without a seed, or with a usual one: where the search for a prime begins.

use dashu_int::UBig;

use super::congruential::{Gmp, Java, glibc, microsoft};
use super::twister::{DEFAULT, Twister};

/// The number of integers from GMP's and Java's generators, and from each of the others.
const MANY: usize = 10;
const FEW: usize = 4;

/// Seeds that people choose.
const USUAL: [u32; 8] = [0, 1, 2, 3, 42, 123, 1234, 12345];

/// The indices of the integers of java.util.Random with the seed 0 at which BigInteger.probablePrime begins to search for the
/// next prime; in between, the tests of all candidates draw integers, too. Measured with OpenJDK.
const JAVA_PRIMES: [(usize, [usize; MANY]); 4] = [
    (512, [0, 13, 41, 57, 86, 130, 215, 239, 270, 338]),
    (1024, [0, 136, 172, 176, 193, 253, 339, 390, 448, 551]),
    (1536, [0, 33, 66, 79, 97, 160, 205, 235, 239, 434]),
    (2048, [0, 35, 88, 97, 179, 320, 368, 391, 412, 663]),
];

/// Returns the integers of `bits` bits, a multiple of 64, for keys with two primes of this size.
pub(super) fn numbers(bits: usize) -> Vec<UBig> {
    let mut all = Vec::new();
    for mut twister in [DEFAULT, 0].map(Twister::seeded_by_gmp) {
        all.extend((0..MANY).map(|_| lowest_first(&mut twister, bits)));
    }
    for mut generator in Gmp::all(1).chain(Gmp::all(0)) {
        all.extend((0..MANY).map(|_| generator.number(bits)));
    }
    for seed in USUAL {
        let mut java = Java::seeded(seed.into());
        all.extend((0..if seed == 0 { MANY } else { FEW }).map(|_| java.number(bits)));
        let mut python = Twister::seeded_by_array(seed);
        all.extend((0..FEW).map(|_| lowest_first(&mut python, bits)));
    }
    let mut java = Java::seeded(0);
    let of_java: Vec<UBig> = JAVA_PRIMES
        .iter()
        .filter(|(size, _)| *size == bits)
        .flat_map(|(_, places)| places)
        .scan(0, |next, place| {
            (*next..*place).for_each(|_| drop(java.number(bits)));
            *next = place + 1;
            Some(java.number(bits))
        })
        .collect();
    all.extend(of_java);
    for twister in [DEFAULT, 0, 1].map(Twister::seeded) {
        let mut words = twister.clone();
        all.extend((0..FEW).map(|_| lowest_first(&mut words, bits)));
        let mut words = twister.clone();
        all.extend((0..FEW).map(|_| highest_first(std::iter::repeat_with(|| words.next()), bits)));
        let mut words = twister;
        all.extend((0..FEW).map(|_| of_bytes(&mut std::iter::repeat_with(|| words.next()), bits)));
    }
    all.extend((0..FEW).scan(glibc(1), |words, _| Some(of_bytes(words, bits))));
    all.extend((0..FEW).scan(microsoft(1), |words, _| Some(of_bytes(words, bits))));
    all
}

/// Joins words of 32 bits, the lowest one first.
fn lowest_first(twister: &mut Twister, bits: usize) -> UBig {
    let bytes: Vec<u8> = (0..bits / 32).flat_map(|_| twister.next().to_le_bytes()).collect();
    UBig::from_le_bytes(&bytes)
}

/// Joins words of 32 bits, the highest one first.
fn highest_first(words: impl Iterator<Item = u32>, bits: usize) -> UBig {
    let bytes: Vec<u8> = words.take(bits / 32).flat_map(u32::to_be_bytes).collect();
    UBig::from_be_bytes(&bytes)
}

/// Joins the lowest byte of each word, the highest byte of the integer first.
fn of_bytes(words: &mut impl Iterator<Item = u32>, bits: usize) -> UBig {
    let bytes: Vec<u8> = words.take(bits / 8).map(|word| word as u8).collect();
    UBig::from_be_bytes(&bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first integer of 512 bits of each library, as it prints it.
    #[test]
    fn the_first_numbers_are_those_of_the_libraries() {
        let [python, gmp, gmp_congruential, java] = [
            "781f9c58d6645fa9e8a8529f035efa259b08923d10c67fd994b2b8fda02f34a6795b929e9a9a80fdea7b5bf55eb561a4216363698b529b4a\
             97b750923ceb3ffd",
            "9c764c8f3c413cfd57c8a5d299c5cc82fd6dfdbd477a87715a0d413f32420fc7b34411325e1217a71096848fde90ec745558c7335696741d\
             41c91186caf806b",
            "c61823378ca06de01c8b6fb148c9bc935e433efcd960a1bf841fd60599811941a122cb1a323a76367ee78d71870b7134881ca077518c8090\
             13ae8ec6baecd515",
            "4c9326bb9805fa8f85882c12eae724cef0c62e118427f5948aefa5c428c43c93a69a323a734632dae3b40aa98428525a8b2882ce1db70511\
             aa21a207cc6f5c69",
        ]
        .map(|digits| UBig::from_str_radix(digits, 16).unwrap());
        // random.seed(3); random.getrandbits(512)
        assert_eq!(lowest_first(&mut Twister::seeded_by_array(3), 512), python);
        // gmpy2.mpz_urandomb(gmpy2.random_state(0), 512)
        assert_eq!(lowest_first(&mut Twister::seeded_by_gmp(0), 512), gmp);
        // gmp_randinit_lc_2exp_size(state, 32); mpz_urandomb(number, state, 512)
        assert!(Gmp::all(1).any(|mut generator| generator.number(512) == gmp_congruential));
        // new BigInteger(512, new Random(3))
        assert_eq!(Java::seeded(3).number(512), java);
    }
}
