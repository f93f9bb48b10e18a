//! What is unusual about the text around a key. The key is read all the same; a policy decides whether other programs
//! would refuse it.

/// One unusual property.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quirk {
    /// A line ended with a carriage return and a newline.
    Crlf,
    /// A byte order mark stood before it.
    Bom,
    /// The text was UTF-16.
    Utf16,
    /// The base64 was broken over several lines.
    Wrapped,
    /// The type did not stand before the base64.
    NoType,
    /// Another type than the key's stood before the base64.
    FalseType,
    /// It stood in quotes.
    Quoted,
    /// It stood in a string of a JSON document.
    Json,
    /// Other text stood before the BEGIN line.
    TextBefore,
    /// There was more data behind the end of the key.
    Trailing,
    /// The line that ends the block was the last of the text and had no newline.
    NoFinalNewline,
    /// The label of the block named another format than the block's contents are.
    FalseLabel,
    /// The passphrase opened the key in another encoding than it was given in.
    PassphraseEncoding,
}

impl Quirk {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Crlf,
        Self::Bom,
        Self::Utf16,
        Self::Wrapped,
        Self::NoType,
        Self::FalseType,
        Self::Quoted,
        Self::Json,
        Self::TextBefore,
        Self::Trailing,
        Self::NoFinalNewline,
        Self::FalseLabel,
        Self::PassphraseEncoding,
    ];
}

/// A set of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Quirks(u16);

impl Quirks {
    /// None of them.
    pub(super) const EMPTY: Self = Self(0);

    /// Whether this one is among them.
    #[must_use]
    pub const fn has(self, quirk: Quirk) -> bool {
        self.0 & 1 << quirk as u16 != 0
    }

    /// These and another, where it holds.
    #[must_use]
    pub const fn with(self, quirk: Quirk, holds: bool) -> Self {
        Self(self.0 | (holds as u16) << quirk as u16)
    }

    /// These and those.
    #[must_use]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = Quirk> {
        Quirk::ALL.into_iter().filter(move |quirk| self.has(*quirk))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in() {
        let quirks = Quirks::default()
            .with(Quirk::Bom, true)
            .with(Quirk::Json, false)
            .and(Quirks::default().with(Quirk::TextBefore, true));
        assert_eq!(quirks.iter().collect::<Vec<_>>(), [Quirk::Bom, Quirk::TextBefore]);
        assert!(Quirk::ALL.iter().enumerate().all(|(index, quirk)| index == *quirk as usize));
    }
}
