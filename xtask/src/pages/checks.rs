//! Writes docs/checks.md: the text of `keycheck --explain` for every check.

use std::fmt::Write as _;

use keycheck::finding::Severity;
use keycheck::registry::ALL;

use super::markdown::text;

/// The page.
pub(super) fn page() -> String {
    let mut page = format!(
        "# Checks\n\n<!-- made by `cargo xtask docs` -->\n\nThe {} checks of keycheck; `keycheck --explain CHECK` prints \
         one, and `--skip CHECK,...` leaves checks out. An error makes a key fail, a warning does so with `--strict`, a \
         note never does.\n\n| check | severity |\n|---|---|\n",
        ALL.len()
    );
    for check in ALL {
        let _ = writeln!(page, "| [`{0}`](#{0}) | {1} |", check.name, check.severity.name());
    }
    for check in ALL {
        let marked = if check.severity == Severity::Error { "**error**" } else { check.severity.name() };
        let _ = write!(
            page,
            "\n## {}\n\n{marked}: {}\n\n- Why: {}\n- Do: {}\n- Source: {}\n",
            check.name,
            text(check.what),
            text(check.why),
            text(check.remedy),
            text(check.source)
        );
    }
    page
}
