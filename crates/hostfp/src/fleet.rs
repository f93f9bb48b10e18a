//! Many hosts at once, and their results in the order in which they were named.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use common::error::Error;

/// How many hosts are asked at once: each costs some file descriptors, of which a process has perhaps 256.
const AT_ONCE: usize = 32;

/// What is to be told.
pub(crate) enum News<'a, T, R> {
    /// So many results are there, perhaps not yet told.
    Progress(usize),
    /// The result of the next item.
    Result(&'a T, R),
}

/// Does `work` for each item, many at a time, and hands each result to `report` as soon as those before it are there.
///
/// # Errors
/// The first of `report`, which ends the work.
pub(crate) fn each<T: Sync, R: Send>(
    items: &[T],
    work: impl Fn(&T) -> R + Sync,
    mut report: impl FnMut(News<'_, T, R>) -> Result<(), Error>,
) -> Result<(), Error> {
    let next = AtomicUsize::new(0);
    let stopped = AtomicBool::new(false);
    let (sender, receiver) = mpsc::channel();
    thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(items.len()) {
            let sender = sender.clone();
            let (next, stopped, work) = (&next, &stopped, &work);
            scope.spawn(move || {
                while !stopped.load(Ordering::Relaxed) {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(item) = items.get(index) else { return };
                    if sender.send((index, work(item))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut early = BTreeMap::new();
        let mut results = receiver.iter();
        let mut report = |news| report(news).inspect_err(|_| stopped.store(true, Ordering::Relaxed));
        report(News::Progress(0))?;
        let mut done = 0;
        for (index, item) in items.iter().enumerate() {
            let result = loop {
                if let Some(result) = early.remove(&index) {
                    break result;
                }
                match results.next() {
                    Some((index, result)) => {
                        early.insert(index, result);
                        done += 1;
                        report(News::Progress(done))?;
                    }
                    None => return Err(Error::trouble("a host was lost")),
                }
            };
            report(News::Result(item, result))?;
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_items_however_long_each_takes() {
        let items: Vec<u64> = (0..100).rev().collect();
        let mut seen = Vec::new();
        let work = |item: &u64| {
            thread::sleep(Duration::from_millis(item % 7));
            item * 2
        };
        let mut counted = Vec::new();
        each(&items, work, |news| {
            match news {
                News::Progress(done) => counted.push(done),
                News::Result(item, result) => seen.push((*item, result)),
            }
            Ok(())
        })
        .unwrap();
        assert_eq!(counted, (0..=100).collect::<Vec<_>>());
        assert_eq!(seen, items.iter().map(|item| (*item, item * 2)).collect::<Vec<_>>());
    }

    #[test]
    fn when_nobody_reads_the_results_the_work_ends() {
        let items: Vec<u64> = (0..100_000).collect();
        let done = AtomicUsize::new(0);
        let work = |_: &u64| {
            thread::sleep(Duration::from_micros(100));
            done.fetch_add(1, Ordering::Relaxed)
        };
        assert!(each(&items, work, |_| Err(Error::trouble("gone"))).is_err());
        assert!(done.load(Ordering::Relaxed) < items.len());
        assert!(each(&[], work, |_| Ok(())).is_ok());
    }
}
