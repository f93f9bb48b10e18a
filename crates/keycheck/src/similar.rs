//! Finds the known name that is closest to a misspelt one (Levenshtein distance).

/// The most characters that may differ between a name and what was typed.
const MOST: usize = 3;

/// Returns the name that is closest to what was typed: it begins or ends with that, or few characters differ.
pub(crate) fn name<'n>(typed: &str, names: &[&'n str]) -> Option<&'n str> {
    if typed.is_empty() || typed.len() > 100 {
        return None;
    }
    let begins = |name: &&&str| name.starts_with(typed) || name.ends_with(typed);
    let by_distance = || {
        let nearest = names.iter().map(|name| (distance(typed, name), *name)).min_by_key(|(distance, _)| *distance);
        nearest.filter(|(distance, _)| *distance <= MOST && *distance < typed.len()).map(|(_, name)| name)
    };
    names.iter().find(begins).copied().or_else(by_distance)
}

/// Returns how many characters must be added, removed or changed to turn one name into the other (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let mut row: Vec<usize> = (0..=other.chars().count()).collect();
    for (index, character) in one.chars().enumerate() {
        let mut diagonal = std::mem::replace(row.first_mut().unwrap_or(&mut 0), index + 1);
        let mut left = index + 1;
        for (cell, of_other) in row.iter_mut().skip(1).zip(other.chars()) {
            let changed = diagonal + usize::from(character != of_other);
            diagonal = *cell;
            left = changed.min(*cell + 1).min(left + 1);
            *cell = left;
        }
    }
    row.last().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_name_is_recognised_and_another_word_is_not() {
        let names = ["duplicate", "roca", "rsa-too-short", "utf-16"];
        for (typed, meant) in [
            ("duplicates", Some("duplicate")),
            ("dupe", None),
            ("dup", Some("duplicate")),
            ("rocca", Some("roca")),
            ("ROCA", None),
            ("rsa_too_short", Some("rsa-too-short")),
            ("too-short", Some("rsa-too-short")),
            ("utf16", Some("utf-16")),
            ("", None),
            ("everything", None),
        ] {
            assert_eq!(name(typed, &names), meant, "{typed}");
        }
        assert_eq!((distance("", "abc"), distance("kitten", "sitting"), distance("a", "a")), (3, 3, 0));
    }
}
