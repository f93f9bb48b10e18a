//! Names the invisible characters, which keep a line or a document from being read.

/// Returns the name of a character that is invisible or looks like a space.
#[must_use]
pub const fn invisible(character: char) -> Option<&'static str> {
    Some(match character {
        '\u{a0}' => "no-break space",
        '\u{ad}' => "soft hyphen",
        '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{205f}' | '\u{3000}' => "wide or narrow space",
        '\u{200b}' => "zero width space",
        '\u{200c}' => "zero width non-joiner",
        '\u{200d}' => "zero width joiner",
        '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{61c}' => {
            "text direction mark"
        }
        '\u{2028}' | '\u{2029}' | '\u{85}' => "line separator",
        '\u{202f}' => "narrow no-break space",
        '\u{2060}' | '\u{180e}' => "word joiner",
        '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' | '\u{180b}'..='\u{180d}' | '\u{180f}' => {
            "variation selector"
        }
        '\u{34f}' => "combining grapheme joiner",
        '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}' => "filler character",
        // The remaining characters of Unicode's Default_Ignorable_Code_Point.
        '\u{2061}'..='\u{2065}'
        | '\u{206a}'..='\u{206f}'
        | '\u{fff0}'..='\u{fff8}'
        | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}' => "default-ignorable character",
        '\u{feff}' => "byte order mark",
        '\u{fffd}' => "replacement character",
        '\0' => "null",
        '\u{b}' => "vertical tab",
        '\u{c}' => "form feed",
        '\x01'..='\x08' | '\x0e'..='\x1f' | '\x7f' => "control character",
        _ => return None,
    })
}
