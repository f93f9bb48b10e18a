//! Runs work on several cores: results come in the order of the work, and the number of waiting results is bounded.
//!
//! rayon is not used: its results come in any order or all at once. Ours are printed as soon as those before them are
//! complete, from inputs of any length.

use std::io;
use std::num::NonZero;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TryRecvError};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, Builder};
use std::time::Duration;

use crate::secret::wipe_stack;

/// The default stack size of a thread in bytes; the same as the standard library's.
const STACK: usize = 2 * 1024 * 1024;

/// Returns how many threads can run at once, but at most `most`.
#[must_use]
pub fn threads(most: usize) -> usize {
    thread::available_parallelism().map_or(1, NonZero::get).min(most).max(1)
}

/// Runs the same work in up to `threads` threads, including this one; they divide it among themselves. All have ended when
/// it returns.
pub fn on_each(threads: usize, work: impl Fn() + Sync) {
    with_helpers(threads.saturating_sub(1), STACK, &work, &work);
}

/// Runs `own` in this thread while up to `helpers` other threads run `help`, each with a stack of `stack` bytes. All have
/// ended when it returns.
pub fn with_helpers<R>(helpers: usize, stack: usize, help: impl Fn() + Sync, own: impl FnOnce() -> R) -> R {
    thread::scope(|scope| {
        for _ in 0..helpers {
            // If spawning fails, fewer threads do the work.
            if Builder::new().stack_size(stack).spawn_scoped(scope, &help).is_err() {
                break;
            }
        }
        own()
    })
}

/// Applies `work` to each item on up to `threads` threads; the results are in the order of the items. Adjacent items go to
/// different threads, since they often take about the same time.
pub fn map<T: Sync, R: Send>(items: &[T], threads: usize, work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let threads = threads.min(items.len());
    if threads < 2 {
        return items.iter().map(work).collect();
    }
    let part = |first: usize| items.iter().skip(first).step_by(threads).map(&work).collect::<Vec<R>>();
    let part = &part;
    let mut parts: Vec<_> = thread::scope(|scope| {
        let running: Vec<_> =
            (1..threads).map(|first| Builder::new().spawn_scoped(scope, move || part(first))).collect();
        let own = part(0);
        // If spawning fails, this thread does their part.
        let others = running.into_iter().zip(1..).map(|(thread, first)| match thread {
            Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
            Err(_) => part(first),
        });
        std::iter::once(own).chain(others).map(Vec::into_iter).collect()
    });
    let count = parts.len();
    (0..items.len()).filter_map(|index| parts.get_mut(index % count)?.next()).collect()
}

/// Runs `produce` in one thread, `work` on each job that it sends in `workers` other threads, and `consume` in this thread,
/// which gets the results in the order in which the jobs were sent. Up to `waiting` results wait to be consumed. When
/// `consume` returns early, sending fails, and `produce` should return.
///
/// # Errors
/// No thread could be started. If fewer than `workers` start, they do the work.
pub fn in_order<J: Send, R: Send, T>(
    workers: usize,
    waiting: usize,
    produce: impl FnOnce(Sender<J, R>) + Send,
    work: impl Fn(J) -> R + Sync,
    consume: impl FnOnce(Results<R>) -> T,
) -> io::Result<T> {
    let (slots, results) = mpsc::sync_channel(waiting);
    let (jobs, queue) = mpsc::sync_channel::<Job<J, R>>(waiting);
    let (queue, work) = (Arc::new(Mutex::new(queue)), &work);
    thread::scope(move |scope| {
        for worker in 0..workers {
            let queue = Arc::clone(&queue);
            match Builder::new().spawn_scoped(scope, move || run_jobs(&queue, work)) {
                Err(error) if worker == 0 => return Err(error),
                Err(_) => break,
                Ok(_) => {}
            }
        }
        // The last worker drops the queue, so sending fails if all have ended.
        drop(queue);
        Builder::new().spawn_scoped(scope, move || produce(Sender { slots, jobs }))?;
        Ok(consume(Results { slots: results, next: None }))
    })
}

/// Runs `work` on each job from `next` in `workers` other threads, and `consume` in this thread, which gets the results in
/// the order of the jobs. Up to `waiting` results wait to be consumed. When `consume` returns early, no more jobs are taken.
///
/// The workers call `next` in turn. So, in contrast to [`in_order`], no thread only produces jobs, and a job is in the cache
/// of the core that works on it.
///
/// # Errors
/// No thread could be started. If fewer than `workers` start, they do the work.
pub fn take_in_order<J, R: Send, T>(
    workers: usize,
    waiting: usize,
    next: impl FnMut() -> Option<J> + Send,
    work: impl Fn(J) -> R + Sync,
    consume: impl FnOnce(Results<R>) -> T,
) -> io::Result<T> {
    let (slots, results) = mpsc::sync_channel(waiting);
    let (jobs, work) = (&Mutex::new(Some(Jobs { next, slots })), &work);
    thread::scope(move |scope| {
        for worker in 0..workers {
            match Builder::new().spawn_scoped(scope, move || take_jobs(jobs, work)) {
                Err(error) if worker == 0 => return Err(error),
                Err(_) => break,
                Ok(_) => {}
            }
        }
        Ok(consume(Results { slots: results, next: None }))
    })
}

/// The source of jobs, and the queue of their results.
struct Jobs<N, R> {
    next: N,
    slots: SyncSender<Receiver<R>>,
}

/// Takes jobs and runs them until there are no more.
fn take_jobs<J, R>(jobs: &Mutex<Option<Jobs<impl FnMut() -> Option<J>, R>>>, work: &(impl Fn(J) -> R + Sync)) {
    let take = || {
        let mut jobs = jobs.lock().unwrap_or_else(PoisonError::into_inner);
        let Jobs { next, slots } = jobs.as_mut()?;
        let (result, slot) = mpsc::sync_channel(1);
        let job = next().filter(|_| slots.send(slot).is_ok());
        if job.is_none() {
            // The results end, too.
            *jobs = None;
        }
        Some((job?, result))
    };
    while let Some((job, result)) = take() {
        // The receiver may be gone.
        let _ = result.send(work(job));
    }
    // The memory of a thread's stack is reused for the next thread.
    wipe_stack();
}

/// A job, and the channel for its result.
struct Job<J, R> {
    job: J,
    result: SyncSender<R>,
}

/// Runs jobs until there are no more.
fn run_jobs<J, R>(queue: &Mutex<Receiver<Job<J, R>>>, work: &(impl Fn(J) -> R + Sync)) {
    loop {
        let next = queue.lock().unwrap_or_else(PoisonError::into_inner).recv();
        let Ok(Job { job, result }) = next else {
            // The memory of a thread's stack is reused for the next thread.
            wipe_stack();
            return;
        };
        // The receiver may be gone.
        let _ = result.send(work(job));
    }
}

/// Sends jobs to the workers.
pub struct Sender<J, R> {
    slots: SyncSender<Receiver<R>>,
    jobs: SyncSender<Job<J, R>>,
}

/// The results are no longer consumed.
#[derive(Debug)]
pub struct Gone;

impl<J, R> Sender<J, R> {
    /// Sends a job, when there is room for its result.
    ///
    /// # Errors
    /// The results are no longer consumed.
    pub fn send(&self, job: J) -> Result<(), Gone> {
        let (result, slot) = mpsc::sync_channel(1);
        self.slots.send(slot).map_err(|_| Gone)?;
        self.jobs.send(Job { job, result }).map_err(|_| Gone)
    }

    /// Adds a finished result, which is consumed after those of all jobs that were sent before.
    ///
    /// # Errors
    /// The results are no longer consumed.
    pub fn send_result(&self, made: R) -> Result<(), Gone> {
        let (result, slot) = mpsc::sync_channel(1);
        self.slots.send(slot).map_err(|_| Gone)?;
        result.send(made).map_err(|_| Gone)
    }
}

/// The results, in the order of the jobs.
pub struct Results<R> {
    slots: Receiver<Receiver<R>>,
    next: Option<Receiver<R>>,
}

impl<R> Results<R> {
    /// Returns the next result; `None` after the last. While it waits, it calls `idle` before each `tick`.
    ///
    /// # Errors
    /// Those of `idle`.
    pub fn next_or_idle<E>(&mut self, tick: Duration, mut idle: impl FnMut() -> Result<(), E>) -> Result<Option<R>, E> {
        if self.next.is_none() {
            self.next = wait(&self.slots, tick, &mut idle)?;
        }
        let Some(slot) = &self.next else { return Ok(None) };
        // A worker that panicked leaves no result, and the scope panics, too.
        let result = wait(slot, tick, &mut idle)?;
        self.next = None;
        Ok(result)
    }
}

impl<R> Iterator for Results<R> {
    type Item = R;

    fn next(&mut self) -> Option<R> {
        self.next.take().or_else(|| self.slots.recv().ok())?.recv().ok()
    }
}

/// Returns the next message; `None` after the last one.
fn wait<T, E>(from: &Receiver<T>, tick: Duration, idle: &mut impl FnMut() -> Result<(), E>) -> Result<Option<T>, E> {
    match from.try_recv() {
        Ok(next) => return Ok(Some(next)),
        Err(TryRecvError::Disconnected) => return Ok(None),
        Err(TryRecvError::Empty) => {}
    }
    loop {
        idle()?;
        match from.recv_timeout(tick) {
            Ok(next) => return Ok(Some(next)),
            Err(RecvTimeoutError::Disconnected) => return Ok(None),
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn results_come_in_the_order_of_the_work_however_long_each_takes() {
        for workers in [1, 2, 7] {
            let produce = |sender: Sender<u64, u64>| {
                for job in 0..100 {
                    sender.send(job).unwrap();
                    sender.send_result(1000 + job).unwrap();
                }
            };
            let work = |job| {
                thread::sleep(Duration::from_micros(job * 7919 % 500));
                job
            };
            let expected: Vec<u64> = (0..100).flat_map(|job| [job, 1000 + job]).collect();
            assert_eq!(in_order(workers, 3, produce, work, Iterator::collect::<Vec<_>>).unwrap(), expected);
            let idle = in_order(workers, 3, produce, work, |mut results| {
                std::iter::from_fn(|| results.next_or_idle(Duration::from_micros(1), || Ok::<_, ()>(())).unwrap())
                    .collect::<Vec<_>>()
            });
            assert_eq!(idle.unwrap(), expected);
        }
    }

    #[test]
    fn results_of_jobs_that_are_taken_come_in_the_order_of_the_jobs_however_long_each_takes() {
        for workers in [1, 2, 7] {
            let mut jobs = 0..200_u64;
            let work = |job| {
                thread::sleep(Duration::from_micros(job * 7919 % 500));
                job
            };
            let found = take_in_order(workers, 3, || jobs.next(), work, Iterator::collect::<Vec<_>>);
            assert!(found.unwrap().into_iter().eq(0..200), "{workers}");
        }
    }

    #[test]
    fn when_the_results_are_no_longer_consumed_no_more_jobs_are_taken() {
        let taken = AtomicUsize::new(0);
        let next = || Some(taken.fetch_add(1, Ordering::Relaxed));
        let first = take_in_order(2, 4, next, |job| job, |mut results| results.next());
        assert_eq!(first.unwrap(), Some(0));
        assert!(taken.load(Ordering::Relaxed) < 20, "{taken:?}");
    }

    #[test]
    fn when_the_results_are_no_longer_consumed_nothing_more_is_produced() {
        let produced = AtomicUsize::new(0);
        let produce = |sender: Sender<usize, usize>| {
            while sender.send(produced.load(Ordering::Relaxed)).is_ok() {
                produced.fetch_add(1, Ordering::Relaxed);
            }
        };
        let first = in_order(2, 4, produce, |job| job, |mut results| results.next());
        assert_eq!(first.unwrap(), Some(0));
        assert!(produced.load(Ordering::Relaxed) < 20, "{produced:?}");
    }

    #[test]
    fn an_error_while_waiting_ends_all() {
        let work = |()| thread::sleep(Duration::from_millis(5));
        let produce = |sender: Sender<(), ()>| while sender.send(()).is_ok() {};
        let error = in_order(1, 1, produce, work, |mut results| {
            results.next_or_idle(Duration::from_micros(10), || Err("interrupted"))
        });
        assert_eq!(error.unwrap(), Err("interrupted"));
    }

    #[test]
    fn a_map_keeps_the_order_of_the_items() {
        for count in 0..20u32 {
            let items: Vec<u32> = (0..count).collect();
            for threads in 1..6 {
                assert_eq!(map(&items, threads, |item| item + 1), (1..=count).collect::<Vec<_>>());
            }
        }
    }
}
