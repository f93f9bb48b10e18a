//! What a script printed on the machine: lines of fingerprints and host keys; or nothing but DNS records, as
//! `pubfp --sshfp` prints, or nothing but objects, as `hostfp --json` and `pubfp --json` print of the machine's own keys.
//! Its first line says which.
//!
//! Why a stranger cannot write such a line: as for a list (`lines`); and the forms are not mixed.

use common::error::Error;
use serde_json::Value;

use super::lines::{self, List};
use super::one_host::{self, Origin};
use super::run_command::Stdout;
use super::{NotTrusted, Trusted, diagnose, json, own_keys, sshfp};

/// Reads what a script printed.
///
/// # Errors
/// It printed no host key, or a line that is none of these, or keys of several hosts.
pub(super) fn read(stdout: Result<Stdout, Error>) -> Result<Trusted, NotTrusted> {
    let stdout = stdout.map_err(|error| (None, error))?;
    let in_output = |(line, error): NotTrusted| {
        let place = line.map_or_else(String::new, |line| format!(", at line {line} of the script's output"));
        let message = format!("{}{place}", error.message());
        let (message, hint) = if stdout.is_cut {
            let hint = "Run Command lets no more through; have the script print less, as --run-command-script does";
            (format!("{message}, of which Run Command kept the last 4096 bytes"), Some(hint))
        } else {
            (message, error.remedy())
        };
        let told = Error::failure(message);
        (None, if let Some(hint) = hint { told.hint(hint) } else { told })
    };
    let first = 1 + usize::from(stdout.is_cut);
    let keys = if stdout.text.trim_start().starts_with('{') {
        own_objects(&stdout.text, first).map_err(in_output)?.keys
    } else if let Some(records) = sshfp::read(&stdout.text, first) {
        records.map_err(in_output)?.into_keys()
    } else {
        lines::read(&stdout.text, stdout.comments, first).map_err(in_output)?.keys
    };
    one_host::check(&keys, Origin::OneMachine).map_err(|error| (None, error))?;
    let mut trusted = Trusted::of_keys(keys);
    trusted.mismatch_notes.extend(stdout.notes);
    Ok(trusted)
}

/// Objects, each on a line of its own. One of another host, or of a user's key, ends them.
fn own_objects(text: &str, first: usize) -> Result<List, NotTrusted> {
    let mut list = List::default();
    for (line, number) in text.lines().zip(first..).filter(|(line, _)| !line.trim().is_empty()) {
        let at = |error| (Some(number), error);
        match json::only_value(line).map_err(|(_, error)| at(error))? {
            Value::Object(object) if own_keys::is_of_own_keys(&object) => list.take_own(&object).map_err(at)?,
            Value::Object(object) if own_keys::is_summary(&object) => {}
            _ => return Err(at(own_keys::no_own_key())),
        }
    }
    if list.keys.is_empty() {
        return Err((None, diagnose::no_lines(list.has_weak, text)));
    }
    Ok(list)
}
