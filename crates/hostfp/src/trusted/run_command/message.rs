//! What the guest's agent says of a script of the first version: `Enable succeeded: `, then the streams under
//! `[stdout]` and `[stderr]`. Where it was printed with other columns around it, its lines are indented and other words
//! stand before and behind it.

/// A message, taken apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Message {
    /// The agent says that it failed.
    pub(super) says_failed: bool,
    /// There is more than one of them: `>>` added the second.
    pub(super) is_several: bool,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

/// Whether a text is such a message.
pub(super) fn is_one(text: &str) -> bool {
    text.contains("[stdout]") || text.contains("[stderr]")
}

impl Message {
    /// Takes a message apart. The first `[stderr]` ends standard output: a script that prints that line itself loses
    /// the rest of its output, which is better than taking its complaints for an answer.
    pub(super) fn of(text: &str) -> Self {
        let unescaped = unescaped(text);
        let text = unescaped.as_deref().unwrap_or(text);
        let mut message = Self::default();
        let mut section = None;
        let mut before = String::new();
        for line in text.split_inclusive('\n') {
            match (line.trim(), &mut section) {
                ("[stderr]", _) => section = Some(&mut message.stderr),
                ("[stdout]", None) => section = Some(&mut message.stdout),
                (_, Some(section)) => section.push_str(line),
                (_, None) => before.push_str(line),
            }
        }
        message.is_several = text.matches("Enable succeeded: ").count() > 1;
        // What stands on the same line as the first words: `ProvisioningState/failed/1	…	Enable failed: …`.
        message.says_failed = before.to_ascii_lowercase().contains("failed");
        // The newline before `[stderr]` is the agent's.
        if message.stdout.ends_with('\n') {
            message.stdout.pop();
        }
        // `-o tsv` writes the columns that follow behind the last line.
        if let Some(rest) = message.stderr.trim_end().strip_suffix("\tNone").map(str::len) {
            message.stderr.truncate(rest);
        } else if message.stderr.trim() == "None" {
            message.stderr.clear();
        }
        message
    }
}

/// The text with its escapes read, where it has `\n` for its newlines.
fn unescaped(text: &str) -> Option<String> {
    if !text.contains("[stdout]\\n") {
        return None;
    }
    let mut plain = String::with_capacity(text.len());
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => match letters.next() {
                Some('n') => plain.push('\n'),
                Some('t') => plain.push('\t'),
                Some('r') | None => {}
                Some(other) => plain.push(other),
            },
            letter => plain.push(letter),
        }
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_streams_are_told_apart() {
        let message = Message::of("Enable succeeded: \n[stdout]\na\nb\n\n[stderr]\nc\n[stdout]\nd\n");
        assert_eq!((message.stdout.as_str(), message.stderr.as_str()), ("a\nb\n", "c\n[stdout]\nd\n"));
        assert_eq!(Message::of("Enable succeeded: \\n[stdout]\\na\\\\b\\n\\n[stderr]\\n").stdout, "a\\b\n");
        let failed = Message::of("Enable failed: command terminated with exit status=1\n[stdout]\na\n[stderr]\n");
        assert!(failed.says_failed);
        assert!(!Message::of("Enable succeeded: \n[stdout]\nfailed\n[stderr]\nfailed\n").says_failed);
        assert_eq!(Message::of("x\tEnable succeeded: \n[stdout]\na\n\n[stderr]\n\tNone\n").stderr, "");
    }
}
