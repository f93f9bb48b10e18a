//! Prints words in colour, on terminals that support it.

/// A bold colour for text; ECMA-48 section 8.3.117, SGR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// Wrong.
    Red,
    /// Right.
    Green,
    /// Acceptable, or corrected.
    Yellow,
    /// Worth knowing.
    Cyan,
}

impl Colour {
    /// Returns the text in this colour, if colours are `used`.
    #[must_use]
    pub fn paint(self, text: &str, used: bool) -> String {
        let number = match self {
            Self::Red => 31,
            Self::Green => 32,
            Self::Yellow => 33,
            Self::Cyan => 36,
        };
        if used { format!("\x1b[1;{number}m{text}\x1b[0m") } else { text.to_owned() }
    }
}
