//! Linear congruential generators, and glibc's, which adds up earlier states: D. Knuth, The Art of Computer Programming, volume
//! 2, section 3.2.

use dashu_int::UBig;

/// GMP's generators: x becomes a·x + 1 modulo 2^bits, and its higher half is the output.
pub(super) struct Gmp {
    factor: UBig,
    state: UBig,
    bits: usize,
}

impl Gmp {
    /// The factors that gmp_randinit_lc_2exp_size chooses, with the bits of the state.
    const FACTORS: [(usize, &str); 4] = [
        (32, "29cf535"),
        (64, "baecd515daf0b49d"),
        (128, "48a74f367fa7b5c8acbb36901308fa85"),
        (256, "af66ba932aaf58a071fd8f0742a99a0c76982d648509973db802303128a14cb5"),
    ];

    /// Returns the generators with this seed. The default seed is 1.
    pub(super) fn all(seed: u32) -> impl Iterator<Item = Self> {
        Self::FACTORS.into_iter().filter_map(move |(bits, factor)| {
            Some(Self { factor: UBig::from_str_radix(factor, 16).ok()?, state: seed.into(), bits })
        })
    }

    /// Returns an integer of `bits` bits; its lowest bits are drawn first.
    pub(super) fn number(&mut self, bits: usize) -> UBig {
        let mut number = UBig::ZERO;
        for place in (0..bits).step_by(self.bits / 2) {
            self.state = (&self.state * &self.factor + UBig::ONE).split_bits(self.bits).0;
            number |= (&self.state >> (self.bits / 2)) << place;
        }
        number.split_bits(bits).0
    }
}

/// java.util.Random.
#[derive(Clone)]
pub(super) struct Java(u64);

impl Java {
    const FACTOR: u64 = 0x5_deec_e66d;

    pub(super) const fn seeded(seed: u64) -> Self {
        Self(seed ^ Self::FACTOR)
    }

    fn next(&mut self) -> u32 {
        self.0 = self.0.wrapping_mul(Self::FACTOR).wrapping_add(11) & ((1 << 48) - 1);
        (self.0 >> 16) as u32
    }

    /// new BigInteger(bits, random), for a multiple of 32 bits: the bytes of each word from its lowest one, the highest byte of
    /// the integer first.
    pub(super) fn number(&mut self, bits: usize) -> UBig {
        let bytes: Vec<u8> = (0..bits / 32).flat_map(|_| self.next().to_le_bytes()).collect();
        UBig::from_be_bytes(&bytes)
    }
}

/// rand() of glibc: 31 words of a congruential generator, then each word is the sum of those 31 and 3 places before it.
pub(super) fn glibc(seed: u32) -> impl Iterator<Item = u32> {
    let next = |word: &i64| Some(word * 16807 % 0x7fff_ffff);
    let first = std::iter::successors(Some(i64::from(seed)), next).take(31).map(|word| word as u32);
    let mut words: Vec<u32> = first.clone().chain(first.take(3)).collect();
    std::iter::repeat_with(move || {
        let at = |back: usize| words.len().checked_sub(back).and_then(|index| words.get(index)).copied();
        let word = at(31).unwrap_or_default().wrapping_add(at(3).unwrap_or_default());
        words.remove(0);
        words.push(word);
        word >> 1
    })
    .skip(310)
}

/// rand() of Microsoft's C library.
pub(super) fn microsoft(seed: u32) -> impl Iterator<Item = u32> {
    let next = |state: &u32| Some(state.wrapping_mul(214_013).wrapping_add(2_531_011));
    std::iter::successors(next(&seed), next).map(|state| state >> 16 & 0x7fff)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The output of the first calls, on a system that has these generators.
    #[test]
    fn the_first_numbers_are_those_of_the_libraries() {
        assert_eq!(glibc(1).take(3).collect::<Vec<_>>(), [1_804_289_383, 846_930_886, 1_681_692_777]);
        assert_eq!(microsoft(1).take(3).collect::<Vec<_>>(), [41, 18467, 6334]);
        // new Random(42).nextInt()
        assert_eq!(Java::seeded(42).next() as i32, -1_170_105_035);
    }
}
