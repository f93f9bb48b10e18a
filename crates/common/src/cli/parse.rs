//! The parser: from arguments to the words of a tool's option table. It does no I/O, but on Windows, where it looks for
//! the files that wildcards stand for.

use std::ffi::OsString;

use super::pasted;
use super::table::{Answer, Opt, STANDARD, Tool, Value, Values, Word};
#[cfg(windows)]
use super::unexpanded;
use crate::error::Error;
use crate::escape;

/// What the command line asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// To do the tool's work.
    Run,
    /// To print the help.
    Help,
    /// To print the short help.
    ShortHelp,
    /// To print the version.
    Version,
}

/// Reads the arguments by the tool's table and hands each word to `accept`.
///
/// # Errors
/// An option that the table does not have, a missing or superfluous value, an option with a value given twice, and
/// whatever `accept` refuses.
pub fn parse<F: Copy>(
    tool: &Tool<F>,
    arguments: &[OsString],
    mut accept: impl FnMut(Word<F>) -> Result<(), Error>,
) -> Result<Request, Error> {
    let mut parser = lexopt::Parser::from_args(arguments);
    let mut given: Vec<&str> = Vec::new();
    while let Some(argument) = parser.next().map_err(usage)? {
        let argument = match argument {
            lexopt::Arg::Long(name) => lexopt::Arg::Long(todays_name(tool, name)),
            other => other,
        };
        let matches = |short: Option<char>, long: &str| match argument {
            lexopt::Arg::Short(letter) => short == Some(letter),
            lexopt::Arg::Long(name) => name == long,
            lexopt::Arg::Value(_) => false,
        };
        let is_short = matches!(argument, lexopt::Arg::Short(_));
        let request = if matches(Some(STANDARD[0].0), STANDARD[0].1) {
            Some(if is_short { Request::ShortHelp } else { Request::Help })
        } else {
            matches(Some(STANDARD[1].0), STANDARD[1].1).then_some(Request::Version)
        };
        if let Some(request) = request {
            // Behind a letter of ssh-keygen's, `-h` may be ssh-keygen's own (host certificates): the answer to that letter
            // comes first.
            return if is_short { foreign_behind(tool, &mut parser).map(|()| request) } else { Ok(request) };
        }
        let found = tool.options.iter().find(|option| matches(option.short, option.long));
        match (found, argument) {
            (_, lexopt::Arg::Value(operand)) => {
                files(&tool.operands, operand).into_iter().try_for_each(|operand| accept(Word::Operand(operand)))?;
            }
            (Some(option @ Opt { value: Some(taken), .. }), _) => {
                let attached = parser.optional_value();
                let is_attached = attached.is_some();
                let value = match attached {
                    Some(value) => value,
                    None => parser.value().map_err(|error| lacks_value(usage(error), option))?,
                };
                if let Values::Passphrase(none) = taken.values {
                    refuse_what_a_shell_left(option, none, &value, is_attached)?;
                }
                if let Some(letter) = option.short
                    && is_attached_by_equals(arguments, letter, &value)
                {
                    return Err(Error::failure(format!("unexpected '=' after '-{letter}'"))
                        .hint(format!("-{letter} VALUE, -{letter}VALUE or --{}=VALUE", option.long)));
                }
                if given.contains(&option.long) && !matches!(taken.values, Values::Files) {
                    return Err(Error::failure(format!("option '{}' is given twice", shown(option))));
                }
                given.push(option.long);
                accept(Word::Option(option.flag, file(&taken.values, value)))?;
            }
            (Some(option), _) => accept(Word::Option(option.flag, OsString::new()))?,
            (None, lexopt::Arg::Short(letter)) if let Some(foreign) = foreign(tool, letter) => foreign?,
            (None, unknown) => return Err(unknown_option(unknown.unexpected(), arguments)),
        }
    }
    Ok(Request::Run)
}

/// The files that an operand means: itself, unless it was left to us to look for them.
fn files(operands: &Values, operand: OsString) -> Vec<OsString> {
    #[cfg(windows)]
    if matches!(operands, Values::File) {
        return unexpanded::files(operand, std::env::home_dir().as_deref());
    }
    let _ = operands;
    vec![operand]
}

/// The value of an option, which may be a file as well.
fn file(values: &Values, value: OsString) -> OsString {
    #[cfg(windows)]
    if matches!(values, Values::File | Values::Files | Values::Folder) {
        return unexpanded::file(value, std::env::home_dir().as_deref());
    }
    let _ = values;
    value
}

/// The name that an option has today.
fn todays_name<'a, F>(tool: &Tool<F>, name: &'a str) -> &'a str {
    tool.renamed.iter().find(|(former, _)| *former == name).map_or(name, |(_, today)| today)
}

/// Whether a letter's value was given as `-N=value`: lexopt drops the `=`, getopt(3) and so ssh-keygen keep it, and a
/// passphrase is not to depend on that.
fn is_attached_by_equals(arguments: &[OsString], letter: char, value: &OsString) -> bool {
    let mut end = format!("{letter}=").into_bytes();
    end.extend_from_slice(value.as_encoded_bytes());
    arguments
        .iter()
        .map(|argument| argument.as_encoded_bytes())
        .any(|argument| argument.starts_with(b"-") && !argument.starts_with(b"--") && argument.ends_with(&end))
}

/// The answer to a letter of another program.
fn foreign<F>(tool: &Tool<F>, letter: char) -> Option<Result<(), Error>> {
    let foreign = tool.foreign.iter().find(|foreign| foreign.letter == letter)?;
    Some(match foreign.answer {
        Answer::Accepted => Ok(()),
        Answer::Elsewhere { what, command } => {
            Err(Error::failure(format!("-{letter} {what}, which {} does not do", tool.name)).hint(command))
        }
    })
}

/// The answer to the first letter of another program in what is left of the arguments.
fn foreign_behind<F>(tool: &Tool<F>, parser: &mut lexopt::Parser) -> Result<(), Error> {
    while let Ok(Some(argument)) = parser.next() {
        if let lexopt::Arg::Short(letter) = argument {
            foreign(tool, letter).unwrap_or(Ok(()))?;
        }
    }
    Ok(())
}

/// Refuses a passphrase that is an option, or a pair of quotes.
fn refuse_what_a_shell_left<F>(option: &Opt<F>, none: &str, value: &OsString, is_attached: bool) -> Result<(), Error> {
    let shown = shown(option);
    let bytes = value.as_encoded_bytes();
    // The value is not repeated: it may be a passphrase all the same.
    let (what, instead) = if matches!(bytes, b"''" | b"\"\"") {
        (format!("the passphrase of '{shown}' is a pair of quotes, which cmd.exe does not take away"), String::new())
    } else if bytes.starts_with(b"-") && !is_attached {
        let attached = option
            .short
            .map_or_else(|| format!("--{}=PASSPHRASE", option.long), |letter| format!("-{letter}PASSPHRASE"));
        (format!("an option, or a passphrase that begins with '-', follows '{shown}'"), format!("{attached} or "))
    } else {
        return Ok(());
    };
    Err(Error::failure(what).hint(format!("{none}; for a passphrase that begins so, {instead}--passphrase-file FILE")))
}

/// A missing passphrase is one that a shell lost.
fn lacks_value<F>(error: Error, option: &Opt<F>) -> Error {
    match option.value {
        Some(Value { values: Values::Passphrase(none), .. }) => error.hint(none),
        _ => error,
    }
}

/// An option as people type it: with its letter where it has one.
fn shown<F>(option: &Opt<F>) -> String {
    match option.short {
        Some(letter) => format!("-{letter}"),
        None => format!("--{}", option.long),
    }
}

/// An option that the table does not have. One that is a private key begins with dashes, too.
fn unknown_option(error: lexopt::Error, arguments: &[OsString]) -> Error {
    match &error {
        lexopt::Error::UnexpectedOption(option) if escape::is_contents(option.as_bytes()) => {
            // The option ends at the first `=`, which is padding here.
            let begins = |argument: &&OsString| argument.as_encoded_bytes().starts_with(option.as_bytes());
            pasted::no_name(arguments, arguments.iter().find(begins).map_or(option.as_ref(), |argument| argument))
        }
        _ => usage(error),
    }
}

/// lexopt's errors in our words; a superfluous value is not repeated, since it may be a secret.
#[expect(clippy::needless_pass_by_value, reason = "the shape that map_err wants")]
fn usage(error: lexopt::Error) -> Error {
    use lexopt::Error as E;
    Error::failure(match &error {
        E::UnexpectedOption(option) => format!("unknown option '{}'", escape::text(option.as_bytes())),
        E::MissingValue { option: Some(option) } => format!("option '{option}' needs a value"),
        E::UnexpectedValue { option, .. } => format!("option '{option}' takes no value"),
        _ => "the arguments cannot be read".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::table::Foreign;
    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    enum Flag {
        Quiet,
        Bits,
        Passphrase,
    }

    static TOOL: Tool<Flag> = Tool {
        name: "tool",
        summary: "is a sample",
        synopsis: &[],
        description: &[],
        operands: Values::Any,
        options: &[
            Opt { flag: Flag::Quiet, short: Some('q'), long: "quiet", value: None, help: "" },
            Opt {
                flag: Flag::Bits,
                short: Some('b'),
                long: "bits",
                value: Some(Value { name: "BITS", values: Values::Any }),
                help: "",
            },
            Opt {
                flag: Flag::Passphrase,
                short: Some('N'),
                long: "new-passphrase",
                value: Some(Value { name: "PASSPHRASE", values: Values::Passphrase("--none is the word") }),
                help: "",
            },
        ],
        groups: &[],
        renamed: &[("hush", "quiet"), ("size", "bits")],
        foreign: &[
            Foreign { letter: 'o', answer: Answer::Accepted },
            Foreign { letter: 'l', answer: Answer::Elsewhere { what: "lists", command: "`list` does" } },
        ],
        exit_status: ["", "", ""],
        json: &[],
        files: &[],
        environment: &[],
        examples: &[],
        see_also: &[],
    };

    fn words(arguments: &[&str]) -> Result<(Request, Vec<Word<Flag>>), String> {
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        let mut words = Vec::new();
        parse(&TOOL, &arguments, |word| {
            words.push(word);
            Ok(())
        })
        .map(|request| (request, words))
        .map_err(|error| error.message().to_owned())
    }

    #[test]
    fn bundled_letters_attached_values_and_double_dash_are_understood() {
        let expected = vec![
            Word::Option(Flag::Quiet, "".into()),
            Word::Option(Flag::Bits, "7".into()),
            Word::Operand("-x".into()),
        ];
        for arguments in
            [&["-qb7", "--", "-x"][..], &["-q", "-b", "7", "--", "-x"], &["--quiet", "--bits=7", "--", "-x"]]
        {
            assert_eq!(words(arguments).unwrap(), (Request::Run, expected.clone()));
        }
    }

    #[test]
    fn wrong_usage_is_named_without_repeating_a_value() {
        assert_eq!(words(&["-b=1"]).unwrap_err(), "unexpected '=' after '-b'");
        assert!(words(&["-b", "=1"]).is_ok() && words(&["-b1", "x-b=1"]).is_ok());
        assert_eq!(words(&["-x"]).unwrap_err(), "unknown option '-x'");
        assert_eq!(words(&["--bits"]).unwrap_err(), "option '--bits' needs a value");
        assert_eq!(words(&["-b1", "--bits=2"]).unwrap_err(), "option '-b' is given twice");
        assert_eq!(words(&["--quiet=secret"]).unwrap_err(), "option '--quiet' takes no value");
    }

    #[test]
    fn what_a_shell_leaves_of_an_empty_passphrase_is_none() {
        for (arguments, why) in [
            (&["-N", "-q"][..], "an option, or a passphrase that begins with '-', follows '-N'"),
            (&["-qN", "-b1"], "an option, or a passphrase that begins with '-', follows '-N'"),
            (&["--new-passphrase", "--"], "an option, or a passphrase that begins with '-', follows '-N'"),
            (&["-N", "''"], "the passphrase of '-N' is a pair of quotes, which cmd.exe does not take away"),
            (&["-N\"\""], "the passphrase of '-N' is a pair of quotes, which cmd.exe does not take away"),
            (&["-N"], "option '-N' needs a value"),
        ] {
            assert_eq!(words(arguments).unwrap_err(), why, "{arguments:?}");
        }
        for (arguments, value) in [
            (&["-N", ""][..], ""),
            (&["--new-passphrase="], ""),
            (&["-N-q"], "-q"),
            (&["--new-passphrase=-q"], "-q"),
            (&["-N", "'x'"], "'x'"),
            (&["-N", "'"], "'"),
        ] {
            assert_eq!(words(arguments).unwrap().1, [Word::Option(Flag::Passphrase, value.into())], "{arguments:?}");
        }
    }

    #[test]
    fn a_letter_of_another_program_is_taken_or_answered() {
        assert_eq!(words(&["-oq", "-o"]).unwrap().1, [Word::Option(Flag::Quiet, "".into())]);
        assert_eq!(words(&["-ol"]).unwrap_err(), "-l lists, which tool does not do");
        assert_eq!(words(&["--l"]).unwrap_err(), "unknown option '--l'");
    }

    #[test]
    fn an_option_goes_on_working_under_the_name_that_it_had_before() {
        let today = words(&["--quiet", "--bits=7"]).unwrap();
        assert_eq!(words(&["--hush", "--size=7"]).unwrap(), today);
        assert_eq!(words(&["--size", "7", "--hush"]).unwrap().1.len(), 2);
        assert_eq!(words(&["--size=1", "--bits=2"]).unwrap_err(), "option '-b' is given twice");
        assert_eq!(words(&["--hush=x"]).unwrap_err(), "option '--hush' takes no value");
    }

    #[test]
    fn help_and_version_need_no_table_row() {
        assert_eq!(words(&["-qh"]).unwrap().0, Request::ShortHelp);
        assert_eq!(words(&["-V", "+52w", "-l", "x"]).unwrap_err(), "-l lists, which tool does not do");
        assert_eq!(words(&["--help", "-l"]).unwrap().0, Request::Help);
        assert_eq!(words(&["-q", "--help"]).unwrap().0, Request::Help);
        assert_eq!(words(&["--version"]).unwrap().0, Request::Version);
    }
}
