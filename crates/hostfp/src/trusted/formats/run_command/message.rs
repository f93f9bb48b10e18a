//! Parses the message of the guest's agent about a script of the first version: `Enable succeeded: `, then the streams under
//! `[stdout]` and `[stderr]`.
//!
//! Why a stranger cannot write it: the agent's words begin it, unless its envelope is Run Command's. The script's output ends
//! at the first `[stderr]`, and each of its lines must be a fingerprint or a host key as a whole.

use common::error::Error;

/// A parsed message.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Message {
    pub(super) stdout: String,
    pub(super) stderr: String,
}

/// The words before the streams.
const SUCCEEDED: &str = "Enable succeeded:";
const FAILED: &str = "Enable failed";

/// Whether a text begins like such a message.
pub(super) fn begins(text: &str) -> bool {
    let text = text.trim_start();
    [SUCCEEDED, FAILED, "[stdout]", "[stderr]"].iter().any(|start| text.starts_with(start))
}

/// Whether a text begins with the agent's own words.
pub(super) fn begins_as_the_agents(text: &str) -> bool {
    let text = text.trim_start();
    [SUCCEEDED, FAILED].iter().any(|start| text.starts_with(start))
}

impl Message {
    /// Parses a message that begins with the agent's own words.
    ///
    /// # Errors
    /// It does not; or as for [`Message::of`].
    pub(super) fn of_agent(text: &str) -> Result<Self, Error> {
        if begins_as_the_agents(text) { Self::of(text) } else { Err(not_whole()) }
    }

    /// Parses a message. `[stderr]` ends standard output, and may occur only once: a second one may be a stranger's, to hide
    /// what follows.
    ///
    /// # Errors
    /// The agent reports that the script failed; or the text is not a whole message.
    pub(super) fn of(text: &str) -> Result<Self, Error> {
        let text = text.trim_start();
        if text.starts_with(FAILED) {
            return Err(super::state::failed(""));
        }
        let rest = text.strip_prefix(SUCCEEDED).map_or(text, str::trim_start);
        if rest.lines().next().is_some_and(|line| line.contains("[stdout]\\n")) {
            return Err(Error::failure("the line breaks of Run Command's message are written as \\n")
                .hint("keep it with -o json"));
        }
        let Some(rest) = rest.strip_prefix("[stdout]").and_then(after_line_end) else {
            let joined = rest.starts_with("[stdout] ");
            return Err(if joined { joined_lines() } else { not_whole() });
        };
        let mut message = Self::default();
        let mut lines = rest.split_inclusive('\n');
        let mut ends = false;
        for line in lines.by_ref() {
            if line.trim() == "[stderr]" {
                ends = true;
                break;
            }
            message.stdout.push_str(line);
        }
        if !ends {
            return Err(not_whole());
        }
        message.stderr.extend(lines);
        if [SUCCEEDED, FAILED].iter().any(|words| message.stderr.contains(words)) {
            return Err(super::result::several());
        }
        if message.stderr.lines().any(|line| line.trim() == "[stderr]") {
            return Err(Error::failure(
                "Run Command's message has the line [stderr] twice, so the end of its output is unknown",
            )
            .hint("have the script print the host keys only, as --run-command-script does"));
        }
        // The newline before `[stderr]` is the agent's.
        if message.stdout.ends_with('\n') {
            message.stdout.pop();
        }
        if message.stderr.trim() == "None" {
            message.stderr.clear();
        }
        Ok(message)
    }
}

/// Returns what follows the spaces and the newline at the end of a line; `None` if other words precede the newline.
fn after_line_end(text: &str) -> Option<&str> {
    let (rest, after) = text.split_once('\n')?;
    rest.trim().is_empty().then_some(after)
}

fn not_whole() -> Error {
    Error::failure("a part of Run Command's message").hint("keep all of it, from `Enable succeeded` on, with -o json")
}

fn joined_lines() -> Error {
    Error::failure("the lines of Run Command's message are joined into one line")
        .hint("quote the variable: echo \"$OUT\"; or keep the output with -o json")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Result<(String, String), String> {
        Message::of(text).map(|message| (message.stdout, message.stderr)).map_err(|error| error.message().to_owned())
    }

    #[test]
    fn the_streams_are_distinguished() {
        let message = of("Enable succeeded: \n[stdout]\na\nb\n\n[stderr]\nc\n[stdout]\nd\n").unwrap();
        assert_eq!(message, ("a\nb\n".to_owned(), "c\n[stdout]\nd\n".to_owned()));
        assert_eq!(of("[stdout]\r\na\r\n\r\n[stderr]\r\nNone\n").unwrap(), ("a\r\n\r".to_owned(), String::new()));
    }

    #[test]
    fn what_is_no_whole_message_is_named() {
        for (text, words) in [
            ("Enable failed: command terminated with exit status=1\n[stdout]\na\n[stderr]\n", "failed"),
            ("Enable succeeded: \n[stderr]\nx\n[stdout]\na\n[stderr]\n", "a part"),
            ("Enable succeeded: \n[stdout]\na\n", "a part"),
            ("Enable succeeded: \\n[stdout]\\na\\n[stderr]\\n", "written as \\n"),
            ("Enable succeeded: [stdout] a [stderr]", "joined into one line"),
            ("Enable succeeded: \n[stdout]\na\n[stderr]\nEnable failed: x\n", "several"),
            ("[stdout]\na\n[stderr]\nEnable succeeded: \n[stdout]\nb\n[stderr]\n", "several"),
        ] {
            assert!(of(text).unwrap_err().contains(words), "{text}");
        }
    }
}
