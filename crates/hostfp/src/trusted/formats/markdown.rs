//! Reads fingerprints as services and wikis publish them: a list or a table of Markdown, or a copy of one from a page.
//!
//! ```text
//! * `SHA256:…` (RSA)         - **ED25519**: SHA256:…         • SHA256:… (ECDSA)
//!
//! | Algorithm | Fingerprint |
//! |-----------|-------------|        both lines may be missing
//! | ED25519   | `SHA256:…`  |
//! ```
//!
//! Why a stranger cannot write a row: the whole text is one list with one bullet, or one table of two columns, and each row
//! pairs a type with a fingerprint and has no other word. A log or a listing has rows or columns of its own next to
//! strangers' words, and the first of them ends the text. The column names of a table must be those of a type and of a
//! fingerprint: users choose names of users and of keys. A script on a machine does not print pages, so its output, and
//! strings of JSON, are not read this way.

use common::error::Error;

use super::lines::List;
use crate::trusted::grammar::NotTrusted;
use crate::trusted::grammar::line::{self, Line};
use crate::trusted::grammar::words;
use crate::trusted::messages::misfits;

/// The bullets of a list. Markdown's `+` is not among them: shells and diff write it before lines of others.
const MARKS: [char; 3] = ['*', '-', '\u{2022}'];

/// A list with its bullet, or a table.
#[derive(Clone, Copy)]
enum Shape {
    List(char),
    Table,
}

impl Shape {
    fn of(line: &str) -> Option<Self> {
        let first = line.chars().next()?;
        if first == '|' { Some(Self::Table) } else { MARKS.contains(&first).then_some(Self::List(first)) }
    }

    /// Returns the type and the fingerprint of a row, as a line of its own; `None` if the row has anything else.
    fn pair(self, row: &str) -> Option<String> {
        let (name, fingerprint) = match self {
            Self::List(mark) => of_item(row.strip_prefix(mark)?)?,
            Self::Table => of_cells(cells(row)?)?,
        };
        let line = format!("{name} {fingerprint}");
        let is_pair = matches!(line::read(&line), Ok(Line::Fingerprint { size: None, comment: None, kinds, .. }) if !kinds.is_empty());
        is_pair.then_some(line)
    }
}

/// Reads the fingerprints of a text; `None` if its first line begins neither a list nor a table of them. The text has no
/// indentation.
pub(crate) fn read(text: &str) -> Option<Result<List, NotTrusted>> {
    let mut lines = text.lines().map(str::trim_end).zip(1..).skip_while(|(line, _)| line.is_empty()).peekable();
    let (first, _) = *lines.peek()?;
    let shape = Shape::of(first)?;
    let has_names = matches!(shape, Shape::Table) && cells(first).is_some_and(names_a_type_and_a_fingerprint);
    if has_names {
        lines.next();
        lines.next_if(|(line, _)| is_rule(line))?;
    } else {
        let _ = shape.pair(first)?;
    }
    Some(rows(shape, lines))
}

fn rows<'a>(shape: Shape, lines: impl Iterator<Item = (&'a str, usize)>) -> Result<List, NotTrusted> {
    let mut list = List::default();
    let mut has_ended = false;
    for (line, number) in lines {
        if line.is_empty() {
            // Blank lines may separate the items of a list, but not the rows of a table.
            has_ended = matches!(shape, Shape::Table);
            continue;
        }
        let pair = shape.pair(line).filter(|_| !has_ended).ok_or_else(|| (Some(number), not_pairs()))?;
        list.add(&pair).map_err(|misfit| (Some(number), misfits::misfit(misfit)))?;
    }
    if list.keys.is_empty() { Err((None, not_pairs())) } else { Ok(list) }
}

/// Whether a line is of a list or a table of a page.
pub(crate) fn is_of_page(line: &str) -> bool {
    let is_listed = ["* ", "- ", "+ ", "| ", "|", "\u{2022}"].iter().any(|mark| line.trim_start().starts_with(mark));
    is_listed && line.matches('|').count() != 1
}

/// Reports a list or a table with rows that do not count.
pub(crate) fn not_pairs() -> Error {
    Error::failure("a list or a table of a page, such as Markdown, in which not every row is a type and a fingerprint")
        .hint("keep only rows of your host such as `- SHA256:… (ECDSA)` or `| ECDSA | SHA256:… |`")
}

/// Returns the type and the fingerprint of a list's item, without its bullet: `RSA: SHA256:…`, `SHA256:… (RSA)`.
fn of_item(item: &str) -> Option<(&str, &str)> {
    let item = item.strip_prefix([' ', '\t'])?.trim_matches([' ', '\t']);
    // One pair of quotes may be around all of it.
    let item = in_marks(item, "`").unwrap_or(item);
    match item.split([' ', '\t']).filter(|word| !word.is_empty()).collect::<Vec<_>>().as_slice() {
        [first, second] if words::parsed(plain(second)).is_some() => {
            let name = plain(first);
            Some((plain(name.strip_suffix(':').unwrap_or(name)), plain(second)))
        }
        [first, second] => Some((plain(plain(second).strip_prefix('(')?.strip_suffix(')')?), plain(first))),
        _ => None,
    }
}

/// Returns the type and the fingerprint of a table's row, in either order.
fn of_cells([one, other]: [&str; 2]) -> Option<(&str, &str)> {
    let [one, other] = [plain(one), plain(other)];
    match [one, other].map(|cell| words::parsed(cell).is_some()) {
        [false, true] => Some((one, other)),
        [true, false] => Some((other, one)),
        _ => None,
    }
}

/// Returns the two cells of a row.
fn cells(row: &str) -> Option<[&str; 2]> {
    let (one, other) = row.strip_prefix('|')?.strip_suffix('|')?.split_once('|')?;
    (!other.contains('|')).then(|| [one, other].map(|cell| cell.trim_matches([' ', '\t'])))
}

fn names_a_type_and_a_fingerprint(cells: [&str; 2]) -> bool {
    const ANY: [&str; 6] = ["ssh", "host", "key", "server", "public", "hostkey"];
    let is_name_of = |cell: &str, names: &[&str]| {
        let cell = cell.to_ascii_lowercase();
        let is_between = |character: char| matches!(character, ' ' | '(' | ')' | '*');
        let words: Vec<&str> = cell.split(is_between).filter(|word| !word.is_empty()).collect();
        words.iter().any(|word| names.contains(word))
            && words.iter().all(|word| names.contains(word) || ANY.contains(word))
    };
    let is_pair = |[one, other]: [&str; 2]| {
        is_name_of(one, &["type", "algorithm"])
            && is_name_of(other, &["fingerprint", "fingerprints", "sha256", "sha-256"])
    };
    let [one, other] = cells;
    is_pair(cells) || is_pair([other, one])
}

/// Whether a row is the line below the names: `|---|:---:|`.
fn is_rule(row: &str) -> bool {
    let is_dashes = |cell: &str| {
        let cell = cell.strip_prefix(':').unwrap_or(cell);
        let cell = cell.strip_suffix(':').unwrap_or(cell);
        !cell.is_empty() && cell.bytes().all(|byte| byte == b'-')
    };
    cells(row).is_some_and(|cells| cells.into_iter().all(is_dashes))
}

/// Removes the backquotes or asterisks around a word.
fn plain(word: &str) -> &str {
    ["`", "**"].into_iter().find_map(|mark| in_marks(word, mark)).unwrap_or(word)
}

/// Returns the text between two delimiters, if there are no more of them.
fn in_marks<'a>(text: &'a str, mark: &str) -> Option<&'a str> {
    text.strip_prefix(mark)?.strip_suffix(mark).filter(|inside| !inside.contains(mark))
}

#[cfg(test)]
mod tests {
    use super::*;

    const RSA: &str = "SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM";
    const ED25519: &str = "SHA256:E2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM";

    /// Labels and fingerprints.
    type Pairs = Vec<(&'static str, String)>;

    /// Returns the pairs, or the line that does not fit.
    fn found(text: &str) -> Option<Result<Pairs, Option<usize>>> {
        let text = text.replace("FR", RSA).replace("FE", ED25519);
        let label = |key: &crate::trusted::keys::TrustedKey| key.kinds.first().map_or("", |kind| kind.label());
        Some(
            read(&text)?
                .map(|list| list.keys.iter().map(|key| (label(key), key.fingerprint.to_string())).collect())
                .map_err(|(line, _)| line),
        )
    }

    #[test]
    fn lists_and_tables_give_their_pairs() {
        let both = || Some(Ok(vec![("RSA", RSA.to_owned()), ("ED25519", ED25519.to_owned())]));
        for text in [
            "* `FR` (RSA)\n* `FE` (Ed25519)\n",
            "\n- FR (RSA)\n\n- FE (ED25519)\n\n",
            "\u{2022} FR (RSA)\n\u{2022}\tFE (ED25519)",
            "- RSA: `FR`\n- ED25519: `FE`\n",
            "- **RSA**: FR\n- **Ed25519:** FE\n",
            "- `RSA FR`\n- `ssh-ed25519: FE`\n",
            "* `FR` (**RSA**)\n* `FE` **(ED25519)**\n",
            "| RSA | FR |\n| ED25519 | FE |\n",
            "|RSA|`FR`|\n|ssh-ed25519|`FE`|\n\n",
            "| Algorithm | Fingerprint |\n|---|---|\n| **RSA** | FR |\n| `ED25519` | FE |\n",
            "| SHA256 fingerprint | Key type |\n|:--|:-:|\n| `FR` | RSA |\n| `FE` | ED25519 |\n",
            "| **Host key algorithm** | Fingerprint (SHA256) |\n| --- | ---: |\n| RSA | FR |\n| ED25519 | FE |  \n",
        ] {
            assert_eq!(found(text), both(), "{text}");
        }
    }

    #[test]
    fn a_row_with_anything_else_ends_the_text() {
        for (rest, line) in [
            ("- bob\n", 2),
            ("* FE (ED25519)\n", 2),
            ("\n| ED25519 | FE |\n", 3),
            ("FE (ED25519)\n", 2),
            ("  - FE (ED25519)\n", 2),
            ("- FE\n", 2),
            ("- FE (ED25519) bob\n", 2),
            ("- user FE (ED25519)\n", 2),
            ("- FE (bob)\n", 2),
            ("- bob: FE\n", 2),
            ("- ~~FE~~ (ED25519)\n", 2),
            ("- 256 FE bob (ED25519)\n", 2),
            ("- 256 FE (ED25519)\n", 2),
            ("- FE (ED25519-SK)\n", 2),
            ("- MD5:27:e2:d6:a0:95:02:e5:79:8f:1f:90:63:cb:d9:d1:27 (ED25519)\n", 2),
            ("# bob\n- FE (ED25519)\n", 2),
            ("-\tFE (ED25519)\rx\n", 2),
            ("-FE (ED25519)\n", 2),
            ("+ FE (ED25519)\n", 2),
            ("- [FE](x) (ED25519)\n", 2),
            ("- `FE (ED25519)\n", 2),
            ("- ``FE`` (ED25519)\n", 2),
            ("- FE ED25519\n", 2),
        ] {
            assert_eq!(found(&format!("- FR (RSA)\n{rest}")), Some(Err(Some(line))), "{rest}");
        }
        for (rest, line) in [
            ("| ED25519 | FE | bob |\n", 2),
            ("| bob | FE |\n", 2),
            ("| ED25519 | FE\n", 2),
            ("| ED25519 | SHA256:x |\n", 2),
            ("| FE | FE |\n", 2),
            ("| /etc/ssh/ssh_host_rsa_key.pub: | FE |\n", 2),
            ("| ssh-ed25519 256 | FE |\n", 2),
            ("| | FE |\n", 2),
            ("|---|---|\n", 2),
            ("\n| ED25519 | FE |\n", 3),
            ("- FE (ED25519)\n", 2),
            ("| ED25519 | FE | |\n", 2),
        ] {
            assert_eq!(found(&format!("| RSA | FR |\n{rest}")), Some(Err(Some(line))), "{rest}");
        }
    }

    #[test]
    fn what_begins_otherwise_is_none() {
        for text in [
            "",
            "\n",
            "These are our fingerprints:\n* FR (RSA)\n",
            "# Fingerprints\n- FR (RSA)\n",
            "- bob\n- FE (ED25519)\n",
            "- FE\n",
            "+ FE (ED25519)\n",
            "1. FE (ED25519)\n",
            "- **`FE`** (ED25519)\n",
            "| Name | Fingerprint |\n|---|---|\n| ED25519 | FE |\n",
            "| User type | Fingerprint |\n|---|---|\n| ED25519 | FE |\n",
            "| Type | Revoked fingerprint |\n|---|---|\n| ED25519 | FE |\n",
            "| Key | Host |\n|---|---|\n| ED25519 | FE |\n",
            "| Type | Fingerprint |\n| ED25519 | FE |\n",
            "| Type | Fingerprint |\n| | |\n| ED25519 | FE |\n",
            "|---|---|\n| ED25519 | FE |\n",
            "+---------+-----+\n| ED25519 | FE |\n",
            "FE (ED25519)\n",
        ] {
            assert_eq!(found(text), None, "{text}");
        }
        assert_eq!(found("| Type | Fingerprint |\n|---|---|\n"), Some(Err(None)));
    }

    #[test]
    fn lines_of_a_page_begin_with_a_bullet() {
        for (line, is_one) in [
            ("- x", true),
            ("  + x", true),
            ("| a | b |", true),
            ("|a", false),
            ("- a | b", false),
            ("x", false),
            ("a | b | c", false),
        ] {
            assert_eq!(is_of_page(line), is_one, "{line}");
        }
    }
}
