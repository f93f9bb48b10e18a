//! Runs SSH_ASKPASS: a program that asks for a passphrase in a window, or a script that knows it; ssh(1), ENVIRONMENT.

use std::env;
use std::ffi::OsString;
use std::io::{self, Read as _};
use std::process::{Command, Stdio};

use zeroize::Zeroizing;

use crate::secret::Secret;

/// The longest answer that is read, in bytes.
pub(super) const MAX_ANSWER: usize = 4096;

/// The program that OpenSSH runs when SSH_ASKPASS is not set.
const DEFAULT: &str = "/usr/bin/ssh-askpass";

/// Returns the program to run, if it should be asked: as `SSH_ASKPASS_REQUIRE` says (`force`, `prefer` or `never`); without
/// it, if there is a display and no terminal.
pub(super) fn program(on_a_terminal: bool) -> Option<OsString> {
    let is_set = |name| env::var_os(name).is_some_and(|value| !value.is_empty());
    let display = is_set("DISPLAY") || is_set("WAYLAND_DISPLAY");
    let required = env::var("SSH_ASKPASS_REQUIRE").unwrap_or_default();
    let its_turn = match required.to_ascii_lowercase().as_str() {
        "force" => true,
        "prefer" => display,
        "never" => false,
        _ => display && !on_a_terminal,
    };
    its_turn.then(|| env::var_os("SSH_ASKPASS").filter(|program| !program.is_empty()).unwrap_or_else(|| DEFAULT.into()))
}

/// Runs the program with the prompt as its argument. The first line of its output is the passphrase.
///
/// # Errors
/// It cannot be run, prints too much, or fails, as it does when the window is cancelled (`UnexpectedEof`).
pub(super) fn ask(program: &OsString, prompt: &str) -> io::Result<Secret> {
    let mut child = Command::new(program).arg(prompt).stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
    let mut answer = Zeroizing::new(Vec::with_capacity(MAX_ANSWER + 1));
    if let Some(stdout) = child.stdout.take() {
        stdout.take(MAX_ANSWER as u64 + 1).read_to_end(&mut answer)?;
    }
    if !child.wait()?.success() {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let line = answer.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default();
    if line.len() > MAX_ANSWER {
        return Err(io::Error::other(format!("it is longer than {MAX_ANSWER} bytes")));
    }
    Ok(Secret::new(line.to_vec()))
}
