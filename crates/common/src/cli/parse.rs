//! Parses arguments by a tool's option table. It does no I/O, except on Windows, where it looks for the files that match
//! wildcards.

use std::ffi::OsString;

use super::pasted;
use super::table::{Answer, Opt, STANDARD, Tool, Value, Values, Word};
#[cfg(windows)]
use super::unexpanded;
use crate::error::Error;
use crate::escape;

/// The kind of run that the command line requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Request {
    /// Do the tool's work.
    Run,
    /// Print the help.
    Help,
    /// Print the short help.
    ShortHelp,
    /// Print the version.
    Version,
}

/// Parses the arguments by the tool's table and passes each to `accept`.
///
/// # Errors
/// An option that is not in the table, a missing or superfluous value, an option with a value given twice, and all errors
/// of `accept`.
pub fn parse<F: Copy>(
    tool: &Tool<F>,
    arguments: &[OsString],
    mut accept: impl FnMut(Word<F>) -> Result<(), Error>,
) -> Result<Request, Error> {
    let mut parser = lexopt::Parser::from_args(arguments);
    let mut given: Vec<&str> = Vec::new();
    while let Some(argument) = parser.next().map_err(usage)? {
        let argument = match argument {
            lexopt::Arg::Long(name) => lexopt::Arg::Long(current_name(tool, name)),
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
            // After an option of ssh-keygen, `-h` may be ssh-keygen's own (host certificates): that option is answered
            // first.
            return if is_short { foreign_option_after(tool, &mut parser).map(|()| request) } else { Ok(request) };
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
                    refuse_shell_leftover(option, none, &value, is_attached)?;
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

/// Returns the files of an operand: on Windows those that match its wildcards, elsewhere the operand itself.
fn files(operands: &Values, operand: OsString) -> Vec<OsString> {
    #[cfg(windows)]
    if matches!(operands, Values::File) {
        return unexpanded::files(operand, std::env::home_dir().as_deref());
    }
    let _ = operands;
    vec![operand]
}

/// Returns the value of an option; on Windows a `~` in a file name is expanded.
fn file(values: &Values, value: OsString) -> OsString {
    #[cfg(windows)]
    if matches!(values, Values::File | Values::Files | Values::Folder) {
        return unexpanded::file(value, std::env::home_dir().as_deref());
    }
    let _ = values;
    value
}

/// Returns the current name of an option.
fn current_name<'a, F>(tool: &Tool<F>, name: &'a str) -> &'a str {
    tool.renamed.iter().find(|(former, _)| *former == name).map_or(name, |(_, today)| today)
}

/// Whether the value of a short option was given as `-N=value`: lexopt drops the `=`, while getopt(3) and so ssh-keygen
/// keep it, and a passphrase must not depend on that.
fn is_attached_by_equals(arguments: &[OsString], letter: char, value: &OsString) -> bool {
    let mut end = format!("{letter}=").into_bytes();
    end.extend_from_slice(value.as_encoded_bytes());
    arguments
        .iter()
        .map(|argument| argument.as_encoded_bytes())
        .any(|argument| argument.starts_with(b"-") && !argument.starts_with(b"--") && argument.ends_with(&end))
}

/// Answers an option of another program.
fn foreign<F>(tool: &Tool<F>, letter: char) -> Option<Result<(), Error>> {
    let foreign = tool.foreign.iter().find(|foreign| foreign.letter == letter)?;
    Some(match foreign.answer {
        Answer::Accepted => Ok(()),
        Answer::Elsewhere { what, command } => {
            Err(Error::failure(format!("-{letter} {what}, which {} does not do", tool.name)).hint(command))
        }
    })
}

/// Answers the first option of another program in the arguments that follow.
fn foreign_option_after<F>(tool: &Tool<F>, parser: &mut lexopt::Parser) -> Result<(), Error> {
    while let Ok(Some(argument)) = parser.next() {
        if let lexopt::Arg::Short(letter) = argument {
            foreign(tool, letter).unwrap_or(Ok(()))?;
        }
    }
    Ok(())
}

/// Refuses a passphrase that is an option or a pair of quotes.
fn refuse_shell_leftover<F>(option: &Opt<F>, none: &str, value: &OsString, is_attached: bool) -> Result<(), Error> {
    let shown = shown(option);
    let bytes = value.as_encoded_bytes();
    // The value is not repeated: it may still be a passphrase.
    let (what, instead) = if matches!(bytes, b"''" | b"\"\"") {
        (format!("the passphrase of '{shown}' is a pair of quotes, which cmd.exe does not remove"), String::new())
    } else if bytes.starts_with(b"-") && !is_attached {
        let attached = option
            .short
            .map_or_else(|| format!("--{}=PASSPHRASE", option.long), |letter| format!("-{letter}PASSPHRASE"));
        (format!("an option, or a passphrase that begins with '-', follows '{shown}'"), format!("{attached} or "))
    } else {
        return Ok(());
    };
    Err(Error::failure(what)
        .hint(format!("{none}; for a passphrase that really begins so: {instead}--passphrase-file FILE")))
}

/// Adds the hint for an empty passphrase, which some shells drop.
fn lacks_value<F>(error: Error, option: &Opt<F>) -> Error {
    match option.value {
        Some(Value { values: Values::Passphrase(none), .. }) => error.hint(none),
        _ => error,
    }
}

/// Returns an option as people type it: in its short form if it has one.
fn shown<F>(option: &Opt<F>) -> String {
    match option.short {
        Some(letter) => format!("-{letter}"),
        None => format!("--{}", option.long),
    }
}

/// Reports an option that is not in the table. A private key begins with dashes, too.
fn unknown_option(error: lexopt::Error, arguments: &[OsString]) -> Error {
    match &error {
        lexopt::Error::UnexpectedOption(option) if escape::is_contents(option.as_bytes()) => {
            // The option ends at the first `=`, which is padding here.
            let begins = |argument: &&OsString| argument.as_encoded_bytes().starts_with(option.as_bytes());
            pasted::not_a_file_name(
                arguments,
                arguments.iter().find(begins).map_or(option.as_ref(), |argument| argument),
            )
        }
        _ => usage(error),
    }
}

/// Converts lexopt's errors; a superfluous value is not repeated, since it may be a secret.
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
    fn bundled_options_attached_values_and_double_dash_are_parsed() {
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
    fn an_empty_passphrase_that_a_shell_lost_is_refused() {
        for (arguments, why) in [
            (&["-N", "-q"][..], "an option, or a passphrase that begins with '-', follows '-N'"),
            (&["-qN", "-b1"], "an option, or a passphrase that begins with '-', follows '-N'"),
            (&["--new-passphrase", "--"], "an option, or a passphrase that begins with '-', follows '-N'"),
            (&["-N", "''"], "the passphrase of '-N' is a pair of quotes, which cmd.exe does not remove"),
            (&["-N\"\""], "the passphrase of '-N' is a pair of quotes, which cmd.exe does not remove"),
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
    fn an_option_of_another_program_is_ignored_or_refused() {
        assert_eq!(words(&["-oq", "-o"]).unwrap().1, [Word::Option(Flag::Quiet, "".into())]);
        assert_eq!(words(&["-ol"]).unwrap_err(), "-l lists, which tool does not do");
        assert_eq!(words(&["--l"]).unwrap_err(), "unknown option '--l'");
    }

    #[test]
    fn an_option_still_works_under_its_former_name() {
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
