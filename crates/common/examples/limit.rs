//! What no fingerprint can do without: decodes and hashes every key of a list, and nothing else. `cargo xtask bench
//! pubfp` measures against it.
//!
//! `limit FILE THREADS ROUNDS` prints the mean of the rounds in nanoseconds.

use std::hint::black_box;
use std::time::Instant;

use common::key::base64::decode_into;
use sha2::{Digest as _, Sha256};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let mut next = || arguments.next().ok_or("limit FILE THREADS ROUNDS");
    let (text, threads, rounds) = (std::fs::read(next()?)?, next()?.parse::<usize>()?, next()?.parse::<u32>()?);
    let keys: Vec<&[u8]> =
        text.split(|byte| *byte == b'\n').filter_map(|line| line.split(|byte| *byte == b' ').nth(1)).collect();
    let start = Instant::now();
    for _ in 0..rounds {
        std::thread::scope(|scope| {
            for part in keys.chunks(keys.len().div_ceil(threads)) {
                scope.spawn(move || part.iter().fold(Vec::new(), |blob, key| hash(key, blob)));
            }
        });
    }
    println!("{}", (start.elapsed() / rounds).as_nanos());
    Ok(())
}

fn hash(key: &[u8], mut blob: Vec<u8>) -> Vec<u8> {
    if decode_into(black_box(key), &mut blob).is_ok() {
        black_box(Sha256::digest(&blob));
    }
    blob
}
