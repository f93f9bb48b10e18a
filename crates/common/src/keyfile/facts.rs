//! What was odd about the text that a key stood in. The key is read all the same; whether somebody else would stumble
//! is for a policy to say.

/// One odd thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
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
}

impl Fact {
    /// All of them.
    pub const ALL: [Self; 11] = [
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
    ];
}

/// A set of odd things.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts(u16);

impl Facts {
    /// Whether this one is among them.
    #[must_use]
    pub const fn has(self, fact: Fact) -> bool {
        self.0 & 1 << fact as u16 != 0
    }

    /// These and another, where it holds.
    #[must_use]
    pub const fn with(self, fact: Fact, holds: bool) -> Self {
        Self(self.0 | (holds as u16) << fact as u16)
    }

    /// These and those.
    #[must_use]
    pub const fn and(self, others: Self) -> Self {
        Self(self.0 | others.0)
    }

    /// Each of them.
    pub fn iter(self) -> impl Iterator<Item = Fact> {
        Fact::ALL.into_iter().filter(move |fact| self.has(*fact))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in() {
        let facts = Facts::default()
            .with(Fact::Bom, true)
            .with(Fact::Json, false)
            .and(Facts::default().with(Fact::TextBefore, true));
        assert_eq!(facts.iter().collect::<Vec<_>>(), [Fact::Bom, Fact::TextBefore]);
        assert!(Fact::ALL.iter().enumerate().all(|(index, fact)| index == *fact as usize));
    }
}
