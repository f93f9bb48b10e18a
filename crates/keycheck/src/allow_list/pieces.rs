//! What looks like pieces of a secret: the part of a text that no word explains. Unlike `information` this is a guess,
//! for many short texts together, of which each alone is too short to be a secret.

use super::information::is_word;

/// The bits of a character, in hundredths: of digits, of hexadecimal, of base 36 and of base 64.
const DIGIT: u32 = 333;
const HEXADECIMAL: u32 = 400;
const BASE_36: u32 = 517;
const BASE_64: u32 = 600;

/// Unknown letters in a row that are no piece yet around a key: a name cut short, such as `jdoe` or `nyc`.
pub(super) const NAME: usize = 4;

/// Changes between letters, capitals and digits that words have: `vm01`, `iPhone`, `web2-Prod`.
const FEW_CHANGES: usize = 2;

/// The part of a text that no word explains, in hundredths of a bit. So few unknown letters in a row are taken for a
/// name.
pub(super) fn unexplained(text: &str, few: usize) -> u32 {
    // Between letters, a plus sign is one of base64.
    let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '+';
    let runs = text.split(|letter| !is_letter(letter)).filter(|run| !run.is_empty());
    let mut before = None;
    let rare = text.chars().filter(|letter| !is_letter(*letter)).map(|letter| match letter {
        // The same again tells nothing new, as in a ruler.
        letter if before.replace(letter) == Some(letter) => 0,
        ' ' | '-' | '.' | '@' | '_' | ',' => 0,
        letter if letter.is_ascii() => 100,
        // Most of what a letter of another alphabet tells, it tells in a language.
        letter if (letter as u32) < 0x3000 => 100,
        _ => DIGIT,
    });
    runs.map(|letters| run(letters, few)).chain(rare).fold(0, u32::saturating_add)
}

/// Letters and digits without anything between them.
fn run(run: &str, few: usize) -> u32 {
    let length = |text: &str| u32::try_from(text.len()).unwrap_or(u32::MAX);
    let parts = parts(run);
    let is_number = |part: &str| part.starts_with(|letter: char| letter.is_ascii_digit());
    let is_name = |part: &str| is_number(part) || is_written_as_a_word(part) && (part.len() <= few || is_a_word(part));
    let (numbers, names): (Vec<&str>, Vec<&str>) = parts.iter().partition(|part| is_number(part));
    if parts.len() <= FEW_CHANGES + 1 && names.into_iter().all(is_name) {
        let number = |number: &str| {
            // Of a date all but the last years are known.
            if number.len() == 8 && number.starts_with("20") { 4 * DIGIT } else { length(number).saturating_mul(DIGIT) }
        };
        return numbers.into_iter().map(number).fold(0, u32::saturating_add);
    }
    let is_hexadecimal = run.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let has = |is: fn(&char) -> bool| run.chars().any(|letter| is(&letter));
    length(run).saturating_mul(match (is_hexadecimal, has(char::is_ascii_lowercase) && has(char::is_ascii_uppercase)) {
        (true, _) => HEXADECIMAL,
        (false, false) => BASE_36,
        (false, true) => BASE_64,
    })
}

fn is_a_word(part: &str) -> bool {
    is_word(&part.to_ascii_lowercase())
}

/// Letters of one case, perhaps behind one capital.
fn is_written_as_a_word(part: &str) -> bool {
    let rest = part.get(1..).unwrap_or_default();
    let is_small = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase());
    is_small(rest) || part.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// The parts of a run: digits, and letters up to a capital behind a small one.
fn parts(run: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut before) = (0, None);
    for (at, letter) in run.char_indices() {
        let changes = before.is_some_and(|before: char| {
            before.is_ascii_digit() != letter.is_ascii_digit()
                || letter == '+'
                || before.is_ascii_lowercase() && letter.is_ascii_uppercase()
        });
        if changes {
            parts.extend(run.get(start..at));
            start = at;
        }
        before = Some(letter);
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
        // Where no names are due, two letters are enough.
        assert!(unexplained("4f", NAME) < unexplained("4f", 0) && unexplained("the key", 0) == 0);
    }
}
