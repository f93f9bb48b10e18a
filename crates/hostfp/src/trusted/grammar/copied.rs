//! Normalises fingerprints as people copy them: without a label, as `sha256:`, as the pairs of MD5 alone, or with the quotes
//! and the full stop of their sentence.

use std::borrow::Cow;

use common::key::{Fingerprint, Hash};

/// Returns a text with its fingerprints spelt as ssh-keygen does; a type may precede one.
pub(crate) fn spelt(text: &str) -> String {
    let words: Vec<Cow<'_, str>> = text.split(' ').map(word).collect();
    // Pages write `SHA256: DIGITS`; these digits now have a label of their own.
    let is_spare_label = |index: usize, word: &str| {
        word.ends_with(':')
            && words.get(index + 1).is_some_and(|next| next.starts_with(word) && next.len() > word.len())
    };
    let kept = words.iter().enumerate().filter(|(index, word)| !is_spare_label(*index, word)).map(|(_, word)| &**word);
    kept.collect::<Vec<_>>().join(" ")
}

fn word(word: &str) -> Cow<'_, str> {
    let bare = word.trim_matches(['"', '\'', '`', ',', ';', '.', '!']);
    // Only around a whole fingerprint: otherwise it is something else, such as a path.
    if bare != word {
        let spelt = labelled(bare);
        return if spelt.parse::<Fingerprint>().is_ok() { spelt } else { word.into() };
    }
    labelled(word)
}

fn labelled(word: &str) -> Cow<'_, str> {
    let labelled = match word.split_once(':') {
        Some((label, digits)) => match Hash::of_name(label) {
            Some(hash) => format!("{}:{digits}", hash.label()),
            None => format!("MD5:{word}"),
        },
        // Only SHA-256 fingerprints have 43 characters.
        None => format!("SHA256:{word}"),
    };
    let is_labelled = word.split_once(':').is_some_and(|(label, _)| Hash::of_name(label).is_some());
    // A label shows what is meant, even if the digits are cut off.
    if is_labelled || labelled.parse::<Fingerprint>().is_ok() { labelled.into() } else { word.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_gets_the_label_that_it_lacks_and_nothing_else_does() {
        let digits = "p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM";
        let whole = format!("SHA256:{digits}");
        let pairs = "16:27:ac:a5:76:28:2d:36:63:1b:56:4d:eb:df:a6:48";
        for (text, expected) in [
            (digits.to_owned(), whole.clone()),
            (format!("{digits}="), format!("{whole}=")),
            (format!("sha256:{digits}"), whole.clone()),
            (format!("ECDSA Sha256:{digits}"), format!("ECDSA {whole}")),
            (format!("ECDSA {digits}"), format!("ECDSA {whole}")),
            (format!("SHA256: {digits}"), whole.clone()),
            (format!("ECDSA sha256: {digits}"), format!("ECDSA {whole}")),
            ("sha256:short".to_owned(), "SHA256:short".to_owned()),
            (pairs.to_owned(), format!("MD5:{pairs}")),
            (format!("md5:{pairs}"), format!("MD5:{pairs}")),
            (format!("{whole}."), whole.clone()),
            (format!("`sha256:{digits}`,"), whole.clone()),
            (format!("ECDSA \"{whole}\""), format!("ECDSA {whole}")),
            ("./vm.json.".to_owned(), "./vm.json.".to_owned()),
            (whole.clone(), whole),
            (digits[1..].to_owned(), digits[1..].to_owned()),
            ("~/.ssh/vm.json".to_owned(), "~/.ssh/vm.json".to_owned()),
            ("C:\\Users\\me\\vm.json".to_owned(), "C:\\Users\\me\\vm.json".to_owned()),
            ("-".to_owned(), "-".to_owned()),
        ] {
            assert_eq!(spelt(&text), expected, "{text}");
        }
    }
}
