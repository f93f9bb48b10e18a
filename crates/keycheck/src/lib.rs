//! keycheck: says whether a key is acceptable.

mod args;
pub mod judgement;
mod report;

use std::io::Write as _;

pub use args::{Args, Flag};
use common::cli::{self, Env, Messages, Output, Program, Word};
use common::error::{Error, Place, Status};
use common::forms::{self, Item, Sink};
use judgement::{AZURE, Terms, judge};

/// The tool.
pub struct Tool;

impl Program for Tool {
    type Flag = Flag;
    type Args = Args;
    const TOOL: &'static cli::Tool<Flag> = &args::TOOL;

    fn accept(args: &mut Args, word: Word<Flag>) -> Result<(), Error> {
        args.accept(word)
    }

    fn lacks_input(args: &Args) -> bool {
        args.operands.is_empty()
    }

    fn run(args: Args, env: &mut Env<'_>) -> Result<Status, Error> {
        let terms = Terms { policy: &AZURE, public_only: args.public_only, strict: args.strict };
        let mut checker = Checker {
            terms,
            json: args.json,
            quiet: args.quiet,
            output: &mut env.output,
            messages: &mut env.messages,
            status: Status::Yes,
        };
        forms::read_operands(&args.operands, &mut env.stdin, &mut checker)?;
        Ok(checker.status)
    }
}

/// Judges and reports each key as it comes.
struct Checker<'e, 'w> {
    terms: Terms,
    json: bool,
    quiet: bool,
    output: &'e mut Output<'w>,
    messages: &'e mut Messages<'w>,
    /// The worst so far.
    status: Status,
}

impl Sink for Checker<'_, '_> {
    fn item(&mut self, file: &Place, item: &Item<'_>) -> Result<(), Error> {
        let judgement = judge(&self.terms, item);
        if !judgement.passes {
            self.status = self.status.max(Status::No);
        }
        if self.quiet && judgement.passes {
            return Ok(());
        }
        let written = if self.json {
            report::json(self.output, file, item, &judgement)
        } else {
            report::text(self.output, file, item, &judgement)
        };
        written.map_err(Error::output)
    }

    fn refused(&mut self, error: Error) -> Result<(), Error> {
        if self.json {
            report::json_error(self.output, &error).map_err(Error::output)?;
        }
        self.pause()?;
        self.status = self.status.max(error.status());
        self.messages.report_and_go_on(&error)
    }

    fn pause(&mut self) -> Result<(), Error> {
        self.output.flush().map_err(Error::output)
    }
}
