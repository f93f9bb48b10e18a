//! pubfp: prints fingerprints of public keys, as `ssh-keygen -lf` does, for keys in every format.

mod args;
mod ec2;
mod records;
mod sshfp;

pub use args::{Args, Flag};
use common::cli::passphrase;
use common::cli::{Env, Program};
use common::error::{Error, ExitStatus, Place};
use common::key::Hash;
use common::report::{Printer, Style};
use common::{keyfile, secret};
use keyfile::Budget;
use keyfile::Item;
use records::{Lines, Records};

impl Program for Args {
    fn run(self, env: &mut Env<'_>) -> Result<ExitStatus, Error> {
        secret::forbid_core_dumps();
        self.check()?;
        let file = self.passphrase_file.as_deref();
        let in_file = |file| passphrase::in_file(file, &mut env.stdin, passphrase::NONE_IS_LEFT_OUT);
        let given = file.map(in_file).transpose()?;
        let mut ask = |place: &Place| match &given {
            Some(passphrase) => Ok(Some(passphrase.clone())),
            None => passphrase::ask(place, &mut *env.terminal),
        };
        let of_dns;
        let lines: &Lines<'_> = match &self.sshfp {
            Some(name) => {
                let host = sshfp::host(name)?;
                of_dns = move |item: &Item<'_>| sshfp::records(host, item);
                &of_dns
            }
            None if self.ec2 => &ec2::lines,
            None => {
                let printer = Printer::new(self.style, &mut env.output, &mut env.messages);
                let mut printer = printer.asking(&mut ask).recovering();
                printer.print_operands(&self.operands, &mut env.stdin)?;
                return printer.finish();
            }
        };
        let (output, messages) = (&mut env.output, &mut env.messages);
        let (budget, status) = (Budget::default(), ExitStatus::Yes);
        let quiet = self.style.quiet;
        let mut records = Records { lines, quiet, output, messages, passphrase: &mut ask, budget, status };
        keyfile::read_operands(&self.operands, &mut env.stdin, &mut records)?;
        Ok(records.status)
    }
}

impl Args {
    /// Checks that no option would be ignored.
    ///
    /// # Errors
    /// DNS records or EC2's fingerprints are requested, and also another format.
    fn check(&self) -> Result<(), Error> {
        let Style { hash, art, only, json, quiet: _ } = self.style;
        let has_form = art || only || json;
        if self.sshfp.is_some() && (self.ec2 || has_form || hash != Hash::default()) {
            return Err(Error::failure("-r cannot be used with -E, -v, -o or --json"));
        }
        if self.ec2 && has_form {
            return Err(Error::failure("-E ec2 cannot be used with -v, -o or --json"));
        }
        Ok(())
    }
}
