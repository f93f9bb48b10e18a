//! Runs work on many hosts at once, and reports the results in the order of the hosts.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

use common::error::Error;

use crate::handshake::limiter::{ConnectionLimiter, Next, Permit};
use crate::handshake::scan::STACK;

/// A report to the caller.
pub(crate) enum News<T, R> {
    /// The number of results so far; some may not be reported yet.
    Progress(usize),
    /// The result of the next item.
    Result(T, R),
}

/// Calls `work` for each item, many at a time and each in its own thread, and passes each result to `report` as soon as the
/// results before it are there. Items are taken only when needed, and the number of waiting results is bounded.
///
/// # Errors
/// The first error of `report`. No thread waits for unfinished work, which ends with the process.
pub(crate) fn each<T: Clone + Send + 'static, R: Send + 'static>(
    items: impl Iterator<Item = T> + Send + 'static,
    limiter: &Arc<ConnectionLimiter>,
    work: impl Fn(&T, Permit) -> R + Send + Sync + 'static,
    mut report: impl FnMut(News<T, R>) -> Result<(), Error>,
) -> Result<(), Error> {
    let (stopped, begun) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let (sender, receiver) = mpsc::channel();
    let begin = Begin {
        limiter: limiter.clone(),
        work: Arc::new(work),
        sender,
        stopped: stopped.clone(),
        begun: begun.clone(),
    };
    thread::Builder::new().spawn(move || begin.all(items)).map_err(|error| Error::io("cannot begin", &error))?;
    let mut early = BTreeMap::new();
    let mut reported = 0;
    let mut done = 0;
    let mut pass_on = |news| report(news).inspect_err(|_| stopped.store(true, Ordering::Relaxed));
    pass_on(News::Progress(0))?;
    for (index, item, result) in receiver {
        early.insert(index, (item, result));
        done += 1;
        pass_on(News::Progress(done))?;
        while let Some((item, result)) = early.remove(&reported) {
            pass_on(News::Result(item, result))?;
            reported += 1;
            limiter.reported(reported);
        }
    }
    // A thread that panicked leaves a gap.
    if reported == begun.load(Ordering::Relaxed) {
        Ok(())
    } else {
        Err(Error::failure("internal error: a worker thread died"))
    }
}

/// Starts the work.
struct Begin<T, R, W> {
    limiter: Arc<ConnectionLimiter>,
    work: Arc<W>,
    sender: mpsc::Sender<(usize, T, R)>,
    stopped: Arc<AtomicBool>,
    begun: Arc<AtomicUsize>,
}

impl<T: Clone + Send + 'static, R: Send + 'static, W: Fn(&T, Permit) -> R + Send + Sync + 'static> Begin<T, R, W> {
    fn all(self, items: impl Iterator<Item = T>) {
        for (index, item) in items.enumerate() {
            let permit = self.limiter.enter(Next::Host(index));
            if self.stopped.load(Ordering::Relaxed) {
                return;
            }
            self.begun.store(index + 1, Ordering::Relaxed);
            let (work, sender, its) = (self.work.clone(), self.sender.clone(), item.clone());
            let in_thread = move || {
                let result = work(&its, permit);
                // The receiver is gone when the run has ended.
                let _ = sender.send((index, its, result));
            };
            if thread::Builder::new().stack_size(STACK).spawn(in_thread).is_err() {
                // If spawning fails, this thread does the work.
                let result = (self.work)(&item, self.limiter.enter(Next::Host(index)));
                let _ = self.sender.send((index, item, result));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;
    use std::time::Duration;

    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items_however_long_each_takes() {
        let items: Vec<u64> = (0..100).rev().collect();
        let work = |item: &u64, _permit| {
            thread::sleep(Duration::from_millis(item % 7));
            item * 2
        };
        let (mut seen, mut counted) = (Vec::new(), Vec::new());
        each(items.clone().into_iter(), &ConnectionLimiter::new(None), work, |news| {
            match news {
                News::Progress(done) => counted.push(done),
                News::Result(item, result) => seen.push((item, result)),
            }
            Ok(())
        })
        .unwrap();
        assert_eq!(counted, (0..=100).collect::<Vec<_>>());
        assert_eq!(seen, items.iter().map(|item| (*item, item * 2)).collect::<Vec<_>>());
    }

    #[test]
    fn when_the_results_are_not_read_no_more_is_begun() {
        let begun = Arc::new(AtomicUsize::new(0));
        let count = begun.clone();
        let work = move |_: &u64, _permit| {
            thread::sleep(Duration::from_micros(100));
            count.fetch_add(1, Ordering::Relaxed)
        };
        let limiter = ConnectionLimiter::new(None);
        assert!(each(0..100_000, &limiter, work.clone(), |_| Err(Error::failure("gone"))).is_err());
        thread::sleep(Duration::from_millis(200));
        let after = begun.load(Ordering::Relaxed);
        assert!(after < 1000, "{after}");
        assert!(each(0..0, &limiter, work, |_| Ok(())).is_ok());
    }
}
