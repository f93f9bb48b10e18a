//! hostfp: fingerprints of host keys, on the VM itself and over the network.

mod answer;
mod args;
mod config;
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
mod object;
mod outside;
mod refusal;
mod report;
mod script;
mod sshd_config;
mod stand_in;
mod summary;
mod sysroot;
pub mod trusted;
mod weak_hosts;

use std::ffi::OsString;
use std::path::Path;
use std::slice;

pub use args::{Args, Flag};
use common::cli::{Env, Program};
use common::error::{Error, ExitStatus, Place};
use common::keyfile::Sink as _;
use common::report::{Printer, Style};

use config::Config;
use expected::Expected;

impl Program for Args {
    fn run(self, env: &mut Env<'_>) -> Result<ExitStatus, Error> {
        let style = self.style;
        match Config::new(self)? {
            Config::RunCommandScript => env.print(script::run_command()).map(|()| ExitStatus::Yes),
            Config::Local(root) => local::print(&root, style, env),
            Config::Files(files) => print_files(&files, style, env),
            Config::Connect(connect) => outside::ask(&connect, style, env),
            Config::Answer(question, expect, options) => {
                let hosts = [question.name(options.port)];
                let expected = Expected::of(&expect.source, expect.boot, Some(&hosts), &mut env.stdin)?;
                answer::answer(&question, &expected, options, env)
            }
        }
    }
}

/// Prints the keys in files. If there is no such file, a host may be meant.
fn print_files(files: &[OsString], style: Style, env: &mut Env<'_>) -> Result<ExitStatus, Error> {
    let mut printer = Printer::new(style, &mut env.output, &mut env.messages);
    for file in files {
        match hosts::meant(file) {
            Some(host) => printer.refused(
                Error::failure("cannot read: no such file or directory")
                    .at(Place::file(Path::new(file)))
                    .hint(format!("`hostfp --connect {host}` asks the host of that name for its keys")),
            )?,
            None => printer.print_operands(slice::from_ref(file), &mut env.stdin)?,
        }
    }
    printer.finish()
}
