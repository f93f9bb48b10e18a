//! Runs a tool and returns its exit status.

use std::io::Write as _;
use std::process::ExitCode;

use super::env::Env;
use super::help::{help, short_help, usage};
use super::parse::{Request, parse};
use super::pasted;
use super::table::{Tool, Word};
use crate::error::{Error, ExitStatus};

/// A tool's command line: its table, and the value built from its arguments.
pub trait Options: Default {
    /// The names of its options.
    type Flag: Copy + 'static;
    /// Its option table.
    const TOOL: &'static Tool<Self::Flag>;

    /// Adds one argument of the command line.
    ///
    /// # Errors
    /// The option does not accept this value.
    fn accept(&mut self, word: Word<Self::Flag>) -> Result<(), Error>;

    /// Whether there is no input if standard input is a terminal; then only the usage is printed.
    fn lacks_input(&self) -> bool {
        false
    }
}

/// A tool. Its binary's `main` is `common::cli::main::<Args>()`.
pub trait Program: Options {
    /// Does the work.
    ///
    /// # Errors
    /// Any error that ends the run; failures of single results are reported during the run and count in the status.
    fn run(self, env: &mut Env<'_>) -> Result<ExitStatus, Error>;
}

/// Runs a tool in the process's environment.
#[must_use]
pub fn main<P: Program>() -> ExitCode {
    crate::os::interrupt::undo_on_panic();
    ExitCode::from(execute::<P>(&mut Env::system()).code())
}

/// Runs a tool in a given environment: parses the arguments, does the work, prints the error.
pub fn execute<P: Program>(env: &mut Env<'_>) -> ExitStatus {
    env.messages.set_tool(P::TOOL.name);
    let result = dispatch::<P>(env).and_then(|status| {
        env.output.flush().map_err(Error::output)?;
        Ok(status)
    });
    result.unwrap_or_else(|error| {
        // Output that precedes the error is still delivered.
        let _ = env.output.flush();
        env.messages.report(&error);
        error.status()
    })
}

fn dispatch<P: Program>(env: &mut Env<'_>) -> Result<ExitStatus, Error> {
    let tool = P::TOOL;
    let mut args = P::default();
    let accept = |word: Word<P::Flag>| {
        pasted::refuse(tool, &env.arguments, &word)?;
        let contents = pasted::contents(&word);
        args.accept(word).map_err(|error| match contents {
            Some(contents) => pasted::conceal(error, &env.arguments, &contents),
            None => error,
        })
    };
    let request = parse(tool, &env.arguments, accept).map_err(|error| {
        let known = error.remedy().is_some();
        if known { error } else { error.hint(format!("try '{} --help'", tool.name)) }
    })?;
    match request {
        Request::ShortHelp => env.print(short_help(tool)).map(|()| ExitStatus::Yes),
        Request::Help => env.print(help(tool)).map(|()| ExitStatus::Yes),
        Request::Version => {
            env.print(format!("{} {}\n", tool.name, env!("CARGO_PKG_VERSION"))).map(|()| ExitStatus::Yes)
        }
        Request::Run if env.stdin.is_terminal && args.lacks_input() => {
            env.messages.raw(&usage(tool));
            env.messages.hint(&format!("try '{} --help'", tool.name));
            Ok(ExitStatus::Error)
        }
        Request::Run => {
            let result = args.run(env);
            crate::secret::wipe_stack();
            result
        }
    }
}
