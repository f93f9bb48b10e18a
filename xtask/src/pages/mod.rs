//! `cargo xtask docs`: updates docs/ from the option tables, the checks, the examples and the demo. It writes whole
//! pages, and in hand-written pages the lines between `<!-- from the option tables: NAME -->` and `<!-- end -->`.

mod checks;
mod examples;
mod manual;
mod markdown;
mod picture;
mod tables;

use std::fs;
use std::path::PathBuf;

use common::cli::Options;
use support::binaries;

use crate::Failure;
use crate::documents::Document;

const END: &str = "<!-- end -->\n";

/// Writes the files that are not current; with `--check` only lists them and fails.
pub(crate) fn command(mut arguments: lexopt::Parser) -> Result<(), Failure> {
    let check = match arguments.next()? {
        None => false,
        Some(lexopt::Arg::Long("check")) => true,
        Some(other) => return Err(other.unexpected().into()),
    };
    let mut outdated = Vec::new();
    for (name, text) in documents()? {
        let path = folder().join(&name);
        let present = fs::read_to_string(&path).unwrap_or_default();
        if is_current(&name, &present, &text) {
            continue;
        }
        if !check {
            path.parent().map(fs::create_dir_all).transpose()?;
            fs::write(&path, text)?;
            println!("{}", path.display());
        }
        outdated.push(format!("docs/{name}"));
    }
    if check && !outdated.is_empty() {
        return Err(format!("run `cargo xtask docs`: not current: {}", outdated.join(", ")).into());
    }
    Ok(())
}

fn folder() -> PathBuf {
    binaries::root().join("docs")
}

/// Whether a file is current. A picture shows one run; differences between runs do not make it outdated.
fn is_current(name: &str, present: &str, text: &str) -> bool {
    if name.ends_with(".svg") { picture::words(present) == picture::words(text) } else { present == text }
}

/// All files and their texts.
fn documents() -> Result<Vec<Document>, Failure> {
    let mut documents = vec![
        ("man/keygen.md".to_owned(), manual::page(keygen::Args::TOOL)),
        ("man/keycheck.md".to_owned(), manual::page(keycheck::Args::TOOL)),
        ("man/pubfp.md".to_owned(), manual::page(pubfp::Args::TOOL)),
        ("man/hostfp.md".to_owned(), manual::page(hostfp::Args::TOOL)),
        ("checks.md".to_owned(), checks::page()),
        ("examples.md".to_owned(), examples::page()?),
        ("demo.svg".to_owned(), picture::draw()?),
    ];
    for (page, part, text) in [
        ("exit-statuses.md", "exit statuses", tables::exit_statuses()),
        ("json.md", "json", tables::json()),
        ("coming-from.md", "letters", tables::letters()),
    ] {
        let whole = fs::read_to_string(folder().join(page))?;
        let whole = with_part(&whole, part, &text).ok_or_else(|| format!("docs/{page} has no place for: {part}"))?;
        documents.push((page.to_owned(), whole));
    }
    Ok(documents)
}

/// Replaces one part of a page.
fn with_part(page: &str, part: &str, text: &str) -> Option<String> {
    let start = format!("<!-- from the option tables: {part} -->\n");
    let (before, after) = page.split_once(&start)?;
    let (_, after) = after.split_once(END)?;
    Some(format!("{before}{start}{text}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_takes_the_place_of_the_old_one_and_nothing_else_changes() {
        let page = |text: &str| format!("a\n<!-- from the option tables: x -->\n{text}<!-- end -->\nb\n");
        assert_eq!(with_part(&page(""), "x", "new\n").unwrap(), page("new\n\n"));
        assert_eq!(with_part(&page("old\n\n"), "x", "new\n").unwrap(), page("new\n\n"));
        assert_eq!(with_part(&page(""), "y", "new\n"), None);
    }
}
