//! How much all texts around the keys of a file, or of an output, may tell together.

use super::text::{MOST_BITS, Measure, Refusal};

/// The bits that each further key adds to what no word explains in all texts: a date, or a number in a host's name.
const BITS_FOR_EACH_KEY: u32 = 40;

/// What the texts around the keys of one file, or of one output, may tell together: what no word explains in all of them,
/// and all that the texts beside the keys (lines of comment, blank lines) tell with the text around one key.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Budget {
    keys: u32,
    /// What no word explains in all texts, in hundredths of a bit.
    unexplained: u32,
    /// All that the texts beside the keys tell, in hundredths of a bit: words, too.
    beside: u32,
    /// All that the text around one key tells at most, in hundredths of a bit.
    largest: u32,
}

impl Budget {
    /// Takes the text around one more key.
    ///
    /// # Errors
    /// It would be too much; neither the key nor the text is counted then.
    pub(crate) fn key(&mut self, measure: Measure) -> Result<(), Refusal> {
        let with = Self { keys: self.keys.saturating_add(1), largest: self.largest.max(measure.total), ..*self };
        self.take(with, measure)
    }

    /// Takes a text that belongs to no key.
    ///
    /// # Errors
    /// It would be too much; it is not counted then.
    pub(crate) fn text(&mut self, measure: Measure) -> Result<(), Refusal> {
        self.take(Self { beside: self.beside.saturating_add(measure.total), ..*self }, measure)
    }

    fn take(&mut self, with: Self, measure: Measure) -> Result<(), Refusal> {
        let further = with.keys.saturating_sub(1).saturating_mul(BITS_FOR_EACH_KEY);
        let most = further.saturating_add(MOST_BITS).saturating_mul(100);
        let unexplained = self.unexplained.saturating_add(measure.unexplained);
        if unexplained > most || with.beside.saturating_add(with.largest) > most {
            return Err(Refusal::TellTooMuchTogether);
        }
        *self = Self { unexplained, ..with };
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::words;
    use super::*;

    #[test]
    fn pieces_of_a_secret_are_counted_together() {
        let measure = words(b"b3Bl+nNz").unwrap();
        let mut budget = Budget::default();
        assert!((0..100).any(|_| budget.key(measure).is_err()));
        let mut budget = Budget::default();
        for words_of_a_list in ["alice@laptop since 2024-11-29", "root@DESKTOP-7F3K2A1", "jdoe@corp-lt-04512"] {
            let measure = words(words_of_a_list.as_bytes()).unwrap();
            assert!((0..100_000).all(|_| budget.key(measure) == Ok(())), "{words_of_a_list}");
        }
    }
}
