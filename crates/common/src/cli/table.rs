//! Describes a tool and its options as data, for the parser, `--help`, the man page and the completions.

use std::ffi::OsString;

/// A tool: its texts for people and its options for the parser.
///
/// `F` names the tool's options. The parser returns an `F` for each option that it meets, so the compiler checks that the
/// tool handles every option in the table.
#[derive(Debug)]
pub struct Tool<F: 'static> {
    /// The name of the program.
    pub name: &'static str,
    /// Its purpose, in one line, as in a man page's NAME section.
    pub summary: &'static str,
    /// Its calls, without the name.
    pub synopsis: &'static [&'static str],
    /// Paragraphs for the man page's DESCRIPTION, headings, which begin with [`HEADING`], and list items, which begin with
    /// [`ITEM`].
    pub description: &'static [&'static str],
    /// The kind of operands; [`Values::Any`] if they are not always files that are read.
    pub operands: Values,
    /// The options, in the order of the help.
    pub options: &'static [Opt<F>],
    /// The headings, each with the long name of the first option below it.
    pub groups: &'static [(&'static str, &'static str)],
    /// Former long names of options, each with the current one; they still work.
    pub renamed: &'static [(&'static str, &'static str)],
    /// Options of well-known programs that this tool does not have.
    pub foreign: &'static [Foreign],
    /// The meaning of exit statuses 0, 1 and 2.
    pub exit_status: [&'static str; 3],
    /// The objects that `--json` prints.
    pub json: &'static [&'static JsonObject],
    /// Files that it reads or writes by itself, with their meaning.
    pub files: &'static [(&'static str, &'static str)],
    /// Environment variables that it reads besides those of [`TERMINAL`], with their meaning.
    pub environment: &'static [(&'static str, &'static str)],
    /// Command lines that the tests run; see [`Example`]. `-h` prints the first three.
    pub examples: &'static [Example],
    /// Manual pages to read next, with their sections.
    pub see_also: &'static [&'static str],
}

/// The manual's text about an object that `--json` prints; made by [`json_object!`](crate::json_object).
#[derive(Debug)]
pub struct JsonObject {
    /// A description of the object, from the struct's comment.
    pub about: &'static str,
    /// The object whose fields come first, if any.
    pub base: &'static [&'static Self],
    /// The fields and their meanings, from the names and comments of the struct's fields.
    pub fields: &'static [(&'static str, &'static str)],
}

impl JsonObject {
    /// Returns the description of the object.
    #[must_use]
    pub const fn about(&self) -> &'static str {
        self.about.trim_ascii()
    }

    /// Iterates over all its fields with their meanings.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let base = self.base.iter().flat_map(|base| base.fields.iter());
        base.chain(self.fields).map(|(name, text)| (name.trim_start_matches("r#"), text.trim_ascii()))
    }
}

/// One option.
#[derive(Debug)]
pub struct Opt<F: 'static> {
    /// Its name in the tool's code.
    pub flag: F,
    /// Its short form, a letter, if it has one.
    pub short: Option<char>,
    /// Its long name, without dashes.
    pub long: &'static str,
    /// Its value, if it takes one.
    pub value: Option<Value>,
    /// Its purpose: lower case, no full stop.
    pub help: &'static str,
}

/// An option of another program, which people type out of habit.
#[derive(Debug)]
pub struct Foreign {
    /// Its short form.
    pub letter: char,
    /// The response to it.
    pub answer: Answer,
}

impl Foreign {
    /// An option whose function another command has: `what` it does, and a sentence with that `command`.
    #[must_use]
    pub const fn elsewhere(letter: char, what: &'static str, command: &'static str) -> Self {
        Self { letter, answer: Answer::Elsewhere { what, command } }
    }
}

/// The response to an option of another program.
#[derive(Debug)]
pub enum Answer {
    /// Accepted and ignored: it requests the default, and has no value.
    Accepted,
    /// Refused: this tool does not do it.
    Elsewhere {
        /// Its function in the other program, printed after "-x": a verb and its object.
        what: &'static str,
        /// A sentence with the command that does it.
        command: &'static str,
    },
}

/// The value of an option.
#[derive(Debug)]
pub struct Value {
    /// Its name in the help, in uppercase.
    pub name: &'static str,
    /// Its possible values, for completions.
    pub values: Values,
}

/// The possible values of an option.
#[derive(Debug)]
pub enum Values {
    /// One of these names.
    OneOf(&'static [&'static str]),
    /// A path.
    File,
    /// A path; the option may be given more than once.
    Files,
    /// A path to a folder.
    Folder,
    /// Any text that only the user knows.
    Any,
    /// A passphrase, with the hint for none. Some shells lose an empty argument: Windows PowerShell 5.1 turns `-N '' -q`
    /// into `-N -q`, and cmd.exe passes two quotes. Neither may become a passphrase.
    Passphrase(&'static str),
}

/// A command line for the manual, with its output. The tests run it in a shell and compare, so it cannot go stale; `[..]`
/// matches any text within a line.
#[derive(Debug)]
pub struct Example {
    /// Its purpose: a sentence.
    pub purpose: &'static str,
    /// Command lines, without a prompt, one per line.
    pub commands: &'static str,
    /// Their output on standard output and standard error together.
    pub prints: &'static str,
}

/// The prefix of a list item in a tool's description.
pub const ITEM: &str = "- ";

/// The beginning of a heading.
pub const HEADING: &str = "# ";

/// The options of all tools, as (short form, long name, help).
pub const STANDARD: [(char, &str, &str); 2] =
    [('h', "help", "print this help and exit; -h prints a short one"), ('V', "version", "print the version and exit")];

/// The environment variables of all tools, for output to a terminal.
pub const TERMINAL: [(&str, &str); 2] = [
    ("NO_COLOR", "if set and not empty, nothing is coloured; without it colour is used on terminals only"),
    ("TERM", "if `dumb`, nothing is coloured"),
];

/// The environment variables of tools that ask for passphrases.
pub const ASKPASS: [(&str, &str); 2] = [
    (
        "SSH_ASKPASS",
        "the program that asks for a passphrase if there is a display and no terminal; /usr/bin/ssh-askpass if not set",
    ),
    ("SSH_ASKPASS_REQUIRE", "`force` always runs it, `prefer` also on a terminal, and `never` does not"),
];

impl<F> Tool<F> {
    /// Groups the options by their headings; those before the first heading have none.
    pub fn grouped(&self) -> Vec<(&'static str, Vec<&'static Opt<F>>)> {
        let mut groups: Vec<(&str, Vec<&Opt<F>>)> = Vec::new();
        for option in self.options {
            let heading = self.groups.iter().find(|(_, first)| *first == option.long).map(|(heading, _)| *heading);
            match (heading, groups.last_mut()) {
                (None, Some((_, options))) => options.push(option),
                (heading, _) => groups.push((heading.unwrap_or_default(), vec![option])),
            }
        }
        groups
    }

    /// Returns an option's description, with its former name.
    #[must_use]
    pub fn help_of(&self, option: &Opt<F>) -> String {
        let former = self.renamed.iter().find(|(_, today)| *today == option.long);
        former.map_or_else(|| option.help.to_owned(), |(former, _)| format!("{} (formerly --{former})", option.help))
    }
}

/// One argument of the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word<F> {
    /// An option, with its value, which is empty if it takes none.
    Option(F, OsString),
    /// An operand.
    Operand(OsString),
}
