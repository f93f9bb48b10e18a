//! Many hosts at once, and their results in the order in which they were named.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

use common::error::Error;

use crate::handshake::pace::{Next, Pace, Turn};
use crate::handshake::scan::STACK;

/// What is to be told.
pub(crate) enum News<T, R> {
    /// So many results are there, perhaps not yet told.
    Progress(usize),
    /// The result of the next item.
    Result(T, R),
}

/// Does `work` for each item, many at a time and each in a thread of its own, and hands each result to `report` as soon
/// as those before it are there. Items are taken as they are needed, and results wait in bounded numbers.
///
/// # Errors
/// The first of `report`; nobody waits for the work that goes on, and it ends with the process.
pub(crate) fn each<T: Clone + Send + 'static, R: Send + 'static>(
    items: impl Iterator<Item = T> + Send + 'static,
    pace: &Arc<Pace>,
    work: impl Fn(&T, Turn) -> R + Send + Sync + 'static,
    mut report: impl FnMut(News<T, R>) -> Result<(), Error>,
) -> Result<(), Error> {
    let (stopped, begun) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let (sender, receiver) = mpsc::channel();
    let begin =
        Begin { pace: pace.clone(), work: Arc::new(work), sender, stopped: stopped.clone(), begun: begun.clone() };
    thread::Builder::new().spawn(move || begin.all(items)).map_err(|error| Error::io("cannot begin", &error))?;
    let mut early = BTreeMap::new();
    let mut told = 0;
    let mut done = 0;
    let mut tell = |news| report(news).inspect_err(|_| stopped.store(true, Ordering::Relaxed));
    tell(News::Progress(0))?;
    for (index, item, result) in receiver {
        early.insert(index, (item, result));
        done += 1;
        tell(News::Progress(done))?;
        while let Some((item, result)) = early.remove(&told) {
            tell(News::Result(item, result))?;
            told += 1;
            pace.told(told);
        }
    }
    // A thread that panicked has left a gap.
    if told == begun.load(Ordering::Relaxed) { Ok(()) } else { Err(Error::failure("a host was lost")) }
}

/// What begins the work.
struct Begin<T, R, W> {
    pace: Arc<Pace>,
    work: Arc<W>,
    sender: mpsc::Sender<(usize, T, R)>,
    stopped: Arc<AtomicBool>,
    begun: Arc<AtomicUsize>,
}

impl<T: Clone + Send + 'static, R: Send + 'static, W: Fn(&T, Turn) -> R + Send + Sync + 'static> Begin<T, R, W> {
    fn all(self, items: impl Iterator<Item = T>) {
        for (index, item) in items.enumerate() {
            let turn = self.pace.enter(Next::Host(index));
            if self.stopped.load(Ordering::Relaxed) {
                return;
            }
            self.begun.store(index + 1, Ordering::Relaxed);
            let (work, sender, its) = (self.work.clone(), self.sender.clone(), item.clone());
            let in_thread = move || {
                let result = work(&its, turn);
                // Nobody listens when the run has ended.
                let _ = sender.send((index, its, result));
            };
            if thread::Builder::new().stack_size(STACK).spawn(in_thread).is_err() {
                // There are no more threads to be had, so this one does it.
                let result = (self.work)(&item, self.pace.enter(Next::Host(index)));
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
        let work = |item: &u64, _turn| {
            thread::sleep(Duration::from_millis(item % 7));
            item * 2
        };
        let (mut seen, mut counted) = (Vec::new(), Vec::new());
        each(items.clone().into_iter(), &Pace::new(None), work, |news| {
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
    fn when_nobody_reads_the_results_no_more_is_begun() {
        let begun = Arc::new(AtomicUsize::new(0));
        let count = begun.clone();
        let work = move |_: &u64, _turn| {
            thread::sleep(Duration::from_micros(100));
            count.fetch_add(1, Ordering::Relaxed)
        };
        let pace = Pace::new(None);
        assert!(each(0..100_000, &pace, work.clone(), |_| Err(Error::failure("gone"))).is_err());
        thread::sleep(Duration::from_millis(200));
        let after = begun.load(Ordering::Relaxed);
        assert!(after < 1000, "{after}");
        assert!(each(0..0, &pace, work, |_| Ok(())).is_ok());
    }
}
