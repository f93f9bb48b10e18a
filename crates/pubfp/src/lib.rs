//! pubfp: fingerprints of public keys, as `ssh-keygen -lf` prints them, for every form a key comes in.

mod args;

pub use args::Args;
use common::cli::{self, Env, Program, Word};
use common::error::{Error, Status};
use common::forms;
use common::lines::{Printer, StyleFlag};

/// The tool.
pub struct Tool;

impl Program for Tool {
    type Flag = StyleFlag;
    type Args = Args;
    const TOOL: &'static cli::Tool<StyleFlag> = &args::TOOL;

    fn accept(args: &mut Args, word: Word<StyleFlag>) -> Result<(), Error> {
        args.accept(word)
    }

    fn lacks_input(args: &Args) -> bool {
        args.operands.is_empty()
    }

    fn run(args: Args, env: &mut Env<'_>) -> Result<Status, Error> {
        let mut printer = Printer::new(args.style, &mut env.output, &mut env.messages);
        forms::read_operands(&args.operands, &mut env.stdin, &mut printer)?;
        Ok(printer.status())
    }
}
