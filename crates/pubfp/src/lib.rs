//! pubfp: fingerprints of public keys, as `ssh-keygen -lf` prints them, for every form a key comes in.

mod args;

pub use args::Args;
use common::cli::{Env, Program};
use common::error::{Error, Status};
use common::lines::Printer;

impl Program for Args {
    fn run(self, env: &mut Env<'_>) -> Result<Status, Error> {
        let mut printer = Printer::new(self.style, &mut env.output, &mut env.messages);
        printer.print_operands(&self.operands, &mut env.stdin)?;
        Ok(printer.status())
    }
}
