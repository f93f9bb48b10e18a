//! Compares keygen with ssh-keygen and OpenSSL.

use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use super::table::{self, Asked, Measure};
use super::time::{milliseconds, ratio};
use super::{Programs, race};
use crate::Failure;

/// The sizes of RSA that are measured.
const RSA_BITS: [u32; 3] = [2048, 3072, 4096];

/// Makes keys with keygen, ssh-keygen and OpenSSL in turn, so other work on the machine affects all alike, and prints
/// the median times.
pub(super) fn bench(programs: &Programs, keys: u32) -> Result<Vec<Measure>, Failure> {
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let folder = tempfile::tempdir()?;
    println!("Medians of {keys} keys each, in turn; {cores} cores.\n");
    println!("| key | keygen | ssh-keygen | openssl | to ssh-keygen | to openssl | limit | to the limit |");
    println!("|---|---|---|---|---|---|---|---|");
    let mut measures = Vec::new();
    for bits in RSA_BITS {
        let mut rivals =
            [keygen_rsa(programs, bits, folder.path()), ssh_keygen_rsa(bits, folder.path()), openssl_rsa(bits)];
        let [ours, ssh, openssl] = race(&mut rivals, keys, &made(folder.path()))?;
        let limit = Limit::of(bits, cores)?;
        println!(
            "| RSA {bits} | {} | {} | {} | {} | {} | {} | {:.1} times |",
            ours,
            ssh,
            openssl,
            ratio(ours, ssh),
            ratio(ours, openssl),
            milliseconds(limit.time()),
            ours.median.as_secs_f64() / limit.time().as_secs_f64(),
        );
        let limit = table::Limit { time: limit.time(), what: limit.to_string() };
        for (peer, theirs, asked) in
            [("ssh-keygen", ssh, Asked::Part(1.0 / 8.0)), ("openssl genrsa", openssl, Asked::Nothing)]
        {
            let what = format!("an RSA-{bits} key");
            measures.push(Measure { what, tool: "keygen", ours, peer, theirs, asked, limit: Some(limit.clone()) });
        }
    }
    let mut rivals =
        [keygen_command(programs, &["-t", "ed25519"], folder.path()), ssh_keygen(&["-t", "ed25519"], folder.path())];
    // These take a few milliseconds, most of which is the start of a process, so more rounds cost little.
    let [ours, ssh] = race(&mut rivals, keys * 10, &made(folder.path()))?;
    println!("| Ed25519 | {} | {} | | {} | | | |", ours, ssh, ratio(ours, ssh));
    measures.push(Measure {
        what: "an Ed25519 key".to_owned(),
        tool: "keygen",
        ours,
        peer: "ssh-keygen",
        theirs: ssh,
        asked: Asked::Part(1.0),
        limit: None,
    });
    println!("\nThe limit: the expected number of modular powers × OpenSSL's time for one ÷ cores.");
    for bits in RSA_BITS {
        println!("- RSA {bits}: {}", Limit::of(bits, cores)?);
    }
    Ok(measures)
}

/// The files that each run makes, and that the next would ask to replace.
fn made(folder: &Path) -> [PathBuf; 2] {
    ["key", "key.pub"].map(|name| folder.join(name))
}

/// The command that makes a pair of files as ssh-keygen does, with sync.
fn keygen_command(programs: &Programs, arguments: &[&str], folder: &Path) -> Command {
    let mut command = programs.command("keygen");
    command.arg("-q").args(arguments).args(["-N", "", "-f"]).arg(folder.join("key"));
    command
}

fn keygen_rsa(programs: &Programs, bits: u32, folder: &Path) -> Command {
    keygen_command(programs, &["-t", "rsa", "-b", &bits.to_string()], folder)
}

fn ssh_keygen(arguments: &[&str], folder: &Path) -> Command {
    let mut command = Command::new("ssh-keygen");
    command.arg("-q").args(arguments).args(["-N", "", "-f"]).arg(folder.join("key"));
    command
}

fn ssh_keygen_rsa(bits: u32, folder: &Path) -> Command {
    ssh_keygen(&["-t", "rsa", "-b", &bits.to_string()], folder)
}

fn openssl_rsa(bits: u32) -> Command {
    let mut command = Command::new("openssl");
    command.args(["genrsa", &bits.to_string()]);
    command
}

/// The time that a perfect search with OpenSSL's arithmetic would take.
struct Limit {
    bits: u32,
    cores: usize,
    /// The integers to test after the sieve, for one prime.
    tests: f64,
    /// Rounds of Miller–Rabin that a prime must pass.
    rounds: f64,
    /// One power modulo a prime.
    power: Duration,
}

impl Limit {
    /// The probability of a prime near N is 1/ln N; without multiples of primes up to B it is e^γ·ln B/ln N (Mertens).
    /// The rounds are those of FIPS 186-5, table B.1. OpenSSL signs with one power modulo p and one modulo q.
    fn of(bits: u32, cores: usize) -> Result<Self, Failure> {
        const E_TO_GAMMA: f64 = 1.781_072_4;
        const SIEVED_UP_TO: f64 = 1_048_576.0;
        let ln_prime = f64::from(bits / 2) * std::f64::consts::LN_2;
        Ok(Self {
            bits,
            cores,
            tests: ln_prime / (E_TO_GAMMA * SIEVED_UP_TO.ln()),
            rounds: if bits < 3072 { 5.0 } else { 4.0 },
            power: signing_time(bits)? / 2,
        })
    }

    fn time(&self) -> Duration {
        self.power.mul_f64(2.0 * (self.tests + self.rounds) / self.cores as f64)
    }
}

impl std::fmt::Display for Limit {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { bits, cores, tests, rounds, power } = self;
        write!(
            f,
            "2 × ({tests:.0} tests of what a sieve up to 2^20 leaves + {rounds} rounds) × {:.2} ms (OpenSSL's power of {} bits) ÷ \
             {cores} cores",
            power.as_secs_f64() * 1e3,
            bits / 2
        )
    }
}

/// The time that OpenSSL takes for a signature, by its own measurement: `+F2:index:bits:signatures a second:…`.
fn signing_time(bits: u32) -> Result<Duration, Failure> {
    let algorithm = format!("rsa{bits}");
    let output = Command::new("openssl").args(["speed", "-mr", "-seconds", "1", &algorithm]).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let a_second: f64 = text
        .lines()
        .find_map(|line| line.strip_prefix("+F2:")?.split(':').nth(2)?.parse().ok())
        .ok_or("cannot parse the output of openssl speed")?;
    Ok(Duration::try_from_secs_f64(a_second.recip())?)
}
