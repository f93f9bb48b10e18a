//! Expands file names on Windows as the shells of Unix do: `~` is the home folder, and `*` and `?` match files. The shells
//! of Windows leave that to the program. File names of Windows contain neither `*` nor `?`.

use std::ffi::{OsStr, OsString};
use std::path::{Path, is_separator};

/// The prefix of a Windows path that is taken literally.
const VERBATIM: &str = r"\\?\";

/// Returns the file of a name on the command line.
pub(super) fn file(name: OsString, home: Option<&Path>) -> OsString {
    let Some(rest) = name.to_str().and_then(|name| name.strip_prefix('~')) else { return name };
    match home {
        Some(home) if rest.is_empty() => home.into(),
        Some(home) if rest.starts_with(is_separator) => home.join(rest.trim_start_matches(is_separator)).into(),
        _ => name,
    }
}

/// Returns the files that an operand matches, sorted; the operand itself if it has no wildcards or no file matches.
pub(super) fn files(operand: OsString, home: Option<&Path>) -> Vec<OsString> {
    let operand = file(operand, home);
    let found = pattern(&operand).and_then(|pattern| glob::glob_with(&pattern, OPTIONS).ok());
    let mut files: Vec<OsString> = found.into_iter().flatten().filter_map(|path| Some(path.ok()?.into())).collect();
    if files.is_empty() {
        files.push(operand);
    }
    files
}

/// File names of Windows ignore case.
const OPTIONS: glob::MatchOptions =
    glob::MatchOptions { case_sensitive: false, require_literal_separator: true, require_literal_leading_dot: false };

/// Converts an operand with wildcards for the library: brackets are ordinary characters on Windows.
fn pattern(operand: &OsStr) -> Option<String> {
    let text = operand.to_str().filter(|text| text.contains(['*', '?']) && !text.starts_with(VERBATIM))?;
    Some(text.chars().map(|letter| if letter == '[' { "[[]".to_owned() } else { letter.to_string() }).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tilde_alone_or_before_a_separator_is_the_home_folder() {
        let home = Path::new("/home/me");
        for (name, expected) in
            [("~", "/home/me"), ("~/id", "/home/me/id"), ("~you/id", "~you/id"), ("x~", "x~"), ("./~", "./~"), ("", "")]
        {
            assert_eq!(file(name.into(), Some(home)), expected, "{name}");
            assert_eq!(file(name.into(), None), name);
        }
    }

    #[test]
    fn wildcards_match_existing_files() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["b.pub", "a.PUB", "a", "c[1].pub"] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let names = |operand: &str| -> Vec<String> {
            files(folder.path().join(operand).into(), None)
                .iter()
                .map(|file| Path::new(file).file_name().unwrap().to_str().unwrap().to_owned())
                .collect()
        };
        assert_eq!(names("*.pub"), ["a.PUB", "b.pub", "c[1].pub"]);
        assert_eq!(names("?.pub"), ["a.PUB", "b.pub"]);
        assert_eq!(names("c[1]*"), ["c[1].pub"]);
        assert_eq!(names("*.txt"), ["*.txt"]);
        assert_eq!(names("a"), ["a"]);
        let verbatim = OsString::from(r"\\?\C:\keys\id.pub");
        assert_eq!(files(verbatim.clone(), None), [verbatim]);
    }
}
