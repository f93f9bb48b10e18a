//! Reads the output of a script on the machine: lines of fingerprints and host keys; or only DNS records, as `pubfp --sshfp`
//! prints, or only objects, as `hostfp --json` and `pubfp --json` print for the machine's own keys. The first line decides
//! which.
//!
//! Why a stranger cannot write such a line: as for a list (`lines`); and the formats are not mixed.

use common::error::Error;
use serde_json::Value;

use super::json::own_keys;
use super::lines::{self, List};
use super::run_command::Stdout;
use super::sshfp;
use crate::trusted::grammar::{NotTrusted, json};
use crate::trusted::keys::{HAS_WEAK, Trusted};
use crate::trusted::messages::misfits;
use crate::trusted::rules::one_host::{self, Origin};

/// Reads the output of a script.
///
/// # Errors
/// It has no host key, or a line that is none of these, or keys of several hosts.
pub(crate) fn read(stdout: Result<Stdout, Error>) -> Result<Trusted, NotTrusted> {
    let stdout = stdout.map_err(|error| (None, error))?;
    let in_output = |(line, error): NotTrusted| {
        let place = line.map_or_else(String::new, |line| format!(", at line {line} of the script's output"));
        let message = format!("{}{place}", error.message());
        let (message, hint) = if stdout.is_cut {
            let hint = "Run Command returns no more; have the script print less, as --run-command-script does";
            (format!("{message}, of which Run Command kept the last 4096 bytes"), Some(hint))
        } else {
            (message, error.remedy())
        };
        let described = Error::failure(message);
        (None, if let Some(hint) = hint { described.hint(hint) } else { described })
    };
    let first = 1 + usize::from(stdout.is_cut);
    let list = if stdout.text.trim_start().starts_with('{') {
        own_objects(&stdout.text, first).map_err(in_output)?
    } else if let Some(records) = sshfp::read(&stdout.text, first) {
        let records = records.map_err(in_output)?;
        if records.name_several_hosts() {
            return Err((None, one_host::several("records of different names")));
        }
        records.into_list()
    } else if let Some(error) = misfits::of_keyscan(&stdout.text) {
        return Err(in_output((None, error)));
    } else {
        lines::read(&stdout.text, stdout.comments, first).map_err(in_output)?
    };
    let has_weak = list.has_weak;
    let mut trusted = list.into_trusted(Origin::OneMachine).map_err(|error| (None, error))?;
    trusted.mismatch_notes.extend(stdout.notes);
    trusted.mismatch_notes.extend(has_weak.then(|| HAS_WEAK.to_owned()));
    Ok(trusted)
}

/// Reads objects, each on a line of its own. One of another host, or of a user's key, ends them.
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
        return Err((None, misfits::no_lines(list.has_weak, text)));
    }
    Ok(list)
}

#[cfg(test)]
mod tests {
    use super::super::lines::Comments;
    use super::*;

    const OWN: &str = "{\"file\":\"ssh_host_ed25519_key\",\"form\":\"openssh-public\",\"type\":\"ssh-ed25519\",\
                       \"fingerprint\":\"SHA256:p2QAMXNIC1TJYWeIOttrVc98/R1BUFWu3/LiyKgUfQM\"}\n";

    /// Returns the number of keys found.
    fn found(text: &str, is_cut: bool) -> Result<usize, String> {
        let stdout = Stdout { text: text.to_owned(), is_cut, comments: Comments::Allowed, notes: Vec::new() };
        read(Ok(stdout)).map(|trusted| trusted.keys.len()).map_err(|(_, error)| error.message().to_owned())
    }

    #[test]
    fn the_line_that_was_cut_is_counted() {
        let record = format!("vm IN SSHFP 4 2 {}\n", "aa".repeat(32));
        for (first, number) in [("", 1), (OWN, 2), (record.as_str(), 2)] {
            let text = format!("{first}x\n");
            let place = |number: usize| format!(", at line {number} of the script's output");
            assert!(found(&text, false).unwrap_err().ends_with(&place(number)), "{text}");
            let cut = found(&text, true).unwrap_err();
            assert!(cut.ends_with(&(place(number + 1) + ", of which Run Command kept the last 4096 bytes")), "{cut}");
        }
    }

    #[test]
    fn a_script_that_prints_known_hosts_gets_a_remedy() {
        let line = "localhost ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKPcdDKDGWm3HPZvIOEoJ83at5TXCQhBWMH4oDAa3g75\n";
        assert!(found(line, false).unwrap_err().contains("the script printed known_hosts lines"));
        assert!(found(&format!("256 x\n{line}"), false).unwrap_err().contains("at line 1"));
    }

    #[test]
    fn objects_are_all_of_own_keys_but_for_a_summary() {
        assert_eq!(found(&format!("{OWN}\n{{\"schema\":1,\"files\":1}}\n"), false), Ok(1));
        for rest in ["{\"name\":\"x\"}", "{\"schema\":\"x\"}", "[]", "x"] {
            assert!(found(&format!("{OWN}{rest}\n"), false).is_err(), "{rest}");
        }
        assert!(found("{\"schema\":1,\"files\":1}\n", false).is_err());
    }
}
