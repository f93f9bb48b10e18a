//! The script's standard output, and the reasons why it does not count.

use common::error::Error;

use super::command;
use crate::trusted::formats::lines::{Comments, counts};
use crate::trusted::rules::comments;

/// The sample that azure-cli 2.78.0 ran instead of the user's script (Azure/azure-cli#32258).
pub(super) const SAMPLE: &str = "This is a sample script";

/// From this length on, in bytes, an output may have lost its beginning. Run Command keeps the last 4096 bytes; some of the
/// formats lose spaces at the ends of lines.
pub(super) const MAYBE_CUT: usize = 4096 - 256;

/// The script's standard output: not empty, and only whole lines, unless it has one line only.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Stdout {
    pub(crate) text: String,
    /// Whether it may have lost its beginning. Then its first line is not in `text`: without its first characters a line may
    /// say something else.
    pub(crate) is_cut: bool,
    /// Whether comments may be in it.
    pub(crate) comments: Comments,
    /// Further remarks for the user.
    pub(crate) notes: Vec<String>,
}

/// How the output was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    /// Completely, by something other than Azure's Run Command.
    Whole,
    /// To the byte.
    Exactly,
    /// In lines that may have lost the spaces at their ends, or were broken: each of at most this many bytes.
    InLines(usize),
    /// In the rows of a table, each of at most this many bytes, where other characters than a newline may have ended a row,
    /// such as a vertical tab.
    InRows(usize),
}

/// Checks the output of a script, and returns it or the reason why it does not count.
pub(super) fn output(stdout: &str, stderr: &str, kept: Kept) -> Result<Stdout, Error> {
    if stdout.contains(SAMPLE) || stderr.contains(SAMPLE) {
        return Err(Error::failure("Run Command ran its sample script instead of yours")
            .hint("azure-cli 2.78.0 does so; use another release"));
    }
    let mut notes = Vec::new();
    match (stdout.trim().is_empty(), stderr.trim().is_empty()) {
        (true, true) => {
            return Err(Error::failure("the script printed nothing").hint(
                "is the VM Linux, and has it host keys? run the script that hostfp --run-command-script prints",
            ));
        }
        (true, false) => {
            let hint = match stderr {
                _ if stderr.contains("ssh-keygen: not found") || stderr.contains("ssh-keygen: command not found") => {
                    "the VM has no ssh-keygen; have the script print the keys: cat /etc/ssh/ssh_host_*_key.pub"
                }
                _ if stderr.contains("Too many arguments") => {
                    "ssh-keygen -lf reads one file: for f in /etc/ssh/ssh_host_*_key.pub; do ssh-keygen -lf $f; done"
                }
                _ if stderr.contains("No such file") => "list the keys that are there: ls /etc/ssh/ssh_host_*_key.pub",
                _ => "its error message is in Run Command's standard error",
            };
            return Err(Error::failure("the script printed nothing but errors").hint(hint));
        }
        (false, true) => {}
        // Which of both is the machine's own answer?
        (false, false) if stderr.lines().any(|line| counts(line.trim())) => {
            return Err(Error::failure("fingerprints on the script's standard error, in addition to its output")
                .hint("have the script print the host keys only, as --run-command-script does"));
        }
        (false, false) if stderr.lines().any(comments::is_of_a_scan) => {
            return Err(Error::failure(
                "the script's standard error shows that the script asked a host over the network",
            )
            .hint("have the script read the machine's own keys, as --run-command-script does"));
        }
        (false, false) if stderr.lines().any(command::reads_elsewhere) => {
            return Err(Error::failure(
                "the script's standard error shows a command that may read another machine's keys",
            )
            .hint("have the script read the machine's own keys, as --run-command-script does"));
        }
        (false, false) => notes.push("the script also wrote to its standard error".to_owned()),
    }
    let length = match kept {
        Kept::Whole => 0,
        Kept::Exactly => stdout.len(),
        Kept::InLines(width) | Kept::InRows(width) => stdout.len().max(stdout.lines().count() * width),
    };
    let is_cut = length >= MAYBE_CUT;
    // What seems to be the second row may be the end of the first line, whose beginning was cut off.
    if is_cut && matches!(kept, Kept::InRows(_)) {
        return Err(Error::failure("a table of an output that may have lost its beginning")
            .hint("keep it with -o json; or have the script print less, as --run-command-script does"));
    }
    let mut text = stdout;
    if is_cut {
        text = stdout.trim_start_matches('\n').split_once('\n').map_or("", |(_, rest)| rest);
        notes.push(
            "the output is as long as the most that Run Command returns: its first lines are missing or incomplete"
                .to_owned(),
        );
    }
    let comments =
        if matches!(kept, Kept::InLines(_) | Kept::InRows(_)) { Comments::Refused } else { Comments::Allowed };
    Ok(Stdout { text: text.to_owned(), is_cut, comments, notes })
}
