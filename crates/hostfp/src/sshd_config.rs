//! The host keys that sshd_config(5) names.

use std::path::{Path, PathBuf};

use common::bytes::read_small_file;
use common::error::{Error, Place};

/// The longest configuration that is read, in bytes.
const MAX_CONFIG: usize = 1024 * 1024;

/// How deep Include may nest, as in OpenSSH.
const MAX_DEPTH: usize = 16;

/// The folder that relative names in Include start from.
const FOLDER: &str = "etc/ssh";

/// The paths of the HostKey lines under `sysroot`, in their order; none where there is no configuration.
///
/// # Errors
/// The configuration cannot be read, or its Include lines nest too deep.
pub(crate) fn host_keys(sysroot: &Path) -> Result<Vec<PathBuf>, Error> {
    let main = sysroot.join(FOLDER).join("sshd_config");
    let mut keys = Vec::new();
    if main.exists() {
        read(sysroot, &main, 0, &mut keys)?;
    }
    Ok(keys)
}

/// A path that the configuration names, under `sysroot`.
fn under(sysroot: &Path, named: &str) -> PathBuf {
    match named.strip_prefix('/') {
        Some(relative) => sysroot.join(relative),
        None => sysroot.join(FOLDER).join(named),
    }
}

fn read(sysroot: &Path, file: &Path, depth: usize, keys: &mut Vec<PathBuf>) -> Result<(), Error> {
    if depth > MAX_DEPTH {
        return Err(Error::trouble("too many Include lines within each other").at(Place::file(file)));
    }
    let text = read_small_file(file, MAX_CONFIG)?;
    for line in String::from_utf8_lossy(&text).lines() {
        let mut words = words(line).into_iter();
        let keyword = words.next().unwrap_or_default();
        if keyword.eq_ignore_ascii_case("hostkey") {
            keys.extend(words.next().map(|path| under(sysroot, &path)));
        } else if keyword.eq_ignore_ascii_case("include") {
            for pattern in words {
                for path in matching(&under(sysroot, &pattern)) {
                    read(sysroot, &path, depth + 1, keys)?;
                }
            }
        } else if keyword.eq_ignore_ascii_case("match") {
            // Host keys cannot depend on the connection; what follows a Match is not about them.
            break;
        }
    }
    Ok(())
}

/// The files that a glob(7) pattern matches, sorted. One that matches nothing, or that is no pattern, names nothing.
fn matching(pattern: &Path) -> Vec<PathBuf> {
    let Some(pattern) = pattern.to_str() else { return Vec::new() };
    glob::glob(pattern).map(|paths| paths.flatten().collect()).unwrap_or_default()
}

/// The words of a line: separated by blanks, the keyword perhaps by `=`; double quotes keep blanks; `#` begins a
/// comment.
fn words(line: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut quoted = false;
    let mut started = false;
    for letter in line.chars() {
        match letter {
            '"' => {
                quoted = !quoted;
                started = true;
            }
            '#' if !quoted && !started => break,
            // One `=` may stand between the keyword and its first argument, with blanks around it or not.
            '=' if !quoted && words.len() == 1 && !started => {}
            _ if !quoted && (letter.is_ascii_whitespace() || (letter == '=' && words.is_empty())) => {
                if started {
                    words.push(std::mem::take(&mut word));
                    started = false;
                }
            }
            _ => {
                word.push(letter);
                started = true;
            }
        }
    }
    if started {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn lines_are_split_as_sshd_does() {
        for line in ["HostKey /a b", "\tHostKey=/a b", "HostKey = /a \"b\" # c", "\"HostKey\" \"/a\" b#c"] {
            let words = words(line);
            assert_eq!((words[0].as_str(), words[1].as_str()), ("HostKey", "/a"), "{line}");
            assert!(words[2].starts_with('b') && words.len() == 3, "{line}");
        }
        assert!(words("# HostKey /a").is_empty());
        assert_eq!(words("HostKey \"/a b\""), ["HostKey", "/a b"]);
    }
}
