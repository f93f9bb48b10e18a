//! Runs a tool in the test's own process, for tests with many runs.

use std::ffi::OsString;

use common::cli::{Env, Program, execute};
use common::error::ExitStatus;

/// Runs a tool, and returns its status, standard output and standard error.
pub(crate) fn run_for_bytes<P: Program>(
    arguments: impl IntoIterator<Item = impl Into<OsString>>,
    stdin: &[u8],
) -> (ExitStatus, Vec<u8>, Vec<u8>) {
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    let status = execute::<P>(&mut Env::of(arguments, stdin, &mut stdout, &mut stderr));
    (status, stdout, stderr)
}

/// The same for a run that prints only text.
#[track_caller]
pub(crate) fn run<P: Program>(
    arguments: impl IntoIterator<Item = impl Into<OsString>>,
    stdin: &[u8],
) -> (ExitStatus, String, String) {
    let (status, stdout, stderr) = run_for_bytes::<P>(arguments, stdin);
    (status, String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}
