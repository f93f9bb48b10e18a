//! Measures the unavoidable work of a list of fingerprints, each part alone: reading the file, decoding base64, SHA-256,
//! and writing the lines to memory. (Writing to the null device takes no time.) `cargo xtask bench pubfp` compares with the
//! total.
//!
//! `limit FILE THREADS ROUNDS` prints the mean time of each part over all rounds, in nanoseconds. Each thread does its
//! share of the lines and reuses its memory.

use std::fs::{self, File};
use std::hint::black_box;
use std::io::Read as _;
use std::time::Instant;

use common::key::base64::decode_into;
use common::key::{Fingerprint, Fingerprints};
use sha2::{Digest as _, Sha256};

type Failure = Box<dyn std::error::Error>;

/// The size of one read, and of the output that is kept, in bytes.
const PIECE: usize = 256 * 1024;

/// A line of the list: its base64 and its comment.
type Line<'a> = (&'a [u8], &'a [u8]);

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().ok_or("limit FILE THREADS ROUNDS");
    let (file, threads, rounds) = (next()?, next()?.parse::<usize>()?, next()?.parse::<u32>()?);
    let text = fs::read(&file)?;
    let lines: Vec<Line<'_>> = text.split(|byte| *byte == b'\n').filter_map(parts).collect();
    let blobs: Vec<Vec<u8>> = lines
        .iter()
        .map(|(key, _)| {
            let mut blob = Vec::new();
            decode_into(key, &mut blob).map(|()| blob).map_err(|_| "not base64")
        })
        .collect::<Result<_, _>>()?;
    let share = lines.len().div_ceil(threads);
    let bytes = text.len().div_ceil(threads);

    let read = |_: usize| {
        let mut piece = vec![0; PIECE];
        if let Ok(file) = File::open(&file) {
            let mut its = file.take(bytes as u64);
            while its.read(&mut piece).is_ok_and(|read| read > 0) {
                black_box(&piece);
            }
        }
    };
    let decode = |thread: usize| {
        let mut blob = Vec::new();
        for (key, _) in lines.iter().skip(thread * share).take(share) {
            let _ = black_box(decode_into(black_box(key), &mut blob));
        }
    };
    let hash = |thread: usize| {
        blobs.iter().skip(thread * share).take(share).for_each(|blob| {
            black_box(Sha256::digest(black_box(blob)));
        });
    };
    let fingerprint = Fingerprint::of_sha256(&Sha256::digest(b"").into());
    let format = |thread: usize| {
        let (mut output, mut fingerprints) = (Vec::with_capacity(2 * PIECE), Fingerprints::default());
        for (_, comment) in lines.iter().skip(thread * share).take(share) {
            if output.len() > PIECE {
                fingerprints.complete(&mut output);
                black_box(&output);
                output.clear();
            }
            output.extend_from_slice(b"2048 ");
            fingerprints.put(black_box(&fingerprint), &mut output);
            output.push(b' ');
            output.extend_from_slice(comment);
            output.extend_from_slice(b" (RSA)\n");
        }
    };
    println!(
        "{} {} {} {}",
        mean(rounds, threads, read),
        mean(rounds, threads, decode),
        mean(rounds, threads, hash),
        mean(rounds, threads, format)
    );
    Ok(())
}

/// Splits a line into its base64 and its comment.
fn parts(line: &[u8]) -> Option<Line<'_>> {
    let mut words = line.splitn(3, |byte| *byte == b' ').skip(1);
    Some((words.next()?, words.next()?))
}

/// Returns the mean time in nanoseconds of running `work` in all threads at once; it gets the thread's number.
fn mean(rounds: u32, threads: usize, work: impl Fn(usize) + Sync) -> u128 {
    let start = Instant::now();
    for _ in 0..rounds {
        std::thread::scope(|scope| {
            for thread in 0..threads {
                let work = &work;
                scope.spawn(move || work(thread));
            }
        });
    }
    (start.elapsed() / rounds).as_nanos()
}
