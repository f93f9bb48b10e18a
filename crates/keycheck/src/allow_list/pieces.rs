//! Measures what looks like pieces of a secret: the part of a text outside known words. Unlike `information` this is a
//! heuristic, for many short texts together, each of which is too short to be a secret.

use super::information::{GUID, is_guid, is_word};
use super::vocabulary::PHRASES;

/// The information in a character, in 1/100 bit: for digits, letters, hexadecimal, base 36 and base 64.
const DIGIT: u32 = 333;
const LETTER: u32 = 471;
const HEXADECIMAL: u32 = 400;
const BASE_36: u32 = 517;
const BASE_64: u32 = 600;

/// The information in a GUID, in 1/100 bit: that of its digits, since a secret need not respect the version.
const GUID_BITS: u32 = 12_800;

/// The most unknown letters in a row around a key that count as a short name, such as `jdoe` or `nyc`, not as a piece.
pub(super) const NAME: usize = 4;

/// The letters of such names around one key that are free: one name, and a single letter. Without a limit, any text could be
/// written in groups of four letters.
const FREE_LETTERS: usize = 5;

/// The most changes between lowercase, uppercase and digits that words have: `vm01`, `iPhone`, `web2-Prod`.
const FEW_CHANGES: usize = 2;

/// Returns the information outside known words, in 1/100 bit. Up to `longest_name` unknown letters in a row count as a name.
pub(super) fn unexplained(text: &str, longest_name: usize) -> u32 {
    let (text, guids) = without_what_is_known(text);
    // Between letters, `+` is a character of base64.
    let is_in_run = |character: char| character.is_ascii_alphanumeric() || character == '+';
    let runs = text.split(|character| !is_in_run(character)).filter(|run| !run.is_empty());
    let mut before = None;
    let rare = text.chars().filter(|character| !is_in_run(*character)).map(|character| match character {
        // A repeated character carries nothing new, as in a ruler.
        character if before.replace(character) == Some(character) => 0,
        ' ' | '-' | '.' | '@' | '_' | ',' => 0,
        character if character.is_ascii() => 100,
        // The language determines most of a letter of another alphabet.
        character if (character as u32) < 0x3000 => 100,
        _ => DIGIT,
    });
    let mut names = 0;
    let runs: Vec<u32> = runs.map(|letters| run(letters, longest_name, &mut names)).collect();
    let further_names = length(names).saturating_sub(length(FREE_LETTERS)).saturating_mul(LETTER);
    runs.into_iter().chain(rare).fold(guids.saturating_add(further_names), u32::saturating_add)
}

/// Returns a text without its phrases and GUIDs, and the information in the GUIDs, in 1/100 bit.
fn without_what_is_known(text: &str) -> (String, u32) {
    let (mut left, mut guids) = (String::with_capacity(text.len()), 0_u32);
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let phrase = PHRASES.iter().filter(|phrase| rest.starts_with(**phrase)).map(|phrase| phrase.len()).max();
        let is_guid = rest.get(..GUID).is_some_and(|guid| is_guid(&guid.to_ascii_lowercase()));
        let known = if is_guid { Some(GUID) } else { phrase };
        guids = guids.saturating_add(if is_guid { GUID_BITS } else { 0 });
        left.push(if known.is_some() { ' ' } else { character });
        rest = rest.get(known.unwrap_or(character.len_utf8())..).unwrap_or_default();
    }
    (left, guids)
}

fn length(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Measures a run of letters and digits. The number of unknown letters that count as names is added to `names`.
fn run(run: &str, longest_name: usize, names: &mut usize) -> u32 {
    let parts = parts(run);
    let is_number = |part: &str| part.starts_with(|character: char| character.is_ascii_digit());
    let is_name = |part: &str| is_written_as_a_word(part) && (part.len() <= longest_name || is_a_word(part));
    let (numbers, words): (Vec<&str>, Vec<&str>) = parts.iter().partition(|part| is_number(part));
    // Beside digits, unknown letters are not a name, except a single one such as the T in a time.
    let is_mixed = !numbers.is_empty() && words.iter().any(|word| word.len() > 1 && !is_a_word(word));
    if parts.len() <= FEW_CHANGES + 1 && words.iter().all(|word| is_name(word)) && !is_mixed {
        *names += words.iter().filter(|word| !is_a_word(word)).map(|word| word.len()).sum::<usize>();
        let number = |number: &str| {
            // All but four digits of a recent date are predictable.
            if number.len() == 8 && number.starts_with("20") {
                4 * DIGIT
            } else {
                length(number.len()).saturating_mul(DIGIT)
            }
        };
        return numbers.into_iter().map(number).fold(0, u32::saturating_add);
    }
    let is_hexadecimal = run.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let has = |is: fn(&char) -> bool| run.chars().any(|character| is(&character));
    length(run.len()).saturating_mul(
        match (is_hexadecimal, has(char::is_ascii_lowercase) && has(char::is_ascii_uppercase)) {
            (true, _) => HEXADECIMAL,
            (false, false) => BASE_36,
            (false, true) => BASE_64,
        },
    )
}

fn is_a_word(part: &str) -> bool {
    is_word(&part.to_ascii_lowercase())
}

/// Whether all letters have one case; the first one may be uppercase.
fn is_written_as_a_word(part: &str) -> bool {
    let rest = part.get(1..).unwrap_or_default();
    let is_lowercase = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase());
    is_lowercase(rest) || part.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// Splits a run into digits and letters; letters end before an uppercase letter that follows a lowercase one.
fn parts(run: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut before) = (0, None);
    for (at, character) in run.char_indices() {
        let changes = before.is_some_and(|before: char| {
            before.is_ascii_digit() != character.is_ascii_digit()
                || character == '+'
                || before.is_ascii_lowercase() && character.is_ascii_uppercase()
        });
        if changes {
            parts.extend(run.get(start..at));
            start = at;
        }
        before = Some(character);
    }
    parts.extend(run.get(start..));
    parts
}

#[cfg(test)]
mod tests {
    use super::{NAME, unexplained};

    #[test]
    fn names_of_people_and_machines_are_explained_but_for_their_numbers() {
        for (text, most) in [
            ("alice@laptop", 0),
            ("jdoe@corp-lt-04512", 17),
            ("rsa-key-20261129", 14),
            ("user@ubuntu-s-1vcpu-1gb-nyc1-01", 20),
            ("root@DESKTOP-7F3K2A1", 40),
            ("ec2-user@ip-172-31-3-17.eu-central-1.compute.internal", 40),
            ("deploy-2024-11-29T10:22:33Z", 52),
        ] {
            assert!(unexplained(text, NAME) / 100 <= most, "{text}: {}", unexplained(text, NAME));
        }
    }

    #[test]
    fn a_name_that_is_cut_short_is_excused_and_no_more() {
        let bits = |text: &str| unexplained(text, NAME) / 100;
        assert_eq!(bits("jdoe q"), 0);
        assert!(bits("yiqa niux wqzv kfgp xbjd") >= 70, "{}", bits("yiqa niux wqzv kfgp xbjd"));
        assert!(bits("yiqa.niux@wqzv-kfgp_xbjd") >= 70);
    }

    #[test]
    fn a_guid_has_the_bits_of_its_digits() {
        for guid in ["3f2504e0-4f89-11d3-9a0c-0305e82c3301", "3F2504E0-4F89-11D3-9A0C-0305E82C3301"] {
            assert_eq!(unexplained(guid, NAME), super::GUID_BITS);
            assert_eq!(unexplained(&format!("azureuser {guid}"), 0), super::GUID_BITS);
        }
    }

    #[test]
    fn pieces_of_secrets_are_not() {
        for (text, least) in [
            ("b3BlbnNz", 48),
            ("b3Bl+nNz", 48),
            ("4f2a9c", 24),
            ("1C5XQ2PZ", 40),
            ("x%41%42", 14),
            ("AAIDffW5f", 48),
            ("QyNTUxOQA", 48),
            ("xqzkvjw", 36),
            ("18446744073", 36),
        ] {
            assert!(unexplained(text, NAME) / 100 >= least, "{text}: {}", unexplained(text, NAME));
        }
        // Where names are not expected, two letters are enough.
        assert!(unexplained("4f", NAME) < unexplained("4f", 0) && unexplained("the key", 0) == 0);
    }
}
