//! Words in colour, on terminals that show it.

/// A colour that words are printed in, bold; ECMA-48 section 8.3.117, SGR.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colour {
    /// It is not as it should be.
    Red,
    /// It is as it should be.
    Green,
    /// It is well enough, or was made so.
    Yellow,
    /// It is worth knowing.
    Cyan,
}

impl Colour {
    /// The text in this colour, if colours are `used`.
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
