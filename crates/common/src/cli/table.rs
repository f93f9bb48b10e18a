//! What a tool is and takes, as data: the one place that the parser, `--help`, the man page and the completions read.

use std::ffi::OsString;

/// A tool: its words for people and its options for the parser.
///
/// `F` names the tool's options. The parser hands out an `F` for each option that it meets, so the compiler sees to it
/// that every option in the table is acted upon.
#[derive(Debug)]
pub struct Tool<F: 'static> {
    /// The name of the program.
    pub name: &'static str,
    /// What it does, in one line, as a man page's NAME section wants it.
    pub summary: &'static str,
    /// The ways to call it, without the name.
    pub synopsis: &'static [&'static str],
    /// Paragraphs for the man page's DESCRIPTION, and the items of its lists, which begin with [`ITEM`].
    pub description: &'static [&'static str],
    /// What its operands are; [`Values::Any`] where they are not, or not always, files that are read.
    pub operands: Values,
    /// The options, in the order in which they are shown.
    pub options: &'static [Opt<F>],
    /// The headings above them, each with the long name of the option that it stands before.
    pub groups: &'static [(&'static str, &'static str)],
    /// Long names that options had before, each with today's; they go on working.
    pub renamed: &'static [(&'static str, &'static str)],
    /// The letters of the programs that people know which this tool does not have.
    pub foreign: &'static [Foreign],
    /// What exit statuses 0, 1 and 2 mean for this tool.
    pub exit_status: [&'static str; 3],
    /// The objects that `--json` prints.
    pub json: &'static [&'static JsonObject],
    /// Files it reads or writes by itself, with their meaning.
    pub files: &'static [(&'static str, &'static str)],
    /// Environment variables that it reads, with their meaning, beside those of [`TERMINAL`].
    pub environment: &'static [(&'static str, &'static str)],
    /// Command lines that the tests run; see [`Example`]. `-h` shows the first three.
    pub examples: &'static [Example],
    /// Manual pages to read next, with their sections.
    pub see_also: &'static [&'static str],
}

/// What a manual says about an object that `--json` prints; [`json_object!`](crate::json_object) makes it.
#[derive(Debug)]
pub struct JsonObject {
    /// What the object is, from the struct's comment.
    pub about: &'static str,
    /// The object whose fields come first, if any.
    pub base: &'static [&'static Self],
    /// The fields and their meanings, from the names and comments of the struct's fields.
    pub fields: &'static [(&'static str, &'static str)],
}

impl JsonObject {
    /// What the object is.
    #[must_use]
    pub const fn about(&self) -> &'static str {
        self.about.trim_ascii()
    }

    /// All its fields with their meanings.
    pub fn fields(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let base = self.base.iter().flat_map(|base| base.fields.iter());
        base.chain(self.fields).map(|(name, text)| (name.trim_start_matches("r#"), text.trim_ascii()))
    }
}

/// One option.
#[derive(Debug)]
pub struct Opt<F: 'static> {
    /// How the tool's code calls it.
    pub flag: F,
    /// Its letter, where it has one.
    pub short: Option<char>,
    /// Its long name, without dashes.
    pub long: &'static str,
    /// The value it takes, if any.
    pub value: Option<Value>,
    /// What it does: lower case, no full stop.
    pub help: &'static str,
}

/// A letter of another program, which people type out of habit.
#[derive(Debug)]
pub struct Foreign {
    /// The letter.
    pub letter: char,
    /// What is said to it.
    pub answer: Answer,
}

impl Foreign {
    /// A letter of what another program does: what that is, and the sentence with the command that does it.
    #[must_use]
    pub const fn elsewhere(letter: char, what: &'static str, command: &'static str) -> Self {
        Self { letter, answer: Answer::Elsewhere { what, command } }
    }
}

/// What is said to a letter of another program.
#[derive(Debug)]
pub enum Answer {
    /// Nothing: it asks for what is done anyway, and has no value.
    Accepted,
    /// That it is not done here.
    Elsewhere {
        /// What it does there, to be put behind "-x": a verb and its object.
        what: &'static str,
        /// The command that does it, in words.
        command: &'static str,
    },
}

/// The value of an option.
#[derive(Debug)]
pub struct Value {
    /// Its name in the help, in capitals.
    pub name: &'static str,
    /// What it may be; completions offer it.
    pub values: Values,
}

/// What an option's value may be.
#[derive(Debug)]
pub enum Values {
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A path.
    File,
    /// A path, of which there may be several: the option may be given again.
    Files,
    /// A path to a folder.
    Folder,
    /// Something only the user knows.
    Any,
    /// A passphrase, with what to do for none. Some shells lose an empty argument: Windows PowerShell 5.1 makes `-N -q`
    /// of `-N '' -q`, and cmd.exe passes two quotes. No passphrase may come of that.
    Passphrase(&'static str),
}

/// A command line worth showing, with what it prints. The tests run it in a shell and compare, so it cannot go stale;
/// `[..]` stands for any text within a line.
#[derive(Debug)]
pub struct Example {
    /// What it is good for: a sentence.
    pub purpose: &'static str,
    /// Command lines, without a prompt, one a line.
    pub commands: &'static str,
    /// What they print on standard output and standard error together.
    pub prints: &'static str,
}

/// What an item of a list in a tool's description begins with.
pub const ITEM: &str = "- ";

/// The options that every tool has, as (letter, long name, help).
pub const STANDARD: [(char, &str, &str); 2] =
    [('h', "help", "print this help and exit; -h prints a short one"), ('V', "version", "print the version and exit")];

/// The environment variables that every tool reads: how it writes to a terminal.
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
    /// The options by their headings; those before the first heading have none.
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

    /// What an option does, with the name that it had before.
    #[must_use]
    pub fn help_of(&self, option: &Opt<F>) -> String {
        let former = self.renamed.iter().find(|(_, today)| *today == option.long);
        former.map_or_else(|| option.help.to_owned(), |(former, _)| format!("{} (formerly --{former})", option.help))
    }
}

/// One thing that the command line says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word<F> {
    /// An option, with its value where it takes one and else with an empty one.
    Option(F, OsString),
    /// An operand.
    Operand(OsString),
}
