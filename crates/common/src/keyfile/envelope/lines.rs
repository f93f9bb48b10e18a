//! Removes envelopes at the beginning or the end of lines: names, quotes, and the prefixes of mail and Markdown.

use zeroize::Zeroizing;

use super::marks;
use super::text::Text;
use crate::keyfile::located_key::holds_a_key;
use crate::keyfile::{json, pem};

/// The longest name before a value, in bytes.
const MAX_NAME: usize = 100;

/// Changes each line of a text; `None` if none is changed.
fn each_line(text: &[u8], mut change: impl FnMut(&[u8]) -> Changed<'_>) -> Option<Text> {
    let mut lines = Zeroizing::new(Vec::with_capacity(text.len() + 1));
    let mut changed = false;
    for raw in text.split_inclusive(|byte| *byte == b'\n') {
        let line = raw.trim_ascii_end();
        let kept = match change(line) {
            Changed::To(to) => {
                changed |= to != line;
                to
            }
            // A line with a key is kept in any case.
            Changed::Gone if holds_a_key(line) => line,
            Changed::Gone => {
                changed = true;
                continue;
            }
        };
        lines.extend_from_slice(kept);
        lines.push(b'\n');
    }
    changed.then_some(lines)
}

/// The result for a line.
enum Changed<'a> {
    To(&'a [u8]),
    Gone,
}

/// Lines that end with a carriage return only, as on the first Macs, and where a newline was lost after one.
pub(super) fn cr_only(text: &[u8]) -> Option<Text> {
    let mut lines = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut changed = false;
    for (at, byte) in text.iter().enumerate() {
        let alone = *byte == b'\r' && text.get(at + 1) != Some(&b'\n');
        changed |= alone;
        lines.push(if alone { b'\n' } else { *byte });
    }
    changed.then_some(lines)
}

/// `NAME:` directly before a type, as in Compute Engine's metadata.
pub(super) fn user_name(text: &[u8]) -> Option<Text> {
    each_line(text, |line| Changed::To(after_user_name(line).unwrap_or(line)))
}

/// Returns the text after `NAME:`, if it is a key's line.
fn after_user_name(line: &[u8]) -> Option<&[u8]> {
    let is_of_a_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b'$');
    let end = line.iter().position(|byte| !is_of_a_name(byte)).filter(|end| (1..=MAX_NAME).contains(end))?;
    let rest = line.get(end..)?.strip_prefix(b":")?;
    (marks::begins_a_key(rest) && !rest.starts_with(b"-")).then_some(rest)
}

/// A name before a value that begins a key: `export NAME=`, `name: `, `name = `, `- `, `<string>`; a name whose value is on
/// the following lines is removed. Any words may precede a private key's BEGIN line, such as a command's.
pub(super) fn assigned(text: &[u8]) -> Option<Text> {
    let (mut in_block, mut is_bare) = (false, false);
    each_line(text, |line| {
        if let Some(block) = after_words(line) {
            in_block = memchr::memmem::find(block, b"-----END ").is_none();
            is_bare = block.starts_with(b"-");
            return Changed::To(block);
        }
        if in_block {
            let ends = ends_private_block(line);
            in_block = !ends;
            return Changed::To(if ends && is_bare { until_end(line) } else { line });
        }
        let of_a_key = marks::begins_a_key(line);
        let at = (1..line.len().min(MAX_NAME)).find(|at| is_assigned(line, *at)).filter(|_| !of_a_key);
        match at.and_then(|at| line.get(at..)) {
            Some(value) => Changed::To(value.trim_ascii_start()),
            None if opens_lines(line) => Changed::Gone,
            None if of_a_key => Changed::To(line),
            None => Changed::To(encoded_word(line).unwrap_or(line)),
        }
    })
}

/// Returns the argument of a command that is base64 of a key's text, as in `echo WORD | base64 -d`.
fn encoded_word(line: &[u8]) -> Option<&[u8]> {
    // Prefixes and line numbers are removed by other envelopes.
    let is_command = line.trim_ascii_start().first().is_some_and(u8::is_ascii_alphabetic);
    let mut words = line.trim_ascii().split(u8::is_ascii_whitespace).skip(1).filter(|_| is_command);
    words.find(|word| marks::begins_a_key_in_base64(word) && marks::may_be_encoded(word))
}

/// Whether a value that begins a key is at this position of a line, after a name.
fn is_assigned(line: &[u8], at: usize) -> bool {
    let (before, rest) = line.split_at_checked(at).unwrap_or_default();
    let value = skip_prefixes(rest);
    // A type after a space may be the second word of a key's own line.
    let sign = before.trim_ascii_end().last().copied();
    matches!(sign, Some(b'=' | b':' | b'-' | b'(' | b',' | b';'))
        && before.iter().all(is_of_a_name)
        && is_out_of_quotes(before)
        && (marks::begins_a_key(value) || marks::may_be_encoded(value) || after_user_name(value).is_some())
}

/// Skips up to three characters of another envelope, which may be between a name and its value.
fn skip_prefixes(text: &[u8]) -> &[u8] {
    let is_sign = |byte: &u8| matches!(byte, b'\\' | b'"' | b'\'' | b'`' | b'>' | b'|' | b'+' | b' ');
    let mut rest = text;
    for _ in 0..=3 {
        let quote = QUOTES.iter().find_map(|quote| rest.strip_prefix(quote.as_bytes()));
        match (quote, rest.split_first()) {
            (Some(after), _) => rest = after,
            (None, Some((sign, after))) if is_sign(sign) => rest = after,
            _ => return rest,
        }
    }
    text
}

/// Returns the start of a private key's block with the quotes before it, if other words precede them in the line. An HTML
/// tag is not a word.
fn after_words(line: &[u8]) -> Option<&[u8]> {
    if marks::begins_a_key(line.trim_ascii_start()) {
        return None;
    }
    let at = marks::private_block(line)?;
    // Quoted-printable, which writes `=` so, is another envelope around this one.
    let mut before = line.get(..at).filter(|before| !before.ends_with(b"=3D"))?;
    let is_sign = |before: &[u8]| before.ends_with(b"\\").then_some(1);
    let quote = |before: &[u8]| QUOTES.iter().find(|quote| before.ends_with(quote.as_bytes())).map(|quote| quote.len());
    while let Some(length) = quote(before).or_else(|| is_sign(before)) {
        before = before.get(..before.len() - length)?;
    }
    let has_words = before.iter().any(u8::is_ascii_alphanumeric) && !before.ends_with(b">");
    line.get(before.len()..).filter(|_| has_words)
}

/// Whether a line is the last of a private key's block, in PEM or PuTTY format.
fn ends_private_block(line: &[u8]) -> bool {
    line.starts_with(b"-----END ") || line.starts_with(b"Private-MAC:")
}

/// Cuts the text after an END line.
fn until_end(line: &[u8]) -> &[u8] {
    let dashes = line.get(5..).and_then(|label| memchr::memmem::find(label, b"-----"));
    dashes.and_then(|at| line.get(..at + 10)).unwrap_or(line)
}

/// Whether a byte may precede a value: in a name, or between it and the value.
const fn is_of_a_name(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'_' | b'.'
                | b'-'
                | b'$'
                | b'@'
                | b':'
                | b'='
                | b'('
                | b'['
                | b'{'
                | b','
                | b';'
                | b' '
                | b'\t'
                | b'"'
                | b'\''
        )
}

/// Whether every quote before a value ends before it.
fn is_out_of_quotes(before: &[u8]) -> bool {
    [b'"', b'\''].iter().all(|quote| memchr::memchr_iter(*quote, before).count().is_multiple_of(2))
}

/// Whether the value of a line is on the following lines: YAML's `name: |` and `- >-`, and `NAME=<<EOF` of shells and HCL.
fn opens_lines(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    let last = line.rsplit(|byte| matches!(byte, b' ' | b'\t')).next().unwrap_or_default();
    let is_block = matches!(last, b"|" | b"|-" | b"|+" | b">" | b">-" | b">+");
    line.len() <= MAX_NAME && (is_block && line.len() > last.len() || memchr::memmem::find(line, b"<<").is_some())
}

/// The delimiters of strings, in code and in text.
const QUOTES: [&str; 10] =
    ["\"", "'", "`", "\u{201c}", "\u{201d}", "\u{201e}", "\u{2018}", "\u{2019}", "\u{ab}", "\u{bb}"];

/// Strings of source code or of commands, each with a line of a block, without the text between them.
fn strings_of_a_block(text: &[u8]) -> Option<Text> {
    let mut block = Zeroizing::new(Vec::with_capacity(text.len() + 1));
    let (mut is_begun, mut is_ended) = (false, false);
    for string in json::quoted(text) {
        let line = without_newline(&string);
        is_begun |= pem::label(line).is_some();
        // Operators that join strings in the language of the code.
        if !is_begun || line.is_empty() {
            continue;
        }
        block.extend_from_slice(line);
        block.push(b'\n');
        is_ended = line.starts_with(b"-----END ");
        if is_ended {
            break;
        }
    }
    is_ended.then_some(block)
}

/// Trims a string and removes its final newline, whether it is a real one or `\n`.
fn without_newline(string: &[u8]) -> &[u8] {
    let mut line = string.trim_ascii();
    for end in [&b"\\n"[..], b"\\r"] {
        line = line.strip_suffix(end).unwrap_or(line);
    }
    line.trim_ascii()
}

/// Quotes around the text or around each line, with the punctuation that follows them in source code.
pub(super) fn quoted(text: &[u8]) -> Option<Text> {
    strings_of_a_block(text).or_else(|| quoted_lines(text))
}

fn quoted_lines(text: &[u8]) -> Option<Text> {
    let strip_front =
        |line: &'_ [u8]| QUOTES.iter().find(|quote| line.starts_with(quote.as_bytes())).map(|quote| quote.len());
    let strip_back =
        |line: &'_ [u8]| QUOTES.iter().find(|quote| line.ends_with(quote.as_bytes())).map(|quote| quote.len());
    each_line(text, |line| {
        let mut inner = after_joining_operator(line.trim_ascii_start());
        if let Some(angled) = inner.strip_prefix(b"<").and_then(|inner| inner.trim_ascii_end().strip_suffix(b">"))
            && marks::begins_a_key(angled)
        {
            return Changed::To(angled);
        }
        if let Some(length) = strip_front(inner) {
            inner = inner.get(length..).unwrap_or_default();
        }
        // The quote may be followed by the operator that joins strings, or the end of a statement.
        let end = inner.trim_ascii_end();
        let end = end
            .iter()
            .rposition(|byte| !matches!(byte, b',' | b';' | b'+' | b'.' | b'&' | b'\\' | b')' | b' '))
            .map_or(0, |at| at + 1);
        if let Some(last) = in_quotes_of_a_command(inner) {
            inner = last;
        } else if let Some(before) = inner.get(..end)
            && let Some(length) = strip_back(before)
        {
            inner = before.get(..before.len() - length).unwrap_or_default();
        }
        Changed::To(if inner.len() == line.trim_ascii().len() { line } else { inner })
    })
}

/// Skips the operator before a string that source code joins with the one before.
fn after_joining_operator(line: &[u8]) -> &[u8] {
    let string = line.strip_prefix(b".").or_else(|| line.strip_prefix(b"+")).or_else(|| line.strip_prefix(b"&"));
    let string = string.map(<[u8]>::trim_ascii_start);
    string.filter(|string| matches!(string.first(), Some(b'"' | b'\'' | b'`'))).unwrap_or(line)
}

/// Returns the last line of a private key's block, if a quote ends it; a command may continue after the quote.
fn in_quotes_of_a_command(line: &[u8]) -> Option<&[u8]> {
    let end = if line.starts_with(b"-----END ") {
        until_end(line).len()
    } else {
        let mac = line.strip_prefix(b"Private-MAC: ")?;
        line.len() - mac.iter().skip_while(|byte| byte.is_ascii_hexdigit()).count()
    };
    let (last, after) = line.split_at_checked(end)?;
    QUOTES.iter().any(|quote| after.starts_with(quote.as_bytes())).then_some(last)
}

/// Whether a line begins or ends a block of code in Markdown or AsciiDoc.
pub(in super::super) fn is_fence(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.starts_with(b"```") || line.starts_with(b"~~~") || line == b"----"
}

/// The lines around code in Markdown, AsciiDoc and wikis.
pub(super) fn fenced(text: &[u8]) -> Option<Text> {
    each_line(text, |line| {
        let bare = line.trim_ascii();
        let is_fence = is_fence(bare)
            || ["{code", "{noformat", "[code", "[/code", "<<<"].iter().any(|fence| bare.starts_with(fence.as_bytes()));
        // Also on the line itself.
        let inner = bare.strip_prefix(b"```").and_then(|inner| inner.strip_suffix(b"```"));
        match inner {
            Some(inner) if !inner.is_empty() => Changed::To(inner.trim_ascii()),
            _ if is_fence => Changed::Gone,
            _ => Changed::To(line),
        }
    })
}

/// Strips a prefix.
type StripPrefix = fn(&[u8]) -> Option<&[u8]>;

/// The same prefix on every line: mail's `>`, a diff's `+`, a table's `|`, a comment's `//`, or the line number; or a log's
/// prefix on the lines of a private key.
pub(super) fn prefixed(text: &[u8]) -> Option<Text> {
    const PREFIXES: [StripPrefix; 7] = [
        |line| line.strip_prefix(b">"),
        |line| line.strip_prefix(b"+"),
        |line| line.strip_prefix(b"|"),
        |line| line.strip_prefix(b"//"),
        |line| line.strip_prefix(b"*"),
        in_a_border,
        numbered,
    ];
    let lines = || text.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).filter(|line| !line.is_empty());
    let Some(strip) = PREFIXES.into_iter().find(|strip| lines().all(|line| strip(line).is_some())) else {
        return logged(text);
    };
    each_line(text, |line| {
        let rest = strip(line.trim_ascii()).unwrap_or_default();
        Changed::To(rest.strip_prefix(b" ").unwrap_or(rest))
    })
}

/// Returns the text between the borders that tmux and other programs draw.
fn in_a_border(line: &[u8]) -> Option<&[u8]> {
    const BORDER: &[u8] = "\u{2502}".as_bytes();
    let inner = line.strip_prefix(BORDER).or_else(|| line.ends_with(BORDER).then_some(line))?;
    Some(inner.trim_ascii_end().strip_suffix(BORDER).unwrap_or(inner).trim_ascii_end())
}

/// Strips the prefix that a log, a pager or grep puts on each line of a private key's block, such as a time or a name. The
/// prefixes differ only in numbers.
fn logged(text: &[u8]) -> Option<Text> {
    let prefix = text.split(|byte| *byte == b'\n').find_map(|line| line.get(..marks::private_block(line)?))?;
    let ends_with_sign = prefix.last().is_some_and(|last| !last.is_ascii_alphanumeric());
    if String::from_utf8_lossy(prefix).trim().is_empty() || !ends_with_sign || prefix.len() > MAX_NAME {
        return None;
    }
    let (mut in_block, mut is_alike) = (false, true);
    let opened = each_line(text, |line| {
        in_block |= marks::private_block(line).is_some();
        if !in_block {
            return Changed::To(line);
        }
        let inner = strip_varying_prefix(line, prefix);
        is_alike &= inner.is_some();
        let inner = inner.unwrap_or_default();
        in_block = !ends_private_block(inner);
        Changed::To(inner)
    });
    opened.filter(|_| is_alike)
}

/// Strips a prefix in which numbers may differ.
fn strip_varying_prefix<'a>(line: &'a [u8], prefix: &[u8]) -> Option<&'a [u8]> {
    let is_number = |a: &u8, b: &u8| a.is_ascii_digit() && b.is_ascii_digit();
    let mut rest = line;
    for part in prefix.chunk_by(is_number) {
        // On a blank line the space at the end of the prefix may be missing.
        if rest.is_empty() && part.trim_ascii().is_empty() {
            return Some(rest);
        }
        rest = if part.iter().all(u8::is_ascii_digit) {
            let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            rest.get(digits..).filter(|_| digits > 0)?
        } else {
            rest.strip_prefix(part)?
        };
    }
    Some(rest)
}

/// Strips a line number: `12 `, `12:` or `12|`.
fn numbered(line: &[u8]) -> Option<&[u8]> {
    let end = line.iter().position(|byte| !byte.is_ascii_digit()).filter(|end| (1..=6).contains(end))?;
    let rest = line.get(end..)?;
    let (sign, rest) = rest.split_first()?;
    matches!(sign, b' ' | b'\t' | b':' | b'|' | b')' | b'.').then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened(open: fn(&[u8]) -> Option<Text>, text: &str) -> Option<String> {
        open(text.as_bytes()).map(|text| String::from_utf8(text.to_vec()).unwrap())
    }

    #[test]
    fn names_before_a_key_are_removed_and_others_are_kept() {
        for (line, value) in [
            ("KEY=ssh-rsa AAAA", "ssh-rsa AAAA"),
            ("export KEY=\"-----BEGIN X-----", "\"-----BEGIN X-----"),
            ("  key_data = \"ssh-ed25519 AAAA\"", "\"ssh-ed25519 AAAA\""),
            ("- ssh-rsa AAAA", "ssh-rsa AAAA"),
            ("  ssh-privatekey: LS0tLS1CRUdJTi", "LS0tLS1CRUdJTi"),
            ("x: y\nKEY: ssh-rsa AAAA", "x: y\nssh-rsa AAAA"),
            ("key: |\n  -----BEGIN X-----", "  -----BEGIN X-----"),
            ("deploy:\n  - >-\n    -----BEGIN X-----", "deploy:\n    -----BEGIN X-----"),
            ("const key = `ssh-rsa AAAA`", "`ssh-rsa AAAA`"),
            ("KEY=\u{201c}-----BEGIN X-----", "\u{201c}-----BEGIN X-----"),
            ("printf '%s\\n' '-----BEGIN X PRIVATE KEY-----", "'-----BEGIN X PRIVATE KEY-----"),
            ("f(@\\\"PuTTY-User-Key-File-3: x", "\\\"PuTTY-User-Key-File-3: x"),
            (
                "[]byte[-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----  ]; x",
                "-----BEGIN PRIVATE KEY-----\nMC4C\n-----END PRIVATE KEY-----",
            ),
            (
                "PPK='PuTTY-User-Key-File-3: x\nPrivate-MAC: bc622ffa890a6ee288ac35688505f9928494f759a2600b3c'",
                "'PuTTY-User-Key-File-3: x\nPrivate-MAC: bc622ffa890a6ee288ac35688505f9928494f759a2600b3c'",
            ),
        ] {
            assert_eq!(opened(assigned, line).as_deref(), Some(&*format!("{value}\n")), "{line}");
        }
        for line in [
            "ssh-rsa AAAA ssh-rsa",
            "Comment: x",
            "-----BEGIN X-----",
            "AAAA=",
            "",
            "echo \"-----BEGIN PUBLIC KEY-----",
            "ssh-rsa AAAA -----BEGIN PRIVATE KEY-----",
            "<key>-----BEGIN PRIVATE KEY-----",
            "  \"-----BEGIN PRIVATE KEY-----",
            "\u{a0}-----BEGIN PRIVATE KEY-----",
            "-----END PRIVATE KEY----- x",
        ] {
            assert_eq!(opened(assigned, line), None, "{line}");
        }
    }

    #[test]
    fn a_user_name_before_a_type_is_removed() {
        assert_eq!(opened(user_name, "al.ice-1:ssh-rsa AAAA x\n").as_deref(), Some("ssh-rsa AAAA x\n"));
        for line in ["alice: ssh-rsa AAAA", ":ssh-rsa AAAA", "a:-----BEGIN X-----", "SHA256:abc"] {
            assert_eq!(opened(user_name, line), None, "{line}");
        }
    }

    #[test]
    fn quotes_and_the_punctuation_after_them_are_removed() {
        for (line, inner) in [
            ("\"a\"", "a"),
            ("'a',", "a"),
            ("  \"a\\n\" +", "a\\n"),
            ("\"a", "a"),
            ("a\"", "a"),
            ("\u{201c}a\u{201d}", "a"),
            ("`a`;", "a"),
            ("-----END A-----\" > file", "-----END A-----"),
            ("Private-MAC: 0aF' | cat", "Private-MAC: 0aF"),
        ] {
            assert_eq!(opened(quoted, line).as_deref(), Some(&*format!("{inner}\n")), "{line}");
        }
        assert_eq!(opened(quoted, "  a\n b,\n"), None);
    }

    #[test]
    fn prefixes_are_removed_if_every_line_has_them() {
        assert_eq!(opened(prefixed, "> a\n>b\n\n> > c\n").as_deref(), Some("a\nb\n\n> c\n"));
        assert_eq!(opened(prefixed, "  1 a\n 2 b\n").as_deref(), Some("a\nb\n"));
        assert_eq!(opened(prefixed, "> a\nb\n"), None);
        let block =
            "-----BEGIN X PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nMIIE\n0A==\n-----END X PRIVATE KEY-----\n";
        for prefix in
            ["app-1  | ", "2026-05-01T10:0N:00.1Z ", "id_rsa:N:", "May 01 10:00:0N vm app[1N]: ", "-", "\u{2502} "]
        {
            let lines = block.lines().enumerate();
            let lines = lines.map(|(at, line)| format!("{}{line}\n", prefix.replace('N', &(at + 8).to_string())));
            let text: String = std::iter::once("ls -l\n".to_owned()).chain(lines).collect();
            assert_eq!(opened(prefixed, &text).unwrap(), format!("ls -l\n{block}"), "{prefix}");
            assert_eq!(opened(prefixed, &text.replace("MIIE", "\nMIIE")), None, "{prefix}");
        }
        assert_eq!(opened(prefixed, &block.replace("-----BEGIN", "KEY=-----BEGIN")), None);
        assert_eq!(opened(fenced, "```\na\n```\n").as_deref(), Some("a\n"));
        assert_eq!(opened(fenced, "----\na\n----\n").as_deref(), Some("a\n"));
        assert_eq!(opened(fenced, "-----\na\n-----\n"), None);
        assert_eq!(opened(fenced, "```a```\n").as_deref(), Some("a\n"));
        assert_eq!(opened(cr_only, "a\rb\r\nc").as_deref(), Some("a\nb\r\nc"));
        assert_eq!(opened(cr_only, "a\r\n"), None);
    }
}
