//! Work that is shared by all cores.

use std::num::NonZero;
use std::thread;

/// More threads than this gain nothing: there is not enough work to share.
const MOST_THREADS: usize = 16;

/// Does the same work in a thread for each core, this one among them; what is to be done by only one of them they must
/// settle among themselves. All have ended when it returns.
pub(super) fn on_all_cores(work: impl Fn() + Sync) {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS);
    thread::scope(|scope| {
        for _ in 1..threads {
            // If spawning fails, this thread goes on alone.
            let _ = thread::Builder::new().spawn_scoped(scope, &work);
        }
        work();
    });
}
