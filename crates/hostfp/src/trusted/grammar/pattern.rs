//! A wildcard matcher for lines: `#` is one digit, `%` a non-empty word, `*` any text.

/// Whether a text matches a pattern. Between two wildcards, the first match of the text counts, and the last text must end
/// the line. Matches are never reconsidered, so the time is linear.
pub(crate) fn matches_pattern(text: &str, pattern: &str) -> bool {
    let text = text.as_bytes();
    let fits = |at: usize, part: &str| {
        let end = at + part.len();
        let mut pairs = text.get(at..end)?.iter().zip(part.bytes());
        pairs.all(|(byte, of)| if of == b'#' { byte.is_ascii_digit() } else { *byte == of }).then_some(end)
    };
    let first_end = pattern.find(['*', '%']).unwrap_or(pattern.len());
    let (first, mut rest) = pattern.split_at(first_end);
    let Some(mut at) = fits(0, first) else { return false };
    while let Some(wildcard) = rest.bytes().next() {
        let after_wildcard = rest.get(1..).unwrap_or_default();
        let (part, more) = after_wildcard.split_at(after_wildcard.find(['*', '%']).unwrap_or(after_wildcard.len()));
        let from = at + usize::from(wildcard == b'%');
        let start = if more.is_empty() {
            text.len().checked_sub(part.len()).filter(|start| *start >= from && fits(*start, part).is_some())
        } else {
            (from..text.len() + 1).find(|start| fits(*start, part).is_some())
        };
        let Some(start) = start else { return false };
        if wildcard == b'%' && text.get(at..start).is_none_or(|word| word.contains(&b' ')) {
            return false;
        }
        at = start + part.len();
        rest = more;
    }
    at == text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_a_whole_line() {
        for (text, pattern, has) in [
            ("a", "a", true),
            ("ab", "a", false),
            ("", "*", true),
            ("", "%", false),
            ("a b", "*", true),
            ("a b", "%", false),
            ("a 12 c", "a ## *", true),
            ("a 1x c", "a ## *", false),
            ("aXbYb", "a*b", true),
            ("aXbYc", "a*b", false),
            ("x (y@z) w", "% (%@%)*", true),
            ("x (y z@z)", "% (%@%)*", false),
            ("ab", "a*b*c", false),
            ("aa", "a*a*a", false),
            ("\u{e9}a", "*a", true),
        ] {
            assert_eq!(matches_pattern(text, pattern), has, "{text} {pattern}");
        }
        // A part that matches nowhere is searched for once.
        let long = format!("a{}", "::".repeat(1_000_000));
        assert!(!matches_pattern(&long, "a*::*::*::*...") && matches_pattern(&long, "a*::*::"));
    }
}
