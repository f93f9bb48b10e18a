//! The line that `ssh-keygen -l` prints: `bits hash comment (TYPE)`.

use std::borrow::Cow;
use std::io::{self, Write};

use super::{Object, escape};
use crate::error::Place;
use crate::forms::Item;
use crate::keys::{Hash, randomart};

/// How fingerprints are printed.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// The hash of the fingerprint.
    pub hash: Hash,
    /// The randomart picture below the line.
    pub art: bool,
    /// The fingerprint alone instead of the line.
    pub only: bool,
    /// A JSON object instead of the line.
    pub json: bool,
    /// Nothing at all; the exit status speaks.
    pub quiet: bool,
}

/// Writes one key in the given style.
///
/// A key without a comment shows what stood before it (options or hosts), and else `no comment`, as ssh-keygen does. A
/// type that we do not know has no size we could tell: `?`.
///
/// # Errors
/// Those of the writer.
pub fn write_item(to: &mut impl Write, style: Style, file: &Place, item: &Item<'_>) -> io::Result<()> {
    if style.quiet {
        return Ok(());
    }
    if style.json {
        return Object::of_item(item, file, style.hash).write(to);
    }
    let key = &item.key;
    let fingerprint = key.fingerprint(style.hash);
    if style.only {
        writeln!(to, "{fingerprint}")?;
    } else {
        let bits = key.bits().map_or(Cow::Borrowed("?"), |bits| bits.to_string().into());
        let comment = item.comment.as_deref().or(item.lead.as_deref()).unwrap_or(b"no comment");
        writeln!(to, "{bits} {fingerprint} {} ({})", escape::text(comment), key.label())?;
    }
    if style.art {
        to.write_all(randomart::draw(key, &fingerprint).as_bytes())?;
    }
    Ok(())
}
