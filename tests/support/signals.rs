//! Restores the default actions of signals for the programs that the tests start.
//!
//! Children inherit the ignored signals of a process, and a shell cannot undo that for its own children (trap in
//! POSIX). So under `nohup cargo xtask test &`, which ignores SIGHUP and SIGINT, Ctrl-C would end no tool, and tests of
//! that would fail. A signal that a process handles gets its default action in its children: execve(2).

use std::sync::Once;

/// Gives the children of this process the default actions of the signals that end a program. This process still ignores
/// the signals that it ignored.
pub fn default_in_children() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        #[cfg(unix)]
        handle_what_is_ignored();
    });
}

#[cfg(unix)]
fn handle_what_is_ignored() {
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use signal_hook::consts::{SIGALRM, SIGHUP, SIGINT, SIGQUIT, SIGTERM};

    let ignored = ignored();
    for signal in [SIGALRM, SIGHUP, SIGINT, SIGQUIT, SIGTERM] {
        if ignored >> (signal - 1) & 1 == 1 {
            // A handler that sets a flag that is never read.
            let _ = signal_hook::flag::register(signal, Arc::new(AtomicBool::new(false)));
        }
    }
}

/// The signals that this process ignores, one bit each, as Linux reports them (proc_pid_status(5)); none elsewhere.
#[cfg(unix)]
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}
