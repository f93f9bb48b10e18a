//! Measures how long each test takes. The test harness of stable Rust does not report it; but each test has a thread of
//! its own, whose locals are dropped when it ends. So a test's time is that from its first sandbox or peer to the end
//! of its thread, including waits for the machine's cores.

use std::cell::OnceCell;
use std::env;
use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::thread;
use std::time::Instant;

/// The variable that names the file in which tests note their times.
pub const TIMES: &str = "VMKEYS_TIMES";

thread_local! {
    static TEST: OnceCell<Running> = const { OnceCell::new() };
}

/// A test, noted when its thread ends.
struct Running {
    name: String,
    start: Instant,
}

/// Starts the clock of the test in this thread, unless it runs already. Threads without a name are parts of a test.
pub fn start() {
    let start = Instant::now();
    // A thread that is about to end has no clock any more.
    let _ = TEST.try_with(|test| {
        if let Some(name) = thread::current().name().filter(|name| name.contains("::")) {
            let _ = test.get_or_init(|| Running { name: name.to_owned(), start });
        }
    });
}

impl Drop for Running {
    fn drop(&mut self) {
        // A test does not fail if its time cannot be noted.
        let _ = note(&self.name, self.start.elapsed().as_millis());
    }
}

fn note(name: &str, milliseconds: u128) -> io::Result<()> {
    let Some(file) = env::var_os(TIMES) else { return Ok(()) };
    // In one write, since tests run in parallel.
    OpenOptions::new().append(true).create(true).open(file)?.write_all(format!("{milliseconds} {name}\n").as_bytes())
}
