//! pubfp: fingerprints of public keys, as `ssh-keygen -lf` prints them, for every form a key comes in.

mod args;
mod sshfp;

pub use args::{Args, Flag};
use common::cli::passphrase;
use common::cli::{Env, Program};
use common::error::{Error, ExitStatus, Place};
use common::report::Printer;
use common::{keyfile, secret};
use sshfp::Records;

impl Program for Args {
    fn run(self, env: &mut Env<'_>) -> Result<ExitStatus, Error> {
        secret::forbid_core_dumps();
        let file = self.passphrase_file.as_deref();
        let given = file.map(|file| passphrase::in_file(file, &mut env.stdin)).transpose()?;
        let mut ask = |place: &Place| match &given {
            Some(passphrase) => Ok(Some(passphrase.clone())),
            None => passphrase::ask(place, &mut *env.terminal),
        };
        let Some(host) = &self.sshfp else {
            let mut printer =
                Printer::new(self.style, &mut env.output, &mut env.messages).asking(&mut ask).recovering();
            printer.print_operands(&self.operands, &mut env.stdin)?;
            return printer.finish();
        };
        let mut records = Records::new(host, &mut env.output, &mut env.messages, &mut ask)?;
        keyfile::read_operands(&self.operands, &mut env.stdin, &mut records)?;
        Ok(records.status)
    }
}
