//! keycheck: says whether a key is acceptable.

mod args;
pub mod judgement;
mod report;

use std::io::Write as _;

pub use args::{Args, Flag};
use common::cli::{Env, Messages, Output, Program};
use common::error::{Error, Place, Status};
use common::forms::{self, Item, Sink};
use judgement::{AZURE, Terms, judge};

impl Program for Args {
    fn run(self, env: &mut Env<'_>) -> Result<Status, Error> {
        let terms = Terms { policy: &AZURE, public_only: self.public_only, strict: self.strict };
        let mut checker = Checker {
            terms,
            json: self.json,
            quiet: self.quiet,
            output: &mut env.output,
            messages: &mut env.messages,
            status: Status::Yes,
        };
        forms::read_operands(&self.operands, &mut env.stdin, &mut checker)?;
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
