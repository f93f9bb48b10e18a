//! Finds the host keys that sshd_config(5) names.

use std::path::{Path, PathBuf};

use common::error::{Error, Place};

use crate::sysroot::Sysroot;

/// The name of the configuration in sshd's folder.
const MAIN: &str = "sshd_config";

/// The longest configuration that is read, in bytes.
const MAX_CONFIG: usize = 1024 * 1024;

/// How deep Include may be nested, as in OpenSSH.
const MAX_DEPTH: usize = 16;

/// The most files that Include may name in all: a few files that include each other name millions.
const MAX_FILES: usize = 1024;

/// The most host keys, as in OpenSSH.
const MAX_KEYS: usize = 256;

/// The files that the configuration names, each once and in the order of its lines.
#[derive(Debug, Default)]
pub(crate) struct Named {
    /// HostKey. With HostKeyAgent these may be public keys.
    pub(crate) keys: Vec<PathBuf>,
    /// HostCertificate. sshd shows a certificate only if its key is one of the host's.
    pub(crate) certificates: Vec<PathBuf>,
}

/// Reads the configuration; nothing is named if there is none.
///
/// # Errors
/// The configuration cannot be read, or its Include lines are nested too deep.
pub(crate) fn named(sysroot: &Sysroot) -> Result<Named, Error> {
    let main = sysroot.path(&sysroot.in_folder(MAIN));
    let mut reading = Reading { sysroot, files: 0, named: Named::default() };
    if sysroot.has(&main) {
        reading.read(&main, 0)?;
    }
    Ok(reading.named)
}

struct Reading<'a> {
    sysroot: &'a Sysroot,
    files: usize,
    named: Named,
}

impl Reading<'_> {
    fn read(&mut self, file: &Path, depth: usize) -> Result<(), Error> {
        self.files += 1;
        if depth > MAX_DEPTH || self.files > MAX_FILES {
            return Err(Error::failure("too many Include lines").at(Place::file(file)));
        }
        let text = self.sysroot.open(file)?.read_whole(MAX_CONFIG)?;
        // Within Match, lines apply to some connections only, unless they apply to all.
        let mut counts = true;
        for line in String::from_utf8_lossy(&text).lines() {
            let mut words = words(line).into_iter();
            let keyword = words.next().unwrap_or_default().to_ascii_lowercase();
            match keyword.as_str() {
                "match" => counts = words.next().is_some_and(|word| word.eq_ignore_ascii_case("all")),
                // The second is an old name of the first.
                "hostkey" | "hostdsakey" | "hostcertificate" if counts => {
                    let paths = match keyword.as_str() {
                        "hostcertificate" => &mut self.named.certificates,
                        _ => &mut self.named.keys,
                    };
                    let path = words.next().filter(|path| !path.is_empty() && !path.eq_ignore_ascii_case("none"));
                    let path = path.map(|path| self.sysroot.path(&path));
                    paths.extend(path.filter(|path| !paths.contains(path)));
                    if paths.len() > MAX_KEYS {
                        return Err(Error::failure("too many HostKey or HostCertificate lines").at(Place::file(file)));
                    }
                }
                "include" if counts => {
                    for path in words.flat_map(|pattern| self.sysroot.matching(&pattern)) {
                        self.read(&path, depth + 1)?;
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// The words of a line, separated by white space; the keyword may be followed by `=`. Quotes of either kind keep spaces; `#`
/// begins a comment. A backslash makes a quote, a backslash or (outside quotes) a space literal.
fn words(line: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut characters = line.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => {
                let literal =
                    characters.next_if(|next| matches!(next, '"' | '\'' | '\\') || (*next == ' ' && quote.is_none()));
                word.get_or_insert_default().push(literal.unwrap_or('\\'));
            }
            _ if quote == Some(character) => quote = None,
            '"' | '\'' if quote.is_none() => {
                quote = Some(character);
                word.get_or_insert_default();
            }
            '#' if quote.is_none() && word.is_none() => break,
            // One `=` may be between the keyword and its first argument, with or without spaces around it.
            '=' if quote.is_none() && word.is_none() && words.len() == 1 => {}
            _ if quote.is_none() && (character.is_ascii_whitespace() || (character == '=' && words.is_empty())) => {
                words.extend(word.take());
            }
            _ => word.get_or_insert_default().push(character),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn lines_are_split_as_sshd_does() {
        for line in ["HostKey /a b", "\tHostKey=/a b", "HostKey = /a \"b\" # c", "\"HostKey\" '/a' b#c"] {
            let words = words(line);
            assert_eq!((words[0].as_str(), words[1].as_str()), ("HostKey", "/a"), "{line}");
            assert!(words[2].starts_with('b') && words.len() == 3, "{line}");
        }
        assert!(words("# HostKey /a").is_empty());
        assert_eq!(words("HostKey \"/a 'b'\""), ["HostKey", "/a 'b'"]);
        assert_eq!(words(r#"HostKey /a\ b\\c\d "/e\ f\"g""#), ["HostKey", "/a b\\c\\d", "/e\\ f\"g"]);
    }
}
