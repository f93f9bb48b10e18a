//! hostfp: the fingerprints of hosts, on the VM and from outside.

mod answer;
mod args;
pub mod judgement;
mod local;
mod sshd_config;
mod stand_in;
mod sysroot;
pub mod trusted;

use std::path::Path;

pub use args::{Args, Flag};
use common::cli::{self, Env, Program, Word};
use common::error::{Error, Status};
use common::forms;
use common::lines::Printer;

/// The tool.
pub struct Tool;

impl Program for Tool {
    type Flag = Flag;
    type Args = Args;
    const TOOL: &'static cli::Tool<Flag> = &args::TOOL;

    fn accept(args: &mut Args, word: Word<Flag>) -> Result<(), Error> {
        args.accept(word)
    }

    fn run(args: Args, env: &mut Env<'_>) -> Result<Status, Error> {
        match (&args.expect, args.answer_ssh) {
            (Some(source), true) => {
                let question = answer::Question::of(&args.operands)?;
                let trusted = trusted::Trusted::of(source, &mut env.stdin)?;
                answer::answer(&question, &trusted, env)
            }
            (None, true) => Err(Error::trouble("--answer-ssh needs --expect").hint("--expect SRC says whom to trust")),
            (Some(_), false) => Err(Error::trouble("--expect needs --answer-ssh").hint(answer::USE)),
            (None, false) if args.operands.is_empty() => {
                local::print(args.sysroot.as_deref().unwrap_or(Path::new("/")), args.style, env)
            }
            (None, false) => {
                let mut printer = Printer::new(args.style, &mut env.output, &mut env.messages);
                forms::read_operands(&args.operands, &mut env.stdin, &mut printer)?;
                Ok(printer.status())
            }
        }
    }
}
