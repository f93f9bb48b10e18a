//! hostfp: the fingerprints of hosts, on the VM and from outside.

mod answer;
mod args;
mod copied;
mod expected;
mod fleet;
#[cfg(fuzzing)]
pub mod fuzzing;
mod handshake;
mod hosts;
pub mod judgement;
mod known_hosts;
mod limits;
mod local;
mod outside;
mod refusal;
mod report;
mod script;
mod sshd_config;
mod stand_in;
mod summary;
mod sysroot;
pub mod trusted;

use std::path::Path;
use std::slice;

pub use args::{Args, Flag};
use common::cli::{Env, Program};
use common::error::{Error, ExitStatus, Place};
use common::keyfile::Sink as _;
use common::report::Printer;

impl Program for Args {
    fn run(mut self, env: &mut Env<'_>) -> Result<ExitStatus, Error> {
        if self.run_command_script {
            if self.expect.is_some() || self.answer_ssh || !self.operands.is_empty() {
                return Err(Error::failure("--run-command-script goes alone"));
            }
            return env.print(script::run_command()).map(|()| ExitStatus::Yes);
        }
        self.complete()?;
        self.check()?;
        self.expect = self.expect.map(copied::spelt);
        if self.connect {
            return outside::ask(&self, env);
        }
        match (&self.expect, self.answer_ssh) {
            (Some(source), true) => {
                let question = answer::Question::of(&self.operands)?;
                let expected = expected::Expected::of(source, self.boot, &mut env.stdin)?;
                let options = answer::AnswerOptions {
                    port: self.port(),
                    connect: self.connect_options(),
                    quiet: self.style.quiet,
                };
                answer::answer(&question, &expected, options, env)
            }
            (None, true) => Err(Error::failure("--answer-ssh needs --expect").hint("--expect SRC says whom to trust")),
            (Some(_), false) => {
                Err(Error::failure("--expect needs a host, or --answer-ssh").hint("hostfp --expect SRC HOST"))
            }
            (None, false) if self.operands.is_empty() => {
                local::print(self.sysroot.as_deref().unwrap_or(Path::new("/")), self.style, env)
            }
            (None, false) => self.print_files(env),
        }
    }
}

impl Args {
    /// Prints the keys in the files that the operands name. Where there is no such file, a host may be meant.
    fn print_files(&self, env: &mut Env<'_>) -> Result<ExitStatus, Error> {
        let mut printer = Printer::new(self.style, &mut env.output, &mut env.messages);
        for operand in &self.operands {
            match hosts::meant(operand) {
                Some(host) => printer.refused(
                    Error::failure("cannot read: no such file")
                        .at(Place::file(Path::new(operand)))
                        .hint(format!("`hostfp --connect {host}` asks the host of that name for its keys")),
                )?,
                None => printer.print_operands(slice::from_ref(operand), &mut env.stdin)?,
            }
        }
        printer.finish()
    }
}
