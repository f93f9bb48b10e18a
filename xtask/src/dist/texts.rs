//! Writes the texts that Debian's policy requires.

use std::env;
use std::fs;
use std::path::Path;

use super::date::Date;
use super::{REVISION, VERSION};
use crate::Failure;

/// The maintainer of the packages, who can be named as for Debian's own tools (debchange(1)).
pub(super) fn maintainer() -> String {
    let given = |name: &str, otherwise: &str| env::var(name).unwrap_or_else(|_| otherwise.to_owned());
    format!("{} <{}>", given("DEBFULLNAME", "The vmkeys authors"), given("DEBEMAIL", "vmkeys@packages.invalid"))
}

/// Writes `copyright`, `changelog.Debian` and the overrides for lintian into a folder.
pub(super) fn debian(folder: &Path, date: Date) -> Result<(), Failure> {
    fs::write(folder.join("copyright"), copyright())?;
    fs::write(folder.join("overrides"), OVERRIDES)?;
    let changelog = format!(
        "vmkeys ({VERSION}-{REVISION}) stable; urgency=medium\n\n  * Packaged by `cargo xtask dist`; changelog.gz lists the changes.\n\n -- {}  {}\n",
        maintainer(),
        date.long()
    );
    fs::write(folder.join("changelog.Debian"), changelog)?;
    Ok(())
}

/// The exceptions from the rules of Debian's archive, with their reasons.
const OVERRIDES: &str = "\
# They are to run where there is nothing else: on minimal images, in rescue systems, in an empty root. Being static and
# at an address of their own choosing, they look like libraries that need none.
vmkeys: shared-library-lacks-prerequisites [usr/bin/*]
# The package is made outside of Debian.
vmkeys: initial-upload-closes-no-bugs
";

/// Our two licences in Debian's machine-readable format (DEP 5).
fn copyright() -> String {
    let (notice, terms) = include_str!("../../../LICENSE-MIT").split_once("\n\nPermission").unwrap_or_default();
    let holders = notice.rsplit('\n').next().unwrap_or_default();
    let terms: String = format!("Permission{terms}")
        .lines()
        .map(|line| if line.is_empty() { " .\n".to_owned() } else { format!(" {line}\n") })
        .collect();
    format!(
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\nUpstream-Name: vmkeys\n\
         Comment: The programs contain parts of others; their licences are in THIRD-PARTY.txt.gz next to this file.\n\n\
         Files: *\n{}\nLicense: Apache-2.0 or MIT\n\nLicense: Apache-2.0\n On Debian systems the text of the Apache \
         License, version 2.0, is in\n /usr/share/common-licenses/Apache-2.0.\n\nLicense: MIT\n{terms}",
        holders.replace("Copyright (c)", "Copyright:")
    )
}
