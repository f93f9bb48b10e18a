//! keygen: makes key pairs, and changes and converts existing ones.

mod args;
mod convert;
mod existing;
mod foreign_options;
pub mod formats;
pub mod generate;
mod making;
mod object;
pub mod pair;
mod passphrase;
mod primes;
mod prompts;
mod randomness;
mod waiting;

pub use args::{Args, Flag, Work};
use common::cli::{Env, Program};
use common::error::{Error, ExitStatus};
use common::secret;

impl Program for Args {
    fn run(self, env: &mut Env<'_>) -> Result<ExitStatus, Error> {
        secret::forbid_core_dumps();
        passphrase::warn_if_exposed(&self, env);
        if self.json && !self.work.is_empty() {
            return Err(Error::failure("--json is for a new pair").hint("`pubfp --json FILE` prints an existing key"));
        }
        match self.work[..] {
            [] => making::make(self, env),
            [Work::PrintPublic] => existing::print_public(self, env),
            [Work::ChangePassphrase] => existing::change_passphrase(self, env),
            [Work::ChangeComment] => existing::change_comment(self, env),
            [Work::Export] => convert::export(self, env),
            [Work::Import] => convert::import(self, env),
            [Work::FixPermissions] => existing::fix_permissions(self, env),
            _ => Err(Error::failure("-y, -p, -c, -e, -i and --fix-permissions are mutually exclusive")),
        }
    }
}
