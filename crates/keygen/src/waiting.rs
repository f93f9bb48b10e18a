//! Shows the progress of work that may take minutes.

use std::sync::mpsc;
use std::thread;
use std::time::{Duration, Instant};

use common::cli::Messages;

/// How often the time is shown; work that takes less than this is not reported.
const TICK: Duration = Duration::from_secs(1);

/// Does some work in another thread, and shows on a terminal how long it has been running.
pub(crate) fn showing_progress<T: Send>(
    messages: &mut Messages<'_>,
    what: &str,
    work: impl Fn() -> T + Send + Sync,
) -> T {
    let work = &work;
    let start = Instant::now();
    thread::scope(|scope| {
        let (done, is_done) = mpsc::channel::<()>();
        let worker = thread::Builder::new().spawn_scoped(scope, move || {
            // Dropped when the thread ends, however it ends.
            let _done = done;
            work()
        });
        // If spawning fails, this thread does the work, without showing progress.
        let Ok(worker) = worker else { return work() };
        while is_done.recv_timeout(TICK) == Err(mpsc::RecvTimeoutError::Timeout) {
            messages.progress(&format!("{what}: {} s", start.elapsed().as_secs()));
        }
        messages.end_progress();
        worker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
