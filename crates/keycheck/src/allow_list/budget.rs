//! Limits the information in all texts around the keys of all files, or of an output, together.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::LazyLock;

use common::error::Place;
use common::key::Fingerprint;

use super::text::{MOST_BITS, Measure, Refusal};

/// The bits for each key outside known words: a date, or a number in a host name. Each further key also adds this to the limit
/// for the texts beside the keys.
const BITS_FOR_EACH_KEY: u32 = 40;

/// The most keys that are remembered, in some 150 MB. Each key beyond that counts as a new one: so many leave room for
/// anything.
const MOST_KEYS: usize = 1 << 22;

/// The limits for the texts around the keys of all files, or of one output, together: one for the information outside known
/// words in all texts, and one for all information in the texts beside the keys (comment lines, blank lines) with the text
/// around one key.
///
/// Files that are given away together are counted together: a secret could be cut into pieces for them. A copy of a key gives
/// no room for more text: the text around it counts as a text beside the keys, and so does the choice of the key. A text that
/// is twice in a file counts as a choice among its texts. A text that an earlier file has in the same words carries nothing
/// new.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    sums: Sums,
    /// Each key so far, with the text around it when it was last seen.
    keys: HashMap<u64, Seen>,
    /// Each text beside the keys so far, with the input in which it was last seen.
    texts: HashMap<u64, usize>,
    /// The text beside the keys with the most information, and its information.
    longest: Option<(Place, u32)>,
}

/// The line of a key, and the input in which it was last seen.
#[derive(Clone, Copy, Debug)]
struct Seen {
    line: u64,
    input: usize,
}

#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    /// The number of keys, each counted once.
    keys: u32,
    /// The information outside known words in all texts, in 1/100 bit.
    unexplained: u32,
    /// All information in the texts beside the keys, known words included, in 1/100 bit.
    beside: u32,
    /// The most information in the text around one key, in 1/100 bit.
    largest: u32,
}

impl Budget {
    /// Counts a key with the text around it: its input, its fingerprint, the [`identity`] of its line, and the measure of the
    /// text.
    ///
    /// # Errors
    /// The limit is exceeded; then neither the key nor the text is counted.
    pub(crate) fn key(&mut self, input: usize, key: &Fingerprint, line: u64, measure: Measure) -> Result<(), Refusal> {
        let key = identity(key.digest());
        let sums = match self.keys.get(&key) {
            None => self.sums.with_key(measure),
            Some(seen) if seen.line == line && seen.input != input => self.sums,
            Some(seen) if seen.line == line => self.sums.with_text(again(self.keys.len())),
            Some(_) => self.sums.with_text(measure + again(self.keys.len())),
        };
        self.sums = sums.within()?;
        if self.keys.len() < MOST_KEYS || self.keys.contains_key(&key) {
            self.keys.insert(key, Seen { line, input });
        }
        Ok(())
    }

    /// Counts a text that belongs to no key: its input and its place, its [`identity`], and its measure.
    ///
    /// # Errors
    /// The limit is exceeded; then the text is not counted.
    pub(crate) fn text(&mut self, input: usize, place: &Place, text: u64, measure: Measure) -> Result<(), Refusal> {
        let measure = match self.texts.get(&text) {
            None => measure,
            Some(seen) if *seen == input => measure.min(again(self.texts.len())),
            Some(_) => Measure::default(),
        };
        self.sums = self.sums.with_text(measure).within()?;
        self.texts.insert(text, input);
        if self.longest.as_ref().is_none_or(|(_, longest)| *longest < measure.total) {
            self.longest = Some((place.clone(), measure.total));
        }
        Ok(())
    }

    /// Returns the place of the text beside the keys with the most information.
    pub(crate) fn longest_text(&self) -> Option<&Place> {
        self.longest.as_ref().map(|(place, _)| place)
    }
}

/// Returns the information in the repetition of one of this many texts.
fn again(texts: usize) -> Measure {
    Measure::LINE + Measure::of_bits(texts.next_power_of_two().trailing_zeros())
}

impl Sums {
    fn with_key(self, measure: Measure) -> Self {
        Self {
            keys: self.keys.saturating_add(1),
            unexplained: self.unexplained.saturating_add(measure.unexplained),
            largest: self.largest.max(measure.total),
            ..self
        }
    }

    fn with_text(self, measure: Measure) -> Self {
        Self {
            unexplained: self.unexplained.saturating_add(measure.unexplained),
            beside: self.beside.saturating_add(measure.total),
            ..self
        }
    }

    fn within(self) -> Result<Self, Refusal> {
        let further = self.keys.saturating_sub(1).saturating_mul(BITS_FOR_EACH_KEY);
        let most = further.saturating_add(MOST_BITS).saturating_mul(100);
        // Until there are many keys, the part outside known words has no more room than one text: a secret has 256 bits.
        let pieces = self.keys.saturating_mul(BITS_FOR_EACH_KEY).max(MOST_BITS).saturating_mul(100);
        let is_within = self.unexplained <= pieces && self.beside.saturating_add(self.largest) <= most;
        is_within.then_some(self).ok_or(Refusal::TooMuchInformationTogether)
    }
}

/// Returns a hash of a text. It differs in each run, so that no text can be made to collide with another.
pub(crate) fn identity(text: &[u8]) -> u64 {
    static KEYS: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    KEYS.hash_one(text)
}

#[cfg(test)]
mod tests {
    use common::key::Hash;

    use super::super::words;
    use super::*;

    fn key(number: u32) -> Fingerprint {
        Fingerprint::of_blob(Hash::Sha256, &number.to_be_bytes())
    }

    fn measure(text: &str) -> Measure {
        words(text.as_bytes()).unwrap()
    }

    fn place() -> Place {
        Place { file: "keys".to_owned(), line: Some(1) }
    }

    #[test]
    fn pieces_of_a_secret_are_counted_together() {
        let piece = measure("b3Bl+nNz");
        let mut budget = Budget::default();
        assert!((0..100).any(|number| budget.key(0, &key(number), 1, piece).is_err()));
        for words_of_a_list in ["alice@laptop since 2024-11-29", "root@DESKTOP-7F3K2A1", "jdoe@corp-lt-04512"] {
            let (mut budget, measure) = (Budget::default(), measure(words_of_a_list));
            let fits = (0..100_000).all(|number| budget.key(0, &key(number), 1, measure) == Ok(()));
            assert!(fits, "{words_of_a_list}");
        }
    }

    #[test]
    fn copies_of_one_key_give_no_room_for_more_text() {
        let piece = measure("legal winner thank yellow");
        for input in [|_| 0, |number: u32| usize::try_from(number).unwrap()] {
            let mut budget = Budget::default();
            let count =
                (0..100).take_while(|number| budget.key(input(*number), &key(0), u64::from(*number), piece).is_ok());
            assert!(count.count() <= 3);
        }
        // The same line again, in one file.
        let mut budget = Budget::default();
        assert!((0..200).any(|_| budget.key(0, &key(0), 1, piece).is_err()));
    }

    /// A folder with the `authorized_keys` of many hosts.
    #[test]
    fn text_of_an_earlier_file_is_free() {
        let (mut budget, name, header, place) =
            (Budget::default(), measure("root@DESKTOP-7F3K2A1"), measure("managed by hand"), place());
        for input in 0..1000 {
            assert_eq!(budget.text(input, &place, identity(b"# managed by hand"), header + Measure::LINE), Ok(()));
            assert_eq!(budget.key(input, &key(1), 1, name), Ok(()));
        }
        assert!((0..100).any(|_| budget.text(0, &place, identity(b"# managed by hand"), header).is_err()));
    }

    /// Each copy of a key shows which of the keys it is.
    #[test]
    fn which_key_is_copied_counts() {
        let name = measure("root@web1");
        let mut budget = Budget::default();
        assert!((0..20).all(|number| budget.key(0, &key(number), 1, name) == Ok(())));
        let room = u32::try_from((0..1000).take_while(|_| budget.key(0, &key(3), 1, name) == Ok(())).count()).unwrap();
        // Seven bits each, of 200 for the first key and 40 for each further one.
        assert!((100..=137).contains(&room), "{room}");
    }

    /// Programs write the same line before each key.
    #[test]
    fn a_line_before_each_key_counts_little() {
        let (mut budget, name, header) = (Budget::default(), measure("root@web1"), measure("# gitea public key"));
        for number in 0..1000 {
            assert_eq!(budget.text(0, &place(), identity(b"# gitea public key"), header + Measure::LINE), Ok(()));
            assert_eq!(budget.key(0, &key(number), u64::from(number), name), Ok(()), "{number}");
        }
    }
}
