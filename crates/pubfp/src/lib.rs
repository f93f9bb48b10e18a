//! pubfp: fingerprints of public keys, as `ssh-keygen -lf` prints them, for every form a key comes in.

mod args;

use std::io::Write as _;

pub use args::{Args, Flag};
use common::cli::{self, Env, Messages, Output, Program, Word};
use common::error::{Error, Place, Status};
use common::forms::{self, Item, Sink};
use common::lines::{self, Style};

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
        let mut printer = Printer {
            style: args.style,
            output: &mut env.output,
            messages: &mut env.messages,
            status: Status::Yes,
        };
        forms::read_operands(&args.operands, &mut env.stdin, &mut printer)?;
        Ok(printer.status)
    }
}

/// Prints each key as it comes.
struct Printer<'e, 'w> {
    style: Style,
    output: &'e mut Output<'w>,
    messages: &'e mut Messages<'w>,
    /// The worst so far.
    status: Status,
}

impl Sink for Printer<'_, '_> {
    fn item(&mut self, file: &Place, item: &Item<'_>) -> Result<(), Error> {
        lines::write_item(self.output, self.style, file, item).map_err(Error::output)
    }

    fn refused(&mut self, error: Error) -> Result<(), Error> {
        // The message stands where the key would have stood, also on a terminal that shows both streams.
        self.pause()?;
        self.messages.report(&error);
        self.status = self.status.max(error.status());
        Ok(())
    }

    fn pause(&mut self) -> Result<(), Error> {
        self.output.flush().map_err(Error::output)
    }
}
