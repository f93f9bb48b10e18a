//! Cleans up when a signal or a panic ends the process: restores the terminal's echo and removes temporary files.
//!
//! Destructors run in neither case: a signal just ends the process, and so does a panic, since the release is built without
//! unwinding, which took a sixth of its size. So whatever must be cleaned up is registered here. (Secrets need not be:
//! their memory is freed with the process, which writes no core file while it holds one.)
//!
//! A thread waits for the signals, runs the registered functions, and then lets the signal end the process as if it had
//! never been caught, so that the shell sees the true reason. After a panic the panicking thread runs them.

use std::collections::BTreeMap;
use std::panic;
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};
use std::thread::sleep;
use std::time::Duration;

type Undo = Box<dyn FnMut() + Send>;

static REGISTERED: Mutex<BTreeMap<u64, Undo>> = Mutex::new(BTreeMap::new());

fn locked<T>(mutex: &'static Mutex<T>) -> MutexGuard<'static, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// While this lives, a signal or a panic that ends the process first runs the registered function.
#[derive(Debug)]
#[must_use]
pub struct Guard(u64);

impl Drop for Guard {
    fn drop(&mut self) {
        locked(&REGISTERED).remove(&self.0);
    }
}

/// Runs `undo` when a signal or a panic ends the process, until the guard is dropped. It may run in any thread, and before
/// destructors. Windows has no such signals.
pub fn on_end(undo: impl FnMut() + Send + 'static) -> Guard {
    platform::watch();
    register(&mut locked(&REGISTERED), Box::new(undo))
}

/// Runs `make` and, if it succeeds, registers `undo` as [`on_end`] does. No signal ends the process between the two, so
/// what was made is always cleaned up.
///
/// # Errors
/// Those of `make`, which must not call this module.
pub fn on_end_of<T, E>(
    make: impl FnOnce() -> Result<T, E>,
    undo: impl FnMut() + Send + 'static,
) -> Result<(T, Guard), E> {
    platform::watch();
    // The thread that ends the process holds this lock until the end.
    let mut registered = locked(&REGISTERED);
    let made = make()?;
    Ok((made, register(&mut registered, Box::new(undo))))
}

fn register(registered: &mut BTreeMap<u64, Undo>, undo: Undo) -> Guard {
    let next = registered.last_key_value().map_or(0, |(last, _)| last + 1);
    registered.insert(next, undo);
    Guard(next)
}

/// Makes a panic run the registered functions before it is reported. For programs only: a panic in a test ends only that
/// test, and would undo the work of others.
pub fn undo_on_panic() {
    let tell = panic::take_hook();
    panic::set_hook(Box::new(move |about| {
        // The lock is held for a moment only, unless by this very thread, which would wait for ever.
        for _ in 0..100 {
            match REGISTERED.try_lock() {
                Ok(mut registered) => registered.values_mut().for_each(|undo| undo()),
                Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner().values_mut().for_each(|undo| undo()),
                Err(TryLockError::WouldBlock) => {
                    sleep(Duration::from_millis(10));
                    continue;
                }
            }
            break;
        }
        tell(about);
    }));
}

#[cfg(unix)]
mod platform {
    use std::fs::File;
    use std::io;
    use std::sync::atomic::AtomicBool;
    use std::sync::{Arc, Mutex, MutexGuard, Once};
    use std::thread;

    use rustix::termios;
    use signal_hook::consts::{SIGALRM, SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    use signal_hook::flag;
    use signal_hook::iterator::Signals;

    use super::{Guard, REGISTERED, locked, on_end};

    static HELD: Mutex<()> = Mutex::new(());

    /// While this lives, signals that would end the process are blocked.
    #[must_use]
    pub struct Held {
        _lock: MutexGuard<'static, ()>,
    }

    /// Blocks signals that would end the process.
    pub fn held() -> Held {
        watch();
        Held { _lock: locked(&HELD) }
    }

    /// Starts the thread that waits for signals.
    pub(super) fn watch() {
        static WATCH: Once = Once::new();
        WATCH.call_once(begin_to_watch);
    }

    fn begin_to_watch() {
        let ignored = ignored();
        let ending = [SIGALRM, SIGHUP, SIGINT, SIGQUIT, SIGTERM];
        // A signal that is ignored, as under nohup, must not end the program.
        let watched = ending.into_iter().filter(|signal| ignored >> (signal - 1) & 1 == 0);
        let watched: Vec<_> = watched.collect();
        // If signal handlers cannot be installed, the signals keep their default action.
        let Ok(mut signals) = Signals::new(&watched) else { return };
        let watcher = move || {
            for signal in signals.forever() {
                let _held = locked(&HELD);
                let mut registered = locked(&REGISTERED);
                registered.values_mut().for_each(|undo| undo());
                let _ = signal_hook::low_level::emulate_default_handler(signal);
            }
        };
        if thread::Builder::new().spawn(watcher).is_err() {
            // No thread waits for the signals now: restore their default action, so that they are not ignored.
            for signal in watched {
                let _ = flag::register_conditional_default(signal, Arc::new(AtomicBool::new(true)));
            }
        }
    }

    /// Returns the signals that this process ignores, one bit each, as Linux reports them (proc_pid_status(5)); none
    /// elsewhere.
    fn ignored() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
    }

    /// Turns the terminal's echo off until the guard is dropped or the process ends. Ctrl-Z is off, too: the shell would
    /// turn the echo on again; its character ends the input at once, so that the reader can report it. Earlier input is
    /// discarded, since it was visible.
    ///
    /// # Errors
    /// The terminal does not support it.
    pub fn echo_off(terminal: &File) -> io::Result<EchoOff> {
        let before = termios::tcgetattr(terminal)?;
        let restored = Restored { terminal: terminal.try_clone()?, settings: before.clone() };
        let again = Restored { terminal: terminal.try_clone()?, settings: before.clone() };
        let guard = on_end(move || again.now());
        let mut silent = before;
        silent.local_modes.remove(termios::LocalModes::ECHO | termios::LocalModes::ECHONL);
        /// _POSIX_VDISABLE, which switches a character off.
        const DISABLED: u8 = if cfg!(any(target_os = "linux", target_os = "android")) { 0 } else { 0xff };
        let suspend = std::mem::replace(&mut silent.special_codes[termios::SpecialCodeIndex::VSUSP], DISABLED);
        let suspend =
            Some(suspend).filter(|code| *code != DISABLED && silent.local_modes.contains(termios::LocalModes::ISIG));
        if let Some(suspend) = suspend {
            silent.special_codes[termios::SpecialCodeIndex::VEOL] = suspend;
        }
        termios::tcsetattr(terminal, termios::OptionalActions::Flush, &silent)?;
        Ok(EchoOff { restored, suspend, _guard: guard })
    }

    /// The echo is off while this lives.
    pub struct EchoOff {
        restored: Restored,
        suspend: Option<u8>,
        _guard: Guard,
    }

    impl EchoOff {
        /// The character of Ctrl-Z, which ends the input as a newline does.
        #[must_use]
        pub const fn suspend(&self) -> Option<u8> {
            self.suspend
        }
    }

    impl Drop for EchoOff {
        fn drop(&mut self) {
            self.restored.now();
        }
    }

    struct Restored {
        terminal: File,
        settings: termios::Termios,
    }

    impl Restored {
        fn now(&self) {
            let _ = termios::tcsetattr(&self.terminal, termios::OptionalActions::Now, &self.settings);
        }
    }
}

#[cfg(not(unix))]
mod platform {
    /// There are no signals to wait for, and rpassword restores the console's echo by itself.
    pub(super) fn watch() {}

    /// Blocks nothing.
    #[must_use]
    pub struct Held;

    /// Blocks nothing.
    pub fn held() -> Held {
        Held
    }
}

#[cfg(unix)]
pub use platform::echo_off;
pub use platform::{Held, held};
