//! Formats texts of the option tables as Markdown.

/// Escapes a text in which backquotes mark code, without any other markup.
pub(super) fn text(text: &str) -> String {
    let parts =
        text.split('`').enumerate().map(|(index, part)| if index % 2 == 0 { plain(part) } else { format!("`{part}`") });
    parts.collect()
}

fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for character in text.chars() {
        if matches!(character, '\\' | '*' | '_' | '<' | '>' | '[' | ']' | '|' | '#') {
            plain.push('\\');
        }
        plain.push(character);
    }
    plain
}

/// Escapes a text for a cell of a table, where a bar ends the cell even in code.
pub(super) fn cell(words: &str) -> String {
    let parts = words
        .split('`')
        .enumerate()
        .map(|(index, part)| if index % 2 == 0 { plain(part) } else { format!("`{}`", part.replace('|', "\\|")) });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_code_is_markup() {
        assert_eq!(text("a_b* and `c_d*` <e>"), "a\\_b\\* and `c_d*` \\<e\\>");
        assert_eq!(cell("a|b `c|d`"), "a\\|b `c\\|d`");
    }
}
