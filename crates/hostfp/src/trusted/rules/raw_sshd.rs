//! Recognises the log that sshd writes itself (`sshd -E`). Strangers can write lines into it: it has their words unchanged,
//! newlines and all.

use common::error::Error;

use crate::trusted::grammar::NotTrusted;
use crate::trusted::messages::remedies;

/// The beginnings of sshd's own lines, in which it writes strangers' words unchanged.
const BEGINNINGS: [&str; 43] = [
    "Accepted keyboard-interactive",
    "Accepted password for ",
    "Accepted publickey for ",
    "Bad protocol version identification ",
    "Bad remote protocol version ",
    "Close session: ",
    "Connection closed by ",
    "Connection from ",
    "Connection reset by ",
    "Did not receive identification string ",
    "Disconnected from ",
    "Disconnecting ",
    "Failed keyboard-interactive",
    "Failed none for ",
    "Failed password for ",
    "Failed publickey for ",
    "Illegal user ",
    "Invalid user ",
    "Login attempt ",
    "Postponed ",
    "Protocol major versions differ",
    "Received disconnect from ",
    "Received signal ",
    "Server listening on ",
    "Starting session: ",
    "Timeout before authentication ",
    "Unable to negotiate with ",
    "User child is on pid ",
    "banner exchange: ",
    "debug1: ",
    "debug2: ",
    "debug3: ",
    "drop connection ",
    "error: PAM: ",
    "error: Protocol major versions",
    "error: Received disconnect from ",
    "error: kex_exchange_identification: ",
    "error: maximum authentication attempts ",
    "input_userauth_request: ",
    "kex_exchange_identification: ",
    "maximum authentication attempts ",
    "ssh_dispatch_run_fatal: ",
    "userauth_",
];

/// The first characters of the beginnings, as bits: a log has a million words, and most begin with another.
const FIRST_LETTERS: u128 = {
    let (mut letters, mut at) = (0, 0);
    while at < BEGINNINGS.len() {
        letters |= 1 << BEGINNINGS[at].as_bytes()[0];
        at += 1;
    }
    letters
};

/// # Errors
/// sshd wrote its lines into the text unchanged. A time or another label may precede them, but not a program's name.
pub(crate) fn check(text: &str) -> Result<(), NotTrusted> {
    let raw = text.lines().zip(1..).find(|(line, _)| is_of_sshd(line));
    raw.map_or(Ok(()), |(_, number)| Err((Some(number), written_raw())))
}

/// Whether a word of a line begins as sshd's lines do, without a program's name and its colon before it.
fn is_of_sshd(line: &str) -> bool {
    let mut before = None;
    for (at, character) in line.char_indices() {
        let may_begin = character.is_ascii() && FIRST_LETTERS >> u32::from(character) & 1 == 1;
        if may_begin && before.is_none_or(|before: char| !before.is_alphanumeric()) {
            let rest = line.get(at..).unwrap_or_default();
            if BEGINNINGS.iter().any(|raw| rest.starts_with(raw)) {
                return true;
            }
        }
        if before == Some(':') && character == ' ' {
            return false;
        }
        before = Some(character);
    }
    false
}

fn written_raw() -> Error {
    Error::failure("sshd's own log, into which strangers can write lines").hint(remedies::ON_THE_VM)
}
