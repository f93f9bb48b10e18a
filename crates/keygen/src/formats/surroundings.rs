//! Finds text around a private key in its file that would be lost if the key were written in place of the file.

use common::keyfile::decodings;
use zeroize::Zeroizing;

/// What is lost if a key replaces the file that it was read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surroundings {
    /// Nothing of value.
    Nothing,
    /// Some other text.
    Text,
    /// Another private key.
    PrivateKey,
}

/// The beginnings of a private key's text, and what ends it.
const BEGINS: [&str; 2] = ["-----BEGIN", "PuTTY-User-Key-File-"];

/// The last field of a PPK file, by its version.
const LAST_FIELDS: [&str; 2] = ["Private-MAC:", "Private-Hash:"];

/// Whether a text is one private key and nothing else of value: only white space, punctuation and the lines of one code fence
/// surround it. `None` if the key has no BEGIN line.
pub(super) fn is_one_key(text: &[u8]) -> Option<bool> {
    let inner = enclosed(text);
    let mut has_begin = false;
    for (depth, text) in decodings(inner).into_iter().enumerate() {
        // UTF-16 has zero bytes between the characters.
        let bytes: Zeroizing<Vec<u8>> = Zeroizing::new(text.iter().copied().filter(|byte| *byte != 0).collect());
        let Ok(text) = std::str::from_utf8(&bytes).map(without_parameters) else { continue };
        let Some((before, after)) = around(&text) else { continue };
        has_begin = true;
        let ends = |text: &str| text.matches('\n').count();
        let breaks = ends(&text) - ends(before) - ends(after);
        // Tags contain words that decoding removes.
        if is_negligible(before, breaks, after) && !(depth > 0 && has_tags(inner)) {
            return Some(true);
        }
    }
    has_begin.then_some(false)
}

/// The text inside the quotes around a whole text.
fn enclosed(text: &[u8]) -> &[u8] {
    let text = text.trim_ascii();
    match text {
        [first @ (b'"' | b'\'' | b'`'), inner @ .., last] if first == last => inner,
        _ => text,
    }
}

/// Whether a text has HTML tags with content; `<<` begins a here-document.
fn has_tags(text: &[u8]) -> bool {
    /// Tags that only control the display.
    const DISPLAY_ONLY: [&[u8]; 6] = [b"br", b"p", b"pre", b"code", b"div", b"span"];
    let has_content = |tag: &[u8]| {
        let tag = tag.strip_prefix(b"/").unwrap_or(tag);
        let name = tag.split(|byte| *byte == b'>').next().unwrap_or_default();
        let name = name.strip_suffix(b"/").unwrap_or(name).trim_ascii();
        let begins = tag.first().is_some_and(|first| first.is_ascii_alphabetic() || matches!(first, b'!' | b'?'));
        begins && !DISPLAY_ONLY.iter().any(|known| known.eq_ignore_ascii_case(name))
    };
    // The text between the two characters of `<<` is empty.
    let mut was_empty = false;
    text.split(|byte| *byte == b'<')
        .skip(1)
        .any(|tag| !std::mem::replace(&mut was_empty, tag.is_empty()) && has_content(tag))
}

/// A text without the lines of the parameters that OpenSSL writes before a key, which the key contains as well.
fn without_parameters(text: &str) -> Zeroizing<String> {
    let mut kept = Zeroizing::new(String::with_capacity(text.len()));
    let mut in_parameters = false;
    for line in text.split_inclusive('\n') {
        in_parameters |= line.starts_with("-----BEGIN ") && line.trim_end().ends_with(" PARAMETERS-----");
        if !in_parameters {
            kept.push_str(line);
        }
        in_parameters &= !line.starts_with("-----END ");
    }
    kept
}

/// The text before the only block of a text, and the text after it.
fn around(text: &str) -> Option<(&str, &str)> {
    const DASHES: &str = "-----";
    let begin = BEGINS.iter().filter_map(|begin_line| text.find(begin_line)).min()?;
    let (before, block) = text.split_at_checked(begin)?;
    if BEGINS.iter().map(|begin_line| block.matches(begin_line).count()).sum::<usize>() > 1 {
        return Some((before, block));
    }
    let end = match block.starts_with(DASHES) {
        true => {
            let label = block.find("-----END")? + DASHES.len();
            label + block.get(label..)?.find(DASHES)? + DASHES.len()
        }
        false => {
            let value = LAST_FIELDS.iter().find_map(|field| Some(block.find(field)? + field.len()))?;
            let digits = |text: &str| text.bytes().take_while(u8::is_ascii_hexdigit).count();
            let spaces = block.get(value..)?.bytes().take_while(|byte| *byte == b' ').count();
            value + spaces + digits(block.get(value + spaces..)?)
        }
    };
    Some((before, block.get(end..)?))
}

/// Whether the text before a key and after it has nothing of value. `breaks` is the number of line breaks within the key.
fn is_negligible(before: &str, breaks: usize, after: &str) -> bool {
    let (lines, start) = before.rsplit_once('\n').unwrap_or(("", before));
    let (end, more) = after.split_once('\n').unwrap_or((after, ""));
    // If the key's own lines are numbered, so are the lines around it.
    let first = number(start);
    let count = lines.lines().count();
    let number_before = |index: usize| first.and_then(|first| first.checked_sub(count - index));
    let number_after = |index: usize| first.map(|first| first + breaks + 1 + index);
    let mut lines: Vec<(usize, &str)> = lines.lines().enumerate().collect();
    let fence = lines.pop_if(|(_, line)| is_fence(line) || here_document(line).is_some());
    let mut more: Vec<(usize, &str)> = more.lines().enumerate().filter(|(_, line)| !is_punctuation(line)).collect();
    if let Some((_, fence)) = fence
        && more.first().is_some_and(|(_, line)| here_document(fence) == Some(line.trim().trim_end_matches(';')))
    {
        more.remove(0);
    }
    has_no_words(start, first)
        && is_punctuation(end)
        && are_attributes(
            lines.iter().filter(|(index, line)| !has_no_words(line, number_before(*index))).map(|(_, line)| *line),
        )
        && more.iter().all(|(index, line)| has_no_words(line, number_after(*index)))
}

/// Whether a line has no words, except for an optional line number.
fn has_no_words(line: &str, number: Option<usize>) -> bool {
    let without_number = |number: usize| line.trim_start().strip_prefix(&number.to_string());
    is_punctuation(line) || number.and_then(without_number).is_some_and(is_punctuation)
}

/// The line number at the beginning of a line.
fn number(line: &str) -> Option<usize> {
    /// The most digits of a line number.
    const MOST_DIGITS: usize = 6;
    let line = line.trim_start();
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    line.get(..digits).filter(|_| digits <= MOST_DIGITS)?.parse().ok()
}

/// Whether a line begins a Markdown code fence, with an optional language name. A closing fence has only punctuation.
fn is_fence(line: &str) -> bool {
    let line = line.trim();
    let name = line.strip_prefix("```").or_else(|| line.strip_prefix("~~~"));
    name.is_some_and(|name| name.bytes().all(|byte| byte.is_ascii_lowercase()))
}

/// The word that ends the here-document which a line begins, if the line only writes it to a file, such as `cat > key
/// <<'EOF'`.
fn here_document(line: &str) -> Option<&str> {
    let (command, word) = line.split_once("<<")?;
    let (word, after) = word.trim_start_matches(['-', '~', ' ']).split_once(' ').unwrap_or((word, ""));
    let word = word.trim_start_matches(['-', '~', ' ']).trim_matches(['"', '\'', '\\']);
    let mut words = command.split(' ').chain(after.split(' ')).filter(|word| !word.is_empty());
    let is_file = |word: &str| !word.contains(['=', ':', '$', ';', '|', '&']);
    // Without `>` before it, cat would read the file.
    let is_command =
        words.next() == Some("cat") && words.clone().all(|word| word.starts_with('>') || line.contains("> "));
    let files = words.map(|word| word.trim_start_matches('>')).filter(|word| !word.is_empty());
    let is_word = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let mut count = 0;
    (is_command && is_word && files.inspect(|_| count += 1).all(is_file) && count <= 1).then_some(word)
}

/// Whether a line, or a part of one, has no words: only white space and punctuation such as quotes.
fn is_punctuation(line: &str) -> bool {
    !line.contains(char::is_alphanumeric)
}

/// Whether lines are the attributes that `openssl pkcs12` writes before a key.
fn are_attributes<'t>(mut lines: impl Iterator<Item = &'t str>) -> bool {
    let mut in_attributes = false;
    lines.all(|line| {
        let begins = line.starts_with("Bag Attributes") || line.starts_with("Key Attributes");
        in_attributes |= begins;
        begins || in_attributes && line.starts_with([' ', '\t'])
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BASE64: &str =
        "LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0tCk1DNENBUUF3QlFZREsyVncKLS0tLS1FTkQgUFJJVkFURSBLRVktLS0tLQo=";
    const PPK: &str = "PuTTY-User-Key-File-3: ssh-ed25519\nComment: me\nPrivate-MAC: 00ff\n";
    const KEY: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2Vw\n-----END PRIVATE KEY-----\n";

    /// As `nl -ba` prints it.
    fn numbered(text: &str) -> String {
        text.lines().zip(1..).map(|(line, number)| format!("{number:6}\t{line}\n")).collect()
    }

    #[test]
    fn quotes_around_a_key_are_ignored_and_words_are_not() {
        let lines = KEY.trim_end();
        for (text, is_alone) in [
            (KEY.to_owned(), true),
            (format!("\"{lines}\"\n"), true),
            (format!("'{}'", KEY.replace('\n', "\\n")), true),
            (format!("```\n{KEY}```\n"), true),
            (format!("```{lines}```"), true),
            (KEY.replace(' ', "&nbsp;"), true),
            (format!("'{BASE64}'\n"), true),
            (BASE64.to_owned(), true),
            (format!("\u{201c}{lines}\u{201d}\n"), true),
            (KEY.lines().map(|line| format!("> {line}\n")).collect(), true),
            (numbered(KEY), true),
            (format!("\n\n{KEY}\n"), true),
            (format!("# a comment\n\n{KEY}\n"), false),
            (format!("{KEY}# DB_PASSWORD=x\n"), false),
            (format!("{KEY}424242\n"), false),
            (numbered(&format!("\n{KEY}\n")), true),
            (format!("{}  424242\n", numbered(KEY)), false),
            (format!("  424242\n{}", numbered(KEY)), false),
            (format!("```\n{KEY}``` word\n"), false),
            (format!("```\n{KEY}```word\n"), false),
            (format!("cat word <<EOF\n{KEY}EOF\n"), false),
            (format!("tee word <<EOF\n{KEY}EOF\n"), false),
            (format!("{KEY}<!-- x -->\n"), false),
            (format!("<p>{}</p>", KEY.replace('\n', "<br>\n").replace(' ', "&nbsp;")), true),
            (format!("<p id='x'>{}</p>", KEY.replace('\n', "<br>\n").replace(' ', "&nbsp;")), false),
            (format!("``` pem password=x\n{KEY}```\n"), false),
            (format!("export PASSWORD=x; cat > k <<EOF\n{KEY}EOF\n"), false),
            (format!("cat > k <<EOF; PASSWORD=x\n{KEY}EOF\n"), false),
            (format!("curl -u a:b -d @- <<X\n{KEY}X\n"), false),
            (format!("tee k <<-EOF >/dev/null\n{KEY}EOF\n"), false),
            (format!("cat <<\"EOF\" >> ~/.ssh/k\n{KEY}EOF\n"), true),
            (format!("cat > k <<'EOF'\n{KEY}EOF\n"), true),
            (PPK.to_owned(), true),
            (PPK.replace(": me", ": me <me@example>"), true),
            (format!("  {}", PPK.replace('\n', "\n  ")), true),
            (format!("-----BEGIN EC PARAMETERS-----\nBgg=\n-----END EC PARAMETERS-----\n{KEY}"), true),
            (format!("key: \"{lines}\""), false),
            (format!("\"key\": \"{lines}\""), false),
            (format!("\"a: {lines}\""), false),
            (format!("{KEY}{KEY}"), false),
            (format!("{}{KEY}", KEY.replace('\n', "\\n")), false),
            (format!("{KEY}{PPK}"), false),
            (format!("{lines}<br>-----"), true),
            (format!("{lines}<br id='x'>-----"), false),
            (format!("<a b='c'>{}", KEY.replace(' ', "&nbsp;")), false),
            (format!("PASSWORD=x KEY={lines}"), false),
            (format!("{lines} PASSWORD=x"), false),
            (format!("{lines}\\nPASSWORD=x"), false),
            (format!("1,123,{lines}"), false),
            (format!("PASSWORD=x\n```\n{KEY}```\n"), false),
            (format!("PASSWORD=x\ncat > k <<EOF\n{KEY}EOF\n"), false),
            (format!("```\n{KEY}```\nPASSWORD=x\n"), false),
            (format!("a: x\nkey:\n  {}", PPK.replace('\n', "\n  ")), false),
            (format!("{PPK}PASSWORD=x\n"), false),
            (format!("user=x\n{KEY}"), false),
            (format!("Bag Attributes\r\n    localKeyID: 01 02\nKey Attributes: <No Attributes>\n{KEY}"), true),
        ] {
            assert_eq!(is_one_key(text.as_bytes()), Some(is_alone), "{text}");
        }
        for text in ["", "LS0tLS1CRUdJTiA=\n", &format!("key: {BASE64}"), "MC4CAQAwBQYDK2Vw\n"] {
            assert_eq!(is_one_key(text.as_bytes()), None, "{text}");
        }
    }
}
