//! What must be undone when a signal ends the process: the terminal's echo is given back, temporary files go.
//!
//! A thread waits for the signals and runs what is registered, then lets the signal end the process as if it had never
//! been caught, so that the shell sees the true reason. (rpassword 7.5 raises SIGINT while the echo is still off; drops
//! do not run when a signal ends a process.)

#[cfg(unix)]
mod platform {
    use std::collections::BTreeMap;
    use std::sync::{Mutex, MutexGuard, Once, PoisonError};

    use rustix::termios;
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;

    type Undo = Box<dyn FnMut() + Send>;

    static REGISTERED: Mutex<BTreeMap<u64, Undo>> = Mutex::new(BTreeMap::new());
    static HELD: Mutex<()> = Mutex::new(());
    static WATCH: Once = Once::new();

    fn locked<T>(mutex: &'static Mutex<T>) -> MutexGuard<'static, T> {
        mutex.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// While this lives, a signal that ends the process first runs what it was made with.
    #[must_use]
    pub struct Guard(u64);

    impl Drop for Guard {
        fn drop(&mut self) {
            locked(&REGISTERED).remove(&self.0);
        }
    }

    /// Has `undo` run when a signal ends the process, until the guard is dropped.
    pub fn on_signal(undo: impl FnMut() + Send + 'static) -> Guard {
        WATCH.call_once(watch);
        let mut registered = locked(&REGISTERED);
        let next = registered.last_key_value().map_or(0, |(last, _)| last + 1);
        registered.insert(next, Box::new(undo));
        Guard(next)
    }

    /// While this lives, signals that would end the process wait.
    #[must_use]
    pub fn held() -> impl Drop {
        WATCH.call_once(watch);
        locked(&HELD)
    }

    /// Waits for a signal that has been raised to end the process.
    pub fn wait_for_the_end() {
        std::thread::sleep(std::time::Duration::from_secs(1));
    }

    fn watch() {
        // A system without signals to spare leaves us with their default action.
        let Ok(mut signals) = Signals::new([SIGHUP, SIGINT, SIGTERM]) else { return };
        std::thread::spawn(move || {
            for signal in signals.forever() {
                let _held = locked(&HELD);
                let mut registered = locked(&REGISTERED);
                registered.values_mut().for_each(|undo| undo());
                let _ = signal_hook::low_level::emulate_default_handler(signal);
            }
        });
    }

    /// Gives the terminal its present settings back when the guard is dropped or a signal ends the process.
    pub fn echo_restored() -> Option<Guard> {
        let terminal = std::fs::File::open("/dev/tty").ok()?;
        let settings = termios::tcgetattr(&terminal).ok()?;
        Some(on_signal(move || {
            let _ = termios::tcsetattr(&terminal, termios::OptionalActions::Now, &settings);
        }))
    }
}

#[cfg(not(unix))]
mod platform {
    /// Nothing is undone: the console gives the echo back by itself.
    #[must_use]
    pub struct Guard;

    /// Nothing is run on Windows, which ends processes without signals.
    pub fn on_signal(_undo: impl FnMut() + Send + 'static) -> Guard {
        Guard
    }

    /// Nothing is held up.
    #[must_use]
    pub fn held() -> Guard {
        Guard
    }

    /// Nothing ends the process from outside.
    pub fn wait_for_the_end() {}

    /// The console gives the echo back by itself.
    pub fn echo_restored() -> Option<Guard> {
        None
    }
}

pub use platform::{Guard, echo_restored, held, on_signal, wait_for_the_end};
