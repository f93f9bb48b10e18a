//! Splits command lines on pages into commands as a shell does, without running them.
//!
//! This is not a shell: variables stay as they are, and `$(...)` is part of one word, whose commands are found, too.

/// The shell whose quoting rules apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shell {
    /// POSIX's: a backslash quotes one character.
    Posix,
    /// PowerShell's: a backquote quotes one character, `''` is a quote within quotes, and parentheses contain commands.
    PowerShell,
}

/// Splits a text into commands, each as its words, in the order in which they end.
///
/// # Errors
/// A quote or parenthesis that does not end.
pub fn commands(text: &str, shell: Shell) -> Result<Vec<Vec<String>>, String> {
    let mut splitter = Splitter { shell, ..Splitter::default() };
    splitter.split(&text.chars().collect::<Vec<_>>())?;
    Ok(splitter.commands)
}

struct Splitter {
    shell: Shell,
    word: Option<String>,
    words: Vec<String>,
    commands: Vec<Vec<String>>,
    /// The next word is the file of a redirection.
    is_target: bool,
}

impl Default for Splitter {
    fn default() -> Self {
        Self { shell: Shell::Posix, word: None, words: Vec::new(), commands: Vec::new(), is_target: false }
    }
}

impl Splitter {
    fn split(&mut self, text: &[char]) -> Result<(), String> {
        let mut at = 0;
        while let Some(&character) = text.get(at) {
            let next = text.get(at + 1).copied();
            at += 1;
            match character {
                '\'' => at = self.quoted(text, at)?,
                '"' => at = self.in_double_quotes(text, at)?,
                _ if character == self.escape() => {
                    if let Some(next) = next.filter(|next| *next != '\n') {
                        self.push(next);
                    }
                    at += 1;
                }
                '$' if next == Some('(') => at = self.nested(text, at + 1)?,
                '<' | '>' if next == Some('(') => at = self.nested(text, at + 1)?,
                // The arguments of a method are not commands.
                '(' if self.shell == Shell::PowerShell && self.word.is_some() => {
                    at += parenthesised(&text[at..])?.len() + 1;
                    self.push_str("(...)");
                }
                '(' if self.shell == Shell::PowerShell => at = self.nested(text, at)?,
                '<' | '>' => at = self.redirection(text, at),
                '#' if self.word.is_none() => {
                    at += text.get(at..).unwrap_or_default().iter().take_while(|c| **c != '\n').count();
                }
                '|' | ';' | '\n' | '&' => {
                    self.end_command();
                }
                _ if character.is_whitespace() => self.end_word(),
                _ => self.push(character),
            }
        }
        self.end_command();
        Ok(())
    }

    const fn escape(&self) -> char {
        match self.shell {
            Shell::Posix => '\\',
            Shell::PowerShell => '`',
        }
    }

    fn push(&mut self, character: char) {
        self.word.get_or_insert_default().push(character);
    }

    fn push_str(&mut self, text: &str) {
        self.word.get_or_insert_default().push_str(text);
    }

    /// Reads the text in single quotes. Returns the position after the closing one.
    fn quoted(&mut self, text: &[char], mut at: usize) -> Result<usize, String> {
        self.word.get_or_insert_default();
        loop {
            match (text.get(at), text.get(at + 1)) {
                (None, _) => return Err("a single quote does not end".to_owned()),
                (Some('\''), Some('\'')) if self.shell == Shell::PowerShell => {
                    self.push('\'');
                    at += 2;
                }
                (Some('\''), _) => return Ok(at + 1),
                (Some(character), _) => {
                    self.push(*character);
                    at += 1;
                }
            }
        }
    }

    fn in_double_quotes(&mut self, text: &[char], mut at: usize) -> Result<usize, String> {
        self.word.get_or_insert_default();
        loop {
            match (text.get(at), text.get(at + 1)) {
                (None, _) => return Err("a double quote does not end".to_owned()),
                (Some('"'), _) => return Ok(at + 1),
                (Some('$'), Some('(')) => at = self.nested(text, at + 2)?,
                (Some(escape), Some(next)) if *escape == self.escape() => {
                    self.push(*next);
                    at += 2;
                }
                (Some(character), _) => {
                    self.push(*character);
                    at += 1;
                }
            }
        }
    }

    /// Reads the commands in parentheses; the opening one is before `at`. Returns the position after the closing one.
    fn nested(&mut self, text: &[char], at: usize) -> Result<usize, String> {
        let inside = parenthesised(text.get(at..).unwrap_or_default())?;
        let mut splitter = Self { shell: self.shell, ..Self::default() };
        splitter.split(inside)?;
        self.commands.extend(splitter.commands);
        self.push_str("(...)");
        Ok(at + inside.len() + 1)
    }

    /// Reads the rest of `>`, `>>`, `2>&1` or `<<<` after its first character.
    fn redirection(&mut self, text: &[char], mut at: usize) -> usize {
        // `2>`: the digit is not an argument.
        if self.word.as_ref().is_some_and(|word| word.bytes().all(|byte| byte.is_ascii_digit())) {
            self.word = None;
        }
        self.end_word();
        while matches!(text.get(at), Some('<' | '>')) {
            at += 1;
        }
        if text.get(at) == Some(&'&') {
            at += 1;
        }
        self.is_target = true;
        at
    }

    fn end_word(&mut self) {
        let Some(word) = self.word.take() else { return };
        if self.is_target {
            self.is_target = false;
        } else {
            self.words.push(word);
        }
    }

    fn end_command(&mut self) {
        self.end_word();
        if !self.words.is_empty() {
            self.commands.push(std::mem::take(&mut self.words));
        }
    }
}

/// The text up to the closing parenthesis that matches an opening one before `text`.
fn parenthesised(text: &[char]) -> Result<&[char], String> {
    let mut depth = 1;
    for (at, character) in text.iter().enumerate() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return Ok(&text[..at]);
        }
    }
    Err("a parenthesis does not end".to_owned())
}
