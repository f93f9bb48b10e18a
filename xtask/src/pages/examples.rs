//! Writes docs/examples.md: the pages of examples/, for the book, which has only the folder docs/.

use std::fs;

use support::binaries;

use crate::Failure;

/// The folders, those for most readers first.
const FOLDERS: [&str; 6] = ["connect", "ci", "ansible", "terraform", "parallel", "spark"];

/// The page.
pub(super) fn page() -> Result<String, Failure> {
    let mut page =
        "# Examples\n\n<!-- made by `cargo xtask docs` -->\n\nEach is a folder of files that work as they are, \
                    and that the project's tests run.\n"
            .to_owned();
    for folder in FOLDERS {
        let text = fs::read_to_string(binaries::root().join("examples").join(folder).join("README.md"))?;
        page.push('\n');
        page.push_str(&section(folder, &text));
    }
    Ok(page)
}

/// Moves a page one level down, with its links relative to docs/ and its folder below its heading.
fn section(folder: &str, text: &str) -> String {
    let mut section = String::new();
    for line in text.lines() {
        if line.starts_with('#') {
            section.push('#');
        }
        section.push_str(&line.replace("](../../docs/", "]("));
        section.push('\n');
        if line.starts_with("# ") {
            section.push_str(&format!("\nIn the folder `examples/{folder}`.\n"));
        }
    }
    section
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_a_section_whose_links_lead_to_the_same_places() {
        let text = "# A\n\nb [c](../../docs/d.md#e)\n\n    # f\n\n## G\n";
        let section = section("x", text);
        assert_eq!(section, "## A\n\nIn the folder `examples/x`.\n\nb [c](d.md#e)\n\n    # f\n\n### G\n");
    }
}
